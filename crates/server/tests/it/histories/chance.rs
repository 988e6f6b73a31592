//! Makes up histories.

use super::model::CALLERS;
use super::op::{Key, Kind, Named, Op, Request, Says, Setting, Spoiled, Way, Who};
use crate::crash::dice::Dice;

const CALLS: u64 = 5;
const TRANSACTIONS: u64 = 4;
/// Operations between two steps of the clock.
const OPS_MIN: u64 = 4;
const OPS_MAX: u64 = 12;
/// The clock goes at most so many hours either way: calls go silent and ids are forgotten after 30 days.
const HOURS_MAX: u64 = 200;

const VALUES: [&str; 4] = ["red", "green", "a b&c=d", "é\"\\"];
const STATES: [&str; 3] = ["TX", "OR", "WA"];
const TAGS: [&str; 5] = ["color", "lead_source", "state", "zip_code", "note"];
const REASONS: [&str; 2] = ["sold", "no interest"];
const NO_PAYOUT: [&str; 3] = ["Campaign preconversion", "Condition not met", "Caps exceeded"];

/// Where the clock is set in turn; all histories that share a server share it.
pub fn clock(dice: &mut Dice) -> Vec<i64> {
    let step = |dice: &mut Dice| dice.below(2 * HOURS_MAX + 1) as i64 - HOURS_MAX as i64;
    // Small steps reach the ends of overlaps and short lookbacks, large ones those of days.
    (0..3).map(|_| if dice.one_in(2) { step(dice) % 8 } else { step(dice) }).collect()
}

pub fn history(dice: &mut Dice, clock: &[i64]) -> Vec<Op> {
    let mut ops = vec![];
    for hours in [&[0], clock].concat() {
        if hours != 0 {
            ops.push(Op::Clock(hours));
        }
        for _ in 0..OPS_MIN + dice.below(OPS_MAX - OPS_MIN) {
            let op = op(dice, &ops);
            ops.push(op);
        }
    }
    ops
}

fn pick<T: Copy>(dice: &mut Dice, among: &[T]) -> T {
    among[usize::try_from(dice.below(among.len() as u64)).expect("a place in a list")]
}

fn small(dice: &mut Dice, end: u64) -> u8 {
    u8::try_from(dice.below(end)).expect("a small number")
}

fn op(dice: &mut Dice, before: &[Op]) -> Op {
    match dice.below(40) {
        0..=5 => Op::Start {
            call: small(dice, CALLS),
            caller: small(dice, CALLERS.len() as u64),
            hours_late: if dice.one_in(4) { dice.below(24) as i64 } else { 0 },
            parameter: dice.one_in(3).then(|| (pick(dice, &TAGS), pick(dice, &STATES))),
        },
        6 | 7 => Op::Answer(small(dice, CALLS)),
        8..=10 => Op::End { call: small(dice, CALLS), failed: dice.one_in(4) },
        11..=24 => Op::Send(request(dice)),
        25..=29 => again(dice, before).map_or_else(|| Op::Send(request(dice)), Op::Send),
        30 | 31 => Op::CutShort(request(dice)),
        32 | 33 => Op::Unheard(request(dice)),
        34 | 35 => Op::Twice(request(dice)),
        36 => Op::Rotate { kind: pick(dice, &Kind::ALL), overlap_hours: dice.below(3) as i64 * 3 },
        37 if dice.one_in(4) => Op::Delete(pick(dice, &Kind::ALL)),
        37 => Op::Enable(pick(dice, &Kind::ALL), dice.one_in(2)),
        _ => setting(dice),
    }
}

/// One that was sent before, as it was.
fn again(dice: &mut Dice, before: &[Op]) -> Option<Request> {
    let sent: Vec<&Request> = before
        .iter()
        .filter_map(|op| match op {
            Op::Send(request) | Op::CutShort(request) | Op::Unheard(request) | Op::Twice(request) => {
                Some(request)
            }
            _ => None,
        })
        .filter(|request| request.transaction.is_some())
        .collect();
    (!sent.is_empty()).then(|| pick(dice, &sent).clone())
}

fn setting(dice: &mut Dice) -> Op {
    let update = pick(dice, &[Kind::Revenue, Kind::Tags, Kind::Fields]);
    match dice.below(7) {
        0 => Op::Set(pick(dice, &Kind::ALL), Setting::Strict(dice.one_in(2))),
        1 => Op::Set(update, Setting::PhoneMatch(pick(dice, &["all", "latest", "only"]))),
        2 => Op::Set(Kind::CallData, Setting::Merge(dice.one_in(2))),
        3 => Op::Set(Kind::CallData, Setting::Consume(!dice.one_in(3))),
        4 => Op::Set(Kind::CallData, Setting::LookbackHours(1 + dice.below(48) as i64)),
        5 => Op::Set(update, Setting::LookbackHours(24 + dice.below(145) as i64)),
        // Of a type that is never sent unheard or twice: how many places those take is open.
        _ => Op::Set(Kind::Tags, Setting::Limit(1 + u32::from(small(dice, 6)))),
    }
}

fn request(dice: &mut Dice) -> Request {
    let kind = pick(dice, &Kind::ALL);
    let way = if dice.one_in(3) { pick(dice, &[Way::Form, Way::Get]) } else { Way::Json };
    let spoiled = dice.one_in(10).then(|| spoiled(dice, kind, way)).flatten();
    Request {
        kind,
        key: if dice.one_in(8) {
            pick(dice, &[Key::Former, Key::Former, Key::OtherType, Key::Missing])
        } else {
            Key::Newest
        },
        way,
        who: who(dice, kind, way),
        says: says(dice, kind),
        transaction: dice.one_in(2).then(|| small(dice, TRANSACTIONS)),
        spoiled,
    }
}

fn spoiled(dice: &mut Dice, kind: Kind, way: Way) -> Option<Spoiled> {
    let fits = |spoiled: &Spoiled| match spoiled {
        Spoiled::NamesNoCall => true,
        Spoiled::SaysNothing => kind != Kind::CallData,
        Spoiled::Negative => kind == Kind::Revenue,
        Spoiled::TooManyCalls => kind != Kind::CallData && way == Way::Json,
        Spoiled::NotJson => way == Way::Json,
    };
    let all = [
        Spoiled::NamesNoCall,
        Spoiled::SaysNothing,
        Spoiled::Negative,
        Spoiled::TooManyCalls,
        Spoiled::NotJson,
    ];
    let fitting: Vec<Spoiled> = all.into_iter().filter(fits).collect();
    Some(pick(dice, &fitting))
}

fn who(dice: &mut Dice, kind: Kind, way: Way) -> Who {
    if kind == Kind::CallData || dice.one_in(4) {
        return Who::Caller(small(dice, CALLERS.len() as u64));
    }
    if way == Way::Json && dice.one_in(3) {
        return Who::Batch((0..=dice.below(5)).map(|_| named(dice)).collect());
    }
    Who::One(named(dice))
}

fn named(dice: &mut Dice) -> Named {
    match dice.below(12) {
        0 => Named::Nobody,
        1 => Named::Foreign,
        _ => Named::Call(small(dice, CALLS)),
    }
}

fn says(dice: &mut Dice, kind: Kind) -> Says {
    let mut says = Says::default();
    match kind {
        Kind::CallData => {
            for name in ["lead_source", "ad_campaign", "note", "caller_state", "zip"] {
                if dice.one_in(2) {
                    says.data.push((name, value(dice, name)));
                }
            }
        }
        Kind::Revenue => says.revenue = Some(amount(dice)),
        Kind::Tags => tags(dice, &mut says),
        Kind::Fields => {
            fields(dice, &mut says);
            if dice.one_in(2) {
                tags(dice, &mut says);
            }
        }
    }
    says
}

/// Few, so that the same is said again.
fn amount(dice: &mut Dice) -> u32 {
    pick(dice, &[0, 1, 150, 2_500, 1_999_999])
}

fn value(dice: &mut Dice, name: &str) -> &'static str {
    match name {
        "state" | "caller_state" => pick(dice, &STATES),
        "zip" | "zip_code" => pick(dice, &["90210", "02134"]),
        _ => pick(dice, &VALUES),
    }
}

/// At least one.
fn tags(dice: &mut Dice, says: &mut Says) {
    for name in TAGS {
        match dice.below(6) {
            0 => says.remove.push(name),
            1 | 2 => says.add.push((name, value(dice, name))),
            3 if dice.one_in(3) => {
                says.remove.push(name);
                says.add.push((name, value(dice, name)));
            }
            _ => {}
        }
    }
    if says.remove.is_empty() && says.add.is_empty() {
        says.add.push(("color", "red"));
    }
}

/// At least one, and none that contradicts another.
fn fields(dice: &mut Dice, says: &mut Says) {
    match dice.below(5) {
        0 => says.converted = Some(dice.one_in(2)),
        1 => says.converted_at = Some(dice.one_in(2).then(|| dice.below(5) as i64 - 100)),
        _ => {}
    }
    if dice.one_in(3) {
        says.revenue = Some(amount(dice));
    }
    if dice.one_in(3) {
        says.payout = Some(amount(dice));
    }
    if dice.one_in(3) {
        says.no_payout = Some((!dice.one_in(3)).then(|| pick(dice, &NO_PAYOUT)));
    }
    if dice.one_in(3) || *says == Says::default() {
        says.reason = Some((!dice.one_in(3)).then(|| pick(dice, &REASONS)));
    }
}
