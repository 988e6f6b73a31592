#!/usr/bin/env bash
# Gives every parser inputs that are made up to reach new code, and stops at the first that breaks a property
# (crates/domain/tests/parsers). SECONDS_EACH=60 is the time for one parser, an argument names one: scripts/fuzz.sh json
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/compiler.sh

if ! cargo fuzz --version >/dev/null 2>&1; then cargo install cargo-fuzz --locked; fi

# Without a sanitizer, which the safe code here has no need of, a stable compiler does.
target=$(rustc -vV | sed -n 's/^host: //p')
build=(--sanitizer none --target "$target" --target-dir "${CARGO_TARGET_DIR:-$PWD/target}/fuzz")
cargo fuzz build "${build[@]}"

for name in ${1:-$(cargo fuzz list)}; do
  # What is found is kept beside the corpus, and is where the next run goes on.
  mkdir -p "fuzz/found/$name" target
  echo "$name"
  cargo fuzz run "${build[@]}" "$name" "fuzz/found/$name" "fuzz/corpus/$name" -- \
    -max_total_time="${SECONDS_EACH:-60}" -timeout=5 -rss_limit_mb=1024 -max_len=20000 -print_final_stats=1 \
    2>&1 | tee "target/fuzz-$name.log" | grep -E 'panicked|SUMMARY|Test unit|number_of_executed|slowest_unit|ALARM' || true
  # grep is the last of the pipe, so what became of the run is asked here.
  if grep -qE 'panicked|SUMMARY|ALARM' "target/fuzz-$name.log"; then
    echo "$name: see target/fuzz-$name.log; once it is mended, keep the input in fuzz/corpus/$name" >&2
    exit 1
  fi
done
