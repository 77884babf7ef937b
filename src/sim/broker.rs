//! What brokers do by themselves, as their documentation says it: when a message is delivered again, what counts as a
//! delivery, and what becomes of one that has been delivered too often.
//!
//! Sources: RabbitMQ 4.3 documentation (quorum queues, consumers, confirms) and `rabbit_fifo.erl`; Amazon SQS developer
//! guide (visibility timeout, dead-letter queues, FIFO queues); Apache Kafka documentation (consumer groups); NATS
//! JetStream documentation (consumers) and `consumer.go`.

use crate::scenario::{Attempts, Broker, Order, Subscription, Topic};
use crate::time::Span;

/// How a subscription delivers.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// How long an acknowledgement is waited for.
    pub ack_deadline: Span,
    /// How often a message is delivered at most.
    pub deliveries: Option<u32>,
    /// Whether a negative acknowledgement counts towards that limit.
    pub failures_count: bool,
    /// Whether a deadline that passes counts towards that limit.
    pub deadlines_count: bool,
    /// Whether a consumer that dies counts towards that limit.
    pub deaths_count: bool,
    /// How long the broker waits before the next delivery after the first, second, ... failure; the last counts on.
    pub after_failure: Vec<Span>,
    /// Whether the broker learns of a failure or a death at all (otherwise the deadline must pass).
    pub notices: bool,
    /// How long the broker takes to notice that a consumer is dead.
    pub death_noticed: Span,
    /// What stands in place of the deadline for the first, second, ... delivery, if anything.
    pub deadlines: Vec<Span>,
    /// Whether what reaches the limit is kept aside.
    pub dead_letters: bool,
}

impl Rules {
    /// The rules of a subscription: those of its broker, and what it sets itself.
    pub fn new(broker: Broker, subscription: &Subscription) -> Rules {
        let mut rules = Rules::of(broker);
        if let Some(deadline) = subscription.ack_deadline {
            rules.ack_deadline = deadline;
        }
        if let Some(deliveries) = subscription.deliveries {
            rules.deliveries = match deliveries {
                Attempts::Number(number) => Some(number),
                Attempts::Unlimited(_) => None,
            };
        }
        if let Some(backoff) = &subscription.backoff {
            match broker {
                // JetStream's BackOff stands in place of AckWait and is not applied to negative acknowledgements.
                Broker::NatsJetstream => rules.deadlines.clone_from(backoff),
                // RabbitMQ's delayed retry: min(min * count, max).
                Broker::RabbitmqQuorum if backoff.len() == 2 => {
                    rules.after_failure = delayed_retry(backoff[0], backoff[1]);
                }
                _ => rules.after_failure.clone_from(backoff),
            }
        }
        if let Some(dead_letters) = subscription.dead_letters {
            rules.dead_letters = dead_letters;
        }
        rules
    }

    fn of(broker: Broker) -> Rules {
        let plain = Rules {
            ack_deadline: Span::from_secs(30),
            deliveries: None,
            failures_count: true,
            deadlines_count: true,
            deaths_count: true,
            after_failure: vec![Span::ZERO],
            notices: true,
            death_noticed: Span::ZERO,
            deadlines: Vec::new(),
            dead_letters: true,
        };
        match broker {
            Broker::Plain => plain,
            Broker::RabbitmqQuorum => Rules {
                // Dead-lettered when the delivery count exceeds the limit of 20, so after 21 deliveries; a negative
                // acknowledgement with requeue does not count, nor does a timeout.
                ack_deadline: Span::from_secs(1800),
                deliveries: Some(21),
                failures_count: false,
                deadlines_count: false,
                ..plain
            },
            Broker::SqsStandard | Broker::SqsFifo => Rules {
                // A consumer that fails does not delete the message: it is visible again after the timeout.
                deliveries: Some(10),
                notices: false,
                ..plain
            },
            Broker::Kafka => Rules {
                // The partition waits while the consumer tries the same record again; a dead one is noticed when its
                // session ends (session.timeout.ms, 45 s).
                ack_deadline: Span::from_secs(300),
                after_failure: vec![Span::from_millis(100)],
                death_noticed: Span::from_secs(45),
                dead_letters: false,
                ..plain
            },
            Broker::NatsJetstream => Rules {
                dead_letters: false,
                ..plain
            },
        }
    }

    /// How long after delivery number `attempt` the broker waits for its acknowledgement.
    pub fn deadline(&self, attempt: u16) -> Span {
        nth(&self.deadlines, attempt).unwrap_or(self.ack_deadline)
    }

    /// How long the broker waits after the failure of delivery number `attempt`.
    pub fn rest(&self, attempt: u16) -> Span {
        nth(&self.after_failure, attempt).unwrap_or_default()
    }
}

/// The value for the first, second, ... attempt; the last one counts on.
fn nth(list: &[Span], attempt: u16) -> Option<Span> {
    let place = (attempt as usize).saturating_sub(1);
    list.get(place).or(list.last()).copied()
}

/// RabbitMQ's delays: `min` times the number of deliveries, at most `max`.
fn delayed_retry(min: Span, max: Span) -> Vec<Span> {
    let mut delays = Vec::new();
    let mut delay = min;
    while delay < max && delays.len() < 1000 && min > Span::ZERO {
        delays.push(delay);
        delay = delay + min;
    }
    delays.push(max);
    delays
}

/// In which order a broker delivers.
pub fn order(broker: Broker) -> Order {
    match broker {
        Broker::SqsFifo | Broker::Kafka => Order::Key,
        _ => Order::None,
    }
}

/// How long a broker ignores messages that are published twice, if it does.
pub fn publish_window(topic: &Topic) -> Option<Span> {
    topic.publish_window.or(match topic.broker {
        Broker::SqsFifo => Some(Span::from_secs(300)),
        Broker::NatsJetstream => Some(Span::from_secs(120)),
        _ => None,
    })
}

/// How long a broker keeps messages.
pub fn retention(topic: &Topic) -> Option<Span> {
    topic.retention.or(match topic.broker {
        Broker::SqsStandard | Broker::SqsFifo => Some(Span::from_secs(345_600)),
        Broker::Kafka => Some(Span::from_secs(604_800)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rabbitmqs_delayed_retry_follows_its_formula() {
        let delays = delayed_retry(Span::from_secs(1), Span::from_secs(30));
        let rules = Rules {
            after_failure: delays,
            ..Rules::of(Broker::RabbitmqQuorum)
        };
        let measured = [1, 2, 3, 4, 29, 30, 31].map(|count| rules.rest(count).0 / 1_000_000);
        assert_eq!(measured, [1000, 2000, 3000, 4000, 29000, 30000, 30000]);
    }

    #[test]
    fn the_defaults_are_those_of_the_documentation() {
        let sqs = Rules::of(Broker::SqsStandard);
        assert_eq!(
            (sqs.ack_deadline, sqs.deliveries),
            (Span::from_secs(30), Some(10))
        );
        let nats = Rules::of(Broker::NatsJetstream);
        assert_eq!(
            (nats.ack_deadline, nats.deliveries),
            (Span::from_secs(30), None)
        );
        assert!(!nats.dead_letters);
        let rabbit = Rules::of(Broker::RabbitmqQuorum);
        assert_eq!(rabbit.deliveries, Some(21));
        let topic = |broker| Topic {
            broker,
            ..Topic::default()
        };
        assert_eq!(
            publish_window(&topic(Broker::SqsFifo)),
            Some(Span::from_secs(300))
        );
        assert_eq!(
            publish_window(&topic(Broker::NatsJetstream)),
            Some(Span::from_secs(120))
        );
        assert_eq!(
            retention(&topic(Broker::SqsStandard)),
            Some(Span::from_secs(345_600))
        );
    }
}
