"""The parts of 责任区: links, special groups and the box, by those who keep them."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import insert, select

from desktop.background import Background
from desktop.views.sealed import SealedPage
from desktop.views.zone_box import BoxPart
from desktop.views.zone_links import LinksPart, UnlinkedPart
from desktop.views.zone_special import SpecialPart
from desktop.views.zones import ZonesPage
from tests.desktop.test_zones_page import column, facts, opened, part, press
from tests.usecases.meetings_sample import (
    CADRE,
    LEADER,
    SECRETARY,
    ZONE,
    clock,
)
from tests.usecases.zones_sample import (
    HOMES,
    MEMBER,
    OLD,
    PETITIONS,
    village,
    zone_template,
)
from township.records import HouseholdLink, Need, OpinionEntry, SpecialGroupMember
from township.storage import tables
from township.storage.database import Database
from township.usecases.zones_due import BOX, LINKS, SPECIAL, UNLINKED, Place

__all__ = ["clock", "village", "zone_template"]


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
    assert crowded._empty.texts()[0] == "没有多头联系的户"


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
    assert column(page.current(), 4)[0].startswith("诉求 "), "what is open, and no group's state"


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
