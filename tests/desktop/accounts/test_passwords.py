"""Changing a password, replacing a forgotten one, and the lock: real files, windows and server."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop.program import Program
from desktop.views.forgotten import ForgottenPanel
from desktop.views.idle import IdleWatch
from desktop.views.password_card import PasswordCard
from desktop.views.settings import SettingsPage
from desktop.views.unlock import UnlockPanel
from desktop.views.visit_form import VisitForm
from desktop.views.work_log import WorkLogPage
from sync.server import folder, recovering
from tests.desktop.accounts.windows import Start, child, enter, opened, press, texts
from tests.sync.laptops import PASSWORD, Laptop
from township.errors import WrongPassword
from township.records import Household
from township.storage import recovery
from township.storage.folder import LaptopFolder
from township.storage.laptop import Unlocked, unlock

NEW = "Qingming-2027"


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
    card = page.findChild(PasswordCard)
    assert isinstance(card, PasswordCard)
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
