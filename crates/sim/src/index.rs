//! What the simulation keeps by number - business keys, messages, rows of tables -, in the order of the numbers.
//!
//! The standard library's map is compiled anew for each type of key and thing; nine of them were 17 KB of the page's
//! program. Here it is compiled once, from a number to a place, and the things themselves stand in the places.

use super::trace::Key;
use std::collections::BTreeMap;
use std::marker::PhantomData;

/// What can be told from one number, which is in the order of what it stands for.
pub trait Numbered: Copy {
    /// The number that stands for it.
    fn number(self) -> u64;
    /// What a number stands for.
    fn numbered(number: u64) -> Self;
}

/// A business key, a message, a row.
impl Numbered for u32 {
    fn number(self) -> u64 {
        self.into()
    }
    fn numbered(number: u64) -> Self {
        number as u32
    }
}

/// A number.
impl Numbered for u64 {
    fn number(self) -> u64 {
        self
    }
    fn numbered(number: u64) -> Self {
        number
    }
}

/// Something of a table, a lock or a subscription; by these first.
impl Numbered for (u16, Key) {
    fn number(self) -> u64 {
        u64::from(self.0) << 32 | u64::from(self.1)
    }
    fn numbered(number: u64) -> Self {
        ((number >> 32) as u16, number as u32)
    }
}

/// What an operation does for a business key; by the key first.
impl Numbered for (Key, u16) {
    fn number(self) -> u64 {
        u64::from(self.0) << 16 | u64::from(self.1)
    }
    fn numbered(number: u64) -> Self {
        ((number >> 16) as u32, number as u16)
    }
}

/// Things by number, in the order of the numbers.
#[derive(Clone, Debug)]
pub struct Index<K, T> {
    places: Places,
    /// Those in places that are free are as good as new.
    things: Vec<T>,
    keys: PhantomData<K>,
}

/// Where things stand: the part of an index that does not know what they are.
#[derive(Clone, Debug, Default)]
struct Places {
    by_number: BTreeMap<u64, u32>,
    free: Vec<u32>,
}

impl Places {
    fn get(&self, number: u64) -> Option<usize> {
        self.by_number.get(&number).map(|place| *place as usize)
    }

    /// The place of a number. One that has none yet gets a free one, or else the one behind all.
    fn take(&mut self, number: u64) -> usize {
        let behind_all = self.by_number.len() as u32;
        let free = &mut self.free;
        let place = self.by_number.entry(number);
        *place.or_insert_with(|| free.pop().unwrap_or(behind_all)) as usize
    }

    fn give_back(&mut self, number: u64) -> Option<usize> {
        let place = self.by_number.remove(&number)?;
        self.free.push(place);
        Some(place as usize)
    }
}

impl<K: Numbered, T: Default> Index<K, T> {
    /// How many things there are.
    pub fn len(&self) -> usize {
        self.places.by_number.len()
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.places.by_number.is_empty()
    }

    /// What has this number.
    pub fn get(&self, key: K) -> Option<&T> {
        let place = self.places.get(key.number())?;
        Some(&self.things[place])
    }

    /// What has this number, to change it.
    pub fn get_mut(&mut self, key: K) -> Option<&mut T> {
        let place = self.places.get(key.number())?;
        Some(&mut self.things[place])
    }

    /// What has this number; something new if nothing has.
    pub fn get_or_new(&mut self, key: K) -> &mut T {
        let place = self.places.take(key.number());
        if place == self.things.len() {
            self.things.push(T::default());
        }
        &mut self.things[place]
    }

    /// Gives a thing a number; whatever had it is gone.
    pub fn insert(&mut self, key: K, thing: T) {
        *self.get_or_new(key) = thing;
    }

    /// Takes out what has this number.
    pub fn remove(&mut self, key: K) -> Option<T> {
        let place = self.places.give_back(key.number())?;
        Some(std::mem::take(&mut self.things[place]))
    }

    /// What has the lowest number.
    pub fn first(&self) -> Option<(K, &T)> {
        self.iter().next()
    }

    /// All things, in the order of their numbers.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (K, &T)> {
        let places = self.places.by_number.iter();
        places.map(|(number, place)| (K::numbered(*number), &self.things[*place as usize]))
    }
}

impl<K, T> Default for Index<K, T> {
    fn default() -> Self {
        Index {
            places: Places::default(),
            things: Vec::new(),
            keys: PhantomData,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Act {
        Insert(u32, u32),
        New(u32),
        Change(u32, u32),
        Remove(u32),
        RemoveFirst,
    }

    fn act() -> impl Strategy<Value = Act> {
        let key = 0u32..100;
        prop_oneof![
            (key.clone(), any::<u32>()).prop_map(|(key, thing)| Act::Insert(key, thing)),
            key.clone().prop_map(Act::New),
            (key.clone(), any::<u32>()).prop_map(|(key, thing)| Act::Change(key, thing)),
            key.prop_map(Act::Remove),
            Just(Act::RemoveFirst),
        ]
    }

    proptest! {
        /// Like the standard library's map; and no larger than what was in it at once.
        #[test]
        fn an_index_is_a_map(acts in prop::collection::vec(act(), 0..800)) {
            let mut index = Index::<u32, u32>::default();
            let mut oracle = BTreeMap::new();
            let mut most = 0;
            for act in acts {
                match act {
                    Act::Insert(key, thing) => {
                        index.insert(key, thing);
                        oracle.insert(key, thing);
                    }
                    Act::New(key) => {
                        let thing = *index.get_or_new(key);
                        prop_assert_eq!(thing, *oracle.entry(key).or_default());
                    }
                    Act::Change(key, thing) => {
                        let known = index.get_mut(key);
                        prop_assert_eq!(known.as_deref(), oracle.get(&key));
                        if let Some(known) = known {
                            *known = thing;
                            oracle.insert(key, thing);
                        }
                    }
                    Act::Remove(key) => {
                        prop_assert_eq!(index.remove(key), oracle.remove(&key));
                    }
                    Act::RemoveFirst => {
                        let first = index.first().map(|(key, _)| key);
                        prop_assert_eq!(first, oracle.pop_first().map(|(key, _)| key));
                        first.map(|first| index.remove(first));
                    }
                }
                most = most.max(oracle.len());
                prop_assert_eq!(index.len(), oracle.len());
                prop_assert_eq!(index.is_empty(), oracle.is_empty());
                prop_assert!(index.iter().eq(oracle.iter().map(|(key, thing)| (*key, thing))));
                prop_assert!(index.things.len() <= most);
            }
        }

        #[test]
        fn numbers_are_in_the_order_of_what_they_stand_for(
            a in any::<(u16, u32)>(),
            b in any::<(u16, u32)>(),
        ) {
            let turned = |(own, key): (u16, u32)| (key, own);
            prop_assert_eq!(a.number().cmp(&b.number()), a.cmp(&b));
            prop_assert_eq!(turned(a).number().cmp(&turned(b).number()), turned(a).cmp(&turned(b)));
            prop_assert_eq!(<(u16, u32)>::numbered(a.number()), a);
            prop_assert_eq!(<(u32, u16)>::numbered(turned(a).number()), turned(a));
        }
    }
}
