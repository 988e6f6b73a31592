"""An exact rolling window shared by all worker processes through one mapped file.

A ring of the last `limit` admission times: the slot about to be reused holds the time of the request `limit`
places back, so one comparison decides, whatever the limit is.
"""

import fcntl
import mmap
import os
import struct
import time
from pathlib import Path

TIME = struct.Struct("<q")
HEADER_BYTES = 16  # next slot, and whether the ring has been refilled from the request log


class RollingWindow:
    def __init__(self, path: Path, limit: int, window_us: int) -> None:
        self.limit, self.window_us = limit, window_us
        self.file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        size = HEADER_BYTES + limit * TIME.size
        os.ftruncate(self.file, size)  # sparse: pages cost nothing until they are written
        self.map = mmap.mmap(self.file, size)

    async def refill(self, recent_times) -> None:
        """Fills the ring once after a start; the lock makes the other workers wait for it."""
        times = await recent_times()
        fcntl.lockf(self.file, fcntl.LOCK_EX)
        try:
            if TIME.unpack_from(self.map, TIME.size)[0] == 0:
                for at in times:
                    self._admit(at)
                TIME.pack_into(self.map, TIME.size, 1)
        finally:
            fcntl.lockf(self.file, fcntl.LOCK_UN)

    def admit(self) -> int:
        """0 when admitted, else the whole seconds to wait."""
        fcntl.lockf(self.file, fcntl.LOCK_EX)
        try:
            return self._admit(time.time_ns() // 1000)
        finally:
            fcntl.lockf(self.file, fcntl.LOCK_UN)

    def _admit(self, now_us: int) -> int:
        (slot,) = TIME.unpack_from(self.map, 0)
        at = HEADER_BYTES + slot * TIME.size
        wait = TIME.unpack_from(self.map, at)[0] + self.window_us - now_us
        if wait > 0:
            return -(-wait // 1_000_000)
        TIME.pack_into(self.map, at, now_us)
        TIME.pack_into(self.map, 0, (slot + 1) % self.limit)
        return 0
