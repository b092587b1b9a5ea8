"""Passwords, recovery and the lock after too long without the township: real files, windows and
server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop.preferences import PreferenceFile
from desktop.program import Program
from desktop.views.forgotten import ForgottenPanel
from desktop.views.idle import IdleWatch
from desktop.views.out_of_contact import OutOfContactPanel
from desktop.views.password_card import PasswordCard
from desktop.views.settings import SettingsPage
from desktop.views.sync import SyncPage
from desktop.views.unlock import UnlockPanel
from desktop.views.visit_form import VisitForm
from desktop.views.work_log import WorkLogPage
from desktop.wiring import parts
from sync.server import admin, folder, recovering
from sync.server.office import Office
from sync.server.running import ServerThread
from sync.server.stick import answer_outbox
from tests.sync.laptops import PASSWORD, Laptop, enrolled
from tests.sync.sample import ZONE, office_changeset
from township.errors import WrongPassword
from township.records import Household, new_id
from township.storage import contact, recovery
from township.storage.database import Database
from township.storage.folder import LaptopFolder
from township.storage.keyring import Cost
from township.storage.laptop import Unlocked, unlock
from township.values import moment_text, utc_now

NEW = "Qingming-2027"
Start = Callable[[], Program[Unlocked]]


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
def here(server: folder.OpenServer, running: ServerThread, tmp_path: Path) -> LaptopFolder:
    """A laptop that has synced, with one household that it has not sent yet; locked."""
    laptop = enrolled(server, running.url, tmp_path / "one", "xiang")
    laptop.sync()
    with laptop.database.work(laptop.cadre) as work:
        work.add(Household(id=new_id(), zone_id=ZONE, group_id=bytes(16), no="1-001"))
        work.commit()
    laptop.database.close()
    return LaptopFolder(tmp_path / "one")


@pytest.fixture
def start(
    qapp: QApplication, here: LaptopFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Start]:
    monkeypatch.setattr(Cost, "__init__", cheap)
    programs: list[Program[Unlocked]] = []

    def begin() -> Program[Unlocked]:
        program = Program(
            qapp, parts(here, tmp_path / "log", None), PreferenceFile(tmp_path / "desktop.json")
        )
        programs.append(program)
        program.start()
        return program

    yield begin
    for program in programs:
        for window in (program.main, program.entry):
            if window is not None:
                window.close()
                window.deleteLater()
        program.end()


def cheap(self: Cost, passes: int = 1, memory: int = 64, lanes: int = 1) -> None:
    for name, value in (("passes", passes), ("memory", memory), ("lanes", lanes)):
        object.__setattr__(self, name, value)


def child(program: Program[Unlocked], kind: type[QWidget]) -> QWidget:
    assert program.entry is not None
    found = program.entry.findChild(kind)
    assert found is not None
    return found


def enter(qtbot: QtBot, program: Program[Unlocked], password: str = PASSWORD) -> None:
    panel = child(program, UnlockPanel)
    assert isinstance(panel, UnlockPanel)
    panel._password.setText(password)
    panel._enter.click()


def opened(qtbot: QtBot, program: Program[Unlocked]) -> None:
    qtbot.waitUntil(lambda: program.main is not None, timeout=10_000)


def press(widget: QWidget, text: str) -> None:
    (found,) = [one for one in widget.findChildren(QPushButton) if one.text() == text]
    found.click()


def texts(widget: QWidget) -> str:
    return " ".join(one.text() for one in widget.findChildren(QLabel) if one.isVisible())


def rewrite(here: LaptopFolder, days: int) -> None:
    """As if the last contact had been so many days ago."""
    database = Database.open(here.database, here.keyring.unlock("xiang", PASSWORD))
    with database.writing() as connection:
        contact.made(connection, utc_now() - timedelta(days=days))
    database.close()


def forgotten(qtbot: QtBot, program: Program[Unlocked]) -> ForgottenPanel:
    press(child(program, UnlockPanel), "忘记密码…")
    panel = child(program, ForgottenPanel)
    assert isinstance(panel, ForgottenPanel)
    return panel


def type_new(panel: ForgottenPanel, new: str = NEW, again: str = NEW) -> None:
    for name, text in (("new", new), ("again", again)):
        editor = panel.form.boxes[name].editor
        editor.clear()
        QTest.keyClicks(editor, text)


def test_a_password_is_changed_in_the_settings(
    qtbot: QtBot, start: Start, here: LaptopFolder
) -> None:
    program = start()
    enter(qtbot, program)
    opened(qtbot, program)
    assert program.main is not None
    program.main.show_page("settings")
    page = program.main.findChild(SettingsPage)
    assert isinstance(page, SettingsPage)
    card = page.account
    assert card is not None
    for old, new, again, told in (
        (PASSWORD, "short", "short", "密码至少 10 位"),
        (PASSWORD, NEW, NEW + "!", "两次输入的密码不一样"),
        ("", NEW, NEW, "请填写原密码"),
    ):
        card.form.set_values({"old": old, "new": new, "again": again})
        card.go.click()
        assert told in " ".join(box.shown_problem() for box in card.form.boxes.values())
    card.form.set_values({"old": "wrong", "new": NEW, "again": NEW})
    card.go.click()
    qtbot.waitUntil(lambda: "原密码不对" in card.message.text(), timeout=5000)
    card.form.set_values({"old": PASSWORD, "new": NEW, "again": NEW})
    with qtbot.waitSignal(card.said, timeout=5000):
        card.go.click()
    assert all(not box.editor.text() for box in card.form.boxes.values())
    program.lock()
    enter(qtbot, program, NEW)
    opened(qtbot, program)


def test_wrong_old_passwords_make_wait(qtbot: QtBot, start: Start, here: LaptopFolder) -> None:
    for _ in range(3):
        with pytest.raises(WrongPassword):
            here.keyring.unlock("xiang", "wrong")
    program = start()
    ring = here.keyring
    assert ring.wait("xiang") == 0
    card = PasswordCard(
        lambda old, new: ring.change("xiang", old, new),
        lambda: ring.wait("xiang"),
        lambda _: None,
        program.background,
    )
    qtbot.addWidget(card)
    card.show()
    card.form.set_values({"old": "wrong", "new": NEW, "again": NEW})
    card.go.click()
    qtbot.waitUntil(lambda: "请等 30 秒" in card.message.text(), timeout=5000)
    qtbot.waitUntil(card.form.isEnabled, timeout=5000)
    assert not card.go.isEnabled()


def test_a_forgotten_password_is_replaced_with_the_help_of_the_township(
    qtbot: QtBot, start: Start, here: LaptopFolder, server: folder.OpenServer, tmp_path: Path
) -> None:
    program = start()
    panel = forgotten(qtbot, program)
    assert "镇管理员" in texts(panel)
    type_new(panel)
    panel.store_in(tmp_path)
    qtbot.waitUntil(lambda: "核对码" in panel.message.text(), timeout=5000)
    (request,) = tmp_path.glob("连心桥找回密码-2号-请求.txt")
    done = recovering.recover(server, recovery.read(request), "张管理")
    assert done.code in panel.message.text()
    answer = tmp_path / "答复.txt"
    recovery.write(answer, done.text)
    qtbot.waitUntil(panel.fetch.isEnabled, timeout=5000)
    type_new(panel, "Duanwu-2028!", "Duanwu-2028!")
    panel.fetch_from(answer)
    qtbot.waitUntil(lambda: "密码不对" in panel.message.text(), timeout=5000)
    qtbot.waitUntil(panel.fetch.isEnabled, timeout=5000)
    type_new(panel)
    panel.fetch_from(answer)
    opened(qtbot, program)
    program.lock()
    laptop = unlock(here, "xiang", NEW)
    with laptop.database.reader() as session:
        assert session.scalars(select(Household.no)).all() == ["1-001"]
    assert Laptop(laptop.database, laptop.cadre_id).sync().pushed == 1
    laptop.database.close()


@pytest.mark.parametrize(
    ("new", "again", "told"),
    [("short", "short", "至少 10 位"), (NEW, NEW + "!", "两次输入的密码不一样")],
)
def test_a_request_needs_a_good_new_password(
    qtbot: QtBot, start: Start, new: str, again: str, told: str
) -> None:
    panel = forgotten(qtbot, start())
    type_new(panel, new, again)
    for one in (panel.store, panel.fetch):
        one.click()
        assert told in " ".join(box.shown_problem() for box in panel.form.boxes.values())


def test_a_wrong_file_is_told_plainly(qtbot: QtBot, start: Start, tmp_path: Path) -> None:
    panel = forgotten(qtbot, start())
    type_new(panel)
    panel.fetch_from(tmp_path / "no.txt")
    qtbot.waitUntil(lambda: "读不出这个文件" in panel.message.text(), timeout=5000)


def test_the_idle_lock_keeps_a_half_typed_visit(qtbot: QtBot, start: Start) -> None:
    def visit_form() -> VisitForm:
        assert program.main is not None
        program.main.show_page("worklog")
        page = program.main.findChild(WorkLogPage)
        assert isinstance(page, WorkLogPage)
        page.open_form()
        assert page.form is not None
        return page.form

    program = start()
    enter(qtbot, program)
    opened(qtbot, program)
    qtbot.keyClicks(visit_form().form.boxes["talk"].editor, "half")
    assert program.main is not None
    watch = program.main.windowHandle().findChild(IdleWatch)
    assert isinstance(watch, IdleWatch)
    watch.idle.emit()
    assert program.main is None
    enter(qtbot, program)
    opened(qtbot, program)
    assert visit_form().form.values()["talk"] == "half"


def held(qtbot: QtBot, program: Program[Unlocked]) -> OutOfContactPanel:
    def there() -> bool:
        return program.entry is not None and program.entry.findChild(OutOfContactPanel) is not None

    enter(qtbot, program)
    qtbot.waitUntil(there, timeout=10_000)
    panel = child(program, OutOfContactPanel)
    assert isinstance(panel, OutOfContactPanel)
    assert program.main is None
    return panel


def test_after_fifteen_days_a_sync_opens_again(
    qtbot: QtBot, start: Start, here: LaptopFolder, server: folder.OpenServer
) -> None:
    rewrite(here, 15)
    program = start()
    panel = held(qtbot, program)
    assert "15 天没有和镇里联系" in panel.text.text()
    assert "1 次" in panel.waiting.text()
    panel.go.click()
    opened(qtbot, program)
    with server.service.store.reading() as connection:
        assert connection.exec_driver_sql("SELECT head_seq FROM township").scalar() == 2


def test_without_a_network_it_stays_shut_and_keeps_the_work(
    qtbot: QtBot, start: Start, here: LaptopFolder, running: ServerThread
) -> None:
    database = Database.open(here.database, here.keyring.unlock("xiang", PASSWORD))
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE device SET server_url = 'http://127.0.0.1:9'")
    database.close()
    rewrite(here, 15)
    program = start()
    panel = held(qtbot, program)
    panel.go.click()
    qtbot.waitUntil(lambda: "连不上镇服务器" in panel.message.text(), timeout=15_000)
    assert program.main is None and "1 次" in panel.waiting.text()
    panel.lock.click()
    assert child(program, UnlockPanel) is not None
    held(qtbot, program)


def test_a_stick_opens_it_too(
    qtbot: QtBot, start: Start, here: LaptopFolder, server: folder.OpenServer, tmp_path: Path
) -> None:
    rewrite(here, 15)
    stick = tmp_path / "stick"
    stick.mkdir()
    program = start()
    panel = held(qtbot, program)
    panel.stick.store_in(stick)
    qtbot.waitUntil(lambda: "已存好" in panel.stick.outcome.text(), timeout=5000)
    qtbot.waitUntil(panel.stick.fetch.isEnabled, timeout=5000)
    (outbox,) = stick.glob("*.lxq")
    answer = answer_outbox(server, outbox, stick)
    panel.stick.fetch_from(answer.path)
    opened(qtbot, program)


def test_a_revoked_laptop_locks_at_its_next_contact_and_can_enrol_again(
    qtbot: QtBot, start: Start, here: LaptopFolder, server: folder.OpenServer
) -> None:
    admin.revoke(server, 2)
    program = start()
    enter(qtbot, program)
    opened(qtbot, program)
    assert program.main is not None
    program.main.show_page("sync")
    page = program.main.findChild(SyncPage)
    assert isinstance(page, SyncPage)
    page.go.click()
    qtbot.waitUntil(lambda: program.main is None, timeout=10_000)
    panel = held(qtbot, program)
    assert "镇里已停用这台电脑" in panel.text.text()
    panel.code.set_values({"code": "ABCD"})
    panel.join.click()
    qtbot.waitUntil(lambda: "登记码不对" in panel.message.text(), timeout=5000)
    qtbot.waitUntil(panel.join.isEnabled, timeout=5000)
    panel.code.set_values({"code": admin.issue_code(server, ["xiang"])})
    panel.join.click()
    opened(qtbot, program)
    program.lock()
    laptop = unlock(here, "xiang", PASSWORD)
    assert Laptop(laptop.database, laptop.cadre_id).sync().pushed == 1
    laptop.database.close()


@pytest.mark.parametrize(
    ("contact_days", "clock_days", "limit", "why"),
    [
        (13, 0, None, None),
        (15, 0, None, "long"),
        (15, 0, 30, None),
        (3, 0, 2, "long"),
        (0, 20, None, "long"),
        (0, -0.5, None, None),
        (0, -3, None, "clock"),
        (15, -14, None, "long"),  # set back to the day after the contact
    ],
)
def test_when_it_locks(
    here: LaptopFolder, contact_days: int, clock_days: float, limit: int | None, why: str | None
) -> None:
    rewrite(here, contact_days)
    unlock(here, "xiang", PASSWORD).database.close()  # by the right clock
    database = Database.open(here.database, here.keyring.unlock("xiang", PASSWORD))
    now = utc_now() + timedelta(days=clock_days)
    with database.writing() as connection:
        if limit is not None:
            connection.exec_driver_sql(
                "INSERT INTO setting VALUES (?, ?)", (contact.LIMIT, str(limit))
            )
        contact.note(connection, now)
        found = contact.standing(connection, now)
    database.close()
    assert found.why == why
    assert bool(found.in_words()) == (why is not None)


def test_what_was_saved_counts_as_seen(here: LaptopFolder) -> None:
    """The program was killed after work at a later day, and the clock set back."""
    later = utc_now() + timedelta(days=15)
    database = Database.open(here.database, here.keyring.unlock("xiang", PASSWORD), lambda: later)
    with database.reader() as session:
        cadre = session.execute(select(Household.created_by)).scalar_one()
    with database.work(cadre) as work:
        work.add(Household(id=new_id(), zone_id=ZONE, group_id=bytes(16), no="1-002"))
        work.commit()
    database.close()
    assert unlock(here, "xiang", PASSWORD).standing().why == "long"
    assert moment_text(later)
