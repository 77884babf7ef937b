//! The root of the page: it owns what the page knows, carries commands out, and listens to the browser.

use super::address::AddressBar;
use super::engine::Engine;
use super::environment::{self, CALM, DARK};
use super::files;
use super::host::{Heard, Host};
use super::keys;
use super::observe::Seen;
use super::takeaway::Maker;
use crate::app::announcer::REST_MS;
use crate::app::embed::Autoplay;
use crate::app::export::Export;
use crate::app::takeaway::{Look, Wish};
use crate::app::{Command, Model, Msg, Page as AppPage, SPEEDS, Theme, update};
use crate::view;
use export::table;
use gloo_events::{EventListener, EventListenerOptions};
use gloo_timers::callback::{Interval, Timeout};
use picture::layout::Form;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use words::Word;
use yew::prelude::*;

/// What is open is kept for the next visit, this often.
const LEAVE_OFF_MS: u32 = 2_000;
/// Steps of a slider that follow one another more quickly than this are taken over together.
const SETTLE_MS: u32 = 400;
/// How long a note stays.
const NOTE_MS: u32 = 4_000;
/// While a host waits, the run is looked at this often, whether or not the browser asks for frames.
const UNSEEN_MS: u32 = 100;

/// What happens to the root: what happens to the page, and what only the browser knows.
pub enum Event {
    /// A message.
    Msg(Msg),
    /// A new seed is wished for.
    Dice,
    /// Whether the diagram can be seen.
    Seen(bool),
    /// What is open is kept for the next visit.
    LeaveOff,
    /// A file was chosen.
    File(web_sys::File),
    /// The page that embeds this one has said something.
    Heard(Heard),
    /// What it has called for may have arrived.
    Turn,
    /// The run may have to go on where the browser asks for no frames.
    Unseen,
    /// A key was pressed that means nothing here, or nothing unless there is something to close.
    Key(web_sys::KeyboardEvent),
    /// The frame has another size.
    Resized,
}

/// What a promise calls.
type OnSettled = Closure<dyn FnMut(JsValue)>;

/// The program.
pub struct App {
    model: Rc<Model>,
    engine: Engine,
    /// What gets the focus after the next rendering, and whether only if nothing has it.
    focus: Option<(String, bool)>,
    note: Option<Timeout>,
    settle: Option<Timeout>,
    /// Whether the page is on the stage, for who listens to the keys.
    stage: Rc<Cell<bool>>,
    /// The rest after an announcement.
    rest: Option<Timeout>,
    seen: Option<Seen>,
    /// An embedded page begins when it is first seen.
    waits_to_be_seen: bool,
    copying: Option<[OnSettled; 2]>,
    /// What makes the file that was wanted last.
    maker: Option<Maker>,
    address: AddressBar,
    /// The page that embeds this one.
    host: Option<Host>,
    /// While it waits for a run that is on its way.
    unseen: Option<Interval>,
    /// What was left off with last.
    left_off: String,
    _leaving: Option<Interval>,
    _listeners: Vec<EventListener>,
    send: Callback<Msg>,
    dice: Callback<()>,
    file: Callback<web_sys::File>,
}

impl Component for App {
    type Message = Event;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let start = environment::start();
        let send = ctx.link().callback(Event::Msg);
        let engine = Engine::new(send.clone(), start.reduced_motion, start.embed);
        let guest = start.embed;
        let waits_to_be_seen =
            start.embed && !start.reduced_motion && start.embedding.autoplay == Autoplay::Visible;
        let (model, commands) = Model::new(start);
        let figure = model.figure();
        let stage = Rc::new(Cell::new(model.stage));
        let mut app = App {
            model: Rc::new(model),
            engine,
            focus: None,
            note: None,
            settle: None,
            rest: None,
            seen: None,
            waits_to_be_seen,
            copying: None,
            maker: None,
            address: AddressBar::default(),
            host: None,
            unseen: None,
            left_off: String::new(),
            _leaving: None,
            _listeners: listeners(
                &send,
                guest.then(|| ctx.link().callback(Event::Key)),
                figure,
                &stage,
            ),
            stage,
            dice: ctx.link().callback(|()| Event::Dice),
            file: ctx.link().callback(Event::File),
            send,
        };
        app.carry_out(commands);
        let resized = ctx.link().callback(|()| Event::Resized);
        app._listeners.extend(
            environment::window()
                .map(|window| EventListener::new(&window, "resize", move |_| resized.emit(()))),
        );
        if app.model.embed {
            app.host = Host::listen(&app.model.embedding, ctx.link().callback(Event::Heard));
        } else {
            app._listeners.extend(files::listeners(&app.send));
            let leave = ctx.link().callback(|()| Event::LeaveOff);
            let left = leave.clone();
            app._leaving = Some(Interval::new(LEAVE_OFF_MS, move || leave.emit(())));
            app._listeners.extend(
                environment::window()
                    .map(|window| EventListener::new(&window, "pagehide", move |_| left.emit(()))),
            );
        }
        app
    }

    fn update(&mut self, ctx: &Context<Self>, event: Event) -> bool {
        let msg = match event {
            Event::Msg(msg) => msg,
            Event::Dice => {
                Msg::NewSeed(js_sys::Date::now() as u64 ^ (js_sys::Math::random() * 1e6) as u64)
            }
            Event::File(file) => {
                files::read(file, self.send.clone());
                return false;
            }
            Event::LeaveOff => {
                self.leave_off();
                return false;
            }
            Event::Heard(heard) => {
                if let Some(host) = &mut self.host {
                    host.hear(&self.model, &heard);
                }
                self.serve();
                return true;
            }
            Event::Turn => {
                self.serve();
                return true;
            }
            Event::Unseen => {
                self.engine.go_on_unseen();
                return false;
            }
            Event::Key(key) => {
                if key.key() == "Escape" {
                    let commands = update(Rc::make_mut(&mut self.model), Msg::Escape);
                    if !commands.is_empty() {
                        self.carry_out(commands);
                        return true;
                    }
                }
                if let Some(host) = &self.host {
                    host.pass_on(&key);
                }
                return false;
            }
            Event::Resized => return true,
            Event::Seen(seen) => {
                self.engine.set_seen(seen);
                if seen && std::mem::take(&mut self.waits_to_be_seen) {
                    ctx.link().send_message(Event::Msg(Msg::Play(true)));
                }
                return false;
            }
        };
        match msg {
            Msg::Address(_) => self.address.forget(),
            Msg::Exported | Msg::NotExported(_) => self.maker = None,
            _ => {}
        }
        if let Msg::ReducedMotion(calm) = msg {
            self.engine.set_calm(calm);
        }
        // Who has paused by hand is not surprised by a start.
        if matches!(msg, Msg::Toggle | Msg::Step) {
            self.waits_to_be_seen = false;
        }
        let commands = update(Rc::make_mut(&mut self.model), msg);
        self.carry_out(commands);
        true
    }

    fn view(&self, _: &Context<Self>) -> Html {
        view::page(&view::Props {
            model: self.model.clone(),
            dice: self.dice.clone(),
            file: self.file.clone(),
            send: self.send.clone(),
        })
    }

    fn rendered(&mut self, ctx: &Context<Self>, _first: bool) {
        self.measure(ctx);
        if let Some((id, if_lost)) = self.focus.take()
            && !(if_lost && environment::has_focus())
        {
            environment::focus(&id);
        }
        self.engine.rendered();
        if let Some(host) = &mut self.host {
            host.tell(&self.model, self.engine.now());
            match (host.busy(), self.engine.arrived()) {
                (true, true) => ctx.link().send_message(Event::Turn),
                (true, false) => {
                    let look = ctx.link().callback(|()| Event::Unseen);
                    self.unseen
                        .get_or_insert_with(|| Interval::new(UNSEEN_MS, move || look.emit(())));
                }
                (false, _) => self.unseen = None,
            }
        }
        let diagram =
            environment::document().and_then(|document| document.get_element_by_id("diagram"));
        match (&diagram, &self.seen) {
            (Some(diagram), None) => {
                self.seen = Seen::watch(diagram, ctx.link().callback(Event::Seen))
            }
            (None, Some(_)) => self.seen = None,
            _ => {}
        }
    }
}

impl App {
    /// Goes on with what the page that embeds this one has called for; meanwhile the run stands.
    fn serve(&mut self) {
        let Some(host) = self.host.as_mut().filter(|host| host.busy()) else {
            return;
        };
        let standing = self.engine.standing();
        let (commands, decides) = host.go_on(Rc::make_mut(&mut self.model), &standing);
        self.engine.stand(host.busy());
        self.waits_to_be_seen &= !decides;
        self.carry_out(commands);
    }

    /// Tells when the frame of the diagram has other proportions than its picture.
    fn measure(&self, ctx: &Context<Self>) {
        let frame = environment::document()
            .and_then(|document| document.query_selector("#diagram .frame").ok().flatten());
        if let (Some(frame), Some(play)) = (frame, self.model.play()) {
            // With the room of scroll bars: their coming and going must not change the picture, which they depend on.
            let frame = frame.get_bounding_client_rect();
            let (width, height) = (frame.width(), frame.height());
            if play.aspect.after(width, height) != play.aspect {
                let frame = Msg::Frame(width, height);
                ctx.link().send_message(Event::Msg(frame));
            }
        }
    }

    fn carry_out(&mut self, commands: Vec<Command>) {
        // The layout belongs to the settings that the commands bring.
        if let AppPage::Run(play) = &self.model.page {
            self.engine.show(play);
        }
        for command in commands {
            self.carry_out_one(command);
        }
    }

    fn carry_out_one(&mut self, command: Command) {
        match command {
            Command::Open(story, playhead) => self.engine.open(&story, playhead),
            Command::Reconfigure(scenario) => self.engine.reconfigure(&scenario),
            Command::SetPlaying(on) => self.engine.set_playing(on),
            Command::SetSpeed(speed) => self.engine.set_speed(speed),
            Command::Step => self.engine.step(),
            Command::Seek(to) => self.engine.seek(to),
            Command::Inject(kind, lasts) => self.engine.inject(kind, lasts),
            Command::EndFault(fault) => self.engine.end_fault(fault),
            Command::Follow(key) => self.engine.follow(key),
            Command::HoldRows(keys) => self.engine.hold(keys),
            Command::Redrive(subscription) => self.engine.redrive(subscription),
            Command::Estimate(before, after) => self.engine.forecast(Some((before, after))),
            Command::CompareChoices(wanted, length) => {
                let main_client = self.model.play().map_or(0, |play| play.main_client);
                self.engine.compare_choices(wanted, length, main_client);
            }
            Command::ForgetEstimate => self.engine.forecast(None),
            // The address of an embedded page is its host's business key.
            Command::WriteAddress { .. } if self.model.embed => {}
            // And what it asks for is no wish of the visitor's.
            Command::RememberLang(_) | Command::RememberTheme(_) if self.model.embed => {}
            Command::WriteAddress { fragment, push } => self.address.write(fragment, push),
            Command::Digest => {
                if let Some((now, digest)) = self.engine.digest() {
                    self.send.emit(Msg::Digested(now, digest));
                }
            }
            Command::Copy(text) => self.copy(&text),
            Command::Export(export) => self.export(export),
            Command::RememberLang(lang) => environment::remember_lang(lang),
            Command::RememberTheme(theme) => environment::remember_theme(theme),
            Command::Stage(on) => {
                self.stage.set(on);
                environment::stage(on);
            }
            Command::Dress { lang, title, theme } => {
                environment::dress(lang, &title, theme);
                self.engine.refresh_palette();
            }
            Command::SettleLater => {
                let send = self.send.clone();
                self.settle = Some(Timeout::new(SETTLE_MS, move || send.emit(Msg::Settle)));
            }
            Command::EndNoteLater => {
                let send = self.send.clone();
                self.note = Some(Timeout::new(NOTE_MS, move || send.emit(Msg::NoteOver)));
            }
            Command::Focus(id) => self.focus = Some((id, false)),
            Command::FocusIfLost(id) => self.focus = Some((id, true)),
            Command::RestLater => {
                let send = self.send.clone();
                self.rest = Some(Timeout::new(REST_MS, move || send.emit(Msg::Rested)));
            }
        }
    }

    /// Keeps what is open for the next visit, if it has changed.
    fn leave_off(&mut self) {
        self.address.flush();
        let Some(play) = self.model.play() else {
            return;
        };
        let fragment = play.link(Some(play.snapshot.now)).fragment();
        if fragment != self.left_off {
            environment::leave_off(&fragment);
            self.left_off = fragment;
        }
    }

    /// Offers the run as a file.
    fn export(&mut self, export: Export) {
        let Some(play) = self.model.play() else {
            return;
        };
        let look = Look {
            lang: self.model.lang,
            // Pixels are as they are: nobody's system can choose for them.
            theme: match (export, self.model.dark()) {
                (Export::Svg | Export::Animation, _) => self.model.theme,
                (_, true) => Theme::Dark,
                (_, false) => Theme::Light,
            },
            form: self.model.form,
            speed: SPEEDS[play.speed],
        };
        let name = export.file_name(&play.base.name);
        if export == Export::Scenario {
            // It needs no run.
            return files::save(&name, export.mime(), &table::scenario(&play.scenario));
        }
        let lang = self.model.lang;
        let wish = Wish::new(play, self.engine.now(), export, look);
        self.maker = match wish {
            Err(why) => {
                self.send.emit(Msg::NotExported(why.text(lang).to_string()));
                None
            }
            Ok(wish) => {
                let send = self.send.clone();
                Maker::start(&wish, move |made| match made {
                    Ok(svg) if export == Export::Png => {
                        files::save_png(name.clone(), &svg);
                        send.emit(Msg::Exported);
                    }
                    Ok(text) => {
                        files::save(&name, export.mime(), &text);
                        send.emit(Msg::Exported);
                    }
                    Err(why) => {
                        let why = why.unwrap_or_else(|| Word::NotMade.text(lang).to_string());
                        send.emit(Msg::NotExported(why));
                    }
                })
            }
        };
    }

    /// Copies a text. Pages without a secure connection have no clipboard.
    fn copy(&mut self, text: &str) {
        let clipboard = environment::window()
            .map(|window| window.navigator())
            .and_then(|navigator| {
                js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard")).ok()
            })
            .and_then(|clipboard| clipboard.dyn_into::<web_sys::Clipboard>().ok());
        let Some(clipboard) = clipboard else {
            return self.send.emit(Msg::Copied(false));
        };
        let tell = |done: bool| {
            let send = self.send.clone();
            Closure::<dyn FnMut(JsValue)>::new(move |_| send.emit(Msg::Copied(done)))
        };
        let [done, failed] = [tell(true), tell(false)];
        // The promise that this makes is of no interest to anyone.
        let _ = clipboard.write_text(text).then2(&done, &failed);
        self.copying = Some([done, failed]);
    }
}

/// What the page hears from the browser, for as long as it lives.
fn listeners(
    send: &Callback<Msg>,
    unused: Option<Callback<web_sys::KeyboardEvent>>,
    figure: bool,
    stage: &Rc<Cell<bool>>,
) -> Vec<EventListener> {
    let Some(window) = environment::window() else {
        return Vec::new();
    };
    let mut listeners = Vec::new();
    let on_address = send.clone();
    listeners.push(EventListener::new(&window, "hashchange", move |_| {
        on_address.emit(Msg::Address(environment::fragment()));
    }));
    let (on_key, stage) = (send.clone(), stage.clone());
    let active = EventListenerOptions::enable_prevent_default();
    listeners.push(EventListener::new_with_options(
        &window,
        "keydown",
        active,
        move |event| {
            let Some(event) = event.dyn_ref::<web_sys::KeyboardEvent>() else {
                return;
            };
            let stage = unused.is_none().then(|| stage.get());
            match (keys::meaning(event, stage), &unused) {
                // Whether there is anything to close is not known here.
                (Some(Msg::Escape), Some(unused)) => unused.emit(event.clone()),
                (Some(msg), _) => {
                    event.prevent_default();
                    on_key.emit(msg);
                }
                (None, Some(unused)) if !keys::is_used(event) => unused.emit(event.clone()),
                _ => {}
            }
        },
    ));
    if let Some(document) = environment::document() {
        let on_screen = send.clone();
        // The browser's own way out of the whole screen (Escape, too) leads off the stage.
        listeners.push(EventListener::new(
            &document.clone(),
            "fullscreenchange",
            move |_| {
                if document.fullscreen_element().is_none() {
                    on_screen.emit(Msg::Stage(false));
                }
            },
        ));
    }
    let mut on_media = |query: &str, msg: fn(bool) -> Msg| {
        let send = send.clone();
        if let Some(media) = environment::media(query) {
            let asked = media.clone();
            listeners.push(EventListener::new(&media, "change", move |_| {
                send.emit(msg(asked.matches()));
            }));
        }
    };
    on_media(DARK, Msg::SystemDark);
    on_media(CALM, Msg::ReducedMotion);
    on_media(environment::narrow(figure), |narrow| {
        Msg::Form(if narrow { Form::Tall } else { Form::Wide })
    });
    listeners
}
