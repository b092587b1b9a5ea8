"""Domain §9, scenario 2: one entry feeds all.

Given a village cadre offline at household 链子岩-2-017; when she saves one visit at home with a
need 路灯不亮; then work log, counted days, household ledger, list of needs and the next village
agenda show it, one change is unsent; after the sync the linked leader sees it once.
"""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget

from desktop.views.households import HouseholdsPage
from desktop.views.meetings import MeetingsPage
from desktop.views.needs import NeedsPage
from desktop.views.work_log import WorkLogPage
from tests.scenarios.town import HOME, Clock, Seat, Sit, shown, step, write

NO = "链子岩-2-017"


def test_02_one_entry(sit: Sit, clock: Clock) -> None:
    cadre, leader = sit("cadre"), sit("leader")
    clock.go_to(5, 20)
    saved_once(cadre)
    in_log_and_ledger(cadre)
    [number] = needs_of(cadre)
    on_the_agenda(cadre, number)
    cadre.sync()
    assert "待同步" not in standing(cadre)
    leader.sync()
    assert needs_of(leader) == [number]  # once, as the second sync shows too
    seen_by_the_leader(leader)
    cadre.sync()
    leader.sync()
    assert needs_of(leader) == needs_of(cadre) == [number]


def saved_once(cadre: Seat) -> None:
    """The only thing that is typed: the visit, with the need in it."""
    cadre.window.show_page("worklog", ("visit", HOME))
    page = cadre.page("worklog", WorkLogPage)
    assert page.form is not None
    write(page.form.form.boxes["talk"].editor, "老人独自在家，晚上接孩子看不清路。")
    page.form.parts.buttons["needs"].click()
    write(page.form.form.boxes["needs.0.text"].editor, "路灯不亮")
    page.form.form.boxes["needs.0.topic"].set_value("road")
    page.form.save()
    assert page.form is None
    assert standing(cadre).startswith("1 条待同步")


def standing(seat: Seat) -> str:
    """What the line at the bottom says of the sync."""
    seat.window.reload()
    return next(one.text() for one in seat.window.status.findChildren(QPushButton))


def in_log_and_ledger(cadre: Seat) -> None:
    page = cadre.page("worklog", WorkLogPage)
    assert page.counted.accessibleName().startswith("本月已计天数：0.5 / 8.0")
    assert page.model.rowCount() == 1
    assert in_ledger(cadre)


def in_ledger(seat: Seat) -> bool:
    """The household beside its list says that it was visited once, and what it needs."""
    homes = seat.page("households", HouseholdsPage)
    homes.show_target(HOME)

    def texts() -> list[str]:
        return [one.text() for one in homes.panel.findChildren(QWidget) if hasattr(one, "text")]

    seat.until(lambda: "走访记录（1 次）" in texts())
    return any("路灯不亮" in text for text in texts())


def needs_of(seat: Seat) -> list[str]:
    """The numbers of the needs in the list."""
    seat.window.show_page("needs")
    seat.window.reload()
    page = seat.page("needs", NeedsPage)
    return [page.model.index(row, 0).data() for row in range(page.model.rowCount())]


def on_the_agenda(cadre: Seat, number: str) -> None:
    """The agenda of a meeting that is entered now; it is not sent before the test ends."""
    page = cadre.page("meetings", MeetingsPage)
    cadre.window.reload()
    page.table.select_id(page.model.id_at(0))
    step(page, "record")
    assert f"诉求〔道路〕（编号 {number}）" in shown(page)


def seen_by_the_leader(leader: Seat) -> None:
    page = leader.page("needs", NeedsPage)
    page.table.select_id(page.model.id_at(0))
    assert "路灯不亮" in shown(page)
    assert in_ledger(leader)
