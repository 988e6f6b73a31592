"""The call ids of the seeded calls, computable from an index: the formula of bench/README.md."""

from uuid import UUID

FIRST_MILLIS = 1_750_000_000_000


def call_id(index: int) -> UUID:
    millis = FIRST_MILLIS + index
    return UUID(f"{millis:012x}7{index % 4096:03x}{0x8000 + (index >> 12) % 16384:04x}{index * 40503:012x}")
