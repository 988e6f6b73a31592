"""Installs the peers' pinned dependencies, each into its own folder, when they are missing or have changed."""

import hashlib
import os
import shutil
import sys
from pathlib import Path

from .process import Failed, run_checked
from .subjects import BENCH, PEERS

INSTALL_SECONDS_MAX = 900


def install(names: set[str]) -> None:
    folders = {name.removesuffix("-grouped") for name in names}
    for name in ("fastify-pg", "fastify-better-sqlite3"):
        if name in folders:
            _npm(PEERS / name)
    if "fastapi-asyncpg" in folders:
        _venv(PEERS / "fastapi-asyncpg" / "requirements.txt", BENCH / ".venv")


def _npm(folder: Path) -> None:
    stamp, want = folder / "node_modules" / ".bench-stamp", _digest(folder / "package-lock.json")
    if stamp.exists() and stamp.read_text() == want:
        return
    print(f"installing {folder.name} …", file=sys.stderr)
    # better-sqlite3 is compiled here rather than fetched as a binary: it needs node's headers, which most
    # packages of node install beside it.
    env = {**os.environ, "npm_config_build_from_source": "true", "npm_config_update_notifier": "false"}
    node = shutil.which("node")
    if node and (prefix := Path(node).resolve().parent.parent).joinpath("include/node/node.h").exists():
        env["npm_config_nodedir"] = str(prefix)
    run_checked(["npm", "ci", "--no-audit", "--no-fund"], f"npm ci in {folder.name}", INSTALL_SECONDS_MAX, cwd=folder,
                env=env)
    if folder.name == "fastify-better-sqlite3":
        built = folder / "node_modules/better-sqlite3/build/Release/better_sqlite3.node"
        if not built.exists():
            raise Failed("better-sqlite3 was not compiled: it needs a C++ compiler, make, Python and node's headers")
    stamp.write_text(want)


def _venv(requirements: Path, folder: Path) -> None:
    stamp, want = folder / ".bench-stamp", _digest(requirements)
    if stamp.exists() and stamp.read_text() == want:
        return
    print("installing fastapi-asyncpg …", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    run_checked([sys.executable, "-m", "venv", str(folder)], "python -m venv", INSTALL_SECONDS_MAX)
    run_checked([str(folder / "bin/pip"), "install", "--quiet", "--no-deps", "-r", str(requirements)], "pip install",
                INSTALL_SECONDS_MAX)
    stamp.write_text(want)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
