//! The diagram of every scenario that ships, with every choice that it offers, in both forms and both languages: nothing
//! that is written is too small, cut off or run through.

use export::Subject;
use export::svg::{Pen, Scene, Theme, style};
use kernel::time::Time;
use picture::layout::{Aspect, Form, LANE, Layout, Point, Rect, TEXT_MIN};
use run::Run;
use run::metrics::main_client;
use scenario::settings::{self, Kind, Setting};
use scenario::{Scenario, shipped};
use sim::Plan;
use words::Lang;
use words::names::Names;

/// The frames of the diagram on the page, in CSS pixels, and the size that its smallest text has at least: at 1280 x 800, and
/// on a projector at 1920 x 1080. (Of scenarios that read, and of those that write.)
const FRAMES: [[(f64, f64, f64); 2]; 2] = [
    [(877.0, 405.0, 11.0), (1429.0, 553.0, 16.0)],
    [(877.0, 371.0, 11.0), (1429.0, 532.0, 16.0)],
];
/// The width of the frame at 390.
const PHONE: f64 = 380.0;
/// How far from the middle of a line a message is drawn, with half of its size.
const DOTS: f64 = LANE + 3.4;
/// Lines that cross, at most, in any form and with any choice but a choreography. (Where two owners send change events,
/// those of one cross the calls to the other.)
const CROSSINGS: [(&str, usize); 8] = [
    ("consultation-list", 0),
    ("course-enrolment", 0),
    ("course-model", 1),
    ("customer-update", 0),
    ("order-payment", 0),
    ("prescription-billing", 0),
    ("retry-storm", 0),
    ("session-lookup", 0),
];

/// And in a choreography, in which everybody publishes and everybody listens.
const CHOREOGRAPHY: usize = 4;

/// Every choice of the strategies of a scenario, one control at a time, and the offer.
fn choices(scenario: &Scenario) -> Vec<Vec<Setting>> {
    let mut all: Vec<Vec<Setting>> = vec![Vec::new()];
    if let Some(offer) = &scenario.offer {
        all.push(offer.set.clone().into_iter().collect::<Vec<Setting>>());
    }
    for control in &scenario.controls {
        if let Kind::Choice(values) = settings::kind(scenario, control) {
            let one = |value| vec![(control.name.clone(), value)];
            all.extend(values.into_iter().map(one));
        }
    }
    all
}

#[derive(Clone, Debug)]
#[allow(dead_code)] // the text is said when something is wrong with it
struct Written {
    text: String,
    size: f64,
    rect: Rect,
}

/// The value of an attribute.
fn attribute<'t>(tag: &'t str, name: &str) -> &'t str {
    let from = tag.split_once(&format!(" {name}=\"")).expect(name).1;
    from.split_once('"').expect("it ends").0
}

/// The size of a text of these classes: the last rule that is about one of them.
fn size_of(classes: &[&str]) -> f64 {
    let sheet = style(Theme::Light);
    let rules = sheet.split('}').filter_map(|rule| rule.split_once('{'));
    let mut size = 12.0;
    for (selector, rule) in rules {
        let about = selector
            .strip_prefix('.')
            .is_some_and(|it| classes.contains(&it));
        if let (true, Some((_, rest))) = (about, rule.split_once("font-size:")) {
            let px = rest.split_once("px").expect("a size in pixels").0;
            size = px.parse().expect("a number");
        }
    }
    size
}

/// About how wide a text is. (Letters of the fonts that the page names; Korean ones are nearly square.)
fn width(text: &str, size: f64, bold: bool, mono: bool) -> f64 {
    let em = |c: char| match c {
        _ if mono && c.is_ascii() => 0.6,
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | '.' | ',' | '\'' | ':' | '·' | '/' | '(' | ')' => 0.33,
        ' ' => 0.26,
        'm' | 'w' | 'M' | 'W' => 0.86,
        'A'..='Z' => 0.66,
        '0'..='9' => 0.57,
        c if c.is_ascii() => 0.55,
        '가'..='힣' => 0.92,
        _ => 0.75,
    };
    text.chars().map(em).sum::<f64>() * size * if bold { 1.05 } else { 1.0 }
}

/// What is written in the picture, and where.
fn written(drawn: &str) -> Vec<Written> {
    let parts = drawn.split("<text").skip(1);
    let one = |part: &str| {
        let (tag, rest) = part.split_once('>').expect("a tag ends");
        let text = rest.split_once("</text>").expect("a text ends").0;
        let text = text
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&");
        let classes: Vec<&str> = attribute(tag, "class").split(' ').collect();
        let is = |class: &str| classes.contains(&class);
        let size = size_of(&classes);
        let bold = ["title", "live", "seen", "rate", "bold", "number"]
            .iter()
            .any(|it| is(it));
        let w = width(&text, size, bold, is("table"));
        let x: f64 = attribute(tag, "x").parse().expect("a number");
        let y: f64 = attribute(tag, "y").parse().expect("a number");
        let left = if is("start") {
            0.0
        } else if is("end") || is("live") || is("count") {
            w
        } else if is("rate") || is("note") {
            w / 2.0
        } else {
            0.0
        };
        let rect = Rect::new(x - left, y - 0.76 * size, w, 0.95 * size);
        Written { text, size, rect }
    };
    parts.map(one).collect()
}

type Piece = (Point, Point);

fn pieces(way: &[Point]) -> Vec<Piece> {
    way.windows(2).map(|ends| (ends[0], ends[1])).collect()
}

fn grown(r: Rect, by: f64) -> Rect {
    Rect::new(r.x - by, r.y - by, r.w + 2.0 * by, r.h + 2.0 * by)
}

/// Whether a piece of a line runs through a rectangle.
fn runs_through((a, b): Piece, r: Rect) -> bool {
    (0..=200).any(|step| {
        let t = f64::from(step) / 200.0;
        let (x, y) = (a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t);
        r.x < x && x < r.right() && r.y < y && y < r.bottom()
    })
}

fn crosses((a, b): Piece, (c, d): Piece) -> bool {
    let side = |p: Point, q: Point, r: Point| (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
    side(a, b, c) * side(a, b, d) < -1e-6 && side(c, d, a) * side(c, d, b) < -1e-6
}

/// How long two pieces lie on one another.
fn together((a, b): Piece, (c, d): Piece) -> f64 {
    let same = |a: f64, b: f64| (a - b).abs() < 2.0;
    let shared = |a: f64, b: f64, c: f64, d: f64| a.max(b).min(c.max(d)) - a.min(b).max(c.min(d));
    if same(a.x, b.x) && same(c.x, d.x) && same(a.x, c.x) {
        shared(a.y, b.y, c.y, d.y)
    } else if same(a.y, b.y) && same(c.y, d.y) && same(a.y, c.y) {
        shared(a.x, b.x, c.x, d.x)
    } else {
        0.0
    }
}

/// What is wrong with a picture.
struct Judge<'a> {
    what: String,
    layout: &'a Layout,
    plan: &'a Plan,
    wrong: Vec<String>,
}

impl Judge<'_> {
    fn say(&mut self, wrong: String) {
        self.wrong.push(format!("{}: {wrong}", self.what));
    }

    fn boxes(&self) -> Vec<Rect> {
        let services = self.layout.services.iter().map(|it| it.rect);
        let stores = self.layout.stores.iter().map(|it| it.rect);
        let topics = self.layout.topics.iter().map(|it| it.rect);
        services.chain(stores).chain(topics).collect()
    }

    /// All lines, each with a name of what it shares its way with.
    fn lines(&self) -> Vec<(String, Vec<Piece>)> {
        let links = self.plan.links.iter().zip(&self.layout.routes);
        let mut lines: Vec<(String, Vec<Piece>)> = links
            .map(|(link, route)| {
                (
                    format!("{:?} -> {:?}", link.from, link.to),
                    pieces(&route.way),
                )
            })
            .collect();
        for feed in &self.layout.feeds {
            lines.push((format!("feed {}", feed.link), pieces(&feed.from)));
            if feed.replicas {
                lines.push((format!("feed {}", feed.link), pieces(&feed.to_store)));
            }
            if feed.caches {
                lines.push((format!("feed {}", feed.link), pieces(&feed.to_service)));
            }
        }
        lines
    }

    fn texts(&mut self, texts: &[Written]) {
        let boxes = self.boxes();
        let page = Rect::new(0.0, 0.0, self.layout.width, self.layout.height);
        for (index, it) in texts.iter().enumerate() {
            if it.size < TEXT_MIN {
                self.say(format!("{it:?} is too small"));
            }
            if !page.contains(&it.rect) {
                self.say(format!("{it:?} leaves the picture"));
            }
            let home: Vec<&Rect> = boxes.iter().filter(|it2| it2.overlaps(&it.rect)).collect();
            if home.len() > 1
                || home
                    .iter()
                    .any(|home| !grown(**home, 6.0).contains(&it.rect))
            {
                self.say(format!("{it:?} does not fit into its box"));
            }
            for other in &texts[..index] {
                if grown(other.rect, -0.5).overlaps(&it.rect) {
                    self.say(format!("{it:?} is written over {other:?}"));
                }
            }
        }
    }

    fn lines_and_texts(&mut self, texts: &[Written]) {
        let (boxes, lines) = (self.boxes(), self.lines());
        for (name, pieces) in &lines {
            for piece in pieces {
                if boxes
                    .iter()
                    .any(|it| runs_through(*piece, grown(*it, -1.0)))
                {
                    self.say(format!("{name} runs through a box: {piece:?}"));
                }
                let people = self
                    .layout
                    .people
                    .iter()
                    .map(|it| it.rect)
                    .collect::<Vec<_>>();
                if people
                    .iter()
                    .any(|it| runs_through(*piece, grown(*it, -1.0)))
                {
                    self.say(format!("{name} runs through people: {piece:?}"));
                }
                let outside = texts
                    .iter()
                    .filter(|it| boxes.iter().all(|b| !b.overlaps(&it.rect)));
                for it in outside.collect::<Vec<_>>() {
                    if runs_through(*piece, grown(it.rect, DOTS - 0.5)) {
                        self.say(format!("{name} runs through {it:?}: {piece:?}"));
                    }
                }
            }
        }
    }

    fn crossings(&mut self) -> usize {
        let lines = self.lines();
        let mut count = 0;
        let mut met: Vec<(i64, i64)> = Vec::new();
        for (index, (name, mine)) in lines.iter().enumerate() {
            for (other, its) in &lines[..index] {
                let shares = |a: &str, b: &str| {
                    let ends =
                        |it: &str| -> Vec<String> { it.split(" -> ").map(Into::into).collect() };
                    ends(a).iter().any(|end| ends(b).contains(end))
                };
                for a in mine {
                    for b in its {
                        if crosses(*a, *b) {
                            // Lines that share their way cross others in one place.
                            let at = if (a.0.x - a.1.x).abs() < 0.5 {
                                (a.0.x, b.0.y)
                            } else {
                                (b.0.x, a.0.y)
                            };
                            let at = (at.0.round() as i64, at.1.round() as i64);
                            if !met.contains(&at) {
                                met.push(at);
                                count += 1;
                            }
                        }
                        if together(*a, *b) > 3.0 && !shares(name, other) {
                            self.say(format!("{name} lies on {other}: {a:?}"));
                        }
                    }
                }
            }
        }
        count
    }
}

#[test]
fn what_is_written_in_the_diagram_is_large_enough_and_nothing_runs_through_it() {
    let mut wrong = Vec::new();
    let mut table = String::new();
    for (name, most) in CROSSINGS {
        let scenario = shipped::load(name).expect("it ships");
        let writes = usize::from(scenario.ledger.is_some());
        let mut seen: Vec<Layout> = Vec::new();
        let mut smallest = [f64::MAX; 3];
        let mut crossings = [0; 2];
        for set in choices(&scenario) {
            let Ok(changed) = settings::apply(&scenario, &set) else {
                continue;
            };
            let everybody = set.iter().any(|(_, value)| value == "choreography");
            let most = if everybody { CHOREOGRAPHY } else { most };
            let plan = Plan::new(&changed);
            let main = main_client(&changed, &plan);
            let mut pictures = Vec::new();
            for (place, (w, h, least)) in FRAMES[writes].into_iter().enumerate() {
                let aspect = Aspect::default().after(w, h);
                let layout = Layout::fitting(&plan, main, Form::Wide, aspect);
                let scale = (w / layout.width).min(h / layout.height);
                smallest[place] = smallest[place].min(TEXT_MIN * scale);
                if TEXT_MIN * scale < least - 0.01 {
                    wrong.push(format!(
                        "{name} {set:?}: text of {:.1} px in {w} x {h}: {:.0} x {:.0}",
                        TEXT_MIN * scale,
                        layout.width,
                        layout.height
                    ));
                }
                pictures.push(layout);
            }
            let tall = Layout::new(&plan, main, Form::Tall);
            smallest[2] = smallest[2].min(TEXT_MIN * PHONE / tall.width);
            pictures.push(tall);
            pictures.retain(|layout| !seen.contains(layout));
            if pictures.is_empty() {
                continue;
            }
            let mut run = Run::new(changed.clone(), 20_000);
            run.run_until(Time(2_500_000_000), 3_000_000);
            for layout in pictures {
                for lang in [Lang::En, Lang::Ko] {
                    let names = Names::new(&changed, &plan);
                    let subject = Subject {
                        run: &run,
                        names: &names,
                        lang,
                    };
                    let mut scene = Scene::new(&subject, layout.form, 1.0);
                    scene.layout = layout.clone();
                    let mut pen = Pen::default();
                    scene.draw_still(&mut pen);
                    let texts = written(&pen.text);
                    let mut judge = Judge {
                        what: format!("{name} {:?} {set:?} {lang:?}", layout.form),
                        layout: &layout,
                        plan: &plan,
                        wrong: Vec::new(),
                    };
                    judge.texts(&texts);
                    judge.lines_and_texts(&texts);
                    let crossed = judge.crossings();
                    if crossed > most {
                        judge.say(format!("{crossed} crossings"));
                    }
                    crossings[usize::from(everybody)] =
                        crossings[usize::from(everybody)].max(crossed);
                    wrong.append(&mut judge.wrong);
                }
                seen.push(layout);
            }
        }
        let [small, large, phone] = smallest;
        table += &format!(
            "{name:22} 1280: {small:4.1} px  1920: {large:4.1} px  390: {phone:4.1} px  crossings {crossings:?}\n"
        );
    }
    println!("{table}");
    assert!(
        wrong.is_empty(),
        "{table}{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
