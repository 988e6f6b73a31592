"""How soon the dashboard's pages are answered on a call log of 90 days, asked a few times a second."""

import json
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from . import paced, subjects
from .experiments import Plan, say
from .paced import Request
from .process import Failed
from .subjects import Settings, Subject

DAYS = 90
REPEATS = 20
PER_S = 10
SUMS_SECONDS_MAX = 300
ROWS = 50


class Reader:
    def __init__(self, subject: Subject) -> None:
        self.port, self.head = subject.port, (("Authorization", f"Bearer {subject.keys['api']}"),)

    def times(self, path: str, repeats: int) -> list[float]:
        """Milliseconds."""
        micros, _ = paced.play(self.port, [Request("GET", path, "", self.head)] * repeats, PER_S, 200)
        return [each / 1000 for each in micros]

    def ask(self, path: str) -> dict:
        _, answers = paced.play(self.port, [Request("GET", path, "", self.head)], PER_S, 200)
        return json.loads(answers[0])


def day(ago: int) -> str:
    return (datetime.now(UTC) - timedelta(days=ago)).strftime("%Y-%m-%dT00:00:00Z")


def questions(reader: Reader) -> dict[str, tuple[str, bool]]:
    """Paths by what is asked, and whether an index answers it (or sums that are kept): those have to be quick."""
    calls, report = f"/v1/calls?limit={ROWS}", "/v1/reports/calls?"
    caller = quote(reader.ask(calls)["calls"][0]["caller"])
    # The first is the one that every organization of a benchmark has; no call came to it.
    empty, campaign = (each["id"] for each in reader.ask("/v1/campaigns")["campaigns"][:2])
    publisher = reader.ask("/v1/publishers")["publishers"][1]["id"]
    month = f"from={day(30)}&to={day(0)}"
    return {
        "call log, first page": (calls, True),
        "call log, page in the middle": (f"{calls}&cursor={reader.ask(f'{calls}&to={day(45)}')['next_cursor']}", True),
        "call log by caller": (f"{calls}&caller={caller}", True),
        "call log by campaign": (f"{calls}&campaign_id={campaign}", True),
        "call log by a campaign without calls": (f"{calls}&campaign_id={empty}", True),
        "call log by publisher": (f"{calls}&publisher_id={publisher}", True),
        "call log of a day two months ago": (f"{calls}&from={day(60)}&to={day(59)}", True),
        "call log, in progress": (f"{calls}&status=in_progress", True),
        "call log, failed: one of 11": (f"{calls}&status=failed", False),
        "call log by a tag that a fifth has": (f"{calls}&tag.lead_source=bing", False),
        "call log by a tag that none has": (f"{calls}&tag.lead_source=none", False),
        "call log by a target that none has": (f"{calls}&target=Nobody", False),
        "report of 30 days by day": (f"{report}{month}&by=day", True),
        "report of 30 days by day, of one campaign": (f"{report}{month}&by=day&campaign_id={campaign}", True),
        "report of 30 days by campaign": (f"{report}{month}&by=campaign", True),
        "report of 30 days by target, of 40": (f"{report}{month}&by=target", True),
        "report of a day by a tag": (f"{report}from={day(2)}&to={day(1)}&by=tag.lead_source", False),
    }


def await_sums(reader: Reader) -> None:
    """Reports are quick once the server has summed the calls up, which it does by itself after its start."""
    begin = time.monotonic()
    while time.monotonic() - begin < SUMS_SECONDS_MAX:
        rows = reader.ask(f"/v1/reports/calls?from={day(DAYS)}&by=day")["rows"]
        if len(rows) >= DAYS:
            return
        time.sleep(1)
    raise Failed(f"calls were not summed up within {SUMS_SECONDS_MAX} s")


def measure(name: str, settings: Settings, plan: Plan, folder: Path) -> dict[str, dict]:
    subject = subjects.build(name, settings, folder)
    subject.seed = lambda of: subjects.seed_call_log(of, DAYS)
    say(f"seeding {name} with {settings.calls:,} calls over {DAYS} days …")
    subject.prepare()
    try:
        subject.start()
        reader = Reader(subject)
        await_sums(reader)
        asked = questions(reader)
        times: dict[str, list[float]] = {label: [] for label in asked}
        for _ in range(plan.rounds):
            for label, (path, _) in asked.items():
                times[label] += reader.times(path, REPEATS)
        return {f"{name}, {label}": of_times(times[label], indexed) for label, (_, indexed) in asked.items()}
    finally:
        subject.stop()


def of_times(times: list[float], indexed: bool) -> dict:
    return {"p50_ms": statistics.median(times), "p95_ms": sorted(times)[len(times) * 95 // 100 - 1], "max_ms": max(times),
            "requests": len(times), "indexed": indexed}


def pages(names: list[str], settings: Settings, plan: Plan, folder: Path) -> dict:
    results = {}
    for name in names:
        results |= measure(name, settings, plan, folder / name)
    return results
