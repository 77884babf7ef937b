//! Placing: who stands where, and how the lines run.

use super::grid::rows;
use super::{
    Chip, ChipKind, Cylinder, Drawer, Form, Layout, People, Point, Rect, Route, ServiceBox, Topic,
};
use crate::scenario::{CacheSync, ReadStrategy};
use crate::sim::{End, Plan};
use std::collections::BTreeMap;

/// Sizes that depend on the form.
struct Measures {
    margin: f64,
    people: (f64, f64),
    people_gap: f64,
    service: (f64, f64),
    store: (f64, f64),
    /// Between a service and its store.
    wire: f64,
    /// Between one layer of services and the next.
    layer_gap: f64,
    /// Between two services of a layer.
    cell_gap: f64,
    /// Between the last layer and those who stand behind it.
    behind_gap: f64,
    lid: f64,
}

const WIDE: Measures = Measures {
    margin: 8.0,
    people: (104.0, 112.0),
    people_gap: 66.0,
    service: (250.0, 206.0),
    store: (250.0, 152.0),
    wire: 44.0,
    layer_gap: 200.0,
    cell_gap: 36.0,
    behind_gap: 46.0,
    lid: 13.0,
};

const TALL: Measures = Measures {
    margin: 6.0,
    people: (112.0, 82.0),
    people_gap: 40.0,
    service: (206.0, 150.0),
    store: (130.0, 150.0),
    wire: 14.0,
    layer_gap: 92.0,
    cell_gap: 24.0,
    behind_gap: 34.0,
    lid: 9.0,
};

/// At most so many figures before one service; more are drawn as one group.
const FIGURES_MAX: usize = 3;
/// The width of the room where a service's accept queue waits.
const QUEUE_WIDTH: f64 = 44.0;

pub(super) struct Placer<'a> {
    plan: &'a Plan,
    main_client: u16,
    form: Form,
    measures: &'static Measures,
    /// For each service its layer.
    layers: Vec<usize>,
}

impl<'a> Placer<'a> {
    pub(super) fn new(plan: &'a Plan, main_client: u16, form: Form) -> Self {
        Placer {
            plan,
            main_client,
            form,
            measures: match form {
                Form::Wide => &WIDE,
                Form::Tall => &TALL,
            },
            layers: layers(plan),
        }
    }

    pub(super) fn place(self) -> Layout {
        let (front, behind) = self.groups();
        let mut layout = Layout {
            form: self.form,
            ..Layout::default()
        };
        let main =
            self.measures.margin + self.along(self.measures.people) + self.measures.people_gap;
        let start = if front.is_empty() {
            self.measures.margin
        } else {
            main
        };
        self.place_services(&mut layout, start);
        self.place_people(&mut layout, &front, &behind);
        self.measure(&mut layout);
        self.place_routes(&mut layout);
        self.place_topics(&mut layout);
        layout
    }

    /// The extent of a (width, height) in the direction in which the picture runs.
    fn along(&self, (w, h): (f64, f64)) -> f64 {
        match self.form {
            Form::Wide => w,
            Form::Tall => h,
        }
    }

    /// Clients by figure: those in front of everything, and those behind the last layer.
    fn groups(&self) -> (Vec<Vec<u16>>, Vec<Vec<u16>>) {
        let last = self.layers.iter().copied().max().unwrap_or(0);
        let mut by_service: BTreeMap<u16, Vec<u16>> = BTreeMap::new();
        let mut clients: Vec<u16> = (0..self.plan.clients.len() as u16).collect();
        clients.sort_by_key(|client| *client != self.main_client);
        for client in clients {
            let operation = self.plan.clients[client as usize].operation;
            by_service
                .entry(self.plan.operations[operation as usize].service)
                .or_default()
                .push(client);
        }
        let (mut front, mut behind) = (Vec::new(), Vec::new());
        for (service, clients) in by_service {
            if last > 0 && self.layers[service as usize] == last {
                behind.push(clients);
            } else if clients.len() > FIGURES_MAX {
                let (alone, together) = clients.split_at(FIGURES_MAX - 1);
                front.extend(alone.iter().map(|client| vec![*client]));
                front.push(together.to_vec());
            } else {
                // The one whose outcome counts first; the others in the order of the plan.
                front.extend(clients.iter().map(|client| vec![*client]));
            }
        }
        front.sort_by_key(|group| !group.contains(&self.main_client));
        (front, behind)
    }

    fn place_services(&self, layout: &mut Layout, start: f64) {
        let m = self.measures;
        let mut used: BTreeMap<usize, f64> = BTreeMap::new();
        for service in 0..self.plan.services.len() {
            let layer = self.layers[service];
            let has_store = self
                .plan
                .stores
                .iter()
                .any(|store| store.service as usize == service);
            let across = used.entry(layer).or_insert(m.margin + 4.0);
            let rect = match self.form {
                Form::Wide => Rect::new(
                    start + layer as f64 * (m.service.0 + m.layer_gap),
                    *across,
                    m.service.0,
                    m.service.1,
                ),
                Form::Tall => Rect::new(
                    *across - 4.0,
                    start + layer as f64 * (m.service.1 + m.layer_gap),
                    m.service.0,
                    m.service.1,
                ),
            };
            *across += match (self.form, has_store) {
                (Form::Wide, true) => m.service.1 + m.wire + m.store.1 + m.cell_gap,
                (Form::Wide, false) => m.service.1 + m.cell_gap,
                (Form::Tall, _) => m.service.0 + m.wire + m.store.0 + m.cell_gap,
            };
            layout.services.push(self.service(service as u16, rect));
        }
        for (index, store) in self.plan.stores.iter().enumerate() {
            let home = layout.services[store.service as usize].rect;
            // A second store of the same service stands beside the first.
            let earlier = self.plan.stores[..index]
                .iter()
                .filter(|other| other.service == store.service);
            let shift = earlier.count() as f64;
            let (rect, wire) = match self.form {
                Form::Wide => {
                    let rect = Rect::new(
                        home.x + shift * 24.0,
                        home.bottom() + m.wire,
                        m.store.0,
                        m.store.1,
                    );
                    let x = rect.x + rect.w / 2.0;
                    let wire = (
                        Point {
                            x,
                            y: home.bottom(),
                        },
                        Point { x, y: rect.y },
                    );
                    (rect, wire)
                }
                Form::Tall => {
                    let rect = Rect::new(
                        home.right() + m.wire,
                        home.y + shift * 16.0,
                        m.store.0,
                        m.store.1,
                    );
                    let y = rect.y + rect.h / 2.0;
                    let wire = (Point { x: home.right(), y }, Point { x: rect.x, y });
                    (rect, wire)
                }
            };
            layout.stores.push(self.cylinder(index as u16, rect, wire));
        }
    }

    fn service(&self, service: u16, rect: Rect) -> ServiceBox {
        let instances = self.plan.services[service as usize].instances as usize;
        let used: Vec<u16> = (0..self.plan.caches.len() as u16)
            .filter(|cache| {
                let cache = &self.plan.caches[*cache as usize];
                cache.service == service && cache.in_use
            })
            .collect();
        let head = if self.form == Form::Wide { 56.0 } else { 46.0 };
        let drawer_height = if self.form == Form::Wide { 30.0 } else { 26.0 };
        let pad = 10.0;
        // The drawers' room is kept even when there is none, so that nothing moves when there is.
        let body = Rect::new(
            rect.x + pad,
            rect.y + head,
            rect.w - 2.0 * pad,
            rect.h - head - drawer_height - 14.0,
        );
        let gap = if instances > 4 { 3.0 } else { 7.0 };
        let queue_room = Rect::new(body.x, body.y, QUEUE_WIDTH, body.h);
        let row_room = Rect::new(
            body.x + QUEUE_WIDTH + 14.0,
            body.y,
            body.w - QUEUE_WIDTH - 14.0,
            body.h,
        );
        let drawer_width = (rect.w - 2.0 * pad + 5.0) / used.len().max(2) as f64 - 5.0;
        let drawers = used.iter().enumerate().map(|(place, cache)| Drawer {
            cache: *cache,
            rect: Rect::new(
                rect.x + pad + place as f64 * (drawer_width + 5.0),
                rect.bottom() - drawer_height - 7.0,
                drawer_width,
                drawer_height,
            ),
        });
        ServiceBox {
            service,
            rect,
            queues: rows(queue_room, instances, gap),
            rows: rows(row_room, instances, gap),
            drawers: drawers.collect(),
        }
    }

    fn cylinder(&self, store: u16, rect: Rect, wire: (Point, Point)) -> Cylinder {
        let mut contents: Vec<(ChipKind, u16)> = (0..self.plan.tables.len() as u16)
            .filter(|table| self.plan.tables[*table as usize].store == store)
            .map(|table| (ChipKind::Own, table))
            .collect();
        for reference in &self.plan.references {
            if self.plan.tables[reference.from as usize].store == store {
                let kind = match reference.strategy {
                    ReadStrategy::Join => ChipKind::Joined,
                    ReadStrategy::Replica => ChipKind::Replica,
                    ReadStrategy::Remodel => ChipKind::Embedded,
                    _ => continue,
                };
                contents.push((kind, reference.to));
            }
        }
        let lid = self.measures.lid;
        let head = 2.0 * lid + 26.0;
        let room = Rect::new(
            rect.x + 10.0,
            rect.y + head,
            rect.w - 20.0,
            rect.h - head - lid,
        );
        let columns = if self.form == Form::Wide { 2 } else { 1 };
        let height = if self.form == Form::Wide { 22.0 } else { 17.0 };
        let gap = if self.form == Form::Wide { 5.0 } else { 3.0 };
        let fit = (((room.h + gap) / (height + gap)).floor() as usize).max(1) * columns;
        let more = contents.len().saturating_sub(fit);
        let width = (room.w - gap * (columns as f64 - 1.0)) / columns as f64;
        let chips = contents
            .into_iter()
            .take(fit)
            .enumerate()
            .map(|(place, (kind, table))| Chip {
                kind,
                table,
                rect: Rect::new(
                    room.x + (place % columns) as f64 * (width + gap),
                    room.y + (place / columns) as f64 * (height + gap),
                    width,
                    height,
                ),
            });
        Cylinder {
            store,
            rect,
            lid,
            rim: Rect::new(
                rect.x + 0.12 * rect.w,
                rect.y + lid - 5.0,
                0.76 * rect.w,
                10.0,
            ),
            chips: chips.collect(),
            more,
            wire,
        }
    }

    fn place_people(&self, layout: &mut Layout, front: &[Vec<u16>], behind: &[Vec<u16>]) {
        let m = self.measures;
        let step = match self.form {
            Form::Wide => m.people.1 + 14.0,
            Form::Tall => m.people.0 + 6.0,
        };
        for (place, clients) in front.iter().enumerate() {
            let across = m.margin + place as f64 * step;
            let rect = match self.form {
                Form::Wide => Rect::new(m.margin, across, m.people.0, m.people.1),
                Form::Tall => Rect::new(across, m.margin, m.people.0, m.people.1),
            };
            layout.people.push(self.people(clients, rect, false));
        }
        let mut places: BTreeMap<u16, f64> = BTreeMap::new();
        for clients in behind {
            let operation = self.plan.clients[clients[0] as usize].operation;
            let service = self.plan.operations[operation as usize].service;
            let home = layout.services[service as usize].rect;
            let place = places.entry(service).or_insert(0.0);
            let rect = match self.form {
                Form::Wide => Rect::new(
                    home.right() + m.behind_gap,
                    home.y + 40.0 + *place,
                    88.0,
                    m.people.1,
                ),
                Form::Tall => Rect::new(
                    home.x + *place,
                    home.bottom() + m.behind_gap,
                    m.people.0,
                    m.people.1,
                ),
            };
            *place += step;
            layout.people.push(self.people(clients, rect, true));
        }
    }

    fn people(&self, clients: &[u16], rect: Rect, behind: bool) -> People {
        let figure = Rect::new(rect.x, rect.y, 34.0, 40.0);
        let room = if behind { 24.0 } else { rect.w - 42.0 };
        People {
            clients: clients.to_vec(),
            rect,
            figure,
            rings: Rect::new(rect.x + 42.0, rect.y + 3.0, room, 36.0),
        }
    }

    fn measure(&self, layout: &mut Layout) {
        let rects = layout
            .services
            .iter()
            .map(|service| service.rect)
            .chain(layout.stores.iter().map(|store| store.rect))
            .chain(layout.people.iter().map(|people| people.rect));
        let (mut right, mut bottom) = (0f64, 0f64);
        for rect in rects {
            right = right.max(rect.right());
            bottom = bottom.max(rect.bottom());
        }
        layout.width = right + self.measures.margin;
        layout.height =
            bottom + self.measures.margin + if self.form == Form::Wide { 8.0 } else { 2.0 };
    }

    /// Where each instance of an end receives (`towards` it) or sends (away from it), seen from `other`.
    fn doors(&self, layout: &Layout, end: End, other: Point) -> Vec<Point> {
        match end {
            End::Client(client) => {
                let Some(people) = layout
                    .people
                    .iter()
                    .find(|people| people.clients.contains(&client))
                else {
                    return vec![Point::default()];
                };
                let (rect, figure) = (people.rect, people.figure.center());
                let point = match self.form {
                    Form::Wide if other.x > rect.x => Point {
                        x: rect.right() + 2.0,
                        y: figure.y,
                    },
                    Form::Wide => Point {
                        x: rect.x - 6.0,
                        y: figure.y,
                    },
                    Form::Tall if other.y > rect.y => Point {
                        x: figure.x,
                        y: rect.bottom() + 2.0,
                    },
                    Form::Tall => Point {
                        x: figure.x,
                        y: rect.y - 4.0,
                    },
                };
                vec![point]
            }
            End::Service(service) => {
                let home = &layout.services[service as usize];
                let rect = home.rect;
                let count = home.rows.len() as f64;
                let row = home.rows.iter().enumerate();
                row.map(|(index, row)| match self.form {
                    Form::Wide => Point {
                        x: if other.x > rect.center().x {
                            rect.right()
                        } else {
                            rect.x
                        },
                        y: row.center().y,
                    },
                    Form::Tall => Point {
                        x: rect.x + 20.0 + (rect.w * 0.45) * (index as f64 + 0.5) / count,
                        y: if other.y > rect.center().y {
                            rect.bottom()
                        } else {
                            rect.y
                        },
                    },
                })
                .collect()
            }
        }
    }

    fn end_center(&self, layout: &Layout, end: End) -> Point {
        match end {
            End::Client(client) => layout
                .people
                .iter()
                .find(|people| people.clients.contains(&client))
                .map_or(Point::default(), |people| people.rect.center()),
            End::Service(service) => layout.services[service as usize].rect.center(),
        }
    }

    fn place_routes(&self, layout: &mut Layout) {
        let routes = self.plan.links.iter().map(|link| {
            let (from, to) = (
                self.end_center(layout, link.from),
                self.end_center(layout, link.to),
            );
            Route {
                from: self.doors(layout, link.from, to),
                to: self.doors(layout, link.to, from),
            }
        });
        layout.routes = routes.collect();
    }

    fn place_topics(&self, layout: &mut Layout) {
        let mut topics: Vec<Topic> = Vec::new();
        for reference in &self.plan.references {
            let replica = reference.strategy == ReadStrategy::Replica;
            let cache = reference.strategy == ReadStrategy::LocalCache
                && self.plan.caches[reference.cache as usize].sync == CacheSync::Broadcast;
            if !(replica || cache) || reference.reader == reference.owner {
                continue;
            }
            if let Some(topic) = topics
                .iter_mut()
                .find(|topic| topic.link == reference.event_link)
            {
                topic.replicas |= replica;
                topic.caches |= cache;
                continue;
            }
            topics.push(self.topic(
                layout,
                reference.reader,
                reference.owner,
                reference.event_link,
                replica,
                cache,
            ));
        }
        layout.topics = topics;
    }

    fn topic(
        &self,
        layout: &Layout,
        reader: u16,
        owner: u16,
        link: u16,
        replicas: bool,
        caches: bool,
    ) -> Topic {
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
                Topic {
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
                Topic {
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

/// For each service its layer: how many calls it is away from a person, at the least; who is called by nobody but
/// clients and calls nobody stands in the first.
fn layers(plan: &Plan) -> Vec<usize> {
    let mut calls: Vec<(u16, u16)> = plan
        .references
        .iter()
        .map(|reference| (reference.reader, reference.owner))
        .collect();
    calls.extend(plan.links.iter().enumerate().filter_map(|(index, link)| {
        match (link.from, link.to) {
            (End::Service(from), End::Service(to)) if !only_events(plan, index as u16) => {
                Some((from, to))
            }
            _ => None,
        }
    }));
    calls.retain(|(from, to)| from != to);
    let mut layers = vec![0usize; plan.services.len()];
    // Longest paths; a circle of calls stops growing after as many rounds as there are services.
    for _ in 0..plan.services.len() {
        for (from, to) in &calls {
            let wanted = layers[*from as usize] + 1;
            if layers[*to as usize] < wanted && wanted < plan.services.len() {
                layers[*to as usize] = wanted;
            }
        }
    }
    layers
}

/// Whether a link exists for change events alone.
fn only_events(plan: &Plan, link: u16) -> bool {
    plan.references
        .iter()
        .any(|reference| reference.event_link == link)
        || plan.caches.iter().any(|cache| cache.event_link == link)
}
