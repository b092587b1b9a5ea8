"""责任区 as office, village and petition office use it, on a real database."""

from __future__ import annotations

import os
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import insert, select

from desktop import theme
from desktop.background import Background
from desktop.views.households import HouseholdsPage
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.needs import NeedsPage
from desktop.views.preview import Preview
from desktop.views.sealed import SealedPage
from desktop.views.zone_box import BoxPart
from desktop.views.zone_links import LinksPart, UnlinkedPart
from desktop.views.zone_list import ZoneList
from desktop.views.zone_special import SpecialPart
from desktop.views.zones import ZonesPage
from tests.usecases.meetings_sample import (
    CADRE,
    LEADER,
    MAYOR,
    SECRETARY,
    ZONE,
    clock,
)
from tests.usecases.zones_sample import (
    HOMES,
    MEMBER,
    OFFICE,
    OLD,
    PETITIONS,
    made_card,
    village,
    zone_template,
)
from township.records import Household, HouseholdLink, Need, OpinionEntry, SpecialGroupMember
from township.storage import tables
from township.storage.database import Database
from township.usecases.households import VISITED, HouseholdFilter
from township.usecases.zones_due import BOX, LINKS, SPECIAL, UNLINKED, ZONES, Place

__all__ = ["clock", "village", "zone_template"]
REACHABLE = frozenset({"zones", "households", "needs", "sealed"})


def opened(
    qtbot: QtBot, database: Database, background: Background, cadre: bytes = SECRETARY
) -> ZonesPage:
    page = ZonesPage(database, cadre, background, REACHABLE)
    qtbot.addWidget(page)
    page.resize(1150, 640)
    page.show()
    return page


def part(page: ZonesPage, key: str, kind: Any) -> Any:
    page.show_part(key)
    found = page.current()
    assert isinstance(found, kind)
    return found


def press(part: Any, key: str, **values: Any) -> None:
    """Take a step, with some fields of its form filled in by hand."""
    part.buttons[key].click()
    for name, value in values.items():
        part.form.boxes[name].set_value(value)
    if part.step is not None:
        part.step.submitted.emit()


def facts(part: Any) -> dict[str, str]:
    return dict(part.detail(part._shown or b"").facts)


def column(part: Any, at: int) -> list[str]:
    return [part.model.index(row, at).data() for row in range(part.model.rowCount())]


def test_from_gap_to_printed_card(qtbot: QtBot, village: Database, background: Background) -> None:
    made_card(village)
    page = opened(qtbot, village, background, OFFICE)
    zones = part(page, ZONES, ZoneList)
    zones.table.select_id(ZONE)
    assert list(zones.buttons) == ["begin", "end", "make", "deliver", "place"]
    assert zones.printers["ten"].isEnabled()
    services = {one.label: one.value for one in zones._actions[1].choices["service"]}
    press(zones, "end", service=services["谭司法 司法干部"], to_on=date(2026, 5, 11))
    assert column(zones, 2)[0] == "缺司法干部" and column(zones, 3)[0] == "第 1 版，要换新版"
    assert not zones.printers["ten"].isEnabled()
    assert "制作新版" in zones.printers["ten"].accessibleDescription()
    assert next(iter(zones.buttons)) == "make"  # what comes next
    press(zones, "make")
    assert (
        facts(zones)["联系群众卡"].startswith("第 2 版") and "待审定" in facts(zones)["联系群众卡"]
    )
    leader = opened(qtbot, village, background, MAYOR)
    approving = part(leader, ZONES, ZoneList)
    approving.table.select_id(ZONE)
    assert next(iter(approving.buttons)) == "approve"
    press(approving, "approve")
    page.reload(frozenset({"contact_card"}))
    assert zones.printers["ten"].isEnabled()
    zones.printers["ten"].click()
    qtbot.waitUntil(lambda: bool(zones.findChildren(Preview)), timeout=20_000)
    preview = zones.findChildren(Preview)[0]
    assert preview.windowTitle() == "打印预览 · 联系群众卡"
    preview.close()
    qtbot.waitUntil(lambda: not background.busy)


def test_the_card_is_handed_over_to_a_group(
    qtbot: QtBot, village: Database, background: Background
) -> None:
    made_card(village)
    page = opened(qtbot, village, background)
    zones = part(page, ZONES, ZoneList)
    assert zones.table.current_id() == ZONE, "one's own zone is shown"
    zones.buttons["deliver"].click()
    missed = zones.form.boxes["missed"]
    missed.set_value((HOMES[0],))
    zones.form.boxes["group"].set_value(b"all")
    zones.step.submitted.emit()
    assert "已送达 6 户" in facts(zones)["联系群众卡"]
    with village.reader() as session:
        assert session.get_one(Household, HOMES[0]).card_delivered_at is None


def test_numbers_lead_to_their_rows(
    qtbot: QtBot, village: Database, background: Background
) -> None:
    page = opened(qtbot, village, background)
    zones = part(page, ZONES, ZoneList)
    wanted: list[tuple[str, object]] = []
    page.wanted.connect(lambda *one: wanted.append(one))
    for text in ("户", "今年已入户", "未办结诉求"):
        zones.numbers[text].click()
    assert wanted == [
        ("households", HouseholdFilter(zone_id=ZONE)),
        ("households", HouseholdFilter(zone_id=ZONE, only=VISITED)),
        ("needs", ("open", ZONE)),
    ]
    zones.numbers["没人联系的户"].click()
    assert isinstance(page.current(), UnlinkedPart) and page.current().model.rowCount() == 4
    page.show_part(ZONES)
    zones.numbers["特殊群体户"].click()
    assert isinstance(page.current(), SpecialPart) and page.current().model.rowCount() == 2


def test_the_rows_behind_the_numbers(
    qtbot: QtBot, village: Database, background: Background
) -> None:
    homes = HouseholdsPage(village, SECRETARY, background, REACHABLE)
    qtbot.addWidget(homes)
    homes.show_target(HouseholdFilter(zone_id=ZONE))
    assert homes.model.rowCount() == 7 and homes.only.isHidden()
    homes.show_target(HouseholdFilter(zone_id=ZONE, only=VISITED))
    if date.today().year == 2026:  # the page goes by the day of the computer
        assert homes.model.rowCount() == 2
    assert not homes.only.isHidden()
    homes.only.click()
    assert homes.model.rowCount() == 7 and homes.only.isHidden()
    needs = NeedsPage(village, SECRETARY)
    qtbot.addWidget(needs)
    needs.show_target(("open", ZONE))
    assert needs.model.rowCount() == 3 and needs.only.text() == "只看 龙马溪村"
    needs.only.click()
    assert needs.zone is None and needs.only.isHidden()


def test_links_are_made_and_ended(qtbot: QtBot, village: Database, background: Background) -> None:
    page = opened(qtbot, village, background)
    links = part(page, LINKS, LinksPart)
    links.table.select_id(ZONE + CADRE)
    row = links.model.row_of(ZONE + CADRE)
    assert column(links, 3)[row] == "3/15" and column(links, 4)[row] == "2/15"
    assert "按时间进度约 5 户，只在 12 月 31 日评定" in facts(links)["本年已入户"]
    assert facts(links)["建议联系：没有人联系的户，特殊群体在前"].startswith("王5明")
    press(links, "link", homes=(OLD, HOMES[3]))
    assert column(links, 3)[row] == "5/15"
    free = part(page, UNLINKED, UnlinkedPart)
    assert free.model.rowCount() == 2
    free.table.select_id(free.model.id_at(0))
    press(free, "give", cadre_id=LEADER)
    assert free.model.rowCount() == 1
    links = part(page, LINKS, LinksPart)
    links.table.select_id(ZONE + CADRE)
    press(links, "unlink", home=OLD)
    assert column(links, 3)[links.model.row_of(ZONE + CADRE)] == "4/15"


def test_who_does_not_make_links_only_looks(
    qtbot: QtBot, village: Database, background: Background
) -> None:
    page = opened(qtbot, village, background, CADRE)
    for key, kind in ((LINKS, LinksPart), (UNLINKED, UnlinkedPart)):
        found = part(page, key, kind)
        assert found.model.rowCount() and not found.buttons


def test_many_cadres_of_a_household(
    qtbot: QtBot, village: Database, background: Background
) -> None:
    with village.writing() as connection:
        for cadre in (SECRETARY, LEADER):
            linked = {"zone_id": ZONE, "household_id": HOMES[0], "year": 2026}
            connection.execute(insert(HouseholdLink).values(id=cadre, cadre_id=cadre, **linked))
    page = opened(qtbot, village, background)
    crowded = part(page, UNLINKED, UnlinkedPart)
    crowded.show_target("crowded")
    assert crowded.model.rowCount() == 1 and facts(crowded)["多头联系"]
    press(crowded, "take", cadre_id=SECRETARY)
    assert crowded.model.rowCount() == 0


def test_three_clears(qtbot: QtBot, village: Database, background: Background) -> None:
    page = opened(qtbot, village, background)
    page.show_target(Place(SPECIAL, MEMBER, ZONE))
    special = page.current()
    assert facts(special)["还差"] == "对象范围、目标任务、沟通渠道"
    filled = {"scope": "两位老人", "goal": "每月看望", "source": "visit", "evidence": "走访核实"}
    press(special, "complete", **filled)
    assert special.form is not None
    assert special.form.boxes["channel"].shown_problem() == "“三个清楚”还差沟通渠道，请填写后再保存"
    special.form.boxes["channel"].set_value("固定电话")
    special.step.submitted.emit()
    assert special.form is None
    special.show_target("unclear")
    assert column(special, 1) == ["王6明 龙马溪-2-006"]


def test_a_new_member_for_a_household(
    qtbot: QtBot, village: Database, background: Background
) -> None:
    page = opened(qtbot, village, background)
    special = part(page, SPECIAL, SpecialPart)
    special.begin_for(HOMES[2])
    assert special.form is not None
    page.reload(frozenset({"visit"}))  # news do not close the form
    assert special.form is not None
    for name, value in {
        "group_kind": "prosperous",
        "scope": "橙园大户",
        "goal": "带动三户",
        "channel": "微信群",
        "helper_id": CADRE,
        "source": "meeting",
        "evidence": "代表会推荐",
        "until_on": date(2026, 12, 31),
    }.items():
        special.form.boxes[name].set_value(value)
    special.step.submitted.emit()
    assert special.form is None, special.problem.text()
    with village.reader() as session:
        made = session.scalars(
            select(SpecialGroupMember).where(SpecialGroupMember.household_id == HOMES[2])
        ).one()
    assert (made.group_kind, made.from_on) == ("prosperous", date(2026, 5, 12))


def opened_box(page: ZonesPage) -> Any:
    """The secretary enters that the box was opened with the cadre."""
    page.show_target(Place(BOX, zone_id=ZONE, which="openings"))
    box = page.current()
    assert isinstance(box, BoxPart)
    box.table.select_id(ZONE)
    press(box, "open_box", opener_two=CADRE)
    assert box.form is None, box.problem.text()
    return box


def test_from_opening_to_need(qtbot: QtBot, village: Database, background: Background) -> None:
    page = opened(qtbot, village, background)
    box = opened_box(page)
    assert facts(box)["开箱人"] == "向书记、李秀英", "the opening is shown, to go on with it"
    box.buttons["write"].click()
    boxes = box.form.boxes
    assert boxes["text"].isHidden() and boxes["household_id"].isHidden()
    boxes["about_cadre"].editor._chips[1].click()
    assert not boxes["text"].isHidden()
    boxes["text"].set_value("水渠垮了")
    boxes["household_id"].set_value(OLD)
    box.step.submitted.emit()
    assert box.form is None, box.problem.text()
    box.show_target("open")
    assert column(box, 2) == ["水渠垮了"] and column(box, 5) == ["待答复"]
    press(box, "to_need", topic="water")
    box.show_target("all")
    assert column(box, 5) == ["转诉求办理中"]
    with village.reader() as session:
        need = session.scalars(select(Need).where(Need.channel == "box")).one()
    assert need.household_id == OLD
    page.show_target(Place(SPECIAL, zone_id=ZONE, which="open"))
    assert column(page.current(), 1) == ["王5明 龙马溪-2-005"]


def test_an_answer_is_approved_by_the_petition_office(
    qtbot: QtBot, village: Database, background: Background
) -> None:
    page = opened(qtbot, village, background)
    box = opened_box(page)
    press(box, "write", about_cadre=False, text="要路灯")
    box.show_target("open")
    press(box, "answer", answer="月底装")
    assert "approve" not in box.buttons
    other = part(opened(qtbot, village, background, PETITIONS), BOX, BoxPart)
    other.table.select_id(other.model.id_at(0))
    press(other, "approve")
    page.reload(frozenset({"opinion_entry"}))
    box.table.select_id(box.model.id_at(0))
    press(box, "post")
    assert box.model.rowCount() == 0, "nothing waits any more"


def test_a_paper_about_a_cadre_goes_to_the_sealed_form(
    qtbot: QtBot, village: Database, background: Background
) -> None:
    """Nothing of it is stored on the way: no record, no draft."""
    page = opened(qtbot, village, background)
    box = opened_box(page)
    wanted: list[tuple[str, Any]] = []
    page.wanted.connect(lambda *one: wanted.append(one))
    box.buttons["write"].click()
    boxes = box.form.boxes
    boxes["about_cadre"].editor._chips[1].click()
    boxes["text"].set_value("某干部收了钱")
    box.step.autosave.flush()
    boxes["about_cadre"].editor._chips[0].click()  # seen too late
    assert wanted == [("sealed", ("box_note", "某干部收了钱"))] and box.form is None
    with village.reader() as session:
        assert session.scalars(select(OpinionEntry)).all() == []
        assert session.execute(select(tables.draft)).all() == []
    sealed = SealedPage(village, SECRETARY, background)
    qtbot.addWidget(sealed)
    sealed.show_target(wanted[0][1])
    assert sealed.form.form.boxes["subject"].value() == "box_note"
    assert sealed.form.form.boxes["text"].value() == "某干部收了钱"
    sealed.leave()
    assert not sealed.form.form.boxes["text"].value()


def test_parts_by_keyboard(qtbot: QtBot, village: Database, background: Background) -> None:
    page = opened(qtbot, village, background)
    window = page.window()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    page.chips._chips[0].setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_2)
    links = page.current()
    assert isinstance(links, LinksPart)
    links.table.setFocus()
    qtbot.keyClick(links.table, Qt.Key.Key_Return)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert links.step is not None, "Enter leads to the next step"


@pytest.mark.parametrize("percent", [150])
def test_it_fits_the_smallest_screen(
    qtbot: QtBot, qapp: QApplication, village: Database, background: Background, percent: int
) -> None:
    made_card(village)
    theme.apply(qapp, percent)
    made = PageSpec(
        "zones",
        "责任区",
        "identification-card",
        lambda: ZonesPage(village, OFFICE, background, REACHABLE),
    )
    window = MainWindow([made], Who("刘主任", "全镇"))
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    shots = os.environ.get("SHOTS")
    try:
        window.show_page("zones")
        page = window.page("zones")
        assert isinstance(page, ZonesPage)
        for key in (ZONES, LINKS, UNLINKED, SPECIAL, BOX):
            page.show_part(key)
            qtbot.wait(20)
            found = page.current()
            for step in list(found.buttons)[: 3 if shots else 1]:
                found.buttons[step].click()
                qtbot.wait(20)
                if shots:
                    window.grab().save(f"{shots}/zones-{key}-{step}-{percent}.png")
                if found.step is not None:
                    found.step.cancelled.emit()
            assert (window.width(), window.height()) == (1366, 768)
            assert found.table.horizontalScrollBar().maximum() == 0
    finally:
        theme.apply(qapp, 100)
