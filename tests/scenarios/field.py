"""Days of field work as people enter them in their windows."""

from __future__ import annotations

from datetime import date
from typing import Any

from desktop.views.assessment import AssessmentPage
from desktop.views.work_log import WorkLogPage
from tests.scenarios.town import HOME, Seat, write

SYSTEM = "下队"


def worklog(seat: Seat) -> WorkLogPage:
    return seat.page("worklog", WorkLogPage)


def visited(
    seat: Seat, day: date, sessions: tuple[str, ...], way: str = "in_home", **more: Any
) -> None:
    """A visit to the household is written down in the form of 工作日志."""
    page = worklog(seat)
    page.open_form(HOME)
    assert page.form is not None
    page.form.form.set_values({"visited_on": day, "sessions": sessions, "way": way, **more})
    page.form.save()
    assert page.form is None


def worked(seat: Seat, day: date, kind: str, sessions: tuple[str, ...], text: str) -> None:
    """Work without a visit is written down in its dialog."""
    page = worklog(seat)
    page.show_day(day)
    page.write.click()
    dialog = page.steps.dialog
    assert dialog is not None
    dialog.form.set_values({"work_kind": kind, "sessions": sessions})
    write(dialog.form.boxes["summary"].editor, text)
    dialog.keep.click()
    assert page.steps.dialog is None, dialog.problem.text()


def rows_of(page: AssessmentPage) -> dict[str, list[str]]:
    """The list of 考核: what stands in the first cell, and the others."""
    rows = range(page.model.rowCount())
    cells = [[str(page.model.index(row, at).data() or "") for at in range(8)] for row in rows]
    return {line[0].strip("　【】"): line[1:] for line in cells}


def pick(page: AssessmentPage, name: str) -> None:
    """Choose the row of a unit or cadre."""
    for row in range(page.model.rowCount()):
        if str(page.model.index(row, 0).data()).strip("　【】") == name:
            page.table.select_id(page.model.id_at(row))
            return
    raise AssertionError(f"no row {name}")


def assessment(seat: Seat) -> AssessmentPage:
    page = seat.page("assessment", AssessmentPage)
    seat.window.reload()
    return page
