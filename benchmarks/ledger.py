"""The monthly ledger of a whole township: ours, ReportLab's LongTable, and typst.

Same rows, same fonts, same paper, CPU seconds per page from rows in memory to a finished PDF.
LongTable gets plain strings where nothing wraps and a Paragraph (``wordWrap="CJK"``) where
text does, and does not have to know the number of pages. typst writes no tags, which makes it
faster, and reads its rows from a file, as it must.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from benchmarks import ledger_rows
from benchmarks.harness import (
    Goal,
    Measured,
    Options,
    Report,
    Result,
    alternate,
    medians,
    peer_python,
    run_case,
    workplace,
)

_TYPST = "typst==0.15.2"
_GOALS = {"ledger.vs_longtable": ("longtable", 5.0), "ledger.vs_typst": ("typst", 4.0)}


def run(options: Options) -> Report:
    """Goals: at least 5 times LongTable's pages per CPU second, 4 times typst's."""
    with workplace() as folder:
        return _run(options, Path(folder))


def _run(options: Options, folder: Path) -> Report:
    rows = folder / "rows.json"
    rows.write_text(json.dumps(ledger_rows.as_cells(ledger_rows.ledger())), "utf-8")
    out = {name: str(folder / f"{name}.pdf") for name in ("ours", "longtable", "typst")}
    cases: dict[str, Callable[[], Measured]] = {
        "ours": lambda: run_case("benchmarks.ledger_ours", out["ours"]),
        "longtable": lambda: run_case(
            "benchmarks.peers.ledger_longtable", str(rows), out["longtable"]
        ),
    }
    if options.peers:
        python = peer_python("typst", _TYPST)
        cases["typst"] = lambda: run_case(
            "benchmarks.peers.ledger_typst", str(rows), out["typst"], python=python
        )
    found = {name: medians(runs) for name, runs in alternate(cases, options.rounds).items()}
    per_page = {name: each["cpu_s"] / each["pages"] for name, each in found.items()}
    ratios = {name: per_page[name] / per_page["ours"] for name in found if name != "ours"}
    return Report(
        benchmark="ledger",
        results=[
            Result(name, per_page[name] * 1000, "CPU ms/page", each) for name, each in found.items()
        ],
        ratios={f"{name}_vs_ours": ratio for name, ratio in ratios.items()},
        goals=[
            Goal(name, goal, ratios[peer])
            for name, (peer, goal) in _GOALS.items()
            if peer in ratios
        ],
    )
