#!/usr/bin/env bash
# Sourced by the other scripts: installs what is missing (PostgreSQL, a Python environment).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

newest_postgres() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }

if [ ! -x "$(newest_postgres)/initdb" ]; then
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql
fi
POSTGRES_BIN=$(newest_postgres)

if [ ! -x .venv/bin/python ]; then
  python3 -m venv .venv || { as_root apt-get install -y -qq python3-venv && python3 -m venv .venv; }
fi
.venv/bin/pip install --quiet --disable-pip-version-check -r scripts/requirements.txt
