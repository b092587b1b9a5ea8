"""镇设置 at the window: groups and search, the form with its bounds, who may press what."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from sqlalchemy import delete, insert, update

from desktop import theme
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.township_settings import TownshipSettingsPage
from tests.desktop import villages
from tests.desktop.villages import ME
from tests.device import DEVICE
from township.records import Cadre, TownshipSetting, new_id
from township.rules.settings import DECLARED
from township.storage import tables
from township.storage.database import Database
from township.usecases.township_settings import line_id
from township.values import CHINA

OTHER = new_id()


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The office's person, and a mayor."""
    database = villages.make(tmp_path_factory.mktemp("settings"))
    with database.writing() as connection:
        connection.execute(insert(tables.device).values(**DEVICE))
        who = {"name": "郑镇长", "login": "zheng", "status": "active", "roles": ("TOP",)}
        villages.add(connection, Cadre, id=OTHER, zones=(), **who)
        connection.execute(update(Cadre).where(Cadre.id == ME).values(roles=("PGO",)))
    yield database
    database.close()


@pytest.fixture
def page(qtbot: QtBot, village: Database) -> TownshipSettingsPage:
    with village.writing() as connection:
        connection.execute(delete(TownshipSetting))
    return shown_to(qtbot, village, ME)


def shown_to(qtbot: QtBot, village: Database, cadre: bytes) -> TownshipSettingsPage:
    made = TownshipSettingsPage(village, cadre)
    qtbot.addWidget(made)
    qtbot.addWidget(made.tools)
    made.resize(1150, 640)
    made.show()
    return made


def today(page: TownshipSettingsPage) -> date:
    return page.database.clock().astimezone(CHINA).date()


def told(page: TownshipSettingsPage) -> str:
    QApplication.processEvents()  # new labels are shown
    return "\n".join(one.text() for one in page.panel.findChildren(QLabel) if one.isVisible())


def asked(page: TownshipSettingsPage, name: str, **values: object) -> None:
    page.show_target(line_id(name))
    page.buttons["propose"].click()
    assert page.form is not None and page.step is not None
    for key, value in {"valid_from": today(page), "reason": "会议研究", **values}.items():
        page.form.boxes[key].set_value(value)
    page.step.submitted.emit()


def test_all_settings_are_listed_and_found(page: TownshipSettingsPage) -> None:
    assert page.model.rowCount() == len(DECLARED)
    page.search.setText("测评")
    page.search.searched.emit("测评")
    groups = {page.model.index(row, 0).data() for row in range(page.model.rowCount())}
    assert groups == {"测评"}
    page.search.clear()
    page.filter.set_values(("modified",))
    page.reload_list()
    assert page.model.rowCount() == 0


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("unmask_minutes", 31, "请填 1 到 30 之间的整数"),
        ("village_halves", "7.3", "半天写 .5"),
        ("holidays", "2027 放假 2.30", "没有“2.30”这一天"),
        ("second_factor_roles", ("VC",), "必须包括系统管理员"),
    ],
)
def test_bounds_are_told_beside_the_field(
    page: TownshipSettingsPage, name: str, value: object, problem: str
) -> None:
    asked(page, name, value=value)
    assert page.form is not None, "nothing is lost"
    assert problem in told(page)


def test_every_shape_has_an_editor_that_takes_its_value(page: TownshipSettingsPage) -> None:
    for declared in {type(one.shape): one for one in DECLARED.values()}.values():
        name = declared.name
        page.show_target(line_id(name))
        page.buttons["propose"].click()
        assert page.form is not None
        box, text = page.form.boxes["value"], declared.shape.write(declared.preset)
        if box.value() is None:
            box.set_value(int(text) if text.isdigit() and box.field.kind == "number" else text)
        asked(page, name, value=box.value())
        assert page.form is None, told(page)


def test_proposed_agreed_and_back(
    qtbot: QtBot, village: Database, page: TownshipSettingsPage
) -> None:
    asked(page, "resolution_days", value=20)
    assert "待审定" in told(page) and "李秀英 提出：会议研究" in told(page)
    assert not page.buttons["agree"].isEnabled() and "请由" in page.buttons["agree"].toolTip()
    mayor = shown_to(qtbot, village, OTHER)
    mayor.filter.set_values(("waiting",))
    mayor.reload_list()
    assert mayor.model.rowCount() == 1
    assert not mayor.buttons["propose"].isEnabled()
    with qtbot.waitSignal(mayor.committed):
        mayor.buttons["agree"].click()
    page.reload(frozenset({"township_setting"}))
    page.show_target(line_id("resolution_days"))
    assert "议定事项的一般期限　已修改" in told(page) and "20 天" in told(page)
    page.buttons["back"].click()
    assert page.form is not None and page.step is not None
    page.form.boxes["reason"].set_value("试行结束")
    page.step.submitted.emit()
    assert "恢复预设值" in told(page)
    mayor.show_target(line_id("resolution_days"))
    mayor.reload(frozenset())
    mayor.buttons["refuse"].click()
    assert mayor.form is not None and mayor.step is not None
    mayor.step.submitted.emit()
    assert mayor.form is not None, "a refusal says why"
    mayor.form.boxes["decision_note"].set_value("继续试行")
    mayor.step.submitted.emit()
    assert mayor.form is None and "不同意" in told(mayor) and "继续试行" in told(mayor)


@pytest.mark.parametrize("percent", [100, 150])
def test_it_fits_the_smallest_screen(
    qtbot: QtBot, qapp: QApplication, village: Database, percent: int
) -> None:
    theme.apply(qapp, percent)
    spec = PageSpec(
        "township_settings", "镇设置", "file-text", lambda: TownshipSettingsPage(village, ME)
    )
    window = MainWindow([spec], Who("刘主任", "党政办"))
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.show_page("township_settings")
    page = window.page("township_settings")
    assert isinstance(page, TownshipSettingsPage)
    try:
        for name in ("resolution_days", "holidays", "second_factor_roles"):
            page.show_target(line_id(name))
            page.buttons["propose"].click()
            qtbot.wait(300 if os.environ.get("SHOTS") else 20)
            assert (window.width(), window.height()) == (1366, 768)
            assert page.table.horizontalScrollBar().maximum() == 0
            if shots := os.environ.get("SHOTS"):
                window.grab().save(f"{shots}/settings-{name}-{percent}.png")
    finally:
        theme.apply(qapp, 100)
