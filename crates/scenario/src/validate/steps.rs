//! The sense of operations and their steps.

use super::super::kinds;
use super::super::nearest::{did_you_mean, quoted};
use super::super::shape::join;
use super::super::{Coordination, Count, CountOf, Participant, Process, Scenario, Step, Way};
use super::cost::latency;
use super::resilience::Site;
use super::set::Set;
use super::{Checker, is_name, service_of};
use message::{LocalizedMessage, msg};

/// Steps inside steps inside steps: so deep.
pub const NESTING_MAX: usize = 8;
/// The share of choices after which a way is chosen anew: at most so large. The mean number of rounds is bounded by it.
pub const AGAIN_MAX: f64 = 0.999;

/// Where in an operation a step stands.
pub(super) struct Here<'s, 'w> {
    pub service: &'s str,
    /// Tables that the operation writes.
    written: &'w Set<String>,
    pub depth: usize,
    /// The store of the transaction that it stands in.
    pub transaction: Option<&'s str>,
    /// The table whose rows are at hand: the latest query of one that has references, as `"store.table"`.
    page: Option<String>,
}

impl<'s> Checker<'s> {
    pub(super) fn operations(&mut self) {
        let scenario = self.scenario;
        for (name, operation) in &scenario.operations {
            let path = join("operations", name);
            let Some((service, own)) = name.split_once('.') else {
                self.report(
                    path,
                    msg!(
                        "an operation is named \"service.operation\"",
                        "오퍼레이션 이름은 \"service.operation\" 형식입니다",
                    ),
                );
                continue;
            };
            if !is_name(own) {
                let message = msg!(
                    "an operation is named \"service.operation\": letters, digits, _ and - after the point",
                    "오퍼레이션 이름은 \"service.operation\" 형식입니다. 점 뒤에는 글자, 숫자, _, -만 쓸 수 있습니다",
                );
                self.report(path.clone(), message);
            }
            if !scenario.services.contains_key(service) {
                let remedy = did_you_mean(service, scenario.services.keys().map(String::as_str));
                self.report(
                    path,
                    msg!(
                        "there is no service {0}{1}",
                        "서비스 {0:이} 없습니다{1}",
                        quoted(service),
                        remedy,
                    ),
                );
                continue;
            }
            let mut written = Set::new();
            visit(&operation.steps, &mut |step| {
                if let Step::Write(write) = step {
                    written.extend(
                        write
                            .table
                            .as_ref()
                            .map(|table| format!("{}.{table}", write.store)),
                    );
                }
            });
            let mut here = Here {
                service,
                written: &written,
                depth: 0,
                transaction: None,
                page: None,
            };
            self.steps(&format!("{path}.steps"), &operation.steps, &mut here);
        }
    }

    pub(super) fn steps(&mut self, path: &str, steps: &'s [Step], here: &mut Here<'s, '_>) {
        if here.depth > NESTING_MAX {
            return self.report(
                path,
                msg!(
                    "steps are nested more than {0} deep",
                    "단계가 {0}겹보다 깊게 들어 있습니다",
                    NESTING_MAX,
                ),
            );
        }
        for (index, step) in steps.iter().enumerate() {
            self.step(&format!("{path}.{index}"), step, here);
        }
    }

    fn step(&mut self, path: &str, step: &'s Step, here: &mut Here<'s, '_>) {
        let scenario = self.scenario;
        match step {
            Step::Transaction(_)
            | Step::Insert(_)
            | Step::Update(_)
            | Step::Read(_)
            | Step::Remove(_)
            | Step::Apply(_)
            | Step::Publish(_)
            | Step::Decline(_)
            | Step::Lock(_)
            | Step::Unlock(_)
            | Step::Coordinate(_) => self.writing_step(path, step, here),
            Step::Work(time) => self.distribution(&format!("{path}.work"), time),
            Step::Query(query) => {
                let path = format!("{path}.query");
                self.count(&format!("{path}.rows"), query.rows, here);
                self.own_table(&path, &query.store, query.table.as_deref(), here);
                // Only what has references is read as a list; a query of another table leaves the list as it is.
                let table = query
                    .table
                    .as_ref()
                    .map(|table| format!("{}.{table}", query.store));
                if table
                    .as_ref()
                    .is_some_and(|table| has_references(scenario, table))
                {
                    here.page = table;
                }
            }
            Step::Write(write) => {
                let path = format!("{path}.write");
                self.own_table(&path, &write.store, write.table.as_deref(), here);
                let store = scenario.stores.get(&write.store);
                if let Some(table) = &write.table
                    && let Some(it) = store.and_then(|store| store.tables.get(table))
                    && !it.states.is_empty()
                {
                    let message = msg!(
                        "{0} is a table of records; insert or update them",
                        "{0:은} 레코드 테이블입니다. insert나 update를 쓰십시오",
                        quoted(table),
                    );
                    self.report(format!("{path}.table"), message);
                }
            }
            Step::Call(call) => {
                let path = format!("{path}.call");
                self.known(
                    &format!("{path}.operation"),
                    kinds::OPERATION,
                    &scenario.operations,
                    &call.operation,
                );
                self.count(&format!("{path}.keys"), call.keys, here);
                self.positive(format!("{path}.timeout"), call.timeout);
                let callee = service_of(&call.operation);
                self.resilience(&Site {
                    path: &path,
                    retry: call.retry.as_deref(),
                    breaker: call.breaker.as_deref(),
                    throttle: call.throttle.as_ref(),
                    way: callee.map(|to| latency(scenario, here.service, to)),
                    callers: self.instances(here.service),
                });
            }
            Step::FanOut(fan_out) => {
                self.count(&format!("{path}.fan_out.times"), fan_out.times, here);
                if here.transaction.is_some() {
                    self.report(
                        format!("{path}.fan_out"),
                        msg!(
                            "a transaction does one thing after the other; put the fan_out before or behind it",
                            "트랜잭션은 일을 차례로 합니다. fan_out을 앞이나 뒤에 두십시오",
                        ),
                    );
                }
                for (index, branch) in fan_out.branches.iter().enumerate() {
                    // A branch sees what was read before; what it reads itself is seen by nobody else.
                    let mut inside = Here {
                        page: here.page.clone(),
                        depth: here.depth + 1,
                        ..*here
                    };
                    self.steps(
                        &format!("{path}.fan_out.branches.{index}"),
                        branch,
                        &mut inside,
                    );
                }
            }
            Step::Repeat(repeat) => {
                self.count(&format!("{path}.repeat.times"), repeat.times, here);
                here.depth += 1;
                self.steps(&format!("{path}.repeat.steps"), &repeat.steps, here);
                here.depth -= 1;
            }
            Step::Choose(choose) => {
                let path = format!("{path}.choose.ways");
                if choose.weight() <= 0.0 {
                    self.report(
                        path.clone(),
                        msg!(
                            "at least one way must have a weight above 0",
                            "적어도 하나는 weight가 0보다 커야 합니다",
                        ),
                    );
                } else if choose.again() > AGAIN_MAX {
                    let message = msg!(
                        "after more than {0} of the choices a way is chosen anew; give the ways that go on more \
                         weight",
                        "다시 선택하는 비율이 {0:을} 넘습니다. 다음으로 넘어가는 쪽의 weight를 늘리십시오",
                        AGAIN_MAX,
                    );
                    self.report(path.clone(), message);
                }
                let reads = |way: &&Way| reads_a_list(scenario, &way.steps);
                // Who goes round again may have read another list on the way.
                if choose
                    .ways
                    .iter()
                    .filter(|way| way.again)
                    .any(|way| reads(&way))
                {
                    here.page = None;
                }
                for (index, way) in choose.ways.iter().enumerate() {
                    let mut inside = Here {
                        page: here.page.clone(),
                        depth: here.depth + 1,
                        ..*here
                    };
                    self.steps(&format!("{path}.{index}.steps"), &way.steps, &mut inside);
                }
                // Nobody knows which way was gone.
                if choose.ways.iter().any(|way| reads(&way)) {
                    here.page = None;
                }
            }
            Step::Lookup(lookup) => {
                let place = format!("{path}.lookup.cache");
                let cache = self.known(&place, kinds::CACHE, &scenario.caches, &lookup.cache);
                if let Some(cache) = cache
                    && cache.service != here.service
                {
                    let message = msg!(
                        "is a cache of {0}, not of {1}",
                        "{1:이} 아니라 {0}의 캐시입니다",
                        quoted(&cache.service),
                        quoted(here.service),
                    );
                    self.report(place, message);
                }
                here.depth += 1;
                self.steps(&format!("{path}.lookup.miss"), &lookup.miss, here);
                here.depth -= 1;
            }
            Step::Resolve(resolve) => {
                for (index, name) in resolve.references.iter().enumerate() {
                    let path = format!("{path}.resolve.references.{index}");
                    if let Some(from) = self.column(&path, name, here)
                        && here.page.as_deref() != Some(from)
                    {
                        let message = msg!(
                            "{0} is a column of {1}; the latest query before this step must read that table",
                            "{0:은} {1}의 컬럼입니다. 이 단계 앞의 마지막 query가 그 테이블을 읽어야 합니다",
                            quoted(name),
                            quoted(from),
                        );
                        self.report(path, message);
                    }
                }
            }
            Step::Embed(embed) => {
                for (index, name) in embed.references.iter().enumerate() {
                    let path = format!("{path}.embed.references.{index}");
                    if let Some(from) = self.column(&path, name, here)
                        && !here.written.contains(from)
                    {
                        let message = msg!(
                            "{0} is a column of {1}, which this operation does not write",
                            "{0:은} {1}의 컬럼인데 이 오퍼레이션은 그 테이블에 쓰지 않습니다",
                            quoted(name),
                            quoted(from),
                        );
                        self.report(path, message);
                    }
                }
            }
        }
    }

    /// A store and perhaps a table of the service that works on the step.
    pub(super) fn own_table(&mut self, path: &str, store: &str, table: Option<&str>, here: &Here) {
        let place = format!("{path}.store");
        let Some(it) = self.known(&place, kinds::STORE, &self.scenario.stores, store) else {
            return;
        };
        // A service that is not there is reported with the store.
        if it.service != here.service && self.scenario.services.contains_key(&it.service) {
            let message = msg!(
                "is the store of {0}; {1} reads and writes its own stores only, and calls others",
                "{0}의 DB입니다. {1:은} 자기 DB만 읽고 쓰며 다른 서비스는 호출해야 합니다",
                quoted(&it.service),
                quoted(here.service),
            );
            self.report(place, message);
        }
        if let Some(table) = table {
            self.known(&format!("{path}.table"), kinds::TABLE, &it.tables, table);
        }
    }

    /// The table that has a reference's column, if the reference exists and the table belongs to this service.
    fn column(&mut self, path: &str, name: &str, here: &Here) -> Option<&'s str> {
        let reference = self.known(path, kinds::REFERENCE, &self.scenario.references, name)?;
        // Missing tables are reported with the reference.
        let (reader, _) = self.ends_of(reference)?;
        if reader != here.service {
            let message = msg!(
                "{0} is a column of a table of {1}, not of {2}",
                "{0:은} {2:이} 아니라 {1}의 테이블에 있는 컬럼입니다",
                quoted(name),
                quoted(reader),
                quoted(here.service),
            );
            self.report(path, message);
            return None;
        }
        Some(&reference.from)
    }

    fn count(&mut self, path: &str, count: Count, here: &Here) {
        if count == Count::Of(CountOf::Rows) && here.page.is_none() {
            self.report(
                path,
                msg!(
                    "\"rows\" needs an earlier query of a table with references in the same operation",
                    "\"rows\"를 쓰려면 같은 오퍼레이션에서 참조가 있는 테이블을 먼저 query로 읽어야 합니다",
                ),
            );
        }
    }

    /// Operations that set each other off in a circle: by calls, where every one would wait for the next, or by events,
    /// where each would bring about another.
    pub(super) fn circles(&mut self) {
        let mut done = Set::new();
        for name in self.scenario.operations.keys() {
            self.circle(name, &mut Vec::new(), &mut done);
        }
    }

    /// The trail has each operation, and whether it was called (or told of an event) by the one before.
    fn circle(&mut self, name: &'s str, trail: &mut Vec<(&'s str, bool)>, done: &mut Set<&'s str>) {
        if let Some(begin) = trail.iter().position(|(known, _)| *known == name) {
            return self.round(&trail[begin..]);
        }
        let Some(operation) = self.scenario.operations.get(name) else {
            return;
        };
        if !done.insert(name) {
            return;
        }
        let called = calls(self.scenario, &operation.steps);
        let told = set_off(self.scenario, name, &operation.steps);
        let only_told = told.iter().filter(|next| !called.contains(*next));
        let calls = called.iter().map(|next| (*next, true));
        for (next, is_call) in calls.chain(only_told.map(|next| (*next, false))) {
            trail.push((name, is_call));
            self.circle(next, trail, done);
            trail.pop();
        }
    }

    fn round(&mut self, round: &[(&str, bool)]) {
        let by_calls = round.iter().all(|(_, is_call)| *is_call);
        let mut words = LocalizedMessage::from("");
        for (name, is_call) in round {
            words = if *is_call {
                msg!("{0}{1} calls ", "{0}{1} →(호출) ", words, *name)
            } else {
                msg!("{0}{1} sets off ", "{0}{1} →(이벤트) ", words, *name)
            };
        }
        let first = round.first().map_or("", |(name, _)| name);
        let message = if by_calls {
            msg!(
                "calls itself: {0}{1}; this would go on without end",
                "자기 자신을 호출합니다: {0}{1}. 호출이 끝없이 이어집니다",
                words,
                first,
            )
        } else {
            msg!(
                "sets itself off: {0}{1}; its events would bring about new ones without end, so publish these on \
                 another topic",
                "자기 자신을 다시 일으킵니다: {0}{1}. 이벤트가 끝없이 새 이벤트를 낳으므로 다른 토픽에 발행하십시오",
                words,
                first,
            )
        };
        self.report(join("operations", first), message);
    }
}

/// The operations that an operation's events set off, whatever the strategies; each once.
pub(super) fn set_off<'s>(
    scenario: &'s Scenario,
    operation: &str,
    steps: &'s [Step],
) -> Set<&'s str> {
    let mut told = Set::new();
    let mut topics = Set::new();
    visit(steps, &mut |step| match step {
        Step::Publish(publish) => {
            topics.insert(publish.topic.as_str());
        }
        Step::Coordinate(coordinate) => {
            let process = scenario.processes.get(&coordinate.process);
            topics.extend(process.and_then(|process| process.topic.as_deref()));
        }
        _ => {}
    });
    for topic in topics {
        if let Some(it) = scenario.topics.get(topic) {
            let subscriptions = it.subscriptions.values();
            told.extend(subscriptions.map(|subscription| subscription.operation.as_str()));
        }
        for process in choreographies(scenario, topic) {
            told.extend(process.participants.iter().flat_map(operations_of));
        }
    }
    // Who takes part in a choreography tells those after it, and those before it that have to undo something. Whoever
    // else listens hears of it, too.
    for process in scenario.processes.values() {
        let place = process
            .participants
            .iter()
            .position(|participant| participant.operation == operation);
        let topic = process
            .topic
            .as_ref()
            .filter(|_| process.by == Coordination::Choreography);
        let (Some(place), Some(topic)) = (place, topic) else {
            continue;
        };
        let is_participant = |name: &str| {
            let mut participants = process.participants.iter();
            participants.any(|participant| operations_of(participant).any(|own| own == name))
        };
        let after = process.participants[place + 1..].iter();
        told.extend(after.map(|participant| participant.operation.as_str()));
        if let Some(it) = scenario.topics.get(topic) {
            let subscriptions = it.subscriptions.values();
            let others = subscriptions.map(|subscription| subscription.operation.as_str());
            told.extend(others.filter(|name| !is_participant(name)));
        }
    }
    told
}

/// The choreographies that a topic is used for.
fn choreographies<'s>(scenario: &'s Scenario, topic: &str) -> impl Iterator<Item = &'s Process> {
    scenario.processes.values().filter(move |process| {
        process.by == Coordination::Choreography && process.topic.as_deref() == Some(topic)
    })
}

/// Everything that a participant may be asked to do.
pub(super) fn operations_of(participant: &Participant) -> impl Iterator<Item = &str> {
    let others = [
        &participant.undo,
        &participant.reserve,
        &participant.confirm,
    ];
    let others = others.into_iter().flatten().map(String::as_str);
    std::iter::once(participant.operation.as_str()).chain(others)
}

/// Whether a table has a column that refers to another service's table.
pub(super) fn has_references(scenario: &Scenario, table: &str) -> bool {
    scenario
        .references
        .values()
        .any(|reference| reference.from == table)
}

/// Whether these steps read the rows of a table that has references.
fn reads_a_list(scenario: &Scenario, steps: &[Step]) -> bool {
    let mut reads = false;
    visit(steps, &mut |step| {
        if let Step::Query(query) = step
            && let Some(table) = &query.table
        {
            reads |= has_references(scenario, &format!("{}.{table}", query.store));
        }
    });
    reads
}

/// Sees every step, also those inside others.
pub(super) fn visit<'s>(steps: &'s [Step], see: &mut impl FnMut(&'s Step)) {
    for step in steps {
        see(step);
        match step {
            Step::FanOut(fan_out) => fan_out
                .branches
                .iter()
                .for_each(|branch| visit(branch, see)),
            Step::Repeat(repeat) => visit(&repeat.steps, see),
            Step::Choose(choose) => choose.ways.iter().for_each(|way| visit(&way.steps, see)),
            Step::Lookup(lookup) => visit(&lookup.miss, see),
            Step::Transaction(transaction) => visit(&transaction.steps, see),
            _ => {}
        }
    }
}

/// The operations that these steps may call, whatever the strategies; each once.
pub(super) fn calls<'s>(scenario: &'s Scenario, steps: &'s [Step]) -> Set<&'s str> {
    let mut called = Set::new();
    visit(steps, &mut |step| match step {
        Step::Call(call) => {
            called.insert(call.operation.as_str());
        }
        Step::Resolve(resolve) | Step::Embed(resolve) => {
            let references = resolve
                .references
                .iter()
                .filter_map(|name| scenario.references.get(name));
            called.extend(references.map(|reference| reference.lookup.as_str()));
        }
        Step::Coordinate(coordinate) => {
            if let Some(process) = scenario.processes.get(&coordinate.process) {
                called.extend(process.participants.iter().flat_map(operations_of));
            }
        }
        _ => {}
    });
    called.retain(|name| service_of(name).is_some());
    called
}
