"""责任区: staff, gaps and cards, by the office and a leader. Domain §4.1, §9 scenario 1."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from tests.usecases.meetings_sample import (
    CADRE,
    GROUP,
    HOME,
    JUSTICE,
    LEADER,
    MAYOR,
    SECRETARY,
    ZONE,
    Clock,
    clock,
    do,
)
from tests.usecases.zones_sample import (
    HOMES,
    HOTLINE,
    OFFICE,
    POLICE,
    made_card,
    village,
    waiting,
    zone_template,
)
from township.errors import InvalidInput, NotAllowed, WorldError
from township.records import Household, ZoneStaff
from township.rules.permissions import lacking
from township.storage.database import Database
from township.storage.work import UnitOfWork
from township.usecases import card_paper, cards, zone_staff, zone_view
from township.usecases.zone_staff import staff_of

__all__ = ["clock", "village", "zone_template"]
DAY = date(2026, 5, 12)


def service(database: Database, cadre: bytes) -> bytes:
    with database.reader() as session:
        (one,) = [one.id for one in staff_of(session, [ZONE]) if one.cadre_id == cadre]
    return one


def leave(database: Database, cadre: bytes, last: date = date(2026, 5, 11)) -> None:
    one = service(database, cadre)
    do(database, OFFICE, lambda work: zone_staff.end(work, one, last))


def state(database: Database) -> cards.CardState:
    with database.reader() as session:
        return zone_view.zone_detail(session, ZONE, DAY, by=OFFICE).card


def test_a_gap_and_a_stale_card(village: Database) -> None:
    """Scenario 1: the officer of justice leaves."""
    made_card(village)
    empty = "天龙村缺联村领导、缺村干部、缺机关干部、缺公安干警、缺司法干部"
    assert state(village).problem == ""
    assert waiting(village, OFFICE) == ["联系群众卡要制作新版：天龙村", f"人员不齐：{empty}"]
    leave(village, JUSTICE)
    with village.reader() as session:
        found = zone_view.zone_detail(session, ZONE, DAY, by=OFFICE)
        paper = card_paper.paper(session, ZONE, DAY, preview=True)
        with pytest.raises(NotAllowed, match="1 人已不在岗。请制作新版"):
            card_paper.paper(session, ZONE, DAY)
    assert found.gaps == ("缺司法干部",) and [one.name for one in found.former] == ["谭司法"]
    assert [one.name for one in paper.people if one.role == "司法干部"] == [] and paper.void
    assert waiting(village, LEADER) == ["龙马溪村人员不齐：缺司法干部"]
    assert waiting(village, OFFICE) == [
        "联系群众卡要制作新版：龙马溪村、天龙村",
        f"人员不齐：龙马溪村缺司法干部；{empty}",
    ]
    made_card(village, approved=False)
    assert "审定" in state(village).problem
    assert waiting(village, MAYOR) == ["联系群众卡新版待您审定：龙马溪村"]
    do(village, MAYOR, lambda work: cards.approve(work, ZONE))
    with village.reader() as session:
        paper = card_paper.paper(session, ZONE, DAY)
    assert (paper.version, paper.void, len(paper.people)) == (2, "", 6)
    assert paper.emergency == "紧急情况请拨打110/119/120"


def test_a_version_for_a_day_to_come(village: Database) -> None:
    """It names who serves then, and may be printed before."""
    leave(village, JUSTICE, date(2026, 5, 31))
    june = date(2026, 6, 1)
    do(village, OFFICE, lambda work: cards.make(work, ZONE, june, "0717-2880000"))
    do(village, MAYOR, lambda work: cards.approve(work, ZONE))
    with village.reader() as session:
        names = [one.name for one in card_paper.paper(session, ZONE, DAY).people]
        found = zone_view.zone_detail(session, ZONE, DAY, by=OFFICE)
    assert "谭司法" not in names and len(names) == 6
    assert found.gaps == () and found.coming == ((june, "缺司法干部"),)


def test_nobody_is_twice_in_a_role(village: Database) -> None:
    for role, day, fine in (("JO", DAY, False), ("PO", DAY, True)):

        def begin(work: UnitOfWork, role: str = role, day: date = day) -> bytes:
            return zone_staff.begin(work, ZONE, JUSTICE, role, day)

        if fine:
            do(village, OFFICE, begin)
        else:
            with pytest.raises(InvalidInput) as failed:
                do(village, OFFICE, begin)
            assert "请先结束原来的任职" in failed.value.problems["from_on"]
    leave(village, POLICE)
    do(village, OFFICE, lambda work: zone_staff.begin(work, ZONE, POLICE, "PO", DAY))
    with village.reader() as session:
        spells = [one.span for one in staff_of(session, [ZONE]) if one.cadre_id == POLICE]
    assert spells == ["2026-01-01 至 2026-05-11", "2026-05-12 起"]
    first = village_service(village)
    with pytest.raises(InvalidInput):  # would reach into the new spell
        do(village, OFFICE, lambda work: zone_staff.end(work, first, DAY))


def village_service(database: Database) -> bytes:
    with database.reader() as session:
        return next(one.id for one in staff_of(session, [ZONE]) if one.cadre_id == POLICE)


def test_what_is_missing_is_told(village: Database) -> None:
    calls: list[tuple[Callable[[UnitOfWork], object], set[str]]] = [
        (lambda w: zone_staff.begin(w, ZONE, None, None, None), {"cadre_id", "role", "from_on"}),
        (lambda w: zone_staff.begin(w, ZONE, CADRE, "PGO", DAY), {"role"}),
        (lambda w: zone_staff.end(w, None, DAY), {"to_on"}),
        (lambda w: cards.make(w, ZONE, None, "1"), {"valid_from", "supervise_phone"}),
        (lambda w: zone_staff.set_place(w, ZONE, "12", "门口"), {"hotline"}),
        (lambda w: cards.deliver(w, ZONE, None, date(2026, 6, 1)), {"on"}),
    ]
    for call, fields in calls:
        with pytest.raises(InvalidInput) as failed:
            do(village, OFFICE, call)
        assert set(failed.value.problems) == fields
    with pytest.raises(WorldError, match="还没有联系卡"):
        do(village, MAYOR, lambda w: cards.approve(w, ZONE))


def test_a_changed_hotline_makes_the_card_stale(village: Database) -> None:
    made_card(village)
    do(village, OFFICE, lambda w: zone_staff.set_place(w, ZONE, "0717-2889999", "小学门口"))
    assert "服务热线变了" in state(village).stale
    with pytest.raises(NotAllowed, match="已经审定"):
        do(village, MAYOR, lambda w: cards.approve(w, ZONE))


def test_the_card_is_handed_over(village: Database, clock: Clock) -> None:
    """One entry: the day with the household; another version asks for another round."""
    with pytest.raises(NotAllowed):
        do(village, SECRETARY, lambda w: cards.deliver(w, ZONE, GROUP, DAY))
    made_card(village)
    missed = HOMES[:2]
    count = do(village, SECRETARY, lambda w: cards.deliver(w, ZONE, GROUP, DAY, missed))
    assert count == len(HOMES) + 1 - 2
    with village.reader() as session:
        assert session.get_one(Household, HOME).card_delivered_at == DAY
        assert zone_view.zone_detail(session, ZONE, DAY, by=OFFICE).delivered == count
        left = cards.without_card(session, ZONE, date(2026, 5, 1))
    assert [one.id for one in left] == missed
    assert do(village, SECRETARY, lambda w: cards.deliver(w, ZONE, None, DAY)) == 2
    leave(village, JUSTICE)
    clock.go_to(5, 20)
    do(village, OFFICE, lambda w: cards.make(w, ZONE, date(2026, 5, 20), HOTLINE))
    do(village, MAYOR, lambda w: cards.approve(w, ZONE))
    with village.reader() as session:
        assert zone_view.zone_detail(session, ZONE, date(2026, 5, 20), by=OFFICE).delivered == 0


def test_numbers_of_a_zone(village: Database) -> None:
    with village.reader() as session:
        found = zone_view.zone_detail(session, ZONE, DAY, by=OFFICE)
        rows = zone_view.zone_rows(session, DAY)
    assert found.numbers == {
        zone_view.GROUPS: 1,
        zone_view.HOUSEHOLDS: 7,
        zone_view.PERSONS: 6,
        zone_view.LINKS: 3,
        zone_view.UNLINKED: 4,
        zone_view.VISITED: 2,
        zone_view.NEEDS: 3,
        zone_view.SPECIAL: 2,
        zone_view.PAPERS: 0,
        zone_view.OPEN_HOMES: 0,
    }
    assert [(one.name, one.people) for one in rows] == [("龙马溪村", 7), ("天龙村", 0)]
    assert rows[1].box_on is None, "its households are on other laptops"


def test_ending_is_taken_back(village: Database) -> None:
    one = service(village, JUSTICE)
    leave(village, JUSTICE)
    do(village, OFFICE, lambda work: zone_staff.reopen(work, one))
    with village.reader() as session:
        assert session.get_one(ZoneStaff, one).to_on is None


@pytest.mark.parametrize(
    ("roles", "kind", "fields", "refused"),
    [
        ("PGO", "contact_card", {"version": 1}, False),
        ("VS", "contact_card", {"version": 1}, True),
        ("PGO", "contact_card", {"version": 1, "approved_by": OFFICE}, True),
        ("PGO", "zone_staff", {"role": "JO"}, False),
        ("LL", "zone_staff", {"role": "JO"}, True),
        ("VC", "box_opening", {"opened_on": "2026-05-12"}, False),
        ("PAR", "opinion_entry", {"text": "x"}, True),
        ("VS", "household_link", {"year": 2026}, False),
        ("VC", "household_link", {"year": 2026}, True),
    ],
)
def test_who_may_enter_what(
    roles: str, kind: str, fields: dict[str, object], refused: bool
) -> None:
    found = lacking(frozenset(roles.split()), kind, "insert", fields, own=True)
    assert (found is not None) is refused
