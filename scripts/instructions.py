"""Counts the instructions of the hot functions of crates/domain under callgrind and compares them with bench/instructions.json:
a regression is seen without a clock, on any machine and beside any load.

    python3 scripts/instructions.py             # the table; fails when a function needs a tenth more than it did
    python3 scripts/instructions.py --update    # writes the counts down
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "bench" / "instructions.json"
FEW, MANY = 20, 60
MORE_MAX = 1.10


def build() -> Path:
    command = ["cargo", "bench", "--package", "hookline-domain", "--bench", "instructions", "--no-run", "--message-format", "json"]
    out = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    built = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    return Path(next(one["executable"] for one in built if one.get("executable")))


def count(program: Path, name: str, times: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", str(program), name, str(times)]
        run = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or found is None:
        sys.exit(f"callgrind could not run {name}: {run.stderr[-500:]}")
    return int(found[1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true", help="write the counts down")
    options = parser.parse_args()
    program = build()
    names = subprocess.run([str(program)], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    # What setting up costs is in both runs, and so in neither count.
    counts = {name: (count(program, name, MANY) - count(program, name, FEW)) // (MANY - FEW) for name in names}
    compiler = subprocess.run(["rustc", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {"compiler": compiler, "instructions": {}}
    print("| function | instructions | before | ratio |\n|---|--:|--:|--:|")
    worse = []
    for name, now in counts.items():
        before = kept["instructions"].get(name)
        ratio = now / before if before else None
        print(f"| {name} | {now:,} | {before or 0:,} | {f'{ratio:.3f}' if ratio else '–'} |")
        if ratio and ratio > MORE_MAX:
            worse.append(name)
    if options.update:
        KEPT.write_text(json.dumps({"compiler": compiler, "instructions": counts}, indent=1) + "\n")
        return 0
    if kept["compiler"] != compiler:
        print(f"\ncompared with another compiler ({kept['compiler']}): read the ratios, nothing fails")
        return 0
    if worse:
        print(f"\n{', '.join(worse)}: over a tenth more than before. Find out why, or accept it with --update and say so in the commit.")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
