"""A PostgreSQL cluster of one subject: its own data folder, a free port on 127.0.0.1, fsync on."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from . import process
from .process import Failed

# The same for every subject. fsync, full_page_writes and synchronous_commit are the defaults, said aloud because
# the comparison rests on them; the sizes are what anyone sets who expects writes.
SETTINGS = {
    "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "1GB",
    "max_wal_size": "8GB", "checkpoint_timeout": "15min", "wal_buffers": "16MB", "max_connections": "200",
    "unix_socket_directories": "", "listen_addresses": "127.0.0.1", "logging_collector": "off",
}
START_SECONDS_MAX = 60
SEED_SECONDS_MAX = 3600


def find_bin(given: str | None) -> Path:
    candidates = [Path(given)] if given else sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    if not given and on_path:
        candidates.insert(0, Path(on_path).resolve().parent)
    for folder in candidates:
        if all((folder / name).exists() for name in ("initdb", "postgres", "psql", "pg_isready")):
            return folder
    raise Failed("no PostgreSQL server found; install it or name its folder with --pg-bin")


class Cluster:
    def __init__(self, folder: Path, bin_folder: Path, user: str) -> None:
        self.folder, self.bin = folder, bin_folder
        # The server refuses to run as root; anyone else runs it as themselves.
        self.user = user if os.geteuid() == 0 else None
        self.data, self.log = folder / "pg", folder / "postgres.log"
        self.server: subprocess.Popen | None = None
        self.port = 0

    def create(self) -> None:
        self.data.mkdir(mode=0o700)
        if self.user:
            shutil.chown(self.data, self.user)
        process.run_checked(
            [str(self.bin / "initdb"), "-D", str(self.data), "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C"],
            "initdb", 120, cwd="/", **self._identity())

    def start(self) -> None:
        self.port = process.free_port()
        options = [item for name, value in SETTINGS.items() for item in ("-c", f"{name}={value}")]
        self.server = process.start([str(self.bin / "postgres"), "-D", str(self.data), "-p", str(self.port), *options],
                                    {}, self.log, self.user)
        deadline = time.monotonic() + START_SECONDS_MAX
        while subprocess.run([str(self.bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)],
                             check=False).returncode != 0:
            if self.server.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"PostgreSQL did not start:\n{process.tail(self.log)}")
            time.sleep(0.1)

    def stop(self) -> None:
        if self.server:
            process.stop(self.server, signal.SIGINT)  # its "fast" shutdown: ends sessions, writes a checkpoint
            self.server = None

    def url(self) -> str:
        return f"postgres://bench@127.0.0.1:{self.port}/postgres"

    def psql(self, *arguments: str) -> str:
        return process.run_checked([str(self.bin / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.url(),
                                    *arguments], "psql", SEED_SECONDS_MAX)

    def _identity(self) -> dict[str, object]:
        return {"user": self.user, "group": process._group(self.user), "extra_groups": []} if self.user else {}
