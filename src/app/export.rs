//! What a person can take away from a run at its moment, each in a form that other programs open.

use words::Word;

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

    /// The form of a name, if it is one.
    pub fn from_code(code: &str) -> Option<Export> {
        Export::ALL.into_iter().find(|it| it.code() == code)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_export_is_found_again_by_its_name() {
        for export in Export::ALL {
            assert_eq!(Export::from_code(export.code()), Some(export));
        }
        assert_eq!(Export::from_code("pdf"), None);
    }

    #[test]
    fn no_two_exports_have_the_same_file() {
        let mut all = Export::ALL.map(|export| export.file_name("a")).to_vec();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), Export::ALL.len());
    }
}
