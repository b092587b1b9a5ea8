"""Processes of a benchmark: a server beside the case, and what each has used."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from benchmarks.harness import ROOT, Measured


class Watched:
    """Another process: what it uses from one look to the next."""

    def __init__(self, pid: int, url: str) -> None:
        self.url = url
        self._pid = pid
        self._before = 0.0
        self.look()

    def look(self) -> Measured:
        """CPU seconds since the last look, and the most memory so far in MB."""
        used = _cpu_s_of(self._pid)
        before, self._before = self._before, used
        return {"server_cpu_s": used - before, "server_peak_mb": _peak_mb(self._pid)}


@contextmanager
def serving(script: str, *arguments: str) -> Iterator[Watched]:
    """A server in a process of its own, which prints its address once it listens."""
    command = [sys.executable, "-m", script, *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url, f"{script} did not start"
        yield Watched(process.pid, url)
    finally:
        process.terminate()
        process.wait(30)


class Told:
    """A process that answers each line with one line of JSON."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def do(self, line: str) -> Measured:
        """Have it done; returns what was measured."""
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None and answers is not None
        print(line, file=asked, flush=True)
        answer = answers.readline()
        if not answer:
            raise RuntimeError(f"{self._process.args!r} ended at {line!r}")
        measured: Measured = json.loads(answer)
        return measured


@contextmanager
def told(script: str, *arguments: str, python: Path | None = None) -> Iterator[Told]:
    """A process that does as it is told, until the end of the block."""
    command = [str(python or sys.executable), "-m", script, *arguments]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Told(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(60)


class Stopwatch:
    """Wall and CPU seconds of this process since it was made."""

    def __init__(self) -> None:
        self._cpu = _cpu_s()
        self._begun = perf_counter()

    def read(self) -> Measured:
        seconds = perf_counter() - self._begun
        return {"s": seconds, "cpu_s": _cpu_s() - self._cpu, "peak_mb": _peak_mb(None)}


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _cpu_s_of(pid: int) -> float:
    """CPU seconds of another process, as Linux tells it; elsewhere 0.

    By the process's own clock (``clock_getcpuclockid`` of the C library): what /proc tells is
    counted in hundredths of a second, too coarse for a small sync.
    """
    if sys.platform != "linux":
        return 0.0
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def _peak_mb(pid: int | None) -> float:
    """The most memory that a process has held, as Linux tells it; elsewhere 0."""
    try:
        lines = Path(f"/proc/{pid or 'self'}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
