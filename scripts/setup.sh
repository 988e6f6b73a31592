#!/usr/bin/env bash
# Sourced by the other scripts: installs what is missing (a C compiler, PostgreSQL, a Python environment).
# Run by itself it does the same and nothing else.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

source scripts/packages.sh

newest_postgres() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }

scripts/compiler.sh

if [ ! -x "$(newest_postgres)/initdb" ]; then install_packages postgresql; fi
POSTGRES_BIN=$(newest_postgres)

# pip is looked for and not python: Debian's venv without python3-venv leaves a folder without pip.
if [ ! -x .venv/bin/pip ]; then
  python3 -m venv .venv || { install_packages python3-venv && python3 -m venv .venv; }
fi
# Asked only when the list has changed, so that a second run needs no network.
if ! cmp -s scripts/requirements.txt .venv/requirements.txt; then
  .venv/bin/pip install --quiet --disable-pip-version-check -r scripts/requirements.txt
  cp scripts/requirements.txt .venv/requirements.txt
fi
