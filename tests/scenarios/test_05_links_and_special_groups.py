"""Domain §9, scenario 5: links and special groups.

Given VC linked to 15 households, 14 visited; then 14/15. When an empty-nest household's channel
is empty; then it cannot be saved as complete. When the only petition of a household closes; then
it leaves the 上访户 list the same day.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from desktop.views.needs import NeedsPage
from desktop.views.zone_part import ZonePart
from desktop.views.zones import ZonesPage
from sync.server.folder import OpenServer
from tests.scenarios.town import CADRES, IDS, VILLAGE, Clock, Seat, Sit, enter, step
from township.changes import Op
from township.records import new_id
from township.usecases.zones_due import BOX, LINKS, SPECIAL

HOMES = [new_id() for _ in range(16)]
ZONE = IDS[VILLAGE]
FILLED = {
    "group_kind": "empty_nest",
    "scope": "两位老人，子女在外",
    "goal": "每月看望一次",
    "evidence": "走访核实",
    "source": "visit",
    "helper_id": CADRES["cadre"],
    "until_on": date(2026, 12, 31),
}


def settled(server: OpenServer, clock: Clock) -> None:
    """Sixteen households, and the cadre's day in the field with fourteen visits at home."""
    ops, log = [], new_id()
    for at, home in enumerate(HOMES):
        known = {"zone_id": ZONE, "no": f"链子岩-1-{at + 1:03}"}
        ops.append(Op("household", home, "insert", f"{ZONE.hex()}/i", known))
    worked = {"zone_id": ZONE, "cadre_id": CADRES["cadre"], "worked_on": "2026-05-01"}
    worked |= {"sessions": "am pm", "work_kind": "household_visit", "state": "submitted"}
    ops.append(Op("work_log", log, "insert", f"{ZONE.hex()}/i", worked))
    for home in HOMES[:14]:
        seen = {"zone_id": ZONE, "work_log_id": log, "household_id": home, "way": "in_home"}
        seen |= {"visited_on": "2026-05-01", "session": "am", "purpose": "routine"}
        ops.append(Op("visit", new_id(), "insert", f"{ZONE.hex()}/r", seen))
    enter(server, clock, *ops)


def part(seat: Seat, key: str, which: str | None = None) -> Any:
    page = seat.page("zones", ZonesPage)
    page.show_part(key)
    found = page.current()
    assert isinstance(found, ZonePart)
    found.reload(frozenset())
    if which is not None:
        found.show_target(which)
    return found


def column(part: ZonePart, at: int) -> list[str]:
    return [part.model.index(row, at).data() for row in range(part.model.rowCount())]


def progress(seat: Seat) -> tuple[str, str]:
    """Linked and visited, as the cadre's row says it."""
    links = part(seat, LINKS)
    record = ZONE + CADRES["cadre"]
    row = links.model.row_of(record)
    links.table.select_id(record)
    return column(links, 3)[row], column(links, 4)[row]


def test_05_links_and_special_groups(sit: Sit, server: OpenServer, clock: Clock) -> None:
    settled(server, clock)
    secretary, cadre = sit("secretary"), sit("cadre")
    linked(secretary, cadre)
    three_clears(secretary, cadre)
    petition(secretary, cadre)


def linked(secretary: Seat, cadre: Seat) -> None:
    """The secretary links the cadre with fifteen households; both read 14/15."""
    assert progress(secretary) == ("0/15", "0/15")
    links = part(secretary, LINKS)
    links.table.select_id(ZONE + CADRES["cadre"])
    step(links, "link", homes=tuple(HOMES[:15]))
    assert progress(secretary) == ("15/15", "14/15")
    secretary.sync()
    cadre.sync()
    assert progress(cadre) == ("15/15", "14/15")
    own = part(cadre, LINKS)
    told = dict(own.detail(own._shown).facts)
    assert told["本年已入户"] == "14/15（按时间进度约 5 户，只在 12 月 31 日评定）"
    assert told["联系的户（没入户的在前）"].startswith("链子岩-1-015　还没入户")
    assert not own.buttons, "links are the secretary's and the office's"


def three_clears(secretary: Seat, cadre: Seat) -> None:
    """Without the channel it is not saved; with it, it is there for both."""
    special = part(cadre, SPECIAL)
    special.begin_for(HOMES[0])
    for name, value in FILLED.items():
        special.form.boxes[name].set_value(value)
    special.step.submitted.emit()
    assert special.form.boxes["channel"].shown_problem() == "“三个清楚”还差沟通渠道，请填写后再保存"
    assert column(part(cadre, SPECIAL, "all"), 1) == []
    special.begin_for(HOMES[0])
    for name, value in {**FILLED, "channel": "固定电话"}.items():
        special.form.boxes[name].set_value(value)
    special.step.submitted.emit()
    assert special.form is None, special.problem.text()
    cadre.sync()
    secretary.sync()
    rows = part(secretary, SPECIAL, "all")
    assert column(rows, 1) == ["链子岩-1-001"] and column(rows, 4) == ["齐"]


def petition(secretary: Seat, cadre: Seat) -> None:
    """A signed paper in the box becomes a need; closed, its household is listed no more."""
    box = part(secretary, BOX, "openings")
    box.table.select_id(ZONE)
    step(box, "open_box", opener_two=CADRES["cadre"])
    box.buttons["write"].click()
    boxes = box.form.boxes
    boxes["about_cadre"].editor._chips[1].click()
    boxes["text"].set_value("三组水渠垮了一段")
    boxes["household_id"].set_value(HOMES[3])
    box.step.submitted.emit()
    assert column(part(secretary, SPECIAL, "open"), 1) == ["链子岩-1-004"]
    box = part(secretary, BOX, "open")
    box.buttons["to_need"].click()
    box.form.boxes["topic"].set_value("water")
    box.step.submitted.emit()
    secretary.sync()
    cadre.sync()
    assert column(part(cadre, SPECIAL, "open"), 1) == ["链子岩-1-004"]
    needs = cadre.page("needs", NeedsPage)
    for key, values in (
        ("result", {"result": "solved", "measure": "水渠已修好"}),
        ("feedback", {"feedback_way": "visit", "resident_view": "agree"}),
        ("close", {}),
    ):
        needs.buttons[key].click()
        for name, value in values.items():
            assert needs.form is not None
            needs.form.boxes[name].set_value(value)
        if needs.step is not None:
            needs.step.submitted.emit()
    assert column(part(cadre, SPECIAL, "open"), 1) == []
    cadre.sync()
    secretary.sync()
    assert column(part(secretary, SPECIAL, "open"), 1) == []
