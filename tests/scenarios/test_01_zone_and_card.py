"""Domain §9, scenario 1: a zone and its card.

Given 链子岩村 has 1 LL, 6 VC, 3 TC, 1 PO, 1 JO; when PGO removes the JO; then the zone warns
缺司法干部, the card preview omits him, and a new card version is required before printing.
"""

from __future__ import annotations

from datetime import date

from pytestqt.qtbot import QtBot

from desktop.views.preview import Preview
from desktop.views.zone_list import ZoneList
from desktop.views.zones import ZonesPage
from reports.raster import page_count, page_text
from sync.server.folder import OpenServer
from tests.scenarios.town import IDS, VILLAGE, Clock, Seat, Sit, enter, step
from township.changes import Op
from township.records import new_id

STAFF = (
    *(("VC", name) for name in ("周安平", "宋长庚", "杜家福", "韩玉兰")),
    *(("TC", name) for name in ("谭忠云", "颜海军")),
    ("PO", "刘春燕"),
    ("JO", "陈春平"),
)
"""Beside those who serve there already: a secretary, a cadre, a linked leader, a guest."""


def staffed(server: OpenServer, clock: Clock) -> None:
    """The rest of the village's staff."""
    known, ops = {"status": "active", "post": "干部"}, []
    for at, (role, name) in enumerate(STAFF):
        cadre, village = new_id(), IDS[VILLAGE]
        person = {"login": f"staff{at}", "name": name, "roles": role, "zones": village.hex()}
        person["work_phone"] = f"123000000{at:02}"
        ops.append(Op("cadre", cadre, "insert", "township/i", known | person))
        service = {"zone_id": village, "cadre_id": cadre, "role": role, "from_on": "2026-01-01"}
        ops.append(Op("zone_staff", new_id(), "insert", "township/i", service))
    enter(server, clock, *ops)


def zones_of(seat: Seat) -> ZoneList:
    """The village on the page of zones."""
    found = seat.page("zones", ZonesPage).current()
    assert isinstance(found, ZoneList)
    found.reload(frozenset())
    found.table.select_id(IDS[VILLAGE])
    return found


def row(zones: ZoneList) -> list[str]:
    at = zones.model.row_of(IDS[VILLAGE])
    assert at is not None
    return [zones.model.index(at, column).data() for column in range(4)]


def shown_card(qtbot: QtBot, zones: ZoneList, which: str) -> str:
    """The words of the first page of the paper in the preview."""
    zones.printers[which].click()
    qtbot.waitUntil(lambda: bool(zones.findChildren(Preview)), timeout=20_000)
    (preview,) = zones.findChildren(Preview)
    assert page_count(preview._pdf) == 2
    words = "".join(page_text(preview._pdf, 0).split())
    preview.close()
    qtbot.waitUntil(lambda: not zones.findChildren(Preview))
    return words


def approved(mayor: Seat, office: Seat) -> ZoneList:
    """The new version goes to the mayor and comes back approved."""
    office.sync()
    mayor.sync()
    step(zones_of(mayor), "approve")
    mayor.sync()
    office.sync()
    return zones_of(office)


def test_01_zone_and_card(sit: Sit, server: OpenServer, clock: Clock, qtbot: QtBot) -> None:
    staffed(server, clock)
    office, mayor = sit("office"), sit("mayor")
    zones = zones_of(office)
    assert row(zones) == [VILLAGE, "12 人", "齐", "还没有联系卡"]
    step(zones, "place", hotline="0717-2881234", box_place="村委会门口")
    step(zones, "make", supervise_phone="0717-2880000", reception="每月 15 日")
    assert row(zones)[3] == "第 1 版，待审定" and not zones.printers["ten"].isEnabled()
    zones = approved(mayor, office)
    assert row(zones) == [VILLAGE, "12 人", "齐", "第 1 版"]
    assert shown_card(qtbot, zones, "ten").count("陈春平") == 10

    leaves(zones, qtbot)
    zones = approved(mayor, office)
    assert row(zones) == [VILLAGE, "11 人", "缺司法干部", "第 2 版"]
    assert zones.printers["door"].isEnabled()
    words = shown_card(qtbot, zones, "ten")
    assert "陈春平" not in words and words.count("刘春燕") == 10 and "预览" not in words


def leaves(zones: ZoneList, qtbot: QtBot) -> None:
    """The office ends the service of the officer of justice."""
    service = {one.label: one.value for one in zones._actions[1].choices["service"]}
    step(zones, "end", service=service["陈春平 司法干部"], to_on=date(2026, 5, 1))
    assert row(zones) == [VILLAGE, "11 人", "缺司法干部", "第 1 版，要换新版"]
    assert not zones.printers["ten"].isEnabled() and not zones.printers["door"].isEnabled()
    told = "联系卡已过期：1 人已不在岗。请制作新版"
    assert zones.printers["ten"].accessibleDescription() == told
    words = shown_card(qtbot, zones, "preview")
    assert "陈春平" not in words and words.count("预览，不得发放") == 10
    step(zones, "make")  # telephone and reception day are taken over
    assert row(zones)[3] == "第 2 版，待审定" and not zones.printers["ten"].isEnabled()
