//! Things by name, in the order of their names.
//!
//! A sorted vector. The standard library's map does the same; for a few dozen entries of a dozen types it was 35 KB of
//! the page's program.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// Things by name. Every name stands once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<T>(Vec<(String, T)>);

impl<T> Named<T> {
    /// Nothing.
    pub const fn new() -> Named<T> {
        Named(Vec::new())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The place of a name in the order of the names.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.search(name).ok()
    }

    /// The place of a name, or the one where it would have to be.
    fn search(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(own, _)| own.as_str().cmp(name))
    }

    /// The thing of this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.place(name).map(|place| &self.0[place].1)
    }

    /// The name as it is kept, with its thing.
    pub fn get_key_value(&self, name: &str) -> Option<(&String, &T)> {
        let (name, thing) = &self.0[self.place(name)?];
        Some((name, thing))
    }

    /// The thing of this name, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.place(name).map(|place| &mut self.0[place].1)
    }

    /// Whether there is a thing of this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.place(name).is_some()
    }

    /// Gives a thing a name; whatever had that name is gone.
    pub fn insert(&mut self, name: String, thing: T) {
        match self.search(&name) {
            Ok(place) => self.0[place].1 = thing,
            Err(place) => self.0.insert(place, (name, thing)),
        }
    }

    /// All names with their things, in the order of the names.
    pub fn iter(&self) -> Iter<'_, T> {
        self.0.iter().map(|(name, thing)| (name, thing))
    }

    /// All names, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &String> + ExactSizeIterator + Clone {
        self.0.iter().map(|(name, _)| name)
    }

    /// All things, in the order of their names.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.0.iter().map(|(_, thing)| thing)
    }

    /// All things, in the order of their names, to change them.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().map(|(_, thing)| thing)
    }
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Named::new()
    }
}

/// The thing of this name, which must be there.
impl<T> std::ops::Index<&str> for Named<T> {
    type Output = T;
    fn index(&self, name: &str) -> &T {
        self.get(name).expect("a name that is known")
    }
}

/// What [`Named::iter`] gives.
pub type Iter<'n, T> =
    std::iter::Map<std::slice::Iter<'n, (String, T)>, fn(&'n (String, T)) -> (&'n String, &'n T)>;

impl<'n, T> IntoIterator for &'n Named<T> {
    type Item = (&'n String, &'n T);
    type IntoIter = Iter<'n, T>;
    fn into_iter(self) -> Iter<'n, T> {
        self.iter()
    }
}

impl<T> IntoIterator for Named<T> {
    type Item = (String, T);
    type IntoIter = std::vec::IntoIter<(String, T)>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

struct Entries<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
    type Value = Named<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named<T>, A::Error> {
        let mut named = Named::new();
        while let Some((name, thing)) = map.next_entry()? {
            named.insert(name, thing);
        }
        Ok(named)
    }
}

#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Named<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        std::collections::BTreeMap::<String, T>::schema_name()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        std::collections::BTreeMap::<String, T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_found_by_name_and_listed_in_the_order_of_names() {
        let mut named = Named::new();
        for (name, thing) in [("c", 1), ("a", 2), ("b", 3), ("a", 4)] {
            named.insert(name.to_string(), thing);
        }
        assert_eq!(named.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(named.values().copied().collect::<Vec<_>>(), [4, 3, 1]);
        assert_eq!((named.len(), named["b"]), (3, 3));
        assert_eq!((named.get("c"), named.get("d")), (Some(&1), None));
        assert!(named.contains_key("a") && !named.contains_key(""));
    }

    #[test]
    fn what_is_written_is_an_object_and_is_read_back_in_any_order() {
        let read = |text: &str| serde_json::from_str::<Named<u32>>(text).unwrap();
        let named = read("{\"b\": 2, \"a\": 1}");
        let text = serde_json::to_string(&named).unwrap();
        assert_eq!(text, "{\"a\":1,\"b\":2}");
        assert_eq!(read(&text), named);
    }
}
