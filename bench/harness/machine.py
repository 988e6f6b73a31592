"""What the numbers depend on: the machine, its disk's fsync, and the CPU time and memory of processes."""

import os
import platform
import statistics
import subprocess
import time
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PROBE_WRITES = 1000
PROBE_BYTES = 4096


def fsync_probe(folder: Path) -> dict[str, float]:
    """Appends 4 KiB and waits for the disk, 1,000 times: the floor under any single durable commit."""
    path = folder / "fsync-probe"
    block = os.urandom(PROBE_BYTES)
    times = []
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        for _ in range(PROBE_WRITES):
            start = time.perf_counter()
            os.write(file, block)
            os.fdatasync(file)
            times.append((time.perf_counter() - start) * 1e6)
    finally:
        os.close(file)
        path.unlink()
    times.sort()
    return {"mean_us": statistics.fmean(times), "p50_us": times[PROBE_WRITES // 2],
            "p99_us": times[PROBE_WRITES * 99 // 100], "max_us": times[-1]}


def filesystem(folder: Path) -> str:
    """The file system a folder is on: on tmpfs an fsync costs nothing and no durable number means anything."""
    best, kind = "", "unknown"
    for line in Path("/proc/mounts").read_text().splitlines():
        _, point, name, *_ = line.split()
        if len(point) > len(best) and (str(folder) + "/").startswith(point.rstrip("/") + "/"):
            best, kind = point, name
    return kind


def first_line(*command: str) -> str:
    try:
        out = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
        return (out.stdout or out.stderr).strip().splitlines()[0]
    except (OSError, IndexError, subprocess.TimeoutExpired):
        return "not found"


def cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def facts(folder: Path, postgres: str) -> dict[str, object]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": os.cpu_count(),
        "cpu": cpu_model(),
        "memory_gib": round(memory, 1),
        "kernel": platform.release(),
        "filesystem": filesystem(folder),
        "load_average_at_start": os.getloadavg()[0],
        "fsync": fsync_probe(folder),
        "node": first_line("node", "--version"),
        "python": platform.python_version(),
        "postgres": first_line(postgres, "--version"),
        "wrk": " ".join(first_line("wrk", "-v").split()[:2]),
        "commit": first_line("git", "-C", str(Path(__file__).parent), "rev-parse", "--short=12", "HEAD"),
    }


def tree(roots: list[int]) -> list[int]:
    """The processes and all their descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            children.setdefault(int(stat[1]), []).append(int(entry.name))
    found, queue = [], list(roots)
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue.extend(children.get(pid, []))
    return found


def cpu_seconds(roots: list[int]) -> float:
    """User and system time of a process tree, ended children that were waited for included."""
    ticks = 0
    for pid in tree(roots):
        if stat := _stat(pid):
            ticks += sum(int(field) for field in stat[11:15])
    return ticks / TICKS_PER_SECOND


def resident_bytes(roots: list[int]) -> int:
    total = 0
    for pid in tree(roots):
        try:
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except OSError:
            continue
    return total * os.sysconf("SC_PAGE_SIZE")


def written_bytes(roots: list[int]) -> int:
    """What a process tree has handed to write(): its files, and of its answers what does not go by send(). The kernel's own count of
    dirtied memory is by blocks of up to 64 KiB. Of processes that have ended nothing is known."""
    total = 0
    for pid in tree(roots):
        try:
            total += int(Path(f"/proc/{pid}/io").read_text().partition("wchar: ")[2].split()[0])
        except OSError:
            continue
    return total


def _stat(pid: int) -> list[str] | None:
    """Fields of /proc/PID/stat after the name, which may itself hold spaces and brackets: [0] is the state."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
