#!/usr/bin/env python3
"""Prints what Google's library makes of many inputs, for crates/domain/tests/phone_reference.rs.

Each line is `input \\t default country \\t expected`: E.164, or empty where the input is no number. The
rule of crates/domain/src/phone/normalize.rs is written here a second time over the Python package
`phonenumbers` (version in requirements.txt), so that a mistake must be made twice to go unseen.

    phone_reference.py [count, default 5000] [seed, default 1]
"""

import random
import re
import sys

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType, ValidationResult

RAW_BYTES_MAX = 256
NUMBER_CHARS_MAX = 64

FORMATS = [PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL,
           PhoneNumberFormat.RFC3966]
TYPES = [PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.TOLL_FREE,
         PhoneNumberType.PREMIUM_RATE, PhoneNumberType.VOIP, PhoneNumberType.SHARED_COST]
# Digits of other scripts, one of them beyond the 16-bit plane.
SCRIPTS = [str.maketrans("0123456789", "".join(chr(zero + digit) for digit in range(10)))
           for zero in (0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50, 0x17E0, 0xFF10, 0x1D7D8, 0x1E950)]
FULL_WIDTH = str.maketrans("0123456789+-() ", "０１２３４５６７８９＋－（）　")
SEPARATORS = ["-", ".", " ", "/", "~", "\u00a0", "\u2010", "\u2013", "\u2060", ") (", "\u00ad", "\u200b", "\u3000", "\uff0d", "\u30fc", "\u2212", ""]
EXTENSIONS = [" ext. 42", "x42", ";ext=42", " #42", " extension 1234", ",,42", " доб. 42", "ｅｘｔ４２", " x 42 x 43", "#"]
JUNK = ["", " ", "+", "++", "anonymous", "Restricted", "unknown", "n/a", "null", "0", "000000000", "911",
        "1-800-FLOWERS", "1-800-MY-APPLE", "+266696687", "+1", "tel:", "sip:", "sip:@example.com", "sip:alice@example.com",
        "sip:192.168.100.200", "<sip:>", "3.14159265358", "2026-01-31T12:00:00Z", "+1310555987６", "1e10",
        "+13105559876/+13105559877", "call 310-555-9876 now", "+٠", "\u200b+13105559876", "+1 310 555 98 76;phone-context=+1"]
PREFIXES = ["", "0", "1", "8", "9", "01", "06", "015", "0315", "044", "045", "8~10", "8810", "0011", "00", "010", "+0", "+ ", "++", "＋", "(+", "*67", "#31#", "tel:", "TEL:", "tel:+", "phone:", "T "]
CONTEXTS = [";phone-context=+1", ";phone-context=+44", ";phone-context=example.com", ";phone-context=", ";phone-context=+",
            ";phone-context=1-2", ";phone-context=+1;phone-context=+44", ";isub=1234", ";isub=1;phone-context=+7", "?x=1", "&y"]
ALPHABET = "0123456789" * 4 + "+-() .x#;,=~/*abcABCé漢０１９٣\u2060\u00a0"


def user_part(raw):
    """The user of a SIP address, or any other text as it is; None for an address without user."""
    address = raw.rpartition("<")[2].lstrip() if "<" in raw else raw.lstrip()
    scheme = re.match(r"sips?:", address, re.IGNORECASE | re.ASCII)
    if not scheme:
        return raw
    address = address[scheme.end():]
    if "@" in address:
        user = address.split("@")[0]
    else:
        user = re.split("[;>?]", address)[0]
        if not re.fullmatch("[0-9+]*", user):
            return None
    return re.sub("%2[Bb]", "+", re.split("[;:]", user)[0])


def read(text, country):
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return None
    possible = phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    return number if possible else None


def normalize(raw, country):
    if len(raw.encode()) > RAW_BYTES_MAX:
        return ""
    text = user_part(raw)
    if text is None or len(text) > NUMBER_CHARS_MAX:
        return ""
    number = read(text, country)
    if re.match(" [1-9]", text):
        international = read("+" + text[1:], country)
        valid = [n for n in (international, number) if n and phonenumbers.is_valid_number(n)]
        number = valid[0] if valid else international or number
    return settled(number)


def settled(number):
    """E.164 that is read as itself again: a zero or a carrier's code too many is taken off at each reading."""
    e164 = number and phonenumbers.format_number(number, PhoneNumberFormat.E164)
    while number:
        number = read(e164, "US")
        again = number and phonenumbers.format_number(number, PhoneNumberFormat.E164)
        if again == e164:
            return e164
        if number and len(again) >= len(e164):
            break
        e164 = again
    return ""


def example(chance):
    """A country and a number that its numbering plan has, or that differs from one in its last digits."""
    country = chance.choice(sorted(phonenumbers.SUPPORTED_REGIONS))
    if chance.random() < 0.25:
        country = "US"
    number = phonenumbers.example_number_for_type(country, chance.choice(TYPES))
    number = number or phonenumbers.example_number(country)
    if chance.random() < 0.6:
        number.national_number = number.national_number // 1000 * 1000 + chance.randrange(1000)
    if chance.random() < 0.1:
        number = phonenumbers.PhoneNumber(country_code=1, national_number=chance.randrange(2 * 10**9, 10**10))
    return country, number


def spelled(chance):
    """One input, its default country, or junk."""
    country, number = example(chance)
    text = phonenumbers.format_number(number, chance.choice(FORMATS))
    other = chance.choice(sorted(phonenumbers.SUPPORTED_REGIONS))
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    spell = chance.randrange(17)
    if spell == 0:
        text = text.translate(chance.choice([FULL_WIDTH, *SCRIPTS]))
    elif spell == 1:
        text = text + chance.choice(EXTENSIONS)
    elif spell == 2:
        text = text[: chance.randrange(len(text) + 1)]
    elif spell == 3:
        text = " " + e164[1:]
    elif spell == 4:
        user = chance.choice([e164, e164[1:], "%2B" + e164[1:], e164 + ";npdi=yes", e164 + ":pw"])
        text = chance.choice(["sip:{}@host.example:5060", "SIPS:{}@[::1]", '"A <b> 1" <sip:{}@10.0.0.1;x=1>;tag=a', "sip:{}"])
        text = text.format(user)
    elif spell == 5:
        text = "".join(chance.choice(SEPARATORS) + digit for digit in text)
    elif spell == 6:
        text = text + "".join(chance.choices("0123456789", k=chance.randrange(1, 8)))
    elif spell == 7:
        text = chance.choice(["", " ", "+", "00", "011", "810"]) + e164[1:]
    elif spell == 8:
        text = "".join(chance.choices(ALPHABET, k=chance.randrange(0, 24)))
    elif spell == 9:
        text = chance.choice(JUNK)
    elif spell == 10:
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice(ALPHABET) + text[at + 1:]
    elif spell == 11:
        text = chance.choice(["", "+", " ", "0", "1"]) + str(chance.randrange(10 ** chance.randrange(1, 19)))
    elif spell == 12:
        text = " " * chance.randrange(0, 70) + text
    elif spell == 13:
        text = chance.choice(PREFIXES) + chance.choice([e164[1:], text, str(number.national_number)])
    elif spell == 14:
        text = chance.choice(["", "tel:", "tel:+"]) + chance.choice([text, str(number.national_number)]) + chance.choice(CONTEXTS)
    elif spell == 15:
        at = chance.randrange(3, len(text) + 1)
        text = text[:at] + "".join(chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcxyz", k=chance.randrange(1, 8)))
    return text, country if chance.random() < 0.8 else other


def main():
    count, seed = ([int(argument) for argument in sys.argv[1:]] + [5000, 1][len(sys.argv) - 1:])[:2]
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    chance = random.Random(seed)
    seen = set()
    while len(seen) < count:
        text, country = spelled(chance)
        if (text, country) not in seen and not re.search("[\t\r\n]", text):
            seen.add((text, country))
            print(text, country, normalize(text, country), sep="\t")


if __name__ == "__main__":
    main()
