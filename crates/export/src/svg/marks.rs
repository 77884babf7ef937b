//! What is on its way at a moment, as `web/paint.rs` paints it for the page.

use super::pen::{Pen, triangle};
use picture::layout::Point;
use picture::sprites::{Kind, Mark, STAR, Sign};

/// The order in which kinds are drawn: what matters most comes last.
const KINDS: [Kind; 7] = [
    Kind::Fallen,
    Kind::Answer,
    Kind::Request,
    Kind::Refusal,
    Kind::Event,
    Kind::Confirm,
    Kind::Failure,
];

/// What is fainter nobody sees.
const SEEN: f64 = 0.02;

/// All marks.
pub fn draw(pen: &mut Pen, marks: &[Mark]) {
    for kind in KINDS {
        let seen = |mark: &&Mark| mark.kind == kind && mark.alpha >= SEEN;
        for mark in marks.iter().filter(seen) {
            pen.faded(mark.alpha, |pen| draw_one(pen, mark));
        }
    }
}

/// The colour of a mark.
fn colour(mark: &Mark) -> &'static str {
    let lost = matches!(mark.kind, Kind::Fallen | Kind::Failure);
    match (mark.kind, lost, mark.sign.turns_back, mark.sign.attempt > 1) {
        (_, false, true, _) => "repair",
        (_, false, _, true) => "retry",
        (Kind::Request, ..) => "request",
        (Kind::Answer, ..) => "answer",
        (Kind::Event | Kind::Confirm, ..) => "event",
        (Kind::Refusal | Kind::Fallen, ..) => "rescued",
        (Kind::Failure, ..) => "failure",
    }
}

/// A mark: a later attempt has a notch for each attempt and its number, a duplicate two outlines, what takes something
/// back an arrow that turns back.
pub fn draw_one(pen: &mut Pen, mark: &Mark) {
    let colour = colour(mark);
    let (fill, line) = (format!("f-{colour}"), format!("none s-{colour}"));
    let Point { x, y } = mark.at;
    let Sign {
        attempt,
        double,
        turns_back,
    } = mark.sign;
    match mark.kind {
        Kind::Event if double => {
            let beside = Point {
                x: x + 4.0,
                y: y - 3.0,
            };
            pen.path(&triangle(mark.at, 5.6), &line, 1.6, "");
            pen.path(&triangle(beside, 5.6), &line, 1.6, "");
        }
        Kind::Request => pen.circle(mark.at, 3.4, &fill, 0.0),
        Kind::Answer | Kind::Refusal | Kind::Fallen => pen.circle(mark.at, 3.2, &line, 1.6),
        Kind::Event => pen.path(&triangle(mark.at, 5.0), &fill, 0.0, ""),
        Kind::Confirm => pen.path(&triangle(mark.at, 4.6), &line, 1.6, ""),
        Kind::Failure => pen.path(&star(mark.at), &fill, 0.0, ""),
    }
    if turns_back {
        // Three quarters of a circle around it, with a head.
        let arc = format!("M{:.1} {:.1}a7 7 0 1 1 -11.2 1.7", x + 4.9, y - 4.9);
        let head = format!("M{:.1} {:.1}l3.2 -2.8l2.6 3.8", x - 9.4, y - 1.6);
        pen.path(&(arc + &head), &line, 1.6, "");
    }
    if attempt > 1 {
        let notches: String = (0..attempt.min(4))
            .map(|notch| {
                let nx = x + 7.5 + 2.6 * f64::from(notch);
                format!("M{nx:.1} {:.1}v6", y - 3.0)
            })
            .collect();
        pen.path(&notches, &line, 1.6, "");
        let number = attempt.to_string();
        pen.text((x - 3.0, y - 7.0), &format!("number {fill}"), &number);
    }
}

fn star(at: Point) -> String {
    let corners = STAR.iter().enumerate().map(|(index, (x, y))| {
        let step = if index == 0 { 'M' } else { 'L' };
        format!("{step}{:.1} {:.1}", at.x + x, at.y + y)
    });
    corners.collect::<String>() + "z"
}
