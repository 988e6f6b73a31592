#!/usr/bin/env bash
# Every test: starts a PostgreSQL in a temporary folder, on a free port, and ends it afterwards.
set -euo pipefail
source "$(dirname "$0")/setup.sh"

# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

folder=$(mktemp -d)
stop() {
  (cd "$folder" && as_postgres "$POSTGRES_BIN/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1) || true
  rm -rf "$folder"
}
trap stop EXIT
if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
(
  cd "$folder"
  as_postgres "$POSTGRES_BIN/initdb" -D "$folder/data" --auth trust --username postgres >/dev/null
  as_postgres "$POSTGRES_BIN/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
    -o "-p $port -k $folder -c listen_addresses=127.0.0.1 -c max_connections=500" start >/dev/null
)
export HOOKLINE_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"

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
