//! Which way lines run: straight where nothing stands between, round the corner where something does.

use super::place::Placer;
use super::{Form, Layout, Point, Rect, Route, TopicBox};
use crate::sim::End;

/// How far beside a box a line turns.
const TURN: f64 = 16.0;
/// Lines that pass by on the same side keep this distance.
const APART: f64 = 5.0;
/// So many of them stand side by side; more share their places.
const ABREAST: usize = 3;

impl Placer<'_> {
    /// A route for each link.
    pub(super) fn place_routes(&self, layout: &mut Layout) {
        let mut passing = 0;
        let mut routes = Vec::new();
        for (index, link) in (0..).zip(&self.plan.links) {
            routes.push(match (link.from, link.to) {
                (End::Service(from), End::Topic(to)) => {
                    self.publishing(layout, index, from, to, &mut passing)
                }
                (End::Topic(from), End::Service(to)) => self.delivery(layout, index, from, to),
                (from, to) => self.call(layout, from, to, &mut passing),
            });
        }
        layout.routes = routes;
    }

    fn call(&self, layout: &Layout, from: End, to: End, passing: &mut usize) -> Route {
        let (a, b) = (self.rect(layout, from), self.rect(layout, to));
        let straight = Route {
            from: self.doors(layout, from, b.center()),
            via: Vec::new(),
            to: self.doors(layout, to, a.center()),
            crowded: false,
        };
        let is_service = |end| matches!(end, End::Service(_));
        if !is_service(from) || !is_service(to) {
            // Who stands far from those whom they ask is led past what is between.
            let far = self.form == Form::Tall && is_service(to) && self.between(layout, a, b);
            if !far {
                return straight;
            }
            let x = self.lane_x(passing);
            let start = Point {
                x: a.x + 17.0,
                y: a.bottom() + 2.0,
            };
            let y = start.y + 6.0;
            return Route {
                from: vec![start],
                via: vec![
                    Point { x: start.x, y },
                    Point { x, y },
                    Point { x, y: b.center().y },
                ],
                to: self.side(layout, to, false),
                crowded: true,
            };
        }
        match self.form {
            Form::Wide if a.x == b.x => Route {
                from: self.side(layout, from, false),
                via: [a, b]
                    .map(|rect| Point {
                        x: a.x - TURN,
                        y: rect.center().y,
                    })
                    .to_vec(),
                to: self.side(layout, to, false),
                crowded: true,
            },
            Form::Wide => Route {
                crowded: layout.services.len() > 2,
                ..straight
            },
            Form::Tall if !self.between(layout, a, b) => straight,
            Form::Tall => {
                let x = self.lane_x(passing);
                Route {
                    from: self.side(layout, from, false),
                    via: [a, b]
                        .map(|rect| Point {
                            x,
                            y: rect.center().y,
                        })
                        .to_vec(),
                    to: self.side(layout, to, false),
                    crowded: true,
                }
            }
        }
    }

    /// Where the next line passes by on the left of a tall picture.
    fn lane_x(&self, passing: &mut usize) -> f64 {
        let place = *passing % ABREAST;
        *passing += 1;
        self.left_edge() + 3.0 + place as f64 * APART
    }

    /// An event's way from who publishes it: out of the outbox, or from the worker itself, into the triangle.
    fn publishing(
        &self,
        layout: &Layout,
        link: u16,
        service: u16,
        topic: u16,
        passing: &mut usize,
    ) -> Route {
        let home = layout.services[service as usize].rect;
        let place = &layout.topics[topic as usize];
        let tip = Point {
            x: place.triangle.x,
            y: place.triangle.y - 15.0,
        };
        let above = place.rect.y - 12.0;
        let relays = (0..).zip(&self.plan.relays);
        let relay = relays
            .filter(|(_, relay)| relay.link == link && relay.topic == topic)
            .map(|(index, _)| index)
            .next();
        let mut outboxes = layout.stores.iter().flat_map(|store| &store.outboxes);
        let outbox = outboxes
            .find(|outbox| Some(outbox.relay) == relay)
            .map(|outbox| outbox.rect);
        let near = match self.form {
            Form::Wide => home.x == place.rect.x,
            Form::Tall => !self.between(layout, home, place.rect) && home.y < place.rect.y,
        };
        let mut via = Vec::new();
        let from = match outbox {
            Some(rect) => {
                let start = Point {
                    x: rect.center().x,
                    y: rect.bottom(),
                };
                if !near {
                    let y = start.y + 8.0;
                    let x = match self.form {
                        Form::Wide => home.x - TURN,
                        Form::Tall => self.lane_x(passing),
                    };
                    via.extend([Point { y, ..start }, Point { x, y }, Point { x, y: above }]);
                } else {
                    via.push(Point { y: above, ..start });
                }
                vec![start]
            }
            None => {
                let mut turn = |x: f64| {
                    via.extend([home.center().y, above].map(|y| Point { x, y }));
                };
                match self.form {
                    Form::Wide if home.x <= place.rect.x => {
                        turn(home.right() + TURN);
                        self.side(layout, End::Service(service), true)
                    }
                    Form::Wide => {
                        turn(home.x - TURN);
                        self.side(layout, End::Service(service), false)
                    }
                    Form::Tall if near => {
                        via.push(Point {
                            x: home.x + 60.0,
                            y: above,
                        });
                        self.doors(layout, End::Service(service), place.rect.center())
                    }
                    Form::Tall => {
                        turn(self.lane_x(passing));
                        self.side(layout, End::Service(service), false)
                    }
                }
            }
        };
        via.push(Point { y: above, ..tip });
        Route {
            from,
            via,
            to: vec![tip],
            crowded: true,
        }
    }

    /// A message's way from the queues of a topic to the one who listens.
    fn delivery(&self, layout: &Layout, link: u16, topic: u16, service: u16) -> Route {
        let place = &layout.topics[topic as usize];
        let home = layout.services[service as usize].rect;
        let y = self.exit(place, link);
        let right = Point {
            x: place.rect.right(),
            y,
        };
        let end = End::Service(service);
        match self.form {
            Form::Wide if home.x > place.rect.right() => Route {
                from: vec![right],
                via: Vec::new(),
                to: self.side(layout, end, false),
                crowded: true,
            },
            Form::Wide if home.x < place.rect.x => Route {
                from: vec![Point { x: place.rect.x, y }],
                via: Vec::new(),
                to: self.side(layout, end, true),
                crowded: true,
            },
            Form::Wide => Route {
                from: vec![right],
                via: [y, home.center().y]
                    .map(|y| Point {
                        x: place.rect.right() + 2.0 * TURN,
                        y,
                    })
                    .to_vec(),
                to: self.side(layout, end, true),
                crowded: true,
            },
            Form::Tall => {
                let x = layout.width - self.left_edge() - TURN / 2.0;
                let above = home.y - 12.0;
                let into = Point {
                    x: home.right() - 30.0,
                    y: above,
                };
                Route {
                    from: vec![right],
                    via: vec![Point { x, y }, Point { x, y: above }, into],
                    to: vec![Point { y: home.y, ..into }],
                    crowded: true,
                }
            }
        }
    }

    /// The height at which messages for a link leave a topic: in the middle of its queues.
    fn exit(&self, place: &TopicBox, link: u16) -> f64 {
        let lanes = place
            .lanes
            .iter()
            .filter(|lane| self.plan.subscriptions[lane.subscription as usize].link == link);
        let (sum, count) = lanes.fold((0.0, 0.0), |(sum, count), lane| {
            (sum + lane.hands.center().y, count + 1.0)
        });
        if count > 0.0 {
            sum / count
        } else {
            place.rect.center().y
        }
    }

    fn rect(&self, layout: &Layout, end: End) -> Rect {
        match end {
            End::Client(client) => layout
                .people
                .iter()
                .find(|people| people.clients.contains(&client))
                .map_or(Rect::default(), |people| people.rect),
            End::Service(service) => layout.services[service as usize].rect,
            End::Topic(topic) => layout.topics[topic as usize].rect,
        }
    }

    /// Whether anything stands between two boxes of a tall picture.
    fn between(&self, layout: &Layout, a: Rect, b: Rect) -> bool {
        let (upper, lower) = if a.y < b.y { (a, b) } else { (b, a) };
        let services = layout.services.iter().map(|service| service.rect);
        services
            .chain(layout.topics.iter().map(|topic| topic.rect))
            .any(|rect| rect.y >= upper.bottom() && rect.bottom() <= lower.y)
    }

    /// Where each instance of a service receives or sends at its right side, or at its left.
    fn side(&self, layout: &Layout, end: End, right: bool) -> Vec<Point> {
        let End::Service(service) = end else {
            return vec![Point::default()];
        };
        let home = &layout.services[service as usize];
        let x = if right {
            home.rect.right()
        } else {
            home.rect.x
        };
        let rows = home.rows.iter();
        rows.map(|row| Point {
            x,
            y: row.center().y,
        })
        .collect()
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
            End::Topic(topic) => vec![layout.topics[topic as usize].triangle],
            End::Service(service) => {
                let rect = layout.services[service as usize].rect;
                if self.form == Form::Wide {
                    return self.side(layout, end, other.x > rect.center().x);
                }
                let count = layout.services[service as usize].rows.len();
                (0..count)
                    .map(|index| Point {
                        x: rect.x + 20.0 + (rect.w * 0.45) * (index as f64 + 0.5) / count as f64,
                        y: if other.y > rect.center().y {
                            rect.bottom()
                        } else {
                            rect.y
                        },
                    })
                    .collect()
            }
        }
    }
}
