"""From the start of the process to the first usable page, cold and warm.

Usable: the unlock window was painted, the password typed at once and checked, the main window
painted with the numbers of 今日. Cold: the files of Python, its packages, the program and the
laptop were dropped from the page cache first (those that another process maps stay). Floor: a
bare window of the same toolkit with the same fonts.
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from benchmarks import laptops
from benchmarks.harness import (
    ROOT,
    Goal,
    Measured,
    Options,
    Report,
    Result,
    alternate,
    medians,
    run_case,
    workplace,
)
from desktop.app import FONTS, SCREEN_FACES
from township.storage.folder import LaptopFolder

_GOALS = {"zone": 1.0, "township": 1.5}


def run(options: Options) -> Report:
    """Goals, warm: 1.0 s on one zone, 1.5 s on a full township with three years of work."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with workplace() as folder:
        return _run(options, Path(folder))


def _run(options: Options, folder: Path) -> Report:
    zone = laptops.copy(laptops.cadre(), folder / "zone")
    township = laptops.copy(laptops.clerk(), folder / "township")
    warm: dict[str, Callable[[], Measured]] = {
        "floor": _floor,
        "zone": partial(_ours, zone),
        "township": partial(_ours, township),
    }
    cases = dict(warm)
    if hasattr(os, "posix_fadvise"):
        cases |= {f"{name} cold": partial(_cold, case, folder) for name, case in warm.items()}
    for case in warm.values():
        case()  # byte code is written, caches are warm
    found = {name: medians(runs) for name, runs in alternate(cases, options.rounds).items()}
    return Report(
        benchmark="startup",
        results=[Result(name, each["usable_s"], "s", each) for name, each in found.items()],
        ratios={
            f"{name}_vs_floor": found[name]["usable_s"] / found["floor"]["usable_s"]
            for name in _GOALS
        },
        goals=[
            Goal(f"startup.{name}_s", goal, found[name]["usable_s"], at_least=False)
            for name, goal in _GOALS.items()
        ],
    )


def _ours(laptop: LaptopFolder) -> Measured:
    return run_case(
        "benchmarks.startup_ours", str(laptop.path), laptops.PASSWORD, str(time.monotonic())
    )


def _floor() -> Measured:
    fonts = os.pathsep.join(str(FONTS / name) for name in SCREEN_FACES)
    return run_case("benchmarks.startup_floor", fonts, str(time.monotonic()))


def _cold(case: Callable[[], Measured], folder: Path) -> Measured:
    os.sync()
    packages = {Path(sysconfig.get_path(kind)) for kind in ("stdlib", "platstdlib", "purelib")}
    ours = (ROOT / name for name in ("desktop", "township", "reports", "benchmarks"))
    _forget([*packages, *ours, folder])
    for file in {Path(sys.executable).resolve(), Path(shutil.which("python3") or sys.executable)}:
        _drop(file)
    return case()


def _forget(folders: Iterable[Path]) -> None:
    for folder in folders:
        for file in folder.rglob("*"):
            if file.is_file():
                _drop(file)


def _drop(file: Path) -> None:
    opened = os.open(file, os.O_RDONLY)
    try:
        os.posix_fadvise(opened, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(opened)
