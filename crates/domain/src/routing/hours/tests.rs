use proptest::prelude::*;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::*;
use crate::document::Document;

fn read(json: &Value) -> Result<Hours, String> {
    let raw = RawValue::from_string(json.to_string()).unwrap();
    Hours::read(&Document::new(&raw, "hours")).map_err(|problem| problem.to_string())
}

fn daily(zone: &str, from: &str, to: &str) -> Hours {
    let day = json!([{"from": from, "to": to}]);
    let week: Value = WEEKDAYS.iter().map(|name| ((*name).to_owned(), day.clone())).collect();
    read(&json!({"time_zone": zone, "week": week})).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Open and closed at each of these moments.
fn check(hours: &Hours, expected: &[(&str, bool)]) {
    for (moment, open) in expected {
        assert_eq!(hours.is_open(at(moment)), *open, "{moment}");
        assert_eq!(hours.next_open(at(moment)) == Some(at(moment)), *open, "{moment}");
    }
}

#[test]
fn a_business_week_in_new_york() {
    let hours = read(&json!({
        "time_zone": "America/New_York",
        "week": {"monday": [{"from": "09:00", "to": "12:00"}, {"from": "13:00", "to": "17:30"}]},
        "exceptions": [
            {"date": "2026-01-12", "closed": true, "name": "Founder's day"},
            {"date": "2026-01-13", "intervals": [{"from": "10:00", "to": "24:00"}]},
        ],
    }))
    .unwrap();
    check(
        &hours,
        &[
            ("2026-01-05T08:59:59-05:00", false),
            ("2026-01-05T09:00:00-05:00", true),
            ("2026-01-05T12:00:00-05:00", false),
            ("2026-01-05T17:29:59.999999-05:00", true),
            ("2026-01-05T17:30:00-05:00", false),
            ("2026-01-06T10:00:00-05:00", false),
            ("2026-01-12T10:00:00-05:00", false),
            ("2026-01-13T10:00:00-05:00", true),
            ("2026-01-13T23:59:59-05:00", true),
            ("2026-01-14T00:00:00-05:00", false),
        ],
    );
    for (from, open) in [
        ("2026-01-05T12:00:00-05:00", "2026-01-05T13:00:00-05:00"),
        ("2026-01-05T17:30:00-05:00", "2026-01-13T10:00:00-05:00"),
        ("2026-01-14T00:00:00-05:00", "2026-01-19T09:00:00-05:00"),
    ] {
        assert_eq!(hours.next_open(at(from)), Some(at(open)), "{from}");
    }
}

#[test]
fn an_interval_may_cross_midnight_and_belongs_to_the_day_on_which_it_begins() {
    let hours = read(&json!({
        "time_zone": "UTC",
        "week": {"friday": [{"from": "22:00", "to": "06:00"}]},
        "exceptions": [{"date": "2026-01-10", "closed": true}, {"date": "2026-01-16", "closed": true}],
    }))
    .unwrap();
    check(
        &hours,
        &[
            ("2026-01-09T05:00:00Z", false),
            ("2026-01-09T22:00:00Z", true),
            ("2026-01-10T05:59:59Z", true),
            ("2026-01-10T06:00:00Z", false),
            ("2026-01-16T23:00:00Z", false),
            ("2026-01-17T05:00:00Z", false),
            ("2026-01-23T23:00:00Z", true),
        ],
    );
    assert_eq!(hours.next_open(at("2026-01-10T06:00:00Z")), Some(at("2026-01-23T22:00:00Z")));
}

#[test]
fn clocks_that_jump_ahead_open_and_close_at_the_jump() {
    // In New York 2026-03-08T02:00 to 03:00 does not exist.
    check(
        &daily("America/New_York", "02:30", "09:00"),
        &[("2026-03-08T06:59:59Z", false), ("2026-03-08T07:00:00Z", true), ("2026-03-08T13:00:00Z", false)],
    );
    check(
        &daily("America/New_York", "00:00", "02:30"),
        &[("2026-03-08T05:00:00Z", true), ("2026-03-08T06:59:59Z", true), ("2026-03-08T07:00:00Z", false)],
    );
    // Nothing of it is left on that day.
    let skipped = daily("America/New_York", "02:00", "03:00");
    check(&skipped, &[("2026-03-08T06:59:59Z", false), ("2026-03-08T07:00:00Z", false)]);
    assert_eq!(skipped.next_open(at("2026-03-07T08:00:00Z")), Some(at("2026-03-09T06:00:00Z")));
}

#[test]
fn clocks_that_go_back_do_not_reopen_what_closed() {
    // In New York 2026-11-01T01:00 to 02:00 passes twice: from 05:00 and from 06:00 UTC.
    check(
        &daily("America/New_York", "00:00", "01:30"),
        &[("2026-11-01T05:29:59Z", true), ("2026-11-01T05:30:00Z", false), ("2026-11-01T06:10:00Z", false)],
    );
    check(
        &daily("America/New_York", "01:30", "09:00"),
        &[("2026-11-01T05:29:59Z", false), ("2026-11-01T05:30:00Z", true), ("2026-11-01T06:10:00Z", true)],
    );
    check(
        &daily("America/New_York", "00:00", "24:00"),
        &[("2026-11-01T04:00:00Z", true), ("2026-11-01T06:30:00Z", true), ("2026-11-02T04:59:59Z", true)],
    );
}

#[test]
fn zones_of_half_hours_and_half_hour_jumps() {
    check(
        &daily("Asia/Kolkata", "09:00", "17:30"),
        &[("2026-01-05T03:29:59Z", false), ("2026-01-05T03:30:00Z", true), ("2026-01-05T12:00:00Z", false)],
    );
    // On Lord Howe 2026-10-04T02:00 is 02:30, and 2026-04-05T01:30 to 02:00 passes twice.
    check(
        &daily("Australia/Lord_Howe", "02:15", "09:00"),
        &[("2026-10-03T15:29:59Z", false), ("2026-10-03T15:30:00Z", true)],
    );
    check(
        &daily("Australia/Lord_Howe", "00:00", "01:45"),
        &[("2026-04-04T14:44:59Z", true), ("2026-04-04T14:45:00Z", false), ("2026-04-04T15:05:00Z", false)],
    );
}

#[test]
fn what_never_opens_again_has_no_next_opening() {
    let once = json!({"time_zone": "UTC", "week": {},
        "exceptions": [{"date": "2026-01-05", "intervals": [{"from": "10:00", "to": "11:00"}]}]});
    let hours = read(&once).unwrap();
    assert_eq!(hours.next_open(at("2026-01-01T00:00:00Z")), Some(at("2026-01-05T10:00:00Z")));
    assert_eq!(hours.next_open(at("2026-01-05T11:00:00Z")), None);
}

#[test]
fn problems_name_their_place() {
    let day =
        |from: &str, to: &str| json!({"time_zone": "UTC", "week": {"sunday": [{"from": from, "to": to}]}});
    let dated = |exceptions: Value| json!({"time_zone": "UTC", "week": {}, "exceptions": exceptions});
    for (json, problem) in [
        (json!({"week": {}}), "hours.time_zone is missing: an IANA name such as America/New_York"),
        (
            json!({"time_zone": "EST!", "week": {}}),
            "hours.time_zone is wrong: not a time zone: expected an IANA name such as America/New_York or UTC",
        ),
        (
            json!({"time_zone": "UTC", "week": {}}),
            "hours never opens; add an interval, or disable the target",
        ),
        (day("9:00", "10:00"), "hours.week.sunday[0].from must be a time of the day such as 09:00"),
        (day("24:00", "10:00"), "hours.week.sunday[0].from must be a time of the day such as 09:00"),
        (day("09:00", "24:01"), "hours.week.sunday[0].to must be a time of the day such as 09:00, or 24:00"),
        (
            day("09:00", "09:00"),
            "hours.week.sunday[0].to is when it opens; for a whole day write 00:00 to 24:00",
        ),
        (
            dated(json!([{"date": "2026-02-30", "closed": true}])),
            "hours.exceptions[0].date must be a date such as 2026-12-25",
        ),
        (
            dated(json!([{"date": "2026-02-03"}])),
            "hours.exceptions[0] needs either \"closed\": true or at least one interval",
        ),
        (
            dated(json!([{"date": "2026-02-03", "closed": true}, {"date": "2026-02-03", "closed": true}])),
            "hours.exceptions[1].date is there twice; join the two",
        ),
    ] {
        assert_eq!(read(&json).map(|_| ()), Err(problem.to_owned()), "{json}");
    }
}

/// A week and exceptions around the jumps of 2026 in the zones below.
fn hours() -> impl Strategy<Value = Hours> {
    let zones = vec!["UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Cairo"];
    let clock = || (0..24, prop::sample::select(vec![0, 15, 30])).prop_map(|(h, m)| format!("{h:02}:{m:02}"));
    let interval = (clock(), prop_oneof![clock(), Just("24:00".to_owned())])
        .prop_filter("not empty", |(from, to)| from != to)
        .prop_map(|(from, to)| json!({"from": from, "to": to}));
    let day = prop::collection::vec(interval, 0..3);
    let week = prop::collection::vec(day.clone(), 7);
    let dates = prop::sample::subsequence(vec!["2026-03-08", "2026-04-05", "2026-10-04", "2026-11-01"], 0..4);
    let exceptions = (dates, day).prop_map(|(dates, day)| {
        let dated = |date| {
            if day.is_empty() {
                json!({"date": date, "closed": true})
            } else {
                json!({"date": date, "intervals": day})
            }
        };
        dates.into_iter().map(dated).collect::<Value>()
    });
    (prop::sample::select(zones), week, exceptions).prop_filter_map("opens", |(zone, week, exceptions)| {
        let week: Value =
            WEEKDAYS.iter().zip(week).map(|(name, day)| ((*name).to_owned(), Value::Array(day))).collect();
        read(&json!({"time_zone": zone, "week": week, "exceptions": exceptions})).ok()
    })
}

proptest! {
    #[test]
    fn the_next_opening_is_the_first_open_moment(
        hours in hours(),
        minute in 0_i64..365 * 96,
    ) {
        let from = at("2026-01-01T00:00:00Z").plus_seconds(minute * 900);
        let steps = || (0..4 * 24 * 8).map(|quarter| from.plus_seconds(quarter * 900));
        match hours.next_open(from) {
            Some(open) => {
                prop_assert!(hours.is_open(open));
                prop_assert!(steps().take_while(|at| *at < open).all(|at| !hours.is_open(at)));
            }
            None => prop_assert!(steps().all(|at| !hours.is_open(at))),
        }
    }

    #[test]
    fn it_is_written_as_it_is_read(hours in hours()) {
        prop_assert_eq!(read(&serde_json::to_value(&hours).unwrap()), Ok(hours));
    }
}
