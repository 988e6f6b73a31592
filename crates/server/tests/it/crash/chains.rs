//! Each call's timeline is one chain from its record's newest entry, in which each change begins where the one before it
//! ended, and the record has the amount that the last one left.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::heard::Fault;
use crate::world::TestWorld;

struct Entry {
    previous: i64,
    changes: Vec<Value>,
}

pub async fn faults(world: &TestWorld) -> Vec<Fault> {
    let entries = world
        .texts("SELECT CAST(seq AS TEXT) || ' ' || CAST(previous AS TEXT) || ' ' || changes FROM timeline")
        .await;
    let entries: HashMap<i64, Entry> = entries.iter().map(|text| entry(text)).collect();
    let calls = world
        .texts("SELECT CAST(last_seq AS TEXT) || ' ' || COALESCE(CAST(revenue AS TEXT), '-') FROM calls")
        .await;
    let (mut faults, mut walked) = (vec![], 0);
    for call in &calls {
        let (newest, revenue) = call.split_once(' ').expect("two columns");
        let chain = walk(&entries, newest.parse().expect("a number"));
        walked += chain.len();
        faults.extend(gaps(&chain, revenue));
    }
    if walked != entries.len() {
        faults.push(Fault::Chain(format!("{} entries, of which {walked} are in chains", entries.len())));
    }
    faults
}

fn entry(text: &str) -> (i64, Entry) {
    let mut columns = text.splitn(3, ' ');
    let mut number = || columns.next().and_then(|text| text.parse().ok()).expect("a number");
    let (seq, previous) = (number(), number());
    let changes = serde_json::from_str(columns.next().expect("changes")).expect("changes are a list");
    (seq, Entry { previous, changes })
}

/// Oldest first.
fn walk(entries: &HashMap<i64, Entry>, newest: i64) -> Vec<&Entry> {
    let mut chain: Vec<&Entry> =
        std::iter::successors(entries.get(&newest), |entry| entries.get(&entry.previous)).collect();
    chain.reverse();
    chain
}

fn gaps(chain: &[&Entry], revenue: &str) -> Vec<Fault> {
    let (mut faults, mut stands) = (vec![], BTreeMap::<&str, &Value>::new());
    for change in chain.iter().flat_map(|entry| &entry.changes) {
        let field = change["field"].as_str().expect("a change names its field");
        if stands.insert(field, &change["to"]).is_some_and(|before| *before != change["from"]) {
            faults.push(Fault::Chain(format!("{change} begins elsewhere")));
        }
    }
    let last = stands.get("revenue_paid_out").and_then(|last| last.as_str());
    if last.map_or_else(|| "-".to_owned(), |dollars| micros(dollars).to_string()) != revenue {
        faults.push(Fault::Chain(format!("a call's revenue is {revenue} and its timeline says {last:?}")));
    }
    faults
}

fn micros(dollars: &str) -> i64 {
    let (whole, part) = dollars.split_once('.').unwrap_or((dollars, ""));
    format!("{whole}{part:0<6}").parse().expect("an amount")
}
