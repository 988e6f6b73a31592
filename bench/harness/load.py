"""One measured run: wrk against a started subject, and the proof that the numbers are of work that was done."""

import json
import os
import re
import secrets
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .machine import cpu_seconds, written_bytes
from .process import Failed, tail
from .subjects import Subject

LOAD = Path(__file__).resolve().parent.parent / "load"
SETTLE_SECONDS_MAX = 180  # ten million rows are counted in a minute when none of them is in memory


@dataclass(frozen=True)
class Load:
    script: str = "update_revenue"
    key: str = "update_revenue"
    calls_per_request: int = 1
    connections: int = 64
    threads: int = 2
    timeout_seconds: int = 10


def run_wrk(subject: Subject, load: Load, seconds: int) -> dict:
    env = {**os.environ, "BENCH_KEY": subject.keys[load.key], "BENCH_CALLS": str(subject.settings.calls),
           "BENCH_NONCE": str(secrets.randbits(32))}
    command = ["wrk", f"-t{load.threads}", f"-c{load.connections}", f"-d{seconds}s", f"--timeout={load.timeout_seconds}s",
               "-s", str(LOAD / f"{load.script}.lua"), f"http://127.0.0.1:{subject.port}"]
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=seconds + 60)
    except FileNotFoundError as error:
        raise Failed("wrk is not installed") from error
    line = re.search(r"^BENCH (\{.*\})$", done.stdout, re.MULTILINE)
    if done.returncode != 0 or line is None:
        raise Failed(f"wrk failed on {subject.name}:\n{done.stdout[-1000:]}{done.stderr[-1000:]}")
    return json.loads(line[1])


def warm_up(subject: Subject, load: Load, seconds: int) -> None:
    if seconds > 0:
        check_answers(subject, run_wrk(subject, load, seconds))


def measure(subject: Subject, load: Load, seconds: int) -> dict:
    """A run whose answers were all 200 and whose effects are in the subject's database; anything else fails."""
    before = _settled_counts(subject)
    cpu_before, written_before = cpu_seconds(subject.pids()), written_bytes(subject.pids())
    result = run_wrk(subject, load, seconds)
    cpu = cpu_seconds(subject.pids()) - cpu_before
    written = written_bytes(subject.pids()) - written_before
    check_answers(subject, result)
    after = _settled_counts(subject)
    result["effects"] = {table: after[table] - before[table] for table in after}
    _check_effects(subject, load, result)
    result["cpu_us_per_request"] = cpu * 1e6 / result["requests"]
    result["written_kib_per_request"] = written / 1024 / result["requests"]
    result["call_updates_per_s"] = result["requests_per_s"] * load.calls_per_request
    return result


def check_answers(subject: Subject, result: dict) -> None:
    if result["requests"] == 0 or result["non_2xx"] or result["socket_errors"]:
        raise Failed(f"{subject.name}: {result['requests']} requests, {result['non_2xx']} not 2xx, "
                     f"{result['socket_errors']} socket errors; a run counts only without any\n{tail(subject.log)}")


def _check_effects(subject: Subject, load: Load, result: dict) -> None:
    """Each answered request left its rows. wrk hangs up on at most one request per connection that was under way."""
    for table, applied in result["effects"].items():
        unit = load.calls_per_request if table in subject.counted_per_call else 1
        low, high = result["requests"] * unit, (result["requests"] + load.connections) * unit
        if not low <= applied <= high:
            raise Failed(f"{subject.name}: {result['requests']} requests were answered with 200 but {table} gained "
                         f"{applied} rows, outside {low} to {high}")


def _settled_counts(subject: Subject) -> dict[str, int]:
    """The counts once two readings agree: requests that were under way when wrk hung up still finish."""
    deadline = time.monotonic() + SETTLE_SECONDS_MAX
    last = subject.counts()
    while time.monotonic() < deadline:
        time.sleep(0.2)
        now = subject.counts()
        if now == last:
            return now
        last = now
    raise Failed(f"{subject.name} still writes {SETTLE_SECONDS_MAX} s after the load ended")
