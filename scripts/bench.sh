#!/usr/bin/env bash
# Measures Hookline beside its peers. Arguments go to bench/run.py; without any it compares them all.
set -euo pipefail
source "$(dirname "$0")/setup.sh"
if ! command -v wrk >/dev/null; then install_packages wrk; fi

cargo build --release -p hookline

question=${1:-compare}
if [ $# -gt 0 ]; then shift; fi
exec python3 bench/run.py "$question" --hookline target/release/hookline --pg-bin "$POSTGRES_BIN" "$@"
