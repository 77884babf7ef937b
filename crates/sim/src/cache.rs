//! One instance's cache: copies of rows with a time to live; the least recently used leaves first.

use super::plan::NONE;
use super::tables::Copied;
use kernel::time::{Span, Time};

/// A bounded cache with time to live and least-recently-used eviction.
#[derive(Clone, Debug)]
pub struct Cache {
    /// Where a key's entry is, or [`NONE`]; empty until the first fill.
    slot_of: Vec<u32>,
    keys: u32,
    entries: Vec<Entry>,
    free: Vec<u32>,
    /// The most recently used entry.
    newest: u32,
    /// The least recently used entry.
    oldest: u32,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    key: u32,
    copy: Copied,
    /// Since when its time to live is counted: its fill, or its last use.
    counts_from: Time,
    newer: u32,
    older: u32,
}

impl Cache {
    /// An empty cache for keys below `keys`.
    pub fn new(keys: u32) -> Cache {
        Cache {
            slot_of: Vec::new(),
            keys,
            entries: Vec::new(),
            free: Vec::new(),
            newest: NONE,
            oldest: NONE,
        }
    }

    /// How many entries it holds, expired ones included until somebody asks for them.
    pub fn len(&self) -> u32 {
        (self.entries.len() - self.free.len()) as u32
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of its entries may not be used any more.
    pub fn expired(&self, now: Time, ttl: Span) -> u32 {
        let mut slot = self.newest;
        let mut expired = 0;
        while slot != NONE {
            let entry = &self.entries[slot as usize];
            expired += u32::from(now >= entry.counts_from + ttl);
            slot = entry.older;
        }
        expired
    }

    /// The copy of `key`, if it is there and its time to live is not over; with `slides` that begins anew with each use.
    pub fn get(&mut self, key: u32, now: Time, ttl: Span, slides: bool) -> Option<Copied> {
        let slot = *self.slot_of.get(key as usize)?;
        if slot == NONE {
            return None;
        }
        let entry = self.entries[slot as usize];
        if now >= entry.counts_from + ttl {
            self.drop_entry(key);
            return None;
        }
        self.unlink(slot);
        self.link_newest(slot);
        if slides {
            self.entries[slot as usize].counts_from = now;
        }
        Some(entry.copy)
    }

    /// Keeps a copy; if more than `size` would be held the least recently used leaves.
    pub fn put(&mut self, key: u32, copy: Copied, now: Time, size: u32) {
        if self.slot_of.is_empty() {
            self.slot_of = vec![NONE; self.keys as usize];
        }
        self.drop_entry(key);
        while self.len() >= size.max(1) {
            self.drop_entry(self.entries[self.oldest as usize].key);
        }
        let entry = Entry {
            key,
            copy,
            counts_from: now,
            newer: NONE,
            older: NONE,
        };
        let slot = match self.free.pop() {
            Some(slot) => {
                self.entries[slot as usize] = entry;
                slot
            }
            None => {
                self.entries.push(entry);
                self.entries.len() as u32 - 1
            }
        };
        self.slot_of[key as usize] = slot;
        self.link_newest(slot);
    }

    /// Forgets `key`; whether it was there.
    pub fn drop_entry(&mut self, key: u32) -> bool {
        let Some(slot) = self
            .slot_of
            .get(key as usize)
            .copied()
            .filter(|slot| *slot != NONE)
        else {
            return false;
        };
        self.slot_of[key as usize] = NONE;
        self.unlink(slot);
        self.free.push(slot);
        true
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Cache::new(self.keys);
    }

    fn unlink(&mut self, slot: u32) {
        let Entry { newer, older, .. } = self.entries[slot as usize];
        match newer {
            NONE => self.newest = older,
            newer => self.entries[newer as usize].older = older,
        }
        match older {
            NONE => self.oldest = newer,
            older => self.entries[older as usize].newer = newer,
        }
    }

    fn link_newest(&mut self, slot: u32) {
        self.entries[slot as usize].newer = NONE;
        self.entries[slot as usize].older = self.newest;
        match self.newest {
            NONE => self.oldest = slot,
            newest => self.entries[newest as usize].newer = slot,
        }
        self.newest = slot;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TTL: Span = Span(100);

    fn copy(version: u32) -> Copied {
        Copied {
            version,
            read_at: Time(0),
        }
    }

    #[test]
    fn a_sliding_entry_lives_as_long_as_it_is_used_often_enough() {
        let mut cache = Cache::new(10);
        cache.put(3, copy(7), Time(0), 5);
        for at in (1..100).map(|times| Time(times * (TTL.0 - 1))) {
            assert_eq!(cache.get(3, at, TTL, true), Some(copy(7)));
        }
        let last = 99 * (TTL.0 - 1);
        assert_eq!(cache.get(3, Time(last + TTL.0), TTL, true), None);
    }

    #[test]
    fn an_entry_lives_for_its_ttl_from_the_fill() {
        let mut cache = Cache::new(10);
        cache.put(3, copy(7), Time(50), 5);
        assert_eq!(cache.get(3, Time(149), TTL, false), Some(copy(7)));
        assert_eq!(cache.expired(Time(150), TTL), 1);
        assert_eq!(cache.get(3, Time(150), TTL, false), None);
        assert!(cache.is_empty());
    }

    proptest! {
        /// The model: a plain list, most recently used last.
        #[test]
        fn the_cache_is_a_bounded_list_in_order_of_use(
            actions in prop::collection::vec((0u8..3, 0u32..8, 0u64..30), 0..200),
            size in 1u32..6,
        ) {
            let mut cache = Cache::new(8);
            let mut model: Vec<(u32, u32, Time)> = Vec::new();
            let mut now = Time(0);
            for (serial, (action, key, wait)) in actions.into_iter().enumerate() {
                now += Span(wait);
                let serial = serial as u32;
                match action {
                    0 => {
                        model.retain(|entry| entry.0 != key);
                        if model.len() as u32 >= size {
                            model.remove(0);
                        }
                        model.push((key, serial, now));
                        cache.put(key, copy(serial), now, size);
                    }
                    1 => {
                        let found = model.iter().position(|entry| entry.0 == key).map(|place| model.remove(place));
                        let alive = found.filter(|entry| now < entry.2 + TTL);
                        model.extend(alive);
                        prop_assert_eq!(cache.get(key, now, TTL, false), alive.map(|entry| copy(entry.1)));
                    }
                    _ => {
                        let before = model.len();
                        model.retain(|entry| entry.0 != key);
                        prop_assert_eq!(cache.drop_entry(key), model.len() < before);
                    }
                }
                prop_assert_eq!(cache.len() as usize, model.len());
            }
        }
    }
}
