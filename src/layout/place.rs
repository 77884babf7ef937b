//! Placing: who stands where.

use super::grid::rows;
use super::layers::{home_of_topic, layers};
use super::{
    Chip, ChipKind, Cylinder, Drawer, Form, Layout, Outbox, People, Point, Rect, ServiceBox,
    TopicBox,
};
use crate::scenario::ReadStrategy;
use crate::sim::{End, Plan};

/// Sizes that depend on the form.
pub(super) struct Measures {
    margin: f64,
    people: (f64, f64),
    people_gap: f64,
    service: (f64, f64),
    store: (f64, f64),
    /// A service and its store where several stand above one another: the store is beside it.
    flat_service: (f64, f64),
    flat_store: f64,
    /// Between a service and its store.
    wire: f64,
    /// Between one layer of services and the next.
    layer_gap: f64,
    /// Between a topic and what stands above it.
    topic_gap: f64,
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
    flat_service: (222.0, 132.0),
    flat_store: 176.0,
    wire: 44.0,
    layer_gap: 200.0,
    topic_gap: 44.0,
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
    flat_service: (206.0, 132.0),
    flat_store: 130.0,
    wire: 14.0,
    layer_gap: 92.0,
    topic_gap: 46.0,
    cell_gap: 46.0,
    behind_gap: 34.0,
    lid: 9.0,
};

/// At most so many figures before one service; more are drawn as one group.
const FIGURES_MAX: usize = 3;
/// The width of the room where a service's accept queue waits.
const QUEUE_WIDTH: f64 = 44.0;
/// Where the picture is tall, the room at either side in which lines pass by what they do not concern.
const LANES_WIDTH: f64 = 22.0;
/// The height of the strip that shows a store's locks.
const LOCKS_HEIGHT: f64 = 14.0;

pub(super) struct Placer<'a> {
    pub(super) plan: &'a Plan,
    main_client: u16,
    pub(super) form: Form,
    measures: &'static Measures,
    /// For each service its layer.
    pub(super) layers: Vec<usize>,
}

/// The places of services and stores, in the order of the plan.
struct Homes {
    services: Vec<Rect>,
    stores: Vec<(Rect, (Point, Point))>,
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
            layers: layers(plan, main_client),
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
        self.place_services(&mut layout, start, &behind);
        self.place_people(&mut layout, &front, &behind);
        self.measure(&mut layout);
        self.place_routes(&mut layout);
        self.place_feeds(&mut layout);
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
        let mut by_service = vec![Vec::new(); self.plan.services.len()];
        let mut clients: Vec<u16> = (0..self.plan.clients.len() as u16).collect();
        to_front(&mut clients, |client| *client == self.main_client);
        for client in clients {
            by_service[self.service_of(client) as usize].push(client);
        }
        let (mut front, mut behind) = (Vec::new(), Vec::new());
        for (service, clients) in by_service.into_iter().enumerate() {
            if clients.is_empty() {
                continue;
            }
            if last > 0 && self.layers[service] == last {
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
        to_front(&mut front, |group| group.contains(&self.main_client));
        (front, behind)
    }

    fn place_services(&self, layout: &mut Layout, start: f64, behind: &[Vec<u16>]) {
        let mut homes = Homes {
            services: vec![Rect::default(); self.plan.services.len()],
            stores: vec![Default::default(); self.plan.stores.len()],
        };
        match self.form {
            Form::Wide => self.columns(layout, &mut homes, start),
            Form::Tall => self.rows(layout, &mut homes, start, behind),
        }
        for (service, rect) in (0..).zip(homes.services) {
            layout.services.push(self.service(service, rect));
        }
        for (store, (rect, wire)) in (0..).zip(homes.stores) {
            layout.stores.push(self.cylinder(store, rect, wire));
        }
    }

    /// Services and topics of a layer, in the order of the plan.
    fn layer(&self, layer: usize) -> (Vec<u16>, Vec<u16>) {
        let services = 0..self.plan.services.len() as u16;
        let topics = 0..self.plan.topics.len() as u16;
        (
            services
                .filter(|service| self.layers[*service as usize] == layer)
                .collect(),
            topics
                .filter(|topic| home_of_topic(self.plan, &self.layers, *topic) == layer)
                .collect(),
        )
    }

    fn last_layer(&self) -> usize {
        self.layers.iter().copied().max().unwrap_or(0)
    }

    /// The stores of a service.
    fn stores_of(&self, service: u16) -> impl Iterator<Item = usize> + '_ {
        let stores = self.plan.stores.iter().enumerate();
        stores
            .filter(move |(_, store)| store.service == service)
            .map(|(index, _)| index)
    }

    /// Whether any service of a layer sends anything on to a later one.
    fn leads_on(&self, layer: usize) -> bool {
        self.plan
            .links
            .iter()
            .any(|link| match (link.from, link.to) {
                (End::Service(from), End::Service(to)) => {
                    self.layers[from as usize] == layer && self.layers[to as usize] > layer
                }
                _ => false,
            })
    }

    /// From left to right: a column for each layer. A store stands below its service; beside it where several services
    /// share a column that is the end of the way.
    fn columns(&self, layout: &mut Layout, homes: &mut Homes, start: f64) {
        let m = self.measures;
        let mut x = start;
        for layer in 0..=self.last_layer() {
            let (services, topics) = self.layer(layer);
            let flat = services.len() > 1 && !self.leads_on(layer);
            let (mut y, mut right) = (m.margin + 4.0, x);
            for service in &services {
                let size = if flat { m.flat_service } else { m.service };
                let home = Rect::new(x, y, size.0, size.1);
                homes.services[*service as usize] = home;
                right = right.max(home.right());
                let mut bottom = home.bottom();
                // A second store of the same service stands a little aside.
                for (place, store) in self.stores_of(*service).enumerate() {
                    let shift = place as f64;
                    let (rect, wire) = if flat {
                        let x = home.right() + m.wire * 0.6 + shift * (m.flat_store + 10.0);
                        let rect = Rect::new(x, home.y, m.flat_store, home.h);
                        (rect, level(home, rect))
                    } else {
                        let x = home.x + shift * (m.store.0 + 16.0);
                        let rect = Rect::new(x, home.bottom() + m.wire, m.store.0, m.store.1);
                        (rect, upright(home, rect))
                    };
                    homes.stores[store] = (rect, wire);
                    right = right.max(rect.right());
                    bottom = bottom.max(rect.bottom());
                }
                y = bottom + if flat { 0.7 * m.cell_gap } else { m.cell_gap };
            }
            if !services.is_empty() {
                y -= if flat { 0.7 * m.cell_gap } else { m.cell_gap };
            }
            for topic in topics {
                let place = self.topic(topic, x, y + m.topic_gap, m.service.0);
                right = right.max(place.rect.right());
                y = place.rect.bottom();
                add_topic(layout, place);
            }
            if right > x {
                x = right + m.layer_gap;
            }
        }
    }

    /// From top to bottom: a row for each service, its store beside it, and a row for each topic.
    fn rows(&self, layout: &mut Layout, homes: &mut Homes, start: f64, behind: &[Vec<u16>]) {
        let m = self.measures;
        let (mut y, x) = (start, m.margin + self.lanes_width());
        for layer in 0..=self.last_layer() {
            let (services, topics) = self.layer(layer);
            for service in &services {
                let home = Rect::new(x, y, m.service.0, m.service.1);
                homes.services[*service as usize] = home;
                let mut bottom = home.bottom();
                for (place, store) in self.stores_of(*service).enumerate() {
                    let top = home.y + place as f64 * (m.store.1 + m.wire);
                    let rect = Rect::new(home.right() + m.wire, top, m.store.0, m.store.1);
                    homes.stores[store] = (rect, level(home, rect));
                    bottom = bottom.max(rect.bottom());
                }
                if behind
                    .iter()
                    .any(|clients| self.service_of(clients[0]) == *service)
                {
                    bottom = bottom.max(home.bottom() + m.behind_gap + m.people.1);
                }
                y = bottom + m.cell_gap;
            }
            if !services.is_empty() {
                y += m.layer_gap - m.cell_gap;
            }
            for (place, topic) in topics.into_iter().enumerate() {
                if place == 0 && !services.is_empty() {
                    y += m.topic_gap - m.layer_gap;
                }
                let width = m.service.0 + m.wire + m.store.0;
                let place = self.topic(topic, x, y, width);
                y = place.rect.bottom() + 0.7 * m.layer_gap;
                add_topic(layout, place);
            }
        }
    }

    /// Where what is drawn begins on the left.
    pub(super) fn left_edge(&self) -> f64 {
        self.measures.margin
    }

    /// How much room lines need beside the rows of a tall picture: none where each leads to the next row.
    pub(super) fn lanes_width(&self) -> f64 {
        if self.plan.services.len() + self.plan.topics.len() > 2 {
            LANES_WIDTH
        } else {
            0.0
        }
    }

    /// The service that a client asks.
    fn service_of(&self, client: u16) -> u16 {
        let operation = self.plan.clients[client as usize].operation;
        self.plan.operations[operation as usize].service
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
        let pad = 10.0;
        // The drawers' room is kept even when there is none, so that nothing moves when there is - unless there can be none.
        let drawer_height = match self.form {
            _ if self
                .plan
                .caches
                .iter()
                .all(|cache| cache.service != service) =>
            {
                0.0
            }
            Form::Wide => 30.0,
            Form::Tall => 26.0,
        };
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
            external: self.plan.services[service as usize].external,
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
        let mut room = Rect::new(
            rect.x + 10.0,
            rect.y + head,
            rect.w - 20.0,
            rect.h - head - lid,
        );
        // Only records are locked.
        let its = self.plan.tables.iter().filter(|it| it.store == store);
        let locks = its.into_iter().any(|it| !it.states.is_empty()).then(|| {
            room.h -= LOCKS_HEIGHT;
            Rect::new(
                room.x + 2.0,
                room.bottom() - 1.0,
                room.w - 4.0,
                LOCKS_HEIGHT,
            )
        });
        let columns = if rect.w >= self.measures.store.0 && self.form == Form::Wide {
            2
        } else {
            1
        };
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
            locks,
            outboxes: self.outboxes(store, rect),
        }
    }

    /// Outboxes stand on the lower edge of their store, as if they looked out of it.
    fn outboxes(&self, store: u16, rect: Rect) -> Vec<Outbox> {
        let relays = (0..).zip(&self.plan.relays);
        let mine: Vec<_> = relays.filter(|(_, relay)| relay.store == store).collect();
        let count = mine.len() as f64;
        let w = 84f64.min((rect.w - 8.0) / count.max(1.0) - 4.0);
        let first = rect.center().x - count * (w + 4.0) / 2.0 + 2.0;
        let places = mine.into_iter().enumerate();
        places
            .map(|(place, (relay, plan))| Outbox {
                relay,
                rect: Rect::new(
                    first + place as f64 * (w + 4.0),
                    rect.bottom() - 9.0,
                    w,
                    18.0,
                ),
                log: plan.log,
            })
            .collect()
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
        let mut places = vec![0.0; self.plan.services.len()];
        for clients in behind {
            let service = self.service_of(clients[0]);
            let home = layout.services[service as usize].rect;
            let place = &mut places[service as usize];
            let beside = self
                .stores_of(service)
                .map(|store| layout.stores[store].rect)
                .filter(|store| store.y < home.bottom());
            let right = beside.fold(home.right(), |right, store| right.max(store.right()));
            let down = if home.h < m.service.1 { 6.0 } else { 40.0 };
            let rect = match self.form {
                Form::Wide => Rect::new(
                    right + m.behind_gap,
                    home.y + down + *place,
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
            .chain(layout.people.iter().map(|people| people.rect))
            .chain(layout.topics.iter().map(|topic| topic.rect));
        let (mut right, mut bottom) = (0f64, 0f64);
        for rect in rects {
            right = right.max(rect.right());
            bottom = bottom.max(rect.bottom());
        }
        let lanes = match self.form {
            Form::Wide => 0.0,
            Form::Tall if layout.topics.is_empty() => 0.0,
            Form::Tall => self.lanes_width(),
        };
        layout.width = right + lanes + self.measures.margin;
        layout.height =
            bottom + self.measures.margin + if self.form == Form::Wide { 8.0 } else { 2.0 };
    }
}

/// Topics are placed layer by layer, and stand in the order of the plan.
fn add_topic(layout: &mut Layout, topic: TopicBox) {
    let topics = &mut layout.topics;
    let place = topics.partition_point(|other| other.topic < topic.topic);
    topics.insert(place, topic);
}

/// The line between a service and the store beside it.
fn level(service: Rect, store: Rect) -> (Point, Point) {
    let y = store.center().y.min(service.bottom() - 12.0);
    let (a, b) = (service.right(), store.x);
    (Point { x: a, y }, Point { x: b, y })
}

/// The line between a service and the store below it.
fn upright(service: Rect, store: Rect) -> (Point, Point) {
    let x = store.center().x.min(service.right() - 12.0);
    let (a, b) = (service.bottom(), store.y);
    (Point { x, y: a }, Point { x, y: b })
}

/// Brings the first that is wanted to the front; the others keep their order.
fn to_front<T>(list: &mut [T], wanted: impl Fn(&T) -> bool) {
    if let Some(place) = list.iter().position(wanted) {
        list[..=place].rotate_right(1);
    }
}
