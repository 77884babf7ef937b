//! What both forms have in common: what stands in a box, and how much room it needs.

use super::grid::rows;
use super::layers::layers;
use super::{
    Aspect, Chip, ChipKind, Cylinder, Drawer, Form, Layout, Outbox, People, Point, Rect, ServiceBox,
};
use scenario::ReadStrategy;
use sim::{End, Plan};

/// The room of a figure and what is written below it.
pub(super) const PEOPLE: (f64, f64) = (96.0, 112.0);
/// Above a figure there is room for a star that rises.
const STAR: f64 = 10.0;
const FIGURE: (f64, f64) = (34.0, 40.0);
/// At most so many figures before one service; more are drawn as one group.
const FIGURES_MAX: usize = 3;

/// The name of a service and what it is.
const HEAD: f64 = 40.0;
/// The least room for its workers.
const WORKERS: f64 = 30.0;
/// The line below them.
const FOOT: f64 = 18.0;
/// The room of its caches.
const DRAWERS: f64 = 27.0;
/// The width of the room where its accept queue waits.
const QUEUE_WIDTH: f64 = 38.0;

/// Half the height of a store's lid.
const LID: f64 = 8.0;
/// The lid and the name of a store.
const STORE_HEAD: f64 = 2.0 * LID + 19.0;
/// A table, and the distance to the next.
const CHIP: (f64, f64) = (17.0, 3.0);
/// The height of the strip that shows a store's locks.
const LOCKS: f64 = 13.0;
/// The height of the strip where events wait for their relay.
const OUTBOX: f64 = 17.0;
/// The width of a letter in a table's name.
const LETTER: f64 = 6.7;

pub(super) struct Placer<'a> {
    pub(super) plan: &'a Plan,
    main_client: u16,
    pub(super) form: Form,
    /// For each service its layer.
    pub(super) layers: Vec<usize>,
}

/// The places of services and stores (with the lines between them), in the order of the plan.
pub(super) struct Boxes {
    pub(super) services: Vec<Rect>,
    pub(super) stores: Vec<(Rect, (Point, Point))>,
}

impl<'a> Placer<'a> {
    pub(super) fn new(plan: &'a Plan, main_client: u16, form: Form) -> Self {
        Placer {
            plan,
            main_client,
            form,
            layers: layers(plan, main_client),
        }
    }

    pub(super) fn place(self, aspect: Aspect) -> Layout {
        let mut layout = Layout {
            form: self.form,
            ..Layout::default()
        };
        let mut boxes = Boxes {
            services: vec![Rect::default(); self.plan.services.len()],
            stores: vec![Default::default(); self.plan.stores.len()],
        };
        match self.form {
            Form::Wide => {
                let strips = self.place_wide(&mut layout, &mut boxes, aspect.ratio());
                self.fill(&mut layout, boxes);
                self.wide_lines(&mut layout, &strips);
            }
            Form::Tall => {
                self.place_tall(&mut layout, &mut boxes);
                self.fill(&mut layout, boxes);
                self.tall_lines(&mut layout);
            }
        }
        layout
    }

    /// Fills the boxes that have been placed.
    fn fill(&self, layout: &mut Layout, boxes: Boxes) {
        for (service, rect) in (0..).zip(boxes.services) {
            layout.services.push(self.service(service, rect));
        }
        for (store, (rect, wire)) in (0..).zip(boxes.stores) {
            layout.stores.push(self.cylinder(store, rect, wire));
        }
    }

    /// Clients by figure: those in front of everything, and those behind the last layer.
    pub(super) fn groups(&self) -> (Vec<Vec<u16>>, Vec<Vec<u16>>) {
        let last = self.layers.iter().copied().max().unwrap_or(0);
        let mut by_service = vec![Vec::new(); self.plan.services.len()];
        let mut clients: Vec<u16> = (0..self.plan.clients.len() as u16).collect();
        to_front(&mut clients, |client| *client == self.main_client);
        for client in clients {
            by_service[service_of(self.plan, client) as usize].push(client);
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

    /// The stores of a service.
    pub(super) fn stores_of(&self, service: u16) -> impl Iterator<Item = usize> + '_ {
        let stores = self.plan.stores.iter().enumerate();
        stores
            .filter(move |(_, store)| store.service == service)
            .map(|(index, _)| index)
    }

    /// From the top of people's room to the middle of the figure, where their line begins.
    pub(super) fn figure_middle() -> f64 {
        STAR + 0.5 * FIGURE.1
    }

    pub(super) fn people(&self, clients: &[u16], rect: Rect) -> People {
        let figure = Rect::new(rect.x, rect.y + STAR, FIGURE.0, FIGURE.1);
        let text = figure.bottom();
        let room = (rect.w - 42.0).min(54.0);
        People {
            clients: clients.to_vec(),
            rect,
            figure,
            rings: Rect::new(rect.x + 42.0, figure.y + 3.0, room, 34.0),
            lines: [14.0, 28.0, 45.0, 59.0].map(|down| text + down),
        }
    }

    /// Whether a service has any cache. Their room is kept even when none is used, so that nothing moves when one is.
    fn has_caches(&self, service: u16) -> bool {
        self.plan
            .caches
            .iter()
            .any(|cache| cache.service == service)
    }

    /// The least height of a service.
    pub(super) fn service_height(&self, service: u16) -> f64 {
        let drawers = if self.has_caches(service) {
            DRAWERS
        } else {
            0.0
        };
        HEAD + WORKERS + FOOT + drawers
    }

    fn service(&self, service: u16, rect: Rect) -> ServiceBox {
        let instances = self.plan.services[service as usize].instances as usize;
        let used: Vec<u16> = (0..self.plan.caches.len() as u16)
            .filter(|cache| {
                let cache = &self.plan.caches[*cache as usize];
                cache.service == service && cache.in_use
            })
            .collect();
        let drawer_height = if self.has_caches(service) {
            DRAWERS
        } else {
            0.0
        };
        let pad = 10.0;
        let body = Rect::new(
            rect.x + pad,
            rect.y + HEAD,
            rect.w - 2.0 * pad,
            rect.h - HEAD - FOOT - drawer_height,
        );
        let gap = if instances > 4 { 3.0 } else { 6.0 };
        let queue_room = Rect::new(body.x, body.y, QUEUE_WIDTH, body.h);
        let beside = QUEUE_WIDTH + 14.0;
        let row_room = Rect::new(body.x + beside, body.y, body.w - beside, body.h);
        let drawer_width = (rect.w - 2.0 * pad + 5.0) / used.len().max(2) as f64 - 5.0;
        let drawers = used.iter().enumerate().map(|(place, cache)| Drawer {
            cache: *cache,
            rect: Rect::new(
                rect.x + pad + place as f64 * (drawer_width + 5.0),
                rect.bottom() - drawer_height - 3.0,
                drawer_width,
                drawer_height - 2.0,
            ),
        });
        let text = |down: f64| Point {
            x: rect.x + 12.0,
            y: rect.y + down,
        };
        ServiceBox {
            service,
            rect,
            queues: rows(queue_room, instances, gap),
            rows: rows(row_room, instances, gap),
            drawers: drawers.collect(),
            title: text(19.0),
            sub: text(33.0),
            waits: Point {
                x: rect.x + 10.0,
                y: body.bottom() + 12.0,
            },
            live: Point {
                x: rect.right() - 11.0,
                y: body.bottom() + 12.5,
            },
            external: self.plan.services[service as usize].external,
        }
    }

    /// How many tables a store may have to show, with whatever strategies, and how long the longest name is.
    fn tables_of(&self, store: u16) -> (usize, f64) {
        let tables = self.plan.tables.iter();
        let own = tables.clone().filter(|it| it.store == store);
        let references = self.plan.references.iter();
        let copies = references.filter(|it| self.plan.tables[it.from as usize].store == store);
        let copied = copies.map(|it| (&self.plan.tables[it.to as usize].name, 2));
        let names = own.map(|it| (&it.name, 0)).chain(copied);
        let (mut count, mut longest) = (0, 0);
        for (name, sign) in names {
            count += 1;
            let own = name.split_once('.').map_or(&**name, |(_, own)| own);
            longest = longest.max(own.chars().count() + sign);
        }
        (count, longest as f64 * LETTER + 14.0)
    }

    /// Tables stand side by side where their names allow it.
    fn chip_columns(&self, store: u16, width: f64) -> usize {
        let (_, longest) = self.tables_of(store);
        if 2.0 * longest + CHIP.1 <= width - 16.0 {
            2
        } else {
            1
        }
    }

    /// Only records are locked.
    fn has_locks(&self, store: u16) -> bool {
        let mut tables = self.plan.tables.iter().filter(|it| it.store == store);
        tables.any(|it| !it.states.is_empty())
    }

    /// Whether events may wait in a store for a relay: it is the first of a service that may publish.
    fn has_outbox(&self, store: u16) -> bool {
        let relays = self.plan.relays.iter();
        if relays.clone().any(|relay| relay.store == store) {
            return true;
        }
        let service = self.plan.stores[store as usize].service;
        let links = self.plan.links.iter();
        let mut links = links.filter(|link| matches!(link.to, End::Topic(_)));
        self.stores_of(service).next() == Some(store as usize)
            && links.any(|link| link.from == End::Service(service))
    }

    /// The least height of a store of this width.
    pub(super) fn store_height(&self, store: u16, width: f64) -> f64 {
        let rows = self
            .tables_of(store)
            .0
            .div_ceil(self.chip_columns(store, width));
        let chips = rows.max(1) as f64 * (CHIP.0 + CHIP.1) - CHIP.1;
        let strip = |is: bool, h: f64| if is { h } else { 0.0 };
        let strips =
            strip(self.has_locks(store), LOCKS) + strip(self.has_outbox(store), OUTBOX + 3.0);
        STORE_HEAD + chips + strips + LID
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
        let mut room = Rect::new(
            rect.x + 8.0,
            rect.y + STORE_HEAD,
            rect.w - 16.0,
            rect.h - STORE_HEAD - LID,
        );
        let outboxes = self.outboxes(store, rect);
        if self.has_outbox(store) {
            room.h -= OUTBOX + 3.0;
        }
        let locks = self.has_locks(store).then(|| {
            room.h -= LOCKS;
            Rect::new(room.x + 2.0, room.bottom(), room.w - 4.0, LOCKS)
        });
        let columns = self.chip_columns(store, rect.w);
        let (height, gap) = CHIP;
        let fit = (((room.h + gap + 0.1) / (height + gap)).floor() as usize).max(1) * columns;
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
            lid: LID,
            title: Point {
                x: rect.x + 10.0,
                y: rect.y + 2.0 * LID + 13.0,
            },
            roomy: rect.w >= 150.0,
            rim: Rect::new(
                rect.x + 0.12 * rect.w,
                rect.y + LID - 5.0,
                0.76 * rect.w,
                10.0,
            ),
            chips: chips.collect(),
            more,
            wire,
            locks,
            outboxes,
        }
    }

    /// Outboxes stand at the foot of their store: at its right edge, or at its lower one where the picture runs downwards.
    fn outboxes(&self, store: u16, rect: Rect) -> Vec<Outbox> {
        let relays = (0..).zip(&self.plan.relays);
        let mine: Vec<_> = relays.filter(|(_, relay)| relay.store == store).collect();
        let count = mine.len().max(1) as f64;
        let w = 96f64.min((rect.w - 12.0) / count - 4.0);
        let y = match self.form {
            Form::Wide => rect.bottom() - LID - OUTBOX,
            Form::Tall => rect.bottom() - OUTBOX,
        };
        let last = match self.form {
            Form::Wide => rect.right() + 5.0,
            Form::Tall => rect.center().x + count * (w + 4.0) / 2.0,
        };
        let places = mine.into_iter().rev().enumerate();
        let mut outboxes: Vec<Outbox> = places
            .map(|(place, (relay, plan))| Outbox {
                relay,
                rect: Rect::new(last - place as f64 * (w + 4.0) - w, y, w, OUTBOX),
                log: plan.log,
            })
            .collect();
        outboxes.reverse();
        outboxes
    }
}

/// The service that a client asks.
pub(super) fn service_of(plan: &Plan, client: u16) -> u16 {
    let operation = plan.clients[client as usize].operation;
    plan.operations[operation as usize].service
}

/// The line between a service and the store beside it.
pub(super) fn level(service: Rect, store: Rect) -> (Point, Point) {
    let y = store.center().y.min(service.bottom() - 12.0);
    let (a, b) = (service.right(), store.x);
    (Point { x: a, y }, Point { x: b, y })
}

/// The line between a service and the store below it.
pub(super) fn upright(service: Rect, store: Rect) -> (Point, Point) {
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
