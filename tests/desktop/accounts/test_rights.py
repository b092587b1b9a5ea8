"""Buttons and pages follow the role: what is not allowed is not offered, and says who can."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import insert, update

from desktop.background import Background
from desktop.models.photo_desk import PhotoDesk
from desktop.models.sync_desk import SyncDesk
from desktop.models.who import Rights
from desktop.views.duplicates import DuplicatesCard
from desktop.views.households import HouseholdsPage
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.needs import NeedsPage
from desktop.views.photo_window import PhotoWindow
from desktop.views.situations import SituationsPage
from desktop.views.sync import SyncPage
from desktop.views.today import TodayPage
from desktop.views.visit_form import VisitForm
from desktop.views.work_log import WorkLogPage
from tests.desktop import villages
from tests.desktop.accounts.windows import shoot
from tests.desktop.villages import HOMES, ME, NEED, REACHABLE, ZONES, add
from tests.device import DEVICE
from tests.today import china_today
from township.changes import encode
from township.records import Cadre, Conflict, Household, Need, Situation, new_id
from township.rules.permissions import Act
from township.storage import tables
from township.storage.database import Database
from township.usecases.photos import Photo

ALL_PAGES = ("today", "households", "worklog", "situations", "needs", "sync", "settings")


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database for all tests of this file; each takes the role that it wants."""
    database = villages.make(tmp_path_factory.mktemp("village"))
    zone = next(iter(ZONES))
    with database.writing() as connection:
        connection.execute(insert(tables.device).values(**DEVICE))
        twin = {"zone_id": zone, "group_id": new_id(), "no": "9-009"}
        for _ in range(2):
            add(connection, Household, **twin)
        add(connection, Situation, zone_id=zone, no="W-1", situation_kind="disaster")
        connection.execute(update(Need).where(Need.id == NEED).values(class_by=new_id()))
        values = {"kept_value": encode("a"), "other_value": encode("b")}
        target = {"target_kind": "household", "target_id": HOMES[0], "field_name": "address"}
        add(connection, Conflict, zone_id=zone, **target, **values)
    yield database
    database.close()


def role(database: Database, *roles: str) -> None:
    with database.writing() as connection:
        connection.execute(update(Cadre).where(Cadre.id == ME).values(roles=roles))


def able(widget: QWidget, *, told: str = "") -> bool:
    """Can it be pressed? If not, it must say who can."""
    if not widget.isEnabled():
        assert told in widget.toolTip() and "请由" in widget.toolTip(), widget.toolTip()
    return widget.isEnabled()


def labelled(parent: QWidget, text: str) -> QPushButton:
    named = (one.accessibleName() or one.text() for one in parent.findChildren(QPushButton))
    found = zip(named, parent.findChildren(QPushButton), strict=True)
    return next(one for name, one in found if text in name)


@pytest.mark.parametrize(
    ("roles", "hidden"),
    [
        (["VC"], set()),
        (["CLK"], set()),
        (["HW"], {"situations", "needs"}),
        (["PAR"], {"situations", "needs"}),
        (["DIS"], {"today", "households", "worklog", "situations", "needs"}),
        (["ADM"], {"today", "households", "worklog", "situations", "needs"}),
        (["HW", "VC"], set()),
    ],
)
def test_pages_of_a_role(village: Database, roles: list[str], hidden: set[str]) -> None:
    role(village, *roles)
    assert Rights(village, ME).pages(ALL_PAGES) == set(ALL_PAGES) - hidden


def test_who_is_not_known_here_is_judged_by_the_township(village: Database) -> None:
    rights = Rights(village, new_id())
    assert rights.pages(ALL_PAGES) == set(ALL_PAGES)
    assert rights.why_not(Act.EDIT, "cadre") == ""


@pytest.mark.parametrize(
    ("name", "visits", "ledger", "prints", "moves"),
    [("VC", 1, 1, 1, 1), ("PO", 1, 0, 1, 0), ("HW", 0, 0, 0, 0), ("PGO", 1, 1, 1, 1)],
)
def test_households(
    qtbot: QtBot,
    village: Database,
    background: Background,
    name: str,
    visits: bool,
    ledger: bool,
    prints: bool,
    moves: bool,
) -> None:
    role(village, name)
    page = HouseholdsPage(village, ME, background, REACHABLE)
    qtbot.addWidget(page)
    qtbot.addWidget(page.tools)
    qtbot.waitUntil(lambda: page.panel.body.count() > 3, timeout=2000)
    assert able(page.visit, told="入户走访") == visits
    assert able(page.ledger, told="不能打印户") == ledger
    assert able(labelled(page.panel, "的走访记录"), told="不能打印") == prints
    mover = labelled(page.panel, "迁到别的责任区…")
    assert not mover.isEnabled()  # one zone is granted to this laptop
    assert ("本机只有一个责任区" in mover.toolTip()) == moves
    role(village, "VC")
    page.reload(frozenset({"cadre"}))
    assert page.ledger.isEnabled() and page.ledger.toolTip() == "打印月报（Ctrl+P）"


def test_the_work_log(qtbot: QtBot, village: Database, background: Background) -> None:
    role(village, "VC")
    page = WorkLogPage(village, ME, background)
    qtbot.addWidget(page)
    qtbot.addWidget(page.tools)
    said: list[str] = []
    page.said.connect(lambda text, _: said.append(text))
    assert able(page._new)
    role(village, "HW")
    page.reload(frozenset({"cadre"}))
    assert not able(page._new, told="卫健专干不能新增入户走访")
    page.show_target(("visit", HOMES[0]))
    assert page.form is None and "请由" in said[-1]
    page.print_visit(new_id())
    assert "不能打印入户走访" in said[-1]


@pytest.mark.parametrize(("name", "confirms"), [("VC", False), ("VS", True), ("PET", True)])
def test_needs(qtbot: QtBot, village: Database, name: str, confirms: bool) -> None:
    role(village, name)
    page = NeedsPage(village, ME)
    qtbot.addWidget(page)
    assert able(page.buttons["confirm"], told="不能审核确认诉求") == confirms
    assert able(page.buttons["result"])
    role(village, "HW")  # taken away while the page is open
    page.reload(frozenset({"cadre"}))
    assert not able(page.buttons["result"], told="卫健专干不能修改诉求")


@pytest.mark.parametrize(("name", "may"), [("PO", True), ("PAR", False)])
def test_situations(qtbot: QtBot, village: Database, name: str, may: bool) -> None:
    role(village, name)
    page = SituationsPage(village, ME)
    qtbot.addWidget(page)
    assert able(page.buttons["receive"], told="不能修改五情") == may


@pytest.mark.parametrize(("name", "needs"), [("VC", True), ("HW", False)])
def test_today(qtbot: QtBot, village: Database, name: str, needs: bool) -> None:
    role(village, name)
    with village.writing() as connection:
        mine = {"owner_point": ME, "due_on": china_today()}
        connection.execute(update(Need).where(Need.id == NEED).values(**mine))
    page = TodayPage(village, ME, REACHABLE)
    qtbot.addWidget(page)
    assert [not part.isHidden() for part in (page.overdue, page.soon)] == [needs] * 2
    assert ("诉求" in [due.system for due in page.lines]) == needs
    assert not page.days.isHidden()


@pytest.mark.parametrize(
    ("name", "keeps", "takes", "merges"),
    [("CLK", 1, 1, 1), ("PO", 1, 0, 0), ("HW", 0, 0, 0)],
)
def test_sync(
    qtbot: QtBot,
    village: Database,
    background: Background,
    name: str,
    keeps: bool,
    takes: bool,
    merges: bool,
) -> None:
    role(village, name)
    page = SyncPage(village, ME, SyncDesk(village, background))
    qtbot.addWidget(page)
    assert able(labelled(page.conflicts, "用现在的"), told="冲突") == keeps
    assert able(labelled(page.conflicts, "用后报的")) == takes
    card = page.findChild(DuplicatesCard)
    assert isinstance(card, DuplicatesCard)
    assert able(labelled(card, "合并，保留"), told="不能新增重复") == merges
    assert able(labelled(card, "不是同一个")) == merges


@pytest.mark.parametrize(("name", "others"), [("VC", False), ("VS", True)])
def test_photographs(qtbot: QtBot, village: Database, name: str, others: bool) -> None:
    role(village, name)
    mine = Photo(new_id(), new_id(), "0" * 64, "", here=False, sent=True, author=ME)
    window = PhotoWindow(PhotoDesk(village, ME), [mine, replace(mine, author=new_id())], 0, None)
    qtbot.addWidget(window)
    assert window.remove.isEnabled() and not window.caption.isReadOnly()
    window.turn(1)
    assert able(window.remove, told="别人填写的照片") == others
    assert window.caption.isReadOnly() != others


def test_a_refused_save_says_why_and_keeps_what_was_typed(qtbot: QtBot, village: Database) -> None:
    role(village, "VC")
    form = VisitForm(village, ME, HOMES[0])
    qtbot.addWidget(form)
    form.resize(1160, 640)
    form.show()
    qtbot.keyClicks(form.form.boxes["talk"].editor, "half a page")
    role(village, "HW")  # changed while the form was open
    form.save()
    assert form.problem.isVisible()
    assert "卫健专干不能新增" in form.problem.text()
    assert "没有保存。请由村干部、" in form.problem.text()
    assert form.form.values()["talk"] == "half a page"
    shoot(form, "refused-save")
    form.autosave.flush()
    again = VisitForm(village, ME, HOMES[0])
    qtbot.addWidget(again)
    assert again.form.values()["talk"] == "half a page"
    assert not able(again._print, told="不能打印入户走访")
    again.throw_away()


def test_the_window_shows_only_the_pages_of_the_roles(
    qtbot: QtBot, village: Database, background: Background
) -> None:
    role(village, "VC")
    rights = Rights(village, ME)
    specs = [
        PageSpec("today", "今日", "house", lambda: TodayPage(village, ME, REACHABLE)),
        PageSpec("needs", "诉求", "chat-circle-text", lambda: NeedsPage(village, ME)),
        PageSpec("sync", "同步", "arrows-clockwise", lambda: SyncPage(village, ME, syncs)),
    ]
    syncs = SyncDesk(village, background)
    window = MainWindow(specs, Who("李秀英", "龙马溪村"))
    qtbot.addWidget(window)
    window.offer_pages(rights.pages(window.keys))
    window.show_page("needs")
    window.show()
    assert window.offered == ["today", "needs", "sync"]
    role(village, "HW")
    assert rights.refresh(frozenset({"cadre"})) and not rights.refresh(frozenset({"visit"}))
    window.offer_pages(rights.pages(window.keys))
    assert window.current == "today" and window.page("needs") is None
    shown = [one.text().strip() for one in window.navigation._buttons.values() if one.isVisible()]
    assert shown == ["今日", "同步"]
    window._show_number(2)
    assert window.current == "sync"
    window._show_number(3)
    window.show_page("needs")
    assert window.current == "sync"
    shoot(window, "pages-of-a-role")
