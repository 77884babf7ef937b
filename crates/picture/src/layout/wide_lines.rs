//! Lines of a wide picture. They run level from box to box and change their height beside the lanes, where nothing
//! stands. Calls of one service share a line until they part. What leads further than to the next column passes below.

use super::lines::{Ports, above, around, at, way};
use super::place::Placer;
use super::wide::{MARGIN, Strip};
use super::{Feed, Label, Layout, Point, Rect, Route};
use sim::End;

/// A lane of this width has room for numbers in one row.
const ONE_ROW: f64 = 180.0;
/// Between two lines that pass below everything.
const BELOW: f64 = 14.0;

struct Lines<'a> {
    placer: &'a Placer<'a>,
    layout: &'a Layout,
    strips: &'a [Strip],
    /// What stands in the lanes.
    standing: Vec<Rect>,
    ports: Ports,
    /// Where the calls of a service leave it, to the right or to the left.
    trunks: Vec<(u16, bool, f64)>,
    /// Where those who stand behind a service come to it.
    groups: Vec<(u16, f64)>,
    /// So many lines pass below everything.
    below: f64,
}

impl Placer<'_> {
    pub(super) fn wide_lines(&self, layout: &mut Layout, strips: &[Strip]) {
        let mut feeds = self.feeds();
        for (index, feed) in feeds.iter_mut().enumerate() {
            self.stand_wide(layout, strips, feed, index);
        }
        let topics = layout.topics.iter().map(|topic| topic.rect);
        let mut lines = Lines {
            placer: self,
            layout,
            strips,
            standing: topics.chain(feeds.iter().map(|feed| feed.rect)).collect(),
            ports: Ports::default(),
            trunks: Vec::new(),
            groups: Vec::new(),
            below: 0.0,
        };
        let mut routes = vec![Route::default(); self.plan.links.len()];
        // Whoever has the least choice takes a place first.
        let rank = |from: End, to: End| match (from, to) {
            (End::Client(_), _) => 0,
            (End::Service(_), End::Service(_)) => 1,
            (End::Topic(_), _) => 2,
            _ => 3,
        };
        for turn in 0..4 {
            for (index, link) in self.plan.links.iter().enumerate() {
                if rank(link.from, link.to) == turn {
                    routes[index] = lines.route(index as u16, link.from, link.to);
                }
            }
        }
        for feed in &mut feeds {
            lines.feed(feed);
        }
        let below = lines.below;
        layout.routes = routes;
        layout.feeds = feeds
            .into_iter()
            .filter(|it| it.replicas || it.caches)
            .collect();
        if below > 0.0 {
            layout.height += BELOW * below + 4.0;
        }
    }

    /// Feeds stand in the lane between reader and owner, at the height of the reader's store.
    fn stand_wide(&self, layout: &Layout, strips: &[Strip], feed: &mut Feed, place: usize) {
        let Some((reader, owner)) = self.ends_of(feed) else {
            return;
        };
        let home = layout.services[reader as usize].rect;
        let store = self.stores_of(reader).next();
        let room = store.map_or(home, |store| layout.stores[store].rect);
        let ends = [reader, owner].map(|it| self.column_of(strips, End::Service(it)));
        let lane = match ends {
            [Some(a), Some(b)] => strips[a.min(b)].lane,
            _ => (home.right(), home.right()),
        };
        // Several share the height of the store.
        let all = self.feeds();
        let mine = all
            .iter()
            .filter(|it| self.ends_of(it).is_some_and(|(other, _)| other == reader));
        let count = mine.count().max(1);
        let before = all[..place].iter();
        let before = before.filter(|it| self.ends_of(it).is_some_and(|(other, _)| other == reader));
        let share = (before.count() as f64 + 0.5) / count as f64;
        let (top, bottom) = (room.y + 6.0, (room.bottom()).min(layout.height - MARGIN));
        let y = (top + share * (bottom - top)).min(layout.height - MARGIN - 28.0);
        Placer::stand(feed, at(f64::midpoint(lane.0, lane.1), y));
    }
}

impl Lines<'_> {
    fn home(&self, service: u16) -> Rect {
        self.layout.services[service as usize].rect
    }

    fn column(&self, end: End) -> usize {
        self.placer.column_of(self.strips, end).unwrap_or(0)
    }

    fn route(&mut self, link: u16, from: End, to: End) -> Route {
        match (from, to) {
            (End::Client(client), End::Service(to)) => self.asked(client, to),
            (End::Service(from), End::Service(to)) => self.called(link, from, to),
            (End::Topic(topic), End::Service(to)) => self.delivered(link, topic, to),
            (End::Service(from), End::Topic(topic)) => self.published(link, from, topic),
            _ => Route::default(),
        }
    }

    /// From people to the service that they ask.
    fn asked(&mut self, client: u16, to: u16) -> Route {
        let mut people = self.layout.people.iter();
        let Some(people) = people.find(|it| it.clients.contains(&client)) else {
            return Route::default();
        };
        let (home, y) = (self.home(to), people.figure.center().y);
        let end = End::Service(to);
        let strip = &self.strips[self.column(end)];
        if people.rect.x > home.x {
            let store = self.placer.stores_of(to).next();
            let passes = strip.beside && store.is_some();
            let wanted = if passes { home.y + 13.0 } else { y };
            // Those who are drawn as one share a line.
            let port = match self.groups.iter().find(|it| it.0 == people.clients[0]) {
                Some(group) => group.1,
                None => self.ports.take(end, true, home, wanted),
            };
            self.groups.push((people.clients[0], port));
            let turn = f64::midpoint(strip.column.1, people.rect.x) + 4.0;
            let corners = [
                at(people.rect.x - 5.0, y),
                at(turn, y),
                at(turn, port),
                at(home.right(), port),
            ];
            return plain(corners);
        }
        let start = at(people.rect.right() + 2.0, y);
        let turn = f64::midpoint(start.x, self.strips[0].column.0);
        let port = self.ports.take(end, false, home, y);
        if self.column(end) > 0 {
            return self.passing(start, turn, at(home.x, port), home.x - 9.0, None);
        }
        plain([start, at(turn, y), at(turn, port), at(home.x, port)])
    }

    /// Where lines turn on the left of a lane: `share` of the room there, which is 0 at the column.
    fn turn(&self, column: usize, share: f64) -> f64 {
        let strip = &self.strips[column];
        strip.column.1 + share * (strip.lane.0 - strip.column.1)
    }

    /// Where lines turn on the right of a lane.
    fn turn_after(&self, column: usize, share: f64) -> f64 {
        let strip = &self.strips[column];
        strip.lane.1 + share * (strip.end - strip.lane.1)
    }

    /// Where the calls of a service leave it on a side: one place for all of them, on the height of one if that is possible.
    fn trunk(&mut self, service: u16, right: bool, wanted: f64) -> f64 {
        let mut trunks = self.trunks.iter();
        if let Some((.., y)) = trunks.find(|it| (it.0, it.1) == (service, right)) {
            return *y;
        }
        let y = self
            .ports
            .take(End::Service(service), right, self.home(service), wanted);
        self.trunks.push((service, right, y));
        y
    }

    /// The line of calls of a service turns here.
    fn trunk_turn(&self, service: u16) -> f64 {
        let column = self.column(End::Service(service));
        let strip = &self.strips[column];
        let place = strip.services.iter().position(|it| *it == service);
        let events = usize::from(!strip.topics.is_empty());
        let count = (strip.services.len() + events) as f64;
        let place = (place.unwrap_or(0) + events) as f64;
        self.turn(column, (place + 0.75) / (count + 0.5))
    }

    /// The height at which a line crosses a lane, as near as can be to the wanted one: not through what stands there.
    fn free(&self, lane: (f64, f64), wanted: f64) -> Option<f64> {
        let (over, under) = if lane.1 - lane.0 >= ONE_ROW {
            (13.0, 29.0)
        } else {
            (27.0, 28.0)
        };
        let standing = || {
            let here = |it: &&Rect| it.x < lane.1 && it.right() > lane.0;
            self.standing.iter().filter(here)
        };
        let free = |y: f64| standing().all(|it| y <= it.y - over || y >= it.bottom() + under);
        let page = MARGIN + 8.0..self.layout.height - MARGIN - 4.0;
        let beside = standing().flat_map(|it| [it.y - over, it.bottom() + under]);
        let places = std::iter::once(wanted).chain(beside);
        let places = places.filter(|y| free(*y) && (*y == wanted || page.contains(y)));
        places.min_by(|a, b| (a - wanted).abs().total_cmp(&(b - wanted).abs()))
    }

    fn label(lane: (f64, f64), y: f64) -> Label {
        let line = at(f64::midpoint(lane.0, lane.1), y);
        if lane.1 - lane.0 >= ONE_ROW {
            above(lane.0 + 1.0, line)
        } else {
            around(line)
        }
    }

    /// A call.
    fn called(&mut self, link: u16, from: u16, to: u16) -> Route {
        if !self.placer.carries(link) {
            return Route::default();
        }
        let (a, b) = (self.home(from), self.home(to));
        let (here, there) = (
            self.column(End::Service(from)),
            self.column(End::Service(to)),
        );
        if there == here {
            return self.beside(from, to);
        }
        let next = here.abs_diff(there) == 1 && !(self.strips[here].beside && there > here);
        if !next {
            return self.called_below(from, to);
        }
        let forwards = there > here;
        let lane = self.strips[here.min(there)].lane;
        // Where events come in, too, calls come in above them.
        let hears = (self.strips[here.min(there)].topics.iter())
            .any(|topic| self.placer.listeners(*topic).contains(&to));
        let wanted = if hears {
            b.y + 20.0
        } else {
            self.level_with(from, to)
        };
        let port = self.ports.take(End::Service(to), !forwards, b, wanted);
        let Some(y) = self.free(lane, port) else {
            return self.called_below(from, to);
        };
        let start = self.trunk(
            from,
            forwards,
            self.straight(from, here.abs_diff(there), forwards),
        );
        let (x, end) = if forwards {
            (a.right(), b.x)
        } else {
            (a.x, b.right())
        };
        let first = self.trunk_turn_of(from, forwards, here.min(there));
        let last = if forwards {
            self.turn_after(here, 0.7)
        } else {
            self.turn(there, 0.2)
        };
        Route {
            way: way([
                at(x, start),
                at(first, start),
                at(first, y),
                at(last, y),
                at(last, port),
                at(end, port),
            ]),
            label: Some(Lines::label(lane, y)),
        }
    }

    /// A call that cannot cross a lane, or leads further than to the next column.
    fn called_below(&mut self, from: u16, to: u16) -> Route {
        let (a, b) = (self.home(from), self.home(to));
        let right = a.x > b.x;
        let port = self.ports.take(End::Service(to), right, b, b.bottom());
        let start = self.ports.take(End::Service(from), true, a, a.bottom());
        let turn = self.trunk_turn(from);
        let (x, before) = if right {
            (b.right(), b.right() + 9.0)
        } else {
            (b.x, b.x - 9.0)
        };
        self.passing(at(a.right(), start), turn, at(x, port), before, Some(to))
    }

    /// The height that a call comes in at: level with the caller, if it calls nobody else there.
    fn level_with(&self, from: u16, to: u16) -> f64 {
        let links = self.placer.plan.links.iter();
        let column = self.column(End::Service(to));
        let beside = links.filter(|link| match (link.from, link.to) {
            (End::Service(a), End::Service(b)) => {
                a == from && self.column(End::Service(b)) == column
            }
            _ => false,
        });
        if beside.count() > 1 {
            return self.home(to).center().y;
        }
        self.home(from).center().y
    }

    /// The height on which the calls of a service leave it: that of one whom it calls, so that one line is straight.
    fn straight(&self, from: u16, next: usize, forwards: bool) -> f64 {
        let (home, here) = (self.home(from), self.column(End::Service(from)));
        let links = self.placer.plan.links.iter().enumerate();
        let called = links.filter_map(|(index, link)| match (link.from, link.to) {
            (End::Service(a), End::Service(b)) if a == from => {
                let there = self.column(End::Service(b));
                let mine = here.abs_diff(there) == next && (there > here) == forwards;
                (mine && self.placer.carries(index as u16)).then(|| self.level_with(from, b))
            }
            _ => None,
        });
        let inside = home.y + 12.0..=home.bottom() - 12.0;
        let far = |y: &f64| (y - home.center().y).abs();
        let straight = called.filter(|y| inside.contains(y));
        let nearest = straight.min_by(|a, b| far(a).total_cmp(&far(b)));
        nearest.unwrap_or(home.center().y)
    }

    fn trunk_turn_of(&self, service: u16, forwards: bool, gap: usize) -> f64 {
        if forwards {
            self.trunk_turn(service)
        } else {
            self.turn_after(gap, 0.35)
        }
    }

    /// A call within a column, round the left of it (or round the right of the first).
    fn beside(&mut self, from: u16, to: u16) -> Route {
        let column = self.column(End::Service(from));
        let right = column == 0 && !self.strips[column].beside;
        let (a, b) = (self.home(from), self.home(to));
        let wanted = |rect: Rect, other: Rect| {
            if other.y > rect.y {
                rect.bottom()
            } else {
                rect.y
            }
        };
        let first = self.ports.take(End::Service(from), right, a, wanted(a, b));
        let last = self.ports.take(End::Service(to), right, b, wanted(b, a));
        let (x, turn) = match (right, column) {
            (true, _) => (a.right(), a.right() + 12.0),
            (false, 0) => (a.x, a.x - 12.0),
            (false, _) => (a.x, self.turn_after(column - 1, 0.35)),
        };
        let line = at(turn, f64::midpoint(first, last));
        let label = Label {
            rate: at(turn - 60.0, line.y - 2.0),
            note: at(turn - 60.0, line.y + 12.0),
            centred: true,
            line,
        };
        Route {
            way: way([at(x, first), at(turn, first), at(turn, last), at(x, last)]),
            label: Some(label),
        }
    }

    /// A line below everything.
    fn passing(&mut self, a: Point, turn: f64, b: Point, end: f64, named: Option<u16>) -> Route {
        self.below += 1.0;
        let y = self.layout.height - MARGIN + BELOW * self.below - 4.0;
        let line = at(f64::midpoint(turn, end), y);
        Route {
            way: way([a, at(turn, a.y), at(turn, y), at(end, y), at(end, b.y), b]),
            label: named.map(|_| above(line.x - 90.0, at(line.x, y + 3.0))),
        }
    }

    /// A message's way from the queues of a topic to the one who listens.
    fn delivered(&mut self, link: u16, topic: u16, to: u16) -> Route {
        let place = self.layout.topics[topic as usize].rect;
        let y = self.placer.exit(self.layout, topic, link);
        let (home, end) = (self.home(to), End::Service(to));
        let (here, there) = (self.column(End::Topic(topic)), self.column(end));
        if there == here + 1 {
            let port = self.ports.take(end, false, home, y);
            let turn = self.turn_after(here, 0.45);
            let start = at(place.right(), y);
            return plain([start, at(turn, y), at(turn, port), at(home.x, port)]);
        }
        if there == here && !self.strips[here].beside {
            let port = self.ports.take(end, true, home, y);
            let turn = self.turn(here, 0.85);
            let start = at(place.x, y);
            return plain([start, at(turn, y), at(turn, port), at(home.right(), port)]);
        }
        let start = at(place.right(), y);
        let turn = place.right() + 9.0;
        let port = self.ports.take(end, false, home, y);
        self.passing(start, turn, at(home.x, port), home.x - 9.0, None)
    }

    /// An event's way from who publishes it: out of the outbox, or from the service itself, to the triangle.
    fn published(&mut self, link: u16, from: u16, topic: u16) -> Route {
        let place = &self.layout.topics[topic as usize];
        let (rect, y) = (place.rect, place.triangle.y + 3.0);
        let (home, end) = (self.home(from), End::Service(from));
        let (here, there) = (self.column(end), self.column(End::Topic(topic)));
        // An outbox behind its service has the service in its way: the line begins there.
        let outbox = self.placer.outbox_of(self.layout, link, topic);
        let outbox = outbox.filter(|_| !self.strips[here].beside);
        if here == there + 1 && outbox.is_none() {
            let start = self.ports.take(end, false, home, home.y);
            let turn = self.turn_after(there, 0.75);
            return plain([
                at(home.x, start),
                at(turn, start),
                at(turn, y),
                at(rect.right(), y),
            ]);
        }
        let start = match outbox {
            Some(rect) => at(rect.right(), rect.center().y),
            None => {
                let port = self.ports.take(end, true, home, home.bottom());
                at(home.right(), port)
            }
        };
        if here == there {
            let turn = self.turn(here, 0.3);
            return plain([start, at(turn, start.y), at(turn, y), at(rect.x, y)]);
        }
        let turn = start.x + 9.0;
        self.passing(start, turn, at(rect.x, y), rect.x - 9.0, None)
    }

    /// Change events: out of the owner at its lower corner, through the triangle, into the reader's store or the reader.
    fn feed(&mut self, feed: &mut Feed) {
        let Some((reader, owner)) = self.placer.ends_of(feed) else {
            return;
        };
        let (home, source) = (self.home(reader), self.home(owner));
        let store = self.placer.stores_of(reader).next();
        let store = store.map_or(home, |store| self.layout.stores[store].rect);
        let Point { x, y } = feed.at;
        let (here, there) = (
            self.column(End::Service(reader)),
            self.column(End::Service(owner)),
        );
        if there != here + 1 || self.strips[here].beside {
            // From edge to edge, straight.
            let side = |rect: Rect| {
                if rect.center().x < x {
                    rect.right()
                } else {
                    rect.x
                }
            };
            feed.from = vec![at(side(source), source.bottom() - 16.0), feed.at];
            feed.to_store = vec![feed.at, at(side(store), store.center().y)];
            feed.to_service = vec![feed.at, at(side(home), home.bottom() - 16.0)];
            return;
        }
        let start = self
            .ports
            .take(End::Service(owner), false, source, source.bottom());
        let turn = self.turn_after(here, 0.55);
        feed.from = way([at(source.x, start), at(turn, start), at(turn, y), feed.at]);
        let level = y.clamp(store.y + 8.0, store.bottom() - 8.0);
        let turn = self.turn(here, 0.8);
        feed.to_store = way([
            feed.at,
            at(turn, y),
            at(turn, level),
            at(store.right(), level),
        ]);
        let port = self
            .ports
            .take(End::Service(reader), true, home, home.bottom());
        let turn = self.turn(here, 0.3);
        feed.to_service = way([feed.at, at(turn, y), at(turn, port), at(home.right(), port)]);
    }
}

/// A line without numbers.
fn plain(corners: impl IntoIterator<Item = Point>) -> Route {
    Route {
        way: way(corners),
        label: None,
    }
}
