//! Why choices have no effect, and what starts the run again: in words, beside what they are about.

use super::icon::{Icon, icon};
use crate::app::control::Control;
use crate::app::prospect::{Because, Prospect, reason};
use words::{ChoiceNote, Lang};
use yew::prelude::*;

/// The reasons that stand under a control.
pub struct Reasons {
    /// Each with its id, why, and its words.
    notes: Vec<(AttrValue, Because, String)>,
}

impl Reasons {
    /// Those of a control, if any of its choices has no effect: one for all of them, or one for each reason with the
    /// choices that it is about.
    pub fn new(controls: &[Control], control: &Control, values: &[String], lang: Lang) -> Reasons {
        let because = |value: &String| control.prospect(value).because();
        let mut notes: Vec<(AttrValue, Because, String)> = Vec::new();
        let idle = values.iter().all(|value| because(value).is_some());
        for why in values.iter().filter_map(because) {
            if notes.iter().any(|(_, known, _)| *known == why) {
                continue;
            }
            let words = reason(controls, control, why, idle, lang);
            let about: Vec<String> = values
                .iter()
                .filter(|value| because(value) == Some(why))
                .map(|value| control.value_name(value, lang))
                .collect();
            let words = if idle {
                words
            } else {
                ChoiceNote::About(&about.join(", "), &words).text(lang)
            };
            let id = format!("why-{}-{}", control.name, notes.len());
            notes.push((id.into(), why, words));
        }
        if idle {
            notes.truncate(1);
        }
        Reasons { notes }
    }

    /// The id of the reason of a choice.
    pub fn id(&self, prospect: Prospect) -> Option<AttrValue> {
        let why = prospect.because()?;
        let of = self.notes.iter().find(|(_, known, _)| *known == why);
        of.or(self.notes.first()).map(|(id, ..)| id.clone())
    }

    /// The reasons.
    pub fn html(&self) -> Html {
        self.notes
            .iter()
            .map(|(id, _, words)| {
                html! { <p class="hint why" id={id.clone()} key={id.to_string()}>{ words.clone() }</p> }
            })
            .collect()
    }
}

/// The mark of a choice that starts the run again.
pub fn mark(prospect: Prospect, lang: Lang) -> Html {
    if prospect != Prospect::StartsAgain {
        return Html::default();
    }
    let words = ChoiceNote::StartsAgain.text(lang);
    html! { <i class="again" title={words}>{ icon(Icon::Restart) }</i> }
}

/// What the mark means, where it stands.
pub fn legend<'c>(controls: impl Iterator<Item = &'c Control>, lang: Lang) -> Html {
    let mut marked = controls.flat_map(|control| control.prospects.iter());
    if !marked.any(|prospect| *prospect == Prospect::StartsAgain) {
        return Html::default();
    }
    html! { <p class="hint again-means">{ mark(Prospect::StartsAgain, lang) }{ ChoiceNote::StartsAgain.text(lang) }</p> }
}
