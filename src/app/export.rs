//! What a person can take away from a run at its moment, each in a form that other programs open.

use super::Theme;
use crate::export::{Subject, Window, animation, chrome, flowchart, otlp, sequence, svg, table};
use crate::layout::Form;
use crate::scenario::settings::Setting;
use crate::session::Session;
use crate::time::{Span, Time};
use crate::words::names::Names;
use crate::words::{Lang, Word};

/// How long the stretch before the moment is that an animation shows, and how fast it plays.
const ANIMATED: Span = Span::from_millis(500);
const SLOWLY: f64 = 0.1;
/// How long the stretch before the moment is whose trace is exported.
const TRACED: Span = Span::from_secs(2);
/// How long the stretch before the moment is in which a request for a sequence diagram is looked for.
const SEARCHED: Span = Span::from_secs(10);

/// A form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // as on the button
pub enum Export {
    Scenario,
    Svg,
    Png,
    Animation,
    Flowchart,
    Sequence,
    Csv,
    Json,
    ChromeTrace,
    Otlp,
}

impl Export {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Export; 10] = [
        Export::Svg,
        Export::Png,
        Export::Animation,
        Export::Flowchart,
        Export::Sequence,
        Export::Scenario,
        Export::Csv,
        Export::Json,
        Export::ChromeTrace,
        Export::Otlp,
    ];

    /// Its name in `msa export --as` and in `data-test`.
    pub fn code(self) -> &'static str {
        match self {
            Export::Scenario => "scenario",
            Export::Svg => "svg",
            Export::Png => "png",
            Export::Animation => "animation",
            Export::Flowchart => "flowchart",
            Export::Sequence => "sequence",
            Export::Csv => "csv",
            Export::Json => "json",
            Export::ChromeTrace => "chrome-trace",
            Export::Otlp => "otlp",
        }
    }

    /// What it is.
    pub fn word(self) -> Word {
        match self {
            Export::Scenario => Word::ExportScenario,
            Export::Svg => Word::ExportSvg,
            Export::Png => Word::ExportPng,
            Export::Animation => Word::ExportAnimation,
            Export::Flowchart => Word::ExportFlowchart,
            Export::Sequence => Word::ExportSequence,
            Export::Csv => Word::ExportCsv,
            Export::Json => Word::ExportJson,
            Export::ChromeTrace => Word::ExportChromeTrace,
            Export::Otlp => Word::ExportOtlp,
        }
    }

    /// What its file is called, of a scenario of this name.
    pub fn file_name(self, scenario: &str) -> String {
        let ending = match self {
            Export::Scenario => ".json",
            Export::Svg => ".svg",
            Export::Png => ".png",
            Export::Animation => ".animation.svg",
            Export::Flowchart => ".flowchart.mmd",
            Export::Sequence => ".sequence.mmd",
            Export::Csv => ".csv",
            Export::Json => ".numbers.json",
            Export::ChromeTrace => ".trace.json",
            Export::Otlp => ".otlp.json",
        };
        format!("{scenario}{ending}")
    }

    /// The type of its file.
    pub fn mime(self) -> &'static str {
        match self {
            Export::Svg | Export::Animation => "image/svg+xml",
            Export::Png => "image/png",
            Export::Flowchart | Export::Sequence => "text/plain",
            Export::Csv => "text/csv",
            Export::Scenario | Export::Json | Export::ChromeTrace | Export::Otlp => {
                "application/json"
            }
        }
    }
}

/// How a picture is to look.
#[derive(Clone, Copy, Debug)]
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

/// The text of an export; of a PNG, the picture that is to be drawn as pixels.
///
/// # Errors
/// A sentence, if there is nothing to export.
pub fn text(
    export: Export,
    session: &Session,
    names: &Names,
    settings: &[Setting],
    look: Look,
) -> Result<String, String> {
    let run = session.run();
    let subject = &Subject {
        run,
        names,
        lang: look.lang,
    };
    let until_now = |lasts: Span| Window {
        from: Time(run.now().0.saturating_sub(lasts.0)),
        to: run.now(),
    };
    Ok(match export {
        Export::Scenario => table::scenario(run.scenario()),
        Export::Svg | Export::Png => svg::text(subject, look.theme, look.form, look.speed),
        Export::Animation => {
            animation::text(subject, look.theme, look.form, until_now(ANIMATED), SLOWLY)
        }
        Export::Flowchart => flowchart::text(subject),
        Export::Sequence => sequence::text(subject, until_now(SEARCHED), None)?,
        Export::Csv => table::csv(run),
        Export::Json => crate::scenario::notation::json_text(&table::numbers(run, settings)),
        Export::ChromeTrace => chrome::text(subject, until_now(TRACED)),
        Export::Otlp => otlp::text(subject, until_now(TRACED)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::shipped;
    use crate::session::Story;
    use std::rc::Rc;

    #[test]
    fn everything_can_be_taken_away_from_a_run_at_any_moment() {
        for (name, _) in shipped::ALL {
            let story = Story::new(Rc::new(shipped::load(name).unwrap()));
            let mut session = Session::new(Rc::new(story), 200_000);
            let names = Names::new(session.scenario(), session.run().plan());
            let look = Look {
                lang: Lang::Ko,
                theme: Theme::Dark,
                form: Form::Wide,
                speed: 1.0,
            };
            for ms in [0, 1_500] {
                session.advance(Span::from_millis(ms), u64::MAX);
                for export in Export::ALL {
                    let text = text(export, &session, &names, &[], look);
                    // Before anything was asked for, there is no request to be shown.
                    let nothing_yet = export == Export::Sequence && ms == 0;
                    assert_eq!(text.is_ok(), !nothing_yet, "{name}: {export:?}");
                    assert!(text.is_ok_and(|text| !text.is_empty()) || nothing_yet);
                }
            }
        }
    }

    #[test]
    fn no_two_exports_have_the_same_file_or_code() {
        for what in [Export::code, |export: Export| -> &'static str {
            Box::leak(export.file_name("a").into_boxed_str())
        }] {
            let mut all = Export::ALL.map(what).to_vec();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), Export::ALL.len());
        }
    }
}
