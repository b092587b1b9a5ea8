"""Several persons on one computer: added in the window, apart on the disk, removed with care."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from cli.__main__ import main
from desktop.program import Program
from desktop.views.enrol import EnrolPanel
from desktop.views.leave_card import LeaveCard, LeaveDialog
from desktop.views.notices import Notice
from desktop.views.unlock import UnlockPanel
from sync.server import admin, folder
from sync.server.running import ServerThread
from tests.desktop.accounts.windows import (
    Start,
    child,
    enter,
    opened,
    press,
    settings,
    shoot,
    texts,
)
from tests.sync.laptops import PASSWORD, Laptop, enrolled
from tests.sync.sample import ZONE
from tests.sync.test_stolen import DRAFT, ID_NO, NAME, PHONE, STREET, readable
from township.errors import Busy, DamagedDatabase, NotAllowed, WrongPassword
from township.records import Household, Person, new_id
from township.storage import backup, persons, search
from township.storage.database import Database
from township.storage.folder import LaptopFolder
from township.storage.laptop import Unlocked, unlock
from township.storage.persons import Persons
from township.usecases import drafts, leaving

TAN = "Duanwu-2028!"


def add_in_window(
    qtbot: QtBot, program: Program[Unlocked], server: folder.OpenServer, url: str
) -> None:
    press(child(program, UnlockPanel), "添加使用者…")
    panel = child(program, EnrolPanel)
    assert isinstance(panel, EnrolPanel)
    assert "互相看不到" in texts(panel)
    shoot(panel.window(), "add-user")
    code = admin.issue_code(server, ["tan"])
    values = {"server": url, "code": code, "password": TAN, "again": TAN}
    panel._form.set_values(values)
    panel._go.click()
    opened(qtbot, program)


def choices(panel: UnlockPanel) -> list[str]:
    return [choice.label for choice in panel._who._choices.values()]


def work_of_tan(here: LaptopFolder) -> None:
    """Canaries in each kind of place, none of it sent."""
    laptop = unlock(LaptopFolder(here.path / "users" / "2"), "tan", TAN)
    with laptop.database.work(laptop.cadre_id) as work:
        home = Household(id=new_id(), zone_id=ZONE, group_id=bytes(16), no="1-009", address=STREET)
        work.add(home)
        values = {"name": NAME, "phone": PHONE, "id_no": ID_NO, "sex": "2", "relation": "02"}
        work.add(Person(zone_id=ZONE, household_id=home.id, **values))
        work.commit()
    search.catch_up(laptop.database)
    with laptop.database.writing() as connection:
        drafts.keep(connection, "visit", "x", {"talk": DRAFT}, laptop.database.clock())
    laptop.database.close()


def test_a_second_person_is_added_and_both_are_apart(
    qtbot: QtBot,
    start: Start,
    here: LaptopFolder,
    server: folder.OpenServer,
    running: ServerThread,
    tmp_path: Path,
) -> None:
    program = start()
    enter(qtbot, program)
    opened(qtbot, program)
    program.lock()
    add_in_window(qtbot, program, server, running.url)
    program.lock()
    panel = child(program, UnlockPanel)
    assert isinstance(panel, UnlockPanel)
    assert choices(panel) == ["谭国（tan）", "向美华（xiang）"]  # the last one first
    shoot(panel.window(), "unlock-two")
    work_of_tan(here)
    panel._who.set_value("xiang")
    enter(qtbot, program)
    opened(qtbot, program)
    assert program.main is not None
    nothing_of_tan_is_seen(program, here)
    program.lock()
    panel = child(program, UnlockPanel)
    assert isinstance(panel, UnlockPanel) and choices(panel)[0] == "向美华（xiang）"
    panel._who.set_value("2/tan")
    enter(qtbot, program)  # with the password of the other one
    qtbot.waitUntil(lambda: "密码不对" in panel._message.text(), timeout=5000)
    enter(qtbot, program, TAN)
    opened(qtbot, program)
    assert json.loads((tmp_path / "desktop.json").read_text())["last_login"] == "2/tan"


def nothing_of_tan_is_seen(program: Program[Unlocked], here: LaptopFolder) -> None:
    """Neither in the windows of the other one, nor in any file, nor with the other one's key."""
    assert program.main is not None
    for page in ("today", "households", "worklog", "needs", "sync"):
        program.main.show_page(page)
        assert NAME not in texts(program.main) and "1-009" not in texts(program.main)
    files = [path for path in here.path.rglob("*") if path.is_file()]
    assert any(path.parent.name == "2" and path.suffix == ".db" for path in files)
    assert not {path.name: found for path in files if (found := readable(path))}
    mine = here.keyring.unlock("xiang", PASSWORD)
    database = Database.open(here.database, mine)
    with database.reader() as session:
        assert search.household_ids(session, NAME) == search.household_ids(session, "1-009") == []
        assert session.scalars(select(Household.no)).all() == ["1-001"]
    database.close()
    theirs = LaptopFolder(here.path / "users" / "2")
    with pytest.raises(DamagedDatabase):
        Database.open(theirs.database, mine)
    with pytest.raises(WrongPassword):
        theirs.keyring.unlock("tan", PASSWORD)


def leave_dialog(program: Program[Unlocked]) -> LeaveDialog:
    page = settings(program)
    card = page.findChild(LeaveCard)
    assert isinstance(card, LeaveCard)
    card.ask()
    dialog = page.window().findChild(LeaveDialog)
    assert isinstance(dialog, LeaveDialog)
    return dialog


def test_somebody_leaves_with_a_backup_of_what_was_not_sent(
    qtbot: QtBot, start: Start, here: LaptopFolder, tmp_path: Path
) -> None:
    place = tmp_path / "stick"
    place.mkdir()
    program = start()
    enter(qtbot, program)
    opened(qtbot, program)
    dialog = leave_dialog(program)
    assert "还有 1 次改动没有上报" in dialog.text.text()
    assert not dialog.go.isEnabled()
    dialog.keep_in(place)
    dialog.form.set_values({"password": "wrong"})
    dialog.go.click()
    qtbot.waitUntil(lambda: "密码不对" in dialog.message.text(), timeout=5000)
    assert here.enrolled() and not list(place.iterdir())
    shoot(dialog, "leave")
    dialog.form.set_values({"password": PASSWORD})
    dialog.go.click()
    qtbot.waitUntil(
        lambda: program.entry is not None and bool(program.entry.findChildren(Notice)),
        timeout=10_000,
    )
    (notice,) = program.entry.findChildren(Notice)  # type: ignore[union-attr]
    assert isinstance(notice, QDialog) and "已从这台电脑移除" in notice.text.text()
    shoot(program.entry, "left")  # type: ignore[arg-type]
    assert child(program, EnrolPanel) is not None
    assert not here.database.exists() and not here.keyring.exists()
    assert not here.backups.exists()
    notice.accept()
    (kept,) = place.iterdir()
    assert kept.name.startswith("连心桥备份-向美华-")
    elsewhere = LaptopFolder(tmp_path / "elsewhere")
    elsewhere.path.mkdir()
    (kept / "keys.json").rename(elsewhere.path / "keys.json")
    (file,) = kept.glob("*.db")
    assert run("restore", file, *_user(elsewhere.path, "xiang", PASSWORD)) == 0
    laptop = unlock(elsewhere, "xiang", PASSWORD)
    with laptop.database.reader() as session:
        assert session.scalars(select(Household.no)).all() == ["1-001"]
    laptop.database.close()


def _user(path: Path, login: str, password: str) -> list[str]:
    return ["--folder", str(path), "--login", login, "--password", password]


def run(*arguments: object) -> int:
    try:
        return main([str(argument) for argument in arguments])
    except SystemExit as end:
        return int(end.code or 0)


def test_by_commands(
    here: LaptopFolder,
    server: folder.OpenServer,
    running: ServerThread,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    second = Persons(here).free()
    assert second.path == here.path / "users" / "2"
    tan = enrolled(server, running.url, second.path, "tan")
    tan.database.close()
    capsys.readouterr()
    assert run("users", "list", "--folder", here.path, "--json") == 0
    listed = json.loads(capsys.readouterr().out)["users"]
    assert [user["login"] for user in listed] == ["xiang", "tan"]
    mine, theirs = (_user(here.path, login, PASSWORD) for login in ("xiang", "tan"))
    assert run("users", "remove", *mine) == 1
    assert "1 次改动没有上报" in capsys.readouterr().err
    assert run("sync", *mine) == 0
    assert run("users", "remove", *mine) == 0
    assert second.enrolled() and not here.enrolled()
    assert [one.login for one in Persons(here).all()] == ["tan"]
    assert Persons(here).free() == here
    assert run("sync", *_user(second.path, "tan", PASSWORD)) == 0
    assert run("users", "remove", *theirs) == 0
    assert not second.path.exists() and not Persons(here).there()


def test_a_backup_that_cannot_be_written_removes_nothing(
    here: LaptopFolder, tmp_path: Path
) -> None:
    everybody = Persons(here)
    person = everybody.find("xiang")
    key = here.keyring.unlock("xiang", PASSWORD)
    with pytest.raises(NotAllowed, match="只在这台电脑上"):
        leaving.leave(everybody, person, key)
    with pytest.raises(Exception, match="什么都没有移除"):
        leaving.leave(everybody, person, key, tmp_path / "gone")
    assert Laptop(Database.open(here.database, key), bytes(16)).states() == ["pending"]


def test_data_that_are_in_use_are_neither_removed_nor_replaced(
    here: LaptopFolder, tmp_path: Path
) -> None:
    key = here.keyring.unlock("xiang", PASSWORD)
    database = Database.open(here.database, key)
    made = backup.make(database, here.backups)
    with pytest.raises(Busy, match="另一个窗口或命令"):
        leaving.leave(Persons(here), Persons(here).find("xiang"), key, tmp_path)
    with pytest.raises(Busy, match="没有改动"):
        backup.restore(made, here.database, key)
    with database.reader() as session:
        assert session.scalars(select(Household.no)).all() == ["1-001"]
    database.close()
    assert backup.restore(made, here.database, key) is not None


def test_names_and_damage(here: LaptopFolder) -> None:
    everybody = Persons(here)
    (person,) = everybody.all()
    assert person.shown == "xiang"
    persons.note_name(here, "xiang", "向美华")
    assert everybody.find("xiang").shown == "向美华（xiang）"
    (here.path / "names.json").write_text("[]")
    assert everybody.find("xiang").shown == "xiang"
    here.keyring.path.write_text("broken")
    with pytest.raises(DamagedDatabase):
        everybody.all()
