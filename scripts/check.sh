#!/usr/bin/env bash
set -euo pipefail
source "$(dirname "$0")/setup.sh"
cargo fmt --all --check
cargo clippy --workspace --all-targets -- -D warnings
# What only torture has.
cargo clippy -p hookline --all-targets --features failpoints -- -D warnings
python3 scripts/dependencies.py
.venv/bin/python scripts/prefix_table.py | diff - crates/domain/src/phone/prefixes.tsv
