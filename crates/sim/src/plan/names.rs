//! What the names of a document stand for.

use super::Plan;

/// The place of the thing of this name.
fn place<T>(things: &[T], name_of: impl Fn(&T) -> &str, name: &str) -> Option<u16> {
    let place = things.iter().position(|thing| name_of(thing) == name)?;
    Some(place as u16)
}

impl Plan {
    /// The service of this name.
    pub fn service_named(&self, name: &str) -> Option<u16> {
        place(&self.services, |service| &service.name, name)
    }

    /// The store of this name.
    pub fn store_named(&self, name: &str) -> Option<u16> {
        place(&self.stores, |store| &store.name, name)
    }

    /// The topic of this name.
    pub fn topic_named(&self, name: &str) -> Option<u16> {
        place(&self.topics, |topic| &topic.name, name)
    }

    /// The operation `"service.operation"`.
    pub fn operation_named(&self, name: &str) -> Option<u16> {
        place(&self.operations, |operation| &operation.name, name)
    }

    /// The client of this name.
    pub fn client_named(&self, name: &str) -> Option<u16> {
        place(&self.clients, |client| &client.name, name)
    }

    /// The link that a document calls `"a -> b"`.
    pub fn link_named(&self, name: &str) -> Option<u16> {
        let (from, to) = name.split_once("->")?;
        let (from, to) = (from.trim(), to.trim());
        self.links
            .iter()
            .position(|link| self.end_name(link.from) == from && self.end_name(link.to) == to)
            .map(|index| index as u16)
    }
}
