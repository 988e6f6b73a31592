"""The subjects: how each is seeded, started, counted. One class per kind of store, one table of all of them."""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from . import process
from .callid import call_id
from .postgres import SEED_SECONDS_MAX, Cluster
from .process import Failed

BENCH = Path(__file__).resolve().parent.parent
PEERS = BENCH / "peers"
PEER_KEY = "bench-" + "0123456789abcdef" * 4
RATE_LIMIT = 10_000_000  # per minute: never reached, always checked
ORGANIZATION = bytes.fromhex("01900000000070008000000000000001")
WEBHOOK = bytes.fromhex("01900000000070008000000000000002")

# Tables that gain one row per applied request, and those that gain one per updated call.
PEER_PER_REQUEST, PEER_PER_CALL = ("idempotency", "requests"), ("timeline",)


@dataclass
class Settings:
    hookline: Path | None
    calls: int
    pg_bin: Path
    pg_user: str
    hookline_per_request: tuple[str, ...]
    hookline_per_call: tuple[str, ...]
    peer_connections: int = 16
    # As many requests in Hookline's log, with their transaction ids, as there are calls.
    log: bool = False


@dataclass
class Subject:
    """A program under test with its own folder and store; `start` and `stop` may be called many times."""

    name: str
    settings: Settings
    folder: Path
    command: Callable[["Subject"], list[str]]
    env: Callable[["Subject"], dict[str, str]]
    seed: Callable[["Subject"], dict[str, str]] | None
    engine: str  # "postgres", "sqlite" or "none"
    counted_per_request: tuple[str, ...] = ()
    counted_per_call: tuple[str, ...] = ()
    worker_choices: tuple[int, ...] = (1,)
    workers: int = 1
    keys: dict[str, str] = field(default_factory=dict)
    port: int = 0
    cluster: Cluster | None = None
    server: subprocess.Popen | None = None

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def database(self) -> Path:
        return self.folder / "bench.db"

    def prepare(self) -> None:
        """Creates and fills the store, once."""
        self.folder.mkdir(parents=True)
        try:
            if self.engine == "postgres":
                self.cluster = Cluster(self.folder, self.settings.pg_bin, self.settings.pg_user)
                self.cluster.create()
                self.cluster.start()
            self.keys = self.seed(self) if self.seed else {"update_revenue": PEER_KEY, "call_data": PEER_KEY}
        finally:
            self.stop()

    def start_store(self) -> None:
        if self.cluster:
            self.cluster.start()

    def start(self) -> None:
        self.start_store()
        self.start_server()

    def start_server(self, poll_seconds: float = 0.05) -> None:
        self.port = process.free_port()
        self.server = process.start(self.command(self), self.env(self), self.log)
        process.await_ready(self.server, self.port, self.log, poll_seconds)

    def stop_server(self) -> None:
        if self.server:
            process.stop(self.server)
            self.server = None

    def stop(self) -> None:
        self.stop_server()
        if self.cluster:
            self.cluster.stop()

    def pids(self) -> list[int]:
        """The roots of all that works for this subject: its server, and its database server."""
        running = [self.server, self.cluster.server if self.cluster else None]
        return [p.pid for p in running if p is not None]

    def counts(self) -> dict[str, int]:
        """Rows per counted table, read beside the running server."""
        tables = self.counted_per_request + self.counted_per_call
        if not tables:
            return {}
        union = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables)
        if self.cluster:
            lines = self.cluster.psql("-c", union).splitlines()
            return {name: int(count) for name, count in (line.split("|") for line in lines)}
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)
        try:
            return dict(connection.execute(union))
        finally:
            connection.close()


# Peers ----------------------------------------------------------------------------------------------------------

def seed_peer_postgres(subject: Subject) -> dict[str, str]:
    sql, cluster = PEERS / "sql", subject.cluster
    cluster.psql("-f", str(sql / "postgres.sql"))
    cluster.psql("-v", f"calls={subject.settings.calls}", "-v", f"rate_limit={RATE_LIMIT}",
                 "-v", f"key_hash={hashlib.sha256(PEER_KEY.encode()).hexdigest()}", "-f", str(sql / "postgres_seed.sql"))
    return {"update_revenue": PEER_KEY}


def seed_peer_sqlite(subject: Subject) -> dict[str, str]:
    connection = sqlite3.connect(subject.database)
    try:
        connection.executescript((PEERS / "sql" / "sqlite.sql").read_text())
        connection.execute("INSERT INTO webhooks VALUES (?, ?, 'update_revenue', ?, 60000000)",
                           (WEBHOOK, ORGANIZATION, RATE_LIMIT))
        connection.execute("INSERT INTO webhook_keys VALUES (?, ?)",
                           (hashlib.sha256(PEER_KEY.encode()).digest(), WEBHOOK))
        connection.executemany(
            "INSERT INTO calls (id, organization_id, caller, dialed, status, started_at, answered_at, ended_at, "
            "connected_seconds, state, zip) VALUES (?, ?, ?, '+18005550100', 'completed', ?, ?, ?, 90, 'CA', '90210')",
            (_call_row(i) for i in range(subject.settings.calls)))
        connection.commit()
        connection.executescript("CREATE INDEX calls_by_caller ON calls (organization_id, caller, started_at); "
                                 "ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);")
    finally:
        connection.close()
    return {"update_revenue": PEER_KEY}


def _call_row(index: int) -> tuple:
    start = (1_750_000_000_000 + index) * 1000
    return (call_id(index).bytes, ORGANIZATION, f"+1310{2_000_000 + index % 8_000_000}", start, start + 4_000_000,
            start + 94_000_000)


def peer_env(subject: Subject) -> dict[str, str]:
    env = {"PEER_PORT": str(subject.port), "PEER_WORKERS": str(subject.workers), "NODE_ENV": "production",
           "PEER_CONNECTIONS": str(subject.settings.peer_connections), "PYTHONDONTWRITEBYTECODE": "1"}
    if subject.cluster:
        env["DATABASE_URL"] = subject.cluster.url()
    else:
        env["DATABASE_PATH"] = str(subject.database)
    # The shared rate window of one start; a new start must refill it from the request log.
    shared = subject.folder / "shared"
    shutil.rmtree(shared, ignore_errors=True)
    shared.mkdir()
    return {**env, "PEER_SHARED_DIR": str(shared)}


def node_command(name: str) -> Callable[[Subject], list[str]]:
    return lambda _subject: ["node", str(PEERS / name / "server.js")]


def uvicorn_command(subject: Subject) -> list[str]:
    return [str(BENCH / ".venv/bin/python"), "-m", "uvicorn", "--app-dir", str(PEERS / "fastapi-asyncpg"),
            "server:app", "--host", "127.0.0.1", "--port", str(subject.port), "--workers", str(subject.workers),
            "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]


# Hookline -------------------------------------------------------------------------------------------------------

def hookline_env(subject: Subject) -> dict[str, str]:
    url = subject.cluster.url() if subject.cluster else f"sqlite://{subject.database}"
    return {"HOOKLINE_DATABASE_URL": url, "HOOKLINE_LISTEN": f"127.0.0.1:{subject.port}"}


def hookline_command(subject: Subject) -> list[str]:
    return [str(subject.settings.hookline), "serve"]


def ceiling_command(subject: Subject) -> list[str]:
    return [str(subject.settings.hookline), "bench-ceiling"]


def seed_ceiling(subject: Subject) -> dict[str, str]:
    return seed_hookline(subject, calls=0)


def seed_call_log(subject: Subject, days: int) -> dict[str, str]:
    return seed_hookline(subject, more=("--days", str(days)))


def seed_hookline(subject: Subject, calls: int | None = None, more: tuple[str, ...] = ()) -> dict[str, str]:
    calls = subject.settings.calls if calls is None else calls
    if subject.settings.log:
        more += ("--requests", str(calls))
    out = process.run_checked([str(subject.settings.hookline), "bench-seed", "--calls", str(calls), *more],
                              "hookline bench-seed", SEED_SECONDS_MAX, env={**os.environ, **hookline_env(subject)},
                              cwd=subject.folder)
    if subject.cluster:
        # As the peers' seeds do: else PostgreSQL begins to vacuum the new rows by itself amid a measured run.
        for statement in ("VACUUM (ANALYZE)", "CHECKPOINT"):
            subject.cluster.psql("-c", statement)
    try:
        line = json.loads(out.strip().splitlines()[-1])
        return {"update_revenue": line["key"], **line.get("keys", {}), "api": line["api_key"]}
    except (IndexError, KeyError, json.JSONDecodeError) as error:
        raise Failed(f"hookline bench-seed printed no line with a key: {out[-300:]!r}") from error


def build(name: str, settings: Settings, folder: Path) -> Subject:
    common = {"name": name, "settings": settings, "folder": folder}
    hookline = {"command": hookline_command, "env": hookline_env, "seed": seed_hookline,
                "counted_per_request": settings.hookline_per_request,
                "counted_per_call": settings.hookline_per_call}
    counted = {"counted_per_request": PEER_PER_REQUEST, "counted_per_call": PEER_PER_CALL}
    peer = {**counted, "env": peer_env, "worker_choices": (1, 2)}
    table = {
        # Its SQLite file holds the webhook and its key, and no call.
        "ceiling": lambda: Subject(**common, command=ceiling_command, env=hookline_env, seed=seed_ceiling,
                                   engine="sqlite"),
        "hookline-sqlite": lambda: Subject(**common, **hookline, engine="sqlite"),
        "hookline-postgres": lambda: Subject(**common, **hookline, engine="postgres"),
        "fastify-pg": lambda: Subject(**common, **peer, command=node_command("fastify-pg"), seed=seed_peer_postgres,
                                      engine="postgres"),
        "fastify-better-sqlite3": lambda: Subject(**common, **peer, command=node_command("fastify-better-sqlite3"),
                                                  seed=seed_peer_sqlite, engine="sqlite"),
        "fastify-better-sqlite3-grouped": lambda: Subject(
            **common, **{**peer, "env": lambda s: {**peer_env(s), "PEER_GROUP": "1"}},
            command=node_command("fastify-better-sqlite3"), seed=seed_peer_sqlite, engine="sqlite"),
        "fastapi-asyncpg": lambda: Subject(**common, **peer, command=uvicorn_command, seed=seed_peer_postgres,
                                           engine="postgres"),
    }
    return table[name]()


HOOKLINE = ("ceiling", "hookline-sqlite", "hookline-postgres")
PEER_NAMES = ("fastify-pg", "fastify-better-sqlite3", "fastify-better-sqlite3-grouped", "fastapi-asyncpg")
NAMES = HOOKLINE + PEER_NAMES
