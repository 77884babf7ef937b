//! Experiments: how facts become runs, and which numbers of the runs measure them.

use super::fact::Fact;
use super::formula::Formula;
use super::scope::Scope;
use super::template::fill;
use kernel::time::Span;
use scenario::{Scenario, read};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Replications of one experiment, at most.
const SEEDS_MAX: u32 = 1000;

/// Values that templates refer to as `with.name`.
type With = Map<String, Value>;

/// One file: experiments that belong together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// What they have in common, for who reads the file.
    #[allow(dead_code)]
    about: String,
    experiments: Vec<Group>,
}

/// Facts that are measured in the same way.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    /// How the facts become scenarios.
    note: String,
    /// Which facts.
    cases: Vec<Case>,
    /// Values for the template.
    #[serde(default)]
    with: With,
    /// Several scenarios for each fact, by name: what they add to the values. Without it there is one.
    #[serde(default)]
    variants: BTreeMap<String, With>,
    /// How much is run for the quick set.
    quick: EffortOf,
    /// How much is run for the full set.
    full: EffortOf,
    /// A formula: the size of the sample in one replication, in the unit of the fact's tolerance.
    counted: Option<String>,
    /// How each quantity is measured.
    measure: BTreeMap<String, MeasureText>,
    /// Quantities that are not measured, and why.
    #[serde(default)]
    leaves_out: BTreeMap<String, String>,
    /// The scenario document, with places to fill.
    scenario: Value,
}

/// A fact, and what is special about it.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Case {
    Plain(String),
    Special(SpecialCase),
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SpecialCase {
    fact: String,
    #[serde(default)]
    with: With,
    #[serde(default)]
    leaves_out: BTreeMap<String, String>,
    #[serde(default)]
    note: String,
}

/// How much is run.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EffortOf {
    /// Replications: the seeds 1, 2, ... to this.
    seeds: u32,
    /// Values for the template.
    #[serde(default)]
    with: With,
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum MeasureText {
    Plain(String),
    Special(SpecialMeasure),
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SpecialMeasure {
    formula: String,
    /// A formula over the fact: the tolerance, where the fact states it under another name, or that of a quantity that
    /// follows from this one.
    tolerance: Option<String>,
    /// What a sentence of the fact says as a number; only where the fact has none.
    expected: Option<f64>,
}

/// How one quantity is measured.
#[derive(Clone, Debug)]
pub struct Measure {
    /// Over the numbers of one replication.
    pub formula: Formula,
    /// As it stands in the file.
    pub text: String,
    /// The tolerance, if the fact does not state it under this name.
    pub tolerance: Option<Formula>,
    /// What the fact's sentence says as a number.
    pub expected: Option<f64>,
}

/// How thoroughly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// A sample that takes seconds.
    Quick,
    /// The samples of the facts, where the time allows.
    Full,
}

/// How one fact is measured.
#[derive(Clone)]
pub struct Experiment {
    /// Which fact, in the catalogue's list.
    pub fact: usize,
    /// How the fact becomes a scenario; for the page.
    pub note: String,
    /// The names of the scenarios; one empty name if there is but one.
    pub variants: Vec<String>,
    /// By quantity.
    pub measures: BTreeMap<String, Measure>,
    /// Quantities that are not measured, and why.
    pub leaves_out: BTreeMap<String, String>,
    /// The size of the sample in one replication.
    pub counted: Option<Formula>,
    group: Group,
    with: With,
}

/// Facts that no scenario can express yet, and why.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotYet {
    /// What is missing.
    pub reason: String,
    /// The facts' names.
    pub facts: Vec<String>,
}

/// All facts, and how each is measured or why it is not.
#[derive(Clone)]
pub struct Catalogue {
    /// The facts.
    pub facts: Vec<Fact>,
    /// The experiments, in the order of the facts.
    pub experiments: Vec<Experiment>,
    /// What cannot be expressed.
    pub not_yet: Vec<NotYet>,
}

impl Catalogue {
    /// A catalogue of facts that nothing measures yet.
    ///
    /// # Errors
    /// If two facts have the same name.
    pub fn new(facts: Vec<Fact>) -> Result<Catalogue, String> {
        for (index, fact) in facts.iter().enumerate() {
            if facts[..index].iter().any(|other| other.id == fact.id) {
                return Err(format!("there are two facts {}; rename one", fact.id));
            }
        }
        Ok(Catalogue {
            facts,
            experiments: Vec::new(),
            not_yet: Vec::new(),
        })
    }

    fn place(&self, id: &str) -> Result<usize, String> {
        let place = self.facts.iter().position(|fact| fact.id == id);
        place.ok_or_else(|| format!("there is no fact {id}"))
    }

    /// Adds the experiments of a file.
    ///
    /// # Errors
    /// The first problem, with the name of the fact.
    pub fn add(&mut self, file: Value) -> Result<(), String> {
        let file: File = serde_json::from_value(file).map_err(|error| error.to_string())?;
        for group in file.experiments {
            let mut used: Vec<String> = Vec::new();
            for case in &group.cases {
                let case = match case {
                    Case::Plain(fact) => SpecialCase {
                        fact: fact.clone(),
                        with: With::new(),
                        leaves_out: BTreeMap::new(),
                        note: String::new(),
                    },
                    Case::Special(case) => case.clone(),
                };
                let experiment = self
                    .experiment(&group, &case)
                    .map_err(|message| format!("{}: {message}", case.fact))?;
                used.extend(experiment.measures.keys().cloned());
                used.extend(experiment.leaves_out.keys().cloned());
                self.experiments.push(experiment);
            }
            if let Some(unused) = group.measure.keys().find(|name| !used.contains(name)) {
                return Err(format!(
                    "\"{unused}\" is measured, but none of these facts expects it; remove it"
                ));
            }
        }
        self.experiments.sort_by_key(|experiment| experiment.fact);
        Ok(())
    }

    fn experiment(&self, group: &Group, case: &SpecialCase) -> Result<Experiment, String> {
        let place = self.place(&case.fact)?;
        let fact = &self.facts[place];
        if self.experiments.iter().any(|other| other.fact == place) {
            return Err("has two experiments; remove one".into());
        }
        for effort in [&group.quick, &group.full] {
            if !(1..=SEEDS_MAX).contains(&effort.seeds) {
                return Err(format!("\"seeds\" must be 1 to {SEEDS_MAX}"));
            }
        }
        let mut leaves_out = group.leaves_out.clone();
        leaves_out.extend(case.leaves_out.clone());
        let quantities = fact.quantities();
        leaves_out.retain(|name, _| quantities.iter().any(|quantity| quantity.name == *name));
        if let Some(unknown) = case
            .leaves_out
            .keys()
            .find(|name| !leaves_out.contains_key(*name))
        {
            return Err(format!(
                "leaves out \"{unknown}\", of which the fact says nothing"
            ));
        }
        let mut measures = BTreeMap::new();
        for quantity in &quantities {
            let name = &quantity.name;
            if leaves_out.contains_key(name) {
                continue;
            }
            let Some(text) = group.measure.get(name) else {
                return Err(format!(
                    "\"{name}\" is neither measured nor left out with a reason"
                ));
            };
            let measure = measure(text).map_err(|message| format!("\"{name}\": {message}"))?;
            if quantity.number.is_some() == measure.expected.is_some() {
                return Err(format!(
                    "\"{name}\": \"expected\" stands where the fact has a sentence, and only there"
                ));
            }
            measures.insert(name.clone(), measure);
        }
        let mut with = group.with.clone();
        with.extend(case.with.clone());
        let variants = if group.variants.is_empty() {
            vec![String::new()]
        } else {
            group.variants.keys().cloned().collect()
        };
        let note = [group.note.as_str(), case.note.as_str()].join(" ");
        Ok(Experiment {
            fact: place,
            note: note.trim_end().into(),
            variants,
            measures,
            leaves_out,
            counted: group.counted.as_deref().map(Formula::parse).transpose()?,
            group: group.clone(),
            with,
        })
    }

    /// Takes in what cannot be expressed.
    ///
    /// # Errors
    /// If a fact is not known or has an experiment, too.
    pub fn not_yet(&mut self, file: Value) -> Result<(), String> {
        let list: Vec<NotYet> = serde_json::from_value(file).map_err(|error| error.to_string())?;
        for id in list.iter().flat_map(|entry| &entry.facts) {
            let place = self.place(id)?;
            if self.experiments.iter().any(|other| other.fact == place) {
                return Err(format!("{id} has an experiment; take it off the list"));
            }
        }
        self.not_yet = list;
        Ok(())
    }

    /// Facts without an experiment and without a reason.
    pub fn forgotten(&self) -> Vec<&str> {
        let mut forgotten = Vec::new();
        for (place, fact) in self.facts.iter().enumerate() {
            let measured = self.experiments.iter().any(|other| other.fact == place);
            let excused = self
                .not_yet
                .iter()
                .any(|entry| entry.facts.contains(&fact.id));
            if !measured && !excused {
                forgotten.push(fact.id.as_str());
            }
        }
        forgotten
    }
}

fn measure(text: &MeasureText) -> Result<Measure, String> {
    let special = match text {
        MeasureText::Plain(formula) => SpecialMeasure {
            formula: formula.clone(),
            tolerance: None,
            expected: None,
        },
        MeasureText::Special(special) => special.clone(),
    };
    Ok(Measure {
        formula: Formula::parse(&special.formula)?,
        text: special.formula,
        tolerance: special
            .tolerance
            .as_deref()
            .map(Formula::parse)
            .transpose()?,
        expected: special.expected,
    })
}

impl Experiment {
    fn effort(&self, effort: Effort) -> &EffortOf {
        match effort {
            Effort::Quick => &self.group.quick,
            Effort::Full => &self.group.full,
        }
    }

    /// How many replications: the seeds from 1 on.
    pub fn seeds(&self, effort: Effort) -> u32 {
        self.effort(effort).seeds
    }

    /// The values of the template for one variant: the group's, the case's, the effort's and the variant's, each over
    /// those before, and their places filled from the fact.
    ///
    /// # Errors
    /// If a place cannot be filled.
    pub fn with(&self, fact: &Fact, variant: &str, effort: Effort) -> Result<Value, String> {
        let mut with = self.with.clone();
        with.extend(self.effort(effort).with.clone());
        if let Some(of_variant) = self.group.variants.get(variant) {
            with.extend(of_variant.clone());
        }
        fill(&Value::Object(with), &Scope::of(fact))
    }

    /// The scenario document of one variant, without its seed: what `msa run` reads.
    ///
    /// # Errors
    /// If a place cannot be filled.
    pub fn document(&self, fact: &Fact, variant: &str, effort: Effort) -> Result<Value, String> {
        let with = self.with(fact, variant, effort)?;
        fill(&self.group.scenario, &Scope::of(fact).and("with", with))
    }

    /// The scenario of one replication.
    ///
    /// # Errors
    /// Every problem of the document.
    pub fn scenario(
        &self,
        fact: &Fact,
        variant: &str,
        effort: Effort,
        seed: u32,
    ) -> Result<Scenario, String> {
        let mut document = self.document(fact, variant, effort)?;
        if let Some(fields) = document.as_object_mut() {
            fields.insert("seed".into(), seed.into());
        }
        read::from_value(document).map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            lines.join("; ")
        })
    }

    /// The moments at which its formulas look at a run, in order.
    pub fn moments(&self) -> Vec<Span> {
        let mut moments = Vec::new();
        for measure in self.measures.values() {
            measure.formula.paths(&mut |_, at| moments.extend(at));
        }
        moments.sort_unstable();
        moments.dedup();
        moments
    }
}
