"""重复的记录 on the sync page: shown, merged, taken back, kept apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop.background import Background
from desktop.models.sync_desk import SyncDesk
from desktop.views.sync import SyncPage
from tests import device
from tests.desktop import villages
from tests.desktop.villages import HOMES, ME, add
from township.records import Household
from township.storage.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = villages.make(tmp_path)
    with database.writing() as connection:
        device.enter(connection)
        zone, group, no = connection.execute(
            select(Household.zone_id, Household.group_id, Household.no).where(
                Household.id == HOMES[0]
            )
        ).one()
        add(connection, Household, zone_id=zone, group_id=group, no=no)
    yield database
    database.close()


@pytest.fixture
def page(qtbot: QtBot, background: Background, database: Database) -> Iterator[SyncPage]:
    page = SyncPage(database, ME, SyncDesk(database, background))
    page.committed.connect(page.reload)
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    yield page


def texts(page: SyncPage) -> str:
    return "\n".join(one.text() for one in page.duplicates.findChildren(QLabel))


def press(qtbot: QtBot, page: SyncPage, name: str) -> None:
    found = [
        one
        for one in page.duplicates.findChildren(QPushButton)
        if name in (one.accessibleName() or one.text())
    ]
    qtbot.mouseClick(found[0], Qt.MouseButton.LeftButton)


def test_a_pair_is_merged_and_taken_back(qtbot: QtBot, page: SyncPage) -> None:
    assert page.duplicates.isVisible() and "户编号" in texts(page)
    with qtbot.waitSignal(page.said) as said:
        press(qtbot, page, "合并，保留王大明")
    assert "撤销" in said.args[0]
    assert "已合并" in texts(page) and "户编号" not in texts(page)
    press(qtbot, page, "撤销合并")
    assert "户编号" in texts(page) and "已合并" not in texts(page)


def test_a_pair_is_kept_apart(qtbot: QtBot, page: SyncPage) -> None:
    press(qtbot, page, "不是同一个")
    assert not page.duplicates.isVisible()
