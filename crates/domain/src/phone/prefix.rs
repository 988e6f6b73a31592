//! What the first digits of a number tell.

use std::cmp::Ordering;

use super::Country;

/// Lines of `prefix \t country \t state \t time zone`, sorted by byte; made by `scripts/prefix_table.py`.
/// It is searched as it lies in the binary, so it costs no start-up time and no memory of its own.
static TABLE: &str = include_str!("prefixes.tsv");

/// The longest prefix in the table, in digits.
const PREFIX_DIGITS_MAX: usize = 9;

/// What a number's prefix tells of its owner; `None` is "the prefix does not tell".
///
/// Source: libphonenumber's geocoding and time zone data (see `NOTICE`). People keep their number when they
/// move, so these are hints with the lowest rank among a call's tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PrefixFacts {
    /// Where small countries share a calling code with a large one, the large one unless the prefix tells.
    pub country: Option<Country>,
    /// Two letters, of a US state or territory (`CA`, `DC`, `PR`) or a Canadian province (`ON`).
    pub state: Option<&'static str>,
    /// IANA name (`America/Los_Angeles`). `None` where the prefix lies in several zones; zones that always
    /// show the same time, such as London's and Jersey's, count as one.
    pub time_zone: Option<&'static str>,
}

/// Facts of the longest known prefix of an E.164 number; none for anything else, nor for toll-free and other
/// numbers that belong to no place.
pub fn prefix_facts(e164: &str) -> PrefixFacts {
    let Some(digits) =
        e164.strip_prefix('+').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
    else {
        return PrefixFacts::default();
    };
    let mut known = &digits[..digits.len().min(PREFIX_DIGITS_MAX)];
    while !known.is_empty() {
        // Every prefix of `known` sorts before it, and the line nearest before it shares the longest one.
        let line = last_line_up_to(known);
        let prefix = line.split('\t').next().unwrap_or_default();
        if known.starts_with(prefix) {
            return facts(line);
        }
        let shared = prefix.bytes().zip(known.bytes()).take_while(|(left, right)| left == right).count();
        known = &known[..shared];
    }
    PrefixFacts::default()
}

/// The last line whose prefix sorts before `digits` or equals it; there is one, for comments sort first.
fn last_line_up_to(digits: &str) -> &'static str {
    let line_at = |start: usize| TABLE[start..].split('\n').next().unwrap_or_default();
    let mut found = "";
    let (mut low, mut high) = (0, TABLE.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = TABLE[low..middle].rfind('\n').map_or(low, |newline| low + newline + 1);
        let line = line_at(start);
        match line.split('\t').next().unwrap_or_default().cmp(digits) {
            Ordering::Equal => return line,
            Ordering::Less => (found, low) = (line, start + line.len() + 1),
            Ordering::Greater => high = start,
        }
    }
    found
}

fn facts(line: &'static str) -> PrefixFacts {
    let mut fields = line.split('\t').skip(1).map(|field| Some(field).filter(|field| !field.is_empty()));
    let mut next = || fields.next().flatten();
    PrefixFacts { country: next().and_then(Country::known), state: next(), time_zone: next() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(e164: &str) -> (String, Option<&str>, Option<&str>) {
        let facts = prefix_facts(e164);
        (facts.country.map(|country| country.to_string()).unwrap_or_default(), facts.state, facts.time_zone)
    }

    #[test]
    fn known_prefixes_tell_their_place() {
        for (e164, country, state, time_zone) in [
            ("+13105559876", "US", Some("CA"), Some("America/Los_Angeles")),
            ("+12125550100", "US", Some("NY"), Some("America/New_York")),
            ("+16155550100", "US", Some("TN"), Some("America/Chicago")),
            ("+12025550100", "US", Some("DC"), Some("America/New_York")),
            ("+14165550100", "CA", Some("ON"), Some("America/Toronto")),
            ("+17875550100", "PR", Some("PR"), Some("America/Puerto_Rico")),
            ("+18765550100", "JM", None, Some("America/Jamaica")),
            ("+442071838750", "GB", None, Some("Europe/London")),
            ("+447700900123", "GB", None, Some("Europe/London")),
            ("+441481960194", "GG", None, Some("Europe/Guernsey")),
            ("+77012345678", "KZ", None, None),
            ("+4915112345678", "DE", None, Some("Europe/Berlin")),
        ] {
            assert_eq!(told(e164), (country.to_owned(), state, time_zone), "{e164}");
        }
    }

    #[test]
    fn a_prefix_in_two_zones_tells_the_state_only() {
        assert_eq!(told("+12083005550"), ("US".to_owned(), Some("ID"), None));
        assert_eq!(told("+12082265550"), ("US".to_owned(), Some("ID"), Some("America/Denver")));
    }

    #[test]
    fn numbers_of_no_place_tell_nothing() {
        for e164 in [
            "+18005550100",
            "+18335550100",
            "+19005550100",
            "+80012345678",
            "+999",
            "+",
            "",
            "13105559876",
            "+1310x",
            "+é",
        ] {
            assert_eq!(prefix_facts(e164), PrefixFacts::default(), "{e164:?}");
        }
    }

    #[test]
    fn the_search_finds_what_reading_every_line_finds() {
        let mut step = 1_u64;
        for _ in 0..300 {
            step = step.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            for head in ["", "1", "1208", "1867", "44", "7"] {
                let digits = format!("{head}{}", step >> 20);
                let longest = TABLE
                    .lines()
                    .filter(|line| digits.starts_with(line.split('\t').next().unwrap()))
                    .max_by_key(|line| line.find('\t'));
                let expected = longest.map(facts).unwrap_or_default();
                assert_eq!(prefix_facts(&format!("+{digits}")), expected, "{digits}");
            }
        }
    }

    #[test]
    fn every_line_of_the_table_is_sound_and_found() {
        let rows: Vec<&str> = TABLE.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(rows.len() > 1_000 && rows.is_sorted());
        for row in rows {
            let fields: Vec<&str> = row.split('\t').collect();
            let [prefix, country, state, time_zone] = fields[..] else { panic!("four fields: {row:?}") };
            assert!((1..=PREFIX_DIGITS_MAX).contains(&prefix.len()), "{row:?}");
            assert!(state.is_empty() || (state.len() == 2 && !country.is_empty()), "{row:?}");
            let known = |field: &'static str| (!field.is_empty()).then_some(field);
            assert!(country.is_empty() || country.parse::<Country>().is_ok(), "{row:?}");
            assert_eq!(told(&format!("+{prefix}")), (country.to_owned(), known(state), known(time_zone)));
        }
    }
}
