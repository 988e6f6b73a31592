#!/usr/bin/env python3
"""Makes crates/domain/src/phone/prefixes.tsv: country, state and time zone by number prefix.

Source: the Python package `phonenumbers` (Apache-2.0, see NOTICE), at the version in requirements.txt.
Run after raising that version:

    python3 -m venv .venv && .venv/bin/pip install -r scripts/requirements.txt
    .venv/bin/python scripts/prefix_table.py > crates/domain/src/phone/prefixes.tsv

The table is read by longest prefix; an empty field means that the prefix does not tell. Lines are sorted
by byte, and `#` sorts before every digit, so that the file can be searched as it is.
"""

import sys
from collections import Counter, defaultdict

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from phonenumbers.geodata import GEOCODE_DATA
from phonenumbers.tzdata import TIMEZONE_DATA

US_STATES = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA",
    "Colorado": "CO", "Connecticut": "CT", "Delaware": "DE", "Florida": "FL", "Georgia": "GA",
    "Hawaii": "HI", "Idaho": "ID", "Illinois": "IL", "Indiana": "IN", "Iowa": "IA", "Kansas": "KS",
    "Kentucky": "KY", "Louisiana": "LA", "Maine": "ME", "Maryland": "MD", "Massachusetts": "MA",
    "Michigan": "MI", "Minnesota": "MN", "Mississippi": "MS", "Missouri": "MO", "Montana": "MT",
    "Nebraska": "NE", "Nevada": "NV", "New Hampshire": "NH", "New Jersey": "NJ", "New Mexico": "NM",
    "New York": "NY", "North Carolina": "NC", "North Dakota": "ND", "Ohio": "OH", "Oklahoma": "OK",
    "Oregon": "OR", "Pennsylvania": "PA", "Rhode Island": "RI", "South Carolina": "SC",
    "South Dakota": "SD", "Tennessee": "TN", "Texas": "TX", "Utah": "UT", "Vermont": "VT",
    "Virginia": "VA", "Washington State": "WA", "West Virginia": "WV", "Wisconsin": "WI",
    "Wyoming": "WY", "Washington D.C.": "DC",
}
CANADA_PROVINCES = {
    "Alberta": "AB", "British Columbia": "BC", "British Colombia": "BC", "Manitoba": "MB",
    "New Brunswick": "NB", "Newfoundland and Labrador": "NL", "Ontario": "ON", "Quebec": "QC",
    "Saskatchewan": "SK",
    "Nova Scotia": "NS", "Prince Edward Island": "PE", "Northwest Territories": "NT", "Nunavut": "NU",
    "Yukon": "YT", "Watson Lake": "YT",
}
STATES = {**US_STATES, **CANADA_PROVINCES}
STATE_CODES = set(STATES.values())
# Countries of their own in numbering plans, states in a United States postal address.
US_TERRITORIES = {"AS", "GU", "MP", "PR", "VI"}

# Zones that share a clock with the one they are listed under (links in the IANA database): a prefix that
# names both has one clear value.
SAME_CLOCK = {
    "Europe/Guernsey": "Europe/London", "Europe/Isle_of_Man": "Europe/London",
    "Europe/Jersey": "Europe/London", "Europe/Vatican": "Europe/Rome",
    "Europe/Mariehamn": "Europe/Helsinki", "Arctic/Longyearbyen": "Europe/Oslo",
    "America/Kralendijk": "America/Curacao",
}
# Where several countries share a calling code, the zone tells the ones that are not the main one.
ZONE_COUNTRY = {
    "Asia/Almaty": "KZ", "Asia/Aqtobe": "KZ", "Europe/Vatican": "VA", "Europe/Guernsey": "GG",
    "Europe/Isle_of_Man": "IM", "Europe/Jersey": "JE", "Arctic/Longyearbyen": "SJ",
    "Indian/Christmas": "CX", "Indian/Cocos": "CC", "Indian/Mayotte": "YT",
    "Europe/Mariehamn": "AX", "America/Kralendijk": "BQ",
}
NANP = "1"


def one(values):
    """The only value, or "" for none or several."""
    values = set(values)
    return values.pop() if len(values) == 1 else ""


def zone_of(zones):
    return one(zones) or one(SAME_CLOCK.get(zone, zone) for zone in zones)


def state_named(description):
    """The state of a description such as "Jersey City, NJ" or "Texas"; "" where it names none."""
    last = description.rsplit(", ", 1)[-1]
    return last if last in STATE_CODES else STATES.get(last, "")


def area_codes():
    """NANP prefixes in geographic use, with their country, found by asking for a few exchanges in each."""
    for area in range(200, 1000):
        countries = Counter()
        for exchange in range(201, 1000, 9):
            number = phonenumbers.PhoneNumber(country_code=1, national_number=area * 10**7 + exchange * 10**4 + 1234)
            kind = phonenumbers.number_type(number)
            if kind in (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE,
                        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE):
                countries[phonenumbers.region_code_for_number(number)] += 1
        if countries:
            yield f"{NANP}{area}", countries.most_common(1)[0][0]


def nanp_countries_and_states():
    descriptions = defaultdict(dict)
    for prefix, by_language in GEOCODE_DATA.items():
        if prefix.startswith(NANP) and "en" in by_language:
            descriptions[prefix[:4]][prefix] = by_language["en"]
    countries, states = {}, {}
    for area, country in area_codes():
        countries[area] = country
        if country in US_TERRITORIES:
            states[area] = country
        if country not in ("US", "CA"):
            continue
        found = {prefix: state_named(text) for prefix, text in descriptions[area].items()}
        whole = found.pop(area, None)
        if whole is None:
            whole = one(state for state in found.values() if state)
        states[area] = whole
        # Only an area of several provinces needs its exchanges; elsewhere a stray one is an error of the source.
        if not whole:
            states.update({prefix: state for prefix, state in found.items() if state})
            if "/" not in descriptions[area].get(area, ""):
                print(f"name the state of {area} ({country}): {descriptions[area]}", file=sys.stderr)
    return countries, states


def countries_by_zone():
    countries = {}
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        main = regions[0]
        if str(code) == NANP or main == "001":
            continue
        countries[str(code)] = main
        if len(regions) == 1:
            continue
        for prefix, zones in TIMEZONE_DATA.items():
            if prefix.startswith(str(code)):
                zone = zone_of(zones)
                named = [zone] if zone else zones
                countries[prefix] = one(ZONE_COUNTRY.get(name, main) for name in named)
    return countries


def nearest(table, prefix):
    for length in range(len(prefix), 0, -1):
        if prefix[:length] in table:
            return table[prefix[:length]]
    return ""


def main():
    zones = {prefix: zone_of(names) for prefix, names in TIMEZONE_DATA.items()}
    countries, states = nanp_countries_and_states()
    for area in countries:
        # Some areas are listed by their parts only, though all parts agree.
        if area not in zones:
            zones[area] = one(zone for prefix, zone in zones.items() if prefix.startswith(area))
    countries.update(countries_by_zone())
    rows = {}
    for prefix in sorted({*zones, *countries, *states}):
        row = tuple(nearest(table, prefix) for table in (countries, states, zones))
        # A row that says what its shorter prefix says is not needed.
        if row != (nearest(rows, prefix) or ("", "", "")):
            rows[prefix] = row
    print("# Made by scripts/prefix_table.py from the Python package phonenumbers "
          f"{phonenumbers.__version__} (Apache-2.0, see NOTICE). Do not edit.")
    print("# prefix\tcountry\tstate\ttime zone")
    for prefix in sorted(rows):
        print(prefix, *rows[prefix], sep="\t")


if __name__ == "__main__":
    main()
