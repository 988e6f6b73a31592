//! From what clients and switches send for a number to E.164.

use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat};

use super::Country;

/// The longest text that is looked at, with a SIP address's host and parameters.
pub const RAW_BYTES_MAX: usize = 256;
/// The longest text that is read as a number, after a SIP address is taken apart.
pub const NUMBER_CHARS_MAX: usize = 64;

/// The number in E.164 (`+13105559876`), or `None` if the text is not a phone number that could be dialled.
///
/// Takes any form that people and switches write: international, national (read in `default_country`), with
/// separators, in full-width digits, `tel:` and `sip:` addresses (the user part); an extension is dropped.
/// A number is accepted if its *length* is one that the country uses with an area code, assigned or not:
/// real traffic carries 555 numbers, and ranges are assigned faster than servers are updated.
///
/// A space before the first digit is a `+` that a query string decoded away (`?from=+1310…`). The national
/// reading wins only if it names an assigned number and the international one does not.
pub fn normalize(raw: &str, default_country: Country) -> Option<String> {
    if raw.len() > RAW_BYTES_MAX {
        return None;
    }
    if let Some(digits) = plain_north_american(raw, default_country) {
        return Some(format!("+1{digits}"));
    }
    let number = sip_user(raw)?;
    if number.chars().count() > NUMBER_CHARS_MAX {
        return None;
    }
    let national = read(&number, default_country);
    let parsed = match number.strip_prefix(' ') {
        Some(digits) if digits.starts_with(|first| matches!(first, '1'..='9')) => {
            likelier(read(&format!("+{digits}"), default_country), national)
        }
        _ => national,
    };
    settled(&number, &parsed?)
}

/// The number's E.164, such that it is read as itself again: what is stored is found by what is stored. A text with a zero or a
/// carrier's code too many loses one at each reading (`0118616812291` in China), and `text` is what was read.
fn settled(text: &str, number: &PhoneNumber) -> Option<String> {
    let mut e164 = in_e164(number);
    if e164 == text {
        return Some(e164);
    }
    loop {
        let again = in_e164(&read(&e164, Country::US)?);
        if again.len() >= e164.len() {
            return (again == e164).then_some(e164);
        }
        e164 = again;
    }
}

fn in_e164(number: &PhoneNumber) -> String {
    PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::E164).into_owned()
}

/// The ten digits of a North American number in its plainest forms, which are most of the traffic: any
/// such number has a possible length, so asking the library could only cost time.
fn plain_north_american(raw: &str, default_country: Country) -> Option<&str> {
    let digits = match raw.strip_prefix("+1") {
        Some(digits) => digits,
        None if default_country != Country::US => return None,
        None => raw.strip_prefix(" 1").or_else(|| raw.strip_prefix('1')).unwrap_or(raw),
    };
    let plain = digits.len() == 10 && digits.starts_with(|first| matches!(first, '2'..='9'));
    (plain && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

fn likelier(international: Option<PhoneNumber>, national: Option<PhoneNumber>) -> Option<PhoneNumber> {
    match (international, national) {
        // Asking whether a number is assigned compiles a dozen patterns of its country, which then stay in
        // memory, so only a real conflict is worth it.
        (Some(international), Some(national)) if international != national => {
            let national_wins = !international.is_valid() && national.is_valid();
            Some(if national_wins { national } else { international })
        }
        (international, national) => international.or(national),
    }
}

fn read(text: &str, default_country: Country) -> Option<PhoneNumber> {
    let number = PHONE_NUMBER_UTIL.parse(text, Some(default_country.region())).ok()?;
    // A local number (without its area code) could belong to many callers.
    matches!(number.is_possible_with_reason(), Ok(NumberLengthType::IsPossible)).then_some(number)
}

/// The user part of a SIP address, plain or in a header's form (`"Ann" <sip:+1310…;x=y@host>;tag=1`); any
/// other text as it is. `None` if the address has no user.
fn sip_user(raw: &str) -> Option<String> {
    let Some(address) = after_scheme(raw) else { return Some(raw.to_owned()) };
    let end = address.find('@').or_else(|| {
        // Without an `@` there is only a host, unless it is nothing but a number (`sip:+13105559876`).
        let end = address.find([';', '>', '?']).unwrap_or(address.len());
        address[..end].bytes().all(|byte| byte.is_ascii_digit() || byte == b'+').then_some(end)
    })?;
    let user = &address[..end];
    // Parameters of the number and a password are not part of it.
    let user = user.split([';', ':']).next().unwrap_or_default();
    Some(user.replace("%2B", "+").replace("%2b", "+"))
}

/// What follows `sip:` or `sips:` at the start of the text or of its `<…>`.
fn after_scheme(raw: &str) -> Option<&str> {
    let address = raw.rfind('<').map_or(raw, |bracket| &raw[bracket + 1..]).trim_start();
    ["sip:", "sips:"].into_iter().find_map(|scheme| {
        let (head, rest) = address.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some(rest)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn us(raw: &str) -> Option<String> {
        normalize(raw, Country::US)
    }

    #[test]
    fn every_spelling_of_a_number_is_one_number() {
        for raw in [
            "+13105559876",
            " 13105559876",
            "13105559876",
            "3105559876",
            "(310) 555-9876",
            "310.555.9876",
            "+1 (310) 555-9876",
            "  +1 310 555 9876  ",
            " 3105559876",
            "0113105559876".replacen("011", "+1", 1).as_str(),
            "011 1 310 555 9876",
            "+1 310 555 9876 ext. 42",
            "310-555-9876x42",
            "＋１３１０５５５９８７６",
            "tel:+1-310-555-9876;ext=42",
            "tel:310-555-9876;phone-context=+1",
            "sip:+13105559876@pbx.example.com",
            "sip:+13105559876",
            "SIPS:13105559876;npdi=yes:secret@10.0.0.1:5061;user=phone",
            "\"Ann 4\" <sip:%2B13105559876@10.0.0.1>;tag=12345678901",
        ] {
            assert_eq!(us(raw).as_deref(), Some("+13105559876"), "{raw:?}");
        }
    }

    #[test]
    fn a_lost_plus_is_found_again() {
        assert_eq!(us(" 442071838750").as_deref(), Some("+442071838750"));
        let gb: Country = "GB".parse().unwrap();
        assert_eq!(normalize(" 13105559876", gb).as_deref(), Some("+13105559876"));
        assert_eq!(normalize("020 7183 8750", gb).as_deref(), Some("+442071838750"));
        assert_eq!(normalize(" 020 7183 8750", gb).as_deref(), Some("+442071838750"));
    }

    #[test]
    fn what_is_stored_is_read_as_itself() {
        for (raw, country) in [(".000-541ERSL", "IN"), ("0118616812291", "CN"), ("+598 ~00 1234", "UY")] {
            let stored = normalize(raw, country.parse().unwrap()).unwrap();
            assert_eq!(us(&stored), Some(stored), "{raw:?}");
        }
        // A zero that belongs to the number stays.
        assert_eq!(normalize("06 698 12345", "IT".parse().unwrap()).as_deref(), Some("+390669812345"));
    }

    #[test]
    fn what_cannot_be_dialled_is_no_number() {
        let long = format!("+1{}3105559876", " ".repeat(NUMBER_CHARS_MAX));
        for raw in [
            "",
            " ",
            "+",
            "anonymous",
            "Restricted",
            "911",
            "5559876",
            "+1310555",
            "+131055598761234567",
            "+99913105559876",
            "sip:alice@example.com",
            "sip:192.168.100.200",
            "sip:@example.com",
            "sip:",
            "<",
            "tel:",
            "\0",
            "é",
            &long,
            &"1".repeat(RAW_BYTES_MAX + 1),
        ] {
            assert_eq!(us(raw), None, "{raw:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(
            text in "\\PC{0,80}",
            numeric in "(sips?:|tel:|<sip:| )?[-+0-9０-９٠-٩ ().,;:=@%x#~/\u{2060}ext]{0,70}",
        ) {
            for text in [text, numeric] {
                if let Some(e164) = us(&text) {
                    prop_assert!(e164.starts_with('+') && e164[1..].bytes().all(|byte| byte.is_ascii_digit()), "{e164:?}");
                    // What is stored is found again, whatever country the reader assumes.
                    prop_assert_eq!(normalize(&e164, "GB".parse().unwrap()), Some(e164));
                }
            }
        }
    }
}
