#!/usr/bin/env bash
# Changes the rules on which money and promises hang, one change at a time, and sees whether a test of the domain notices:
# idempotency, rate windows, amounts, matching. The fuzz targets and the server's stories are not asked.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/compiler.sh

if ! cargo mutants --version >/dev/null 2>&1; then cargo install cargo-mutants --locked; fi

# Each change is built in a copy of the code. A property that holds for 64 cases or none is enough here.
export PROPTEST_CASES=64
domain=crates/domain/src
cargo mutants --package hookline-domain --cargo-arg=--lib --output target --baseline skip --timeout 30 "$@" \
  -f $domain/money.rs -f $domain/rate.rs -f "$domain/matching/*.rs" -f $domain/routing/period.rs \
  -f $domain/webhook/transaction.rs -f $domain/webhook/fingerprint.rs -f $domain/webhook/limits.rs \
  -- -- money:: rate:: matching:: webhook:: update:: routing:: --skip simulation
