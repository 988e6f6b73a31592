"""One, two and three nodes on one PostgreSQL: what a node adds, and what the database spends on a request, which is what
remains as the limit however many nodes there are."""

import statistics
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from . import load, subjects
from .experiments import Plan, rotated, say
from .load import Load
from .machine import cpu_seconds
from .process import Failed
from .subjects import Settings, Subject

NODES = (1, 2, 3)


def measure(subject: Subject, count: int, plan: Plan) -> dict:
    """All nodes together get as many connections as one does."""
    nodes = []
    try:
        subject.start_store()
        for _ in range(count):
            nodes.append(replace(subject, server=None))
            nodes[-1].start_server()
        each = replace(plan.load, connections=plan.load.connections // count, threads=1)
        together(nodes, each, plan.warm_up_seconds)
        before = subject.counts()["requests"]
        roots = ([one.server.pid for one in nodes], [subject.cluster.server.pid])
        cpu = [cpu_seconds(root) for root in roots]
        runs = together(nodes, each, plan.seconds)
        cpu = [cpu_seconds(root) - was for root, was in zip(roots, cpu, strict=True)]
        logged = subject.counts()["requests"] - before
    finally:
        for one in nodes:
            one.stop_server()
        subject.stop()
    requests = sum(run["requests"] for run in runs)
    if not requests <= logged <= requests + plan.load.connections:
        raise Failed(f"{requests} requests were answered with 200 and {logged} are in the request log")
    return {"requests_per_s": sum(run["requests_per_s"] for run in runs), "p99_us": max(run["p99_us"] for run in runs),
            "node_us": cpu[0] * 1e6 / requests, "database_us": cpu[1] * 1e6 / requests}


def together(nodes: list[Subject], each: Load, seconds: int) -> list[dict]:
    with ThreadPoolExecutor(len(nodes)) as pool:
        runs = list(pool.map(lambda one: load.run_wrk(one, each, seconds), nodes))
    for one, run in zip(nodes, runs, strict=True):
        load.check_answers(one, run)
    return runs


def scale(settings: Settings, plan: Plan, folder: Path) -> dict:
    subject = subjects.build("hookline-postgres", settings, folder / "scale")
    say(f"seeding with {settings.calls:,} calls …")
    subject.prepare()
    runs: dict[int, list[dict]] = {count: [] for count in NODES}
    for number in range(plan.rounds):
        for count in rotated(list(NODES), number):
            run = measure(subject, count, plan)
            runs[count].append(run)
            say(f"round {number + 1}/{plan.rounds} {count} nodes: {run['requests_per_s']:.0f}/s, {run['node_us']:.0f} us in "
                f"nodes, {run['database_us']:.0f} us in the database")
    return {f"{count} node{'s' * (count > 1)}": {
        "median": {key: statistics.median(run[key] for run in some) for key in some[0]},
        "low": min(run["requests_per_s"] for run in some), "high": max(run["requests_per_s"] for run in some), "runs": some}
        for count, some in runs.items()}
