"""同步: what was not taken can be read, copied, written again and put aside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.background import Background
from desktop.models.sync_desk import SyncDesk
from desktop.views.content_dialog import ContentDialog
from desktop.views.own_work import NotTakenCard, WaitingCard
from desktop.views.sync import SyncPage
from desktop.views.visit_form import VisitForm
from desktop.views.widgets.basics import Button
from sync.server import folder, quarantine, readmission
from sync.server.office import Office
from sync.server.running import ServerThread
from tests.pictures import jpeg
from tests.sync.laptops import Laptop, enrolled
from tests.sync.sample import ZONE, office_changeset
from tests.sync.test_quarantine import edit, give, home, take_away
from township.usecases import own_work
from township.usecases.photos import PhotoEntry
from township.usecases.visits import NeedEntry, VisitEntry, log_visit
from township.values import CHINA


@pytest.fixture
def server(tmp_path: Path) -> Iterator[folder.OpenServer]:
    folder.init(tmp_path / "server", "屈原镇")
    server = folder.open_server(tmp_path / "server")
    office = Office(server)
    office.load([office_changeset(office)])
    yield server
    server.close()


@pytest.fixture
def laptop(server: folder.OpenServer, tmp_path: Path) -> Iterator[Laptop]:
    with ServerThread(server) as thread:
        laptop = enrolled(server, thread.url, tmp_path / "one", "xiang")
        laptop.sync()
        yield laptop
        laptop.database.close()


def visit(laptop: Laptop, household: bytes) -> None:
    entry = VisitEntry(
        household_id=household,
        visited_on=laptop.database.clock().astimezone(CHINA).date(),
        sessions=("am",),
        way="in_home",
        purpose="routine",
        resident_present=True,
        talk="屋后山坡有裂缝",
        needs=(NeedEntry(text="请来看看", topic="water"),),
        photos=(PhotoEntry(jpeg(9000), "裂缝"),),
    )
    with laptop.database.work(laptop.cadre) as work:
        log_visit(work, entry)
        work.commit()


@pytest.fixture
def page(qtbot: QtBot, background: Background, laptop: Laptop) -> Iterator[SyncPage]:
    page = SyncPage(laptop.database, laptop.cadre, SyncDesk(laptop.database, background))
    page.committed.connect(page.reload)
    qtbot.addWidget(page)
    page.show()
    yield page


def texts(card: QWidget) -> str:
    return "\n".join(part.text() for part in card.findChildren(QLabel) if not part.isHidden())


def press(card: QWidget, text: str) -> None:
    """The first button of this name."""
    next(one for one in card.findChildren(Button) if one.text().startswith(text)).click()


def send_back(server: folder.OpenServer, text: str) -> None:
    service = server.service
    with service.store.reading() as connection:
        found = quarantine.waiting(connection, service.township_id)
    readmission.refuse(service.store, service.township_id, found[0][0].seq, text, service.clock())


def test_what_waits_is_listed_until_it_is_sent(laptop: Laptop, page: SyncPage) -> None:
    assert not page.waiting.isVisible()
    for n in range(12):
        home(laptop, phone=f"123456789{n:02}")
    page.reload(frozenset())
    assert isinstance(page.waiting, WaitingCard)
    assert page.waiting.isVisible()
    assert len([b for b in page.waiting.findChildren(Button) if b.text() == "查看内容"]) == 10
    assert "还有更多" in texts(page.waiting)
    laptop.sync()
    page.reload(frozenset())
    assert not page.waiting.isVisible()


def test_quarantined_then_sent_back_with_the_reason(
    qtbot: QtBot, server: folder.OpenServer, laptop: Laptop, page: SyncPage
) -> None:
    take_away(server, laptop)
    home(laptop, phone="12345678901", address="二组", away=True)
    laptop.sync()
    page.reload(frozenset())
    card = page.refused
    assert isinstance(card, NotTakenCard)
    assert "暂存待核：户" in texts(card)
    assert "镇里核对后会收下或退回" in texts(card)
    send_back(server, "请到村里重新核对")
    laptop.sync()
    page.reload(frozenset())
    assert "已退回：户" in texts(card)
    assert "镇里退回的原因：请到村里重新核对" in texts(card)
    press(card, "查看内容")
    dialog = page.window().findChild(ContentDialog)
    assert dialog is not None
    shown = texts(dialog)
    for part in ("新增户", "联系电话", "123****8901", "住址", "二组", "龙马溪村", "是"):
        assert part in shown
    dialog.copy_text()
    assert "联系电话：123****8901" in QGuiApplication.clipboard().text()
    dialog.accept()


def test_let_in_it_is_gone_from_the_list(
    server: folder.OpenServer, laptop: Laptop, page: SyncPage
) -> None:
    take_away(server, laptop)
    home(laptop)
    laptop.sync()
    page.reload(frozenset())
    assert page.refused.isVisible()
    give(server, laptop)
    laptop.sync()
    page.reload(frozenset())
    assert not page.refused.isVisible()


def test_put_aside_and_taken_up_again(
    server: folder.OpenServer, laptop: Laptop, page: SyncPage
) -> None:
    take_away(server, laptop)
    home(laptop)
    laptop.sync()
    page.reload(frozenset())
    assert page.headline.text() == "1 件需要处理"
    press(page.refused, "不再提示")
    assert page.headline.text().startswith("已全部同步")
    assert "暂存待核" not in texts(page.refused)
    press(page.refused, "已不再提示的 1 次")
    assert "暂存待核：户" in texts(page.refused)
    press(page.refused, "重新列出")
    assert page.headline.text() == "1 件需要处理"


def test_a_visit_is_written_again_in_its_form(
    qtbot: QtBot, server: folder.OpenServer, laptop: Laptop, page: SyncPage
) -> None:
    house = home(laptop)
    laptop.sync()
    take_away(server, laptop)
    visit(laptop, house)
    laptop.sync()
    give(server, laptop, [f"{ZONE.hex()}/i"])
    laptop.sync()  # the visit still waits: it lies in the other class
    page.reload(frozenset())
    with qtbot.waitSignal(page.wanted) as wanted:
        press(page.refused, "重新填写")
    assert wanted.args == ["worklog", ("visit", None)]
    form = VisitForm(laptop.database, laptop.cadre)
    qtbot.addWidget(form)
    values = form.form.values()
    assert values["household_id"] == house
    assert values["visited_on"] == laptop.database.clock().astimezone(CHINA).date()
    assert isinstance(values["visited_on"], date)
    assert values["sessions"] == ("am",)
    assert values["talk"] == "屋后山坡有裂缝"
    assert (values["needs.0.text"], values["needs.0.topic"]) == ("请来看看", "water")
    assert form.photos.entries() == (PhotoEntry(jpeg(9000), "裂缝"),)
    press(page.refused, "复制内容")
    copied = QGuiApplication.clipboard().text()
    assert "照片说明：裂缝" in copied and "内容编号" not in copied
    with qtbot.waitSignal(page.said) as said:  # the form is in use now
        press(page.refused, "重新填写")
    assert "还有一次没有保存的走访" in (said.args or [""])[0]


def test_an_edit_is_written_again_where_the_record_is(
    qtbot: QtBot, server: folder.OpenServer, laptop: Laptop, page: SyncPage
) -> None:
    house = home(laptop, phone="12345678901")
    laptop.sync()
    take_away(server, laptop)
    edit(laptop, house, phone=None)
    laptop.sync()
    page.reload(frozenset())
    with qtbot.waitSignal(page.wanted) as wanted:
        press(page.refused, "重新填写")
    assert wanted.args == ["households", house]
    assert "联系电话：（清空）" in QGuiApplication.clipboard().text()
    press(page.refused, "复制内容")
    assert "修改户" in QGuiApplication.clipboard().text()


def test_work_of_kinds_without_a_page_is_only_copied(laptop: Laptop) -> None:
    home(laptop)
    with laptop.database.reader() as session:
        [work] = own_work.waiting(session)
        found = own_work.again(session, *work.place)
    assert found is not None
    assert found.kind == "household"
