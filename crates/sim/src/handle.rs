//! Handles: a place in a slab, and which of those that have had this place is meant.
//!
//! A place serves again when what was in it is gone. An event that was scheduled for the one before must not act on the
//! one after: an in-doubt transaction was once ended by the timer of an older one that had had its place. So whatever
//! waits for a thing names it by a handle, and a handle whose thing is gone leads nowhere.

use std::fmt;
use std::marker::PhantomData;

/// A place's uses are counted in so many bits. (The count begins anew after 134 million uses of one place; nothing waits
/// for a thing for so long.)
pub const GENERATION_BITS: u32 = 27;

/// The thing in a place, of a generation: in one word, of which the highest five bits are free.
pub struct Handle<T> {
    bits: u64,
    of: PhantomData<fn() -> T>,
}

impl<T> Handle<T> {
    /// Stands where a handle is expected and nothing is meant yet.
    pub const FIRST: Handle<T> = Handle {
        bits: 0,
        of: PhantomData,
    };

    /// The thing in this place, of this generation.
    #[inline]
    pub fn new(place: u32, generation: u32) -> Handle<T> {
        Handle::from_bits(u64::from(generation) << 32 | u64::from(place))
    }

    /// The place.
    #[inline]
    pub fn place(self) -> u32 {
        self.bits as u32
    }

    /// The place, as an index.
    #[inline]
    pub fn index(self) -> usize {
        self.place() as usize
    }

    /// How often the place had been used before.
    #[inline]
    pub fn generation(self) -> u32 {
        (self.bits >> 32) as u32
    }

    /// The word.
    #[inline]
    pub fn bits(self) -> u64 {
        self.bits
    }

    /// What [`Handle::bits`] gave.
    #[inline]
    pub fn from_bits(bits: u64) -> Handle<T> {
        Handle {
            bits,
            of: PhantomData,
        }
    }
}

impl<T> Clone for Handle<T> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Handle<T> {}

impl<T> PartialEq for Handle<T> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}

impl<T> Eq for Handle<T> {}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.place(), self.generation())
    }
}

/// The generation after this one.
#[inline]
pub fn next_generation(generation: u32) -> u32 {
    (generation + 1) % (1 << GENERATION_BITS)
}

/// A slab whose places keep their memory, so that the steady state allocates nothing.
///
/// Whoever owns a thing keeps its place; whoever only waits for it keeps a handle.
#[derive(Clone, Debug)]
pub struct Pooled<T> {
    places: Vec<T>,
    /// By place: how often it has been given back.
    generations: Vec<u32>,
    /// By place: whether something is in it.
    taken: Vec<bool>,
    free: Vec<u32>,
}

impl<T> Default for Pooled<T> {
    fn default() -> Self {
        Pooled {
            places: Vec::new(),
            generations: Vec::new(),
            taken: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T: Default> Pooled<T> {
    /// A place, as its last user left it.
    pub fn take(&mut self) -> u32 {
        let place = self.free.pop().unwrap_or_else(|| {
            self.places.push(T::default());
            self.generations.push(0);
            self.taken.push(false);
            self.places.len() as u32 - 1
        });
        self.taken[place as usize] = true;
        place
    }

    /// A place with this thing in it.
    pub fn put(&mut self, thing: T) -> Handle<T> {
        let place = self.take();
        self.places[place as usize] = thing;
        self.handle(place)
    }

    /// How many places are taken.
    pub fn used(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// The name of what is in a place now.
    pub fn handle(&self, place: u32) -> Handle<T> {
        Handle::new(place, self.generations[place as usize])
    }

    /// Whether what a handle names is still there.
    #[inline]
    pub fn is_live(&self, handle: Handle<T>) -> bool {
        self.generations.get(handle.index()) == Some(&handle.generation())
            && self.taken[handle.index()]
    }

    /// What a handle names, if it is still there.
    #[inline]
    pub fn live(&self, handle: Handle<T>) -> Option<&T> {
        self.is_live(handle).then(|| &self.places[handle.index()])
    }

    /// What a handle names, if it is still there, to change it.
    #[inline]
    pub fn live_mut(&mut self, handle: Handle<T>) -> Option<&mut T> {
        self.is_live(handle)
            .then(|| &mut self.places[handle.index()])
    }

    /// All that is there.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        let places = self.places.iter().zip(&self.taken);
        places.filter_map(|(thing, taken)| taken.then_some(thing))
    }

    /// All that is there, to change it.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        let places = self.places.iter_mut().zip(&self.taken);
        places.filter_map(|(thing, taken)| taken.then_some(thing))
    }

    /// Gives the place back: whoever still names what was in it names nothing.
    pub fn give_back(&mut self, place: u32) {
        debug_assert!(self.taken[place as usize], "a place is given back once");
        let generation = &mut self.generations[place as usize];
        *generation = next_generation(*generation);
        self.taken[place as usize] = false;
        self.free.push(place);
    }
}

impl<T> std::ops::Index<u32> for Pooled<T> {
    type Output = T;
    fn index(&self, place: u32) -> &T {
        debug_assert!(self.taken[place as usize]);
        &self.places[place as usize]
    }
}

impl<T> std::ops::IndexMut<u32> for Pooled<T> {
    fn index_mut(&mut self, place: u32) -> &mut T {
        debug_assert!(self.taken[place as usize]);
        &mut self.places[place as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_handle_comes_out_of_its_word_as_it_went_in() {
        let handle = Handle::<u8>::new(u32::MAX - 3, (1 << GENERATION_BITS) - 2);
        assert_eq!(Handle::from_bits(handle.bits()), handle);
        assert_eq!(handle.place(), u32::MAX - 3);
        assert_eq!(handle.generation(), (1 << GENERATION_BITS) - 2);
        assert_eq!(handle.bits() >> 59, 0);
        assert_eq!(next_generation((1 << GENERATION_BITS) - 1), 0);
    }

    proptest! {
        /// A handle leads to what it was made for, or nowhere: never to another thing in its place.
        #[test]
        fn a_handle_leads_to_its_own_thing_alone(acts in prop::collection::vec(any::<(bool, u8)>(), 0..300)) {
            let mut pool = Pooled::<u32>::default();
            let mut all: Vec<(Handle<u32>, u32, bool)> = Vec::new();
            for (number, (takes, which)) in (0..).zip(acts) {
                let alive: Vec<usize> = (0..all.len()).filter(|it| all[*it].2).collect();
                if takes || alive.is_empty() {
                    all.push((pool.put(number), number, true));
                } else {
                    let it = alive[which as usize % alive.len()];
                    pool.give_back(all[it].0.place());
                    all[it].2 = false;
                }
                for (handle, thing, lives) in &all {
                    prop_assert_eq!(pool.live(*handle), lives.then_some(thing));
                }
                prop_assert_eq!(pool.used(), all.iter().filter(|it| it.2).count());
                prop_assert_eq!(pool.iter().count(), pool.used());
            }
        }
    }
}
