"""Hours of updates at a steady pace: whether answers get slower, memory grows, files grow faster than what is in them."""

import asyncio
import json
import re
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import subjects
from .callid import call_id
from .experiments import say
from .machine import cpu_seconds, resident_bytes
from .paced import Connection, Request, percentile
from .process import Failed
from .subjects import Settings, Subject

PER_S = 1_000
CONNECTIONS = 64
SAMPLE_SECONDS = 60
# Of a hundred requests: the rest are revenue of one call.
TAGS, CALL_DATA, REPEATS = 5, 5, 1


@dataclass
class Told:
    """What was answered: how long each took since the last sample, and how many there were in all."""

    micros: list[int] = field(default_factory=list)
    requests: int = 0
    repeats: int = 0


class Load:
    """Requests by their number: which one it is decides what it asks for, so that a repeat is made again."""

    def __init__(self, subject: Subject) -> None:
        self.subject, self.run = subject, secrets.token_hex(6)
        self.answers: dict[int, bytes] = {}

    def of(self, number: int) -> tuple[Request, int]:
        """The request, and the number of the one that it repeats or its own."""
        kind = number % 100
        if kind < REPEATS and number >= 1_100:
            # Revenue that was answered a while ago.
            number -= 1_050
            kind = 50
        call, transaction = str(call_id(number * 7919 % self.subject.settings.calls)), f"{self.run}-{number}"
        if kind < REPEATS + TAGS:
            name, body = "update_tags", {"call_log_id": call, "add": {"soak": str(number)}}
        elif kind < REPEATS + TAGS + CALL_DATA:
            name, body = "call_data", {"caller_id": f"+1212{2_000_000 + number % 7_000_000}", "lead_source": "soak"}
        else:
            name, body = "update_revenue", {"call_log_id": call, "revenue_paid_out": number % 10_000 / 100}
        path = f"/{name.replace('_', '-')}?moja_auth_key={self.subject.keys[name]}"
        return Request("POST", path, json.dumps({**body, "transaction_id": transaction})), number

    def check(self, number: int, original: int, status: int, body: bytes) -> bool:
        """Whether it was a repeat, which must be answered with the first answer's bytes."""
        if status != 200:
            raise Failed(f"request {number} was answered {status}: {body[:500].decode(errors='replace')}")
        if number != original:
            if self.answers.pop(original, body) != body:
                raise Failed(f"request {number} repeats {original} and was answered with other bytes")
            return True
        if number % 100 == 50:
            self.answers[number] = body
        return False


async def send(port: int, load: Load, seconds: float, told: Told) -> None:
    """Sends what is due, whether or not the answers keep up; a request's time runs from when it was due."""
    loop = asyncio.get_running_loop()
    begin, numbers = loop.time(), iter(range(int(seconds * PER_S)))

    async def sender() -> None:
        connection: Connection = (await loop.create_connection(Connection, "127.0.0.1", port))[1]
        for number in numbers:
            due = begin + number / PER_S
            if (pause := due - loop.time()) > 0:
                await asyncio.sleep(pause)
            request, original = load.of(number)
            _, status, body = await connection.send(request.bytes())
            told.repeats += load.check(number, original, status, body)
            told.micros.append(int((loop.time() - due) * 1e6))
            told.requests += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(sender())


def sizes(subject: Subject) -> dict[str, int]:
    """Bytes of the database and of its log."""
    if subject.cluster:
        base, log = (sum(file.stat().st_size for file in (subject.folder / "pg" / part).rglob("*") if file.is_file())
                     for part in ("base", "pg_wal"))
        return {"database_bytes": base, "log_bytes": log}
    log = Path(f"{subject.database}-wal")
    return {"database_bytes": subject.database.stat().st_size, "log_bytes": log.stat().st_size if log.exists() else 0}


async def checkpoints(port: int) -> tuple[float, float]:
    """How many the server has made, and the seconds they took together."""
    connection: Connection = (await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port))[1]
    _, _, body = await connection.send(Request("GET", "/metrics").bytes())
    connection.transport.close()
    found = dict(re.findall(r"^hookline_checkpoint_seconds_(count|sum) (\S+)$", body.decode(), re.MULTILINE))
    return float(found.get("count", 0)), float(found.get("sum", 0))


async def watch(subject: Subject, told: Told, samples: list[dict]) -> None:
    begin, last, cpu = time.monotonic(), (0.0, 0.0), cpu_seconds(subject.pids())
    while True:
        await asyncio.sleep(SAMPLE_SECONDS)
        micros, told.micros = sorted(told.micros), []
        made, used = await checkpoints(subject.port), cpu_seconds(subject.pids())
        if not micros:
            raise Failed(f"nothing was answered for {SAMPLE_SECONDS} s")
        count = made[0] - last[0]
        samples.append({
            "minute": round((time.monotonic() - begin) / 60, 1), "requests": len(micros), "p50_us": percentile(micros, 50),
            "p99_us": percentile(micros, 99), "max_us": micros[-1], "resident_bytes": resident_bytes([subject.server.pid]),
            **sizes(subject), "checkpoints": count, "checkpoint_ms": (made[1] - last[1]) / count * 1000 if count else 0.0,
            "cpu_share": (used - cpu) / SAMPLE_SECONDS})
        last, cpu = made, used
        sample = samples[-1]
        say(f"minute {sample['minute']:.0f}: p99 {sample['p99_us'] / 1000:.1f} ms, "
            f"{sample['resident_bytes'] / 2**20:.0f} MiB, database {sample['database_bytes'] / 2**20:,.0f} MiB")


async def run(subject: Subject, seconds: float) -> dict:
    told, samples = Told(), []
    watching = asyncio.create_task(watch(subject, told, samples))
    sending = asyncio.create_task(send(subject.port, Load(subject), seconds, told))
    try:
        done, _ = await asyncio.wait((watching, sending), return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in (watching, sending):
            task.cancel()
    return {"requests": told.requests, "repeats": told.repeats, "samples": samples}


def measure(name: str, settings: Settings, hours: float, folder: Path) -> dict:
    subject = subjects.build(name, settings, folder)
    subject.prepare()
    try:
        subject.start()
        say(f"{name}: {hours:g} h at {PER_S:,} requests a second …")
        result = asyncio.run(run(subject, hours * 3600))
        logged = subject.counts()["requests"]
    finally:
        subject.stop()
    if logged != result["requests"]:
        raise Failed(f"{result['requests']:,} requests were acknowledged and {logged:,} are in the request log")
    return result


def soak(names: list[str], settings: Settings, hours: float, folder: Path) -> dict:
    return {name: measure(name, settings, hours, folder / name) for name in names}
