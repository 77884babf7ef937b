//! What is to happen, and its form in the queue: one word, which is written and read at once where an enum of several
//! fields is copied piece by piece.
//!
//! What is to happen to a thing names it by a handle of its type. If the thing is gone by then, nothing happens.

use super::bus::{Entry, InHand};
use super::business_keys::Waiting;
use super::copies::ChangeEvent;
use super::handle::Handle;
use super::leases::Ending;
use super::publishing::Publishing;
use super::request::RequestId;
use super::resilience::LogicalCall;
use super::statements::Expiring;
use super::transactions::{RowWait, Transaction};

/// What is to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// An open client's next request, planned under these settings.
    Asks { client: u16, epoch: u32 },
    /// A closed client's user has thought enough.
    HasThought { client: u16 },
    /// A request reaches its service.
    Arrives(RequestId),
    /// A branch of a fan-out begins.
    BranchBegins(RequestId),
    /// A request's work, query or write is done.
    Resumes(RequestId),
    /// An answer reaches its caller.
    Answers(RequestId),
    /// A change event reaches its reader.
    ChangeArrives(Handle<ChangeEvent>),
    /// A change event is written into a replica.
    ChangeApplied { reference: u16 },
    /// A call's wait between two attempts is over.
    CallGoesOn(Handle<LogicalCall>),
    /// A caller's patience ends.
    TimesOut(RequestId),
    /// A request has waited too long in the accept queue.
    LeavesQueue(RequestId),
    /// The fetch that a request's look into a cache has waited for has ended.
    LooksAgain(RequestId),
    /// A fault begins.
    FaultBegins(u16),
    /// A fault ends.
    FaultEnds(u16),
    /// Somebody who was told of a failure tries again.
    TriesAgain(Handle<Waiting>),
    /// A statement has waited long enough for a locked row.
    RowGivesUp(Handle<RowWait>),
    /// A participant with a prepared transaction asks what was decided.
    InDoubt(Handle<Transaction>),
    /// A record of a table has been in its state for long.
    RecordExpires(Handle<Expiring>),
    /// The lease of a business lock runs out.
    LeaseEnds(Handle<Ending>),
    /// What is published reaches the broker.
    MessageArrives(Handle<Publishing>),
    /// The broker's confirmation reaches the publisher.
    ConfirmArrives(Handle<Publishing>),
    /// A publisher has waited long enough for a confirmation.
    PublishGivesUp(Handle<Publishing>),
    /// A message can be delivered again, or a second time.
    MessageReady(Handle<Entry>),
    /// The acknowledgement of a message in hand was due.
    AckDue(Handle<InHand>),
    /// A relay looks at its outbox.
    RelayPolls(u16),
    /// A relay goes on with what it is doing.
    RelayGoesOn(u16),
    /// A reconciliation begins.
    ReconciliationBegins(u16),
    /// A reconciliation goes on.
    ReconciliationGoesOn(u16),
}

/// An event in one word: its kind in the highest five bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packed(u64);

const KIND_SHIFT: u32 = 59;

impl From<Event> for Packed {
    #[inline]
    fn from(event: Event) -> Packed {
        let (kind, rest) = match event {
            Event::Asks { client, epoch } => (0, u64::from(client) << 32 | u64::from(epoch)),
            Event::HasThought { client } => (1, client.into()),
            Event::Arrives(request) => (2, request.bits()),
            Event::BranchBegins(request) => (3, request.bits()),
            Event::Resumes(request) => (4, request.bits()),
            Event::Answers(request) => (5, request.bits()),
            Event::ChangeArrives(event) => (6, event.bits()),
            Event::ChangeApplied { reference } => (7, reference.into()),
            Event::FaultBegins(fault) => (8, fault.into()),
            Event::FaultEnds(fault) => (9, fault.into()),
            Event::CallGoesOn(call) => (10, call.bits()),
            Event::TimesOut(request) => (11, request.bits()),
            Event::LeavesQueue(request) => (12, request.bits()),
            Event::LooksAgain(request) => (13, request.bits()),
            Event::TriesAgain(waiting) => (14, waiting.bits()),
            Event::RowGivesUp(wait) => (15, wait.bits()),
            Event::InDoubt(transaction) => (16, transaction.bits()),
            Event::RecordExpires(record) => (17, record.bits()),
            Event::LeaseEnds(lease) => (18, lease.bits()),
            Event::MessageArrives(place) => (19, place.bits()),
            Event::ConfirmArrives(place) => (20, place.bits()),
            Event::PublishGivesUp(place) => (21, place.bits()),
            Event::MessageReady(place) => (22, place.bits()),
            Event::AckDue(place) => (23, place.bits()),
            Event::RelayPolls(relay) => (24, relay.into()),
            Event::RelayGoesOn(relay) => (25, relay.into()),
            Event::ReconciliationBegins(it) => (26, it.into()),
            Event::ReconciliationGoesOn(it) => (27, it.into()),
        };
        Packed(kind << KIND_SHIFT | rest)
    }
}

impl From<Packed> for Event {
    #[inline]
    fn from(packed: Packed) -> Event {
        let rest = packed.0 & ((1 << KIND_SHIFT) - 1);
        let request = RequestId::from_bits(rest);
        match packed.0 >> KIND_SHIFT {
            0 => Event::Asks {
                client: (rest >> 32) as u16,
                epoch: rest as u32,
            },
            1 => Event::HasThought {
                client: rest as u16,
            },
            2 => Event::Arrives(request),
            3 => Event::BranchBegins(request),
            4 => Event::Resumes(request),
            5 => Event::Answers(request),
            6 => Event::ChangeArrives(Handle::from_bits(rest)),
            7 => Event::ChangeApplied {
                reference: rest as u16,
            },
            8 => Event::FaultBegins(rest as u16),
            9 => Event::FaultEnds(rest as u16),
            10 => Event::CallGoesOn(Handle::from_bits(rest)),
            11 => Event::TimesOut(request),
            12 => Event::LeavesQueue(request),
            13 => Event::LooksAgain(request),
            14 => Event::TriesAgain(Handle::from_bits(rest)),
            15 => Event::RowGivesUp(Handle::from_bits(rest)),
            16 => Event::InDoubt(Handle::from_bits(rest)),
            17 => Event::RecordExpires(Handle::from_bits(rest)),
            18 => Event::LeaseEnds(Handle::from_bits(rest)),
            19 => Event::MessageArrives(Handle::from_bits(rest)),
            20 => Event::ConfirmArrives(Handle::from_bits(rest)),
            21 => Event::PublishGivesUp(Handle::from_bits(rest)),
            22 => Event::MessageReady(Handle::from_bits(rest)),
            23 => Event::AckDue(Handle::from_bits(rest)),
            24 => Event::RelayPolls(rest as u16),
            25 => Event::RelayGoesOn(rest as u16),
            26 => Event::ReconciliationBegins(rest as u16),
            _ => Event::ReconciliationGoesOn(rest as u16),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_comes_out_of_its_word_as_it_went_in() {
        let request = RequestId::new(u32::MAX - 3, (1 << 27) - 2);
        let rest = request.bits();
        for event in [
            Event::Asks {
                client: u16::MAX,
                epoch: u32::MAX,
            },
            Event::HasThought { client: 60_000 },
            Event::Arrives(request),
            Event::BranchBegins(request),
            Event::Resumes(request),
            Event::Answers(request),
            Event::ChangeArrives(Handle::from_bits(rest)),
            Event::ChangeApplied { reference: 7 },
            Event::FaultBegins(999),
            Event::FaultEnds(u16::MAX),
            Event::CallGoesOn(Handle::from_bits(rest)),
            Event::TimesOut(request),
            Event::LeavesQueue(request),
            Event::LooksAgain(request),
            Event::TriesAgain(Handle::from_bits(rest)),
            Event::RowGivesUp(Handle::from_bits(rest)),
            Event::InDoubt(Handle::from_bits(rest)),
            Event::RecordExpires(Handle::from_bits(rest)),
            Event::LeaseEnds(Handle::from_bits(rest)),
            Event::MessageArrives(Handle::from_bits(rest)),
            Event::ConfirmArrives(Handle::from_bits(rest)),
            Event::PublishGivesUp(Handle::from_bits(rest)),
            Event::MessageReady(Handle::from_bits(rest)),
            Event::AckDue(Handle::from_bits(rest)),
            Event::RelayPolls(u16::MAX),
            Event::RelayGoesOn(1),
            Event::ReconciliationBegins(u16::MAX),
            Event::ReconciliationGoesOn(2),
        ] {
            assert_eq!(Event::from(Packed::from(event)), event);
        }
    }
}
