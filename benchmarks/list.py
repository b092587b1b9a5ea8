"""Opening 户台账 on the full township with three years of visits, and the other pages.

A page counts as open when it is painted with its rows. Floor: a plain QTableView over the same
households in the same order, with one value a row.
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
    """Goal: 户台账 within 100 ms (p95 of opening it anew)."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    cases = {name: partial(_case, f"benchmarks.list_{name}") for name in ("ours", "floor")}
    found = {name: medians(runs) for name, runs in alternate(cases, options.rounds).items()}
    ours, floor = found["ours"], found["floor"]
    return Report(
        benchmark="list",
        results=[
            Result(name, value, "ms p95") for name, value in ours.items() if name != "households"
        ]
        + [
            Result("households", ours["households"], "ms p95", ours),
            Result("floor", floor["p95_ms"], "ms p95", floor),
        ],
        ratios={"ours_vs_floor": ours["households"] / floor["p95_ms"]},
        goals=[Goal("pages.p95_ms", 100.0, ours["households"], at_least=False)],
    )


def _case(script: str) -> Measured:
    with workplace() as folder:
        laptop = laptops.copy(laptops.clerk(), Path(folder) / "laptop")
        return run_case(script, str(laptop.path))
