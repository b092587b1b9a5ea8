"""Domain §9, scenario 6: an emergency at night, entered without a network.

Given 02:10 a crack above 天龙村三组, laptop offline; when the village cadre opens the emergency,
then the call list is shown first; after sync no receipt in 15 min alerts the linked leader, no
response in 30 min the town's leaders; response at 02:40; feedback; close; the list of evacuees
goes 30 days later.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from PySide6.QtWidgets import QLabel

from desktop.views.due_list import DueLine
from desktop.views.situations import SituationsPage
from desktop.views.today import TodayPage
from sync.server.folder import OpenServer
from tests.scenarios.alarm import GROUP, HOME, answerable
from tests.scenarios.town import Clock, Seat, Sit, shown, step, write
from township.usecases import purging
from township.usecases.situations_due import SYSTEM


def at(clock: Clock, hour: int, minute: int, second: int = 0, day: int = 20) -> None:
    """A time of that night in China."""
    clock.go_to(5, day, hour)
    clock.now = clock.now.replace(minute=minute, second=second)


def alarms(seat: Seat) -> list[str]:
    """The lines of 今日 about 五情."""
    seat.window.show_page("today")
    seat.window.reload()
    lines: list[DueLine] = seat.page("today", TodayPage).dues.lines
    return [line.due.text for line in lines if line.due.system == SYSTEM]


def page_of(seat: Seat) -> SituationsPage:
    page = seat.page("situations", SituationsPage)
    page.show_target("all")
    return page


def test_06_disaster(sit: Sit, server: OpenServer, clock: Clock) -> None:
    answerable(server, clock)
    at(clock, 18, 0, day=19)
    cadre, safety, linked, mayor = map(sit, ("tan", "safety", "linked", "mayor"))
    at(clock, 2, 10)
    entered_without_network(cadre)
    cadre.sync()
    told_to_the_leaders(safety, linked, mayor, clock)
    answered(safety, clock)
    ended(cadre, safety, clock)


def entered_without_network(cadre: Seat) -> None:
    """One click from any page; telephones and what to say stand before the form."""
    cadre.page("today", TodayPage)
    cadre.window.navigation.emergency.click()
    page = cadre.page("situations", SituationsPage)
    dialog = page.emergency
    assert dialog is not None
    form = dialog.form.boxes
    form["where"].set_value(GROUP)
    write(form["place"].editor, "屋后山坡")
    write(form["summary"].editor, "山坡出现一条裂缝，石头往下掉")
    form["to_evacuate"].set_value(15)
    dialog.form.changed.emit()
    told = [one.text() for one in dialog.findChildren(QLabel)]
    for number in ("110", "119", "12000000002", "12000000004"):
        assert told.index(number) < told.index("② 电话打完，再补全登记")
    said = dialog.sentence.text()
    assert "我是村委会委员 谭小兰。" in said and "需要转移15人" in said
    assert said.endswith("我的电话是 12000000001。")
    assert "天龙村三组屋后山坡，山坡出现一条裂缝，石头往下掉" in said
    dialog.save()
    assert page.emergency is None
    facts = shown(page)
    assert "镇安办主任 周安全 12000000004" in facts and "2026-05-20 02:25" in facts
    assert "不得迟报、漏报（地质灾害防治条例第28条）" in facts


def told_to_the_leaders(safety: Seat, linked: Seat, mayor: Seat, clock: Clock) -> None:
    """Nobody before the time; the linked leader after 15 minutes, with the telephones."""
    at(clock, 2, 25)
    linked.sync()
    assert alarms(linked) == []
    at(clock, 2, 26)
    [line] = alarms(linked)
    assert line.startswith("报送 16 分钟没有接收，请马上打 镇安办主任 周安全 12000000004：灾情")
    assert "村委会委员 谭小兰 12000000001" in line
    safety.sync()
    step(page_of(safety), "receive")
    safety.sync()
    at(clock, 2, 39)
    mayor.sync()
    assert alarms(mayor) == []
    at(clock, 2, 40, 1)
    [line] = alarms(mayor)
    assert "没有处置，请马上打 镇安办主任" in line and "联村领导 冯联村 12000000002" in line


def answered(safety: Seat, clock: Clock) -> None:
    """The response, the people moved out, and who else was told by law."""
    at(clock, 2, 40, 30)
    page = page_of(safety)
    step(page, "respond", response="转移6户15人")
    step(page, "move_out", home_id=HOME, persons=3, to_place="村小学")
    step(page, "move_out", names="王大明等五户", persons=12, to_place="村委会")
    facts = shown(page)
    assert "转移 2 户 15 人" in facts and "天龙-3-006　3 人 → 村小学" in facts
    assert "提醒联村领导：没有接收（" in facts and "提醒镇主要领导：没有处置（" in facts
    safety.sync()


def ended(cadre: Seat, safety: Seat, clock: Clock) -> None:
    """Closed only after the feedback and after the report that the law wants."""
    at(clock, 9, 0)
    cadre.sync()
    page = page_of(cadre)
    assert next(iter(page.buttons)) == "outside"
    step(page, "feed_back", told=("reporter", "residents"))
    page.buttons["close"].click()
    assert "依法要报告的还没有登记" in page.problem.text()
    page.buttons["outside"].click()
    assert page.form is not None and page.step is not None
    page.form.boxes["external_at"].set_value(datetime(2026, 5, 19, 18, 15, tzinfo=UTC))
    write(page.form.boxes["external_organ"].editor, "县自然资源局")
    write(page.form.boxes["external_person"].editor, "李值班")
    page.step.submitted.emit()
    step(page, "close")
    page.show_target("all")
    facts = shown(page)
    assert "2026-05-20 02:15 县自然资源局 李值班" in facts
    assert "名单保留到 2026-06-19，之后清除" in facts
    cadre.sync()
    safety.sync()
    assert alarms(safety) == alarms(cadre) == []
    with safety.page("situations", SituationsPage).database.reader() as session:
        due = [
            {line.kind: line.count for line in purging.preview(session, day)}
            for day in (date(2026, 6, 19), date(2026, 6, 20))
        ]
    assert due == [{}, {"evacuee": 2}]
