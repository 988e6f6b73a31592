#!/usr/bin/env bash
# Builds the dashboard into dashboard/dist, from where the server takes it in. Installs Node.js if it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh

# Vite 8 needs it.
NODE_MIN=20.19.0
node_version() { node --version 2>/dev/null | tr -d v; }
new_enough() { [ "$(printf '%s\n' "$NODE_MIN" "$(node_version)" | sort -V | head -n 1)" = "$NODE_MIN" ]; }

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then install_packages nodejs npm; fi
if ! new_enough; then
  echo "The dashboard needs Node.js $NODE_MIN or newer and this is $(node_version). Install a newer one and run this again." >&2
  exit 1
fi

cd dashboard
# Asked only when the list has changed, so that a second run needs no network.
if ! cmp -s package-lock.json node_modules/.built-for; then
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.built-for
fi
if [ "${1:-build}" = check ]; then npm run --silent check; else npm run --silent build; fi
