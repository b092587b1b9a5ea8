"""Visits typed into the form and saved with Ctrl+S: ``... FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from benchmarks.harness import Measured, answer, percentile
from benchmarks.visits import WARM_UP, Planned, planned
from benchmarks.windows import at_work, fresh_window, settle
from desktop.views.visit_fields import NEEDS, SITUATIONS
from desktop.views.visit_form import VisitForm
from desktop.views.work_log import WorkLogPage
from township.values import CHINA


def main(folder: Path) -> Measured:
    with at_work(folder) as (unlocked, program):
        main = fresh_window(unlocked, program)
        main.show_page("worklog")
        page = main.page("worklog")
        assert isinstance(page, WorkLogPage)
        settle()
        today = unlocked.database.clock().astimezone(CHINA).date()
        times = [_save(page, visit) for visit in planned(unlocked.database, today)][WARM_UP:]
    saved, shown = ([time[part] for time in times] for part in (0, 1))
    return {
        "p50_ms": percentile(saved, 0.5),
        "p95_ms": percentile(saved, 0.95),
        "max_ms": max(saved),
        "shown_p95_ms": percentile(shown, 0.95),
        "visits": len(times),
    }


def _save(page: WorkLogPage, visit: Planned) -> tuple[float, float]:
    """Milliseconds from Ctrl+S until the visit is committed, and until the month is painted."""
    page.open_form()
    form = page.form
    assert form is not None
    _type(form, visit)
    settle()
    committed: list[float] = []
    form.saved.disconnect(page._saved)
    form.saved.connect(lambda *_: committed.append(perf_counter()))
    form.saved.connect(page._saved)
    begun = perf_counter()
    QTest.keyClick(form, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    QApplication.processEvents()
    shown = perf_counter()
    assert committed, form.problem.text()
    settle()
    return (committed[0] - begun) * 1000, (shown - begun) * 1000


def _type(form: VisitForm, visit: Planned) -> None:
    values: dict[str, object] = {
        "household_id": visit.household,
        "visited_on": visit.on,
        "talk": visit.talk,
        "policies_told": ("medical",),
    }
    if visit.need:
        form.parts.add(NEEDS)
        values |= {"needs.0.text": visit.need, "needs.0.topic": "road"}
    if visit.situation:
        form.parts.add(SITUATIONS)
        values |= {
            "situations.0.kind": "livelihood",
            "situations.0.level": "normal",
            "situations.0.place": "四组饮水池",
            "situations.0.summary": visit.situation,
        }
    form.form.set_values(values)
    form.form.changed.emit()
    form.autosave.flush()  # a draft lies there, as after some seconds of typing


if __name__ == "__main__":
    answer(main(Path(sys.argv[1])))
