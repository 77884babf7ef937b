//! Whether two plans make the same run: a choice that changes only what is never reached has no effect.
//!
//! Both plans are walked together, from where everything begins - the clients and the reconciliations that are switched
//! on - along calls, events and handlers of failures. Whatever is met on the way must be equal, also the names from which
//! chance is drawn. What is not met cannot matter: under calls, no event leaves, so nobody asks how a subscription would
//! consume it. Where in doubt, two plans are not the same: then a choice is offered, and the run shows what it does.

use super::*;
use scenario::{Consume, LockBy};

/// The two plans, and what has been met in them.
struct Walk<'p> {
    one: &'p Plan,
    other: &'p Plan,
    /// By place in the one's code: the place in the other's.
    places: Vec<u32>,
    /// By operation of the one: the operation of the other.
    operations: Vec<u32>,
    /// By topic: whether events leave for it.
    topics: Vec<bool>,
    /// By reference: whether its values are called for.
    called: Vec<bool>,
    /// Places that have been met and not been looked at.
    ahead: Vec<(u32, u32)>,
}

impl Plan {
    /// Whether a run of this plan is the run of the other one, from its beginning, whatever goes wrong in it: nothing in
    /// which they differ is ever reached.
    pub fn same_run(&self, other: &Plan) -> bool {
        let walk = Walk {
            one: self,
            other,
            places: vec![NONE; self.code.len()],
            operations: vec![NONE; self.operations.len()],
            topics: vec![false; self.topics.len()],
            called: vec![false; self.references.len()],
            ahead: Vec::new(),
        };
        walk.same().is_some()
    }
}

/// `Some` if it holds: so that a difference ends the walk with `?`.
fn hold(holds: bool) -> Option<()> {
    holds.then_some(())
}

/// Whether two lists are the same, part by part.
fn each<T>(one: &[T], other: &[T], mut same: impl FnMut(&T, &T) -> Option<()>) -> Option<()> {
    hold(one.len() == other.len())?;
    one.iter()
        .zip(other)
        .try_for_each(|(one, other)| same(one, other))
}

impl Walk<'_> {
    fn same(mut self) -> Option<()> {
        let (one, other) = (self.one, self.other);
        // What there is, whether it is used or not: people see it in the picture.
        hold(one.services == other.services && one.stores == other.stores)?;
        hold(one.tables == other.tables && one.ledger == other.ledger)?;
        // Topics are known by their place from here on.
        each(&one.topics, &other.topics, |a, b| hold(a.name == b.name))?;
        each(&one.references, &other.references, |a, b| {
            self.reference(a, b)
        })?;
        hold(one.lookup_caches == other.lookup_caches)?;
        let caches = |plan: &'_ Plan| plan.caches[..plan.lookup_caches].to_vec();
        each(&caches(one), &caches(other), |a, b| self.cache(a, b))?;
        each(&one.clients, &other.clients, |a, b| self.client(a, b))?;
        each(&one.reconciliations, &other.reconciliations, |a, b| {
            self.reconciliation(a, b)
        })?;
        while let Some((a, b)) = self.ahead.pop() {
            self.instruction(a, b)?;
        }
        Some(())
    }

    /// Two places in the code are reached.
    fn go(&mut self, a: u32, b: u32) -> Option<()> {
        if a == NONE || b == NONE {
            return hold(a == b);
        }
        let known = std::mem::replace(&mut self.places[a as usize], b);
        if known == NONE {
            self.ahead.push((a, b));
            return Some(());
        }
        hold(known == b)
    }

    /// Two operations are called.
    fn operation(&mut self, a: u16, b: u16) -> Option<()> {
        let (of, in_other) = (
            &self.one.operations[a as usize],
            &self.other.operations[b as usize],
        );
        let known = std::mem::replace(&mut self.operations[a as usize], u32::from(b));
        if known != NONE {
            return hold(known == u32::from(b));
        }
        hold(of.name == in_other.name && of.service == in_other.service)?;
        hold(of.named == in_other.named)?;
        self.go(of.entry, in_other.entry)
    }

    fn link(&self, a: u16, b: u16) -> Option<()> {
        hold(self.one.links[a as usize] == self.other.links[b as usize])
    }

    /// What stands in front of two calls.
    fn guard(&self, a: u16, b: u16) -> Option<()> {
        match (
            self.one.guards.get(a as usize),
            self.other.guards.get(b as usize),
        ) {
            (None, None) => Some(()),
            (Some(a), Some(b)) => hold(a.same(b)),
            _ => None,
        }
    }

    fn cache(&self, a: &CachePlan, b: &CachePlan) -> Option<()> {
        // More room than there are rows is never used.
        let bare = |plan: &Plan, cache: &CachePlan| CachePlan {
            event_link: 0,
            size: cache.size.min(plan.tables[cache.of as usize].rows),
            ..cache.clone()
        };
        hold(bare(self.one, a) == bare(self.other, b))?;
        match a.sync {
            CacheSync::None => Some(()),
            CacheSync::Broadcast => self.link(a.event_link, b.event_link),
        }
    }

    /// What matters of a reference also where no list asks for its values: copies are kept in step all the same.
    fn reference(&self, a: &ReferencePlan, b: &ReferencePlan) -> Option<()> {
        hold(a.name == b.name && a.strategy == b.strategy && a.popularity == b.popularity)?;
        hold((a.reader, a.owner, a.from) == (b.reader, b.owner, b.from))?;
        hold((a.column, a.to) == (b.column, b.to))?;
        match a.strategy {
            ReadStrategy::Replica => {
                hold(a.in_order == b.in_order)?;
                self.link(a.event_link, b.event_link)
            }
            ReadStrategy::LocalCache => self.cache(
                &self.one.caches[a.cache as usize],
                &self.other.caches[b.cache as usize],
            ),
            ReadStrategy::Join
            | ReadStrategy::PerRow
            | ReadStrategy::Parallel
            | ReadStrategy::Batch
            | ReadStrategy::Remodel => Some(()),
        }
    }

    /// Values of a reference are asked for: by a list, or by a row that will embed them.
    fn values(&mut self, reference: u16, embeds: bool) -> Option<()> {
        let (one, other) = (self.one, self.other);
        let a = &one.references[reference as usize];
        let b = &other.references[reference as usize];
        let calls = match a.strategy {
            ReadStrategy::Join | ReadStrategy::Replica => false,
            ReadStrategy::Remodel => embeds,
            ReadStrategy::PerRow
            | ReadStrategy::Parallel
            | ReadStrategy::Batch
            | ReadStrategy::LocalCache => !embeds,
        };
        if !calls || std::mem::replace(&mut self.called[reference as usize], true) {
            return Some(());
        }
        hold(embeds || a.fetches_as(b))?;
        hold(a.timeout == b.timeout && a.on_error == b.on_error)?;
        self.guard(a.guard, b.guard)?;
        self.link(a.link, b.link)?;
        self.operation(a.lookup, b.lookup)
    }

    fn client(&mut self, a: &ClientPlan, b: &ClientPlan) -> Option<()> {
        let bare = |client: &ClientPlan| ClientPlan {
            operation: 0,
            link: 0,
            guard: 0,
            ..client.clone()
        };
        hold(bare(a) == bare(b))?;
        self.guard(a.guard, b.guard)?;
        self.link(a.link, b.link)?;
        self.operation(a.operation, b.operation)
    }

    fn reconciliation(&mut self, a: &ReconciliationPlan, b: &ReconciliationPlan) -> Option<()> {
        hold(a.name == b.name && a.enabled == b.enabled)?;
        if !a.enabled {
            return Some(());
        }
        let repairs = |it: &ReconciliationPlan| [it.missing, it.surplus, it.repeated];
        let bare = |it: &ReconciliationPlan| ReconciliationPlan {
            missing: RepairPlan::Manual,
            surplus: RepairPlan::Manual,
            repeated: RepairPlan::Manual,
            ..it.clone()
        };
        hold(bare(a) == bare(b))?;
        each(&repairs(a), &repairs(b), |a, b| match (*a, *b) {
            (RepairPlan::Manual, RepairPlan::Manual) => Some(()),
            (
                RepairPlan::Call { operation, link },
                RepairPlan::Call {
                    operation: operation_b,
                    link: link_b,
                },
            ) => {
                self.link(link, link_b)?;
                self.operation(operation, operation_b)
            }
            (
                RepairPlan::Publish { topic, link },
                RepairPlan::Publish {
                    topic: topic_b,
                    link: link_b,
                },
            ) => {
                hold(topic == topic_b)?;
                self.link(link, link_b)?;
                self.topic(topic)
            }
            (RepairPlan::Manual | RepairPlan::Call { .. } | RepairPlan::Publish { .. }, _) => None,
        })
    }

    /// Events leave for a topic: what becomes of them matters.
    fn topic(&mut self, topic: u16) -> Option<()> {
        if std::mem::replace(&mut self.topics[topic as usize], true) {
            return Some(());
        }
        let (one, other) = (self.one, self.other);
        let a = &one.topics[topic as usize];
        let b = &other.topics[topic as usize];
        let bare = |topic: &TopicPlan| TopicPlan {
            subscriptions: 0..0,
            relays: Vec::new(),
            ..topic.clone()
        };
        hold(bare(a) == bare(b))?;
        let of = |plan: &Plan, topic: &TopicPlan| {
            let Rows { start, end } = topic.subscriptions;
            plan.subscriptions[start as usize..end as usize].to_vec()
        };
        each(&of(one, a), &of(other, b), |a, b| {
            let bare = |subscription: &SubscriptionPlan| SubscriptionPlan {
                operation: 0,
                link: 0,
                // How a message is gone about stands in the consumer's instructions.
                consume: Consume::Naive,
                ..subscription.clone()
            };
            hold(bare(a) == bare(b))?;
            self.link(a.link, b.link)?;
            self.operation(a.operation, b.operation)
        })
    }

    fn relay(&self, a: u32, b: u32) -> Option<()> {
        let relays = |plan: &Plan, relay: u32| plan.relays.get(relay as usize).cloned();
        match (relays(self.one, a), relays(self.other, b)) {
            (None, None) => Some(()),
            (Some(a), Some(b)) => {
                self.link(a.link, b.link)?;
                hold(RelayPlan { link: 0, ..a } == RelayPlan { link: 0, ..b })
            }
            _ => None,
        }
    }

    /// A lock is used.
    fn lock(&self, lock: u16) -> Option<()> {
        let of = |plan: &Plan| plan.locks[lock as usize].clone();
        let (a, b) = (of(self.one), of(self.other));
        // The state is that of a semantic lock.
        let state = a.by == LockBy::Semantic;
        hold(a.state == b.state || !state)?;
        hold(LockPlan { state: 0, ..a } == LockPlan { state: 0, ..b })
    }

    /// Two instructions are reached: they must be the same, and so must be all that they lead to.
    fn instruction(&mut self, at_a: u32, at_b: u32) -> Option<()> {
        use Instruction as I;
        let (one, other) = (self.one, self.other);
        let (a, b) = (one.code[at_a as usize], other.code[at_b as usize]);
        hold(std::mem::discriminant(&a) == std::mem::discriminant(&b))?;
        match (a, b) {
            (
                I::Call {
                    operation,
                    link,
                    guard,
                    ..
                },
                I::Call {
                    operation: operation_b,
                    link: link_b,
                    guard: guard_b,
                    keys,
                    timeout,
                    on_error,
                    role,
                },
            ) => {
                hold(
                    a == I::Call {
                        operation,
                        link,
                        guard,
                        keys,
                        timeout,
                        on_error,
                        role,
                    },
                )?;
                self.link(link, link_b)?;
                self.guard(guard, guard_b)?;
                self.operation(operation, operation_b)?;
            }
            (
                I::FanOut { first, end, .. },
                I::FanOut {
                    first: first_b,
                    branches,
                    times,
                    limit,
                    end: end_b,
                },
            ) => {
                hold(
                    a == I::FanOut {
                        first,
                        branches,
                        times,
                        limit,
                        end,
                    },
                )?;
                for branch in 0..branches {
                    self.go(
                        one.branches[(first + branch) as usize],
                        other.branches[(first_b + branch) as usize],
                    )?;
                }
                return self.go(end, end_b);
            }
            (I::Repeat { end, .. }, I::Repeat { times, end: end_b }) => {
                hold(a == I::Repeat { times, end })?;
                self.go(end, end_b)?;
            }
            (I::Again { body }, I::Again { body: body_b }) => self.go(body, body_b)?,
            (
                I::Choose { first, ways },
                I::Choose {
                    first: first_b,
                    ways: ways_b,
                },
            ) => {
                hold(ways == ways_b)?;
                for way in 0..ways {
                    let (a, b) = (
                        one.ways[(first + way) as usize],
                        other.ways[(first_b + way) as usize],
                    );
                    hold(a.below == b.below)?;
                    self.go(a.entry, b.entry)?;
                }
                return Some(());
            }
            (I::Jump { to }, I::Jump { to: to_b }) => return self.go(to, to_b),
            (
                I::Lookup { cache, end },
                I::Lookup {
                    cache: cache_b,
                    end: end_b,
                },
            ) => {
                hold(cache == cache_b)?;
                self.go(end, end_b)?;
            }
            (
                I::Resolve { reference },
                I::Resolve {
                    reference: reference_b,
                },
            ) => {
                hold(reference == reference_b)?;
                self.values(reference, false)?;
            }
            (
                I::Embed { reference },
                I::Embed {
                    reference: reference_b,
                },
            ) => {
                hold(reference == reference_b)?;
                self.values(reference, true)?;
            }
            (
                I::Statement { statement, free },
                I::Statement {
                    statement: statement_b,
                    free: free_b,
                },
            ) => {
                let statements = (
                    &one.statements[statement as usize],
                    &other.statements[statement_b as usize],
                );
                hold(free == free_b && statements.0 == statements.1)?;
            }
            (I::Prepare { .. }, I::Prepare { .. }) => {
                hold(a == b && one.recovery == other.recovery)?;
                hold(one.two_phase_record == other.two_phase_record)?;
            }
            (
                I::Publish {
                    topic, link, relay, ..
                },
                I::Publish {
                    topic: topic_b,
                    link: link_b,
                    relay: relay_b,
                    of,
                    kind,
                    after_commit,
                },
            ) => {
                hold(
                    topic == topic_b
                        && a == I::Publish {
                            topic,
                            link,
                            relay,
                            of,
                            kind,
                            after_commit,
                        },
                )?;
                self.link(link, link_b)?;
                self.relay(relay, relay_b)?;
                self.topic(topic)?;
            }
            (I::TakeLock { lock }, I::TakeLock { lock: lock_b })
            | (I::ReleaseLock { lock }, I::ReleaseLock { lock: lock_b }) => {
                hold(lock == lock_b)?;
                self.lock(lock)?;
            }
            (
                I::OnFailure { clean, unknown },
                I::OnFailure {
                    clean: clean_b,
                    unknown: unknown_b,
                },
            ) => {
                self.go(clean, clean_b)?;
                self.go(unknown, unknown_b)?;
            }
            (
                I::SeenBefore { subscription, end },
                I::SeenBefore {
                    subscription: subscription_b,
                    end: end_b,
                },
            ) => {
                self.remembers(subscription, subscription_b)?;
                self.go(end, end_b)?;
            }
            (
                I::Remember { subscription },
                I::Remember {
                    subscription: subscription_b,
                },
            ) => {
                self.remembers(subscription, subscription_b)?;
            }
            (I::Done | I::Fail, _) => return Some(()),
            // They name nothing that has another place in another plan.
            (
                I::Work(_)
                | I::Query { .. }
                | I::Write { .. }
                | I::Fill { .. }
                | I::Begin { .. }
                | I::Commit
                | I::Decide { .. }
                | I::Decline(_)
                | I::Process(_)
                | I::MayDie(_),
                _,
            ) => hold(a == b)?,
            // Of two kinds: told apart above.
            _ => return None,
        }
        self.go(at_a + 1, at_b + 1)
    }

    /// Two subscriptions whose consumers remember what they have seen.
    fn remembers(&self, a: u16, b: u16) -> Option<()> {
        let (a, b) = (
            &self.one.subscriptions[a as usize],
            &self.other.subscriptions[b as usize],
        );
        hold((a.topic, &a.name, a.window) == (b.topic, &b.name, b.window))
    }
}
