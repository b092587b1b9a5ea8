"""What all benchmarks share: cases in processes of their own, medians, goals, the report.

Cases of one comparison run in turn within one invocation, because identical runs differ up to
twofold on a shared machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import platformdirs

ROOT = Path(__file__).resolve().parent.parent

Measured = dict[str, Any]
"""What a case says of one run: numbers by name."""


@dataclass(frozen=True)
class Options:
    """How to run; each comparison is repeated ``rounds`` times, at least 3.

    ``laptops``: how many come in a storm. ``records``: so many visits are synced once more, to
    see whether a record costs the same among many; 0: none.
    """

    peers: bool = False
    rounds: int = 3
    laptops: int = 1000
    records: int = 0


@dataclass(frozen=True)
class Result:
    """The median of one case; ``more`` holds further numbers worth keeping."""

    case: str
    value: float
    unit: str
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Goal:
    """A number to reach (``at_least``) or not to exceed."""

    name: str
    goal: float
    value: float
    at_least: bool = True

    @property
    def met(self) -> bool:
        return self.value >= self.goal if self.at_least else self.value <= self.goal


@dataclass(frozen=True)
class Report:
    """All that a benchmark found."""

    benchmark: str
    results: Sequence[Result]
    ratios: Mapping[str, float] = field(default_factory=dict)
    goals: Sequence[Goal] = ()

    def as_json(self) -> dict[str, Any]:
        """The object that ``--json`` prints."""
        return {
            "benchmark": self.benchmark,
            "machine": machine(),
            "results": [
                {"case": r.case, "value": r.value, "unit": r.unit, **r.more} for r in self.results
            ],
            "ratios": dict(self.ratios),
            "goals": [
                {"name": g.name, "goal": g.goal, "value": g.value, "met": g.met} for g in self.goals
            ],
        }

    def as_text(self) -> str:
        """The same for people."""
        lines = [f"{self.benchmark} — {machine()['cpu']}, {machine()['cores']} cores"]
        for result in self.results:
            more = "  ".join(f"{name} {_short(value)}" for name, value in result.more.items())
            lines.append(f"  {result.case:<24} {_short(result.value):>10} {result.unit}  {more}")
        lines += [f"  {name} = {_short(value)}" for name, value in self.ratios.items()]
        for goal in self.goals:
            sign, verdict = ("≥" if goal.at_least else "≤"), ("met" if goal.met else "NOT MET")
            lines.append(f"  {goal.name}: {_short(goal.value)} ({sign} {goal.goal:g}) {verdict}")
        return "\n".join(lines)


def machine() -> dict[str, Any]:
    """What the numbers were measured on; nothing that names the owner or the place."""
    return {
        "cpu": _cpu_name(),
        "cores": os.cpu_count(),
        "memory_mb": _memory_mb(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def run_case(
    script: str, *arguments: str, python: Path | None = None, timeout: float = 900
) -> Measured:
    """Run ``python -m script arguments`` in a process of its own.

    The script prints one JSON object on its last line. Raises CalledProcessError with what it
    wrote to stderr as a note.
    """
    command = [str(python or sys.executable), "-m", script, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout)
    if done.returncode:
        error = subprocess.CalledProcessError(done.returncode, command)
        error.add_note(done.stderr)
        raise error
    measured: Measured = json.loads(done.stdout.splitlines()[-1])
    return measured


def alternate(
    cases: Mapping[str, Callable[[], Measured]], rounds: int
) -> dict[str, list[Measured]]:
    """Run all cases once, then all again, so that slow spells of the machine hit all alike."""
    runs: dict[str, list[Measured]] = {name: [] for name in cases}
    for _ in range(max(3, rounds)):
        for name, case in cases.items():
            runs[name].append(case())
    return runs


def medians(runs: Sequence[Measured]) -> Measured:
    """The median of each number over the runs of a case."""
    return {name: median(run[name] for run in runs) for name in runs[0]}


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a ``share`` (0 to 1) of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def peer_python(name: str, *requirements: str) -> Path:
    """The interpreter of a peer's own virtual environment, made on first use with pip."""
    folder = platformdirs.user_cache_path("lianxinqiao-benchmarks") / name
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "installed.txt"
    wanted = "\n".join(requirements)
    if not stamp.exists() or stamp.read_text() != wanted:
        venv.create(folder, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", *requirements]
        subprocess.run(install, check=True)
        stamp.write_text(wanted)
    return python


def workplace() -> tempfile.TemporaryDirectory[str]:
    """A folder for a benchmark's files, removed when left."""
    return tempfile.TemporaryDirectory(prefix="lianxinqiao-bench-")


def parse_options(arguments: Sequence[str]) -> tuple[str, Options, bool]:
    """The benchmark's name, how to run it, and whether the answer is to be JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("name", choices=names())
    parser.add_argument("--peers", action="store_true", help="also run peers (installed by pip)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--rounds", type=int, default=3, help="how often each case runs (≥ 3)")
    parser.add_argument("--laptops", type=int, default=1000, help="how many laptops in a storm")
    parser.add_argument("--records", type=int, default=0, help="also sync so many visits, once")
    given = parser.parse_args(arguments)
    options = Options(given.peers, given.rounds, given.laptops, given.records)
    return given.name, options, given.json


def names() -> list[str]:
    """The benchmarks there are: modules of this folder with a function ``run``."""
    here = Path(__file__).parent
    return sorted(p.stem for p in here.glob("*.py") if "\ndef run(" in p.read_text("utf-8"))


def dumps(report: Report) -> str:
    """The report as one line of JSON."""
    return json.dumps(report.as_json(), ensure_ascii=False)


def answer(measured: Measured) -> None:
    """How a case's script answers ``run_case``."""
    print(json.dumps(measured))


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _cpu_name() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory_mb() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    except (AttributeError, ValueError):
        return None
