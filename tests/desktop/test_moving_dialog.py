"""Moving a household from its panel, on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import insert, select

from desktop.background import Background
from desktop.views.households import _PAUSE, HouseholdsPage
from desktop.views.moving_dialog import MovingDialog
from tests import device
from tests.desktop import villages
from tests.desktop.villages import HOMES, ME, REACHABLE, ZONES
from township.records import Group, Household, Person
from township.storage import tables
from township.storage.database import Database

FIRST, SECOND = ZONES


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = villages.make(tmp_path)
    with database.writing() as connection:
        device.enter(connection)
    yield database
    database.close()


def hold(database: Database, *zones: bytes) -> None:
    names = [f"{zone.hex()}/{name}" for zone in zones for name in "ir"]
    with database.writing() as connection:
        connection.execute(
            insert(tables.bucket_cursor), [{"bucket": name, "seq": 1} for name in names]
        )


def opened(qtbot: QtBot, database: Database, background: Background) -> HouseholdsPage:
    page = HouseholdsPage(database, ME, background, REACHABLE)
    page.committed.connect(page.reload)
    qtbot.addWidget(page)
    qtbot.addWidget(page.tools)
    page.resize(1366, 768)
    page.show()
    QTest.qWait(_PAUSE + 40)
    return page


def mover(page: HouseholdsPage) -> QPushButton:
    found = page.panel.findChildren(QPushButton)
    return next(one for one in found if "迁到别的责任区" in one.text())


def test_one_zone_cannot_move(qtbot: QtBot, database: Database, background: Background) -> None:
    hold(database, FIRST)
    made = mover(opened(qtbot, database, background))
    assert not made.isEnabled()
    assert "镇里" in made.toolTip()


def test_a_household_moves_and_comes_back(
    qtbot: QtBot, database: Database, background: Background
) -> None:
    hold(database, FIRST, SECOND)
    page = opened(qtbot, database, background)
    said: list[tuple[str, object]] = []
    page.said.connect(lambda text, undo: said.append((text, undo)))
    qtbot.mouseClick(mover(page), Qt.MouseButton.LeftButton)
    dialog = page.findChild(MovingDialog)
    assert dialog.parentWidget() is page
    assert dialog.zone.value() == SECOND
    dialog.start.click()
    assert "请选择" in dialog.problem.text()
    with database.reader() as session:
        group = session.scalars(select(Group).where(Group.zone_id == SECOND)).first()
    assert group is not None
    dialog.group.set_value(group.id)
    dialog.start.click()
    assert zones(database) == {SECOND}
    assert "已迁到别的责任区" in said[0][0]
    undo = said[0][1]
    assert callable(undo)
    undo()
    assert zones(database) == {FIRST}
    assert "已迁回" in said[1][0]


def zones(database: Database) -> set[bytes]:
    with database.reader() as session:
        people = session.scalars(select(Person.zone_id).where(Person.household_id == HOMES[0]))
        return {session.get_one(Household, HOMES[0]).zone_id, *people}
