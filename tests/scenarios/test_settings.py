"""镇设置 through three laptops: the office proposes, the mayor approves, the village sees it."""

from __future__ import annotations

from datetime import date

from desktop.views.township_settings import TownshipSettingsPage
from desktop.views.work_log import WorkLogPage
from tests.scenarios.town import Clock, Seat, Sit, shown, step
from township.usecases.township_settings import line_id

TARGET = line_id("village_halves")


def target_on(cadre: Seat, day: date) -> str:
    """What the head of 工作日志 says of a month."""
    page = cadre.page("worklog", WorkLogPage)
    page.show_target(day)
    page.reload(frozenset())
    return page.counted.accessibleName()


def test_a_new_target_reaches_the_village(sit: Sit, clock: Clock) -> None:
    office, mayor, cadre = sit("office"), sit("mayor"), sit("cadre")
    page = office.page("township_settings", TownshipSettingsPage)
    page.show_target(TARGET)
    step(page, "propose", value="7.5", valid_from=date(2026, 6, 1), reason="镇党委会议研究")
    assert "待审定" in shown(page)
    office.sync()

    mayor.sync()
    mayor.window.show_page("today")
    (line,) = [
        one
        for one in mayor.window.page("today").dues.lines  # type: ignore[union-attr]
        if one.due.system == "镇设置"
    ]
    assert "待审定：村干部每月入户天数" in line.text()
    line.click()
    page = mayor.page("township_settings", TownshipSettingsPage)
    assert page.table.current_id() == TARGET
    step(page, "agree")
    assert "将生效\n7.5 天，2026-06-01 起" in shown(page)
    mayor.sync()

    cadre.sync()
    assert "8.0 天" in target_on(cadre, date(2026, 5, 2))
    page = cadre.page("township_settings", TownshipSettingsPage)
    page.show_target(TARGET)
    assert not any(one.isEnabled() for one in page.buttons.values())
    clock.go_to(6, 1, 0)
    assert "7.5 天" in target_on(cadre, date(2026, 6, 1))
    assert "8.0 天" in target_on(cadre, date(2026, 5, 2))
