//! Rows: versions, when they changed, and what copies of them are worth.

use super::keys::KeyPicker;
use super::plan::Plan;
use kernel::random::Stream;
use kernel::time::Time;

/// How many of a row's latest changes are remembered, to date a copy's staleness.
const REMEMBERED: u32 = 4;

/// A row that somebody owns: its version and the times of its latest changes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Row {
    /// 0 at the start; one more with every committed change.
    pub version: u32,
    /// When version v was committed stands at v mod 4.
    changed_at: [Time; REMEMBERED as usize],
}

impl Row {
    /// Commits a change; the new version.
    pub fn change(&mut self, now: Time) -> u32 {
        self.version += 1;
        self.changed_at[(self.version % REMEMBERED) as usize] = now;
        self.version
    }

    /// The version that was current at `time` (of the last four; a row that changed more often since then gives the
    /// oldest of those, which is too new by a little).
    pub fn version_at(&self, time: Time) -> u32 {
        let oldest = self.version.saturating_sub(REMEMBERED - 1);
        let mut version = self.version;
        while version > oldest && self.changed_at[(version % REMEMBERED) as usize] > time {
            version -= 1;
        }
        version
    }

    /// Since when a copy of `version` has been out of date; `None` if it is current. (With more than four changes
    /// since, the time of the oldest one remembered: a lower bound of the staleness.)
    pub fn outdated_since(&self, version: u32) -> Option<Time> {
        (version < self.version).then(|| {
            let next = (version + 1).max(self.version.saturating_sub(REMEMBERED - 1));
            self.changed_at[(next % REMEMBERED) as usize]
        })
    }
}

/// A copy of a row's value: in a cache, a replica or embedded in another row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// The owner's version that was copied.
    pub version: u32,
    /// When it was read from the owner.
    pub read_at: Time,
}

/// A table at run time.
#[derive(Clone, Debug)]
pub struct Table {
    /// The rows, by key.
    pub rows: Vec<Row>,
    /// How many references each row has.
    columns: usize,
    /// The keys each row refers to: `columns` for each row.
    keys: Vec<u32>,
    /// The versions each row has embedded: `columns` for each row.
    embedded: Vec<u32>,
    /// The row that the next insert replaces (the oldest).
    oldest: u32,
}

/// A page of consecutive rows of one table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The table.
    pub table: u16,
    /// The first row.
    pub start: u32,
    /// How many (they wrap around at the end of the table).
    pub rows: u32,
}

impl Table {
    /// Table `index` of the plan; the rows' references are drawn from `pickers` (by reference) with `streams`.
    pub fn new(plan: &Plan, index: usize, pickers: &[KeyPicker], streams: &mut [Stream]) -> Table {
        let table = &plan.tables[index];
        let columns = table.references.len();
        let keys = (0..table.rows)
            .flat_map(|_| table.references.iter())
            .map(|reference| pickers[*reference as usize].pick(&mut streams[*reference as usize]))
            .collect();
        Table {
            rows: vec![Row::default(); table.rows as usize],
            columns,
            keys,
            embedded: vec![0; table.rows as usize * columns],
            oldest: 0,
        }
    }

    /// The keys that the rows of a page have in a column.
    pub fn keys(&self, page: Page, column: u16) -> impl Iterator<Item = u32> + '_ {
        self.cells(page, column).map(|cell| self.keys[cell])
    }

    /// The keys and embedded versions that the rows of a page have in a column.
    pub fn embedded(&self, page: Page, column: u16) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.cells(page, column)
            .map(|cell| (self.keys[cell], self.embedded[cell]))
    }

    fn cells(&self, page: Page, column: u16) -> impl Iterator<Item = usize> + 'static {
        let (rows, columns) = (self.rows.len(), self.columns);
        (0..page.rows as usize)
            .map(move |i| ((page.start as usize + i) % rows) * columns + column as usize)
    }

    /// Embeds the owner's current `versions` (by key) in a column of every row.
    pub fn embed_all(&mut self, column: u16, versions: &[u32]) {
        for row in 0..self.rows.len() {
            let cell = row * self.columns + column as usize;
            self.embedded[cell] = versions[self.keys[cell] as usize];
        }
    }

    /// Replaces the oldest row by a new one with these keys and embedded versions (one for each column).
    pub fn insert(&mut self, cells: impl Iterator<Item = (u32, u32)>) -> u32 {
        let row = self.oldest;
        for (column, (key, version)) in cells.enumerate() {
            let cell = row as usize * self.columns + column;
            self.keys[cell] = key;
            self.embedded[cell] = version;
        }
        self.oldest = (row + 1) % self.rows.len() as u32;
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_knows_which_version_was_current_when() {
        let mut row = Row::default();
        assert_eq!(row.version_at(Time(5)), 0);
        row.change(Time(10));
        row.change(Time(20));
        assert_eq!(
            [9, 10, 19, 20].map(|t| row.version_at(Time(t))),
            [0, 1, 1, 2]
        );
        assert_eq!(
            [0, 1, 2].map(|v| row.outdated_since(v)),
            [Some(Time(10)), Some(Time(20)), None]
        );
    }

    #[test]
    fn staleness_is_a_lower_bound_once_changes_are_forgotten() {
        let mut row = Row::default();
        for t in 1..=10 {
            row.change(Time(t * 10));
        }
        assert_eq!(row.outdated_since(0), Some(Time(70)));
        assert_eq!(row.outdated_since(8), Some(Time(90)));
        assert_eq!(row.version_at(Time(5)), 7);
    }
}
