//! What is to happen, and its form in the queue: one word, which is written and read at once where an enum of several
//! fields is copied piece by piece.

use super::request::RequestId;

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
    /// A change event (its place in [`super::world::World::changes_sent`]) reaches its reader.
    ChangeArrives(u32),
    /// A change event is written into a replica.
    ChangeApplied { reference: u16 },
    /// A guarded call's wait between two attempts is over.
    CallingGoesOn(u32),
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
    TriesAgain(u32),
    /// A statement has waited long enough for a locked row.
    RowGivesUp(RequestId),
    /// A participant with a prepared transaction (its place) asks what was decided.
    InDoubt(u32),
    /// A record of a table has been in its state for long; the place is one of [`super::statements::Expiries`].
    RecordExpires(u32),
    /// The lease of a business lock (its place) runs out.
    LeaseEnds(u32),
    /// What is published (its place) reaches the broker.
    MessageArrives(RequestId),
    /// The broker's confirmation reaches the publisher.
    ConfirmArrives(RequestId),
    /// A publisher has waited long enough for a confirmation.
    PublishGivesUp(RequestId),
    /// A message (its place in its queue) can be delivered again, or a second time.
    MessageReady(RequestId),
    /// An acknowledgement was due.
    AckDue(RequestId),
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
            Event::ChangeArrives(place) => (6, place.into()),
            Event::ChangeApplied { reference } => (7, reference.into()),
            Event::FaultBegins(fault) => (8, fault.into()),
            Event::FaultEnds(fault) => (9, fault.into()),
            Event::CallingGoesOn(place) => (10, place.into()),
            Event::TimesOut(request) => (11, request.bits()),
            Event::LeavesQueue(request) => (12, request.bits()),
            Event::LooksAgain(request) => (13, request.bits()),
            Event::TriesAgain(place) => (14, place.into()),
            Event::RowGivesUp(request) => (15, request.bits()),
            Event::InDoubt(place) => (16, place.into()),
            Event::RecordExpires(place) => (17, place.into()),
            Event::LeaseEnds(place) => (18, place.into()),
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
            6 => Event::ChangeArrives(rest as u32),
            7 => Event::ChangeApplied {
                reference: rest as u16,
            },
            8 => Event::FaultBegins(rest as u16),
            9 => Event::FaultEnds(rest as u16),
            10 => Event::CallingGoesOn(rest as u32),
            11 => Event::TimesOut(request),
            12 => Event::LeavesQueue(request),
            13 => Event::LooksAgain(request),
            14 => Event::TriesAgain(rest as u32),
            15 => Event::RowGivesUp(request),
            16 => Event::InDoubt(rest as u32),
            17 => Event::RecordExpires(rest as u32),
            18 => Event::LeaseEnds(rest as u32),
            19 => Event::MessageArrives(request),
            20 => Event::ConfirmArrives(request),
            21 => Event::PublishGivesUp(request),
            22 => Event::MessageReady(request),
            23 => Event::AckDue(request),
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
            Event::ChangeArrives(u32::MAX),
            Event::ChangeApplied { reference: 7 },
            Event::FaultBegins(999),
            Event::FaultEnds(u16::MAX),
            Event::CallingGoesOn(u32::MAX),
            Event::TimesOut(request),
            Event::LeavesQueue(request),
            Event::LooksAgain(request),
            Event::TriesAgain(u32::MAX),
            Event::RowGivesUp(request),
            Event::InDoubt(u32::MAX),
            Event::RecordExpires(3),
            Event::LeaseEnds(u32::MAX),
            Event::MessageArrives(request),
            Event::ConfirmArrives(request),
            Event::PublishGivesUp(request),
            Event::MessageReady(request),
            Event::AckDue(request),
            Event::RelayPolls(u16::MAX),
            Event::RelayGoesOn(1),
            Event::ReconciliationBegins(u16::MAX),
            Event::ReconciliationGoesOn(2),
        ] {
            assert_eq!(Event::from(Packed::from(event)), event);
        }
    }
}
