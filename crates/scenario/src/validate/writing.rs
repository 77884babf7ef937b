//! The sense of writing: tables of records, statements, locks, and the business keys that all of it is about.

use super::super::kinds;
use super::super::nearest::{did_you_mean, quoted};
use super::super::shape::join;
use super::super::{Client, ClientKey, LockBy, Named, Row, Step, Table, Update};
use super::set::Set;
use super::steps::{Here, calls, visit};
use super::{Checker, is_name};
use message::{Words, msg};

impl<'s> Checker<'s> {
    /// Tables: rows or states, and what the states and the numbers are called.
    pub(super) fn tables(&mut self) {
        let scenario = self.scenario;
        for (store, it) in &scenario.stores {
            for (name, table) in &it.tables {
                let path = join(&(join("stores", store) + ".tables"), name);
                self.record_names(&format!("{path}.states"), kinds::STATE, &table.states);
                self.record_names(&format!("{path}.fields"), kinds::NUMBER, &table.fields);
                if table.states.is_empty() {
                    self.plain_table(&path, table);
                    continue;
                }
                self.fields(&format!("{path}.start"), table, table.start.keys());
                if let Some(expiry) = &table.expires {
                    let path = format!("{path}.expires");
                    self.state(&format!("{path}.state"), table, &expiry.state);
                    self.state(&format!("{path}.to"), table, &expiry.to);
                    self.positive(format!("{path}.after"), expiry.after);
                    if expiry.state == expiry.to {
                        self.report(
                            format!("{path}.to"),
                            msg!(
                                "must be another state than the one that expires",
                                "만료되는 상태와 다른 상태여야 합니다",
                            ),
                        );
                    }
                }
            }
        }
    }

    /// A table without states: rows that have nothing but a version.
    fn plain_table(&mut self, path: &str, table: &Table) {
        if table.rows == 0 {
            self.report(
                format!("{path}.rows"),
                msg!(
                    "must be 1 to 100000; only a table with states may be empty at the start",
                    "1 이상 100000 이하여야 합니다. states가 있는 테이블만 처음에 비어 있을 수 있습니다",
                ),
            );
        }
        let of_records = [
            ("fields", !table.fields.is_empty()),
            ("start", !table.start.is_empty()),
            ("expires", table.expires.is_some()),
        ];
        for (field, _) in of_records.into_iter().filter(|(_, is_there)| *is_there) {
            self.report(
                format!("{path}.{field}"),
                msg!(
                    "is for tables of records; give the table \"states\"",
                    "레코드 테이블에만 쓸 수 있습니다. 테이블에 \"states\"를 정하십시오",
                ),
            );
        }
    }

    /// The names of states or numbers: each a name, each once.
    fn record_names(&mut self, path: &str, kind: Words, names: &[String]) {
        for (index, name) in names.iter().enumerate() {
            if !is_name(name) {
                let message = msg!(
                    "a {0} must be letters, digits, _ and -, 1 to {1} characters long",
                    "{0} 이름은 글자, 숫자, _, -로 이루어진 1~{1}자여야 합니다",
                    kind,
                    super::NAME_MAX,
                );
                self.report(format!("{path}.{index}"), message);
            } else if names[..index].contains(name) {
                self.report(
                    format!("{path}.{index}"),
                    msg!(
                        "another {0} is called {1} already",
                        "이름이 {1}인 {0:이} 이미 있습니다",
                        kind,
                        quoted(name),
                    ),
                );
            }
        }
    }

    /// The table of records that `"store.table"` names, and the service it belongs to; reported if there is none.
    pub(super) fn records(&mut self, path: &str, name: &str) -> Option<(&'s str, &'s Table)> {
        let (store, table) = self.table(path, name)?;
        self.has_states(path, name, table)
            .then_some((store.service.as_str(), table))
    }

    fn has_states(&mut self, path: &str, name: &str, table: &Table) -> bool {
        if table.states.is_empty() {
            let message = msg!(
                "{0} is not a table of records; give it \"states\"",
                "{0:은} 레코드 테이블이 아닙니다. \"states\"를 정하십시오",
                quoted(name),
            );
            self.report(path, message);
        }
        !table.states.is_empty()
    }

    pub(super) fn state(&mut self, path: &str, table: &Table, name: &str) {
        if !table.states.iter().any(|state| state == name) {
            let remedy = did_you_mean(name, table.states.iter().map(String::as_str));
            self.report(
                path,
                msg!(
                    "there is no state {0}{1}",
                    "상태 {0:이} 없습니다{1}",
                    quoted(name),
                    remedy,
                ),
            );
        }
    }

    pub(super) fn states(&mut self, path: &str, table: &Table, names: &[String]) {
        for (index, name) in names.iter().enumerate() {
            self.state(&format!("{path}.{index}"), table, name);
        }
    }

    fn fields<'n>(&mut self, path: &str, table: &Table, names: impl Iterator<Item = &'n String>) {
        for name in names.filter(|name| !table.fields.contains(name)) {
            let remedy = if table.fields.is_empty() {
                msg!(
                    "; the table has no \"fields\"",
                    ". 테이블에 \"fields\"가 없습니다"
                )
            } else {
                did_you_mean(name, table.fields.iter().map(String::as_str))
            };
            self.report(
                path,
                msg!(
                    "there is no number {0}{1}",
                    "숫자 필드 {0:이} 없습니다{1}",
                    quoted(name),
                    remedy,
                ),
            );
        }
    }

    /// The table of records that a statement is about; reported if it is not there, or another service's.
    fn statement(
        &mut self,
        path: &str,
        (store, table): (&'s str, &'s str),
        here: &Here,
    ) -> Option<&'s Table> {
        self.own_table(path, store, Some(table), here);
        let it = self.scenario.stores.get(store)?;
        let found = it.tables.get(table)?;
        if let Some(own) = here.transaction
            && own != store
            && self.scenario.stores.contains_key(own)
        {
            let message = msg!(
                "is not the store of the transaction it stands in, which is {0}; a transaction is of one store",
                "이 트랜잭션의 DB는 {0}입니다. 트랜잭션은 DB 하나만 씁니다",
                quoted(own),
            );
            self.report(format!("{path}.store"), message);
        }
        self.has_states(&format!("{path}.table"), table, found)
            .then_some(found)
    }

    /// A step that writes, or that only has a meaning for records.
    pub(super) fn writing_step(&mut self, path: &str, step: &'s Step, here: &mut Here<'s, '_>) {
        match step {
            Step::Transaction(transaction) => {
                let path = format!("{path}.transaction");
                self.own_table(&path, &transaction.store, None, here);
                if here.transaction.is_some() {
                    self.report(
                        path.clone(),
                        msg!(
                            "stands in a transaction already; do its steps there, or begin it after that one",
                            "이미 트랜잭션 안에 있습니다. 단계를 그 안에서 하거나 그 트랜잭션 뒤에 시작하십시오",
                        ),
                    );
                }
                let outer = here.transaction.replace(&transaction.store);
                here.depth += 1;
                self.steps(&format!("{path}.steps"), &transaction.steps, here);
                here.depth -= 1;
                here.transaction = outer;
            }
            Step::Insert(insert) => {
                let path = format!("{path}.insert");
                if let Some(table) = self.statement(&path, (&insert.store, &insert.table), here) {
                    if let Some(state) = &insert.state {
                        self.state(&format!("{path}.state"), table, state);
                    }
                    self.fields(&format!("{path}.set"), table, insert.set.keys());
                    self.fields(&format!("{path}.take"), table, insert.take.iter());
                }
            }
            Step::Update(update) => {
                let path = format!("{path}.update");
                let names = (update.store.as_str(), update.table.as_str());
                if let Some(table) = self.statement(&path, names, here) {
                    self.update(&path, update, table);
                }
            }
            Step::Read(read) => {
                let path = format!("{path}.read");
                if let Some(table) = self.statement(&path, (&read.store, &read.table), here) {
                    self.states(&format!("{path}.not_in"), table, &read.not_in);
                }
            }
            Step::Remove(remove) => {
                let path = format!("{path}.remove");
                self.statement(&path, (&remove.store, &remove.table), here);
            }
            Step::Apply(apply) => {
                let path = format!("{path}.apply");
                self.statement(&path, (&apply.store, &apply.table), here);
            }
            Step::Publish(publish) => self.publish(&format!("{path}.publish"), publish, here),
            Step::Lock(lock) => self.use_lock(&format!("{path}.lock"), &lock.lock, here),
            Step::Unlock(lock) => self.use_lock(&format!("{path}.unlock"), &lock.lock, here),
            Step::Coordinate(coordinate) => {
                self.coordinate(&format!("{path}.coordinate"), &coordinate.process, here);
            }
            _ => {}
        }
    }

    fn update(&mut self, path: &str, update: &Update, table: &Table) {
        self.states(&format!("{path}.from"), table, &update.from);
        if let Some(state) = &update.state {
            self.state(&format!("{path}.state"), table, state);
        }
        let numbers: [(&str, &Named<i32>); 3] = [
            ("set", &update.set),
            ("add", &update.add),
            ("change", &update.change),
        ];
        for (field, named) in numbers {
            self.fields(&format!("{path}.{field}"), table, named.keys());
        }
        self.fields(&format!("{path}.renew"), table, update.renew.iter());
        if update.row == Row::Shared && table.rows == 0 {
            self.report(
                format!("{path}.row"),
                msg!(
                    "a shared record is one of those that are there from the start; give the table \"rows\"",
                    "공유 레코드는 처음부터 있는 레코드입니다. 테이블에 \"rows\"를 정하십시오",
                ),
            );
        }
        if update.if_version == super::super::IfVersion::AsRead {
            let name = format!("{}.{}", update.store, update.table);
            if update.row == Row::Shared {
                self.report(
                    format!("{path}.if_version"),
                    msg!(
                        "\"as_read\" is for the record with the request's key; a shared one is not read before",
                        "\"as_read\"는 요청의 키를 가진 레코드에만 쓸 수 있습니다. 공유 레코드는 먼저 읽지 않습니다",
                    ),
                );
            } else if !self.is_read(&name) {
                let message = msg!(
                    "\"as_read\" needs a version that was read before; add a step that reads {0}",
                    "\"as_read\"에는 먼저 읽은 버전이 필요합니다. {0:을} 읽는 단계를 넣으십시오",
                    quoted(&name),
                );
                self.report(format!("{path}.if_version"), message);
            }
        }
    }

    /// Whether any operation reads records of a table.
    fn is_read(&self, table: &str) -> bool {
        let mut reads = false;
        for operation in self.scenario.operations.values() {
            visit(&operation.steps, &mut |step| {
                if let Step::Read(read) = step {
                    reads |= format!("{}.{}", read.store, read.table) == table;
                }
            });
        }
        reads
    }

    fn use_lock(&mut self, path: &str, name: &'s str, here: &Here) {
        let path = format!("{path}.lock");
        let Some(lock) = self.known(&path, kinds::LOCK, &self.scenario.locks, name) else {
            return;
        };
        if here.transaction.is_some() {
            self.report(
                path.clone(),
                msg!(
                    "a lock lasts from one transaction to the next; take it before this one, give it back behind it",
                    "락은 한 트랜잭션에서 다음 트랜잭션까지 이어집니다. 이 트랜잭션 앞에서 잡고 뒤에서 돌려주십시오",
                ),
            );
        }
        let Some((store, _)) = lock.table.split_once('.') else {
            return;
        };
        let service = self
            .scenario
            .stores
            .get(store)
            .map(|it| it.service.as_str());
        if let Some(service) = service.filter(|service| *service != here.service) {
            let message = msg!(
                "is a lock on records of {0}, not of {1}",
                "{1:이} 아니라 {0}의 레코드에 대한 락입니다",
                quoted(service),
                quoted(here.service),
            );
            self.report(path, message);
        }
    }

    /// Locks: what they protect, and by what.
    pub(super) fn locks(&mut self) {
        let scenario = self.scenario;
        for (name, lock) in &scenario.locks {
            let path = join("locks", name);
            let leased = matches!(lock.by, LockBy::Semantic | LockBy::Offline);
            if leased {
                self.positive(format!("{path}.lease"), lock.lease);
            }
            let Some((_, table)) = self.records(&format!("{path}.table"), &lock.table) else {
                continue;
            };
            match &lock.state {
                Some(state) => self.state(&format!("{path}.state"), table, state),
                None if lock.by == LockBy::Semantic => self.report(
                    format!("{path}.state"),
                    msg!(
                        "a semantic lock is a state of the record; name one, such as \"pending\"",
                        "시맨틱 락은 레코드의 상태입니다. 상태를 정하십시오. 예: \"pending\"",
                    ),
                ),
                None => {}
            }
            if lock.by == LockBy::Version && !self.is_read(&lock.table) {
                let message = msg!(
                    "\"version\" needs a version that was read before; add a step that reads {0}",
                    "\"version\"에는 먼저 읽은 버전이 필요합니다. {0:을} 읽는 단계를 넣으십시오",
                    quoted(&lock.table),
                );
                self.report(format!("{path}.by"), message);
            }
        }
    }

    /// What a client's requests are about.
    pub(super) fn client_key(&mut self, path: &str, client: &'s Client) {
        let scenario = self.scenario;
        match &client.key {
            None => {
                if client.again.is_some() {
                    self.report(
                        format!("{path}.again"),
                        msg!(
                            "somebody tries again for the same business key; give the client a \"key\"",
                            "다시 시도하려면 같은 업무 키가 필요합니다. 클라이언트에 \"key\"를 정하십시오",
                        ),
                    );
                }
                self.needs_no_key(path, client);
            }
            Some(ClientKey::New) => {}
            Some(ClientKey::RowOf { table, .. }) => {
                let path = format!("{path}.key.row_of.table");
                if let Some((_, it)) = self.records(&path, table)
                    && it.rows == 0
                {
                    let message = msg!(
                        "there are no records in {0} at the start; give it \"rows\"",
                        "{0}에는 처음에 레코드가 없습니다. \"rows\"를 정하십시오",
                        quoted(table),
                    );
                    self.report(path, message);
                }
            }
            Some(ClientKey::Recent { client }) => {
                let path = format!("{path}.key.recent.client");
                let other = self.known(&path, kinds::CLIENT, &scenario.clients, client);
                if other.is_some_and(|other| other.key != Some(ClientKey::New)) {
                    let message = msg!(
                        "{0} does not begin anything new; its \"key\" must be \"new\"",
                        "{0:은} 새로 시작하는 것이 없습니다. \"key\"가 \"new\"여야 합니다",
                        quoted(client),
                    );
                    self.report(path, message);
                }
            }
        }
    }

    /// Whatever a client without a key asks for must do without one, too.
    fn needs_no_key(&mut self, path: &str, client: &'s Client) {
        let scenario = self.scenario;
        let mut seen = Set::new();
        let mut next = vec![client.operation.as_str()];
        while let Some(name) = next.pop() {
            let Some(operation) = scenario.operations.get(name).filter(|_| seen.insert(name))
            else {
                continue;
            };
            let mut keyed = None;
            visit(&operation.steps, &mut |step| {
                keyed = keyed.or(needs_a_key(step));
            });
            if let Some(step) = keyed {
                let message = msg!(
                    "{0} has a step {1}, which is about a business key; give the client a \"key\", such as \"new\"",
                    "{0}의 {1} 단계에는 업무 키가 필요합니다. 클라이언트에 \"key\"를 정하십시오. 예: \"new\"",
                    quoted(name),
                    quoted(step),
                );
                return self.report(format!("{path}.key"), message);
            }
            next.extend(calls(scenario, &operation.steps));
        }
    }
}

/// The name of a step that could only fail without a business key.
pub(super) fn needs_a_key(step: &Step) -> Option<&'static str> {
    match step {
        Step::Transaction(_) => Some("transaction"),
        Step::Insert(_) => Some("insert"),
        Step::Update(_) => Some("update"),
        Step::Read(_) => Some("read"),
        Step::Remove(_) => Some("remove"),
        Step::Apply(_) => Some("apply"),
        Step::Publish(_) => Some("publish"),
        Step::Lock(_) => Some("lock"),
        Step::Unlock(_) => Some("unlock"),
        Step::Coordinate(_) => Some("coordinate"),
        _ => None,
    }
}
