"""The four questions: how fast beside others, how cost grows with calls, what batches give, what idling costs."""

import statistics
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from . import load, subjects
from .load import Load
from .machine import resident_bytes
from .process import Failed
from .subjects import Settings, Subject

TRIAL_SECONDS = 3
IDLE_STARTS = 5
IDLE_SETTLE_SECONDS = 2
START_POLL_SECONDS = 0.001


@dataclass(frozen=True)
class Plan:
    rounds: int
    seconds: int
    warm_up_seconds: int
    workers: int | None  # None: try each choice of a subject and keep the better
    load: Load


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def summary(runs: list[dict]) -> dict:
    """Medians, and the range of what varies most."""
    numbers = [name for name, value in runs[0].items() if isinstance(value, int | float)]
    medians = {name: statistics.median(run[name] for run in runs) for name in numbers}
    rates = [run["requests_per_s"] for run in runs]
    return {"median": medians, "low": min(rates), "high": max(rates), "runs": runs}


def rotated(items: list, by: int) -> list:
    """Each round starts with another subject, so that none always follows the same neighbour."""
    by %= len(items)
    return items[by:] + items[:by]


def one_run(subject: Subject, plan: Plan, kind: Load) -> dict:
    try:
        subject.start()
        load.warm_up(subject, kind, plan.warm_up_seconds)
        return load.measure(subject, kind, plan.seconds)
    finally:
        subject.stop()


def choose_workers(subject: Subject, plan: Plan) -> dict[int, float]:
    """A peer may use both cores or leave one to the database and the load: whichever is faster is measured."""
    if plan.workers is not None or len(subject.worker_choices) == 1:
        subject.workers = plan.workers if len(subject.worker_choices) > 1 else 1
        return {}
    rates = {}
    for workers in subject.worker_choices:
        subject.workers = workers
        trial = replace(plan, seconds=TRIAL_SECONDS, warm_up_seconds=min(plan.warm_up_seconds, 2))
        rates[workers] = one_run(subject, trial, plan.load)["requests_per_s"]
    subject.workers = max(rates, key=rates.get)
    say(f"  {subject.name}: {', '.join(f'{n} workers {rate:.0f}/s' for n, rate in rates.items())}")
    return rates


def prepare(name: str, settings: Settings, folder: Path) -> Subject:
    subject = subjects.build(name, settings, folder)
    say(f"seeding {name} with {settings.calls:,} calls …")
    start = time.monotonic()
    subject.prepare()
    say(f"  {time.monotonic() - start:.1f} s")
    return subject


def interleave(chosen: dict[str, Subject], plan: Plan, kinds: dict[str, Load]) -> dict[str, dict]:
    """Runs every (subject, load) pair once per round; answers a summary per pair."""
    pairs = [(f"{label}{suffix}", subject, kind) for label, subject in chosen.items() for suffix, kind in kinds.items()]
    runs: dict[str, list[dict]] = {label: [] for label, _, _ in pairs}
    for number in range(plan.rounds):
        for label, subject, kind in rotated(pairs, number):
            result = one_run(subject, plan, kind)
            runs[label].append(result)
            say(f"round {number + 1}/{plan.rounds} {label}: {result['requests_per_s']:.0f}/s, "
                f"p99 {result['p99_us'] / 1000:.1f} ms, {result['cpu_us_per_request']:.0f} us CPU")
    return {label: summary(of_one) for label, of_one in runs.items()}


def compare(names: list[str], settings: Settings, plan: Plan, folder: Path) -> dict:
    chosen = {name: prepare(name, settings, folder / name) for name in names}
    trials = {name: choose_workers(subject, plan) for name, subject in chosen.items()}
    results = interleave(chosen, plan, {"": plan.load})
    for name, result in results.items():
        result["workers"], result["worker_trials"] = chosen[name].workers, trials[name]
    return results


def growth(names: list[str], sizes: list[int], settings: Settings, plan: Plan, folder: Path) -> dict:
    chosen = {}
    for name in names:
        for calls in sizes:
            label = f"{name} {calls}"
            chosen[label] = prepare(name, replace(settings, calls=calls), folder / label.replace(" ", "-"))
            chosen[label].workers = plan.workers or 1
    return interleave(chosen, plan, {"": plan.load})


def batch(names: list[str], settings: Settings, plan: Plan, folder: Path) -> dict:
    chosen = {name: prepare(name, settings, folder / name) for name in names}
    kinds = {" singles": plan.load,
             " batches of 50": replace(plan.load, script="update_revenue_batch", calls_per_request=50)}
    return interleave(chosen, plan, kinds)


def idle(names: list[str], settings: Settings, folder: Path) -> dict:
    """Memory and start of the server process alone, on an existing database; its database server runs already."""
    results = {}
    for name in names:
        subject = prepare(name, settings, folder / name)
        starts, resident = [], []
        try:
            subject.start_store()
            for _ in range(IDLE_STARTS):
                begin = time.perf_counter()
                subject.start_server(START_POLL_SECONDS)
                starts.append(time.perf_counter() - begin)
                time.sleep(IDLE_SETTLE_SECONDS)
                resident.append(resident_bytes([subject.server.pid]))
                subject.stop_server()
        finally:
            subject.stop()
        binary = Path(subject.command(subject)[0])
        results[name] = {"start_s": statistics.median(starts), "starts_s": starts,
                         "resident_bytes": statistics.median(resident), "resident_runs": resident,
                         "binary_bytes": binary.stat().st_size if binary.is_file() else None}
    return results


def require_binary(names: list[str], settings: Settings) -> None:
    path = settings.hookline
    if any(name in subjects.HOOKLINE for name in names) and (path is None or not path.exists()):
        raise Failed(f"found no release binary at {path}: build it, name it with --hookline PATH, or leave it out with --only")
