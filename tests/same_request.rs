//! A retry repeats the same request at every layer, and what else belongs to one thing alone: an instance's faults, the
//! chunks of a batch, the cache of a writer that is one of the nodes.

mod support;

use serde_json::{Value, json};
use sim::trace::{Outcome, Record, What};
use std::collections::BTreeMap;
use support::recorded;

fn run(document: &Value, seconds: u64) -> Vec<Record> {
    recorded(document, seconds as f64).1
}

/// Lists of ten rows whose references are called for, and half of whose attempts fail afterwards.
fn lists(retry: &Value) -> Value {
    json!({
        "version": 1, "name": "lists", "network": {"latency": "1ms"},
        "services": {"front": {"threads": 100}, "reader": {"threads": 100}, "owner": {"threads": 100}},
        "stores": {
            "rdb": {"service": "reader", "tables": {"list": {"rows": 5000}}},
            "odb": {"service": "owner", "tables": {"row": {"rows": 1000}, "other": {"rows": 1000}}}
        },
        "references": {"a": {"from": "rdb.list", "to": "odb.row", "lookup": "owner.find", "strategy": "batch"}},
        "operations": {
            "front.show": {"steps": [{"call": {"operation": "reader.show", "retry": retry}}]},
            "reader.show": {"steps": [{"query": {"store": "rdb", "table": "list", "rows": 10}},
                {"resolve": {"references": ["a"]}},
                {"choose": {"ways": [{"weight": 1, "steps": [{"write": {"store": "rdb"}}]},
                                     {"weight": 1, "steps": [{"work": "1ms"}]}]}},
                {"call": {"operation": "owner.change"}}]},
            "owner.find": {"steps": [{"query": {"store": "odb", "rows": "keys"}}]},
            "owner.change": {"steps": [{"write": {"store": "odb", "table": "other"}}]}
        },
        "clients": {"people": {"operation": "front.show", "load": {"constant": {"rate": 10}}}},
        "faults": [{"at": "0s", "what": {"loss": {"link": "reader -> owner", "answer": 0.3}}}]
    })
}

/// By logical call: the rows that its attempts have changed. (The owner's answers are lost, so most calls are tried again,
/// and what was done is done again.)
#[test]
fn a_calls_retry_changes_the_same_row_and_reads_the_same_page() {
    let records = run(&lists(&json!({"attempts": 4})), 300);
    let mut call_of: BTreeMap<u64, u64> = BTreeMap::new();
    let mut show: BTreeMap<u64, u64> = BTreeMap::new();
    let mut rows: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    let mut values: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    for record in &records {
        match record.what {
            What::Called {
                request, parent, ..
            } => {
                show.insert(request, *call_of.get(&parent).unwrap_or(&parent));
            }
            What::Retried { request, of, .. } => drop(call_of.insert(request, of)),
            // (Operations are in the order of their names.) The change was committed just before its request ended.
            What::Finished {
                request,
                operation: 1,
                ..
            } => {
                if let Some(key) = changed(&records, record) {
                    rows.entry(show[&request]).or_default().push(key);
                }
            }
            What::Resolved {
                request,
                values: many,
                ..
            } => {
                let call = call_of.get(&request).copied().unwrap_or(request);
                values.entry(call).or_default().push(many);
            }
            _ => {}
        }
    }
    let again: Vec<_> = rows.values().filter(|keys| keys.len() > 1).collect();
    assert!(again.len() > 100, "{}", again.len());
    assert!(
        again
            .iter()
            .all(|keys| keys.iter().all(|key| *key == keys[0]))
    );
    // The distinct keys of a page: the same page has the same number of them.
    let pages: Vec<_> = values.values().filter(|counts| counts.len() > 1).collect();
    assert!(pages.len() > 100, "{}", pages.len());
    assert!(
        pages
            .iter()
            .all(|counts| counts.iter().all(|it| *it == counts[0]))
    );
    // And different requests are different.
    let mut all: Vec<u32> = rows.values().map(|keys| keys[0]).collect();
    all.sort_unstable();
    all.dedup();
    assert!(all.len() > 700, "{} of 1000", all.len());
}

/// The row that was changed at the moment of a record, if exactly one was.
fn changed(records: &[Record], end: &Record) -> Option<u32> {
    let from = records.partition_point(|record| record.at < end.at);
    let mut keys = records[from..]
        .iter()
        .take_while(|record| record.at == end.at)
        .filter_map(|record| match record.what {
            What::Changed { key, .. } => Some(key),
            _ => None,
        });
    keys.next().filter(|_| keys.next().is_none())
}

#[test]
fn a_no_of_the_business_is_the_same_when_it_is_asked_again() {
    let document = json!({
        "version": 1, "name": "no", "network": {"latency": "1ms"},
        "services": {"shop": {"threads": 100}, "bank": {"threads": 100}},
        "stores": {"db": {"service": "bank", "tables": {"payments": {"states": ["paid"]}}}},
        "operations": {
            "shop.buy": {"steps": [{"call": {"operation": "bank.pay", "timeout": "50ms", "retry": {"attempts": 5}}}]},
            "bank.pay": {"steps": [{"decline": {"share": 0.5}}, {"insert": {"store": "db", "table": "payments",
                "on_duplicate": "ignore"}}]}
        },
        "clients": {"people": {"operation": "shop.buy", "key": "new", "load": {"constant": {"rate": 10}}}},
        "faults": [{"at": "0s", "what": {"loss": {"link": "shop -> bank", "answer": 0.5}}}]
    });
    let mut ends: BTreeMap<u32, Vec<Outcome>> = BTreeMap::new();
    let mut keys: BTreeMap<u64, u32> = BTreeMap::new();
    for record in run(&document, 200) {
        match record.what {
            What::Keyed { request, key } => drop(keys.insert(request, key)),
            What::Finished {
                request,
                service: 0,
                outcome,
                ..
            } => {
                ends.entry(keys[&request]).or_default().push(outcome);
            }
            _ => {}
        }
    }
    let again: Vec<_> = ends.values().filter(|ends| ends.len() > 1).collect();
    assert!(again.len() > 400, "{}", again.len());
    assert!(
        again
            .iter()
            .all(|ends| ends.iter().all(|it| *it == ends[0]))
    );
    let declined = ends
        .values()
        .filter(|ends| ends[0] == Outcome::Declined)
        .count() as f64;
    assert!((declined / ends.len() as f64 - 0.5).abs() < 0.06);
}

/// Of two ways an attempt goes the one that the attempts before it have gone.
#[test]
fn a_calls_retry_chooses_the_same_way() {
    let document = json!({
        "version": 1, "name": "ways", "network": {"latency": "1ms"},
        "services": {"front": {"threads": 100}, "left": {}, "mid": {"threads": 100}, "right": {}},
        "operations": {
            "front.show": {"steps": [{"call": {"operation": "mid.go", "timeout": "50ms", "retry": {"attempts": 4}}}]},
            "mid.go": {"steps": [{"choose": {"ways": [
                {"weight": 1, "steps": [{"call": {"operation": "left.do"}}]},
                {"weight": 1, "steps": [{"call": {"operation": "right.do"}}]}
            ]}}]},
            "left.do": {"steps": []},
            "right.do": {"steps": []}
        },
        "clients": {"people": {"operation": "front.show", "load": {"constant": {"rate": 10}}}},
        "faults": [{"at": "0s", "what": {"loss": {"link": "front -> mid", "answer": 0.5}}}]
    });
    let (mut first, mut parents): (BTreeMap<u64, u64>, BTreeMap<u64, u64>) = Default::default();
    let mut ways: BTreeMap<u64, Vec<u16>> = BTreeMap::new();
    for record in run(&document, 100) {
        match record.what {
            What::Retried { request, of, .. } => drop(first.insert(request, of)),
            What::Called {
                request, parent, ..
            } => drop(parents.insert(request, parent)),
            // (Services are in the order of their names: left and right.)
            What::Finished {
                request,
                service: way @ (1 | 3),
                ..
            } => {
                let attempt = parents[&request];
                let call = *first.get(&attempt).unwrap_or(&attempt);
                ways.entry(call).or_default().push(way);
            }
            _ => {}
        }
    }
    let again: Vec<_> = ways.values().filter(|ways| ways.len() > 1).collect();
    assert!(again.len() > 200, "{}", again.len());
    let same = |ways: &&Vec<u16>| ways.iter().all(|way| *way == ways[0]);
    assert!(again.iter().all(same));
    for way in [1, 3] {
        assert!(again.iter().any(|ways| ways[0] == way), "nobody goes {way}");
    }
}

#[test]
fn errors_and_slowness_of_one_instance_are_its_own() {
    let document = json!({
        "version": 1, "name": "one", "network": {"latency": "1ms"},
        "services": {"s": {"instances": 3, "threads": 10}},
        "operations": {"s.do": {"steps": [{"work": "10ms"}]}},
        "clients": {"c": {"operation": "s.do", "load": {"constant": {"rate": 30}}}},
        "faults": [
            {"at": "0s", "what": {"errors": {"service": "s", "instance": 1, "rate": 1}}},
            {"at": "0s", "what": {"slow": {"service": "s", "instance": 2, "factor": 5}}}
        ]
    });
    let mut seen = [0; 3];
    for record in run(&document, 30) {
        if let What::Finished {
            instance,
            outcome,
            held,
            ..
        } = record.what
        {
            assert_eq!(outcome, Outcome::Ok);
            let expected = [10_000_000, 0, 50_000_000][instance as usize];
            assert_eq!(held.0, expected, "instance {instance}");
            seen[instance as usize] += 1;
        }
    }
    assert!(seen[0] > 200 && seen[1] == 0 && seen[2] > 200, "{seen:?}");
}

#[test]
fn the_chunks_of_a_batch_go_one_after_the_other_or_at_once() {
    for (parallel, chunks) in [(1, 5.0), (5, 1.0), (2, 3.0)] {
        let mut document = lists(&json!({"attempts": 1}));
        document["faults"] = json!([]);
        document["stores"]["rdb"]["tables"]["list"] = json!({"rows": 10});
        document["references"]["a"]["batch_size"] = json!(2);
        document["references"]["a"]["popularity"] = json!("uniform");
        document["references"]["a"]["batch_parallel"] = json!(parallel);
        document["stores"]["odb"]["connections"] = json!(100);
        document["stores"]["odb"]["query_time"] = json!("100ms");
        document["stores"]["odb"]["row_time"] = json!("0s");
        document["operations"]["reader.show"] = json!({"steps": [
            {"query": {"store": "rdb", "table": "list", "rows": 10}}, {"resolve": {"references": ["a"]}}]});
        document["clients"]["people"]["load"] = json!({"constant": {"rate": 1}});
        let records = run(&document, 20);
        let queried = records.iter().rev().find_map(|record| match record.what {
            What::Resolved { request, calls, .. } => Some((record.at, request, calls)),
            _ => None,
        });
        let (at, request, calls) = queried.expect("a list was shown");
        let began = records.iter().find_map(|record| match record.what {
            What::Called { parent, .. } if parent == request => Some(record.at),
            _ => None,
        });
        let took = at.since(began.expect("it was called for")).0 as f64 / 102e6;
        assert_eq!((took.round(), calls), (chunks, 5), "{parallel} at once");
    }
}

#[test]
fn a_writer_that_is_one_of_the_nodes_drops_its_own_entry_at_once() {
    let document = json!({
        "version": 1, "name": "nodes", "network": {"latency": "50ms"},
        "services": {"api": {"instances": 2, "threads": 10}},
        "stores": {"db": {"service": "api", "query_time": "0s", "write_time": "0s", "tables": {"item": {"rows": 1}}}},
        "caches": {"items": {"service": "api", "of": "db.item", "ttl": "1h", "sync": "broadcast"}},
        "operations": {
            "api.get": {"steps": [{"lookup": {"cache": "items", "miss": [{"query": {"store": "db", "table": "item"}}]}}]},
            "api.set": {"steps": [{"write": {"store": "db", "table": "item"}}]}
        },
        "clients": {
            "readers": {"operation": "api.get", "load": {"constant": {"rate": 50}}},
            "writer": {"operation": "api.set", "load": {"constant": {"rate": 1}}}
        }
    });
    let records = run(&document, 20);
    let lags: Vec<u64> = records
        .iter()
        .filter_map(|record| match record.what {
            What::EventApplied { lag, .. } => Some(lag.0 / 1_000_000),
            _ => None,
        })
        .collect();
    assert_eq!(
        lags.iter().filter(|lag| **lag == 0).count(),
        lags.iter().filter(|lag| **lag == 50).count()
    );
    assert!(lags.len() >= 36, "{lags:?}");
}
