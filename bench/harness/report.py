"""Results as a Markdown table, JSON and an SVG plot, and the verdicts on floors and goals."""

import json
import statistics
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

BAR_PIXELS = 380
ROW_PIXELS = 34
PAGE_MS = 100
LABEL_PIXELS = 250

STYLE = """
  .page { fill: #ffffff } .ink { fill: #1f2328 } .soft { fill: #59636e } .bar { fill: #3b7ddd } .own { fill: #1a9c6b }
  .range { stroke: #1f2328; stroke-width: 1.5 }
  text { font: 13px system-ui, sans-serif } .title { font-size: 15px; font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } .ink { fill: #f0f6fc } .soft { fill: #9198a1 } .bar { fill: #5a9bff } .own { fill: #2fc78b }
    .range { stroke: #f0f6fc }
  }"""


@dataclass(frozen=True)
class Bar:
    label: str
    value: float
    low: float
    high: float
    note: str


@dataclass(frozen=True)
class Check:
    """A ratio with its floor (must) and goal (want). `at_most` turns both round."""

    label: str
    value: float
    floor: float | None
    goal: float | None
    at_most: bool = False

    def met(self, bound: float | None) -> str:
        if bound is None:
            return "–"
        good = self.value <= bound if self.at_most else self.value >= bound
        sign = "≤" if self.at_most else "≥"
        return f"{'pass' if good else 'FAIL'} ({sign} {bound:g})"

    @property
    def passed(self) -> bool:
        return not self.met(self.floor).startswith("FAIL")


def compare_checks(results: dict) -> list[Check]:
    """Only what both sides of were measured."""
    def rate(name: str) -> float:
        return results[name]["median"]["requests_per_s"]

    def ratio(own: str, other: str, floor: float | None, goal: float | None) -> list[Check]:
        if own not in results or other not in results:
            return []
        return [Check(f"{own} / {other}, requests/s", rate(own) / rate(other), floor, goal)]

    checks = ratio("hookline-sqlite", "ceiling", 0.17, 0.40)
    checks += ratio("hookline-sqlite", "fastify-better-sqlite3", 5, 12)
    checks += ratio("hookline-sqlite", "fastify-better-sqlite3-grouped", None, None)
    if "hookline-sqlite" in results and "fastify-pg" in results:
        p99 = [results[name]["median"]["p99_us"] for name in ("hookline-sqlite", "fastify-pg")]
        checks.append(Check("hookline-sqlite / fastify-pg, p99", p99[0] / p99[1], 1, 0.2, at_most=True))
    checks += ratio("hookline-postgres", "ceiling", 0.25, 0.40)
    checks += ratio("hookline-postgres", "fastify-pg", 5, 10)
    checks += ratio("hookline-postgres", "fastapi-asyncpg", None, None)
    return checks


def growth_checks(results: dict) -> list[Check]:
    checks = []
    for label, result in results.items():
        name, calls = label.rsplit(" ", 1)
        base = results.get(f"{name} 100000")
        if base and int(calls) > 100_000:
            value = base["median"]["requests_per_s"] / result["median"]["requests_per_s"]
            checks.append(Check(f"{name}, cost at {int(calls):,} / at 100,000", value, None, 1.2, at_most=True))
    return checks


def batch_checks(results: dict) -> list[Check]:
    names = [label.removesuffix(" singles") for label in results if label.endswith(" singles")]
    updates = {label: result["median"]["call_updates_per_s"] for label, result in results.items()}
    return [Check(f"{name}, call updates/s in batches / singly", updates[f"{name} batches of 50"] /
                  updates[f"{name} singles"], None, None) for name in names]


def idle_checks(results: dict) -> list[Check]:
    checks = []
    for name, result in results.items():
        checks.append(Check(f"{name}, resident MiB", result["resident_bytes"] / 2**20, None, 30, at_most=True))
        checks.append(Check(f"{name}, seconds to ready", result["start_s"], None, 0.2, at_most=True))
    return checks


def routing_checks(results: dict) -> list[Check]:
    checks = []
    for label, result in results.items():
        if "seconds" in result:
            checks.append(Check(f"{label}, the slowest of {len(result['seconds'])}", result["seconds"][-1], 1, None,
                                at_most=True))
        elif "decided_within_ms" in result:
            checks.append(Check(f"{label}, decided within ms (99 of 100)", result["decided_within_ms"], None, 2, at_most=True))
    return checks


def pages_checks(results: dict) -> list[Check]:
    return [Check(f"{label}, p95 ms", result["p95_ms"], None, PAGE_MS, at_most=True)
            for label, result in results.items() if result["indexed"]]


def scale_checks(results: dict) -> list[Check]:
    rates = {label: result["median"]["requests_per_s"] for label, result in results.items()}
    return [Check(f"{label} / 1 node, requests/s", rate / rates["1 node"], None, None)
            for label, rate in rates.items() if label != "1 node"]


def scale_table(results: dict) -> list[str]:
    """What the database could take at most is worked out: its cores divided by what a request costs it."""
    lines = ["| nodes | requests/s | range | p99 ms | CPU µs/request in nodes | in PostgreSQL | requests/s that one core of PostgreSQL takes |",
             "|---|--:|--:|--:|--:|--:|--:|"]
    for label, result in results.items():
        m = result["median"]
        lines.append(f"| {label} | {m['requests_per_s']:,.0f} | {result['low']:,.0f}–{result['high']:,.0f} | "
                     f"{m['p99_us'] / 1000:.2f} | {m['node_us']:.0f} | {m['database_us']:.0f} | {1e6 / m['database_us']:,.0f} |")
    return lines


SOAK_P99_RATIO = 1.2
SOAK_MEMORY_MIB = 64


def quarters(samples: list[dict]) -> tuple[list[dict], list[dict]]:
    """The first and the last quarter, after a first sample in which everything is new."""
    steady = samples[1:] or samples
    size = max(1, len(steady) // 4)
    return steady[:size], steady[-size:]


def soak_checks(results: dict) -> list[Check]:
    checks = []
    for name, result in results.items():
        first, last = quarters(result["samples"])
        p99 = [statistics.median(sample["p99_us"] for sample in some) for some in (first, last)]
        memory = [statistics.median(sample["resident_bytes"] for sample in some) for some in (first, last)]
        checks.append(Check(f"{name}, p99 of the last quarter / of the first", p99[1] / p99[0], None, SOAK_P99_RATIO,
                            at_most=True))
        checks.append(Check(f"{name}, MiB of memory gained from the first quarter to the last",
                            (memory[1] - memory[0]) / 2**20, None, SOAK_MEMORY_MIB, at_most=True))
    return checks


def soak_table(results: dict) -> list[str]:
    lines = ["| subject | part | p50 ms | p99 ms | slowest ms | resident MiB | database MiB | log MiB | checkpoints/min | each ms | cores |",
             "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for name, result in results.items():
        samples = result["samples"]
        size = max(1, -(-len(samples) // 6))
        for at in range(0, len(samples), size):
            some = samples[at:at + size]
            middle = {key: statistics.median(sample[key] for sample in some) for key in some[0]}
            lines.append(
                f"| {name} | minutes {some[0]['minute'] - 1:.0f}–{some[-1]['minute']:.0f} | {middle['p50_us'] / 1000:.2f} | "
                f"{middle['p99_us'] / 1000:.2f} | {max(sample['max_us'] for sample in some) / 1000:.1f} | "
                f"{middle['resident_bytes'] / 2**20:.0f} | {some[-1]['database_bytes'] / 2**20:,.0f} | "
                f"{max(sample['log_bytes'] for sample in some) / 2**20:,.0f} | {middle['checkpoints']:.0f} | "
                f"{middle['checkpoint_ms']:.1f} | {middle['cpu_share']:.2f} |")
    for name, result in results.items():
        lines += ["", f"{name}: {result['requests']:,} requests acknowledged, as many in the request log; "
                  f"{result['repeats']:,} were repeats and got the first answer's bytes."]
    return lines


def load_table(results: dict) -> list[str]:
    lines = ["| subject | requests/s | range | call updates/s | p50 ms | p99 ms | CPU µs/request | KiB written/request | processes |",
             "|---|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for label, result in results.items():
        m = result["median"]
        lines.append(f"| {label} | {m['requests_per_s']:,.0f} | {result['low']:,.0f}–{result['high']:,.0f} | "
                     f"{m['call_updates_per_s']:,.0f} | {m['p50_us'] / 1000:.2f} | {m['p99_us'] / 1000:.2f} | "
                     f"{m['cpu_us_per_request']:,.0f} | {m['written_kib_per_request']:.1f} | {result.get('workers', 1)} |")
    return lines


def routing_table(results: dict) -> list[str]:
    lines = ["| question | per second | decided within ms (99 of 100) | p50 ms | p99 ms | range of p99 | slowest ms |",
             "|---|--:|--:|--:|--:|--:|--:|"]
    for label, result in results.items():
        if "seconds" in result:
            continue
        m = result["median"]
        decided = f"≤ {result['decided_within_ms']:g}" if "decided_within_ms" in result else "–"
        lines.append(f"| {label} | {m['per_s']} | {decided} | {m['p50_us'] / 1000:.2f} | {m['p99_us'] / 1000:.2f} | "
                     f"{result['low'] / 1000:.2f}–{result['high'] / 1000:.2f} | {m['max_us'] / 1000:.2f} |")
    return lines


def pages_table(results: dict) -> list[str]:
    lines = ["| page | by an index or kept sums | p50 ms | p95 ms | slowest ms |", "|---|---|--:|--:|--:|"]
    for label, result in results.items():
        lines.append(f"| {label} | {'yes' if result['indexed'] else 'no: it looks calls through'} | {result['p50_ms']:.1f} | "
                     f"{result['p95_ms']:.1f} | {result['max_ms']:.1f} |")
    return lines


def idle_table(results: dict) -> list[str]:
    lines = ["| subject | resident MiB | exec to ready, ms | binary MiB |", "|---|--:|--:|--:|"]
    for label, result in results.items():
        size = result["binary_bytes"]
        lines.append(f"| {label} | {result['resident_bytes'] / 2**20:.1f} | {result['start_s'] * 1000:.0f} | "
                     f"{'–' if size is None else f'{size / 2**20:.1f}'} |")
    return lines


def check_table(checks: list[Check]) -> list[str]:
    if not checks:
        return []
    lines = ["", "| ratio | value | floor | goal |", "|---|--:|---|---|"]
    return lines + [f"| {c.label} | {c.value:.3g} | {c.met(c.floor)} | {c.met(c.goal)} |" for c in checks]


def facts_lines(facts: dict, setting: dict) -> list[str]:
    fsync = facts["fsync"]
    return [
        "", "| machine | |", "|---|---|",
        f"| processor | {facts['cores']} cores, {facts['cpu']}, {facts['memory_gib']} GiB |",
        f"| kernel, file system | {facts['kernel']}, {facts['filesystem']} |",
        f"| 4 KiB write + fdatasync | mean {fsync['mean_us']:.0f} µs, p50 {fsync['p50_us']:.0f}, p99 {fsync['p99_us']:.0f} |",
        f"| versions | node {facts['node']}, Python {facts['python']}, {facts['postgres']}, {facts['wrk']} |",
        f"| load average at start | {facts['load_average_at_start']:.2f} |",
        f"| commit | {facts['commit']} |",
        f"| settings | {', '.join(f'{k} {v}' for k, v in setting.items())} |",
    ]


def svg(title: str, subtitle: str, bars: list[Bar]) -> str:
    top = max(bar.high for bar in bars) or 1
    width, height = LABEL_PIXELS + BAR_PIXELS + 190, 64 + ROW_PIXELS * len(bars)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
           f'aria-label="{escape(title)}"><style>{STYLE}</style><rect class="page" width="{width}" height="{height}"/>',
           f'<text class="ink title" x="16" y="24">{escape(title)}</text>',
           f'<text class="soft" x="16" y="44">{escape(subtitle)}</text>']
    for i, bar in enumerate(bars):
        y = 58 + i * ROW_PIXELS
        x = {name: LABEL_PIXELS + BAR_PIXELS * getattr(bar, name) / top for name in ("value", "low", "high")}
        kind = "own" if bar.label.startswith(("hookline", "ceiling")) else "bar"
        out.append(f'<text class="ink" x="{LABEL_PIXELS - 10}" y="{y + 16}" text-anchor="end">{escape(bar.label)}</text>'
                   f'<rect class="{kind}" x="{LABEL_PIXELS}" y="{y}" width="{x["value"] - LABEL_PIXELS:.1f}" height="22" rx="3"/>'
                   f'<line class="range" x1="{x["low"]:.1f}" x2="{x["high"]:.1f}" y1="{y + 11}" y2="{y + 11}"/>'
                   f'<text class="ink" x="{x["high"] + 8:.1f}" y="{y + 16}">{bar.value:,.0f} '
                   f'<tspan class="soft">{escape(bar.note)}</tspan></text>')
    return "\n".join([*out, "</svg>", ""])


def load_bars(results: dict, field: str = "requests_per_s") -> list[Bar]:
    bars = []
    for label, result in results.items():
        values = [run[field] for run in result["runs"]]
        bars.append(Bar(label, result["median"][field], min(values), max(values),
                        f"p99 {result['median']['p99_us'] / 1000:.1f} ms"))
    return bars


def write(folder: Path, name: str, title: str, lines: list[str], raw: dict, plot: str | None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(raw, indent=1) + "\n")
    if plot:
        (folder / f"{name}.svg").write_text(plot)
        lines = [*lines, "", f"![{title}]({name}.svg)"]
    path = folder / f"{name}.md"
    path.write_text("\n".join([f"# {title}", "", *lines, ""]))
    return path
