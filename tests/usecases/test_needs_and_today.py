"""Needs, five conditions and the day's overview on a real encrypted database."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from tests import device
from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import (
    Cadre,
    Household,
    HouseholdLink,
    Need,
    Person,
    Record,
    Situation,
    Visit,
    WorkLog,
    Zone,
    new_id,
)
from township.storage.database import Database
from township.storage.work import UnitOfWork
from township.usecases import needs, situations
from township.usecases.dues import when_text
from township.usecases.today import today

NOW = datetime(2026, 5, 20, 1, tzinfo=UTC)
DAY = date(2026, 5, 20)
ZONE, HOME, OTHER_HOME, HEAD, ME, LEADER, LOG = (new_id() for _ in range(7))
LATE, SOON, LATER, DONE, FLOOD = (new_id() for _ in range(5))


def add(connection: Connection, kind: type[Record], **values: Any) -> None:
    values.setdefault("id", new_id())
    connection.execute(insert(kind).values(**values))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.create(tmp_path / "laptop.db", bytes(range(32)), lambda: NOW)
    with database.writing() as connection:
        device.enter(connection)
        add_people(connection)
        add_matters(connection)
    yield database
    database.close()


def add_people(connection: Connection) -> None:
    add(connection, Zone, id=ZONE, name="龙马溪村", code="420527103210", position=1)
    for one, name, role in ((ME, "李秀英", "TC"), (LEADER, "王𠮷明", "LL")):
        account = {"name": name, "login": name, "status": "active", "roles": (role,)}
        add(connection, Cadre, id=one, zones=(ZONE,), **account)
    for home, no in ((HOME, "龙马溪-2-017"), (OTHER_HOME, "龙马溪-2-018")):
        add(connection, Household, id=home, zone_id=ZONE, no=no, head_person_id=HEAD)
        link = {"zone_id": ZONE, "household_id": home, "cadre_id": ME}
        add(connection, HouseholdLink, year=2026, **link)
        add(connection, HouseholdLink, year=2025, **link)
    add(connection, Person, id=HEAD, zone_id=ZONE, household_id=HOME, name="王大明")
    log = {"work_kind": "in_village", "sessions": ("am", "pm"), "state": "submitted"}
    add(connection, WorkLog, id=LOG, zone_id=ZONE, cadre_id=ME, worked_on=date(2026, 5, 3), **log)
    visit = {"zone_id": ZONE, "household_id": HOME, "work_log_id": LOG, "way": "in_home"}
    for visited, planned in (((2026, 4, 1), (2026, 5, 2)), ((2026, 5, 3), (2026, 5, 22))):
        when = {"visited_on": date(*visited), "next_visit_on": date(*planned)}
        add(connection, Visit, **visit, **when)
    add(connection, Visit, **visit | {"household_id": OTHER_HOME, "way": "phone"}, visited_on=DAY)


def add_matters(connection: Connection) -> None:
    need = {
        "zone_id": ZONE,
        "household_id": HOME,
        "channel": "visit",
        "topic": "water",
        "state": "doing",
        "owner_point": ME,
    }
    add(connection, Need, id=LATE, no="N-1", text="饮水池漏水", raised_on=date(2026, 4, 1), **need)
    soon = {"need_class": "B", "raised_on": date(2026, 5, 6)}  # 15 days: 21 May
    add(connection, Need, id=SOON, no="N-2", text="装 100% 路灯", **soon, **need)
    add(connection, Need, id=LATER, no="N-3", text="泥路", raised_on=date(2026, 5, 19), **need)
    closed = need | {"state": "closed"}
    add(connection, Need, id=DONE, no="N-0", text="旧", raised_on=date(2026, 1, 1), **closed)
    add(connection, Need, no="N-9", text="删", raised_on=DAY, deleted_at=NOW, **need)
    add(
        connection,
        Situation,
        id=FLOOD,
        no="W-1",
        zone_id=ZONE,
        situation_kind="disaster",
        level="abnormal",
        summary="公路塌方",
        happened_at=NOW,
        found_at=NOW,
        reported_at=datetime(2026, 5, 19, 20, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("which", "search", "found"),
    [
        (needs.OPEN, "", [LATE, SOON, LATER]),
        (needs.OVERDUE, "", [LATE]),
        (needs.ALL, "", [LATE, SOON, LATER, DONE]),
        (needs.ALL, "0%", [SOON]),
        (needs.ALL, "王大", [LATE, SOON, LATER, DONE]),
        (needs.ALL, "N-3", [LATER]),
        (needs.ALL, "无", []),
    ],
)
def test_lists_of_needs(database: Database, which: str, search: str, found: list[bytes]) -> None:
    with database.reader() as session:
        assert needs.need_ids(session, which, DAY, search) == found


def test_a_row_tells_the_term_of_its_class(database: Database) -> None:
    with database.reader() as session:
        rows = needs.need_rows(session, [SOON, LATE], by=ME)
    row = rows[SOON]
    assert (row.household, row.topic, row.owner) == ("王大明 龙马溪-2-017", "饮水", "李秀英")
    assert (row.need_class, row.due_on, row.state) == ("B 合理不合法", date(2026, 5, 21), "办理中")
    assert rows[LATE].due_on == date(2026, 5, 1)


def do(database: Database, author: bytes, action: Callable[[UnitOfWork], None]) -> None:
    with database.work(author) as work:
        action(work)
        work.commit()


def test_a_need_from_progress_to_closing(database: Database) -> None:
    do(database, ME, lambda w: needs.add_progress(w, LATE, DAY, "已联系水管站"))
    with pytest.raises(NotAllowed, match="还没有办理结果"):
        do(database, ME, lambda w: needs.feed_back(w, LATE, "visit", "agree"))
    with pytest.raises(InvalidInput, match="办理措施"):
        do(database, ME, lambda w: needs.record_result(w, LATE, "solved", " "))
    do(database, ME, lambda w: needs.record_result(w, LATE, "solved", "已补漏"))
    with pytest.raises(NotAllowed, match="还没有向群众反馈，不能办结"):
        do(database, ME, lambda w: needs.close(w, LATE))
    do(database, ME, lambda w: needs.feed_back(w, LATE, "visit", "agree"))
    do(database, ME, lambda w: needs.close(w, LATE))
    with pytest.raises(NotAllowed, match="已经办结"):
        do(database, ME, lambda w: needs.add_progress(w, LATE, DAY, "再办"))
    with database.reader() as session:
        detail = needs.need_detail(session, LATE, by=ME)
    assert (detail.need.state, detail.need.feedback_at) == ("closed", NOW)
    assert detail.progress == (needs.Progress(DAY, "已联系水管站", "李秀英"),)
    assert detail.name(detail.need.feedback_by) == "李秀英"


def test_a_class_is_set_by_two_persons(database: Database) -> None:
    with pytest.raises(InvalidInput) as refused:
        do(database, ME, lambda w: needs.propose_class(w, LATER, "", "", ""))
    assert set(refused.value.problems) == {"need_class", "class_reason", "law_ref"}
    do(database, ME, lambda w: needs.propose_class(w, LATER, "B", "无规划许可", "土地管理法"))
    with pytest.raises(NotAllowed, match="两人"):
        do(database, ME, lambda w: needs.confirm_class(w, LATER))
    do(database, LEADER, lambda w: needs.confirm_class(w, LATER))
    with database.reader() as session:
        need = needs.need_detail(session, LATER, by=ME).need
    assert (need.class_by, need.class_confirmed_by) == (ME, LEADER)
    assert need.due_on == date(2026, 6, 3)


def test_a_situation_goes_step_by_step(database: Database) -> None:
    with database.reader() as session:
        assert situations.situation_ids(session, only_open=True) == [FLOOD]
        row = situations.situation_rows(session, [FLOOD], NOW)[FLOOD]
    assert (row.kind, row.level, row.state, row.late) == ("灾情", "异常", "待接收", True)
    with pytest.raises(NotAllowed, match="先接收"):
        do(database, ME, lambda w: situations.close(w, FLOOD))
    do(database, LEADER, lambda w: situations.receive(w, FLOOD))
    with pytest.raises(InvalidInput, match="处置意见"):
        do(database, LEADER, lambda w: situations.respond(w, FLOOD, ""))
    do(database, LEADER, lambda w: situations.respond(w, FLOOD, "已派人清理"))
    do(database, ME, lambda w: situations.feed_back(w, FLOOD))
    do(database, ME, lambda w: situations.close(w, FLOOD))
    with database.reader() as session:
        assert situations.situation_ids(session, only_open=True) == []
        detail = situations.situation_detail(session, FLOOD, NOW)
    assert (detail.step, detail.late) == (None, False)
    assert detail.name(detail.situation.responded_by) == "王𠮷明"


def test_what_is_not_there_is_told(database: Database) -> None:
    with database.reader() as session, pytest.raises(NotFound):
        needs.need_detail(session, new_id(), by=ME)
    with database.reader() as session, pytest.raises(NotFound):
        situations.situation_detail(session, new_id(), NOW)


def test_today_tells_what_waits_for_me(database: Database) -> None:
    do(database, ME, lambda w: needs.add_progress(w, LATE, DAY, "已联系"))
    with database.reader() as session:
        mine, others = today(session, ME, NOW), today(session, LEADER, NOW)
    assert (mine.links, mine.links_visited) == (2, 1)
    assert (mine.overdue, mine.due_soon, mine.unsent) == (1, 1, 1)
    told = [(one.system, one.text, when_text(one, NOW)) for one in mine.dues]
    assert [one for one in told if one[0] != "会议"] == [
        ("诉求", "饮水池漏水", "5月1日 · 超期 19 天"),
        ("诉求", "装 100% 路灯", "明天"),
        ("走访", "约好走访：王大明 龙马溪-2-017", "5月22日 · 还有 2 天"),
    ]
    assert [(one.page, one.target) for one in mine.dues if one.system == "诉求"] == [
        ("needs", LATE),
        ("needs", SOON),
    ]
    month = mine.month
    assert (month.village, month.target, month.counted, month.pending) == (False, 6, 2, 0)
    assert (others.links, others.overdue) == (0, 0)
    assert not {"诉求", "走访"} & {one.system for one in others.dues}
