//! Reading what other services own: the strategies, each really done.

use super::Simulation;
use super::interpret::Effect;
use super::lineage::Purpose;
use super::plan::{CachePlan, Instruction, NONE, ReferencePlan};
use super::request::{Group, ReadFrom, RequestId};
use super::resilience::Target;
use super::tables::{Copied, Page};
use super::trace::{Observe, Outcome, What};
use kernel::time::Span;
use scenario::{CacheMiss, OnError, ReadStrategy};

/// What a request has got: the parts of a fetch that depend on the strategy alone.
#[derive(PartialEq)]
struct Way {
    /// Each key once, or once for each row.
    distinct: bool,
    /// Keys of one call.
    chunk: u32,
    /// Calls at once.
    limit: u32,
}

fn way(reference: &ReferencePlan) -> Way {
    let (distinct, chunk, limit) = match reference.strategy {
        ReadStrategy::PerRow => (false, 1, 1),
        ReadStrategy::Parallel => (false, 1, reference.parallel_limit),
        ReadStrategy::LocalCache => match reference.miss {
            CacheMiss::Batch => (true, reference.batch_size, 1),
            CacheMiss::PerKey => (true, 1, 1),
        },
        ReadStrategy::Batch => (true, reference.batch_size, reference.batch_parallel),
        ReadStrategy::Join | ReadStrategy::Replica | ReadStrategy::Remodel => {
            (true, reference.batch_size, 1)
        }
    };
    Way {
        distinct,
        chunk,
        limit,
    }
}

impl ReferencePlan {
    /// Whether the values of this reference are fetched as those of another one.
    pub(super) fn fetches_as(&self, other: &ReferencePlan) -> bool {
        way(self) == way(other)
    }
}

impl<O: Observe> Simulation<O> {
    /// Begins to get the values of a reference for the rows that a request has read.
    pub(super) fn begin_resolve(&mut self, id: RequestId, reference: u16) -> Effect {
        let plan = &self.plan.references[reference as usize];
        let page = self.world.requests[id].page;
        let way = way(plan);
        let place = self.world.fetches.take();
        let fetch = &mut self.world.fetches[place];
        fetch.reference = reference;
        fetch.strategy = plan.strategy;
        fetch.chunk = way.chunk;
        fetch.limit = way.limit;
        fetch.next = 0;
        fetch.embeds = false;
        fetch.tally = super::fetch::Tally::default();
        fetch.keys.clear();
        if page.table == plan.from && page.rows > 0 {
            fetch
                .keys
                .extend(self.world.tables[page.table as usize].keys(page, plan.column));
        }
        if way.distinct {
            fetch.keys.sort_unstable();
            fetch.keys.dedup();
        }
        fetch.tally.values = fetch.keys.len() as u32;
        self.begin_group(id, Group::Fetch(place));
        match self.world.fetches[place].strategy {
            // It has come with the page: one query of one connection.
            ReadStrategy::Join if self.world.requests[id].pc < self.world.requests[id].joined => {
                self.resolved_locally(id, place)
            }
            ReadStrategy::Join | ReadStrategy::Replica => {
                let values = self.world.fetches[place].tally.values;
                let store =
                    self.plan.tables[plan_from(&self.plan.references[reference as usize])].store;
                let holds = match self.world.fetches[place].strategy {
                    // Where it is not sure that the list's query is its own, the rows are read anew.
                    ReadStrategy::Join | ReadStrategy::Replica => self.query_time(store, values),
                    _ => Span::ZERO,
                };
                Effect::UseStore { store, holds }
            }
            ReadStrategy::Remodel => {
                self.judge_embedded(id, place);
                self.resolved_locally(id, place)
            }
            ReadStrategy::LocalCache => {
                self.look_into_reference_cache(id, place);
                if self.world.fetches[place].keys.is_empty() {
                    self.resolved_locally(id, place)
                } else {
                    Effect::Fetch
                }
            }
            ReadStrategy::PerRow | ReadStrategy::Parallel | ReadStrategy::Batch => {
                if self.world.fetches[place].keys.is_empty() {
                    self.resolved_locally(id, place)
                } else {
                    Effect::Fetch
                }
            }
        }
    }

    /// What the references that are joined into the query of a page add to it: the joined rows, each value once.
    pub(super) fn joined_time(&self, id: RequestId, store: u16, table: u32, rows: u32) -> Span {
        let request = &self.world.requests[id];
        let joined = self.plan.joined_behind(request.pc);
        let between = &self.plan.code
            [request.pc as usize + 1..(joined as usize).max(request.pc as usize + 1)];
        let total = self.plan.tables[table as usize].rows;
        let page = Page {
            table: table as u16,
            start: request.draw(&self.plan, Purpose::Page).below(total),
            rows: rows.min(total),
        };
        let mut values = 0;
        for instruction in between {
            let Instruction::Resolve { reference } = *instruction else {
                continue;
            };
            let plan = &self.plan.references[reference as usize];
            if plan.strategy == ReadStrategy::Join && u32::from(plan.from) == table {
                let keys = self.world.tables[table as usize].keys(page, plan.column);
                let mut keys: Vec<u32> = keys.collect();
                keys.sort_unstable();
                keys.dedup();
                values += keys.len() as u32;
            }
        }
        self.rows_time(store, values)
    }

    /// All values were at hand: on to the next step.
    fn resolved_locally(&mut self, id: RequestId, place: u32) -> Effect {
        self.end_fetch(id, place);
        let request = &mut self.world.requests[id];
        request.group = Group::None;
        request.pc += 1;
        Effect::Continue
    }

    /// The reader's own store has answered for a joined table or a replica.
    pub(super) fn end_local_resolve(&mut self, id: RequestId, reference: u16) {
        let Group::Fetch(place) = self.world.requests[id].group else {
            return;
        };
        let plan = &self.plan.references[reference as usize];
        let fetch = &mut self.world.fetches[place];
        if fetch.strategy == ReadStrategy::Replica {
            let rows = &self.world.tables[plan.to as usize].rows;
            let copies = &self.world.replicas[reference as usize];
            for key in &fetch.keys {
                let key = *key as usize;
                if let Some(since) = rows[key].outdated_since(copies[key].version) {
                    fetch.tally.count_stale(self.now.since(since));
                }
            }
        }
        self.end_fetch(id, place);
        self.world.requests[id].group = Group::None;
    }

    /// Compares what the rows have embedded with what the owner has now.
    fn judge_embedded(&mut self, id: RequestId, place: u32) {
        let fetch = &mut self.world.fetches[place];
        let plan = &self.plan.references[fetch.reference as usize];
        let page = self.world.requests[id].page;
        if page.table != plan.from {
            return;
        }
        let owner = &self.world.tables[plan.to as usize];
        fetch.tally.values = page.rows;
        for (key, version) in self.world.tables[page.table as usize].embedded(page, plan.column) {
            if let Some(since) = owner.rows[key as usize].outdated_since(version) {
                fetch.tally.count_stale(self.now.since(since));
            }
        }
    }

    /// Takes what the instance's cache has out of the keys to be fetched.
    fn look_into_reference_cache(&mut self, id: RequestId, place: u32) {
        let now = self.now;
        let instance = self.world.requests[id].instance as usize;
        let fetch = &mut self.world.fetches[place];
        let plan = &self.plan.references[fetch.reference as usize];
        let CachePlan { ttl, slides, .. } = self.plan.caches[plan.cache as usize];
        let cache = &mut self.world.caches[plan.cache as usize][instance];
        let rows = &self.world.tables[plan.to as usize].rows;
        let tally = &mut fetch.tally;
        fetch
            .keys
            .retain(|key| match cache.get(*key, now, ttl, slides) {
                Some(copy) => {
                    tally.hits += 1;
                    if let Some(since) = rows[*key as usize].outdated_since(copy.version) {
                        tally.count_stale(now.since(since));
                    }
                    false
                }
                None => {
                    tally.misses += 1;
                    true
                }
            });
    }

    /// Starts as many calls as the fetch's limit allows.
    pub(super) fn start_fetches(&mut self, id: RequestId) {
        let Group::Fetch(place) = self.world.requests[id].group else {
            return;
        };
        loop {
            let fetch = &mut self.world.fetches[place];
            let (first, total) = (fetch.next, fetch.keys.len() as u32);
            if first >= total || self.world.requests[id].outstanding >= fetch.limit {
                return;
            }
            let keys = fetch.chunk.min(total - first);
            fetch.next += keys;
            fetch.tally.calls += 1;
            let plan = &self.plan.references[fetch.reference as usize];
            let target = Target {
                operation: plan.lookup,
                link: plan.link,
                keys,
                timeout: plan.timeout,
                range: (first, keys),
                guard: plan.guard,
            };
            self.call(id, target);
        }
    }

    /// Whether a fetch goes on without the values it could not get.
    pub(super) fn fetch_ignores_errors(&self, place: u32) -> bool {
        let reference = self.world.fetches[place].reference;
        self.plan.references[reference as usize].on_error == OnError::Ignore
    }

    /// A call for values was answered: they are kept where the strategy keeps them.
    pub(super) fn fetched(&mut self, parent: RequestId, child: RequestId, outcome: Outcome) {
        let Some(request) = self.world.requests.get(parent) else {
            return;
        };
        let Group::Fetch(place) = request.group else {
            return;
        };
        let (instance, new_row) = (request.instance as usize, request.new_row);
        let fetch = &self.world.fetches[place];
        if outcome != Outcome::Ok || !(fetch.embeds || fetch.strategy == ReadStrategy::LocalCache) {
            return;
        }
        let call = &self.world.requests[child];
        let (read_at, (first, keys)) = (call.read_at, call.range);
        let plan = &self.plan.references[fetch.reference as usize];
        let rows = &self.world.tables[plan.to as usize].rows;
        for key in &fetch.keys[first as usize..(first + keys) as usize] {
            let version = rows[*key as usize].version_at(read_at);
            if fetch.embeds {
                if new_row != NONE {
                    self.world.new_rows[new_row][plan.column as usize].1 = version;
                }
            } else {
                let size = self.plan.caches[plan.cache as usize].size;
                let copy = Copied { version, read_at };
                self.world.caches[plan.cache as usize][instance].put(*key, copy, self.now, size);
            }
        }
    }

    /// A list has the values of a reference, or does without.
    pub(super) fn end_fetch(&mut self, id: RequestId, place: u32) {
        let fetch = &self.world.fetches[place];
        if !fetch.embeds {
            let root = self.world.requests[id].root;
            let tally = fetch.tally;
            let what = What::Resolved {
                request: self.world.requests[root].serial,
                reference: fetch.reference,
                values: tally.values,
                hits: tally.hits,
                misses: tally.misses,
                stale: tally.stale,
                stalest: tally.stalest,
                stale_sum: tally.stale_sum,
                calls: tally.calls,
            };
            self.record(what);
        }
        self.world.fetches.give_back(place);
    }

    /// Begins to get the value that a new row will embed, if the reference's strategy embeds one.
    pub(super) fn begin_embed(&mut self, id: RequestId, reference: u16) -> Effect {
        let plan = &self.plan.references[reference as usize];
        if plan.strategy != ReadStrategy::Remodel {
            self.world.requests[id].pc += 1;
            return Effect::Continue;
        }
        let (table, column) = (plan.from, plan.column);
        let row = self.new_row(id, table);
        let key = self.world.new_rows[row][column as usize].0;
        let place = self.world.fetches.take();
        let fetch = &mut self.world.fetches[place];
        fetch.reference = reference;
        fetch.strategy = ReadStrategy::Remodel;
        fetch.chunk = 1;
        fetch.limit = 1;
        fetch.next = 0;
        fetch.embeds = true;
        fetch.tally = super::fetch::Tally::default();
        fetch.keys.clear();
        fetch.keys.push(key);
        self.begin_group(id, Group::Fetch(place));
        Effect::Fetch
    }

    /// The row that a request is about to insert; drawn when it is first needed.
    fn new_row(&mut self, id: RequestId, table: u16) -> u32 {
        let row = self.world.requests[id].new_row;
        if row != NONE {
            return row;
        }
        let row = self.world.new_rows.take();
        let draw = self.world.requests[id].draw(&self.plan, Purpose::NewRow);
        let cells = &mut self.world.new_rows[row];
        cells.clear();
        for reference in &self.plan.tables[table as usize].references {
            let index = *reference as usize;
            let bits = draw.then(Purpose::NewRow, index as u64).bits();
            let key = self.world.pickers[index].pick_by(bits);
            let owner = self.plan.references[index].to as usize;
            cells.push((key, self.world.tables[owner].rows[key as usize].version));
        }
        self.world.requests[id].new_row = row;
        row
    }

    /// Inserts a request's new row.
    pub(super) fn insert_row(&mut self, id: RequestId, table: u16) -> u32 {
        let row = self.new_row(id, table);
        let key =
            self.world.tables[table as usize].insert(self.world.new_rows[row].iter().copied());
        self.drop_new_row(id);
        key
    }

    /// Forgets a request's new row: it is inserted, or will never be.
    pub(super) fn drop_new_row(&mut self, id: RequestId) {
        let row = std::mem::replace(&mut self.world.requests[id].new_row, NONE);
        if row != NONE {
            self.world.new_rows.give_back(row);
        }
    }

    /// Looks one key up for a `lookup` step.
    pub(super) fn look_up(&mut self, id: RequestId, cache: u16) -> Look {
        let index = cache as usize;
        let request = &mut self.world.requests[id];
        if !std::mem::take(&mut request.looks_again) {
            let bits = request.draw(&self.plan, Purpose::Lookup).bits();
            request.key = self.world.lookup_pickers[index].pick_by(bits);
        }
        let key = request.key;
        let plan = &self.plan.caches[index];
        let found = self.world.caches[index][request.instance as usize].get(
            key,
            self.now,
            plan.ttl,
            plan.slides,
        );
        if found.is_none() && plan.single_flight && self.joins_flight(id, cache, key) {
            // It counts when it looks again.
            return Look::Waits;
        }
        let now = self.now;
        let request = &mut self.world.requests[id];
        // What is fetched now is read from now on; what is found is as old as the copy.
        (request.read_at, request.read) = match found {
            Some(copy) => (copy.read_at, ReadFrom::Others),
            None => (now, ReadFrom::Nowhere),
        };
        let plan = &self.plan.caches[index];
        let row = &self.world.tables[plan.of as usize].rows[key as usize];
        let what = What::LookedUp {
            request: self.world.requests[id].serial,
            cache,
            hit: found.is_some(),
            stale: found.is_some_and(|copy| copy.version < row.version),
            age: found.map_or(Span::ZERO, |copy| self.now.since(copy.read_at)),
        };
        self.record(what);
        if found.is_some() {
            Look::Hits
        } else {
            Look::Misses
        }
    }

    /// Keeps what the steps behind a missed look have fetched.
    pub(super) fn fill_looked_up(&mut self, id: RequestId, cache: u16) {
        let plan = &self.plan.caches[cache as usize];
        let request = &self.world.requests[id];
        let row = &self.world.tables[plan.of as usize].rows[request.key as usize];
        // Of the moment it was read: a change since then has been told already, and told in vain.
        let copy = Copied {
            version: row.version_at(request.read_at),
            read_at: request.read_at,
        };
        self.world.caches[cache as usize][request.instance as usize].put(
            request.key,
            copy,
            self.now,
            plan.size,
        );
        if plan.single_flight {
            let key = request.key;
            self.flight_lands(id, cache, key);
        }
    }
}

/// What a look into a cache comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// The key is there.
    Hits,
    /// It is not: this request fetches it.
    Misses,
    /// It is not, and another request is fetching it.
    Waits,
}

fn plan_from(reference: &ReferencePlan) -> usize {
    reference.from as usize
}
