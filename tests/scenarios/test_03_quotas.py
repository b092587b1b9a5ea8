"""Domain §9, scenario 3: quotas.

Given a village cadre with seven two-session dates, one one-session date and one phone-only date;
then days = 7.5, the target of 8 is not met. Given a township cadre with two zone dates and three
town-hall meetings; then days = 2.0 of 3. Entered by both at their own laptops without network;
after the sync 党政办 sees the same numbers.
"""

from __future__ import annotations

from datetime import date

from desktop.views.today import TodayPage
from tests.scenarios.field import assessment, pick, rows_of, visited, worked, worklog
from tests.scenarios.town import Clock, Seat, Sit, shown


def test_03_quotas(sit: Sit, clock: Clock) -> None:
    cadre = sit("cadre")
    for day in range(4, 11):
        clock.go_to(5, day, 17)
        visited(cadre, date(2026, 5, day), ("am", "pm"))
    clock.go_to(5, 11)
    visited(cadre, date(2026, 5, 11), ("am",))
    clock.go_to(5, 12)
    visited(cadre, date(2026, 5, 12), ("am",), way="phone")
    the_cadre_sees_it(cadre)
    official = sit("official")
    for day, kind in ((12, "in_village"), (13, "meeting"), (14, "emergency")):
        clock.go_to(5, day, 18)
        worked(official, date(2026, 5, day), kind, ("am", "pm"), "汛前检查")
    for day in (15, 16):
        clock.go_to(5, day, 18)
        worked(official, date(2026, 5, day), "meeting", ("am",), "镇里开会")
    assert days_of(official) == "2.0 / 3.0"
    cadre.sync()
    official.sync()
    clock.go_to(6, 2)
    the_office_sees_the_same(sit("office"))


def days_of(seat: Seat) -> str:
    """The number on 今日."""
    name = seat.page("today", TodayPage).days.accessibleName()
    return name.partition("：")[2].partition("，")[0]


def the_cadre_sees_it(cadre: Seat) -> None:
    cadre.page("today", TodayPage)
    cadre.window.reload()
    assert days_of(cadre) == "7.5 / 8.0"
    page = worklog(cadre)
    page.show_day(date(2026, 5, 12))
    assert "电话和户外见面不计天数" in page._reason.text()


def the_office_sees_the_same(office: Seat) -> None:
    page = assessment(office)
    row = rows_of(page)["刘干事　链子岩村"]
    assert (row[0], row[-1]) == ("2.0 / 3.0", "差 1.0 天")
    page.show_target("all")
    row = rows_of(page)["李秀英"]
    assert (row[0], row[-1]) == ("7.5 / 8.0", "差 0.5 天")
    pick(page, "李秀英")
    assert "5月11日 上午 入户走访 0.5 天" in shown(page)
    assert "5月12日 上午 其他：没有入户走访，电话和户外见面不计天数" in shown(page)
