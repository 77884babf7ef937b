//! Feeds: where change events run from an owner to the copies that listen.

use super::place::Placer;
use super::{Feed, Form, Layout, Point};
use crate::scenario::{CacheSync, ReadStrategy};

impl Placer<'_> {
    pub(super) fn place_feeds(&self, layout: &mut Layout) {
        let mut feeds: Vec<Feed> = Vec::new();
        for reference in &self.plan.references {
            let replica = reference.strategy == ReadStrategy::Replica;
            let cache = reference.strategy == ReadStrategy::LocalCache
                && self.plan.caches[reference.cache as usize].sync == CacheSync::Broadcast;
            if !(replica || cache) || reference.reader == reference.owner {
                continue;
            }
            if let Some(feed) = feeds
                .iter_mut()
                .find(|feed| feed.link == reference.event_link)
            {
                feed.replicas |= replica;
                feed.caches |= cache;
                continue;
            }
            feeds.push(self.feed(
                layout,
                reference.reader,
                reference.owner,
                reference.event_link,
                replica,
                cache,
            ));
        }
        layout.feeds = feeds;
    }

    fn feed(
        &self,
        layout: &Layout,
        reader: u16,
        owner: u16,
        link: u16,
        replicas: bool,
        caches: bool,
    ) -> Feed {
        let reader_rect = layout.services[reader as usize].rect;
        let owner_rect = layout.services[owner as usize].rect;
        let store = layout
            .stores
            .iter()
            .find(|store| self.plan.stores[store.store as usize].service == reader)
            .map_or(reader_rect, |store| store.rect);
        match self.form {
            Form::Wide => {
                let forwards = reader_rect.x < owner_rect.x;
                let (out, into) = if forwards {
                    (owner_rect.x, reader_rect.right())
                } else {
                    (owner_rect.right(), reader_rect.x)
                };
                let store_edge = if forwards { store.right() } else { store.x };
                let y = owner_rect.bottom().max(reader_rect.bottom()) + 26.0;
                Feed {
                    link,
                    at: Point {
                        x: f64::midpoint(out, into),
                        y,
                    },
                    from: Point {
                        x: out,
                        y: owner_rect.bottom() - 24.0,
                    },
                    to_store: Point {
                        x: store_edge,
                        y: store.y + 48.0,
                    },
                    to_service: Point {
                        x: into,
                        y: reader_rect.bottom() - 22.0,
                    },
                    replicas,
                    caches,
                }
            }
            Form::Tall => {
                let below = reader_rect.y < owner_rect.y;
                let (out, into) = if below {
                    (owner_rect.y, reader_rect.bottom())
                } else {
                    (owner_rect.bottom(), reader_rect.y)
                };
                let store_edge = if below { store.bottom() } else { store.y };
                Feed {
                    link,
                    at: Point {
                        x: reader_rect.right() + 14.0,
                        y: f64::midpoint(out, into),
                    },
                    from: Point {
                        x: owner_rect.right() - 24.0,
                        y: out,
                    },
                    to_store: Point {
                        x: store.x + store.w / 2.0,
                        y: store_edge,
                    },
                    to_service: Point {
                        x: reader_rect.right() - 30.0,
                        y: into,
                    },
                    replicas,
                    caches,
                }
            }
        }
    }
}
