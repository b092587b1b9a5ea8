"""Logging visits and the month that follows, on a real encrypted database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from tests import device
from township.errors import InvalidInput
from township.records import (
    Cadre,
    Group,
    Household,
    Need,
    Person,
    Record,
    Situation,
    Visit,
    WorkLog,
    Zone,
    ZoneStaff,
    new_id,
)
from township.rules.days import Standing
from township.storage import search, tables
from township.storage.database import Database
from township.usecases import drafts
from township.usecases.visits import (
    NeedEntry,
    SituationEntry,
    VisitEntry,
    log_visit,
    previous_talk,
)
from township.usecases.work_month import WorkMonth, companions, find_households, work_month

NOW = datetime(2026, 5, 20, 2, tzinfo=UTC)
DAY = date(2026, 5, 20)
ZONE, GROUP, HOME, OTHER_HOME, HEAD, ME, LEADER, POLICE = (new_id() for _ in range(8))
ENTRY = VisitEntry(HOME, DAY, ("am",), "in_home", "routine", talk="问了饮水情况")


def add(connection: Connection, kind: type[Record], **values: Any) -> None:
    values.setdefault("id", new_id())
    connection.execute(insert(kind).values(**values))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.create(tmp_path / "laptop.db", bytes(range(32)), lambda: NOW)
    with database.writing() as connection:
        device.enter(connection)
        add(connection, Zone, id=ZONE, name="龙马溪村", code="420527103210", position=1)
        add(connection, Group, id=GROUP, zone_id=ZONE, number=2, name="二组")
        staff = ((ME, "李秀英", "VC"), (LEADER, "王𠮷明", "LL"), (POLICE, "赵安", "PO"))
        for one, name, role in staff:
            add(connection, Cadre, id=one, name=name, login=name, status="active", roles=(role,))
            post = {"zone_id": ZONE, "cadre_id": one, "role": role}
            add(connection, ZoneStaff, from_on=date(2024, 1, 1), **post)
        for home, no in ((HOME, "龙马溪-2-017"), (OTHER_HOME, "龙马溪-2-018")):
            place = {"zone_id": ZONE, "group_id": GROUP, "head_person_id": HEAD}
            add(connection, Household, id=home, no=no, **place)
        add(connection, Person, id=HEAD, zone_id=ZONE, household_id=HOME, name="王大明")
    yield database
    database.close()


def log(database: Database, entry: VisitEntry = ENTRY, **change: Any) -> bytes:
    with database.work(ME) as work:
        visit = log_visit(work, replace(entry, **change))
        work.commit()
    return visit


def month(database: Database, number: int = 5) -> WorkMonth:
    with database.reader() as session:
        return work_month(session, ME, 2026, number)


def every(database: Database, kind: type[Any]) -> list[Any]:
    with database.reader() as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def test_two_visits_make_one_log_of_the_day(database: Database) -> None:
    log(database)
    log(database, household_id=OTHER_HOME, sessions=("pm",))
    [one] = every(database, WorkLog)
    assert (one.sessions, one.places, one.state) == (("am", "pm"), (GROUP,), "submitted")
    assert [visit.session for visit in every(database, Visit)] == ["am", "pm"]
    found = month(database)
    assert (found.village, found.target, found.counted) == (True, 16, 2)
    day = found.days[DAY]
    assert (day.sessions, day.visits[0].household) == (
        "上午、下午",
        "王大明 龙马溪-2-017",
    )


def test_needs_and_situations_come_with_the_visit(database: Database) -> None:
    needs = (NeedEntry("饮水池漏水", "water"), NeedEntry("路灯不亮", "road"))
    situations = (
        SituationEntry("livelihood", "normal", "天旱缺水", "二组水池"),
        SituationEntry("police", "abnormal", "有人推销假药"),
        SituationEntry("opinion", "normal", "议论补贴"),
        SituationEntry("disaster", "normal", "路边滑坡"),
    )
    visit = log(database, needs=needs, situations=situations)
    log(database, needs=(NeedEntry("再一条", "other"),))
    found = every(database, Need)
    assert [need.no for need in found] == [f"2026-007-000{n}" for n in (1, 2, 3)]
    first = found[0]
    assert (first.owner_point, first.owner_line, first.state) == (ME, LEADER, "new")
    assert (first.channel, first.due_on, first.visit_id) == ("visit", date(2026, 6, 19), visit)
    kinds = {one.situation_kind: one for one in every(database, Situation)}
    assert {kind: one.report_to for kind, one in kinds.items()} == {
        "livelihood": LEADER,
        "police": POLICE,
        "opinion": LEADER,
        "disaster": LEADER,
    }
    assert kinds["livelihood"].found_at == NOW and kinds["livelihood"].household_id == HOME
    assert kinds["opinion"].household_id is None and kinds["opinion"].visit_id is None


@pytest.mark.parametrize(
    ("change", "name", "text"),
    [
        ({"household_id": None}, "household_id", "请选择"),
        ({"visited_on": None}, "visited_on", "请填写"),
        ({"visited_on": date(2026, 5, 21)}, "visited_on", "晚于今天"),
        ({"next_visit_on": DAY}, "next_visit_on", "晚于这次"),
        ({"sessions": ()}, "sessions", "时段"),
        ({"way": None}, "way", "方式"),
        ({"talk": "长" * 501}, "talk", "最多 500 字"),
        ({"needs": (NeedEntry(None, "water"),)}, "needs.0.text", "诉求内容"),
        ({"situations": (SituationEntry("maternal", "normal", "x"),)}, "situations.0.kind", "不在"),
        ({"situations": (SituationEntry(None, "normal", "x"),)}, "situations.0.kind", "请填写"),
    ],
)
def test_what_is_refused(database: Database, change: dict[str, Any], name: str, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        log(database, **change)
    assert text in refused.value.problems[name]
    assert not every(database, Visit) and not every(database, WorkLog)


def test_phone_contact_gives_no_day_and_no_half_day(database: Database) -> None:
    log(database, way="phone", sessions=("am", "pm"))
    day = month(database).days[DAY]
    assert day.result.standing is Standing.NOT_COUNTED
    log(database, sessions=("pm",))
    log(database, way="phone", sessions=("eve",))
    [one] = every(database, WorkLog)
    assert (one.work_kind, one.sessions) == ("household_visit", ("pm",))
    assert month(database).counted == 1


def test_late_entry_is_marked_and_very_late_waits(database: Database) -> None:
    log(database, visited_on=date(2026, 5, 15))
    log(database, visited_on=date(2026, 5, 11))
    found = month(database)
    assert found.days[date(2026, 5, 15)].result.late and found.counted == 1
    assert found.days[date(2026, 5, 11)].result.standing is Standing.PENDING
    assert found.pending == 1 and not month(database, 4).days


def test_a_confirmed_day_stays_confirmed_unless_it_grows(database: Database) -> None:
    log(database)
    with database.work(LEADER) as work:
        [one] = work.session.scalars(select(WorkLog))
        one.state = "counted"
        work.commit()
    log(database, household_id=OTHER_HOME)
    assert every(database, WorkLog)[0].state == "counted"
    log(database, sessions=("pm",))
    assert every(database, WorkLog)[0].state == "submitted"


def test_previous_talk_is_the_newest(database: Database) -> None:
    log(database, visited_on=date(2026, 5, 19), talk="旧")
    log(database, talk="新")
    log(database, talk=None)
    with database.reader() as session:
        assert previous_talk(session, HOME) == "新"
        assert previous_talk(session, OTHER_HOME) == ""


def test_households_are_found_by_pinyin(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(insert(tables.search_dirty).values(household_id=HOME))
    search.catch_up(database)
    with database.reader() as session:
        [found] = find_households(session, "wdm", by=ME)
        assert found == (HOME, "王大明 龙马溪-2-017", "")
        assert {name for _, name in companions(session, ME)} == {"王𠮷明", "赵安"}


def test_a_draft_is_kept_replaced_and_dropped(database: Database) -> None:
    for talk in ("半句", "半句话"):
        with database.writing() as connection:
            drafts.keep(connection, "visit", "x", {"talk": talk}, NOW)
    with database.reader() as session:
        assert drafts.read(session, "visit", "x") == {"talk": "半句话"}
        assert drafts.read(session, "visit", "y") is None
    with database.writing() as connection:
        drafts.drop(connection, "visit", "x")
    with database.reader() as session:
        assert drafts.read(session, "visit", "x") is None
