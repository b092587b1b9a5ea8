"""A laptop that was too long without its township shows no records, and keeps all work."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop.program import Program
from desktop.views.out_of_contact import OutOfContactPanel
from desktop.views.sync import SyncPage
from desktop.views.unlock import UnlockPanel
from sync.server import admin, folder
from sync.server.running import ServerThread
from sync.server.stick import answer_outbox
from tests.desktop.accounts.windows import Start, child, enter, opened
from tests.sync.laptops import PASSWORD, Laptop
from tests.sync.sample import ZONE
from township.records import Household, new_id
from township.storage import contact
from township.storage.database import Database
from township.storage.folder import LaptopFolder
from township.storage.laptop import Unlocked, unlock
from township.values import moment_text, utc_now


def rewrite(here: LaptopFolder, days: int) -> None:
    """As if the last contact had been so many days ago."""
    database = Database.open(here.database, here.keyring.unlock("xiang", PASSWORD))
    with database.writing() as connection:
        contact.made(connection, utc_now() - timedelta(days=days))
    database.close()


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
