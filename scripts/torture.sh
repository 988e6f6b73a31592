#!/usr/bin/env bash
# Breaks Hookline on purpose (docs/reliability.md). TORTURE=full does the whole, TORTURE=10 a tenth of it; TORTURE_SEED=N repeats a run's choices,
# an argument names the part: kills, power, duplicates, histories, limits, silent, sync, wire.
set -euo pipefail
source "$(dirname "$0")/setup.sh"
source scripts/postgres.sh
scripts/dashboard.sh

# For the stories that take its power away.
as=""
if [ "$(id -u)" = 0 ]; then as="runuser -u postgres --"; fi
export HOOKLINE_TEST_PG_CTL="cd $folder && $as $POSTGRES_BIN/pg_ctl -D $folder/data -w -l $folder/log"

# The whole is worth an optimized build.
profile=()
if [ "${TORTURE:-}" = full ]; then profile=(--profile torture); fi

# One after the other: PostgreSQL is stopped in some.
cargo test -p hookline "${profile[@]}" --features failpoints --test it -- --test-threads=1 --nocapture "torture::${1:-}"
