"""任务 on a real database, together with the resolutions of meetings; needs without a visit."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from desktop.views import visit_again
from tests.usecases.meetings_sample import (
    CADRE,
    HOME,
    LEADER,
    SECRETARY,
    ZONE,
    Clock,
    add,
    clock,
    database,
    decide,
    do,
    held,
    template,
)
from township.errors import InvalidInput, NotAllowed
from township.records import Cadre, HouseholdLink, Need, SpecialGroupMember, new_id
from township.rules.settings import PRESET
from township.storage.database import Database
from township.usecases import special_due, task_list, tasks, tasks_due
from township.usecases.dues import Asker, Urgency
from township.usecases.need_entry import RaisedNeed, raise_need
from township.usecases.own_work import Again
from township.usecases.tasks import Origin, TaskEntry
from township.usecases.visits import VisitEntry, log_visit
from township.values import CHINA

__all__ = ["clock", "database", "template"]
DUE = date(2026, 5, 20)
DAY = date(2026, 5, 12)


def give(database: Database, author: bytes = SECRETARY, owner: bytes = CADRE) -> bytes:
    origin = Origin(ZONE, "visit", None, HOME)
    entry = TaskEntry("量一量水管", owner, DUE)
    return do(database, author, lambda w: tasks.give(w, origin, entry))


def ids(database: Database, which: str, cadre: bytes = CADRE) -> list[bytes]:
    today = database.clock().astimezone(CHINA).date()
    with database.reader() as session:
        return task_list.task_ids(session, which, cadre, today)


def waits(database: Database, cadre: bytes) -> list[tuple[str, Urgency]]:
    with database.reader() as session:
        asker = Asker(session.get_one(Cadre, cadre), database.clock(), PRESET)
        return [(one.text, one.urgency) for one in tasks_due.due(session, asker)]


def test_a_task_and_a_resolution_stand_in_one_list(database: Database) -> None:
    one = give(database)
    other = decide(database, held(database), date(2026, 5, 15))
    assert ids(database, "mine") == [other, one]
    assert ids(database, "mine", SECRETARY) == [] and ids(database, "late") == []
    with database.reader() as session:
        rows = task_list.task_rows(session, [one, other], by=CADRE)
        assert [rows[each].source for each in (one, other)] == ["走访", "5月12日会议"]
        assert [rows[each].owner for each in (one, other)] == ["李秀英", "李秀英"]
        assert rows[one].household == "龙马溪-2-017"
        shown = task_list.task_detail(session, other, by=CADRE)
        assert shown.open and shown.came_from and shown.came_from[0] == "meeting"


def test_finishing_by_owner_giver_or_secretary(database: Database) -> None:
    one = give(database)
    with pytest.raises(InvalidInput):
        do(database, CADRE, lambda w: tasks.finish(w, one, " "))
    do(database, CADRE, lambda w: tasks.finish(w, one, "已量，40 米"))
    assert (ids(database, "mine"), ids(database, "done")) == ([], [one])
    with pytest.raises(NotAllowed, match="已经了结"):
        do(database, CADRE, lambda w: tasks.finish(w, one, "再量"))
    do(database, CADRE, lambda w: tasks.reopen(w, one))
    do(database, SECRETARY, lambda w: tasks.finish(w, one, "改由水利站办", "dropped"))
    with database.reader() as session:
        found = task_list.task_detail(session, one, by=CADRE)
        assert (found.row.state, found.done_on) == ("不再办理", DAY)


def test_a_task_of_others_is_not_ended_by_anybody(database: Database) -> None:
    one = give(database, owner=LEADER)
    with pytest.raises(NotAllowed, match="责任人"):
        do(database, CADRE, lambda w: tasks.finish(w, one, "已办"))


def test_a_late_one_reaches_giver_and_leader(database: Database, clock: Clock) -> None:
    give(database)
    assert waits(database, CADRE) == [("量一量水管", Urgency.COMING)]
    assert waits(database, SECRETARY) == []
    clock.go_to(5, 21)
    told = [("量一量水管（责任人 李秀英）", Urgency.OVERDUE)]
    assert (waits(database, SECRETARY), waits(database, LEADER)) == (told, [])
    clock.go_to(5, 23)
    assert waits(database, LEADER) == told
    assert ids(database, "late") == ids(database, "open") != []


RAISED = RaisedNeed("路灯不亮", "road", "phone", DAY, HOME)


def test_a_need_without_a_visit(database: Database) -> None:
    one = do(database, CADRE, lambda w: raise_need(w, RAISED))
    with database.reader() as session:
        need = session.get_one(Need, one)
        assert (need.channel, need.visit_id, need.owner_line) == ("phone", None, LEADER)
        assert (need.zone_id, need.due_on, need.state) == (ZONE, date(2026, 6, 11), "new")


def test_an_anonymous_need_names_its_zone(database: Database) -> None:
    box = {"channel": "box", "household_id": None}
    with pytest.raises(InvalidInput) as refused:
        do(database, CADRE, lambda w: raise_need(w, RaisedNeed(**{**vars(RAISED), **box})))
    assert refused.value.problems.keys() == {"zone_id"}
    named = RaisedNeed(**{**vars(RAISED), **box, "zone_id": ZONE})
    one = do(database, CADRE, lambda w: raise_need(w, named))
    with database.reader() as session:
        assert session.get_one(Need, one).household_id is None


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"text": " "}, "text"),
        ({"topic": None}, "topic"),
        ({"channel": None}, "channel"),
        ({"raised_on": date(2026, 5, 13)}, "raised_on"),
        ({"household_id": bytes(16)}, "household_id"),
    ],
)
def test_what_a_need_needs(database: Database, change: dict[str, Any], name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        do(database, CADRE, lambda w: raise_need(w, RaisedNeed(**{**vars(RAISED), **change})))
    assert name in refused.value.problems


def test_special_groups_wait_for_their_next_contact(database: Database, clock: Clock) -> None:
    """Domain §4.2: old people alone every 30 days; any visit or call is a contact."""
    with database.writing() as connection:
        row = {"zone_id": ZONE, "household_id": HOME, "helper_id": CADRE}
        add(connection, SpecialGroupMember, group_kind="empty_nest", from_on=DAY, **row)
        add(connection, SpecialGroupMember, group_kind="hardship", from_on=DAY, **row)

    def told(cadre: bytes) -> list[tuple[str, date | None]]:
        with database.reader() as session:
            asker = Asker(session.get_one(Cadre, cadre), database.clock(), PRESET)
            return [(one.text, one.on) for one in special_due.due(session, asker)]

    assert told(CADRE) == []
    clock.go_to(6, 8)  # three days before the thirty are over
    groups = "龙马溪-2-017（困难户、空巢老人）"
    assert told(CADRE) == [(f"{groups}：还没有联系过", date(2026, 6, 11))]
    assert told(SECRETARY) == []
    entry = VisitEntry(HOME, date(2026, 6, 8), ("am",), "phone", "follow_up")
    do(database, CADRE, lambda w: log_visit(w, entry))
    assert told(CADRE) == []
    clock.go_to(7, 9)
    assert told(CADRE) == [(f"{groups}：上次联系 2026-06-08", date(2026, 7, 8))]


def test_a_link_that_has_ended_waits_for_nobody(database: Database, clock: Clock) -> None:
    with database.writing() as connection:
        row = {"zone_id": ZONE, "household_id": HOME}
        add(connection, SpecialGroupMember, group_kind="empty_nest", from_on=DAY, **row)
        link = {**row, "cadre_id": SECRETARY, "year": DAY.year, "from_on": DAY}
        add(connection, HouseholdLink, to_on=date(2026, 6, 7), **link)

    def told() -> int:
        with database.reader() as session:
            asker = Asker(session.get_one(Cadre, SECRETARY), database.clock(), PRESET)
            return len(list(special_due.due(session, asker)))

    clock.go_to(6, 8)
    assert told() == 0
    with database.writing() as connection:
        add(connection, HouseholdLink, to_on=date(2026, 12, 31), **link)
    assert told() == 1


def test_what_was_not_taken_comes_back_into_the_form() -> None:
    """A visit with its dispute and task, as the changeset holds them."""
    one = new_id()
    parts = (
        (
            "dispute",
            {"dispute_type": "debt", "level": "blue", "people_count": 2, "summary": "欠款"},
        ),
        ("dispute_party", {"dispute_id": one, "home_id": HOME, "party_kind": "person"}),
        ("dispute_party", {"dispute_id": one, "name": "向大贵", "party_kind": "person"}),
        ("dispute_party", {"dispute_id": one, "name": "王明", "party_kind": "person"}),
        ("task", {"text": "送账本", "owner_id": CADRE, "due_on": "2026-05-20"}),
    )
    values = visit_again._values(Again("visit", one, {"session": "am"}, parts))
    assert values["disputes.0.others"] == "向大贵、王明"
    assert values["disputes.0.dispute_type"] == "debt" and values["tasks.0.text"] == "送账本"
    assert values["tasks.0.owner_id"] == CADRE.hex()
