//! The colours of the page in a file of its own: rules with plain values, because not everything that draws SVG knows
//! custom properties.

use picture::theme::Theme;
use std::fmt::Write;

/// The names of the colours, as the page's style sheet has them.
pub const NAMES: [&str; 15] = [
    "surface", "sunken", "ink", "muted", "line", "accent", "request", "answer", "event", "retry",
    "failure", "rescued", "stale", "repair", "road",
];
/// The colours on a light ground. (A test holds both lists against the page's style sheet.)
pub const LIGHT: [&str; 15] = [
    "#ffffff", "#f3f1ea", "#17211e", "#56625d", "#8a9691", "#0f6b55", "#0067a8", "#00795a",
    "#8f4a86", "#a85f00", "#c23b00", "#6d7672", "#7a6a00", "#3b5bb5", "#b9bfb9",
];
/// The colours on a dark ground.
pub const DARK: [&str; 15] = [
    "#1b2428", "#151d20", "#e8eeeb", "#9fb0a9", "#5f706a", "#3fc6a0", "#56b4e9", "#3fbf95",
    "#d597c4", "#f0a830", "#ff7a45", "#8d9a95", "#e8d54a", "#9db4ff", "#3e4b49",
];

/// What has no colour: sizes, weights, dashes.
const SHAPES: &str = "\
text{font:500 12px Pretendard,'Apple SD Gothic Neo','Noto Sans KR','Noto Sans CJK KR',system-ui,-apple-system,'Segoe UI',\
Roboto,sans-serif;font-variant-numeric:tabular-nums}\
.title{font-size:14px;font-weight:700}.small{font-size:12.5px}.live{font-size:13px;font-weight:600;text-anchor:end}\
.count{font-size:12px;text-anchor:end}.sub{font-size:11px}.end{text-anchor:end}.bold{font-weight:700}\
.tiny{font-size:11px}.table{font-family:ui-monospace,'SF Mono',Menlo,Consolas,'Noto Sans Mono CJK KR',monospace;font-size:11px}\
.seen{font-size:15px;font-weight:700}.rate{font-size:12px;font-weight:600;text-anchor:middle}\
.note{font-size:11px;text-anchor:middle}.note.end{text-anchor:end}.start{text-anchor:start}\
.none{fill:none}.number{font-size:11px;font-weight:600}";

/// The style sheet of a picture.
pub fn style(theme: Theme) -> String {
    let colours = match theme {
        Theme::System => format!(
            "{}@media(prefers-color-scheme:dark){{{}}}",
            colours(&LIGHT),
            colours(&DARK)
        ),
        Theme::Light => colours(&LIGHT),
        Theme::Dark => colours(&DARK),
    };
    SHAPES.to_string() + &colours
}

/// For each colour: `.f-ink` fills with it, `.s-ink` draws lines in it.
fn colours(values: &[&str]) -> String {
    let mut rules = String::new();
    for (name, value) in NAMES.iter().zip(values) {
        // Writing to a text never fails.
        let _ = write!(
            rules,
            ".f-{name}{{fill:{value}}}.s-{name}{{stroke:{value}}}"
        );
    }
    rules
}
