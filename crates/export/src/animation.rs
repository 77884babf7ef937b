//! A stretch of a run as an animated SVG that plays in a loop.
//!
//! Why not GIF or WebM: both need an encoder, which is a library and a second picture of everything, and give a file that is
//! large or cannot be zoomed. SVG has its own animation (SMIL), which every browser plays in an `<img>`, too: each message
//! is one shape with a path and two times. The file is exact, small, sharp at every size, and a pure function of the trace.
//!
//! Messages move as on the page; where there are too many a sample is drawn, and the caption says so. Workers fill and empty
//! as they did. Who asked for less motion sees the last moment instead, standing still.

use super::svg::{Pen, Scene, Theme, document, draw_one};
use super::{Subject, Window};
use kernel::time::{Span, Time};
use picture::layout::{Form, LANE, Point, Rect, Slots, slots};
use picture::sprites::{
    FALL, FALLS_AT, FLASH_S, Kind, Mark, SHOWN_MAX, Sign, Signs, chosen, kind_of, least,
};
use sim::trace::{Copies, Message, Outcome, Record, What};
use words::Exported;

/// At most about so many shapes move.
const SHAPES_MAX: usize = 600;
/// And at most so many of what happens at a place (refusals, failures).
const FLASHES_MAX: usize = 60;
/// Workers are looked at so many times.
const FRAMES: usize = 60;
/// A way round corners is made of so many pieces.
const PIECES: u32 = 16;
/// The side of the largest worker slot, as on the page.
const SLOT_MAX: f64 = 18.0;

/// What is shown to whom: with less motion the moving things are gone and the last moment is there.
const RULES: &str = ".resting{display:none}\
@media(prefers-reduced-motion:reduce){.moving{display:none}.resting{display:inline}}";

/// The animation of a window at so many simulated seconds a second. The run must have come to the window's end.
pub fn text(subject: &Subject, theme: Theme, form: Form, window: Window, speed: f64) -> String {
    let mut scene = Scene::new(subject, form, speed);
    scene.live = false;
    let lasts = window.to.since(window.from).as_secs() / speed;
    let mut film = Film {
        subject,
        scene: &scene,
        window,
        speed,
        attributes: format!("dur=\"{lasts:.3}s\" repeatCount=\"indefinite\""),
        pen: Pen::default(),
    };
    scene.draw_still(&mut film.pen);
    film.pen.text.push_str("<g class=\"moving\">");
    film.workers();
    let (shown, all) = film.messages();
    film.pen.text.push_str("</g><g class=\"resting\">");
    scene.draw_now(&mut film.pen);
    scene.draw_moving(&mut film.pen);
    film.pen.text.push_str("</g>");
    let mut caption = Exported::AnimationOf {
        title: subject.title(),
        from_s: window.from.as_secs(),
        to_s: window.to.as_secs(),
        speed,
    }
    .text(subject.lang);
    if shown < all {
        caption += " · ";
        caption += &Exported::MessagesShown(shown, all).text(subject.lang);
    }
    document(subject, &scene, theme, &caption, RULES, &film.pen)
}

struct Film<'a> {
    subject: &'a Subject<'a>,
    scene: &'a Scene<'a>,
    window: Window,
    speed: f64,
    /// What all animations have in common: they begin and end together.
    attributes: String,
    pen: Pen,
}

/// Something that moves along a way, or stays where it is.
struct Moving {
    mark: Mark,
    way: Vec<Point>,
    left: Time,
    lasts: Span,
    fades: bool,
}

impl Film<'_> {
    /// When something is, as a share of the window; before it and after it, it is out of sight.
    fn share(&self, at: Time) -> f64 {
        let length = self.window.to.since(self.window.from).0 as f64;
        (at.0 as f64 - self.window.from.0 as f64) / length.max(1.0)
    }

    /// What may be seen: what leaves in the window, or has left before and is still on its way.
    fn messages(&mut self) -> (usize, usize) {
        let trace = self.subject.run.trace();
        let records = trace.records();
        let before = self.window.from.0.saturating_sub(Span::from_secs(10).0);
        let begin = records.partition_point(|record| record.at.0 < before);
        let end = records.partition_point(|record| record.at < self.window.to);
        let begin = begin.min(end);
        let signs = Signs::gather(records, self.scene.plan, begin, end);
        let mut traffic = vec![0_u32; self.scene.plan.links.len()];
        let seen: Vec<(&Record, u16, Time)> = records
            .range(begin..end)
            .filter_map(|record| {
                let (link, arrives) = match record.what {
                    What::Hop { link, arrives, .. } | What::EventSent { link, arrives, .. } => {
                        (link, arrives)
                    }
                    _ => return None,
                };
                let lasts = arrives.since(record.at).max(least(self.speed));
                let seen = record.at + lasts > self.window.from;
                seen.then_some((record, link, arrives))
            })
            .collect();
        for (_, link, _) in &seen {
            traffic[*link as usize] += 1;
        }
        let share = fair_share(&traffic);
        let mut shown = 0;
        let mut lines: Vec<Moving> = Vec::new();
        for (record, link, arrives) in &seen {
            let many = traffic[*link as usize];
            // The sampling of the page, for as many as there may be here.
            let scaled = many.saturating_mul(SHOWN_MAX) / share;
            if let Some(moving) = self.moving(record, *link, *arrives, scaled, &signs) {
                shown += 1;
                lines.push(moving);
            }
        }
        let all = seen.len();
        let flashes = records.range(begin..end).filter_map(|it| self.flash(it));
        lines.extend(flashes.take(FLASHES_MAX));
        for moving in lines {
            self.shape(&moving);
        }
        (shown, all)
    }

    fn moving(
        &self,
        record: &Record,
        link: u16,
        arrives: Time,
        many: u32,
        signs: &Signs,
    ) -> Option<Moving> {
        let layout = &self.scene.layout;
        let (kind, sign, lost, way) = match record.what {
            What::Hop {
                request,
                message,
                lost,
                ..
            } => {
                // What a relay sends has no number of its own.
                let serial = if request == 0 { arrives.0 } else { request };
                if chosen(serial, many) < 1.0 {
                    return None;
                }
                let route = &layout.routes[link as usize];
                if route.way.is_empty() {
                    return None;
                }
                let pieces = if route.way.len() < 3 { 1 } else { PIECES };
                let points = (0..=pieces).map(|piece| {
                    let t = f64::from(piece) / f64::from(pieces);
                    match message {
                        Message::Request => route.at(t, LANE),
                        Message::Answer(_) => route.at(1.0 - t, -LANE),
                    }
                });
                let kind = kind_of(self.scene.plan, link, message);
                (kind, signs.of(request, record.at), lost, points.collect())
            }
            What::EventSent {
                copies, key, lost, ..
            } => {
                let feed = layout.feeds.iter().find(|feed| feed.link == link)?;
                if chosen(key.into(), many) < 1.0 {
                    return None;
                }
                let to = match copies {
                    Copies::Replica(_) => &feed.to_store,
                    Copies::ReferenceCache(_) | Copies::Cache(_) => &feed.to_service,
                };
                (
                    Kind::Event,
                    Sign::default(),
                    lost,
                    feed.from
                        .iter()
                        .chain(to.iter().skip(1))
                        .copied()
                        .collect::<Vec<Point>>(),
                )
            }
            _ => return None,
        };
        let lasts = arrives.since(record.at).max(least(self.speed));
        Some(Moving {
            mark: mark(kind, sign),
            way: if lost { falling(&way) } else { way },
            left: record.at,
            lasts,
            fades: lost,
        })
    }

    /// What happens at a place: somebody is turned away, somebody does not get what they asked for.
    fn flash(&self, record: &Record) -> Option<Moving> {
        if record.at < self.window.from {
            return None;
        }
        let layout = &self.scene.layout;
        let (kind, way) = match record.what {
            What::TurnedAway { service, .. } => {
                let place = layout.services.iter().find(|it| it.service == service)?;
                let (x, y) = (place.rect.x, place.rect.center().y);
                (Kind::Fallen, vec![Point { x, y }, Point { x, y: y + FALL }])
            }
            What::Settled {
                client, outcome, ..
            } if outcome != Outcome::Ok => {
                let people = layout
                    .people
                    .iter()
                    .find(|it| it.clients.contains(&client))?;
                let (x, y) = (people.figure.center().x, people.figure.y);
                let kind = if outcome == Outcome::Declined {
                    Kind::Refusal
                } else {
                    Kind::Failure
                };
                (kind, vec![Point { x, y }, Point { x, y: y - 10.0 }])
            }
            _ => return None,
        };
        Some(Moving {
            mark: mark(kind, Sign::default()),
            way,
            left: record.at,
            lasts: Span::from_secs_f64(FLASH_S * self.speed),
            fades: true,
        })
    }

    /// A shape, its way, and when it is to be seen.
    fn shape(&mut self, moving: &Moving) {
        let (begin, end) = (
            self.share(moving.left),
            self.share(moving.left + moving.lasts),
        );
        let (from, to) = (begin.max(0.0), end.min(1.0));
        // Times that are equal when written cannot be told apart by whoever plays them.
        if to - from < 0.0002 {
            return;
        }
        let point = |at: f64| (at - begin) / (end - begin);
        let mut way = String::new();
        for (index, Point { x, y }) in moving.way.iter().enumerate() {
            let step = if index == 0 { 'M' } else { 'L' };
            way += &format!("{step}{x:.1} {y:.1}");
        }
        let (first, last) = (point(from), point(to));
        let attributes = self.attributes.clone();
        let pen = &mut self.pen;
        pen.text.push_str("<g opacity=\"0\">");
        draw_one(pen, &moving.mark);
        pen.raw(format_args!(
            "<animateMotion path=\"{way}\" calcMode=\"linear\" keyPoints=\"{first:.3};{first:.3};{last:.3};{last:.3}\" keyTimes=\"0;{from:.4};{to:.4};1\" {attributes}/>"
        ));
        let late = from + (to - from) * FALLS_AT;
        if moving.fades {
            pen.raw(format_args!(
                "<animate attributeName=\"opacity\" values=\"0;0;1;1;0;0\" keyTimes=\"0;{from:.4};{from:.4};{late:.4};{to:.4};1\" {attributes}/>"
            ));
        } else {
            pen.raw(format_args!(
                "<animate attributeName=\"opacity\" calcMode=\"discrete\" values=\"0;1;0\" keyTimes=\"0;{from:.4};{to:.4}\" {attributes}/>"
            ));
        }
        pen.text.push_str("</g>");
    }

    /// The workers of each instance at each frame: how many work, and how many only wait.
    fn workers(&mut self) {
        let places: Vec<(u16, u16)> = self
            .scene
            .layout
            .services
            .iter()
            .flat_map(|it| (0..it.rows.len() as u16).map(|instance| (it.service, instance)))
            .collect();
        for (service, instance) in places {
            self.workers_of(service, instance);
        }
    }

    fn workers_of(&mut self, service: u16, instance: u16) {
        let state = self.scene.sim.instance(service, instance);
        let its = self
            .scene
            .layout
            .services
            .iter()
            .find(|it| it.service == service);
        let Some(room) = its.and_then(|it| it.rows.get(instance as usize)) else {
            return;
        };
        let frames = self.levels(service, instance);
        let most = frames
            .iter()
            .map(|(working, waiting)| working + waiting)
            .max();
        let threads = state.threads.max(most.unwrap_or(0));
        let places = slots(threads, *room, SLOT_MAX);
        if places == Slots::Bar {
            return self.bar(*room, threads, &frames);
        }
        for (index, slot) in (0..threads).map_while(|index| Some((index, places.rect(index)?))) {
            self.pen.rect(slot, 0.0, "none s-line", 1.0);
            let works: Vec<bool> = frames.iter().map(|(working, _)| index < *working).collect();
            let waits: Vec<bool> = frames
                .iter()
                .map(|(working, waiting)| index >= *working && index < working + waiting)
                .collect();
            self.shown(&works, |pen| pen.rect(slot, 0.0, "f-request", 0.0));
            self.shown(&waits, |pen| pen.hatched(slot, "request"));
        }
    }

    /// Something that is there in some frames and not in others.
    fn shown(&mut self, frames: &[bool], draw: impl FnOnce(&mut Pen)) {
        if !frames.contains(&true) {
            return;
        }
        let first = frames.first() == Some(&true);
        let (mut values, mut times) = (u8::from(first).to_string(), "0".to_string());
        for (index, pair) in (1..).zip(frames.windows(2)) {
            if pair[0] != pair[1] {
                values += &format!(";{}", u8::from(pair[1]));
                times += &format!(";{:.4}", f64::from(index) / frames.len() as f64);
            }
        }
        let attributes = self.attributes.clone();
        self.pen.text.push_str("<g>");
        draw(&mut self.pen);
        self.pen.raw(format_args!(
            "<animate attributeName=\"opacity\" calcMode=\"discrete\" values=\"{values}\" keyTimes=\"{times}\" {attributes}/></g>"
        ));
    }

    /// Many workers as one bar: as long as the share of them that is held, and full for those that work.
    fn bar(&mut self, room: Rect, threads: u32, frames: &[(u32, u32)]) {
        let h = room.h.min(14.0);
        let y = room.y + (room.h - h) / 2.0;
        let share = |workers: u32| {
            let share = f64::from(workers) / f64::from(threads.max(1));
            format!("{:.1}", room.w * share.min(1.0))
        };
        let held = frames
            .iter()
            .map(|(working, waiting)| share(working + waiting));
        let working = frames.iter().map(|(working, _)| share(*working));
        let attributes = self.attributes.clone();
        let parts = [
            (
                " fill=\"url(#hatch-request)\"",
                "s-request",
                held.collect::<Vec<_>>(),
            ),
            ("", "f-request", working.collect()),
        ];
        for (fill, class, widths) in parts {
            self.pen.raw(format_args!(
                "<rect class=\"{class}\"{fill} x=\"{:.1}\" y=\"{y:.1}\" height=\"{h:.1}\" width=\"0\"><animate attributeName=\"width\" calcMode=\"discrete\" values=\"{}\" {attributes}/></rect>",
                room.x,
                widths.join(";")
            ));
        }
        let whole = Rect::new(room.x, y, room.w, h);
        self.pen.rect(whole, 0.0, "none s-line", 1.0);
    }

    /// Working and waiting workers at each frame: what they are now, and back from there through the trace.
    fn levels(&self, service: u16, instance: u16) -> Vec<(u32, u32)> {
        let state = self.scene.sim.instance(service, instance);
        let (mut working, mut waiting) = (i64::from(state.working), i64::from(state.waiting));
        let length = self.window.to.since(self.window.from).0;
        let frame = |index: usize| Time(self.window.from.0 + length * index as u64 / FRAMES as u64);
        let mut levels = vec![(0, 0); FRAMES];
        let mut next = FRAMES;
        let keep = |at: Time, working: i64, waiting: i64, next: &mut usize, levels: &mut Vec<_>| {
            while *next > 0 && frame(*next - 1) >= at {
                *next -= 1;
                levels[*next] = (working.max(0) as u32, waiting.max(0) as u32);
            }
        };
        for record in self.subject.run.trace().records().iter().rev() {
            if record.at < self.window.from {
                break;
            }
            keep(record.at, working, waiting, &mut next, &mut levels);
            match record.what {
                What::Started {
                    service: s,
                    instance: i,
                    ..
                } if (s, i) == (service, instance) => working -= 1,
                What::Finished {
                    service: s,
                    instance: i,
                    ..
                } if (s, i) == (service, instance) => working += 1,
                What::WorkerBlocked {
                    service: s,
                    instance: i,
                    ..
                } if (s, i) == (service, instance) => {
                    (working, waiting) = (working + 1, waiting - 1)
                }
                What::WorkerResumed {
                    service: s,
                    instance: i,
                    ..
                } if (s, i) == (service, instance) => {
                    (working, waiting) = (working - 1, waiting + 1)
                }
                _ => {}
            }
        }
        keep(Time::ZERO, working, waiting, &mut next, &mut levels);
        levels
    }
}

/// So many messages of one link are shown: as many as there may be, given that quiet links do not need their part.
fn fair_share(traffic: &[u32]) -> u32 {
    let all = |share: u32| {
        traffic
            .iter()
            .map(|many| (*many).min(share) as usize)
            .sum::<usize>()
    };
    let links = traffic.iter().filter(|many| **many > 0).count().max(1);
    let mut share = (SHAPES_MAX / links).max(1) as u32;
    while share < SHAPES_MAX as u32 && all(share + share / 4 + 1) <= SHAPES_MAX {
        share += share / 4 + 1;
    }
    share
}

fn mark(kind: Kind, sign: Sign) -> Mark {
    Mark {
        kind,
        sign,
        at: Point::default(),
        alpha: 1.0,
    }
}

/// The way of what is lost: a part of its way, and down.
fn falling(way: &[Point]) -> Vec<Point> {
    let (Some(first), Some(last)) = (way.first(), way.last()) else {
        return Vec::new();
    };
    let at = if way.len() == 2 {
        Point {
            x: first.x + (last.x - first.x) * FALLS_AT,
            y: first.y + (last.y - first.y) * FALLS_AT,
        }
    } else {
        way[way.len() / 2]
    };
    let before = way.iter().take(way.len() / 2).copied();
    let mut fallen: Vec<Point> = before.collect();
    fallen.push(at);
    fallen.push(Point {
        x: at.x,
        y: at.y + FALL,
    });
    fallen
}
