"""Every query typed into the search box of the program: ``... FOLDER``."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from benchmarks.harness import Measured, answer, percentile
from benchmarks.queries import Query, queries
from benchmarks.windows import at_work, enter, fresh_window, milliseconds, settle
from desktop.views.households import HouseholdsPage
from desktop.views.widgets.dates import china_today
from township.storage.database import Database
from township.usecases.households import HouseholdFilter, find_households


def main(folder: Path) -> Measured:
    with at_work(folder) as (unlocked, program):
        main = fresh_window(unlocked, program)
        main.show_page("households")
        page = main.page("households")
        assert isinstance(page, HouseholdsPage)
        page.focus_search()
        settle()
        asked = queries(unlocked.database)
        times: defaultdict[str, list[float]] = defaultdict(list)
        for query in asked:
            times[query.kind] += [_stroke(page, stroke) for stroke in query.strokes]
            times["Esc"].append(_emptied(page))
        question = [each for query in asked for each in _asked(unlocked.database, query)]
    emptied = times.pop("Esc")
    every = [each for kind in times.values() for each in kind]
    measured = {
        "p50_ms": percentile(every, 0.5),
        "p95_ms": percentile(every, 0.95),
        "max_ms": max(every),
        "question_p95_ms": percentile(question, 0.95),
        "strokes": len(every),
    }
    measured |= {f"{kind} p95_ms": percentile(each, 0.95) for kind, each in times.items()}
    return measured | {"emptied p95_ms": percentile(emptied, 0.95)}


def _stroke(page: HouseholdsPage, stroke: str) -> float:
    taken = milliseconds(lambda: enter(page.search, stroke))
    settle()
    return taken


def _emptied(page: HouseholdsPage) -> float:
    taken = milliseconds(lambda: QTest.keyClick(page.search, Qt.Key.Key_Escape))
    settle()
    return taken


def _asked(database: Database, query: Query) -> list[float]:
    times = []
    for text in query.texts():
        begun = perf_counter()
        with database.reader() as session:
            find_households(session, text.strip(), HouseholdFilter(), china_today())
        times.append((perf_counter() - begun) * 1000)
    return times


if __name__ == "__main__":
    answer(main(Path(sys.argv[1])))
