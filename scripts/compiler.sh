#!/usr/bin/env bash
# Installs a C compiler if there is none: SQLite and the TLS library are built from source.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh

if ! command -v cc >/dev/null; then install_packages build-essential; fi
