"""Domain §9, scenario 8: 孕情 as a service to a woman who wants it, and nothing more.

Given a woman says yes to contact; when HW records stage and "产检交通"; then VS sees only "<5";
search by her name by VS finds no maternal record; 90 days after the 42-day check the row is gone
and the access log keeps the deletion. Given she says no, then nothing is stored.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QLabel
from sqlalchemy import select

from desktop.views.access_log import AccessLogPage
from desktop.views.households import HouseholdsPage
from desktop.views.meetings import MeetingsPage
from desktop.views.needs import NeedsPage
from desktop.views.sealed import SealedPage
from desktop.views.situations import SituationsPage
from desktop.views.today import TodayPage
from sync.server import tables
from sync.server.folder import OpenServer
from tests.scenarios.town import IDS, VILLAGE, Clock, Seat, Sit, enter, write
from township.changes import Op
from township.records import SealedEntry, new_id

WOMAN = "柳暮云 13900000001"
PEOPLE = {"security": ("安主任", "SEC"), "worker": ("卫芳", "HW"), "audit": ("孙审计", "AUD")}
WHO = {login: new_id() for login in PEOPLE}
CHECKED = date(2026, 5, 20)


def test_08_maternal(sit: Sit, server: OpenServer, clock: Clock) -> None:
    staffed(server, clock)
    cadre, worker, security, secretary = map(sit, ("cadre", "worker", "security", "secretary"))
    no_service_yet(cadre)
    begun(security)
    worker.sync()
    cadre.sync()
    she_says_no(cadre, server)
    she_says_yes(cadre)
    cadre.sync()
    worker.sync()
    clock.go_to(CHECKED.month, CHECKED.day)
    served(worker)
    worker.sync()
    secretary.sync()
    knows_only_a_small_number(secretary)
    kept_to_its_end(worker, server, clock)
    audit = sit("audit")
    the_deletion_is_known(audit)


def staffed(server: OpenServer, clock: Clock) -> None:
    """A health worker, and two of the three administrators."""
    village = IDS[VILLAGE].hex()
    ops = []
    for login, (name, roles) in PEOPLE.items():
        cadre = {"login": login, "name": name, "roles": roles, "status": "active", "post": "干部"}
        cadre |= {"zones": village} if roles == "HW" else {}
        ops.append(Op("cadre", WHO[login], "insert", "township/i", cadre))
    enter(server, clock, *ops)


def asked(cadre: Seat) -> SealedPage:
    """From 五情, where 孕情 is no report, to the question whether she wants to be contacted."""
    reports = cadre.page("situations", SituationsPage)
    reports.open_new()
    reports.buttons["maternal"].click()
    assert reports.form is None, "no report of it is begun"
    page = cadre.window.page("sealed")
    assert isinstance(page, SealedPage) and page.isVisible()
    return page


def no_service_yet(cadre: Seat) -> None:
    """Off by default."""
    page = asked(cadre)
    assert "还没有开通孕情服务" in page.form.problem.text()
    assert page.form.form.boxes["subject"].value() is None


def begun(security: Seat) -> None:
    """The security administrator names the health worker, and thereby begins the service."""
    page = security.page("sealed", SealedPage)
    page.show_part("name")
    page.names.subject.set_value("care")
    page.names.subject.chosen.emit()
    page.names.person.set_value(WHO["worker"])
    page.names.start.click()
    assert page.names.problem.text() == "" and "卫芳" in words(page)
    security.sync()


def she_says_no(cadre: Seat, server: OpenServer) -> None:
    page = asked(cadre)
    pick(page, "willing", False)
    boxes = page.form.form.boxes
    assert "什么都不保存" in page.form.goes_to.text() and not boxes["who"].isVisible()
    page.form.seal.click()
    page.form.save()
    page.leave()
    cadre.sync()
    assert sealed(server) == []


def she_says_yes(cadre: Seat) -> None:
    """What helps is handed to the health worker; this laptop cannot read it any more."""
    page = asked(cadre)
    pick(page, "willing", True)
    write(page.form.form.boxes["who"].editor, WOMAN)
    pick(page, "help", ("ride",))
    page.form.seal.click()
    assert "交给 1 位指定人员；本机不再能查看" in page.form.receipt.text(), page.form.problem.text()
    assert WOMAN not in words(page)


def served(worker: Seat) -> None:
    """The health worker opens it, and records the last of the checks."""
    page = worker.page("sealed", SealedPage)
    page.show_part("read")
    (matter,) = page.matters.reading.matters
    page.matters.open_matter(matter.id)
    assert WOMAN in words(page) and "产检交通" in words(page)
    page.matters.acts["note"].click()
    assert page.matters.form is not None
    page.matters.form.set_values({"stage": "d42", "checked_on": CHECKED})
    page.matters.save("note")
    assert page.matters.problem.text() == ""
    assert "2026-08-18 自动删除" in words(page)


def knows_only_a_small_number(secretary: Seat) -> None:
    """Neither search nor any list of the village's secretary has her."""
    page = secretary.page("sealed", SealedPage)
    assert page.services.text().endswith("本责任区未结 <5 件。") and page.services.isVisible()
    homes = secretary.page("households", HouseholdsPage)
    write(homes.search, "柳暮云")
    homes.search.searched.emit("柳暮云")
    assert homes.search.text() == "柳暮云" and homes.table.model().rowCount() == 0
    needs = secretary.page("needs", NeedsPage)
    meetings = secretary.page("meetings", MeetingsPage)
    reports = secretary.page("situations", SituationsPage)
    today = secretary.page("today", TodayPage)
    for shown in (page, homes, needs, meetings, reports, today):
        assert "柳暮云" not in words(shown) and "产检" not in words(shown)
    with needs.database.reader() as session:
        assert session.scalars(select(SealedEntry.id)).all() == []


def kept_to_its_end(worker: Seat, server: OpenServer, clock: Clock) -> None:
    """89 days after the 42-day check it is there, a day later it is gone everywhere."""
    page = worker.page("sealed", SealedPage)
    clock.now += timedelta(days=89)
    worker.sync()
    assert len(page.matters.reading.matters) == 1 and None not in sealed(server)
    clock.now += timedelta(days=1)
    worker.sync()
    page = worker.page("sealed", SealedPage)
    assert not page.matters.reading.matters and WOMAN not in words(page)
    assert sealed(server) == [None, None]


def the_deletion_is_known(audit: Seat) -> None:
    """Who deleted how many rows and when; nothing of whom they were about."""
    page = audit.page("access_log", AccessLogPage)
    rows = [
        [str(page.model.index(at, column).data()) for column in range(page.model.columnCount())]
        for at in range(page.model.rowCount())
    ]
    (deleted,) = [one for one in rows if "到期清理" in one]
    assert deleted[0].startswith("2026-08-18") and "卫芳" in deleted and "2" in deleted
    assert "柳暮云" not in "".join(map("".join, rows))


def sealed(server: OpenServer) -> list[bytes | None]:
    """The ciphertexts of the township; None for one that was emptied."""
    c = tables.record.c
    with server.service.store.reading() as connection:
        rows = connection.scalars(select(c.state).where(c.kind == SealedEntry.kind())).all()
    return [msgspec.msgpack.decode(one)["sealed"] for one in rows]


def pick(page: SealedPage, name: str, value: Any) -> None:
    box = page.form.form.boxes[name]
    box.set_value(value)
    box.changed.emit()


def words(page: Any) -> str:
    """All that stands on a page."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return "\n".join(one.text() for one in page.findChildren(QLabel))
