//! The diagram at a moment as an SVG that stands for itself: no font, style or script from elsewhere. It looks like the
//! page's diagram, in which yew draws what stands still and a canvas what moves; here both are one picture.

mod marks;
mod now;
mod palette;
mod pen;
mod still;

pub use marks::draw_one;
pub use palette::{DARK, LIGHT, NAMES, style};
pub use pen::Pen;
pub use picture::theme::Theme;

use super::Subject;
use super::escape::xml;
use picture::layout::{Form, Layout};
use picture::sprites::{Caption, Picture, picture};
use run::Sim;
use run::metrics::{Numbers, main_client};
use scenario::FaultKind;
use sim::Plan;
use words::names::Names;
use words::{Exported, Lang, Say};

/// The room around the diagram, and below it for the caption.
const MARGIN: f64 = 20.0;
const CAPTION: f64 = 26.0;

/// What is drawn, and how it is at the moment.
pub struct Scene<'a> {
    /// The language of names and numbers.
    pub lang: Lang,
    /// The plan of the run.
    pub plan: &'a Plan,
    /// The simulation at the moment.
    pub sim: &'a Sim,
    /// What things are called.
    pub names: &'a Names,
    /// Where things stand.
    pub layout: Layout,
    /// The numbers of the last seconds.
    pub recent: Numbers,
    /// What is on its way.
    pub moving: Picture,
    /// Whether numbers of the moment are written: not where the picture shows more than one.
    pub live: bool,
}

impl<'a> Scene<'a> {
    /// The moment at which a run is. What is on its way is drawn as at this speed (simulated seconds in a second).
    pub fn new(subject: &Subject<'a>, form: Form, speed: f64) -> Scene<'a> {
        let Subject { run, names, lang } = *subject;
        let plan = run.plan();
        let layout = Layout::new(plan, main_client(run.scenario(), plan), form);
        let moving = picture(run.trace(), plan, &layout, run.now(), speed);
        Scene {
            lang,
            plan,
            sim: run.sim(),
            names,
            layout,
            recent: run.recent(),
            moving,
            live: true,
        }
    }

    fn caption(&self, link: u16) -> Option<&Caption> {
        self.moving.captions.iter().find(|it| it.link == link)
    }

    /// A number of the moment, if there is one moment.
    fn of_the_moment(&self, said: Say) -> String {
        if self.live {
            said.text(self.lang)
        } else {
            String::new()
        }
    }

    /// What is wrong now.
    fn faults(&self) -> impl Iterator<Item = &FaultKind> {
        let faults = self.sim.faults().iter();
        faults.filter(|fault| fault.active).map(|fault| &fault.kind)
    }

    /// What stands still.
    pub fn draw_still(&self, pen: &mut Pen) {
        still::draw(pen, self);
    }

    /// What fills and empties, as it is at the moment.
    pub fn draw_now(&self, pen: &mut Pen) {
        now::draw(pen, self);
    }

    /// What is on its way at the moment.
    pub fn draw_moving(&self, pen: &mut Pen) {
        marks::draw(pen, &self.moving.marks);
    }
}

/// The diagram of a run at its moment.
pub fn text(subject: &Subject, theme: Theme, form: Form, speed: f64) -> String {
    let scene = Scene::new(subject, form, speed);
    let mut pen = Pen::default();
    scene.draw_still(&mut pen);
    scene.draw_now(&mut pen);
    scene.draw_moving(&mut pen);
    let moment = Exported::MomentOf(subject.title(), subject.run.now().as_secs());
    document(subject, &scene, theme, &moment.text(subject.lang), "", &pen)
}

/// The whole file around what was drawn. `caption` stands below the picture and is its title; `rules` are added to the
/// style sheet.
pub fn document(
    subject: &Subject,
    scene: &Scene,
    theme: Theme,
    caption: &str,
    rules: &str,
    drawn: &Pen,
) -> String {
    let (width, height) = (
        scene.layout.width + 2.0 * MARGIN,
        scene.layout.height + 2.0 * MARGIN + CAPTION,
    );
    let mut pen = Pen::default();
    pen.raw(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"{:.1} {:.1} {width:.1} {height:.1}\" role=\"img\" aria-labelledby=\"msa-title msa-desc\" xml:lang=\"{}\">",
        -MARGIN,
        -MARGIN,
        subject.lang.code()
    ));
    let about = Say::DiagramOf(subject.title()).text(subject.lang);
    pen.raw(format_args!(
        "<title id=\"msa-title\">{}</title><desc id=\"msa-desc\">{}</desc><style>{}{rules}</style>",
        xml(caption),
        xml(&about),
        style(theme)
    ));
    pen.text.push_str("<defs>");
    for colour in ["request", "retry"] {
        pen.raw(format_args!(
            "<pattern id=\"hatch-{colour}\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\"><path class=\"s-{colour}\" d=\"M-1 5L5 -1M-1 1L1 -1M3 5L5 3\" stroke-width=\"1.2\"/></pattern>"
        ));
    }
    pen.raw(format_args!(
        "</defs><rect class=\"f-sunken\" x=\"{:.1}\" y=\"{:.1}\" width=\"100%\" height=\"100%\"/><g stroke-linecap=\"round\" stroke-linejoin=\"round\">",
        -MARGIN, -MARGIN
    ));
    pen.text.push_str(&drawn.text);
    pen.text.push_str("</g>");
    let below = scene.layout.height + MARGIN + CAPTION / 2.0;
    pen.text((0.0, below), "sub f-muted", caption);
    if scene.live && scene.moving.captions.iter().any(|it| it.slowed) {
        let said = Say::Drawn(1, true).text(subject.lang);
        pen.text((scene.layout.width, below), "sub end f-muted", &said);
    }
    pen.text.push_str("</svg>\n");
    pen.text
}
