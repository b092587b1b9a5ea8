"""联系户, 特殊群体 and open matters. Domain §5.1 rule 6, §4.2, §9 scenario 5."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.usecases.meetings_sample import (
    CADRE,
    HOME,
    LEADER,
    SECRETARY,
    ZONE,
    Clock,
    add,
    clock,
    do,
)
from tests.usecases.zones_sample import (
    HOMES,
    MEMBER,
    OLD,
    POOR,
    village,
    zone_template,
)
from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import HouseholdLink, Person, SpecialGroupMember, new_id
from township.storage.database import Database
from township.storage.work import UnitOfWork
from township.usecases import link_homes, links, needs, open_homes, opinions, special_groups
from township.usecases.links import Linker
from township.usecases.special_groups import ALL, CONTACT, UNCLEAR

__all__ = ["clock", "village", "zone_template"]
DAY = date(2026, 5, 12)
WHOLE = {
    "group_kind": "empty_nest",
    "source": "visit",
    "evidence": "走访核实",
    "from_on": date(2026, 1, 1),
    "until_on": date(2026, 12, 31),
    "scope": "两位老人",
    "goal": "每月看望",
    "channel": "固定电话",
    "helper_id": CADRE,
}


def linker(database: Database, cadre: bytes) -> Linker:
    with database.reader() as session:
        found = links.linkers(session, [ZONE], DAY)
    (one,) = [one for one in found if one.cadre_id == cadre]
    return one


def test_linked_and_visited(village: Database) -> None:
    """A telephone call is no visit; the police link with nobody."""
    one = linker(village, CADRE)
    assert (one.linked, one.visited, one.wanted) == (3, 2, 15)
    with village.reader() as session:
        roles = sorted(one.role for one in links.linkers(session, [ZONE], DAY))
        own = link_homes.homes_of(session, CADRE, ZONE, DAY, by=SECRETARY)
    assert roles == ["LL", "TC", "TC", "VC", "VS"]
    assert [(home.no[-3:], home.visited_on is None) for home in own] == [
        ("003", True),
        ("001", False),
        ("002", False),
    ]


def test_those_of_special_groups_come_first(village: Database) -> None:
    with village.reader() as session:
        found = link_homes.unlinked(session, [ZONE], DAY, by=SECRETARY)
    assert [home.id for home in found] == [OLD, POOR, HOMES[3], HOME]
    assert found[0].label == "王5明 龙马溪-2-005（空巢老人）"


def test_linking_and_ending(village: Database, clock: Clock) -> None:
    do(village, SECRETARY, lambda work: links.link(work, CADRE, [OLD, POOR]))
    assert linker(village, CADRE).linked == 5
    with pytest.raises(NotAllowed, match="已经由这名干部联系"):
        do(village, SECRETARY, lambda work: links.link(work, CADRE, [OLD]))
    do(village, SECRETARY, lambda work: links.unlink(work, CADRE, OLD))  # entered by mistake
    with village.reader() as session:
        living = session.query(HouseholdLink).filter_by(household_id=OLD, deleted_at=None).all()
    assert not living
    clock.go_to(5, 20)
    do(village, SECRETARY, lambda work: links.unlink(work, CADRE, POOR))
    with village.reader() as session:
        (ended,) = session.query(HouseholdLink).filter_by(household_id=POOR).all()
    assert (ended.from_on, ended.to_on) == (DAY, date(2026, 5, 19))
    with pytest.raises(NotFound):
        do(village, SECRETARY, lambda work: links.unlink(work, CADRE, POOR))
    for cadre, homes in ((None, [OLD]), (CADRE, [])):
        with pytest.raises(InvalidInput):

            def nothing(work: UnitOfWork, cadre: Any = cadre, homes: Any = homes) -> object:
                return links.link(work, cadre, homes)

            do(village, SECRETARY, nothing)


def test_a_third_cadre_warns(village: Database) -> None:
    """多头联系 is no error: the township may want it."""
    assert do(village, SECRETARY, lambda work: links.link(work, LEADER, [HOMES[0]])) == ()
    told = do(village, SECRETARY, lambda work: links.link(work, SECRETARY, [HOMES[0]]))
    assert told == ("龙马溪-2-001 多头联系：今年已有 2 名联系干部",)
    with village.reader() as session:
        assert link_homes.crowded_ids(session, [ZONE], DAY) == [HOMES[0]]


@pytest.mark.parametrize("name", ["scope", "goal", "channel", "helper_id", "until_on"])
def test_not_complete_without(village: Database, name: str) -> None:
    """Scenario 5: the error says which one is missing, and nothing is saved."""
    values = {**WHOLE, name: None}
    with pytest.raises(InvalidInput) as failed:
        do(village, CADRE, lambda work: special_groups.save(work, OLD, values, MEMBER))
    assert list(failed.value.problems) == [name]
    assert SpecialGroupMember.field(name).label in failed.value.problems[name]


def rows(database: Database, which: str) -> dict[str, str]:
    with database.reader() as session:
        found = special_groups.member_rows(session, which, [ZONE], DAY, by=SECRETARY)
    return {one.kind: one.unclear for one in found}


def test_lists_of_members(village: Database) -> None:
    missing = "对象范围、目标任务、沟通渠道"
    assert rows(village, UNCLEAR) == {"空巢老人": missing, "困难户": missing}
    assert rows(village, CONTACT) == {"空巢老人": missing, "困难户": missing}
    do(village, CADRE, lambda work: special_groups.save(work, OLD, WHOLE, MEMBER))
    assert rows(village, UNCLEAR) == {"困难户": missing}
    do(village, CADRE, lambda work: special_groups.end(work, MEMBER, date(2026, 5, 11)))
    assert rows(village, ALL) == {"困难户": missing}
    with pytest.raises(InvalidInput):
        do(village, CADRE, lambda work: special_groups.end(work, MEMBER, date(2025, 5, 11)))


def test_a_household_leaves_the_list_on_the_day_on_which_its_matter_closes(
    village: Database,
) -> None:
    """Scenario 5; the tag is stored nowhere."""

    def listed() -> list[tuple[bytes, tuple[str, ...]]]:
        with village.reader() as session:
            found = open_homes.open_homes(session, [ZONE], by=SECRETARY)
        return [(one.id, one.matters) for one in found]

    opening = do(village, SECRETARY, lambda w: opinions.open_box(w, ZONE, DAY, SECRETARY, CADRE))
    one = do(
        village,
        SECRETARY,
        lambda w: opinions.write_down(w, opening, "水渠垮了", OLD, "ABCDEFGH"),
    )
    assert listed() == [(OLD, ("意见 ABCDEFGH",))]
    need = do(village, SECRETARY, lambda work: opinions.to_need(work, one, "water"))
    assert listed() == [(OLD, ("诉求 2026-007-0001",))]
    do(village, SECRETARY, lambda work: needs.record_result(work, need, "solved", "已修"))
    do(village, SECRETARY, lambda work: needs.feed_back(work, need, "visit", "agree"))
    assert listed()
    do(village, SECRETARY, lambda work: needs.close(work, need))
    assert listed() == []


def test_a_childs_name_is_for_a_few(village: Database) -> None:
    """Domain §4.2: village secretary, children's worker and linked leader."""
    with village.writing() as connection:
        child = new_id()
        add(connection, Person, id=child, household_id=OLD, zone_id=ZONE, name="王小宝")
        known = {"zone_id": ZONE, "household_id": OLD, "person_id": child}
        add(connection, SpecialGroupMember, group_kind="left_behind", **known)
    with village.reader() as session:
        for cadre, name in ((SECRETARY, "王小宝"), (LEADER, "王小宝"), (CADRE, "王*")):
            found = special_groups.member_rows(session, ALL, [ZONE], DAY, by=cadre)
            assert name in [one.who for one in found]
