"""五情 without a visit: what each kind stores, who hears of it, and what waits for whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from tests.usecases.meetings_sample import (
    CADRE,
    CLERK,
    GROUP,
    HOME,
    JUSTICE,
    LEADER,
    MAYOR,
    SECRETARY,
    START,
    ZONE,
    Clock,
    clock,
    database,
    do,
    template,
)
from township.errors import InvalidInput, NotAllowed
from township.records import Cadre, Dispute, DisputeParty, Evacuee, Need, Situation, Task
from township.storage.database import Database
from township.storage.true_time import note
from township.storage.work import UnitOfWork
from township.usecases import came_of, situations_due, tasks
from township.usecases import situation_followup as followup
from township.usecases import situation_reports as reports
from township.usecases import situations as steps
from township.usecases.disputes import DisputeEntry
from township.usecases.dues import Asker, Due, Urgency
from township.usecases.situation_routing import Contact, call_list, report_to
from township.usecases.tasks import TaskEntry
from township.usecases.township_settings import settings_of
from township.values import CHINA

__all__ = ["clock", "database", "template"]

SLIDE = {"where": GROUP, "level": "emergency", "summary": "二组山体滑坡", "report_duty": "hazard"}
CALL = {"external_organ": "县自然资源局", "external_at": START, "external_person": "李值班"}


def raised(database: Database, kind: str = "disaster", **values: Any) -> bytes:
    return do(database, CADRE, lambda w: reports.report(w, kind, SLIDE | values))


def stored(database: Database, record: bytes) -> Situation:
    with database.reader() as session:
        return session.get_one(Situation, record)


def waiting(database: Database, cadre: bytes) -> list[Due]:
    with database.reader() as session:
        asker = Asker(session.get_one(Cadre, cadre), database.clock(), settings_of(session))
        return [
            one
            for one in situations_due.due(session, asker)
            if "落石" not in one.text  # the one of the sample
        ]


def test_a_disaster_is_stored_with_all_that_is_known(database: Database) -> None:
    made = stored(database, raised(database, to_evacuate=15, persons_injured=0, mu_affected=3))
    assert (made.zone_id, made.group_id, made.situation_kind) == (ZONE, GROUP, "disaster")
    assert (made.to_evacuate, made.persons_injured, made.mu_affected) == (15, 0, 3)
    assert made.found_at == made.happened_at == made.reported_at == START
    assert made.reported_by == CADRE and made.clocked_at is None
    assert made.report_to == LEADER  # no emergency leader, no 镇安办: the linked leader


@pytest.mark.parametrize("kind", ["opinion", "police"])
def test_nobody_is_named(database: Database, kind: str) -> None:
    """Whatever a caller passes: 舆情 has a topic only, 警情 the service side only (§4.4)."""
    extra = {"household_id": HOME, "place": "王家门口", "served": "王大明", "organ": "派出所"}
    made = stored(database, raised(database, kind, **extra))
    assert made.household_id is None and made.visit_id is None
    if kind == "opinion":
        assert (made.place, made.served, made.organ) == (None, None, None)
    else:
        assert (made.summary, made.served) == ("已由派出所接手处理", "王大明")


def test_maternal_is_never_a_situation(database: Database) -> None:
    with pytest.raises(InvalidInput):
        raised(database, "maternal")


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("disaster", {"where": None}, "where"),
        ("disaster", {"summary": " " * 0}, "summary"),
        ("disaster", {"level": None}, "level"),
        ("disaster", {"persons_injured": -1}, "persons_injured"),
        ("disaster", {"found_at": START + timedelta(minutes=6)}, "found_at"),
        ("police", {}, "organ"),
    ],
)
def test_what_is_missing_is_said(
    database: Database, kind: str, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as told:
        raised(database, kind, **values)
    assert list(told.value.problems) == [field]


def test_who_hears_of_it(database: Database) -> None:
    """Domain §5.2: the named duty leader, else the role that the township set, else the LL."""
    on = START.astimezone(CHINA).date()
    with database.reader() as session:
        assert report_to(session, ZONE, "livelihood", on) == LEADER
        assert report_to(session, ZONE, "opinion", on) == LEADER
    with database.writing() as connection:
        named = update(Cadre).values(duty_kinds=("opinion", "disaster"))
        connection.execute(named.where(Cadre.id == MAYOR))
        connection.execute(
            update(Cadre).values(roles=("SAF",), work_phone="0717-2880119").where(Cadre.id == CLERK)
        )
    with database.reader() as session:
        assert report_to(session, ZONE, "opinion", on) == MAYOR
        assert report_to(session, ZONE, "disaster", on) == MAYOR
    with database.writing() as connection:
        connection.execute(update(Cadre).values(duty_kinds=()).where(Cadre.id == MAYOR))
    with database.reader() as session:
        assert report_to(session, ZONE, "disaster", on) == CLERK
        told = [str(one) for one in call_list(session, ZONE, on)]
    assert told[:3] == ["报警 110", "消防、抢险 119", "急救 120"]
    assert told[3].startswith("联村领导 王𠮷明") and "0717-2880119" in told[4]


def test_alarm_goes_from_hand_to_hand(database: Database, clock: Clock) -> None:
    """Receiver, linked leader and town's leaders in turn; each line says whom to call."""
    with database.writing() as connection:
        values = {"roles": ("SAF",), "work_phone": "0717-2880119"}
        connection.execute(update(Cadre).values(**values).where(Cadre.id == JUSTICE))
    made = raised(database, report_duty=None)
    [mine] = waiting(database, JUSTICE)
    assert mine.urgency is Urgency.SOON and mine.at == START + timedelta(minutes=15)
    assert mine.target == made and mine.text.startswith("待接收，请先打 ")
    assert waiting(database, LEADER) == waiting(database, MAYOR) == []
    clock.now = START + timedelta(minutes=16)
    [alarm] = waiting(database, LEADER)
    assert alarm.alarm and alarm.urgency is Urgency.OVERDUE and "谭司法 0717-2880119" in alarm.text
    [own] = waiting(database, CADRE)  # who reported it is told to telephone, too
    assert own.text.startswith("报送 16 分钟没有接收，请马上打 ")
    clock.now = START + timedelta(minutes=31)
    [alarm] = waiting(database, MAYOR)
    assert alarm.text.startswith("报送 31 分钟没有处置")
    do(database, JUSTICE, lambda w: steps.receive(w, made))
    do(database, JUSTICE, lambda w: steps.respond(w, made, "已撤离"))
    assert waiting(database, LEADER) == waiting(database, MAYOR) == []
    [back] = waiting(database, CADRE)
    assert back.text.startswith("待向报送人和群众反馈：灾情·紧急") and back.urgency is Urgency.SOON
    clock.now += timedelta(days=4)
    [back] = waiting(database, CADRE)
    assert back.urgency is Urgency.OVERDUE and not back.alarm, "what is left runs in days"


def test_what_the_law_wants_waits_until_it_is_entered(database: Database, clock: Clock) -> None:
    made = raised(database, level="abnormal", report_duty="natural")
    [outside] = [one for one in waiting(database, CADRE) if "依法报告" in one.text]
    assert outside.at == START + timedelta(hours=1) and outside.urgency is Urgency.SOON
    clock.now = START + timedelta(minutes=61)
    late = [one for one in waiting(database, CADRE) if "依法报告" in one.text]
    assert [one.urgency for one in late] == [Urgency.OVERDUE]
    with pytest.raises(InvalidInput) as told:
        do(database, CADRE, lambda w: reports.tell_outside(w, made, {}))
    assert list(told.value.problems) == ["external_organ", "external_at", "external_person"]
    for take in (steps.receive, lambda w, one: steps.respond(w, one, "好"), steps.feed_back):
        do(database, LEADER, lambda w, take=take: take(w, made))  # type: ignore[misc]
    with pytest.raises(NotAllowed, match="依法要报告的还没有登记"):
        do(database, LEADER, lambda w: steps.close(w, made))
    do(database, CADRE, lambda w: reports.tell_outside(w, made, CALL))
    do(database, LEADER, lambda w: steps.close(w, made))
    assert waiting(database, CADRE) == []


def test_feedback_reaches_both(database: Database) -> None:
    made = raised(database, "livelihood", level="normal")
    do(database, LEADER, lambda w: steps.receive(w, made))
    do(database, LEADER, lambda w: steps.respond(w, made, "好"))
    with pytest.raises(InvalidInput):
        do(database, LEADER, lambda w: steps.feed_back(w, made, ("reporter",)))
    do(database, LEADER, lambda w: steps.feed_back(w, made, ("reporter", "nobody"), "已告知"))
    found = stored(database, made)
    assert (found.fed_back_by, found.told) == (LEADER, ("reporter", "nobody"))


def test_an_emergency_with_its_call(database: Database) -> None:
    values = SLIDE | CALL | {"level": None}
    made = stored(database, do(database, CADRE, lambda w: reports.report_emergency(w, values)))
    assert (made.level, made.external_person) == ("emergency", "李值班")


@pytest.mark.parametrize(
    ("place", "what", "people", "said"),
    [
        ("", "", {}, "【地点】，【发生了什么】；人员伤亡情况正在核实"),
        ("屋后", "塌方。", {"persons_injured": 0}, "二组屋后，塌方；没有人受伤"),
        ("", "着火", {"persons_injured": 2, "to_evacuate": 9}, "着火；2人受伤，需要转移9人"),
    ],
)
def test_what_to_read_out(place: str, what: str, people: dict[str, int], said: str) -> None:
    where = "二组" if place or what else ""
    assert said in reports.sentence(Contact("向美华", ""), where, place, what, people)


def test_a_need_comes_of_it_with_one_click(database: Database) -> None:
    made = raised(database, "livelihood")
    do(database, LEADER, lambda w: followup.to_need(w, made, "water", "修水管"))
    with database.reader() as session:
        need = session.scalars(select(Need).where(Need.situation_id == made)).one()
        detail = steps.situation_detail(session, made, database.clock())
    assert (need.zone_id, need.owner_point, need.owner_line) == (ZONE, LEADER, LEADER)
    assert [(one.kind, one.id) for one in detail.became] == [("need", need.id)]
    with pytest.raises(NotAllowed, match=f"已转为诉求 {need.no}"):
        do(database, LEADER, lambda w: followup.to_need(w, made, "water", "修水管"))


def test_a_dispute_comes_of_it_and_nothing_is_typed_twice(database: Database) -> None:
    """Domain §4.4: ``linked_task/need/dispute``; each is made once and names the report."""
    made = raised(database, "livelihood", place="屋后", persons_affected=6)
    with database.writing() as connection:  # as a visit would have it
        known = update(Situation).where(Situation.id == made).values(household_id=HOME)
        connection.execute(known)
    with database.reader() as session:
        start = followup.dispute_start(session, session.get_one(Situation, made))
    assert start["summary"] == SLIDE["summary"] and start["place"] == "二组屋后"
    assert (start["home_id"], start["people_count"], start["found_by"]) == (HOME, 6, "other")
    assert start["level"] == "yellow", "what so many people make of it at least"
    given = DisputeEntry(**start | {"dispute_type": "neighbour", "others": "向大贵"})
    do(database, CADRE, lambda w: followup.to_dispute(w, made, given))
    with database.reader() as session:
        dispute = session.scalars(select(Dispute).where(Dispute.situation_id == made)).one()
        detail = steps.situation_detail(session, made, database.clock())
        source = came_of.source_of(session, dispute)
        parties = session.scalars(select(DisputeParty.dispute_id)).all()
    assert (dispute.summary, dispute.place) == (SLIDE["summary"], "二组屋后")
    assert (dispute.zone_id, dispute.found_on) == (ZONE, START.astimezone(CHINA).date())
    assert source is not None and (source.kind, source.id) == ("situation", made)
    assert [(one.kind, one.id) for one in detail.became] == [("dispute", dispute.id)]
    assert parties == [dispute.id, dispute.id]
    with pytest.raises(NotAllowed, match=f"已转为矛盾纠纷 {dispute.no}"):
        do(database, CADRE, lambda w: followup.to_dispute(w, made, given))


def test_all_that_came_of_a_report_is_named(database: Database) -> None:
    """One report can be a need, a dispute and several tasks; what is deleted is not named."""
    made = raised(database, "livelihood")
    need = do(database, CADRE, lambda w: followup.to_need(w, made, "water", "修水管"))
    entry = DisputeEntry("neighbour", "水管过别家的地", others="向大贵、王大明")
    dispute = do(database, CADRE, lambda w: followup.to_dispute(w, made, entry))
    for text in ("送一只水桶", "请人看水管"):
        given = TaskEntry(text, CADRE, START.date())

        def give(work: UnitOfWork, given: TaskEntry = given) -> bytes:
            origin = tasks.origin_of(work.session, "situation", made)
            return tasks.give(work, origin, given)

        task = do(database, CADRE, give)
    do(database, CADRE, lambda w: w.delete(w.session.get_one(Task, task)))
    with database.reader() as session:
        found = steps.situation_detail(session, made, database.clock()).became
    assert [(one.kind, one.id) for one in found][:2] == [("need", need), ("dispute", dispute)]
    assert [one.text for one in found][2:] == ["送一只水桶"]
    do(database, SECRETARY, lambda w: w.delete(w.session.get_one(Need, need)))
    again = do(database, CADRE, lambda w: followup.to_need(w, made, "water", "修水管"))
    assert again != need


def test_those_moved_out(database: Database) -> None:
    made = raised(database)
    for values, field in (({}, "home_id"), ({"home_id": HOME}, "persons")):
        with pytest.raises(InvalidInput) as told:
            do(database, CADRE, lambda w, v=values: followup.move_out(w, made, v))  # type: ignore[misc]
        assert list(told.value.problems) == [field]
    one = do(database, CADRE, lambda w: followup.move_out(w, made, {"home_id": HOME, "persons": 3}))
    do(database, CADRE, lambda w: followup.move_out(w, made, {"names": "五户", "persons": 12}))
    do(database, CADRE, lambda w: followup.bring_back(w, one))
    with database.reader() as session:
        found = followup.evacuation(session, session.get_one(Situation, made))
    assert found.in_words() == "转移 2 户 15 人，已返回 1 户 3 人" and found.kept_until is None
    other = raised(database, "livelihood")
    with pytest.raises(NotAllowed):
        do(database, CADRE, lambda w: followup.move_out(w, other, {"names": "x", "persons": 1}))
    with database.writing() as connection:
        connection.execute(delete(Evacuee))


def test_a_clock_known_to_be_wrong_is_put_right_at_once(database: Database) -> None:
    """The last sync has told that this laptop is three days behind (domain §9 b)."""
    with database.writing() as connection:
        note(connection, START + timedelta(days=3), START)
    found = stored(database, raised(database))
    assert (found.reported_at, found.clocked_at) == (START + timedelta(days=3), START)
    with database.reader() as session:
        now = START + timedelta(days=3)
        row = steps.situation_rows(session, [found.id], now)[found.id]
    assert row.clock_wrong and row.due_at == now + timedelta(minutes=15)
    with database.writing() as connection:
        note(connection, START + timedelta(seconds=90), START)
    assert stored(database, raised(database)).clocked_at is None  # so little is none
