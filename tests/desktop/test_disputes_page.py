"""矛盾纠纷, 任务 and a need without a visit as a person uses them, on a real database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import Connection, insert

from desktop import theme
from desktop.background import Background
from desktop.views.disputes import DisputesPage
from desktop.views.entry_dialog import EntryDialog
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.matter import MatterPage
from desktop.views.needs import NeedsPage
from desktop.views.preview import Preview
from desktop.views.tasks import TasksPage
from reports.raster import page_text
from tests import device
from tests.today import china_today
from township.records import (
    Cadre,
    Dispute,
    DisputeParty,
    Household,
    Meeting,
    Need,
    Person,
    Record,
    Resolution,
    Task,
    Zone,
    ZoneStaff,
    new_id,
)
from township.storage.database import Database
from township.values import utc_now

ZONE, HOME, HEAD, ME, SECRETARY, CLERK, FENCE, LIGHT, MEETING = (new_id() for _ in range(9))
TODAY = china_today()


def add(connection: Connection, kind: type[Record], **values: Any) -> None:
    values.setdefault("id", new_id())
    connection.execute(insert(kind).values(**values))


def fill(connection: Connection) -> None:
    device.enter(connection)
    add(connection, Zone, id=ZONE, name="龙马溪村", code="420527103210", position=1)
    for one, name, role in ((ME, "李秀英", "VC"), (SECRETARY, "向书记", "VS")):
        account = {"name": name, "login": name, "status": "active", "roles": (role,)}
        add(connection, Cadre, id=one, zones=(ZONE,), **account)
        add(connection, ZoneStaff, zone_id=ZONE, cadre_id=one, role=role)
    add(connection, Household, id=HOME, zone_id=ZONE, no="龙马溪-2-017", head_person_id=HEAD)
    add(connection, Person, id=HEAD, zone_id=ZONE, household_id=HOME, name="王大明")
    told = {"zone_id": ZONE, "found_by": "visit", "people_count": 2, "mediators": (ME,)}
    told |= {"level_reason": "涉及土地", "nature": "mediation", "state": "open"}
    for one, days, level, text in (
        (FENCE, 22, "yellow", "两家因橙园边界的三棵树归属争吵，尚未动手。"),
        (LIGHT, 1, "blue", "上户改水沟后，下户院坝积水，双方互不相让。"),
    ):
        on = TODAY - timedelta(days=days)
        when = {"found_on": on, "level_since": on, "level": level}
        kind = {"dispute_type": "forest_land", "summary": text, "no": f"D-{days}"}
        add(connection, Dispute, id=one, **told, **when, **kind)
        party = {"zone_id": ZONE, "dispute_id": one, "party_kind": "person"}
        add(connection, DisputeParty, position=1, home_id=HOME, **party)
        add(connection, DisputeParty, position=2, name="向大贵", **party)
    task = {"zone_id": ZONE, "owner_id": ME, "state": "open"}
    add(connection, Task, text="量一量水管", source="visit", due_on=TODAY, **task)
    add(connection, Meeting, id=MEETING, zone_id=ZONE, held_at=utc_now(), level="village")
    add(
        connection,
        Resolution,
        text="装两盏路灯",
        meeting_id=MEETING,
        due_on=TODAY - timedelta(days=2),
        **task,
    )


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.create(tmp_path / "laptop.db", bytes(range(32)))
    with database.writing() as connection:
        fill(connection)
    yield database
    database.close()


@pytest.fixture
def disputes(qtbot: QtBot, database: Database) -> DisputesPage:
    page = DisputesPage(database, ME)
    qtbot.addWidget(page)
    page.show()
    return page


@pytest.fixture
def tasks(qtbot: QtBot, database: Database) -> TasksPage:
    page = TasksPage(database, ME, {"meetings", "households"})
    qtbot.addWidget(page)
    page.show()
    return page


def column(page: MatterPage, at: int) -> list[str]:
    return [page.model.index(row, at).data() for row in range(page.model.rowCount())]


def take(page: MatterPage, key: str, **values: Any) -> None:
    page.buttons[key].click()
    if page.form is not None and page.step is not None:
        page.form.set_values(values)
        page.step.submitted.emit()
    assert page.form is None, page.problem.text()


def facts(page: MatterPage) -> dict[str, str]:
    return dict(page.detail(page._shown or b"").facts)


def test_the_sheet_is_printed(qtbot: QtBot, database: Database, background: Background) -> None:
    page = DisputesPage(database, ME, background)
    qtbot.addWidget(page)
    page.show()
    page.printer.click()
    qtbot.waitUntil(lambda: bool(page.findChildren(Preview)), timeout=10_000)
    preview = page.findChildren(Preview)[0]
    said = page_text(preview._pdf, 0)
    assert "橙色预警" in said and "D-22" in said
    assert "王大明" not in said and "向大贵" not in said
    preview.close()


def test_the_overdue_one_stands_first_with_its_new_level(disputes: DisputesPage) -> None:
    assert column(disputes, 0) == ["橙色", "蓝色"]
    shown = facts(disputes)
    assert shown["预警等级"].startswith("橙色（原黄色，超期未化解已升级）")
    assert shown["当事人"] == "甲方：王大明 龙马溪-2-017\n乙方：向大贵"
    disputes.show_target("risen")
    assert column(disputes, 7) == ["D-22"]
    disputes.show_target("blue")
    assert column(disputes, 7) == ["D-1"]
    disputes.filter.set_values(("all",))
    disputes.filter.edited.emit()
    assert disputes.model.rowCount() == 2
    disputes.search.setText("没有这一家")
    disputes.reload_list()
    assert disputes.model.rowCount() == 0


def test_from_contact_to_the_end(disputes: DisputesPage) -> None:
    assert next(iter(disputes.buttons.values())).text() == "登记首次接触"
    take(disputes, "step", text="已分别见过双方")
    assert facts(disputes)["首次接触"] == str(TODAY)
    take(disputes, "level", level="red", level_reason="一方扬言动手")
    assert "110" in facts(disputes)["注意"]
    assert "调解人" not in disputes.buttons
    take(disputes, "agree", terms="以水沟为界")
    until = TODAY + timedelta(days=30)
    assert facts(disputes)["司法确认"].startswith(f"双方可在 {until} 前")
    take(disputes, "confirm")
    take(disputes, "revisit", revisit_note="双方相安")
    take(disputes, "close")
    assert column(disputes, 7) == ["D-1"]


def test_a_refusal_leaves_the_lawful_ways(disputes: DisputesPage) -> None:
    take(disputes, "refuse", refused_note="不愿调解")
    assert list(disputes.buttons) == ["end", "resume", "step", "level", "dispute.task"]
    disputes.buttons["end"].click()
    assert disputes.form is not None and disputes.step is not None
    assert "人民法院" in disputes.form.values()["remedies_told"]
    disputes.form.set_values({"result": "ended_to_court"})
    disputes.step.submitted.emit()
    assert facts(disputes)["结果"] == "终止调解，走仲裁或诉讼"


def test_a_task_is_given_from_a_dispute(disputes: DisputesPage, tasks: TasksPage) -> None:
    take(disputes, "dispute.task", text="请林业站现场划界", owner_id=SECRETARY)
    tasks.show_target("open")
    assert "请林业站现场划界" in column(tasks, 0)


def test_who_may_not_add_steps_or_tasks_is_told_so(qtbot: QtBot, database: Database) -> None:
    """The keeper of the ledger sees all steps, and rests where saving would be refused."""
    with database.writing() as connection:
        add(connection, Cadre, id=CLERK, name="周敏", login="zhou", status="active", roles=("CLK",))
    page = DisputesPage(database, CLERK)
    qtbot.addWidget(page)
    resting = {key for key, made in page.buttons.items() if not made.isEnabled()}
    assert resting == {"step", "dispute.task"}
    assert page.buttons["step"].accessibleDescription()


def dialog_of(page: MatterPage, qtbot: QtBot) -> EntryDialog:
    assert page.adds is not None
    page.adds.click()
    [dialog] = [one for one in page.findChildren(EntryDialog) if one.isVisible()]
    return dialog


def test_one_is_recorded_without_a_visit(disputes: DisputesPage, qtbot: QtBot) -> None:
    dialog = dialog_of(disputes, qtbot)
    dialog.save()
    assert "补全" in dialog.problem.text()
    dialog.form.set_values(
        {"others": "甲、乙", "summary": "养殖场气味大", "dispute_type": "environment"}
    )
    dialog.form.set_values({"people_count": 8})
    dialog.save()
    assert "至少为黄色" in dialog.form.boxes["level"].shown_problem()
    dialog.form.set_values({"level": "yellow"})
    dialog.form.changed.emit()
    dialog.reject()  # the draft stays
    dialog = dialog_of(disputes, qtbot)
    assert dialog.form.values()["summary"] == "养殖场气味大"
    with qtbot.waitSignals([disputes.committed, disputes.said]):
        dialog.save()
    assert facts(disputes)["当事人"] == "甲方：甲\n乙方：乙"


def test_ones_own_tasks_and_resolutions(tasks: TasksPage, qtbot: QtBot) -> None:
    assert column(tasks, 0) == ["装两盏路灯", "量一量水管"]
    with qtbot.waitSignal(tasks.wanted) as asked:
        tasks.source.click()
    assert asked.args == ["meetings", MEETING]
    take(tasks, "done", result="已装好")
    assert column(tasks, 0) == ["量一量水管"]
    said: list[Any] = []
    tasks.said.connect(lambda _, undo: said.append(undo))
    take(tasks, "dropped", result="由水利站办")
    assert tasks.model.rowCount() == 0
    said[0]()
    assert column(tasks, 0) == ["量一量水管"]
    tasks.show_target("done")
    assert column(tasks, 0) == ["装两盏路灯"]


def test_a_task_is_given(tasks: TasksPage, qtbot: QtBot) -> None:
    dialog = dialog_of(tasks, qtbot)
    dialog.form.set_values({"text": "送联系卡", "household_id": HOME, "owner_id": SECRETARY})
    dialog.save()
    assert facts(tasks)["户"] == "王大明 龙马溪-2-017"
    assert facts(tasks)["责任人"] == "向书记"


def test_a_need_without_a_visit(qtbot: QtBot, database: Database) -> None:
    page = NeedsPage(database, ME)
    qtbot.addWidget(page)
    page.show()
    dialog = dialog_of(page, qtbot)
    dialog.form.set_values({"text": "路灯不亮", "topic": "road"})
    dialog.save()
    assert column(page, 1) == ["匿名"]
    with database.reader() as session:
        need = session.get_one(Need, page.table.current_id())
        assert (need.channel, need.zone_id, need.household_id) == ("phone", ZONE, None)


@pytest.mark.parametrize("percent", [100, 150])
def test_they_fit_the_smallest_screen(
    qtbot: QtBot, qapp: QApplication, database: Database, percent: int
) -> None:
    specs = [
        PageSpec("disputes", "矛盾纠纷", "handshake", lambda: DisputesPage(database, ME)),
        PageSpec("tasks", "任务", "note-pencil", lambda: TasksPage(database, ME)),
        PageSpec("needs", "诉求", "chat-circle-text", lambda: NeedsPage(database, ME)),
    ]
    theme.apply(qapp, percent)
    window = MainWindow(specs, Who("李秀英", "龙马溪村"))
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    try:
        for key in ("disputes", "tasks", "needs"):
            window.show_page(key)
            page = window.page(key)
            assert isinstance(page, MatterPage)
            shoot(window, qtbot, f"{key}-{percent}")
            assert page.table.horizontalScrollBar().maximum() == 0
            dialog = dialog_of(page, qtbot)
            shoot(dialog, qtbot, f"new-{key}-{percent}")
            dialog.throw_away()
        assert window.size() == QSize(1366, 768)
    finally:
        theme.apply(qapp, 100)


def shoot(widget: QWidget, qtbot: QtBot, name: str) -> None:
    qtbot.wait(20)
    if shots := os.environ.get("SHOTS"):
        widget.grab().save(f"{shots}/{name}.png")
