"""A load that comes at its own pace, whether or not the answers keep up, as calls and bids do."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass

from .process import Failed

CONNECTIONS = 32
ANSWER_SECONDS_MAX = 30


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def bytes(self) -> bytes:
        head = f"{self.method} {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        if self.body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(self.body.encode())}\r\n"
        return (head + "\r\n" + self.body).encode()


class Connection(asyncio.Protocol):
    """One request at a time over a connection that is kept."""

    def __init__(self) -> None:
        self.received, self.answered, self.size = bytearray(), None, None

    def connection_made(self, transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        if self.size is None:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self.received[:end]).lower()
            self.size = end + 4 + int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
        if len(self.received) >= self.size and self.answered and not self.answered.done():
            self.answered.set_result(time.perf_counter())

    def connection_lost(self, _error) -> None:
        if self.answered and not self.answered.done():
            self.answered.set_exception(Failed("the server hung up on a request"))

    async def send(self, request: bytes) -> tuple[float, int, bytes]:
        """Seconds until the whole answer was there, its status, its body."""
        self.received.clear()
        self.size = None
        self.answered = asyncio.get_running_loop().create_future()
        begin = time.perf_counter()
        self.transport.write(request)
        end = await asyncio.wait_for(self.answered, ANSWER_SECONDS_MAX)
        status = int(self.received[9:12])
        return end - begin, status, bytes(self.received[self.received.find(b"\r\n\r\n") + 4:])


async def _play(port: int, requests: list[bytes], per_second: float) -> list[tuple[float, int, bytes]]:
    loop = asyncio.get_running_loop()
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait((await loop.create_connection(Connection, "127.0.0.1", port))[1])

    async def one(request: bytes) -> tuple[float, int, bytes]:
        # Waiting for a connection is waiting for the server: it counts.
        due = time.perf_counter()
        connection = await free.get()
        waited = time.perf_counter() - due
        seconds, status, body = await connection.send(request)
        free.put_nowait(connection)
        return waited + seconds, status, body

    begin, under_way = loop.time(), []
    for index, request in enumerate(requests):
        pause = begin + index / per_second - loop.time()
        if pause > 0:
            await asyncio.sleep(pause)
        under_way.append(asyncio.create_task(one(request)))
    return await asyncio.gather(*under_way)


def play(port: int, requests: Iterable[Request], per_second: float, expect: int) -> tuple[list[int], list[bytes]]:
    """The microseconds that each answer took, sorted, and the answers; one with another status fails the run."""
    answers = asyncio.run(_play(port, [request.bytes() for request in requests], per_second))
    for _, status, body in answers:
        if status != expect:
            raise Failed(f"{expect} was expected, {status} came: {body[:500].decode(errors='replace')}")
    return sorted(int(seconds * 1e6) for seconds, _, _ in answers), [body for _, _, body in answers]


def percentile(sorted_micros: list[int], hundredths: int) -> int:
    return sorted_micros[max(0, -(-len(sorted_micros) * hundredths // 100) - 1)]
