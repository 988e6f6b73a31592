"""Starting, awaiting and ending the processes of a run: each by its own id, never by name."""

import http.client
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

READY_SECONDS_MAX = 120
STOP_SECONDS_MAX = 30


class Failed(Exception):
    """The run cannot go on; the message says what to do."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(command: list[str], env: dict[str, str], log: Path, user: str | None = None) -> subprocess.Popen:
    # Its own session, so that a Ctrl-C at the terminal reaches the harness alone, which then ends things in order.
    with log.open("ab") as out:
        return subprocess.Popen(command, env={**os.environ, **env}, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                                start_new_session=True, cwd=log.parent, user=user, group=user and _group(user),
                                extra_groups=[] if user else None)


def _group(user: str) -> int:
    import pwd
    return pwd.getpwnam(user).pw_gid


def stop(process: subprocess.Popen, how: int = signal.SIGTERM) -> None:
    if process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        # It led its session, so its group holds its own children and nothing else.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def await_ready(process: subprocess.Popen, port: int, log: Path, poll_seconds: float = 0.05) -> None:
    deadline = time.monotonic() + READY_SECONDS_MAX
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failed(f"the server ended with status {process.returncode}:\n{tail(log)}")
        if get_status(port, "/readyz") == 200:
            return
        time.sleep(poll_seconds)
    raise Failed(f"no 200 from /readyz within {READY_SECONDS_MAX} s:\n{tail(log)}")


def get_status(port: int, path: str) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def post_json(port: int, path: str, body: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", path, body, {"content-type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def tail(log: Path, lines: int = 20) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""


def run_checked(command: list[str], what: str, seconds: float, **options) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False, **options)
    except FileNotFoundError as error:
        raise Failed(f"{what}: {command[0]} is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{what} took longer than {seconds:.0f} s") from error
    if done.returncode != 0:
        raise Failed(f"{what} failed with status {done.returncode}:\n{(done.stderr or done.stdout)[-2000:]}")
    return done.stdout
