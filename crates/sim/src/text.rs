//! The trace as text: one line for each record, the same everywhere. Golden traces and digests are made of it.

mod writing;

use super::plan::{End, Plan};
use super::trace::{Copies, GuardState, KeptBy, Message, Outcome, Phase, Record, Role, What};
use kernel::time::Time;

/// A time as seconds with nine digits.
fn seconds(time: Time) -> String {
    format!("{}.{:09}", time.0 / 1_000_000_000, time.0 % 1_000_000_000)
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Ok => "ok",
        Outcome::Failed => "failed",
        Outcome::Rejected => "rejected",
        Outcome::Refused => "refused",
        Outcome::Broken => "broken",
        Outcome::TimedOut => "timed out",
        Outcome::NotPermitted => "not permitted",
        Outcome::Declined => "declined",
    }
}

/// One record as a line, without its end.
pub fn line(plan: &Plan, record: &Record) -> String {
    format!("{} {}", seconds(record.at), what(plan, &record.what))
}

fn what(plan: &Plan, what: &What) -> String {
    let service = |service: u16| plan.services[service as usize].name.as_str();
    let operation = |operation: u16| plan.operations[operation as usize].name.as_str();
    let store = |store: u16| plan.stores[store as usize].name.as_str();
    let place = |end: End, instance: u16| match end {
        End::Client(client) => plan.clients[client as usize].name.clone(),
        End::Service(service) => format!("{}/{instance}", plan.services[service as usize].name),
        End::Topic(topic) => plan.topics[topic as usize].name.clone(),
    };
    let link = |link: u16| {
        let link = &plan.links[link as usize];
        format!("{} -> {}", plan.end_name(link.from), plan.end_name(link.to))
    };
    let copies = |copies: Copies, instance: Option<u16>| {
        let instance = instance.map_or(String::new(), |instance| format!("/{instance}"));
        match copies {
            Copies::Replica(reference) => {
                format!("replica {}", plan.references[reference as usize].name)
            }
            Copies::ReferenceCache(reference) => {
                format!(
                    "cache {}{instance}",
                    plan.references[reference as usize].name
                )
            }
            Copies::Cache(cache) => format!("cache {}{instance}", plan.caches[cache as usize].name),
        }
    };
    match *what {
        What::Issued { request, client } => {
            let plan = &plan.clients[client as usize];
            format!(
                "#{request} {} asks for {}",
                plan.name,
                operation(plan.operation)
            )
        }
        What::Settled {
            request,
            client,
            outcome: how,
            latency,
            calls,
        } => format!(
            "#{request} {} has it: {} after {latency}, {calls} calls",
            plan.clients[client as usize].name,
            outcome(how)
        ),
        What::Hop {
            request,
            link,
            message,
            from_instance,
            to_instance,
            arrives,
            lost,
            keys,
        } => {
            let link = &plan.links[link as usize];
            let (from, to) = (place(link.from, from_instance), place(link.to, to_instance));
            let fate = if lost { "lost" } else { "arrives" };
            let at = seconds(arrives);
            match message {
                Message::Request => {
                    format!("#{request} request {from} -> {to}, {keys} keys, {fate} {at}")
                }
                Message::Answer(how) => format!(
                    "#{request} answer {to} -> {from}, {}, {fate} {at}",
                    outcome(how)
                ),
            }
        }
        What::Called {
            request,
            parent,
            operation: called,
            role,
        } => {
            let role = match role {
                Role::Plain | Role::Prepare | Role::Commit | Role::Rollback => "",
                Role::Confirm => " to confirm",
                Role::Undo => " to undo",
                Role::Repair => " to repair",
            };
            format!(
                "#{request} called by #{parent}{role}: {}",
                operation(called)
            )
        }
        What::Retried {
            request,
            of,
            operation: called,
            attempt,
            ..
        } => format!(
            "#{request} is attempt {attempt} of #{of}: {}",
            operation(called)
        ),
        What::CallNotPermitted {
            request,
            operation: called,
            guard,
            by,
            ..
        } => {
            let by = match by {
                KeptBy::Breaker => "breaker",
                KeptBy::Throttle => "throttle",
            };
            format!(
                "#{request} is kept back by the {by} of {}: {}",
                plan.guards[guard as usize].name,
                operation(called)
            )
        }
        What::RetryDenied { request, guard } => format!(
            "#{request} is not tried again: the retry budget of {} does not allow it",
            plan.guards[guard as usize].name
        ),
        What::GuardChanged {
            guard,
            instance,
            request: _,
            state,
        } => {
            let of = format!("{}/{instance}", plan.guards[guard as usize].name);
            match state {
                GuardState::Breaker(phase) => {
                    let phase = match phase {
                        Phase::Closed => "closed",
                        Phase::Open => "open",
                        Phase::HalfOpen => "half-open",
                    };
                    format!("the breaker of {of} is {phase}")
                }
                GuardState::Tokens(tokens) => {
                    format!("the retry budget of {of} has {tokens} tokens")
                }
                GuardState::Throttle(percent) => {
                    format!("the throttle of {of} keeps back {percent} %")
                }
            }
        }
        What::Queued {
            request,
            service: s,
            instance,
        } => format!("#{request} waits for a worker of {}/{instance}", service(s)),
        What::Started {
            request,
            operation: o,
            service: s,
            instance,
            waited,
            queued: _,
        } => format!(
            "#{request} starts {} at {}/{instance} after {waited}",
            operation(o),
            service(s)
        ),
        What::TurnedAway {
            request,
            operation: o,
            service: s,
            outcome: how,
        } => format!(
            "#{request} turned away by {}: {} {}",
            service(s),
            operation(o),
            outcome(how)
        ),
        What::Finished {
            request,
            operation: o,
            service: s,
            instance,
            outcome: how,
            held,
        } => format!(
            "#{request} ends {} at {}/{instance}: {} after {held}",
            operation(o),
            service(s),
            outcome(how)
        ),
        What::LeftQueue {
            request,
            service: s,
            instance,
            ..
        } => format!(
            "#{request} has waited too long for a worker of {}/{instance}",
            service(s)
        ),
        What::Dropped {
            request,
            operation: o,
            service: s,
            instance,
        } => format!(
            "#{request} dies waiting for {} at {}/{instance}",
            operation(o),
            service(s)
        ),
        What::WorkerBlocked {
            request,
            service: s,
            instance,
        } => format!(
            "#{request} holds a worker of {}/{instance} and waits",
            service(s)
        ),
        What::WorkerResumed {
            request,
            service: s,
            instance,
        } => format!("#{request} goes on at {}/{instance}", service(s)),
        What::Answered {
            request,
            operation: o,
            outcome: how,
            latency,
        } => format!(
            "#{request} answered: {} {} after {latency}",
            operation(o),
            outcome(how)
        ),
        What::LateResponse {
            request,
            operation: o,
            outcome: how,
        } => format!(
            "#{request} answered too late: {} had been {}",
            operation(o),
            outcome(how)
        ),
        What::ConnectionWanted { store: s } => format!("a connection of {} is wanted", store(s)),
        What::ConnectionTaken {
            store: s,
            waited,
            holds,
            ..
        } => {
            format!(
                "a connection of {} is taken for {holds} after {waited}",
                store(s)
            )
        }
        What::ConnectionReturned { store: s } => {
            format!("a connection of {} is returned", store(s))
        }
        What::ConnectionUnwanted { store: s } => {
            format!("a connection of {} is no longer wanted", store(s))
        }
        What::Changed {
            table,
            key,
            version,
        } => {
            format!(
                "{} {key} is now version {version}",
                plan.tables[table as usize].name
            )
        }
        What::Resolved {
            request,
            reference,
            values,
            hits,
            misses,
            stale,
            stalest,
            stale_sum: _,
            calls,
        } => format!(
            "#{request} has {}: {values} values, {hits} hits, {misses} misses, {calls} calls, {stale} stale (up to {stalest})",
            plan.references[reference as usize].name
        ),
        What::LookedUp {
            request,
            cache,
            hit,
            stale,
            age,
        } => {
            let found = match (hit, stale) {
                (false, _) => "a miss",
                (true, false) => "a hit",
                (true, true) => "a stale hit",
            };
            format!(
                "#{request} looks into {}: {found}, age {age}",
                plan.caches[cache as usize].name
            )
        }
        What::EventSent {
            copies: c,
            link: l,
            instance,
            key,
            arrives,
            lost,
        } => {
            let fate = if lost { "lost" } else { "arrives" };
            format!(
                "event {key} {} for {}, {fate} {}",
                link(l),
                copies(c, instance),
                seconds(arrives)
            )
        }
        What::EventHeld { link: l } => format!("event held up: {} is cut", link(l)),
        What::EventApplied {
            copies: c,
            instance,
            key,
            lag,
        } => format!("event {key} applied to {} after {lag}", copies(c, instance)),
        What::FaultBegan { fault } => format!("fault {fault} begins"),
        What::FaultEnded { fault } => format!("fault {fault} ends"),
        What::Reconfigured => "settings changed".to_string(),
        ref about_writing => writing::line(plan, about_writing).unwrap_or_default(),
    }
}
