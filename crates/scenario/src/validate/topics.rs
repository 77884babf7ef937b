//! The sense of topics, and of what consumes them.

use super::super::kinds;
use super::super::nearest::quoted;
use super::super::shape::join;
use super::super::{Broker, Consume, Coordination, Publish, PublishBy, Step, Subscription, Topic};
use super::cost::latency;
use super::processes::first_store;
use super::set::Set;
use super::steps::{Here, visit};
use super::{Checker, service_of};
use kernel::time::Span;
use message::msg;

/// The shortest time between two looks of a relay at its outbox.
const INTERVAL_MIN: Span = Span::from_millis(1);

impl<'s> Checker<'s> {
    pub(super) fn topics(&mut self) {
        let scenario = self.scenario;
        for (name, topic) in &scenario.topics {
            let path = join("topics", name);
            let by = topic.publish.by;
            self.distribution(&format!("{path}.duplicate_after"), &topic.duplicate_after);
            self.positive(format!("{path}.publish.timeout"), topic.publish.timeout);
            if by == PublishBy::Outbox && topic.publish.interval < INTERVAL_MIN {
                self.report(
                    format!("{path}.publish.interval"),
                    msg!(
                        "must be at least {0}, or the relay would do nothing but look",
                        "{0} 이상이어야 합니다. 더 짧으면 릴레이가 조회만 되풀이합니다",
                        INTERVAL_MIN,
                    ),
                );
            }
            if matches!(by, PublishBy::Outbox | PublishBy::Cdc) {
                self.positive(format!("{path}.publish.restart"), topic.publish.restart);
            }
            if let Some(retention) = topic.retention {
                self.positive(format!("{path}.retention"), retention);
            }
            for (own, subscription) in &topic.subscriptions {
                let path = join(&format!("{path}.subscriptions"), own);
                self.subscription(&path, name, topic, subscription);
            }
        }
    }

    fn subscription(&mut self, path: &str, name: &str, topic: &Topic, it: &'s Subscription) {
        if let Some(deadline) = it.ack_deadline {
            self.positive(format!("{path}.ack_deadline"), deadline);
        }
        if let Some(redrive) = it.redrive {
            self.positive(format!("{path}.redrive"), redrive);
        }
        if it.consume == Consume::Window {
            self.positive(format!("{path}.window"), it.window);
        }
        if it.counts.is_some() && topic.broker != Broker::RabbitmqQuorum {
            self.report(
                format!("{path}.counts"),
                msg!(
                    "is a choice of RabbitMQ's versions; with this broker all deliveries count: leave it out, or set the \
                     topic's broker to \"rabbitmq_quorum\"",
                    "RabbitMQ 버전에 따른 선택입니다. 이 브로커에서는 모든 전달을 셉니다. 빼거나 토픽의 broker를 \
                     \"rabbitmq_quorum\"으로 정하십시오",
                ),
            );
        }
        self.redelivery(path, name, topic, it);
        let place = format!("{path}.operation");
        let operation = self.known(
            &place,
            kinds::OPERATION,
            &self.scenario.operations,
            &it.operation,
        );
        if let Some(operation) = operation {
            self.consume(path, name, it, &operation.steps);
        }
    }

    /// What fails is delivered again, and this must take some time.
    fn redelivery(&mut self, path: &str, name: &str, topic: &Topic, it: &Subscription) {
        let backoff = it.backoff.as_deref().unwrap_or_default();
        if topic.broker == Broker::NatsJetstream && it.ack_deadline.is_none() {
            for (index, span) in backoff.iter().enumerate() {
                // There it stands in place of the deadline.
                self.positive(format!("{path}.backoff.{index}"), *span);
            }
        }
        // The others rest by themselves, or do not notice a failure before the deadline.
        let at_once = match topic.broker {
            Broker::Plain | Broker::RabbitmqQuorum | Broker::NatsJetstream => {
                backoff.last().is_none_or(|last| *last == Span::ZERO)
            }
            Broker::Kafka | Broker::SqsStandard | Broker::SqsFifo => {
                backoff.last() == Some(&Span::ZERO)
            }
        };
        let service = service_of(&it.operation);
        let takes_time =
            service.is_none_or(|service| latency(self.scenario, name, service) > Span::ZERO);
        if at_once && !takes_time {
            let message = msg!(
                "what fails would be delivered again and again while no time passes; give the link \"{0} -> {1}\" a \
                 latency, or the subscription a backoff",
                "실패한 메시지가 시간이 흐르지 않은 채 끝없이 재전달됩니다. 연결 \"{0} -> {1}\"에 지연을 주거나 구독에 \
                 backoff를 주십시오",
                name,
                service.unwrap_or_default(),
            );
            // At what mends it: the link, where the document has it and says nothing of a backoff.
            let link = format!("{name} -> {}", service.unwrap_or_default());
            let place = match (&it.backoff, self.scenario.links.get(&link)) {
                (None, Some(_)) => {
                    let all = topic.subscriptions.values();
                    let before = all.take_while(|other| !std::ptr::eq(*other, it));
                    let mut others = before.filter(|other| other.backoff.is_none());
                    if others.any(|other| service_of(&other.operation) == service) {
                        // The same link is named once.
                        return;
                    }
                    format!("{}.latency", join("links", &link))
                }
                _ => format!("{path}.backoff"),
            };
            self.report(place, message);
        }
    }

    /// How a consumer goes about what it may have seen, against what it does.
    fn consume(&mut self, path: &str, topic: &str, it: &Subscription, steps: &'s [Step]) {
        let place = format!("{path}.consume");
        let name = quoted(&it.operation);
        let (mut inserts, mut applies) = (false, None);
        visit(steps, &mut |step| match step {
            Step::Insert(_) => inserts = true,
            Step::Apply(apply) => applies = Some(apply),
            _ => {}
        });
        match it.consume {
            Consume::UniqueKey if !inserts => self.report(
                place.clone(),
                msg!(
                    "\"unique_key\" needs a step \"insert\" in {0}; use \"inbox\" instead",
                    "\"unique_key\"를 쓰려면 {0}에 \"insert\" 단계가 있어야 합니다. 대신 \"inbox\"를 쓰십시오",
                    name.as_str(),
                ),
            ),
            Consume::Inbox if first_store(steps).is_none() => {
                let message = msg!(
                    "\"inbox\" remembers the message in the transaction that does the work, but {0} has none; give \
                     it a statement, or use \"check_first\"",
                    "\"inbox\"는 일을 처리하는 트랜잭션에서 메시지를 기억하는데 {0}에는 트랜잭션이 없습니다. 쓰는 \
                     단계를 넣거나 \"check_first\"를 쓰십시오",
                    name.as_str(),
                );
                self.report(place.clone(), message);
            }
            Consume::Inbox => self.in_one_transaction(&place, &it.operation, "\"inbox\"", false),
            Consume::Versioned if applies.is_none() => {
                let message = msg!(
                    "\"versioned\" compares the event's version with that of a copy, but {0} has no step \"apply\" \
                     that keeps one; add it, or use \"inbox\"",
                    "\"versioned\"는 이벤트와 복제본의 버전을 비교하는데 {0}에는 복제본을 두는 \"apply\" 단계가 \
                     없습니다. 단계를 넣거나 \"inbox\"를 쓰십시오",
                    name.as_str(),
                );
                self.report(place.clone(), message);
            }
            _ => {}
        }
        let Some(apply) = applies else { return };
        let fields = |table: &str| {
            let (store, table) = table.split_once('.')?;
            let table = self.scenario.stores.get(store)?.tables.get(table)?;
            Some(table.fields.as_slice())
        };
        let copy = format!("{}.{}", apply.store, apply.table);
        let mut problems = Vec::new();
        for (is_process, publisher, of) in self.publishers(topic) {
            let publisher = match (quoted(publisher), is_process) {
                (publisher, true) => msg!("the process {0}", "프로세스 {0}", publisher),
                (publisher, false) => publisher.into(),
            };
            match of {
                None => problems.push(msg!(
                    "{0} applies what an event carries, but what {1} publishes carries no record, and so no \
                     version; name its table there (\"of\")",
                    "{0:은} 이벤트에 담긴 값을 반영하는데 {1:이} 발행하는 이벤트에는 레코드도 버전도 없습니다. \
                     발행하는 곳에서 테이블을 정하십시오(\"of\")",
                    name.as_str(),
                    publisher,
                )),
                Some(of) if fields(of).is_some() && fields(&copy).is_some() && fields(of) != fields(&copy) => {
                    problems.push(msg!(
                        "{0} copies {1} to {2}, which must have the same \"fields\" in the same order",
                        "{0:은} {1:을} {2:으로} 복제하므로 두 테이블의 \"fields\"가 순서까지 같아야 합니다",
                        name.as_str(),
                        quoted(of),
                        quoted(&copy),
                    ));
                }
                Some(_) => {}
            }
        }
        problems.dedup();
        for problem in problems {
            self.report(format!("{path}.operation"), problem);
        }
    }

    /// Who publishes on a topic - operations, then processes -, and the table whose record the event carries.
    fn publishers(&self, topic: &str) -> Set<(bool, &'s str, Option<&'s str>)> {
        let scenario = self.scenario;
        let mut publishers = Set::new();
        for (name, operation) in &scenario.operations {
            visit(&operation.steps, &mut |step| match step {
                Step::Publish(publish) if publish.topic == topic => {
                    publishers.insert((false, name.as_str(), publish.of.as_deref()));
                }
                _ => {}
            });
        }
        for (name, process) in &scenario.processes {
            let by_event = matches!(
                process.by,
                Coordination::Events | Coordination::Choreography
            );
            if by_event && process.topic.as_deref() == Some(topic) {
                publishers.insert((true, name, Some(&process.record)));
            }
        }
        publishers
    }

    pub(super) fn publish(&mut self, path: &str, publish: &'s Publish, here: &Here) {
        let scenario = self.scenario;
        let place = format!("{path}.topic");
        if let Some(topic) = self.known(&place, kinds::TOPIC, &scenario.topics, &publish.topic) {
            self.outbox(&place, topic, here.service);
        }
        if let Some(of) = &publish.of {
            let place = format!("{path}.of");
            if let Some((owner, _)) = self.records(&place, of)
                && owner != here.service
            {
                let message = msg!(
                    "is a table of {0}; {1} publishes records of its own",
                    "{0}의 테이블입니다. {1:은} 자기 레코드만 발행할 수 있습니다",
                    quoted(owner),
                    quoted(here.service),
                );
                self.report(place, message);
            }
        }
    }

    /// An outbox is a table of a store: whoever publishes by one needs a store.
    pub(super) fn outbox(&mut self, path: &str, topic: &Topic, service: &str) {
        let by = match topic.publish.by {
            PublishBy::Outbox => msg!("an outbox, which is a table", "테이블인 아웃박스"),
            PublishBy::Cdc => msg!("the log of a database", "데이터베이스 로그"),
            PublishBy::BeforeCommit | PublishBy::AfterCommit => return,
        };
        let mut stores = self.scenario.stores.values();
        if self.scenario.services.contains_key(service)
            && !stores.any(|store| store.service == service)
        {
            let message = msg!(
                "its events leave by {0}, but {1} has no store; give it one, or publish \"after_commit\"",
                "이벤트를 {0:으로} 내보내는데 {1}에는 DB가 없습니다. DB를 주거나 \"after_commit\"으로 발행하십시오",
                by,
                quoted(service),
            );
            self.report(path, message);
        }
    }
}
