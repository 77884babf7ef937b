//! What moves in the diagram. A pure function of (trace, playhead, speed, layout): scrubbing, pausing and
//! drawing need no state of their own.
//!
//! A message is drawn on its way from the moment it left until it arrives. Where that would be too short to see, it is
//! drawn for [`VISIBLE_S`] seconds of screen time and the caption says so; where there would be too many, every n-th is
//! drawn and the caption says so.

mod signs;

use crate::layout::{LANE, Layout, Point, along, on_way};
use kernel::time::{Span, Time};
use run::trace_log::TraceLog;
pub use signs::Sign;
pub use signs::Signs;
use sim::trace::{Copies, Message, Outcome, What};
use sim::{End, Plan};

/// The least screen time of a message, in seconds (less in slow motion: see [`SLOW_MOTION`]).
pub const VISIBLE_S: f64 = 0.26;
/// Below this speed the least screen time shrinks with the speed, so that slow motion shows things as they are.
const SLOW_MOTION: f64 = 0.1;
/// The screen time of what happens at a place (a refusal, a failure), in seconds.
pub const FLASH_S: f64 = 0.7;
/// On one link and in one direction, about so many messages are drawn at once.
pub const SHOWN_MAX: u32 = 60;
/// Records looked at for one picture, at most (the latest).
const RECORDS_MAX: usize = 200_000;
/// How far above the number at which the sample is halved the other half is gone, in shares of the next such number.
const FADES_OVER: f64 = 0.12;
/// Where on its way a lost message falls.
pub const FALLS_AT: f64 = 0.55;
/// How far it falls, in the layout's units.
pub const FALL: f64 = 46.0;

/// What a mark is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A request on its way: a filled circle.
    Request,
    /// A good answer on its way: a hollow circle.
    Answer,
    /// An answer that says no: a grey ring.
    Refusal,
    /// An event: a triangle.
    Event,
    /// The answer to an event - the broker's confirmation, a consumer's acknowledgement: a hollow triangle.
    Confirm,
    /// Something lost or turned away: a grey ring that falls and fades.
    Fallen,
    /// A person who did not get what they asked for: a star.
    Failure,
}

/// The ten corners of a star with a radius of 8, from the top to the right. (Given and not worked out: sine and cosine would
/// be 3 KB of the page's program.)
pub const STAR: [(f64, f64); 10] = [
    (0.0, -8.0),
    (2.0, -2.75),
    (7.61, -2.47),
    (3.23, 1.05),
    (4.7, 6.47),
    (0.0, 3.4),
    (-4.7, 6.47),
    (-3.23, 1.05),
    (-7.61, -2.47),
    (-2.0, -2.75),
];

/// Something to be drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// What it is.
    pub kind: Kind,
    /// What is special about it.
    pub sign: Sign,
    /// Where.
    pub at: Point,
    /// How much of it is still there: 1 whole, 0 gone.
    pub alpha: f64,
}

/// What the picture leaves out on a link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Caption {
    /// The link.
    pub link: u16,
    /// One message in so many is drawn.
    pub one_in: u32,
    /// Messages a second of simulated time, in this link's direction.
    pub per_s: f64,
    /// Whether messages are drawn slower than they are.
    pub slowed: bool,
}

/// A picture of what moves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// The marks, in the order of the trace.
    pub marks: Vec<Mark>,
    /// For each link on which something moves: what is left out.
    pub captions: Vec<Caption>,
}

/// Messages on one link within the window.
#[derive(Clone, Copy, Default)]
struct Traffic {
    requests: u32,
    answers: u32,
    /// Requests (or events) that left within the whole window.
    left: u32,
    slowed: bool,
}

/// The picture at `now`, at so many simulated seconds a second.
pub fn picture(trace: &TraceLog, plan: &Plan, layout: &Layout, now: Time, speed: f64) -> Picture {
    let visible = least(speed);
    let flash = Span::from_secs_f64(FLASH_S * speed);
    let records = trace.records();
    let end = records.partition_point(|record| record.at <= now);
    // Long latencies are still under way although they left long ago.
    let window = visible.max(flash).max(longest_latency(plan));
    let begin = records.partition_point(|record| record.at + window < now);
    let begin = begin.max(end.saturating_sub(RECORDS_MAX)).min(end);

    let mut traffic = vec![Traffic::default(); plan.links.len()];
    for record in records.range(begin..end) {
        let (link, arrives, answer) = match record.what {
            What::Hop {
                link,
                arrives,
                message,
                ..
            } => (link, arrives, message != Message::Request),
            What::EventSent { link, arrives, .. } => (link, arrives, false),
            _ => continue,
        };
        let real = arrives.since(record.at);
        let traffic = &mut traffic[link as usize];
        traffic.left += u32::from(!answer);
        if now <= record.at + real.max(visible) {
            *(if answer {
                &mut traffic.answers
            } else {
                &mut traffic.requests
            }) += 1;
            traffic.slowed |= real < visible;
        }
    }

    let signs = Signs::gather(records, plan, begin, end);
    let mut picture = Picture::default();
    for record in records.range(begin..end) {
        let since = now.since(record.at);
        match record.what {
            What::Hop {
                request,
                link,
                message,
                arrives,
                lost,
                ..
            } => {
                let lasts = arrives.since(record.at).max(visible);
                let traffic = &traffic[link as usize];
                let many = match message {
                    Message::Request => traffic.requests,
                    Message::Answer(_) => traffic.answers,
                };
                // What a relay sends has no number of its own.
                let serial = if request == 0 { arrives.0 } else { request };
                let clarity = chosen(serial, many);
                if since <= lasts && clarity > 0.0 {
                    let route = &layout.routes[link as usize];
                    if route.way.is_empty() {
                        // What was sent before the settings changed has no line any more.
                        continue;
                    }
                    let kind = kind_of(plan, link, message);
                    let t = share(since, lasts);
                    let mut mark = travelling(kind, t, lost, |t| match message {
                        Message::Request => route.at(t, LANE),
                        Message::Answer(_) => route.at(1.0 - t, -LANE),
                    });
                    mark.alpha *= clarity;
                    mark.sign = signs.of(request, record.at);
                    picture.marks.push(mark);
                }
            }
            What::EventSent {
                copies,
                link,
                key,
                arrives,
                lost,
                ..
            } => {
                let lasts = arrives.since(record.at).max(visible);
                let many = traffic[link as usize].requests;
                let feed = layout.feeds.iter().find(|feed| feed.link == link);
                if let Some(feed) = feed
                    && since <= lasts
                    && chosen(u64::from(key), many) == 1.0
                {
                    let to = match copies {
                        Copies::Replica(_) => &feed.to_store,
                        Copies::ReferenceCache(_) | Copies::Cache(_) => &feed.to_service,
                    };
                    let t = share(since, lasts);
                    picture.marks.push(travelling(Kind::Event, t, lost, |t| {
                        if t < 0.5 {
                            on_way(&feed.from, t * 2.0, 0.0)
                        } else {
                            on_way(to, t * 2.0 - 1.0, 0.0)
                        }
                    }));
                }
            }
            What::TurnedAway { service, .. } if since <= flash => {
                if let Some(place) = layout
                    .services
                    .iter()
                    .find(|place| place.service == service)
                {
                    let t = share(since, flash);
                    picture.marks.push(Mark {
                        kind: Kind::Fallen,
                        sign: Sign::default(),
                        at: Point {
                            x: place.rect.x,
                            y: place.rect.center().y + t * t * FALL,
                        },
                        alpha: 1.0 - t,
                    });
                }
            }
            What::Settled {
                client, outcome, ..
            } if outcome != Outcome::Ok && since <= flash => {
                if let Some(people) = layout
                    .people
                    .iter()
                    .find(|people| people.clients.contains(&client))
                {
                    let t = share(since, flash);
                    let figure = people.figure.center();
                    picture.marks.push(Mark {
                        // A "no" because of a business rule is an answer, too.
                        kind: if outcome == Outcome::Declined {
                            Kind::Refusal
                        } else {
                            Kind::Failure
                        },
                        sign: Sign::default(),
                        at: Point {
                            x: figure.x,
                            y: people.figure.y - 10.0 * t,
                        },
                        alpha: 1.0 - t * t,
                    });
                }
            }
            What::DeadLettered {
                subscription, kept, ..
            } if since <= flash => {
                if let Some(lane) = layout.lane(subscription) {
                    let t = share(since, flash);
                    let (a, b) = (lane.hands.center(), lane.tray.center());
                    let to = if kept {
                        b
                    } else {
                        Point {
                            x: a.x,
                            y: a.y + FALL,
                        }
                    };
                    picture.marks.push(Mark {
                        kind: Kind::Fallen,
                        sign: Sign::default(),
                        at: along(a, to, t, 0.0),
                        alpha: if kept { 1.0 } else { 1.0 - t },
                    });
                }
            }
            _ => {}
        }
    }
    picture.captions = captions(&traffic, window.min(now.since(Time::ZERO)));
    picture
}

/// How long a message is drawn at least, in simulated time, at this speed.
pub fn least(speed: f64) -> Span {
    Span::from_secs_f64(VISIBLE_S * speed * (speed / SLOW_MOTION).min(1.0))
}

fn captions(traffic: &[Traffic], window: Span) -> Vec<Caption> {
    (0..)
        .zip(traffic)
        .filter(|(_, traffic)| traffic.requests + traffic.answers > 0)
        .map(|(link, traffic)| Caption {
            link,
            one_in: one_in(traffic.requests.max(traffic.answers)),
            per_s: f64::from(traffic.left) / window.as_secs().max(1e-9),
            slowed: traffic.slowed,
        })
        .collect()
}

/// What a message on a link is drawn as.
pub fn kind_of(plan: &Plan, link: u16, message: Message) -> Kind {
    let link = &plan.links[link as usize];
    let on_the_bus = [link.from, link.to]
        .iter()
        .any(|end| matches!(end, End::Topic(_)));
    match message {
        Message::Request if on_the_bus => Kind::Event,
        Message::Request => Kind::Request,
        // Who says no because of a business rule has dealt with the message.
        Message::Answer(Outcome::Ok | Outcome::Declined) if on_the_bus => Kind::Confirm,
        Message::Answer(Outcome::Ok) => Kind::Answer,
        Message::Answer(_) => Kind::Refusal,
    }
}

/// How far along something is.
fn share(since: Span, lasts: Span) -> f64 {
    (since.0 as f64 / (lasts.0 as f64).max(1.0)).min(1.0)
}

/// A mark on its way; a lost one leaves it and falls.
fn travelling(kind: Kind, t: f64, lost: bool, at: impl Fn(f64) -> Point) -> Mark {
    if !lost || t < FALLS_AT {
        return Mark {
            kind,
            sign: Sign::default(),
            at: at(t),
            alpha: 1.0,
        };
    }
    let falls = (t - FALLS_AT) / (1.0 - FALLS_AT);
    let from = at(FALLS_AT);
    Mark {
        kind: Kind::Fallen,
        sign: Sign::default(),
        at: Point {
            x: from.x,
            y: from.y + falls * falls * FALL,
        },
        alpha: 1.0 - falls,
    }
}

/// Of so many messages one in how many is drawn: a power of two, so that a change of the share keeps half of those
/// drawn in place.
pub fn one_in(many: u32) -> u32 {
    many.div_ceil(SHOWN_MAX).max(1).next_power_of_two()
}

/// How clearly a message is drawn: 1 if it is among those drawn, 0 if it is not. The same for its request and its
/// answer, in every picture.
///
/// Just above the number at which the sample is halved, the half that goes is still there, fading: a number that
/// wavers around it makes nothing flicker.
pub fn chosen(serial: u64, many: u32) -> f64 {
    let mixed = (serial.wrapping_mul(0x9e37_79b9_7f4a_7c15)) >> 40;
    let n = one_in(many);
    if mixed & u64::from(n - 1) == 0 {
        return 1.0;
    }
    if n == 1 || mixed & u64::from(n / 2 - 1) != 0 {
        return 0.0;
    }
    // Between 1/2 (just halved) and 1 (about to be halved again).
    let load = f64::from(many) / f64::from(SHOWN_MAX) / f64::from(n);
    (1.0 - (load - 0.5) / FADES_OVER).clamp(0.0, 1.0)
}

/// A bound of most latencies of a plan: what takes longer disappears before it arrives (one in thousands).
fn longest_latency(plan: &Plan) -> Span {
    plan.links
        .iter()
        .map(|link| link.latency.almost_longest())
        .max()
        .unwrap_or_default()
        .min(Span::from_secs(10))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Form;
    use run::Run;
    use scenario::FaultKind;
    use sim::Progress;

    fn run(settings: &[(&str, &str)], until: Time, fault: Option<FaultKind>) -> Run {
        let base = scenario::shipped::load("consultation-list").expect("it ships");
        let settings: Vec<_> = settings
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        let scenario = scenario::settings::apply(&base, &settings).expect("the settings are sound");
        let mut run = Run::new(scenario, 400_000);
        if let Some(fault) = fault {
            run.inject(fault, None).expect("the fault is possible");
        }
        while run.run_until(until, 100_000) == Progress::Busy {}
        run
    }

    fn picture_of(run: &Run, now: Time, speed: f64) -> Picture {
        let layout = Layout::new(run.plan(), 0, Form::Wide);
        picture(run.trace(), run.plan(), &layout, now, speed)
    }

    const TWO_S: Time = Time(2_000_000_000);

    #[test]
    fn the_same_moment_gives_the_same_picture_whatever_came_after() {
        let early = run(&[], TWO_S, None);
        let late = run(&[], Time(3_000_000_000), None);
        assert!(picture_of(&early, TWO_S, 1.0).marks.len() > 20);
        assert_eq!(
            picture_of(&early, TWO_S, 1.0),
            picture_of(&late, TWO_S, 1.0)
        );
    }

    #[test]
    fn every_mark_is_inside_the_diagram() {
        let run = run(&[("customer", "replica"), ("changes", "100")], TWO_S, None);
        let layout = Layout::new(run.plan(), 0, Form::Wide);
        for speed in [0.01, 0.1, 1.0, 10.0, 1000.0] {
            for mark in picture_of(&run, TWO_S, speed).marks {
                let inside = (-20.0..layout.width + 20.0).contains(&mark.at.x)
                    && (-20.0..layout.height + FALL + 20.0).contains(&mark.at.y);
                assert!(inside, "{mark:?} at speed {speed}");
                assert!((0.0..=1.0).contains(&mark.alpha), "{mark:?}");
            }
        }
    }

    #[test]
    fn many_messages_are_sampled_and_the_caption_says_so() {
        let run = run(&[], TWO_S, None);
        let link = run
            .plan()
            .link_named("consultation -> common")
            .expect("it is there");
        let caption = |speed| {
            let picture = picture_of(&run, TWO_S, speed);
            *picture
                .captions
                .iter()
                .find(|caption| caption.link == link)
                .expect("messages move")
        };
        assert_eq!((caption(0.01).one_in, caption(0.01).slowed), (1, false));
        assert!(caption(1.0).one_in >= 8 && caption(1.0).slowed);
        let shown = picture_of(&run, TWO_S, 1.0).marks.len() as u32;
        assert!(shown < 6 * SHOWN_MAX, "{shown}");
    }

    #[test]
    fn a_sample_is_halved_without_a_flicker() {
        let clear = |many: u32| (0..4096).map(|serial| chosen(serial, many)).sum::<f64>();
        for many in [SHOWN_MAX, 2 * SHOWN_MAX, 16 * SHOWN_MAX] {
            let (before, after) = (clear(many), clear(many + 1));
            assert!(
                (before - after).abs() < 0.1 * before,
                "{many}: {before} {after}"
            );
            assert!(
                clear(many + many / 2) < 0.6 * before,
                "half of them have gone"
            );
        }
        assert_eq!(chosen(1, 3), 1.0);
    }

    #[test]
    fn a_lost_message_falls_and_a_failure_is_a_star() {
        let cut = FaultKind::Cut {
            link: "consultation -> common".into(),
        };
        let run = run(&[], Time(8_000_000_000), Some(cut));
        let kinds: Vec<Kind> = picture_of(&run, Time(8_000_000_000), 1.0)
            .marks
            .iter()
            .map(|mark| mark.kind)
            .collect();
        assert!(kinds.contains(&Kind::Fallen), "{kinds:?}");
        let stars = (4_000..8_000u64).step_by(100).any(|ms| {
            picture_of(&run, Time(ms * 1_000_000), 1.0)
                .marks
                .iter()
                .any(|mark| mark.kind == Kind::Failure)
        });
        assert!(
            stars,
            "a list whose calls all time out fails for the person"
        );
    }

    #[test]
    fn what_is_special_about_a_message_can_be_seen() {
        let scenario = scenario::read(include_str!("layout/orders.json")).expect("it is sound");
        let mut run = Run::new(scenario, 400_000);
        let lose = FaultKind::Loss {
            link: "order -> payment".into(),
            request: 0.0,
            answer: 0.4,
        };
        run.inject(lose, None).expect("the fault is possible");
        let fails = FaultKind::Errors {
            service: "stock".into(),
            instance: None,
            rate: 0.5,
        };
        run.inject(fails, None).expect("the fault is possible");
        while run.run_until(TWO_S, 100_000) == Progress::Busy {}
        let mut seen: Vec<(Kind, Sign)> = Vec::new();
        for ms in (500..2_000u64).step_by(20) {
            let picture = picture_of(&run, Time(ms * 1_000_000), 0.1);
            seen.extend(picture.marks.iter().map(|mark| (mark.kind, mark.sign)));
        }
        let any = |test: &dyn Fn(Kind, Sign) -> bool| seen.iter().any(|(k, s)| test(*k, *s));
        assert!(any(&|kind, sign| kind == Kind::Request && sign.attempt > 1));
        assert!(any(&|kind, sign| kind == Kind::Event && sign.attempt > 1));
        assert!(any(&|kind, sign| kind == Kind::Event && sign.double));
        assert!(any(
            &|kind, sign| kind == Kind::Event && sign == Sign::default()
        ));
        assert!(any(&|kind, _| kind == Kind::Confirm));
    }
}
