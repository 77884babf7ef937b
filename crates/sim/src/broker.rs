//! What brokers do by themselves, as their documentation says it: when a message is delivered again, what counts as a
//! delivery, and what becomes of one that has been delivered too often.
//!
//! Sources: RabbitMQ 4.3 documentation (quorum queues, consumers, confirms) and `rabbit_fifo.erl`; Amazon SQS developer
//! guide (visibility timeout, dead-letter queues, FIFO queues); Apache Kafka documentation (consumer groups); NATS
//! JetStream documentation (consumers) and `consumer.go`.

use kernel::time::Span;
use scenario::{Attempts, Broker, Counts, Order, Subscription, Topic};

/// What becomes of an acknowledgement whose deadline has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateAck {
    /// It counts: the message is done with, wherever it is.
    Counts,
    /// It counts as long as nobody has received the message anew; then the old receipt deletes nothing.
    UnlessReceivedAnew,
    /// It is refused: the receipt, the channel or the membership of the group is void.
    Refused,
}

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
    /// Whether a consumer can say that it has failed (otherwise the deadline must pass).
    pub supports_nack: bool,
    /// Whether the consumer itself sets when a message that has failed is to be seen again.
    pub extends: bool,
    /// What an acknowledgement does that comes after the deadline.
    pub late_ack: LateAck,
    /// How long the broker takes to notice that a consumer is dead. `None`: it never does, and the deadline must pass.
    pub death_noticed: Option<Span>,
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
            // The same everywhere: after the first failure the first, ..., the last one counts on. RabbitMQ: queues with a
            // TTL, or delayed retry; SQS: the consumer changes the visibility of what has failed; Kafka: the consumer's
            // error handler; NATS: a negative acknowledgement with a delay.
            rules.after_failure.clone_from(backoff);
            match broker {
                // JetStream's BackOff stands in place of AckWait, too, unless that is set itself.
                Broker::NatsJetstream if subscription.ack_deadline.is_none() => {
                    rules.deadlines.clone_from(backoff);
                }
                Broker::SqsStandard | Broker::SqsFifo => rules.extends = true,
                _ => {}
            }
        }
        if broker == Broker::RabbitmqQuorum {
            let all = subscription
                .counts
                .unwrap_or(match subscription.deliveries {
                    Some(_) => Counts::All,
                    None => Counts::Deaths,
                })
                == Counts::All;
            // A consumer timeout never counts in 4.3, whatever a failed consumer answers.
            rules.failures_count = all;
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
            supports_nack: true,
            extends: false,
            late_ack: LateAck::Counts,
            death_noticed: Some(Span::ZERO),
            deadlines: Vec::new(),
            dead_letters: true,
        };
        match broker {
            Broker::Plain => plain,
            Broker::RabbitmqQuorum => Rules {
                // Dead-lettered when the delivery count exceeds the limit of 20, so after 21 deliveries. In 4.3 a negative
                // acknowledgement with requeue does not count, nor does a timeout; basic.reject does: see `Counts`. A channel whose consumer was too late is closed, and with it its tags.
                ack_deadline: Span::from_secs(1800),
                deliveries: Some(21),
                failures_count: false,
                deadlines_count: false,
                late_ack: LateAck::Refused,
                ..plain
            },
            Broker::SqsStandard | Broker::SqsFifo => Rules {
                // A consumer that fails does not delete the message: it is visible again after the timeout. A receipt
                // handle of before the latest receive deletes nothing; with FIFO one whose timeout is over is invalid.
                deliveries: Some(10),
                supports_nack: false,
                death_noticed: None,
                late_ack: match broker {
                    Broker::SqsFifo => LateAck::Refused,
                    _ => LateAck::UnlessReceivedAnew,
                },
                ..plain
            },
            Broker::Kafka => Rules {
                // The partition waits while the consumer tries the same record again; a dead one is noticed when its
                // session ends (session.timeout.ms, 45 s).
                ack_deadline: Span::from_secs(300),
                after_failure: vec![Span::from_millis(100)],
                death_noticed: Some(Span::from_secs(45)),
                dead_letters: false,
                // Who does not poll for max.poll.interval.ms has left the group: its commit fails.
                late_ack: LateAck::Refused,
                ..plain
            },
            Broker::NatsJetstream => Rules {
                dead_letters: false,
                // The server does not look whether who holds a message is still there: AckWait must pass
                // (nats-server, issues 4627 and 4716).
                death_noticed: None,
                ..plain
            },
        }
    }

    /// How long after delivery number `attempt` the broker waits for its acknowledgement.
    pub fn deadline(&self, attempt: u16) -> Span {
        nth(&self.deadlines, attempt).unwrap_or(self.ack_deadline)
    }

    /// How long the broker waits after the failure of delivery number `attempt`.
    pub fn redelivery_delay(&self, attempt: u16) -> Span {
        nth(&self.after_failure, attempt).unwrap_or_default()
    }
}

/// The value for the first, second, ... attempt; the last one counts on.
fn nth(list: &[Span], attempt: u16) -> Option<Span> {
    let place = (attempt as usize).saturating_sub(1);
    list.get(place).or(list.last()).copied()
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
    fn what_a_subscription_sets_counts_at_every_broker() {
        for broker in [
            Broker::Plain,
            Broker::RabbitmqQuorum,
            Broker::SqsStandard,
            Broker::SqsFifo,
            Broker::Kafka,
            Broker::NatsJetstream,
        ] {
            let subscription: Subscription = serde_json::from_str(
                r#"{"operation": "a.b", "ack_deadline": "7s", "deliveries": 4, "backoff": ["1s", "5s"]}"#,
            )
            .expect("it is one");
            let rules = Rules::new(broker, &subscription);
            let delays =
                [1, 2, 3, 9].map(|attempt| rules.redelivery_delay(attempt).0 / 1_000_000_000);
            assert_eq!(delays, [1, 5, 5, 5], "{broker:?}");
            let deadlines = [1, 2, 3].map(|attempt| rules.deadline(attempt).0 / 1_000_000_000);
            assert_eq!(deadlines, [7, 7, 7], "{broker:?}");
            assert_eq!(rules.deliveries, Some(4), "{broker:?}");
            assert!(rules.failures_count && rules.deaths_count, "{broker:?}");
            // The consumer timeout of RabbitMQ 4.3 returns a message without counting it.
            let rabbitmq = broker == Broker::RabbitmqQuorum;
            assert_eq!(rules.deadlines_count, !rabbitmq, "{broker:?}");
            assert!(rules.supports_nack || rules.extends, "{broker:?}");
        }
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
