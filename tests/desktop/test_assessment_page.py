"""考核 as assessor, linked leader and office use it, on a real database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop import theme
from desktop.background import Background
from desktop.views.assessment import AssessmentPage
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.preview import Preview
from tests.usecases.assessment_sample import HOMES, OFFICE, TOWN_CADRE, fill, visit
from tests.usecases.meetings_sample import (
    CADRE,
    CLERK,
    KEY,
    LEADER,
    SECRETARY,
    Clock,
    clock,
)
from township.storage.database import Database

__all__ = ["clock"]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """May of a village: eight days, one late day that waits, one day of secretary and TC."""
    clock = Clock()
    database = Database.create(tmp_path_factory.mktemp("assessed") / "laptop.db", KEY, clock)
    with database.writing() as connection:
        fill(connection)
    for day in range(4, 12):
        clock.go_to(5, day)
        visit(database, CADRE, date(2026, 5, day), household_id=HOMES[day - 4])
    clock.go_to(5, 20)
    for one in (SECRETARY, TOWN_CADRE):
        visit(database, one, date(2026, 5, 20), household_id=HOMES[1])
    clock.go_to(6, 2)
    visit(database, CADRE, date(2026, 5, 14), "am", household_id=HOMES[12])
    database.close()
    return database.path


@pytest.fixture
def database(template: Path, tmp_path: Path, clock: Clock) -> Iterator[Database]:
    clock.go_to(6, 3)
    database = Database.open(shutil.copy(template, tmp_path / "laptop.db"), KEY, clock)
    yield database
    database.close()


def opened(
    qtbot: QtBot, database: Database, background: Background, cadre: bytes = SECRETARY
) -> AssessmentPage:
    page = AssessmentPage(database, cadre, background)
    qtbot.addWidget(page)
    page.resize(1150, 640)
    page.show()
    return page


def press(page: AssessmentPage, key: str, **values: Any) -> None:
    page.buttons[key].click()
    if page.form is not None:
        for name, value in values.items():
            page.form.boxes[name].set_value(value)
        assert page.step is not None
        page.step.submitted.emit()
    assert page.form is None, page.problem.text()


def cells(page: AssessmentPage) -> dict[str, list[str]]:
    """The rows by what stands in their first cell."""
    rows = range(page.model.rowCount())
    found = [[str(page.model.index(row, at).data() or "") for at in range(8)] for row in rows]
    return {line[0].strip(): line[1:] for line in found}


def pick(page: AssessmentPage, name: str) -> dict[str, str]:
    """Choose the row of a name; what the panel tells."""
    for row in range(page.model.rowCount()):
        if name in str(page.model.index(row, 0).data()):
            page.table.select_id(page.model.id_at(row))
            return dict(page.detail(page._shown or b"").facts)
    raise AssertionError(name)


def test_the_secretary_consents_explains_signs_and_prints(
    qtbot: QtBot, database: Database, background: Background
) -> None:
    page = opened(qtbot, database, background)
    assert page._month.text() == "2026 年 5 月"  # until the 5th the last month is what waits
    assert cells(page) == {
        "【龙马溪村村干部】": ["", "", "", "", "", "", "待签字"],
        "李秀英": ["8.0 / 8.0", "1", "9", "9/15", "", "0/2", "待同意 1 天"],
    }
    told = pick(page, "李秀英")
    days = told["天数　8.0 / 8.0"].splitlines()
    assert len(days) == 9 and "超过 7 天，要考核人同意才计入" in days[-1]
    assert "还没入户：" in told["本年联系户　9/15"] and "龙马溪-2-017" in told["入户　9 户"]
    assert next(iter(page.buttons)) == "consent"
    press(page, "consent")
    assert cells(page)["李秀英"][0] == "8.5 / 8.0" and "consent" not in page.buttons
    press(page, "explain", reason="training", text="县里学习三天")
    assert pick(page, "李秀英")["情况说明"] == "培训学习：县里学习三天"
    pick(page, "村干部")
    said: list[str] = []
    page.said.connect(lambda text, _: said.append(text))
    press(page, "sign")
    assert said == ["龙马溪村村干部5月考核表已签字"] and "sign" not in page.buttons
    assert cells(page)["【龙马溪村村干部】"][-1] == "已签字"
    page.printer.click()
    qtbot.waitUntil(lambda: bool(page.findChildren(Preview)), timeout=20_000)
    preview = page.findChildren(Preview)[0]
    assert preview.windowTitle() == "打印预览 · 下队工作日志考核表"
    preview.close()
    qtbot.waitUntil(lambda: not background.busy)


def test_a_log_goes_back_and_the_signature_is_renewed(
    qtbot: QtBot, database: Database, background: Background
) -> None:
    page = opened(qtbot, database, background)
    pick(page, "村干部")
    press(page, "sign")
    pick(page, "李秀英")
    page.buttons["send_back"].click()
    assert page.form is not None and page.step is not None
    page.step.submitted.emit()
    assert page.form.boxes["note"].shown_problem() == "请填写退回原因"
    page.form.boxes["note"].set_value("到了哪一户")
    page.step.submitted.emit()
    assert "（到了哪一户）" in pick(page, "李秀英")["天数　8.0 / 8.0"]
    page.buttons["send_back"].click()
    assert page.form is not None
    page.form.boxes["note"].set_value("请核对")
    assert page.step is not None
    page.step.submitted.emit()
    told = pick(page, "村干部")
    assert "李秀英：天数 8.0 → 7.0" in told["签字以后的改动"]
    press(page, "sign")
    assert cells(page)["【龙马溪村村干部】"][-1] == "已签第 2 次修订"
    assert [key.partition(".")[0] for key in page.buttons] == ["print_old"]
    next(iter(page.buttons.values())).click()
    qtbot.waitUntil(lambda: bool(page.findChildren(Preview)), timeout=20_000)
    page.findChildren(Preview)[0].close()
    qtbot.waitUntil(lambda: not background.busy)


def test_the_leader_signs_for_the_secretary_and_asks_households(
    qtbot: QtBot, database: Database, background: Background
) -> None:
    page = opened(qtbot, database, background, LEADER)
    units = [name for name in cells(page) if name.startswith("【")]
    assert units == ["【龙马溪村村干部】", "【龙马溪村村书记】", "【镇干部】"]
    told = pick(page, "李秀英")
    assert list(page.buttons) == ["ask"] and told["抽查（随机抽取）"].count("没问") == 2
    press(page, "ask", result="unreachable")
    press(page, "ask", result="confirmed")
    assert "ask" not in page.buttons and cells(page)["李秀英"][5] == "2/2"
    pick(page, "【龙马溪村村干部】")
    assert "sign" not in page.buttons
    pick(page, "【镇干部】")
    assert "sign" not in page.buttons
    pick(page, "村书记")
    press(page, "sign")


def test_the_office_signs_for_the_townships_cadres(
    qtbot: QtBot, database: Database, background: Background
) -> None:
    page = opened(qtbot, database, background, OFFICE)
    assert set(cells(page)) == {"【镇干部】", "谭司法　龙马溪村", "刘干事　龙马溪村"}
    pick(page, "镇干部")
    press(page, "sign")
    page.filter.set_values(("all",))
    page.reload_list()
    assert len([name for name in cells(page) if name.startswith("【")]) == 3


def test_months_turn_and_nobody_without_a_unit_sees_any(
    qtbot: QtBot, database: Database, background: Background
) -> None:
    page = opened(qtbot, database, background)
    page.turn(1)
    assert page.month == date(2026, 6, 1) and cells(page)["李秀英"][-1] == "差 8.0 天"
    page.turn(1)
    assert page.month == date(2026, 6, 1)
    page.turn(-1)
    row = page.units[0].rows[0].id
    page.turn(1)
    page.show_target((2026, 5, row))
    assert page._shown == row and page.month == date(2026, 5, 1)
    assert opened(qtbot, database, background, CLERK).model.rowCount() == 0


@pytest.mark.parametrize("percent", [100, 150])
def test_it_fits_the_smallest_screen(
    qtbot: QtBot, qapp: QApplication, database: Database, background: Background, percent: int
) -> None:
    theme.apply(qapp, percent)
    make = lambda: AssessmentPage(database, SECRETARY, background)  # noqa: E731
    window = MainWindow(
        [PageSpec("assessment", "考核", "calendar-blank", make)], Who("向书记", "龙马溪村")
    )
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    shots = os.environ.get("SHOTS")
    try:
        window.show_page("assessment")
        page = window.page("assessment")
        assert isinstance(page, AssessmentPage)
        for name, key in (("村干部", ""), ("李秀英", ""), ("李秀英", "explain")):
            pick(page, name)
            if key:
                page.buttons[key].click()
            qtbot.wait(300 if shots else 20)
            if shots:
                window.grab().save(f"{shots}/assessment-{name}-{key}-{percent}.png")
            assert window.width() == 1366 and window.height() == 768
            assert page.table.horizontalScrollBar().maximum() == 0
    finally:
        theme.apply(qapp, 100)
