#!/usr/bin/env python3
"""Measures Hookline beside its peers. `run.py --help` lists the questions; README.md says how each is answered."""

import argparse
import datetime
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from harness import experiments, machine, pages, postgres, report, routing, scale, setup, soak, subjects
from harness.experiments import Plan
from harness.load import Load
from harness.process import Failed

BENCH = Path(__file__).resolve().parent
TARGET = BENCH.parent / "target" / "release"
SIZES = [10**4, 10**5, 10**6]
DEFAULT_SUBJECTS = {"compare": subjects.NAMES, "growth": ("hookline-sqlite", "hookline-postgres"),
                    "batch": ("hookline-sqlite", "hookline-postgres"), "idle": ("hookline-sqlite", "hookline-postgres"),
                    "routing": ("hookline-sqlite", "hookline-postgres"), "pages": ("hookline-sqlite", "hookline-postgres"),
                    "soak": ("hookline-sqlite",), "scale": ("hookline-postgres",)}
TITLES = {"compare": "Hookline and its peers, one update_revenue per request",
          "growth": "Requests/s by number of calls in the database", "batch": "Call updates/s, singly and in batches of 50",
          "idle": "Memory and start", "routing": "Calls and bids that find their way, at a steady pace",
          "pages": "Pages of the dashboard on a call log",
          "soak": "Hours of durable updates at a steady pace", "scale": "Nodes on one PostgreSQL"}
NOT_PLOTTED = ("idle", "routing", "pages", "soak", "scale")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("question", choices=DEFAULT_SUBJECTS, nargs="?", default="compare")
    parser.add_argument("--hookline", type=Path, default=TARGET / "hookline", help="release binary")
    parser.add_argument("--only", help="comma-separated subjects, of: " + ", ".join(subjects.NAMES))
    parser.add_argument("--calls", type=int, default=10**6, help="calls in each database (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=10, help="of each measured run")
    parser.add_argument("--warm-up", type=int, default=3, help="seconds before each")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2, help="of wrk")
    parser.add_argument("--workers", type=int, choices=(1, 2), help="of each peer (default: try both, keep the better)")
    parser.add_argument("--peer-connections", type=int, default=16, help="to PostgreSQL, over all of a peer's workers")
    parser.add_argument("--full", action="store_true", help="growth: also 10^7 calls")
    parser.add_argument("--log", action="store_true", help="growth: as many requests of the last weeks in Hookline's log as calls")
    parser.add_argument("--hours", type=float, default=4, help="of a soak (default %(default)s)")
    parser.add_argument("--dir", type=Path, help="parent of the temporary databases; must be on a real disk")
    parser.add_argument("--out", type=Path, default=BENCH / "results")
    parser.add_argument("--pg-bin", help="folder of postgres and initdb")
    parser.add_argument("--pg-user", default="postgres", help="who runs PostgreSQL when this is started by root")
    parser.add_argument("--hookline-per-request", default="requests", help="Hookline's tables with a row per request")
    parser.add_argument("--hookline-per-call", default="timeline", help="Hookline's tables with a row per updated call")
    return parser.parse_args()


def chosen_names(options: argparse.Namespace) -> list[str]:
    names = list(split(options.only)) if options.only else list(DEFAULT_SUBJECTS[options.question])
    unknown = set(names) - set(subjects.NAMES)
    if unknown:
        raise Failed(f"unknown subjects {', '.join(sorted(unknown))}; known: {', '.join(subjects.NAMES)}")
    return names


def split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def answer(options: argparse.Namespace, names: list[str], settings: subjects.Settings, folder: Path) -> dict:
    plan = Plan(options.rounds, options.seconds, options.warm_up, options.workers,
                Load(connections=options.connections, threads=options.threads))
    match options.question:
        case "compare":
            return experiments.compare(names, settings, plan, folder)
        case "growth":
            return experiments.growth(names, SIZES + [10**7] * options.full, settings, plan, folder)
        case "batch":
            return experiments.batch(names, settings, plan, folder)
        case "routing":
            return routing.routing(names, settings, plan, folder)
        case "pages":
            return pages.pages(names, settings, plan, folder)
        case "scale":
            return scale.scale(settings, plan, folder)
        case "soak":
            return soak.soak(names, settings, options.hours, folder)
        case _:
            return experiments.idle(names, settings, folder)


def write_report(options: argparse.Namespace, facts: dict, results: dict) -> bool:
    question = options.question
    checks = getattr(report, f"{question}_checks")(results)
    setting = {"calls": "by row" if question == "growth" else f"{options.calls:,}"}
    if question == "growth":
        setting["requests in the log before"] = "as many as calls" if options.log else "none"
    if question == "routing":
        setting = {"rounds": options.rounds, "seconds": options.seconds, "parameters of a call": routing.PARAMETERS}
    elif question == "pages":
        setting |= {"days": pages.DAYS, "requests of each page": options.rounds * pages.REPEATS, "per second": pages.PER_S}
    elif question == "soak":
        setting |= {"hours": f"{options.hours:g}", "per second": soak.PER_S, "connections": soak.CONNECTIONS}
    elif question != "idle":
        setting |= {"connections": options.connections, "rounds": options.rounds, "seconds": options.seconds,
                    "connections of each peer to PostgreSQL": options.peer_connections}
    plot = None
    if question not in NOT_PLOTTED:
        field = "call_updates_per_s" if question == "batch" else "requests_per_s"
        subtitle = (f"median of {options.rounds} rounds of {options.seconds} s, {options.connections} connections; "
                    "the line is the range")
        plot = report.svg(TITLES[question], subtitle, report.load_bars(results, field))
    table = getattr(report, f"{question}_table", report.load_table)(results)
    lines = table + report.check_table(checks)
    name = f"{datetime.date.today().isoformat()}-{question}"
    path = report.write(options.out, name, TITLES[question], lines + report.facts_lines(facts, setting),
                        {"facts": facts, "settings": setting, "results": results}, plot)
    print("\n".join(lines) + f"\n\nwritten to {path}")
    return all(check.passed for check in checks)


def main() -> int:
    options = arguments()
    # A kill ends the run as Ctrl-C does: processes are stopped and the folder is removed on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = None
    try:
        names = chosen_names(options)
        settings = subjects.Settings(
            options.hookline.resolve(), options.calls, postgres.find_bin(options.pg_bin), options.pg_user,
            split(options.hookline_per_request), split(options.hookline_per_call),
            options.peer_connections, options.log)
        experiments.require_binary(names, settings)
        setup.install(set(names))
        folder = Path(tempfile.mkdtemp(prefix="hookline-bench-", dir=options.dir))
        folder.chmod(0o755)  # PostgreSQL's user must be able to pass through
        facts = machine.facts(folder, str(settings.pg_bin / "postgres"))
        if facts["filesystem"] in ("tmpfs", "ramfs"):
            raise Failed(f"{folder} is in memory, where an fsync costs nothing; name a folder on a disk with --dir")
        return 0 if write_report(options, facts, answer(options, names, settings, folder)) else 1
    except Failed as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("bench: interrupted", file=sys.stderr)
        return 130
    finally:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
