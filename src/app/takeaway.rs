//! A wish to take a run away as a file, and what becomes of it: the run is made anew from its link, up to its moment, and
//! put into its form.
//!
//! The page only wishes. A program of its own (`bin/msa-takeaway.rs`) does the rest, so that nobody has to load what makes
//! files before the first file is wanted; and it works beside the page, which goes on meanwhile.

use super::export::Export;
use super::{Play, Theme, opening};
use export::{Subject, Window, animation, chrome, flowchart, otlp, sequence, svg, table};
use kernel::time::{Span, Time};
use picture::layout::Form;
use run::session::{Session, TRACE};
use scenario::notation::json_text;
use scenario::{read, settings};
use share::complete;
use words::names::Names;
use words::{Lang, Word};

/// How long the stretch before the moment is that an animation shows, and how fast it plays.
const ANIMATED: Span = Span::from_millis(500);
const SLOWLY: f64 = 0.1;
/// How long the stretch before the moment is whose trace is exported.
const TRACED: Span = Span::from_secs(2);
/// How long the stretch before the moment is in which a request for a sequence diagram is looked for.
const SEARCHED: Span = Span::from_secs(10);

/// What is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// The link document of the run, with its moment.
    pub run: String,
    /// The form.
    pub export: Export,
    /// How a picture is to look.
    pub look: Look,
}

/// How a picture is to look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// The language of names and sentences.
    pub lang: Lang,
    /// The ground.
    pub theme: Theme,
    /// Which way the diagram runs.
    pub form: Form,
    /// Simulated seconds in one second.
    pub speed: f64,
}

/// How many texts a wish is made of.
pub const PARTS: usize = 6;

impl Wish {
    /// The wish to take away a run as it stands at a moment.
    ///
    /// # Errors
    /// Why there is nothing that could be made: more was done than a link tells.
    pub fn new(play: &Play, now: Time, export: Export, look: Look) -> Result<Wish, Word> {
        if !play.story.whole {
            return Err(Word::ExportLeavesOut);
        }
        let link = play.link(Some(now));
        Ok(Wish {
            run: json_text(&complete::to_value(&link)),
            export,
            look,
        })
    }

    /// The wish as texts, which is how it goes from one program to another.
    pub fn parts(&self) -> [String; PARTS] {
        let form = match self.look.form {
            Form::Wide => "wide",
            Form::Tall => "tall",
        };
        [
            self.run.clone(),
            self.export.code().to_string(),
            self.look.lang.code().to_string(),
            self.look.theme.code().to_string(),
            form.to_string(),
            self.look.speed.to_string(),
        ]
    }

    /// The wish that these texts are, if they are one.
    pub fn of_parts(parts: &[String]) -> Option<Wish> {
        let [run, export, lang, theme, form, speed] = parts else {
            return None;
        };
        Some(Wish {
            run: run.clone(),
            export: Export::from_code(export)?,
            look: Look {
                lang: Lang::from_code(lang)?,
                theme: Theme::from_code(theme)?,
                form: match form.as_str() {
                    "wide" => Form::Wide,
                    "tall" => Form::Tall,
                    _ => return None,
                },
                speed: speed.parse().ok()?,
            },
        })
    }

    /// The text of the file; of a PNG, the picture that is to be drawn as pixels.
    ///
    /// # Errors
    /// Why there is none, in the language of the wish.
    pub fn text(&self) -> Result<String, String> {
        let lang = self.look.lang;
        let opened =
            opening::open_text(&self.run).map_err(|problems| read::in_one_line(&problems, lang))?;
        let mut session = Session::new(opened.story, TRACE);
        let moment = opened.playhead.unwrap_or_default();
        // The engine's own bounds end a run without end.
        while !session
            .advance(moment.since(session.now()), u64::MAX)
            .reached
        {}
        let names = Names::new(session.scenario(), session.run().plan());
        let run = session.run();
        let subject = &Subject {
            run,
            names: &names,
            lang,
        };
        let until_now = |lasts: Span| Window {
            from: Time(run.now().0.saturating_sub(lasts.0)),
            to: run.now(),
        };
        let Look {
            theme, form, speed, ..
        } = self.look;
        Ok(match self.export {
            Export::Scenario => table::scenario(run.scenario()),
            Export::Svg | Export::Png => svg::text(subject, theme, form, speed),
            Export::Animation => animation::text(subject, theme, form, until_now(ANIMATED), SLOWLY),
            Export::Flowchart => flowchart::text(subject),
            Export::Sequence => sequence::text(subject, until_now(SEARCHED), None)?,
            Export::Csv => table::csv(run),
            Export::Json => {
                let changed = settings::changed(&opened.base, run.scenario());
                json_text(&table::numbers(run, &changed))
            }
            Export::ChromeTrace => chrome::text(subject, until_now(TRACED)),
            Export::Otlp => otlp::text(subject, until_now(TRACED)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use share::Link;

    fn wish(name: &str, ms: u64, export: Export) -> Wish {
        let mut link = Link::shipped(name);
        link.playhead = Some(Time::ZERO + Span::from_millis(ms));
        Wish {
            run: json_text(&complete::to_value(&link)),
            export,
            look: Look {
                lang: Lang::Ko,
                theme: Theme::Dark,
                form: Form::Tall,
                speed: 0.1,
            },
        }
    }

    #[test]
    fn everything_can_be_taken_away_from_a_run_at_any_moment() {
        for (name, _) in scenario::shipped::ALL {
            for ms in [0, 1_500] {
                for export in Export::ALL {
                    let text = wish(name, ms, export).text();
                    // Before anything was asked for, there is no request to be shown.
                    let nothing_yet = export == Export::Sequence && ms == 0;
                    assert_eq!(text.is_ok(), !nothing_yet, "{name}: {export:?}");
                    assert!(text.is_ok_and(|text| !text.is_empty()) || nothing_yet);
                }
            }
        }
    }

    #[test]
    fn a_wish_arrives_as_it_was_sent() {
        for export in Export::ALL {
            let wish = wish("order-payment", 1_234, export);
            assert_eq!(Wish::of_parts(&wish.parts()), Some(wish));
        }
        assert_eq!(Wish::of_parts(&[]), None);
    }

    #[test]
    fn what_is_wrong_with_a_wish_is_said_in_its_language() {
        let mut wish = wish("order-payment", 0, Export::Svg);
        wish.run = r#"{"scenario": "order-paiment"}"#.to_string();
        let said = wish.text().unwrap_err();
        assert!(
            said.contains("없습니다") && said.contains("order-payment"),
            "{said}"
        );
    }
}
