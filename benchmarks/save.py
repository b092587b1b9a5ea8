"""Saving a visit: Ctrl+S in the filled form until it is committed, and until the page shows it.

On the full township, SQLCipher with ``synchronous=FULL``, each third visit with a need and each
tenth with a situation. Floor: the same rows written by the driver, one transaction a visit.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from benchmarks import laptops
from benchmarks.harness import (
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


def run(options: Options) -> Report:
    """Goal: committed within 16 ms (p95)."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    cases = {name: partial(_case, f"benchmarks.save_{name}") for name in ("ours", "floor")}
    found = {name: medians(runs) for name, runs in alternate(cases, options.rounds).items()}
    ours, floor = found["ours"], found["floor"]
    return Report(
        benchmark="save",
        results=[Result(name, each["p95_ms"], "ms p95", each) for name, each in found.items()],
        ratios={"ours_vs_floor": ours["p95_ms"] / floor["p95_ms"]},
        goals=[Goal("save.p95_ms", 16.0, ours["p95_ms"], at_least=False)],
    )


def _case(script: str) -> Measured:
    with workplace() as folder:
        laptop = laptops.copy(laptops.clerk(), Path(folder) / "laptop")
        return run_case(script, str(laptop.path))
