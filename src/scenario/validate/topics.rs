//! The sense of topics, and of what consumes them.

use super::super::nearest::quoted;
use super::super::shape::join;
use super::super::{Broker, Consume, Coordination, Publish, PublishBy, Step, Subscription, Topic};
use super::cost::latency;
use super::processes::first_store;
use super::steps::{Here, visit};
use super::{Checker, service_of};
use crate::time::Span;
use std::collections::BTreeSet;

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
                    format!(
                        "must be at least {INTERVAL_MIN}, or the relay would do nothing but look"
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
        self.redelivery(path, name, topic, it);
        let place = format!("{path}.operation");
        let operation = self.known(
            &place,
            "operation",
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
        if topic.broker == Broker::NatsJetstream {
            for (index, span) in backoff.iter().enumerate() {
                // There it stands in place of the deadline.
                self.positive(format!("{path}.backoff.{index}"), *span);
            }
        }
        // The others rest by themselves, or do not notice a failure before the deadline.
        let at_once = match topic.broker {
            Broker::Plain | Broker::RabbitmqQuorum => {
                backoff.last().is_none_or(|last| *last == Span::ZERO)
            }
            Broker::NatsJetstream => true,
            Broker::Kafka => backoff.last() == Some(&Span::ZERO),
            Broker::SqsStandard | Broker::SqsFifo => false,
        };
        let service = service_of(&it.operation);
        let takes_time =
            service.is_none_or(|service| latency(self.scenario, name, service) > Span::ZERO);
        if at_once && !takes_time {
            let message = format!(
                "what fails would be delivered again and again while no time passes; give the link \"{name} -> {}\" a \
                 latency{}",
                service.unwrap_or_default(),
                if topic.broker == Broker::NatsJetstream {
                    ""
                } else {
                    ", or the subscription a backoff"
                }
            );
            self.report(format!("{path}.backoff"), message);
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
                format!("\"unique_key\" needs a step \"insert\" in {name}; use \"inbox\" instead"),
            ),
            Consume::Inbox if first_store(steps).is_none() => {
                let message = format!(
                    "\"inbox\" remembers the message in the transaction that does the work, but {name} has none; give it \
                     a statement, or use \"check_first\""
                );
                self.report(place.clone(), message);
            }
            Consume::Inbox => self.in_one_transaction(&place, &it.operation, "\"inbox\"", false),
            Consume::Versioned if applies.is_none() => {
                let message = format!(
                    "\"versioned\" compares the event's version with that of a copy, but {name} has no step \"apply\" \
                     that keeps one; add it, or use \"inbox\""
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
        for (publisher, of) in self.publishers(topic) {
            match of {
                None => problems.push(format!(
                    "{name} applies what an event carries, but what {publisher} publishes carries no record, and so no \
                     version; name its table there (\"of\")"
                )),
                Some(of) if fields(of).is_some() && fields(&copy).is_some() && fields(of) != fields(&copy) => {
                    problems.push(format!(
                        "{name} copies {} to {}, which must have the same \"fields\" in the same order",
                        quoted(of),
                        quoted(&copy)
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

    /// Who publishes on a topic, and the table whose record the event carries.
    fn publishers(&self, topic: &str) -> BTreeSet<(String, Option<&'s str>)> {
        let scenario = self.scenario;
        let mut publishers = BTreeSet::new();
        for (name, operation) in &scenario.operations {
            visit(&operation.steps, &mut |step| match step {
                Step::Publish(publish) if publish.topic == topic => {
                    publishers.insert((quoted(name), publish.of.as_deref()));
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
                publishers.insert((
                    format!("the process {}", quoted(name)),
                    Some(&process.record),
                ));
            }
        }
        publishers
    }

    pub(super) fn publish(&mut self, path: &str, publish: &'s Publish, here: &Here) {
        let scenario = self.scenario;
        let place = format!("{path}.topic");
        if let Some(topic) = self.known(&place, "topic", &scenario.topics, &publish.topic) {
            self.outbox(&place, topic, here.service);
        }
        if let Some(of) = &publish.of {
            let place = format!("{path}.of");
            if let Some((owner, _)) = self.records(&place, of)
                && owner != here.service
            {
                let message = format!(
                    "is a table of {}; {} publishes records of its own",
                    quoted(owner),
                    quoted(here.service)
                );
                self.report(place, message);
            }
        }
    }

    /// An outbox is a table of a store: whoever publishes by one needs a store.
    pub(super) fn outbox(&mut self, path: &str, topic: &Topic, service: &str) {
        let by = match topic.publish.by {
            PublishBy::Outbox => "an outbox, which is a table",
            PublishBy::Cdc => "the log of a database",
            PublishBy::BeforeCommit | PublishBy::AfterCommit => return,
        };
        let mut stores = self.scenario.stores.values();
        if self.scenario.services.contains_key(service)
            && !stores.any(|store| store.service == service)
        {
            let message = format!(
                "its events leave by {by}, but {} has no store; give it one, or publish \"after_commit\"",
                quoted(service)
            );
            self.report(path, message);
        }
    }
}
