//! The sense of business transactions over several services.

use super::super::kinds;
use super::super::nearest::quoted;
use super::super::shape::join;
use super::super::{
    CallLog, Coordination, FaultKind, Participant, Process, PublishBy, Repair, Step, Topic,
};
use super::cost::latency;
use super::resilience::Site;
use super::set::Set;
use super::steps::{Here, operations_of, visit};
use super::{Checker, service_of};
use message::msg;

/// The states of a log of outgoing calls.
const LOG_STATES: [&str; 4] = ["called", "done", "failed", "unknown"];

impl<'s> Checker<'s> {
    /// A step that does a business transaction.
    pub(super) fn coordinate(&mut self, path: &str, name: &'s str, here: &Here) {
        let place = format!("{path}.process");
        let Some(process) = self.known(&place, kinds::PROCESS, &self.scenario.processes, name)
        else {
            return;
        };
        if here.transaction.is_some() {
            self.report(
                path,
                msg!(
                    "begins and ends transactions of its own; put it before or behind this one",
                    "스스로 트랜잭션을 시작하고 끝냅니다. 이 트랜잭션의 앞이나 뒤에 두십시오",
                ),
            );
        }
        if let Some(owner) = self.owner(&process.record)
            && owner != here.service
        {
            let message = msg!(
                "its record is one of {0}, not of {1}: who coordinates keeps the record",
                "레코드가 {1:이} 아니라 {0}에 있습니다. 조정하는 서비스가 레코드를 가져야 합니다",
                quoted(owner),
                quoted(here.service),
            );
            self.report(place, message);
        }
    }

    /// The service that a table belongs to, if there is such a table.
    pub(super) fn owner(&self, table: &str) -> Option<&'s str> {
        let (store, table) = table.split_once('.')?;
        let store = self.scenario.stores.get(store)?;
        store.tables.get(table).map(|_| store.service.as_str())
    }

    pub(super) fn processes(&mut self) {
        let scenario = self.scenario;
        let mut two_phase: Option<&str> = None;
        for (name, process) in &scenario.processes {
            let path = join("processes", name);
            self.record(&path, process);
            self.positive(format!("{path}.recovery"), process.recovery);
            if !self.is_coordinated(name) {
                self.report(
                    path.clone(),
                    msg!(
                        "nobody coordinates it; add a step \"coordinate\" to an operation, or leave it out",
                        "조정하는 오퍼레이션이 없습니다. 오퍼레이션에 \"coordinate\" 단계를 넣거나 이것을 빼십시오",
                    ),
                );
            }
            for (index, participant) in process.participants.iter().enumerate() {
                let path = format!("{path}.participants.{index}");
                self.participant(&path, process, participant);
            }
            if process.participants.iter().filter(|it| it.pivot).count() > 1 {
                self.report(
                    format!("{path}.participants"),
                    msg!(
                        "only one of them can be the pivot, with which the outcome is decided",
                        "결과를 정하는 피봇은 하나만 둘 수 있습니다",
                    ),
                );
            }
            if let Some(log) = &process.call_log {
                self.call_log(&format!("{path}.call_log"), process, log);
            }
            if let Some(topic) = &process.topic {
                self.known(
                    &format!("{path}.topic"),
                    kinds::TOPIC,
                    &scenario.topics,
                    topic,
                );
            }
            match process.by {
                Coordination::OneDatabase => self.one_database(&path, process),
                Coordination::TwoPhaseCommit => {
                    if let Some(other) = two_phase.replace(name) {
                        let message = msg!(
                            "{0} is done by two_phase_commit already; only one process can be",
                            "{0:이} 이미 two_phase_commit을 씁니다. 프로세스 하나만 쓸 수 있습니다",
                            quoted(other),
                        );
                        self.report(format!("{path}.by"), message);
                    }
                    self.two_phase_commit(&path, process);
                }
                Coordination::Events => self.events(&path, process),
                Coordination::Choreography => self.choreography(&path, name, process),
                Coordination::Calls | Coordination::Compensation | Coordination::Tcc => {}
            }
        }
    }

    /// The coordinator's own record and its three states.
    fn record(&mut self, path: &str, process: &Process) {
        let Some((_, table)) = self.records(&format!("{path}.record"), &process.record) else {
            return;
        };
        let states = [
            ("open", &process.open),
            ("accepted", &process.accepted),
            ("refused", &process.refused),
        ];
        for (index, (field, state)) in states.iter().enumerate() {
            self.state(&format!("{path}.{field}"), table, state);
            if let Some((other, _)) = states[..index].iter().find(|(_, other)| other == state) {
                self.report(
                    format!("{path}.{field}"),
                    msg!(
                        "must be another state than \"{0}\"",
                        "\"{0}\"의 상태와 달라야 합니다",
                        *other,
                    ),
                );
            }
        }
    }

    fn is_coordinated(&self, process: &str) -> bool {
        let mut is_coordinated = false;
        for operation in self.scenario.operations.values() {
            visit(&operation.steps, &mut |step| {
                if let Step::Coordinate(coordinate) = step {
                    is_coordinated |= coordinate.process == process;
                }
            });
        }
        is_coordinated
    }

    fn participant(&mut self, path: &str, process: &'s Process, it: &'s Participant) {
        let scenario = self.scenario;
        let coordinator = self.owner(&process.record);
        let place = format!("{path}.operation");
        let is_there = self
            .known(
                &place,
                kinds::OPERATION,
                &scenario.operations,
                &it.operation,
            )
            .is_some();
        let service = service_of(&it.operation);
        if is_there && service == coordinator {
            let message = msg!(
                "is an operation of {0}, which coordinates; participants are other services",
                "조정하는 {0}의 오퍼레이션입니다. 참여자는 다른 서비스여야 합니다",
                quoted(coordinator.unwrap_or_default()),
            );
            self.report(place, message);
        }
        for (field, name) in [
            ("undo", &it.undo),
            ("reserve", &it.reserve),
            ("confirm", &it.confirm),
        ] {
            let Some(name) = name else { continue };
            let place = format!("{path}.{field}");
            let known = self.known(&place, kinds::OPERATION, &scenario.operations, name);
            if known.is_some() && is_there && service_of(name) != service {
                let message = msg!(
                    "must be an operation of {0}, who has done what it is about",
                    "그 일을 한 {0}의 오퍼레이션이어야 합니다",
                    quoted(service.unwrap_or_default()),
                );
                self.report(place, message);
            }
        }
        if process.by == Coordination::Tcc {
            for (field, name) in [("confirm", &it.confirm), ("undo", &it.undo)] {
                if name.is_none() {
                    let message = msg!(
                        "\"tcc\" needs it: a try is confirmed or cancelled; add \"{0}\"",
                        "\"tcc\"는 시도(Try)를 확정하거나 취소하므로 필요합니다. \"{0}\" 필드를 넣으십시오",
                        field,
                    );
                    self.report(format!("{path}.{field}"), message);
                }
            }
        }
        self.positive(format!("{path}.timeout"), it.timeout);
        let way = match (coordinator, service) {
            (Some(from), Some(to)) => Some(latency(scenario, from, to)),
            _ => None,
        };
        let site = Site {
            path,
            retry: it.retry.as_deref(),
            breaker: it.breaker.as_deref(),
            throttle: it.throttle.as_ref(),
            way,
            callers: self.instances(coordinator.unwrap_or_default()),
        };
        self.resilience(&site);
        if let Some(retry) = &it.undo_retry {
            self.lone_retry(&format!("{path}.undo_retry"), retry, &site);
        }
    }

    fn call_log(&mut self, path: &str, process: &Process, log: &CallLog) {
        let place = format!("{path}.table");
        if let Some((_, table)) = self.records(&place, &log.table) {
            let missing = LOG_STATES
                .iter()
                .find(|state| !table.states.iter().any(|own| own == *state));
            if let Some(state) = missing {
                let message = msg!(
                    "a log of calls has the states \"called\", \"done\", \"failed\" and \"unknown\"; {0} is missing",
                    "호출 로그에는 \"called\", \"done\", \"failed\", \"unknown\" 상태가 있어야 하는데 {0:이} \
                     없습니다",
                    quoted(state),
                );
                self.report(place.clone(), message);
            }
            let (own, record) = (log.table.split_once('.'), process.record.split_once('.'));
            if let (Some((own, _)), Some((record, _))) = (own, record)
                && own != record
                && self.owner(&process.record).is_some()
            {
                let message = msg!(
                    "must be a table of {0}, where the coordinator keeps its record",
                    "코디네이터가 레코드를 두는 DB {0}의 테이블이어야 합니다",
                    quoted(record),
                );
                self.report(place, message);
            }
        }
        if !process.participants.iter().any(|it| it.operation == log.of) {
            let message = msg!(
                "must be the operation of one of the participants, not {0}",
                "참여자의 오퍼레이션이어야 하는데 {0}입니다",
                quoted(&log.of),
            );
            self.report(format!("{path}.of"), message);
        }
    }

    fn is_external(&self, participant: &Participant) -> bool {
        service_of(&participant.operation)
            .and_then(|service| self.scenario.services.get(service))
            .is_some_and(|service| service.external)
    }

    fn one_database(&mut self, path: &str, process: &'s Process) {
        for (index, participant) in process.participants.iter().enumerate() {
            if !self.is_external(participant) {
                let path = format!("{path}.participants.{index}.operation");
                self.in_one_transaction(&path, &participant.operation, "\"one_database\"", true);
            }
        }
    }

    fn two_phase_commit(&mut self, path: &str, process: &'s Process) {
        let scenario = self.scenario;
        if process.participants.iter().all(|it| self.is_external(it)) {
            self.report(
                format!("{path}.participants"),
                msg!(
                    "all of them are external, and those cannot prepare; choose another coordination than \
                     \"two_phase_commit\"",
                    "모두 외부 서비스라 준비(prepare)할 수 없습니다. \"two_phase_commit\" 말고 다른 조정 방식을 \
                     쓰십시오",
                ),
            );
        }
        for (index, participant) in process.participants.iter().enumerate() {
            let path = format!("{path}.participants.{index}.operation");
            let Some(operation) = scenario.operations.get(&participant.operation) else {
                continue;
            };
            if self.is_external(participant) {
                continue;
            }
            if first_store(&operation.steps).is_none() {
                let message = msg!(
                    "\"two_phase_commit\" prepares a transaction, but {0} writes nothing; give it a statement",
                    "\"two_phase_commit\"은 트랜잭션을 준비하는데 {0:은} 아무것도 쓰지 않습니다. 쓰는 단계를 \
                     넣으십시오",
                    quoted(&participant.operation),
                );
                self.report(path.clone(), message);
            }
            let mut after = None;
            visit(&operation.steps, &mut |step| {
                if let Step::Publish(publish) = step
                    && let Some(topic) = scenario.topics.get(&publish.topic)
                    && topic.publish.by == PublishBy::AfterCommit
                {
                    after = Some(publish.topic.as_str());
                }
            });
            if let Some(topic) = after {
                let message = msg!(
                    "it publishes on {0} after its commit, but \"two_phase_commit\" commits for it; let the events \
                     leave by \"outbox\"",
                    "커밋한 뒤 {0}에 발행하는데 커밋은 \"two_phase_commit\"이 합니다. 이벤트를 \"outbox\"로 \
                     내보내십시오",
                    quoted(topic),
                );
                self.report(path.clone(), message);
            }
            let by = "\"two_phase_commit\"";
            self.in_one_transaction(&path, &participant.operation, by, false);
        }
    }

    /// An operation that a strategy does in one transaction as a whole: what it may not do there.
    pub(super) fn in_one_transaction(&mut self, path: &str, name: &str, by: &str, elsewhere: bool) {
        let Some(operation) = self.scenario.operations.get(name) else {
            return;
        };
        let mut unfit = None;
        let mut stores = Set::new();
        visit(&operation.steps, &mut |step| {
            let it = match step {
                Step::FanOut(_) => Some("fan_out"),
                Step::Coordinate(_) => Some("coordinate"),
                Step::Lock(_) => Some("lock"),
                Step::Unlock(_) => Some("unlock"),
                // These need the caches of the service that they belong to.
                Step::Lookup(_) if elsewhere => Some("lookup"),
                Step::Resolve(_) if elsewhere => Some("resolve"),
                Step::Embed(_) if elsewhere => Some("embed"),
                _ => None,
            };
            unfit = unfit.or(it);
            stores.extend(store_of(step));
        });
        if let Some(step) = unfit {
            let message = msg!(
                "{0} does {1} in one transaction, in which there can be no step {2}; choose another strategy, or \
                 take the step out",
                "{0:은} {1:을} 한 트랜잭션에서 처리하므로 {2} 단계를 쓸 수 없습니다. 다른 전략을 쓰거나 단계를 \
                 빼십시오",
                by,
                quoted(name),
                quoted(step),
            );
            self.report(path, message);
        }
        if !elsewhere && stores.len() > 1 {
            let message = msg!(
                "{0} does {1} in one transaction, but it writes in more than one store; choose another strategy, or \
                 let it write in one",
                "{0:은} {1:을} 한 트랜잭션에서 처리하는데 둘 이상의 DB에 씁니다. 다른 전략을 쓰거나 DB 하나에만 \
                 쓰십시오",
                by,
                quoted(name),
            );
            self.report(path, message);
        }
    }

    fn topic_of(&mut self, path: &str, process: &'s Process, by: &str) -> Option<&'s Topic> {
        match &process.topic {
            Some(topic) => self.scenario.topics.get(topic),
            None => {
                self.report(
                    format!("{path}.topic"),
                    msg!(
                        "\"{0}\" needs a topic on which the participants hear of it",
                        "\"{0}\"에는 참여자가 들을 토픽이 필요합니다",
                        by,
                    ),
                );
                None
            }
        }
    }

    fn events(&mut self, path: &str, process: &'s Process) {
        let Some(topic) = self.topic_of(path, process, "events") else {
            return;
        };
        let name = process.topic.as_deref().unwrap_or_default();
        let pivot = process.participants.iter().position(|it| it.pivot);
        let after = pivot.map_or(0, |pivot| pivot + 1);
        for (index, participant) in process.participants.iter().enumerate().skip(after) {
            let mut subscriptions = topic.subscriptions.values();
            if !subscriptions.any(|it| it.operation == participant.operation) {
                let message = msg!(
                    "follows by event, but no subscription of {0} does {1}; add one, or make this or a later \
                     participant the pivot",
                    "이벤트로 이어지는데 {0}의 구독 중 {1:을} 하는 것이 없습니다. 구독을 넣거나 이 참여자나 뒤의 \
                     참여자를 피봇으로 하십시오",
                    quoted(name),
                    quoted(&participant.operation),
                );
                self.report(format!("{path}.participants.{index}"), message);
            }
        }
    }

    fn choreography(&mut self, path: &str, own: &str, process: &'s Process) {
        let scenario = self.scenario;
        let Some(topic) = self.topic_of(path, process, "choreography") else {
            return;
        };
        let other = scenario.processes.iter().find(|(name, other)| {
            name.as_str() < own
                && other.by == Coordination::Choreography
                && other.topic == process.topic
        });
        if let Some((other, _)) = other {
            let message = msg!(
                "is the topic of the choreography {0} already; each needs one of its own",
                "이미 코레오그래피 {0}의 토픽입니다. 코레오그래피마다 따로 토픽이 필요합니다",
                quoted(other),
            );
            self.report(format!("{path}.topic"), message);
        }
        let mut seen = Set::new();
        for (index, participant) in process.participants.iter().enumerate() {
            let path = format!("{path}.participants.{index}");
            let operations = operations_of(participant);
            let confirm = participant.confirm.as_deref();
            for name in operations.filter(|name| Some(*name) != confirm) {
                if !seen.insert(name) {
                    let message = msg!(
                        "{0} stands there twice; in a choreography each operation reacts to one event",
                        "{0:이} 두 번 있습니다. 코레오그래피에서 오퍼레이션은 한 이벤트에만 반응합니다",
                        quoted(name),
                    );
                    self.report(path.clone(), message);
                }
            }
            let place = format!("{path}.operation");
            self.in_one_transaction(&place, &participant.operation, "\"choreography\"", false);
            self.outbox(
                &place,
                topic,
                service_of(&participant.operation).unwrap_or_default(),
            );
        }
    }

    /// Every pair of ends over which events, undoing and repairs go, whatever the strategies.
    pub(super) fn links_of_events(&self, used: &mut Set<(&'s str, &'s str)>) {
        let scenario = self.scenario;
        for (name, operation) in &scenario.operations {
            let Some(service) = service_of(name) else {
                continue;
            };
            visit(&operation.steps, &mut |step| {
                if let Step::Publish(publish) = step {
                    used.insert((service, publish.topic.as_str()));
                }
            });
        }
        for (name, topic) in &scenario.topics {
            let subscriptions = topic.subscriptions.values();
            let consumers = subscriptions.filter_map(|it| service_of(&it.operation));
            used.extend(consumers.map(|service| (name.as_str(), service)));
        }
        for process in scenario.processes.values() {
            let Some(coordinator) = self.owner(&process.record) else {
                continue;
            };
            let participants = process.participants.iter();
            let mut services = Set::new();
            services.insert(coordinator);
            services.extend(participants.filter_map(|it| service_of(&it.operation)));
            if let Some(topic) = &process.topic {
                for service in services {
                    used.extend([(service, topic.as_str()), (topic.as_str(), service)]);
                }
            }
            // In one database, the coordinator does what its participants do, and calls whom they call.
            for participant in &process.participants {
                if let Some(operation) = scenario.operations.get(&participant.operation) {
                    let called = super::steps::calls(scenario, &operation.steps);
                    let called = called.into_iter().filter_map(service_of);
                    used.extend(called.map(|callee| (coordinator, callee)));
                    visit(&operation.steps, &mut |step| {
                        if let Step::Publish(publish) = step {
                            used.insert((coordinator, publish.topic.as_str()));
                        }
                    });
                }
            }
        }
        for it in scenario.reconciliations.values() {
            let Some(service) = self.owner(&it.left.table) else {
                continue;
            };
            for repair in [&it.missing, &it.surplus, &it.repeated] {
                match repair {
                    Repair::Manual => {}
                    Repair::Call(operation) => {
                        used.extend(service_of(operation).map(|callee| (service, callee)));
                    }
                    Repair::Publish(topic) => {
                        used.insert((service, topic.as_str()));
                    }
                }
            }
        }
    }

    /// A fault of writing or of the bus.
    pub(super) fn fault_of_writing(&mut self, path: &str, kind: &FaultKind) {
        let scenario = self.scenario;
        let (field, topic) = match kind {
            FaultKind::BrokerDown { topic } => ("broker_down", topic),
            FaultKind::DuplicateNext { topic, .. } => ("duplicate_next", topic),
            FaultKind::RelayDies { topic, .. } => ("relay_dies", topic),
            FaultKind::Dies { operation, .. } => {
                let path = format!("{path}.dies.operation");
                self.known(&path, kinds::OPERATION, &scenario.operations, operation);
                return;
            }
            _ => return,
        };
        self.known(
            &format!("{path}.{field}.topic"),
            kinds::TOPIC,
            &scenario.topics,
            topic,
        );
    }
}

/// The store of a statement or a transaction.
fn store_of(step: &Step) -> Option<&str> {
    match step {
        Step::Transaction(it) => Some(&it.store),
        Step::Insert(it) => Some(&it.store),
        Step::Update(it) => Some(&it.store),
        Step::Apply(it) => Some(&it.store),
        Step::Remove(it) => Some(&it.store),
        _ => None,
    }
}

/// The store of an operation's first statement: that of its transaction, where a strategy needs one.
pub(super) fn first_store(steps: &[Step]) -> Option<&str> {
    steps.iter().find_map(store_of)
}
