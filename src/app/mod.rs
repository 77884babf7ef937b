//! What the page knows and what it does about a message: `update(&mut Model, Msg) -> Vec<Command>`.
//!
//! Plain data; no DOM, no clock. The web floor sends messages and carries the commands out.

pub mod announcer;
pub mod choice_table;
pub mod control;
pub mod embed;
pub mod export;
pub mod fault;
pub mod host;
pub mod legend;
pub mod narrator;
pub mod onlooker;
pub mod opening;
pub mod play;
pub mod prospect;
pub mod quantity;
pub mod share;
mod show;
pub mod slide;
pub mod snapshot;
pub mod takeaway;
#[cfg(test)]
mod tests;
pub mod undo;
mod update;

use embed::{Autoplay, Embed, Part};
use kernel::time::{Span, Time};
pub use opening::{Broken, Brought, Refused, Unreadable};
use picture::layout::Form;
pub use picture::theme::Theme;
pub use play::{Compare, Forecast, Node, Play};
use run::session::Story;
use scenario::settings::Setting;
use scenario::{FaultKind, Problems, Scenario};
pub use snapshot::Snapshot;
use std::rc::Rc;
pub use update::{SKIP_S, update};
pub use words::truth_now as truth;
use words::{Lang, Say, Word};
pub use words::{chain, names};

/// The speeds that are offered: simulated seconds in one second.
pub const SPEEDS: [f64; 16] = [
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0,
];

/// What the browser tells before the page begins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Start {
    /// The language.
    pub lang: Lang,
    /// The theme that was chosen.
    pub theme: Theme,
    /// Whether the system is dark.
    pub system_dark: bool,
    /// Whether the page is embedded in another.
    pub embed: bool,
    /// What the page that embeds it asks for.
    pub embedding: Embed,
    /// Whether less motion is wished for.
    pub reduced_motion: bool,
    /// Which way the diagram runs.
    pub form: Form,
    /// What stands behind `#` in the address.
    pub fragment: String,
    /// Where the page is: its address without what stands behind `?` and `#`.
    pub address: String,
    /// Whether the address asks for the language, and for the theme.
    pub asked: [bool; 2],
    /// Whether the address asks for the stage.
    pub stage: bool,
    /// What this tab showed before it was loaded anew, as a fragment.
    pub reloaded: Option<String>,
    /// What the last visit left off with, as a fragment.
    pub left_off: Option<String>,
}

/// Everything the page knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The language.
    pub lang: Lang,
    /// The theme that was chosen.
    pub theme: Theme,
    /// Whether the system is dark.
    pub system_dark: bool,
    /// Whether the page is embedded.
    pub embed: bool,
    /// What the page that embeds it asks for.
    pub embedding: Embed,
    /// Whether a large button lies over the diagram, because nothing has been asked to run yet.
    pub poster: bool,
    /// Whether less motion is wished for.
    pub reduced_motion: bool,
    /// Which way the diagram runs.
    pub form: Form,
    /// A run, or what is wrong.
    pub page: Page,
    /// Whether the help is open.
    pub help: bool,
    /// Whether the settings are open, where the page is too narrow for them.
    pub sheet: bool,
    /// A short note, for a few seconds.
    pub note: Option<Note>,
    /// Where the page is: its address without what stands behind `?` and `#`.
    pub address: String,
    /// Whether the language, and the theme, were chosen: then links ask for them.
    pub chosen: [bool; 2],
    /// The dialog for links, while it is open.
    pub sharing: Option<share::Sharing>,
    /// What was brought last and cannot be opened, until the person has read why.
    pub refused: Option<Rc<Refused>>,
    /// What is being made to be taken away.
    pub making: Option<export::Export>,
    /// The steps that the page that embeds this one goes through.
    pub steps: Option<Rc<host::steps::Steps>>,
    /// What the last visit left off with, while that is offered.
    pub left_off: Option<Rc<share::LeftOff>>,
    /// Whether it is shown in a lecture hall: large, without settings, run by keys.
    pub stage: bool,
    /// What a screen reader is told.
    pub announcer: announcer::Announcer,
}

/// What the page shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Page {
    /// A run.
    Run(Box<Play>),
    /// Something that cannot be run.
    Broken(Rc<Broken>),
}

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// One of ours.
    Word(Word),
    /// What the checker says about settings.
    Problems(Problems),
    /// Why there is nothing to export, in the language that the page had.
    NotExported(String),
    /// The run has started again because of a change of settings: whether actions come again, and how many are left out.
    StartedAgain(bool, usize),
}

/// What happens to the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// The address has changed: a link was opened, or the person went back or forward.
    Address(String),
    /// Settings are chosen, or a slider moves.
    Set(Vec<Setting>, Choice),
    /// For a while no slider has come to rest.
    Settle,
    /// A number is typed for a control.
    Type(String, String),
    /// The table of all choices of a control opens, or closes.
    CompareAll(Option<String>),
    /// What is known of a row of that table.
    Compared(usize, choice_table::State),
    /// A choice is taken from that table.
    TakeCompared(String),
    /// The person looks at a choice without taking it (or at none any more): what would it bring?
    Consider(Option<Vec<Setting>>),
    /// The offered change is taken.
    TakeOffer,
    /// The last action is taken back.
    Undo,
    /// What was taken back last is done again.
    Redo,
    /// A new seed is wished for; the number is the clock's.
    NewSeed(u64),
    /// Another scenario is opened.
    OpenScenario(String),
    /// Play or pause.
    Toggle,
    /// Play (or not).
    Play(bool),
    /// One event.
    Step,
    /// From the start.
    Restart,
    /// A speed, by its place in [`SPEEDS`].
    Speed(usize),
    /// The next slower (-1) or faster (1) speed.
    ChangeSpeed(i32),
    /// Go to a moment, in seconds.
    Seek(f64),
    /// So many times [`SKIP_S`] on (or back), in seconds of the screen.
    Skip(i32),
    /// Something is to go wrong.
    Cause(FaultKind),
    /// A fault is to end.
    EndFault(u16),
    /// The dead letters of a subscription are to be delivered anew.
    Redrive(u16),
    /// How long faults last that are caused from now on.
    FaultLasts(Option<Span>),
    /// A node is opened, or closed.
    Select(Option<Node>),
    /// A business key is looked at, or not any more.
    Follow(Option<u32>),
    /// The pointer, or the focus, comes into the table of keys or leaves it.
    LookAtRows(By, bool),
    /// A moment of a history is visited, in seconds: the run goes there and stands.
    Visit(f64),
    /// What the run looks like now.
    Snapshot(Rc<Snapshot>),
    /// The run has come to a moment when its settings are these.
    Adopt(Rc<Scenario>),
    /// Something was done to the run: everything that was, and when.
    Did(Rc<Story>),
    /// What was done last has made the run start again: where it stood before, and how many actions are left out.
    StartedAgain(Time, usize),
    /// The run has come to where it was going, and nothing waits to be done.
    Arrived,
    /// Something was pasted, dropped or chosen as a file.
    Import(Brought),
    /// The person has read what is wrong with it.
    RefusalRead,
    /// What the considered or the offered change would bring.
    Estimated(Forecast),
    /// A language.
    Lang(Lang),
    /// A theme.
    Theme(Theme),
    /// The system's theme has changed.
    SystemDark(bool),
    /// Less motion is wished for, or not any more.
    ReducedMotion(bool),
    /// The page has become wide or narrow.
    Form(Form),
    /// The frame of the diagram has this size now, in CSS pixels.
    Frame(f64, f64),
    /// The help opens or closes.
    Help(bool),
    /// The settings open or close (on a narrow page).
    Sheet(bool),
    /// The stage is entered or left; nothing where the page is embedded.
    Stage(bool),
    /// Whatever is open is to close.
    Escape,
    /// The dialog for links opens or closes.
    Share(bool),
    /// Which link is wanted: to exactly this run, or to its settings.
    ShareExactly(bool),
    /// The digest of the run at a moment, which the link names.
    Digested(Time, u64),
    /// A text (a link, say) is to be copied.
    Copy(String),
    /// The run is to be taken away in this form.
    Export(export::Export),
    /// It has been.
    Exported,
    /// It cannot be: why.
    NotExported(String),
    /// Whether it was.
    Copied(bool),
    /// What was left off at the last visit is opened, or is of no interest.
    Resume(bool),
    /// The note has been there long enough.
    NoteOver,
    /// The last announcement was long enough ago for another.
    Rested,
}

/// Whether settings are chosen, or on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// They are chosen: an action of its own. (A slider has come to rest.)
    Discrete,
    /// A slider moves: what it shows follows at once, the run when it comes to rest.
    Gradual,
}

/// What a person looks at something with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The pointer is over it.
    Pointer,
    /// It has the focus.
    Focus,
}

/// The moment at which a run is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Playhead {
    /// This one.
    At(Time),
    /// The one at which the run stands that is there.
    Here,
}

/// What the web floor is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Begin a run, at a moment; what its story tells is done when its time comes.
    Open(Rc<Story>, Playhead),
    /// Change the settings of the run.
    Reconfigure(Rc<Scenario>),
    /// Let it run, or not.
    SetPlaying(bool),
    /// At this speed.
    SetSpeed(f64),
    /// One event.
    Step,
    /// Go to a moment, in seconds.
    Seek(f64),
    /// Cause a fault.
    Inject(FaultKind, Option<Span>),
    /// End a fault.
    EndFault(u16),
    /// Keep an eye on a business key (or on none).
    Follow(Option<u32>),
    /// These business keys stay in their table, while somebody looks at it.
    HoldRows(Option<Vec<u32>>),
    /// Have the dead letters of a subscription delivered anew.
    Redrive(u16),
    /// Find out what it would bring to change the first settings to the second (when the person has stopped changing them).
    Estimate(Rc<Scenario>, Rc<Scenario>),
    /// That is of no interest any more.
    ForgetEstimate,
    /// Run these choices of a table, each for so long (or none any more).
    CompareChoices(Vec<choice_table::Wanted>, Span),
    /// Put the settings into the address.
    WriteAddress {
        /// What stands behind `#`.
        fragment: String,
        /// Whether it is a step in the history.
        push: bool,
    },
    /// Send [`Msg::Digested`].
    Digest,
    /// Copy a text.
    Copy(String),
    /// Offer the run as a file.
    Export(export::Export),
    /// Keep the language for the next visit.
    RememberLang(Lang),
    /// Keep the theme for the next visit.
    RememberTheme(Theme),
    /// The stage is entered or left: the address and the whole screen follow.
    Stage(bool),
    /// Set the document's language, title and theme.
    Dress {
        /// The language.
        lang: Lang,
        /// The title.
        title: String,
        /// The theme.
        theme: Theme,
    },
    /// Send [`Msg::Settle`] when nothing has asked for it for a moment.
    SettleLater,
    /// Send [`Msg::NoteOver`] after a while.
    EndNoteLater,
    /// Send [`Msg::Rested`] after [`announcer::REST_MS`].
    RestLater,
    /// Put the focus on the element with this id, once it is there.
    Focus(String),
    /// The same, if what had the focus is gone.
    FocusIfLost(String),
}

impl Model {
    /// The page as it begins, and what is to be done first.
    pub fn new(start: Start) -> (Model, Vec<Command>) {
        let mut model = Model {
            lang: start.lang,
            theme: start.theme,
            system_dark: start.system_dark,
            embed: start.embed,
            poster: start.embed && begins_by_hand(&start.embedding, start.reduced_motion),
            embedding: start.embedding,
            reduced_motion: start.reduced_motion,
            form: start.form,
            page: Page::Broken(Rc::default()),
            help: false,
            sheet: false,
            note: None,
            address: start.address,
            chosen: start.asked,
            sharing: None,
            refused: None,
            making: None,
            steps: None,
            left_off: None,
            stage: start.stage && !start.embed,
            announcer: announcer::Announcer::default(),
        };
        // Who opens a link to a moment wants to see that moment. A page that is loaded anew goes on where it was.
        let stands = opening::open(&start.fragment).is_ok_and(|opened| opened.playhead.is_some());
        let goes_on = start
            .reloaded
            .filter(|before| !stands && opening::same_run(before, &start.fragment));
        let reloaded = goes_on.is_some();
        let fragment = goes_on.unwrap_or(start.fragment);
        let mut commands = update(&mut model, Msg::Address(fragment));
        if let (false, Some(left_off)) = (reloaded || model.embed, &start.left_off) {
            model.left_off = share::LeftOff::new(left_off, &model).map(Rc::new);
        }
        if let Page::Run(play) = &mut model.page {
            // An embedded page waits until it is seen or asked.
            let waits = start.embed || start.reduced_motion || stands;
            if waits {
                play.playing = false;
                commands.push(Command::SetPlaying(false));
            }
        }
        (model, commands)
    }

    /// Whether only a figure is shown: less than the whole page.
    pub fn figure(&self) -> bool {
        self.embed && self.embedding.is_figure()
    }

    /// Whether a part of the page is shown.
    pub fn shows(&self, part: Part) -> bool {
        !self.embed || self.embedding.shows(part)
    }

    /// Whether the page is dark.
    pub fn dark(&self) -> bool {
        match self.theme {
            Theme::System => self.system_dark,
            Theme::Light => false,
            Theme::Dark => true,
        }
    }

    /// The document's title.
    pub fn title(&self) -> String {
        match &self.page {
            Page::Run(play) => {
                let scenario = play.scenario.title.pick(self.lang, &play.scenario.name);
                Say::Title(scenario).text(self.lang)
            }
            Page::Broken(_) => Say::Title(Word::BrokenLink.text(self.lang)).text(self.lang),
        }
    }

    /// The run, if there is one.
    pub fn play(&self) -> Option<&Play> {
        match &self.page {
            Page::Run(play) => Some(play),
            Page::Broken(_) => None,
        }
    }
}

/// Whether the large button is what begins the run: it was asked for, or nothing else would.
fn begins_by_hand(embed: &Embed, reduced_motion: bool) -> bool {
    match embed.autoplay {
        Autoplay::Click => true,
        Autoplay::Visible => reduced_motion && !embed.shows(Part::Transport),
        Autoplay::Off => false,
    }
}
