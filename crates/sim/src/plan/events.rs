//! Topics, subscriptions and relays of a plan - those of the document, and those that a choreography needs.

use super::build::{find, index_of};
use super::coordinate::{BEGUN, DECLINED};
use super::{Builder, End, OperationPlan, RelayPlan, Says, SubscriptionPlan, TopicPlan, Variant};
use crate::broker::{self, Rules};
use scenario::{Consume, Coordination, Process, PublishBy, Subscription, Topic};

/// What one subscription of a topic is for.
struct Listener<'s> {
    name: String,
    /// What it does; `None`: the coordinator's record is decided.
    operation: Option<u16>,
    kinds: u32,
    settings: Option<&'s Subscription>,
    says: Option<Says>,
    decides: Option<(&'s Process, &'s str)>,
}

impl<'s> Builder<'s> {
    /// Topics with their subscriptions. Each has an operation of its own: the one it names, in the variant that it asks
    /// for.
    pub(super) fn topics(&mut self) {
        let scenario = self.scenario;
        for (name, topic) in &scenario.topics {
            self.plan.topics.push(TopicPlan {
                name: name.clone(),
                carries: topic.carries,
                by: topic.publish.by,
                confirms: topic.publish.confirms,
                timeout: topic.publish.timeout,
                attempts: topic.publish.attempts,
                duplicates: topic.duplicates,
                duplicate_after: topic.duplicate_after.sampler(),
                retention: broker::retention(topic),
                publish_window: broker::publish_window(topic),
                capacity: topic.capacity,
                subscriptions: 0..0,
                relays: Vec::new(),
            });
        }
    }

    /// Subscriptions come after the operations that they name.
    pub(super) fn subscriptions(&mut self) {
        let scenario = self.scenario;
        for (index, (name, topic)) in (0..).zip(&scenario.topics) {
            let first = self.plan.subscriptions.len() as u16;
            for listener in self.listeners(name, index, topic) {
                self.subscription(index, topic, listener);
            }
            let last = self.plan.subscriptions.len() as u16;
            self.plan.topics[index as usize].subscriptions = first..last;
        }
    }

    /// Who listens to a topic.
    fn listeners(&self, name: &str, index: u16, topic: &'s Topic) -> Vec<Listener<'s>> {
        let mut listeners: Vec<Listener<'s>> = topic
            .subscriptions
            .iter()
            .map(|(name, subscription)| Listener {
                name: name.clone(),
                operation: find(&self.scenario.operations, &subscription.operation),
                kinds: u32::MAX,
                settings: Some(subscription),
                says: None,
                decides: None,
            })
            .collect();
        let processes = self.scenario.processes.values();
        for process in processes.filter(|process| {
            process.by == Coordination::Choreography && process.topic.as_deref() == Some(name)
        }) {
            self.choreograph(process, index, &mut listeners);
        }
        listeners
    }

    /// Each participant listens to the one before it; who can be undone listens to those after it that say no; the
    /// coordinator listens to the last word.
    fn choreograph(&self, process: &'s Process, topic: u16, listeners: &mut Vec<Listener<'s>>) {
        let declined_from = |place: usize| -> u32 {
            (place..process.participants.len())
                .fold(0, |kinds, place| kinds | 1 << (DECLINED + place as u8))
        };
        let template = listeners.iter().find_map(|listener| listener.settings);
        for (place, participant) in process.participants.iter().enumerate() {
            let says = Some(Says {
                topic,
                done: BEGUN + 1 + place as u8,
                declined: Some(DECLINED + place as u8),
            });
            let operation = index_of(&self.scenario.operations, &participant.operation);
            let kinds = 1 << (BEGUN + place as u8);
            let known = listeners
                .iter_mut()
                .find(|listener| listener.operation == Some(operation));
            match known {
                Some(listener) => (listener.kinds, listener.says) = (kinds, says),
                None => listeners.push(Listener {
                    name: participant.operation.clone(),
                    operation: Some(operation),
                    kinds,
                    settings: template,
                    says,
                    decides: None,
                }),
            }
            if let Some(undo) = &participant.undo {
                listeners.push(Listener {
                    name: undo.clone(),
                    operation: Some(index_of(&self.scenario.operations, undo)),
                    kinds: declined_from(place + 1),
                    settings: template,
                    says: None,
                    decides: None,
                });
            }
        }
        let words = [
            (
                &process.accepted,
                1 << (BEGUN + process.participants.len() as u8),
            ),
            (&process.refused, declined_from(0)),
        ];
        for (state, kinds) in words {
            listeners.push(Listener {
                name: state.clone(),
                operation: None,
                kinds,
                settings: template,
                says: None,
                decides: Some((process, state)),
            });
        }
    }

    fn subscription(&mut self, topic: u16, of: &Topic, listener: Listener<'s>) {
        let index = self.plan.subscriptions.len() as u16;
        let defaults = Subscription {
            title: scenario::Text::Empty,
            operation: String::new(),
            consumers: 4,
            ack_deadline: None,
            deliveries: None,
            counts: None,
            backoff: None,
            order: None,
            dead_letters: None,
            redrive: None,
            consume: Consume::Naive,
            window: kernel::time::Span::from_secs(300),
        };
        let settings = listener.settings.unwrap_or(&defaults);
        let topic_name = self.plan.topics[topic as usize].name.clone();
        let suffix = format!("{topic_name}/{}", listener.name);
        let (operation, service) = match (listener.operation, listener.decides) {
            (Some(named), _) => {
                let variant = Variant::Consume {
                    subscription: index,
                    says: listener.says,
                };
                let operation = self.variant(named, &suffix, variant);
                (operation, self.plan.operations[named as usize].service)
            }
            (None, Some((process, state))) => {
                let statement = self.decision(process, state);
                let table = self.table(&process.record);
                let service = self.service_of_table(table);
                self.plan.operations.push(OperationPlan {
                    name: format!("{}#{suffix}", self.scenario_service(service)),
                    service,
                    entry: 0,
                    named: 0,
                });
                let operation = (self.plan.operations.len() - 1) as u16;
                self.variants
                    .push((operation, Variant::Decides { statement }));
                (operation, service)
            }
            (None, None) => return,
        };
        let link = self.link(End::Topic(topic), End::Service(service));
        self.plan.subscriptions.push(SubscriptionPlan {
            name: listener.name,
            topic,
            operation,
            service,
            link,
            consumers: settings.consumers,
            rules: Rules::new(of.broker, settings),
            order: settings.order.unwrap_or(broker::order(of.broker)),
            redrive: settings.redrive,
            consume: settings.consume,
            window: (settings.consume == Consume::Window).then_some(settings.window),
            kinds: listener.kinds,
        });
    }

    fn scenario_service(&self, service: u16) -> &str {
        &self.plan.services[service as usize].name
    }

    /// The link over which a service publishes.
    pub(super) fn topic_link(&mut self, service: u16, topic: u16) -> u16 {
        self.link(End::Service(service), End::Topic(topic))
    }

    /// The relay that takes a service's events to a topic.
    pub(super) fn relay(&mut self, service: u16, topic: u16, link: u16) -> u32 {
        let stores = &self.plan.stores;
        let store = stores.iter().position(|store| store.service == service);
        let store = store.unwrap_or_default() as u16;
        let known = self
            .plan
            .relays
            .iter()
            .position(|relay| (relay.topic, relay.store) == (topic, store));
        if let Some(index) = known {
            return index as u32;
        }
        let Some(settings) = self.scenario.topics.values().nth(topic as usize) else {
            return super::NONE;
        };
        let log = settings.publish.by == PublishBy::Cdc;
        self.plan.relays.push(RelayPlan {
            topic,
            service,
            store,
            link,
            interval: settings.publish.interval,
            batch: if log { 1 } else { settings.publish.batch },
            restart: settings.publish.restart,
            log,
        });
        let index = (self.plan.relays.len() - 1) as u16;
        self.plan.topics[topic as usize].relays.push(index);
        u32::from(index)
    }
}
