//! An outbox and a consumer that does not look whether it has done the work already: what delivery "at least once" does
//! when a consumer dies before it acknowledges.
//!
//! ```text
//! cargo run --release -p run --example naive_consumer
//! ```

use kernel::time::{Span, Time};
use run::Run;
use scenario::Scenario;
use serde_json::{Value, json};
use sim::Progress;

/// Orders are stored with their messages in one transaction (outbox); a consumer sends a text for each.
fn document(consume: &str) -> Value {
    json!({
        "version": 1, "name": "texts", "seed": 3, "network": { "latency": "1ms" },
        "services": { "order": {}, "sms": {} },
        "stores": {
            "order_db": { "service": "order", "tables": { "orders": { "states": ["accepted"] } } },
            "sms_db": { "service": "sms", "tables": { "texts": { "states": ["sent"] } } }
        },
        "operations": {
            "order.place": { "steps": [{ "transaction": { "store": "order_db", "steps": [
                { "insert": { "store": "order_db", "table": "orders" } },
                { "publish": { "topic": "accepted", "of": "order_db.orders" } }
            ] } }] },
            "sms.send": { "steps": [{ "insert": { "store": "sms_db", "table": "texts", "on_duplicate": "add" } }] }
        },
        "topics": { "accepted": {
            "publish": { "by": "outbox", "interval": "100ms" },
            "subscriptions": { "sms": { "operation": "sms.send", "consume": consume } }
        } },
        "ledger": {
            "client": "buyer", "record": "order_db.orders", "accepted": ["accepted"],
            "rules": { "one_text": { "table": "sms_db.texts" } }
        },
        "clients": { "buyer": { "operation": "order.place", "key": "new", "load": { "poisson": { "rate": 20 } } } },
        // One consumer in twenty dies when it has done its work and has not yet said so.
        "faults": [{ "at": "0s", "what": { "dies": { "operation": "sms.send", "point": "before_answer", "share": 0.05 } } }]
    })
}

fn scenario(consume: &str) -> Result<Scenario, String> {
    scenario::read(&document(consume).to_string())
        .map_err(|problems| problems.iter().map(|it| format!("{it}\n")).collect())
}

fn main() -> Result<(), String> {
    for consume in ["naive", "inbox"] {
        let mut run = Run::new(scenario(consume)?, 0);
        let end = Time::ZERO + Span::from_secs_f64(60.0);
        while run.run_until(end, 1_000_000) == Progress::Busy {}
        let numbers = run.numbers();
        let delivered = numbers.writing.subscriptions[0].delivered;
        println!(
            "{consume:5}  {} orders, {delivered} deliveries, {} orders that disagree",
            numbers.clients[0].ok,
            run.sim().ledger().counts().disagree
        );
    }
    Ok(())
}
