//! The sense of operations and their steps.

use super::super::nearest::{did_you_mean, quoted};
use super::super::shape::join;
use super::super::{Count, CountOf, Scenario, Step};
use super::{Checker, is_name, service_of};
use std::collections::BTreeSet;

/// Steps inside steps inside steps: so deep.
pub const NESTING_MAX: usize = 8;

/// Where in an operation a step stands.
struct Here<'s> {
    service: &'s str,
    /// Tables that the operation writes.
    written: &'s BTreeSet<String>,
    depth: usize,
    /// The table whose rows are at hand: the latest query of one that has references, as `"store.table"`.
    page: Option<String>,
}

impl<'s> Checker<'s> {
    pub(super) fn operations(&mut self) {
        let scenario = self.scenario;
        for (name, operation) in &scenario.operations {
            let path = join("operations", name);
            let Some((service, own)) = name.split_once('.') else {
                self.report(path, "an operation is named \"service.operation\"");
                continue;
            };
            if !is_name(own) {
                let message = "an operation is named \"service.operation\": letters, digits, _ and - after the point";
                self.report(path.clone(), message);
            }
            if !scenario.services.contains_key(service) {
                let remedy = did_you_mean(service, scenario.services.keys().map(String::as_str));
                self.report(
                    path,
                    format!("there is no service {}{remedy}", quoted(service)),
                );
                continue;
            }
            let mut written = BTreeSet::new();
            visit(&operation.steps, &mut |step| {
                if let Step::Write(write) = step {
                    written.extend(
                        write
                            .table
                            .as_ref()
                            .map(|table| format!("{}.{table}", write.store)),
                    );
                }
            });
            let mut here = Here {
                service,
                written: &written,
                depth: 0,
                page: None,
            };
            self.steps(&format!("{path}.steps"), &operation.steps, &mut here);
        }
    }

    fn steps(&mut self, path: &str, steps: &'s [Step], here: &mut Here) {
        if here.depth > NESTING_MAX {
            return self.report(
                path,
                format!("steps are nested more than {NESTING_MAX} deep"),
            );
        }
        for (index, step) in steps.iter().enumerate() {
            self.step(&format!("{path}.{index}"), step, here);
        }
    }

    fn step(&mut self, path: &str, step: &'s Step, here: &mut Here) {
        let scenario = self.scenario;
        match step {
            Step::Work(time) => self.distribution(&format!("{path}.work"), time),
            Step::Query(query) => {
                let path = format!("{path}.query");
                self.count(&format!("{path}.rows"), query.rows, here);
                self.own_table(&path, &query.store, query.table.as_deref(), here);
                // Only what has references is read as a list; a query of another table leaves the list as it is.
                let table = query
                    .table
                    .as_ref()
                    .map(|table| format!("{}.{table}", query.store));
                if table
                    .as_ref()
                    .is_some_and(|table| has_references(scenario, table))
                {
                    here.page = table;
                }
            }
            Step::Write(write) => {
                self.own_table(
                    &format!("{path}.write"),
                    &write.store,
                    write.table.as_deref(),
                    here,
                );
            }
            Step::Call(call) => {
                let path = format!("{path}.call");
                self.known(
                    &format!("{path}.operation"),
                    "operation",
                    &scenario.operations,
                    &call.operation,
                );
                self.count(&format!("{path}.keys"), call.keys, here);
                self.positive(format!("{path}.timeout"), call.timeout);
            }
            Step::FanOut(fan_out) => {
                self.count(&format!("{path}.fan_out.times"), fan_out.times, here);
                for (index, branch) in fan_out.branches.iter().enumerate() {
                    // A branch sees what was read before; what it reads itself is seen by nobody else.
                    let mut inside = Here {
                        page: here.page.clone(),
                        depth: here.depth + 1,
                        ..*here
                    };
                    self.steps(
                        &format!("{path}.fan_out.branches.{index}"),
                        branch,
                        &mut inside,
                    );
                }
            }
            Step::Repeat(repeat) => {
                self.count(&format!("{path}.repeat.times"), repeat.times, here);
                here.depth += 1;
                self.steps(&format!("{path}.repeat.steps"), &repeat.steps, here);
                here.depth -= 1;
            }
            Step::Lookup(lookup) => {
                let place = format!("{path}.lookup.cache");
                let cache = self.known(&place, "cache", &scenario.caches, &lookup.cache);
                if let Some(cache) = cache
                    && cache.service != here.service
                {
                    let message = format!(
                        "is a cache of {}, not of {}",
                        quoted(&cache.service),
                        quoted(here.service)
                    );
                    self.report(place, message);
                }
                here.depth += 1;
                self.steps(&format!("{path}.lookup.miss"), &lookup.miss, here);
                here.depth -= 1;
            }
            Step::Resolve(resolve) => {
                for (index, name) in resolve.references.iter().enumerate() {
                    let path = format!("{path}.resolve.references.{index}");
                    if let Some(from) = self.column(&path, name, here)
                        && here.page.as_deref() != Some(from)
                    {
                        let message = format!(
                            "{} is a column of {}; the latest query before this step must read that table",
                            quoted(name),
                            quoted(from)
                        );
                        self.report(path, message);
                    }
                }
            }
            Step::Embed(embed) => {
                for (index, name) in embed.references.iter().enumerate() {
                    let path = format!("{path}.embed.references.{index}");
                    if let Some(from) = self.column(&path, name, here)
                        && !here.written.contains(from)
                    {
                        let message = format!(
                            "{} is a column of {}, which this operation does not write",
                            quoted(name),
                            quoted(from)
                        );
                        self.report(path, message);
                    }
                }
            }
        }
    }

    /// A store and perhaps a table of the service that works on the step.
    fn own_table(&mut self, path: &str, store: &str, table: Option<&str>, here: &Here) {
        let place = format!("{path}.store");
        let Some(it) = self.known(&place, "store", &self.scenario.stores, store) else {
            return;
        };
        // A service that is not there is reported with the store.
        if it.service != here.service && self.scenario.services.contains_key(&it.service) {
            let message = format!(
                "is the store of {}; {} reads and writes its own stores only, and calls others",
                quoted(&it.service),
                quoted(here.service)
            );
            self.report(place, message);
        }
        if let Some(table) = table {
            self.known(&format!("{path}.table"), "table", &it.tables, table);
        }
    }

    /// The table that has a reference's column, if the reference exists and the table belongs to this service.
    fn column(&mut self, path: &str, name: &str, here: &Here) -> Option<&'s str> {
        let reference = self.known(path, "reference", &self.scenario.references, name)?;
        // Missing tables are reported with the reference.
        let (reader, _) = self.ends_of(reference)?;
        if reader != here.service {
            let message = format!(
                "{} is a column of a table of {}, not of {}",
                quoted(name),
                quoted(reader),
                quoted(here.service)
            );
            self.report(path, message);
            return None;
        }
        Some(&reference.from)
    }

    fn count(&mut self, path: &str, count: Count, here: &Here) {
        if count == Count::Of(CountOf::Rows) && here.page.is_none() {
            self.report(
                path,
                "\"rows\" needs an earlier query of a table with references in the same operation",
            );
        }
    }

    /// Calls that call each other in a circle: every one would wait for the next, without end.
    pub(super) fn circles(&mut self) {
        let mut done = BTreeSet::new();
        for name in self.scenario.operations.keys() {
            self.circle(name, &mut Vec::new(), &mut done);
        }
    }

    fn circle(&mut self, name: &'s str, trail: &mut Vec<&'s str>, done: &mut BTreeSet<&'s str>) {
        if let Some(begin) = trail.iter().position(|known| *known == name) {
            let mut round = trail[begin..].to_vec();
            round.push(name);
            let message = format!(
                "calls itself: {}; this would go on without end",
                round.join(" calls ")
            );
            return self.report(join("operations", name), message);
        }
        let Some(operation) = self.scenario.operations.get(name) else {
            return;
        };
        if !done.insert(name) {
            return;
        }
        trail.push(name);
        for callee in calls(self.scenario, &operation.steps) {
            self.circle(callee, trail, done);
        }
        trail.pop();
    }
}

/// Whether a table has a column that refers to another service's table.
pub(super) fn has_references(scenario: &Scenario, table: &str) -> bool {
    scenario
        .references
        .values()
        .any(|reference| reference.from == table)
}

/// Sees every step, also those inside others.
pub(super) fn visit<'s>(steps: &'s [Step], see: &mut impl FnMut(&'s Step)) {
    for step in steps {
        see(step);
        match step {
            Step::FanOut(fan_out) => fan_out
                .branches
                .iter()
                .for_each(|branch| visit(branch, see)),
            Step::Repeat(repeat) => visit(&repeat.steps, see),
            Step::Lookup(lookup) => visit(&lookup.miss, see),
            _ => {}
        }
    }
}

/// The operations that these steps may call, whatever the strategies; each once.
pub(super) fn calls<'s>(scenario: &'s Scenario, steps: &'s [Step]) -> BTreeSet<&'s str> {
    let mut called = BTreeSet::new();
    visit(steps, &mut |step| match step {
        Step::Call(call) => {
            called.insert(call.operation.as_str());
        }
        Step::Resolve(resolve) | Step::Embed(resolve) => {
            let references = resolve
                .references
                .iter()
                .filter_map(|name| scenario.references.get(name));
            called.extend(references.map(|reference| reference.lookup.as_str()));
        }
        _ => {}
    });
    called.retain(|name| service_of(name).is_some());
    called
}
