#!/usr/bin/env bash
# Pictures of every page of the dashboard.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh
scripts/compiler.sh
scripts/dashboard.sh
if ! command -v chromium >/dev/null; then install_packages chromium; fi
cargo build -p hookline
cd dashboard
HOOKLINE_BIN="$PWD/../target/debug/hookline" npm run --silent screenshots
