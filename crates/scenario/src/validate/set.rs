//! Sets of names and of pairs of names, in their order.

use std::borrow::Borrow;

/// A set, in order.
///
/// A sorted vector, as [`Named`](super::Named) is one: the standard library's set is compiled anew for each type of
/// what is in it, and a document has no more than a few hundred of anything.
#[derive(Debug)]
pub(super) struct Set<T>(Vec<T>);

impl<T: Ord> Set<T> {
    /// Nothing.
    pub(super) const fn new() -> Set<T> {
        Set(Vec::new())
    }

    /// Adds a thing. Whether it was not there yet.
    pub(super) fn insert(&mut self, thing: T) -> bool {
        match self.0.binary_search(&thing) {
            Ok(_) => false,
            Err(place) => {
                self.0.insert(place, thing);
                true
            }
        }
    }

    /// Whether a thing is there.
    pub(super) fn contains<Q: Ord + ?Sized>(&self, thing: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        let search = self.0.binary_search_by(|own| own.borrow().cmp(thing));
        search.is_ok()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them, in order.
    pub(super) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// Keeps only what is wanted.
    pub(super) fn retain(&mut self, wanted: impl FnMut(&T) -> bool) {
        self.0.retain(wanted);
    }
}

impl<T: Ord> Extend<T> for Set<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, things: I) {
        for thing in things {
            self.insert(thing);
        }
    }
}

impl<T> IntoIterator for Set<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_in_order_and_has_each_thing_once() {
        let mut set = Set::new();
        assert!(set.insert("b") && set.insert("a") && !set.insert("b"));
        set.extend(["c", "a"]);
        assert_eq!(set.iter().copied().collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!((set.len(), set.contains(&"c")), (3, true));
        set.retain(|thing| *thing != "c");
        assert!(!set.contains(&"c"));
        assert_eq!(set.into_iter().collect::<Vec<_>>(), ["a", "b"]);
    }
}
