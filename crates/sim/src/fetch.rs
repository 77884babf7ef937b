//! Working memory of reads: which keys a list still fetches, and the row a registration is about to insert.

use super::handle::Pooled;
use kernel::time::Span;
use scenario::ReadStrategy;

/// The values of one reference, on their way to one list (or to one new row).
#[derive(Clone, Debug, Default)]
pub struct Fetch {
    /// The reference.
    pub reference: u16,
    /// How it is done; copied, so that a change of settings does not confuse what has begun.
    pub strategy: ReadStrategy,
    /// The keys to call for.
    pub keys: Vec<u32>,
    /// How many of them have been asked for.
    pub next: u32,
    /// Keys of one call.
    pub chunk: u32,
    /// Calls at once.
    pub limit: u32,
    /// Whether the value is for a new row that embeds it.
    pub embeds: bool,
    /// What the list will be told.
    pub tally: Tally,
}

/// What getting the values of a reference took, and what they are worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Values needed.
    pub values: u32,
    /// Found in a cache.
    pub hits: u32,
    /// Not found in a cache.
    pub misses: u32,
    /// Older than the owner's.
    pub stale: u32,
    /// The longest time that one had been out of date.
    pub stalest: Span,
    /// The sum of those times.
    pub stale_sum: Span,
    /// Calls made.
    pub calls: u32,
}

impl Tally {
    /// Counts a value that has been out of date for so long.
    pub fn count_stale(&mut self, outdated: Span) {
        self.stale += 1;
        self.stalest = self.stalest.max(outdated);
        self.stale_sum = self.stale_sum + outdated;
    }
}

/// The fetches under way.
pub type Fetches = Pooled<Fetch>;

/// The rows about to be inserted: the key and the embedded version of each reference.
pub type NewRows = Pooled<Vec<(u32, u32)>>;
