"""同步: two real laptops, a real server, and the page between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop.background import Background
from desktop.models.sync_desk import SyncDesk, in_words
from desktop.theme import Tone
from desktop.views.content_dialog import ContentDialog
from desktop.views.reason_dialog import ReasonDialog
from desktop.views.sync import SyncPage
from desktop.views.widgets.basics import Button
from sync import client
from sync.http import HttpCarrier
from sync.server import chunking, folder
from sync.server.office import Office
from sync.server.running import ServerThread
from tests.notes import notes
from tests.sync.laptops import Laptop, enrolled
from tests.sync.sample import TAN, ZONE, office_changeset
from tests.sync.snapshots import enter, homes, refresh
from township.records import Household, Record, new_id
from township.storage.replica import Identity
from township.usecases.syncing import OTHER, SyncState, open_conflicts
from township.values import utc_now


@pytest.fixture
def server(tmp_path: Path) -> Iterator[folder.OpenServer]:
    folder.init(tmp_path / "server", "屈原镇")
    server = folder.open_server(tmp_path / "server")
    office = Office(server)
    office.load([office_changeset(office)])
    yield server
    server.close()


@pytest.fixture
def running(server: folder.OpenServer) -> Iterator[ServerThread]:
    with ServerThread(server) as thread:
        yield thread


@pytest.fixture
def xiang(server: folder.OpenServer, running: ServerThread, tmp_path: Path) -> Iterator[Laptop]:
    laptop = enrolled(server, running.url, tmp_path / "xiang", "xiang")
    yield laptop
    laptop.database.close()


@pytest.fixture
def tan(server: folder.OpenServer, running: ServerThread, tmp_path: Path) -> Iterator[Laptop]:
    laptop = enrolled(server, running.url, tmp_path / "tan", "tan")
    yield laptop
    laptop.database.close()


@pytest.fixture
def page(qtbot: QtBot, background: Background, xiang: Laptop) -> Iterator[SyncPage]:
    desk = SyncDesk(xiang.database, background)
    page = SyncPage(xiang.database, xiang.cadre, desk)
    desk.brought.connect(page.reload)
    page.committed.connect(page.reload)
    qtbot.addWidget(page)
    page.show()
    yield page
    qtbot.waitUntil(lambda: not desk.running)


def add(laptop: Laptop, record: Record) -> None:
    with laptop.database.work(laptop.cadre) as work:
        work.add(record)
        work.commit()


def edit(laptop: Laptop, record: bytes, **fields: object) -> None:
    with laptop.database.work(laptop.cadre) as work:
        found = work.session.get_one(Household, record)
        for name, value in fields.items():
            setattr(found, name, value)
        work.commit()


def home(**fields: object) -> Household:
    return Household(id=new_id(), zone_id=ZONE, group_id=bytes(16), no="龙马溪-2-017", **fields)


def in_full(page: SyncPage, name: str, over: QWidget) -> str:
    """Press a button, give a reason, and read what is shown then."""
    [look] = [one for one in over.findChildren(Button) if one.accessibleName() == name]
    look.click()
    [asked] = page.window().findChildren(ReasonDialog)
    asked.form.set_values({"reason": "identity", "reason_text": "核对号码"})
    asked.go.click()
    [shown] = [one for one in page.window().findChildren(ContentDialog) if one.isVisible()]
    text = shown.text
    shown.close()
    return text


def test_own_work_is_masked_until_somebody_says_why(
    qtbot: QtBot, page: SyncPage, xiang: Laptop
) -> None:
    add(xiang, home(phone="12345678901"))
    page.reload(frozenset())
    [look] = [one for one in page.waiting.findChildren(Button) if one.text() == "查看内容"]
    look.click()
    [masked] = page.window().findChildren(ContentDialog)
    assert "联系电话：123****8901" in masked.text
    masked.look.setAccessibleName("看")
    assert "联系电话：12345678901" in in_full(page, "看", masked)
    assert [told["act"] for told in notes(xiang.database)] == ["unmask"]


def press_and_wait(qtbot: QtBot, page: SyncPage) -> str | None:
    with qtbot.waitSignal(page.desk.ended, timeout=20_000) as ended:
        page.go.click()
    qtbot.waitUntil(lambda: not page.desk.running)
    assert ended.args is not None
    problem: str | None = ended.args[0]
    return problem


def test_one_press_brings_everything_across(qtbot: QtBot, page: SyncPage, xiang: Laptop) -> None:
    add(xiang, home())
    page.reload(frozenset())
    assert page.headline.text() == "1 条待同步"
    assert press_and_wait(qtbot, page) is None
    assert page.headline.text().startswith("已全部同步")
    assert not page.problem.isVisible()
    assert page.go.isEnabled()


def test_a_server_that_is_away_is_told_and_nothing_is_lost(
    qtbot: QtBot,
    page: SyncPage,
    xiang: Laptop,
    running: ServerThread,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def impatient(identity: Identity) -> HttpCarrier:
        return HttpCarrier(identity.server_url, identity.server_ca, pauses=())

    monkeypatch.setattr("sync.http.carrier_to", impatient)
    add(xiang, home())
    running.__exit__(None, None, None)
    problem = press_and_wait(qtbot, page)
    assert "连不上镇服务器" in (problem or "")
    assert page.problem.isVisible()
    assert page.headline.text() == "1 条待同步"


def test_a_conflict_is_settled_with_one_press(
    qtbot: QtBot, page: SyncPage, xiang: Laptop, tan: Laptop
) -> None:
    record = home(phone="12345678901")
    add(xiang, record)
    assert press_and_wait(qtbot, page) is None
    tan.sync()
    edit(tan, record.id, phone="12345678902")
    tan.sync()
    edit(xiang, record.id, phone="12345678903")
    assert press_and_wait(qtbot, page) is None
    assert page.conflicts.isVisible()
    with xiang.database.reader() as session:
        (conflict,) = open_conflicts(session)
    shown = (conflict.field, conflict.kept, conflict.other)
    assert shown == ("联系电话", "123****8902", "123****8903")
    assert "谭国" in conflict.kept_by
    assert conflict.where == "龙马溪-2-017"
    assert in_full(page, "查看联系电话的两个值", page).splitlines()[1:] == [
        "现在的：12345678902",
        "后报的：12345678903",
    ]
    [told] = notes(xiang.database)
    assert (told["target_id"], told["target_field"]) == (record.id, "phone")
    page.settle(conflict, OTHER)
    assert not page.conflicts.isVisible()
    assert press_and_wait(qtbot, page) is None
    tan.sync()
    for laptop in (xiang, tan):
        with laptop.database.reader() as session:
            assert session.get_one(Household, record.id).phone == "12345678903"
            assert open_conflicts(session) == []
    assert page.headline.text().startswith("已全部同步")


def test_what_the_township_refuses_is_shown_with_its_reason(
    qtbot: QtBot, page: SyncPage, xiang: Laptop
) -> None:
    with xiang.database.work(TAN) as work:  # somebody who may not write on this laptop
        work.add(home())
        work.commit()
    assert press_and_wait(qtbot, page) is None
    assert page.refused.isVisible()
    assert page.headline.text() == "1 件需要处理"
    texts = [widget.text() for widget in page.refused.findChildren(type(page.headline))]
    assert any("填写人不能在本机上报" in text for text in texts)
    with xiang.database.reader() as session:
        assert session.scalars(select(Household.id)).all() == []


@pytest.mark.parametrize(
    ("state", "text", "tone"),
    [
        (SyncState(0, None, None, 0, 0), "尚未同步", Tone.QUIET),
        (SyncState(3, None, None, 0, 0), "3 条待同步", Tone.INFO),
        (SyncState(3, utc_now(), None, 1, 1), "2 件需要处理", Tone.WARN),
        (SyncState(0, utc_now(), None, 0, 0), "已全部同步", Tone.GOOD),
    ],
)
def test_the_state_in_words(state: SyncState, text: str, tone: Tone) -> None:
    said, shade, _ = in_words(state)
    assert said.startswith(text)
    assert shade is tone


def test_a_first_sync_tells_bytes_and_records(
    qtbot: QtBot, server: folder.OpenServer, page: SyncPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunking, "LEAST", 2000)
    monkeypatch.setattr(chunking, "MOST", 4000)
    monkeypatch.setattr(client, "FIRST_BATCH", 1)
    monkeypatch.setattr(client, "LARGEST_BATCH", 1)
    enter(server, *homes(100))
    refresh(server)
    told: list[str] = []
    page.desk.moved.connect(lambda progress: told.append(progress.text))
    with qtbot.waitSignal(page.desk.ended, timeout=20_000):
        page.desk.start()
    loading = [text for text in told if text.startswith("首次装载：已下载")]
    assert loading
    assert all(text.endswith(" / 104 条记录") for text in loading)
