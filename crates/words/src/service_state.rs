//! What is wrong with a service, in the few words that stand in its box of the diagram.

use super::{Lang, Word, decimal};
use scenario::FaultKind;

/// What is wrong with a service: that it is down, or which of these faults that are at work is its own; empty if nothing
/// is. What is wrong with one instance alone is not said of the whole service: its number stands before it.
pub fn service_state<'f>(
    service: &str,
    down: bool,
    faults: impl Iterator<Item = &'f FaultKind>,
    lang: Lang,
) -> String {
    if down {
        return Word::Down.text(lang).to_string();
    }
    let of = |instance: &Option<u32>| instance.map_or(String::new(), |one| format!("#{one} "));
    let (mut slow, mut errors) = (None, None);
    for fault in faults {
        match fault {
            FaultKind::Slow {
                service: name,
                instance,
                factor,
            } if name == service => {
                let word = Word::Slow.text(lang);
                slow = Some(format!("{}{word} {}×", of(instance), decimal(*factor)));
            }
            FaultKind::Errors {
                service: name,
                instance,
                ..
            } if name == service => errors = Some(of(instance) + Word::Erring.text(lang)),
            _ => {}
        }
    }
    slow.or(errors).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(faults: &[serde_json::Value], expect: &str) {
        let faults: Vec<FaultKind> = faults
            .iter()
            .map(|it| serde_json::from_value(it.clone()).expect("it is a fault"))
            .collect();
        assert_eq!(service_state("a", false, faults.iter(), Lang::En), expect);
    }

    #[test]
    fn one_instance_is_not_the_whole_service() {
        let slow = serde_json::json!({"slow": {"service": "a", "factor": 10.0}});
        let one = serde_json::json!({"slow": {"service": "a", "instance": 1, "factor": 10.0}});
        let other = serde_json::json!({"slow": {"service": "b", "factor": 10.0}});
        let (word, erring) = (Word::Slow.text(Lang::En), Word::Erring.text(Lang::En));
        check(&[slow], &format!("{word} 10×"));
        check(&[one], &format!("#1 {word} 10×"));
        check(&[other], "");
        let errors = serde_json::json!({"errors": {"service": "a", "instance": 0, "rate": 1.0}});
        check(&[errors], &format!("#0 {erring}"));
    }
}
