//! Doing the experiments: every replication is a run of its own, so any number of threads gives the same result.

use super::experiment::{Catalogue, Effort, Experiment};
use super::fact::Fact;
use super::scope::{Numbers, Scope};
use super::verdict::{Tolerance, Verdict, judge};
use kernel::time::{Span, Time};
use run::Run;
use serde_json::Value;
use sim::Progress;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Events between two looks at whether a run has come to its next moment.
const SLICE: u64 = 1_000_000;

/// One run: a replication of a variant of an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// Which experiment of the catalogue.
    pub experiment: usize,
    /// Which of its variants.
    pub variant: usize,
    /// The luck.
    pub seed: u32,
}

/// What came of one quantity of one fact.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The quantity's name.
    pub quantity: String,
    /// What the fact says.
    pub expected: f64,
    /// What was measured, or why nothing was.
    pub verdict: Result<Verdict, String>,
}

impl Finding {
    /// Whether the engine does what the fact says.
    pub fn passes(&self) -> bool {
        self.verdict.as_ref().is_ok_and(|verdict| verdict.pass)
    }
}

/// What came of one fact.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Which experiment of the catalogue.
    pub experiment: usize,
    /// The fact's name.
    pub fact: String,
    /// How many replications.
    pub seeds: u32,
    /// The size of the sample in all replications together, in the unit of the fact's tolerance.
    pub sample: Option<f64>,
    /// By quantity.
    pub findings: Vec<Finding>,
}

/// Does all experiments whose fact's name or topic contains `only`. `done` is called after each run with how many of
/// how many are done.
pub fn run_experiments(
    catalogue: &Catalogue,
    effort: Effort,
    only: &str,
    threads: usize,
    done: &mut dyn FnMut(usize, usize),
) -> Vec<Outcome> {
    let mut jobs = Vec::new();
    for (index, experiment) in catalogue.experiments.iter().enumerate() {
        let fact = &catalogue.facts[experiment.fact];
        if !(fact.id.contains(only) || fact.topic.contains(only)) {
            continue;
        }
        for seed in 1..=experiment.seeds(effort) {
            for variant in 0..experiment.variants.len() {
                jobs.push(Job {
                    experiment: index,
                    variant,
                    seed,
                });
            }
        }
    }
    let results = run_all(catalogue, effort, &jobs, threads, done);
    let mut outcomes = Vec::new();
    let mut rest: &[(Job, Result<Numbers, String>)] = &results;
    while let Some((first, _)) = rest.first() {
        let index = first.experiment;
        let length = rest
            .iter()
            .take_while(|(job, _)| job.experiment == index)
            .count();
        let (mine, others) = rest.split_at(length);
        rest = others;
        outcomes.push(outcome(catalogue, effort, index, mine));
    }
    outcomes
}

/// Runs the jobs on so many threads; the results are in the order of the jobs.
fn run_all(
    catalogue: &Catalogue,
    effort: Effort,
    jobs: &[Job],
    threads: usize,
    done: &mut dyn FnMut(usize, usize),
) -> Vec<(Job, Result<Numbers, String>)> {
    let next = AtomicUsize::new(0);
    let mut results: Vec<Option<Result<Numbers, String>>> = vec![None; jobs.len()];
    thread::scope(|scope| {
        let (send, receive) = mpsc::channel();
        for _ in 0..threads.max(1) {
            let (send, next) = (send.clone(), &next);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(index) else {
                        break;
                    };
                    // If nobody listens any more there is nothing left to do.
                    if send.send((index, one(catalogue, effort, *job))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        for (count, (index, result)) in receive.iter().enumerate() {
            results[index] = Some(result);
            done(count + 1, jobs.len());
        }
    });
    jobs.iter()
        .copied()
        .zip(results)
        .map(|(job, result)| {
            let lost = || Err("the run was not done".to_string());
            (job, result.unwrap_or_else(lost))
        })
        .collect()
}

/// One run to its end, and its numbers.
fn one(catalogue: &Catalogue, effort: Effort, job: Job) -> Result<Numbers, String> {
    let experiment = &catalogue.experiments[job.experiment];
    let fact = &catalogue.facts[experiment.fact];
    let variant = &experiment.variants[job.variant];
    let scenario = experiment.scenario(fact, variant, effort, job.seed)?;
    let end = scenario.duration;
    let mut run = Run::new(scenario, 0);
    let mut moments = Vec::new();
    for moment in experiment.moments() {
        if moment <= end {
            go_to(&mut run, moment)?;
            moments.push((moment, numbers(&run)?));
        }
    }
    go_to(&mut run, end)?;
    if let Some(violation) = run.violation() {
        return Err(violation.to_string());
    }
    Ok(Numbers {
        end: numbers(&run)?,
        moments,
    })
}

fn go_to(run: &mut Run, moment: Span) -> Result<(), String> {
    loop {
        match run.run_until(Time::ZERO + moment, SLICE) {
            Progress::Busy => {}
            Progress::Reached => return Ok(()),
            Progress::Stopped(limit) => return Err(format!("the run stopped: {limit}")),
        }
    }
}

fn numbers(run: &Run) -> Result<Value, String> {
    serde_json::to_value(run.numbers()).map_err(|error| error.to_string())
}

/// Judges the replications of one experiment.
fn outcome(
    catalogue: &Catalogue,
    effort: Effort,
    index: usize,
    results: &[(Job, Result<Numbers, String>)],
) -> Outcome {
    let experiment = &catalogue.experiments[index];
    let fact = &catalogue.facts[experiment.fact];
    let seeds = experiment.seeds(effort);
    let scopes = scopes(experiment, fact, effort, results);
    let sample = scopes.as_ref().map_err(Clone::clone).and_then(|scopes| {
        let Some(counted) = &experiment.counted else {
            return Ok(None);
        };
        let mut sum = 0.0;
        for scope in scopes {
            sum += scope.value(counted)?;
        }
        Ok(Some(sum))
    });
    let findings = fact
        .quantities()
        .into_iter()
        .filter_map(|quantity| {
            let measure = experiment.measures.get(&quantity.name)?;
            let expected = measure.expected.or(quantity.number)?;
            let verdict = (|| {
                let scopes = scopes.as_ref().map_err(Clone::clone)?;
                let sample = sample.clone()?;
                let mut values = Vec::new();
                for scope in scopes {
                    values.push(scope.value(&measure.formula)?);
                }
                let tolerance = match &measure.tolerance {
                    Some(formula) => {
                        let mut scope = Scope::of(fact);
                        if let Some(n) = sample {
                            scope = scope.and("n", n.into());
                        }
                        Some(scope.value(formula)?)
                    }
                    None => fact.tolerance(&quantity.name, expected),
                };
                let tolerance = match tolerance {
                    Some(stated) => Tolerance::Stated(stated, fact.samples()),
                    None => Tolerance::FiveErrors,
                };
                judge(&values, expected, tolerance, sample)
            })();
            Some(Finding {
                quantity: quantity.name,
                expected,
                verdict,
            })
        })
        .collect();
    Outcome {
        experiment: index,
        fact: fact.id.clone(),
        seeds,
        sample: sample.unwrap_or_default(),
        findings,
    }
}

/// What the formulas of each replication see.
fn scopes<'r>(
    experiment: &'r Experiment,
    fact: &Fact,
    effort: Effort,
    results: &'r [(Job, Result<Numbers, String>)],
) -> Result<Vec<Scope<'r>>, String> {
    let first = experiment.variants.first().map_or("", String::as_str);
    let with = experiment.with(fact, first, effort)?;
    let mut scopes = Vec::new();
    for seed in 1..=experiment.seeds(effort) {
        let mut scope = Scope::of(fact).and("with", with.clone());
        for (job, result) in results.iter().filter(|(job, _)| job.seed == seed) {
            let numbers = result.as_ref().map_err(Clone::clone)?;
            scope = scope.and_run(&experiment.variants[job.variant], numbers);
        }
        scopes.push(scope);
    }
    Ok(scopes)
}
