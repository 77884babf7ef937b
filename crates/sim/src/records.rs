//! Records: rows with a business key, a state, a version and a few numbers. What is here is committed.

use super::index::Index;
use super::lineage::Lineage;
use super::plan::{Plan, TablePlan, Values};
use super::trace::Key;
use kernel::time::Time;

/// Keys of records that are not there from the start begin here; smaller ones are rows that are.
pub const NEW_KEYS: Key = 1_000_000;

/// A business key as people see it: new ones are counted from 1.
pub fn shown(key: Key) -> Key {
    if key > NEW_KEYS { key - NEW_KEYS } else { key }
}

/// What a table holds under one key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// How many records there are of this key: more than one only where the key is not unique.
    pub rows: u16,
    /// The state of the latest.
    pub state: u8,
    /// The version of the latest: one more with each change, or that of the event it was copied from.
    pub version: u32,
    /// Its numbers.
    pub values: Values,
    /// When it was written last.
    pub written_at: Time,
    /// The lineage of the client's request (or of the delivery) for which it was written last.
    pub by: Lineage,
}

/// The records of a table.
#[derive(Clone, Debug, Default)]
pub struct Records {
    rows: Index<Key, Stored>,
}

impl Records {
    /// What is there at the start.
    pub fn new(table: &TablePlan) -> Records {
        let first = Stored {
            rows: 1,
            values: table.start,
            ..Stored::default()
        };
        let mut records = Records::default();
        if table.is_record() {
            (0..table.rows).for_each(|key| records.put(key, first));
        }
        records
    }

    /// What is stored under a key.
    pub fn get(&self, key: Key) -> Option<&Stored> {
        self.rows.get(key)
    }

    /// Stores a record.
    pub fn put(&mut self, key: Key, stored: Stored) {
        self.rows.insert(key, stored);
    }

    /// Forgets a key.
    pub fn remove(&mut self, key: Key) {
        self.rows.remove(key);
    }

    /// All of it, in the order of keys.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Key, &Stored)> {
        self.rows.iter()
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What a table holds of a key in some states (a bit for each).
    pub fn count(&self, key: Key, states: u16) -> u32 {
        self.get(key)
            .filter(|stored| states >> stored.state & 1 == 1)
            .map_or(0, |stored| stored.rows.into())
    }
}

/// All tables of a plan, those without records included (they are empty).
pub fn all(plan: &Plan) -> Vec<Records> {
    plan.tables.iter().map(Records::new).collect()
}
