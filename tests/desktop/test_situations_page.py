"""五情 as people use it: reports by kind, the emergency, numbers that open their rows."""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select, update

from desktop import theme
from desktop.background import Background
from desktop.views.disputes import DisputesPage
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.preview import Preview
from desktop.views.sealed import SealedPage
from desktop.views.situations import SituationsPage
from desktop.views.tasks import TasksPage
from desktop.views.today import TodayPage
from tests.usecases.meetings_sample import (
    CADRE,
    GROUP,
    HOME,
    LEADER,
    ROCKS,
    SECRETARY,
    START,
    ZONE,
    Clock,
    add,
    clock,
    database,
    do,
    template,
)
from township.records import Cadre, Evacuee, Need, Situation, ZoneStaff, new_id
from township.storage.database import Database
from township.usecases import situation_reports

__all__ = ["clock", "database", "template"]
SIZE = (1190, 700)


def opened(
    qtbot: QtBot, database: Database, background: Background | None = None, cadre: bytes = CADRE
) -> SituationsPage:
    page = SituationsPage(database, cadre, background)
    qtbot.addWidget(page)
    page.resize(*SIZE)
    page.show()
    return page


def press(page: SituationsPage, key: str, **values: Any) -> None:
    """Take a step, with some fields of its form filled in by hand."""
    page.buttons[key].click()
    if page.form is not None:
        page.form.set_values(values)
        assert page.step is not None
        page.step.submitted.emit()


def facts(page: SituationsPage) -> dict[str, str]:
    return dict(page.detail(page._shown or b"").facts)


def newest(database: Database) -> Situation:
    with database.reader() as session:
        order = Situation.id.desc()
        return session.scalars(select(Situation).order_by(order).limit(1)).one()


def test_each_kind_has_its_own_form(qtbot: QtBot, database: Database) -> None:
    page = opened(qtbot, database)
    page.new.click()
    assert [made.text() for made in page.buttons.values()] == [
        "民情",
        "舆情",
        "警情",
        "灾情",
        "孕情",
    ]
    press(page, "new.livelihood", where=GROUP, summary="水管爆裂")
    found = newest(database)
    assert page.table.current_id() == found.id and found.level == "normal"
    assert facts(page)["应办时间"] == "下次村民情联系会议"
    page.new.click()
    page.buttons["new.disaster"].click()
    assert page.form is not None and "to_evacuate" in page.form.boxes
    assert page.buttons["new.disaster"].property("kind") == "primary"
    page.buttons["new.police"].click()
    assert page.step is not None and not page.step.told.isHidden()
    assert page.step.told.text().startswith("请先拨打 110")


def test_a_half_typed_report_stays_while_news_come(qtbot: QtBot, database: Database) -> None:
    page = opened(qtbot, database)
    page.new.click()
    page.buttons["new.opinion"].click()
    assert page.form is not None and "household_id" not in page.form.boxes
    qtbot.keyClicks(page.form.boxes["summary"].editor, "half")
    page.reload(frozenset({"situation"}))
    page.tick()
    assert page.form is not None and page.form.values()["summary"] == "half"
    page.leave()
    again = opened(qtbot, database)
    again.new.click()
    assert "“舆情”还有没保存的内容" in again.begun.text()


def test_maternal_leads_to_the_service_and_stores_nothing(
    qtbot: QtBot, database: Database, background: Background
) -> None:
    page = opened(qtbot, database)
    page.new.click()
    with qtbot.waitSignal(page.wanted) as wanted:
        page.buttons["maternal"].click()
    assert wanted.args == ["sealed", "care"]
    sealed = SealedPage(database, CADRE, background)
    qtbot.addWidget(sealed)
    sealed.show_target("care")
    sealed.show()
    assert "还没有开通孕情服务" in sealed.form.problem.text()
    sealed.hide()
    assert sealed.form.problem.text() == ""  # who comes back was not told this
    assert newest(database).id == ROCKS


def emergency(page: SituationsPage, **values: Any) -> None:
    page.open_emergency()
    dialog = page.emergency
    assert dialog is not None
    given = {"where": GROUP, "summary": "山体滑坡", "report_duty": "hazard"} | values
    dialog.form.set_values(given)
    dialog.form.changed.emit()


def test_the_emergency_from_call_to_list(qtbot: QtBot, database: Database) -> None:
    page = opened(qtbot, database)
    with database.writing() as connection:
        phone = {"work_phone": "0717-2880110"}
        connection.execute(update(Cadre).values(**phone).where(Cadre.id == LEADER))
    emergency(page, persons_injured=0)
    dialog = page.emergency
    assert dialog is not None
    QApplication.processEvents()
    high = {one.text(): one.y() for one in dialog.findChildren(QLabel) if one.isVisible()}
    assert high["110"] < high["0717-2880110"] < high[dialog.sentence.text()]
    assert "龙马溪村二组，山体滑坡；没有人受伤" in dialog.sentence.text()
    assert "地质灾害防治条例" in dialog.law.text()
    dialog.form.set_values({"external_organ": "县局"})
    dialog.save()
    assert "请填写接报人" in dialog.form.boxes["external_person"].shown_problem()  # type: ignore[attr-defined]
    dialog.form.set_values({"external_person": "李值班", "external_at": START})
    dialog.save()
    assert page.emergency is None
    found = newest(database)
    assert (found.level, found.external_organ) == ("emergency", "县局")
    assert page.table.current_id() == found.id
    assert "0717-2880110" in facts(page)["请先打电话"]


def test_an_emergency_that_is_closed_half_typed_comes_back(
    qtbot: QtBot, database: Database
) -> None:
    page = opened(qtbot, database)
    emergency(page, place="屋后")
    assert page.emergency is not None
    page.emergency.reject()
    assert page.emergency is None
    page.open_emergency()
    assert page.emergency is not None
    assert page.emergency.form.values()["place"] == "屋后"
    assert "二组屋后" in page.emergency.sentence.text()


def test_one_shortcut_from_every_page(qtbot: QtBot, database: Database) -> None:
    made: list[SituationsPage] = []

    def situations() -> SituationsPage:
        made.append(SituationsPage(database, CADRE))
        return made[-1]

    specs = [PageSpec("situations", "五情", "bell-ringing", situations)]
    window = MainWindow(specs, Who("李秀英", ""))
    qtbot.addWidget(window)
    window.show()
    assert window.navigation.emergency.shortcut().toString() == "Ctrl+E"
    window.navigation.emergency.click()
    assert made[0].emergency is not None
    made[0].emergency.reject()
    window.offer_pages(["situations"])
    assert window.navigation.emergency.isVisible()


def test_moved_out_and_back_and_a_need(qtbot: QtBot, database: Database) -> None:
    page = opened(qtbot, database)
    page.show_target(ROCKS)
    press(page, "move_out", home_id=HOME, persons=3, to_place="村小学")
    assert "龙马溪-2-017　3 人 → 村小学" in facts(page)["转移人员"]
    press(page, "back")
    assert "已返回 1 户 3 人" in facts(page)["转移人员"] and "back" not in page.buttons
    press(page, "to_need")
    [link] = page.links
    assert link.text().startswith("诉求 ") and "to_need" not in page.buttons
    with database.reader() as session:
        assert session.scalars(select(Need.situation_id).order_by(Need.id.desc())).first() == ROCKS
        assert session.scalars(select(Evacuee.situation_id)).one() == ROCKS


def test_turned_into_a_dispute_and_tasks_which_name_each_other(
    qtbot: QtBot, database: Database
) -> None:
    page = opened(qtbot, database)
    page.show_target(ROCKS)
    page.buttons["to_dispute"].click()
    assert page.form is not None and page.form.values()["summary"] == "二组公路有落石。"
    press(page, "to_dispute", dispute_type="neighbour", others="王大明、向大贵")
    assert page.form is None and "to_dispute" not in page.buttons, page.problem.text()
    press(page, "situation.task", text="清落石")
    press(page, "situation.task", text="立警示牌")
    dispute, *given = page.links
    assert dispute.text().startswith("矛盾纠纷 ") and len(given) == 2
    with qtbot.waitSignal(page.wanted) as wanted:
        dispute.click()
    there, target = wanted.args
    assert there == "disputes"
    disputes = DisputesPage(database, CADRE)
    qtbot.addWidget(disputes)
    disputes.show_target(target)
    [source] = disputes.links
    assert source.text() == "来自五情 W-1 · 灾情"
    with qtbot.waitSignal(disputes.wanted) as wanted:
        source.click()
    assert wanted.args == ["situations", ROCKS]
    with qtbot.waitSignal(page.wanted) as wanted:
        given[0].click()
    tasks = TasksPage(database, CADRE, {"situations"})
    qtbot.addWidget(tasks)
    tasks.show_target(wanted.args[1])
    with qtbot.waitSignal(tasks.wanted) as wanted:
        tasks.source.click()
    assert wanted.args == ["situations", ROCKS]


def test_a_minute_later_it_is_late(qtbot: QtBot, database: Database, clock: Clock) -> None:
    values = {"where": GROUP, "level": "emergency", "summary": "塌方"}
    do(database, CADRE, lambda w: situation_reports.report(w, "disaster", values))
    page = opened(qtbot, database)
    assert "待接收" in [page.model.index(0, at).data() for at in range(8)]
    clock.now += timedelta(minutes=16)
    page.tick()
    assert "超时·待接收" in [page.model.index(0, at).data() for at in range(8)]
    assert facts(page)["超时提醒"].endswith("提醒联村领导：没有接收（至今又过 1 分钟）")
    assert facts(page)["应办时间"].endswith("（已超时，请先打电话）")


def test_today_follows_the_minutes(qtbot: QtBot, database: Database, clock: Clock) -> None:
    """The linked leader has 今日 open: the alarm comes up by itself, with the telephones."""
    values = {"where": GROUP, "level": "emergency", "summary": "塌方"}
    do(database, CADRE, lambda w: situation_reports.report(w, "disaster", values))
    page = TodayPage(database, SECRETARY, {"situations"})
    with database.writing() as connection:
        line = {"zone_id": ZONE, "cadre_id": SECRETARY, "role": "LL", "from_on": date(2026, 1, 1)}
        add(connection, ZoneStaff, **line)
    qtbot.addWidget(page)
    page.show()
    page.tick()
    assert not [one for one in page.lines if "塌方" in one.text]
    clock.now += timedelta(minutes=16)
    page.tick()
    [alarm] = [one for one in page.lines if "塌方" in one.text]
    assert "请马上打 " in alarm.text and alarm.page == "situations"


def test_each_number_opens_its_rows(
    qtbot: QtBot, database: Database, background: Background
) -> None:
    with database.writing() as connection:
        at = {"reported_at": START, "zone_id": ZONE, "situation_kind": "opinion"}
        for number in range(2):
            words = {"no": f"W-{number}", "summary": "水费", "level": "normal"}
            add(connection, Situation, id=new_id(), **at | words)
    page = opened(qtbot, database, background)
    page.report.click()
    assert page.summary is not None
    assert set(page.summary.numbers) == {
        (name, kind) for name in ("龙马溪村",) for kind in ("opinion", "disaster", "all")
    }
    number = page.summary.numbers["龙马溪村", "opinion"]
    assert isinstance(number, QAbstractButton) and number.text() == "2"
    number.click()
    assert page.model.rowCount() == 2 and "龙马溪村 舆情：2 件" in page.only_text.text()
    page._show_all()
    assert page.model.rowCount() == 3 and page.only is None


def test_day_month_and_paper(qtbot: QtBot, database: Database, background: Background) -> None:
    page = opened(qtbot, database, background)
    page.report.click()
    view = page.summary
    assert view is not None
    view.print()
    qtbot.waitUntil(lambda: bool(view.findChildren(Preview)))
    view.findChildren(Preview)[0].close()
    view.month.set_value((2026, 4))
    view.read()
    assert not view.numbers and "本月没有五情报送，不必补报" in view.note.text()
    view.which.set_values(("day",))
    view.day.set_value(date(2026, 5, 12))
    view.read()
    assert view.table.model().rowCount() == 1
    view._open_day_row(ROCKS)
    assert page.table.current_id() == ROCKS and page.only == {ROCKS}


@pytest.mark.parametrize("percent", [100, 150])
def test_an_emergency_fits_the_screen_and_leads_today(
    qtbot: QtBot, database: Database, clock: Clock, qapp: QApplication, percent: int
) -> None:
    theme.apply(qapp, percent)
    with database.writing() as connection:
        phone = {"work_phone": "0717-2880110"}
        connection.execute(update(Cadre).values(**phone).where(Cadre.id == LEADER))
    page = opened(qtbot, database)
    emergency(page, persons_injured=0, to_evacuate=15)
    dialog = page.emergency
    assert dialog is not None
    least = dialog.minimumSizeHint()
    assert least.width() <= SIZE[0] and least.height() <= SIZE[1]
    dialog.resize(1326, 708)
    pictured(dialog, f"emergency-{percent}")
    dialog.save()
    clock.now += timedelta(minutes=40)
    page.tick()
    today = TodayPage(database, CADRE, {"situations"})
    qtbot.addWidget(today)
    today.resize(*SIZE)
    today.show()
    alarms = [one.text for one in today.lines[:2] if one.alarm]
    assert len(alarms) == 2 and any("0717-2880110" in text for text in alarms)
    pictured(today, f"emergency-today-{percent}")
    theme.apply(qapp, 100)


def pictured(widget: QWidget, name: str) -> None:
    """Save a picture, if somebody wants to look."""
    if shots := os.environ.get("SHOTS"):
        QApplication.processEvents()
        widget.grab().save(f"{shots}/{name}.png")
