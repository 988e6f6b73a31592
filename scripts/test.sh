#!/usr/bin/env bash
# Every test: starts a PostgreSQL in a temporary folder, on a free port, and ends it afterwards.
set -euo pipefail
source "$(dirname "$0")/setup.sh"

source scripts/postgres.sh

mkdir -p target
.venv/bin/python scripts/phone_reference.py > target/phone_reference.tsv
export HOOKLINE_PHONE_REFERENCE="$PWD/target/phone_reference.tsv"

scripts/dashboard.sh check
if ! command -v chromium >/dev/null; then install_packages chromium; fi

if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run --workspace
else
  cargo test --workspace
fi

cargo build -p hookline

# Whether the API answers as its description says.
.venv/bin/python scripts/api_description.py target/debug/hookline

# Whether a hot function takes more instructions than it did.
if ! command -v valgrind >/dev/null; then install_packages valgrind; fi
.venv/bin/python scripts/instructions.py

# The dashboard's stories, in a real browser against the program that was just tested.
cd dashboard
HOOKLINE_BIN="$PWD/../target/debug/hookline" npm run --silent e2e
