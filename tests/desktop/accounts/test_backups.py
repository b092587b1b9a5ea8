"""Backups by themselves, by hand, and going back to one: real files and windows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop.background import Background
from desktop.models.backup_desk import BackupDesk
from desktop.program import Program
from desktop.views.backup_card import BackupCard
from desktop.views.notices import Notice
from sync.server.running import ServerThread
from tests.desktop.accounts.windows import Start, enter, opened, press, settings, shoot
from tests.sync.laptops import PASSWORD, Laptop
from tests.sync.sample import ZONE
from township.errors import WorldError
from township.records import Household, new_id
from township.storage import backup
from township.storage.database import Database
from township.storage.folder import LaptopFolder
from township.storage.laptop import Unlocked, unlock

DAY = [datetime(2026, 5, 3, 6, 5, tzinfo=UTC)]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One that no test changes; by its clock it is ``DAY``."""
    path = tmp_path_factory.mktemp("laptop") / "laptop.db"
    database = Database.create(path, bytes(range(32)), lambda: DAY[0])
    yield database
    database.close()


def card_of(program: Program[Unlocked]) -> BackupCard:
    card = settings(program).findChild(BackupCard)
    assert isinstance(card, BackupCard)
    return card


def add_home(here: LaptopFolder, no: str) -> None:
    laptop = unlock(here, "xiang", PASSWORD)
    with laptop.database.work(laptop.cadre_id) as work:
        work.add(Household(id=new_id(), zone_id=ZONE, group_id=bytes(16), no=no))
        work.commit()
    laptop.database.close()


def numbers(here: LaptopFolder) -> list[str]:
    laptop = unlock(here, "xiang", PASSWORD)
    with laptop.database.reader() as session:
        found = list(session.scalars(select(Household.no).order_by(Household.no)))
    laptop.database.close()
    return found


def test_a_backup_by_hand_and_back_to_it_and_forth_again(
    qtbot: QtBot, start: Start, here: LaptopFolder, running: ServerThread
) -> None:
    program = start()
    enter(qtbot, program)
    opened(qtbot, program)
    card = card_of(program)
    assert "还没有备份" in " ".join(one.text() for one in card.findChildren(QLabel))
    card.go.click()
    qtbot.waitUntil(lambda: "已备份" in card.message.text(), timeout=5000)
    (made,) = backup.listed(here.backups)
    assert made.why == "手工" and made.size > 4096
    add_home(here, "1-002")  # by another process: it lies in the WAL
    shoot(card.window(), "settings-cards")
    dialog = card.ask(made)
    assert "2 次改动没有上报" in dialog.text.text() and "请先同步" in dialog.text.text()
    shoot(dialog, "restore")
    dialog.reject()
    assert program.main is not None
    card.ask(made).go.click()
    back_at_the_lock(qtbot, program, "已恢复到")
    assert numbers(here) == ["1-001"]
    enter(qtbot, program)
    opened(qtbot, program)
    newest = backup.listed(here.backups)[0]
    assert newest.why == "恢复之前"
    card_of(program).ask(newest).go.click()
    back_at_the_lock(qtbot, program, "已恢复到")
    assert numbers(here) == ["1-001", "1-002"]
    laptop = unlock(here, "xiang", PASSWORD)
    assert Laptop(laptop.database, laptop.cadre_id).sync().pushed == 2
    laptop.database.close()


def back_at_the_lock(qtbot: QtBot, program: Program[Unlocked], told: str) -> None:
    def notices() -> list[Notice]:
        return program.entry.findChildren(Notice) if program.entry is not None else []

    qtbot.waitUntil(lambda: bool(notices()), timeout=10_000)
    (notice,) = notices()
    assert told in notice.text.text()
    press(notice, "知道了")
    assert program.main is None


def test_a_damaged_backup_changes_nothing(qtbot: QtBot, start: Start, here: LaptopFolder) -> None:
    program = start()
    enter(qtbot, program)
    opened(qtbot, program)
    here.backups.mkdir()
    (here.backups / "20260501-080000-daily.db").write_bytes(bytes(8192))
    card = card_of(program)
    card.reload()
    card.ask(backup.listed(here.backups)[0]).go.click()
    back_at_the_lock(qtbot, program, "损坏")
    assert numbers(here) == ["1-001"]
    assert len(backup.listed(here.backups)) == 1


def test_one_a_day_and_seven_are_kept(
    qtbot: QtBot, background: Background, database: Database, tmp_path: Path
) -> None:
    desk = BackupDesk(database, tmp_path / "backups", background)

    def daily() -> list[str]:
        desk.daily()
        desk.daily()  # one runs already
        qtbot.waitUntil(lambda: not desk.running, timeout=5000)
        return [one.path.name for one in desk.listed()]

    assert daily() == daily() == ["20260503-140500-daily.db"]
    desk.now()
    qtbot.waitUntil(lambda: not desk.running, timeout=5000)
    for _ in range(8):
        DAY[0] += timedelta(days=1)
        names = daily()
    assert len(names) == 8 and names[0] == "20260511-140500-daily.db"
    assert [name for name in names if "manual" in name] == ["20260503-140500-manual.db"]


def test_no_room_is_a_quiet_word(
    qtbot: QtBot,
    background: Background,
    database: Database,
    tmp_path: Path,
) -> None:
    (tmp_path / "backups").write_text("a file in the way")
    desk = BackupDesk(database, tmp_path / "backups", background)
    with qtbot.waitSignal(desk.failed, timeout=5000) as told:
        desk.daily()
    assert told.args is not None and "今天的自动备份没有做成：磁盘空间不足" in told.args[0]
    qtbot.waitUntil(lambda: not desk.running, timeout=5000)
    with qtbot.waitSignal(desk.made, timeout=5000) as said:
        desk.now()
    assert said.args is not None and said.args[1] is False


def test_a_cancelled_backup_leaves_nothing(database: Database, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise WorldError("stop")

    with pytest.raises(WorldError, match="stop"):
        backup.make(database, tmp_path / "backups", step=stop)
    assert list((tmp_path / "backups").iterdir()) == []


def test_the_program_looks_after_it_by_itself(
    qtbot: QtBot, start: Start, here: LaptopFolder
) -> None:
    program = start()
    enter(qtbot, program)
    opened(qtbot, program)
    (desk,) = program.findChildren(BackupDesk)
    assert desk._clock.isActive() and desk._first.isActive()
    desk._first.start(0)
    qtbot.waitUntil(lambda: len(desk.listed()) == 1, timeout=5000)
    assert desk.listed()[0].why == "每天自动"
    desk.stop()
    assert not desk._clock.isActive() and not desk._first.isActive()
    buttons = [one.text() for one in card_of(program).findChildren(QPushButton)]
    assert buttons.count("恢复…") == 1
