"""The list of households, the search in it and one household in full, on a real database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from township.errors import NotFound
from township.records import (
    Cadre,
    Group,
    Household,
    HouseholdLink,
    Need,
    Person,
    Record,
    Situation,
    SpecialGroupMember,
    Visit,
    WorkLog,
    Zone,
    new_id,
)
from township.storage import search, tables
from township.storage.database import Database
from township.usecases.household_detail import household_detail
from township.usecases.household_matters import HISTORY
from township.usecases.household_rows import household_rows
from township.usecases.households import (
    LAST_VISIT,
    OPEN_NEEDS,
    HouseholdFilter,
    find_households,
    household_ids,
    zones_with_groups,
)

NOW = datetime(2026, 5, 20, 1, tzinfo=UTC)
DAY = date(2026, 5, 20)
WEST, EAST, TWO, TEN, ONE = (new_id() for _ in range(5))
A, B, C, D, GONE = (new_id() for _ in range(5))
HEADS = {A: new_id(), B: new_id(), C: new_id(), D: new_id()}
ME, OTHER, LOG, NEED = (new_id() for _ in range(4))


def add(connection: Connection, kind: type[Record], **values: Any) -> None:
    values.setdefault("id", new_id())
    connection.execute(insert(kind).values(**values))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.create(tmp_path / "laptop.db", bytes(range(32)), lambda: NOW)
    with database.writing() as connection:
        add_places(connection)
        add_people(connection)
        add_work(connection)
        homes = [{"household_id": one} for one in (A, B, C, D, GONE)]
        connection.execute(insert(tables.search_dirty), homes)
    search.catch_up(database)
    yield database
    database.close()


def add_places(connection: Connection) -> None:
    add(connection, Zone, id=EAST, name="龙马溪村", code="420527103211", position=2)
    add(connection, Zone, id=WEST, name="屈原庙村", code="420527103210", position=1)
    for group, zone, number in ((TEN, WEST, 10), (TWO, WEST, 2), (ONE, EAST, 1)):
        add(connection, Group, id=group, zone_id=zone, number=number, name=f"{number}组")
    for home, zone, group, no in (
        (A, WEST, TEN, "屈原庙-10-001"),
        (B, WEST, TWO, "屈原庙-2-001"),
        (C, WEST, TWO, "屈原庙-2-002"),
        (D, EAST, ONE, "龙马溪-1-001"),
    ):
        place = {"zone_id": zone, "group_id": group, "no": no, "head_person_id": HEADS[home]}
        add(connection, Household, id=home, phone="13812341234", address="二组 8 号", **place)
    add(connection, Household, id=GONE, zone_id=WEST, group_id=TWO, no="X", deleted_at=NOW)


def add_people(connection: Connection) -> None:
    for one, name in ((ME, "李秀英"), (OTHER, "王明")):
        account = {"name": name, "login": name, "status": "active", "roles": ("VC",)}
        add(connection, Cadre, id=one, zones=(WEST, EAST), **account)
    for home, name in ((A, "王大明"), (B, "向小红"), (C, "王道明"), (D, "王大明")):
        born = date(1950, 1, 1)
        person = {"zone_id": WEST, "household_id": home, "relation": "02", "birth_date": born}
        add(connection, Person, id=HEADS[home], name=name, phone="13900005678", **person)
    other = {"zone_id": WEST, "household_id": A}
    add(connection, Person, name="王小", relation="20", birth_date=date(2014, 1, 1), **other)
    add(connection, Person, name="陈芳", relation="10", **other)
    add(connection, Person, name="走了", relation="50", died_on=date(2026, 1, 1), **other)
    add(connection, Person, name="删了", relation="50", deleted_at=NOW, **other)
    special = {"zone_id": WEST, "group_kind": "hardship", "from_on": date(2025, 1, 1)}
    add(connection, SpecialGroupMember, household_id=A, **special)
    add(connection, SpecialGroupMember, household_id=B, until_on=date(2026, 1, 1), **special)
    link = {"zone_id": WEST, "cadre_id": ME}
    add(connection, HouseholdLink, household_id=A, year=2026, **link)
    add(connection, HouseholdLink, household_id=B, year=2025, **link)
    add(connection, HouseholdLink, household_id=C, year=2026, to_on=date(2026, 2, 1), **link)


def add_work(connection: Connection) -> None:
    add(connection, WorkLog, id=LOG, zone_id=WEST, cadre_id=ME, worked_on=date(2026, 5, 3))
    for home, on, way, gone in (
        (A, date(2025, 12, 31), "in_home", None),
        (A, date(2026, 5, 3), "in_home", None),
        (A, date(2026, 5, 4), "phone", None),
        (A, date(2026, 5, 5), "in_home", NOW),
        (B, date(2026, 5, 10), "in_home", None),
    ):
        visit = {"household_id": home, "visited_on": on, "way": way, "deleted_at": gone}
        about = {"session": "am", "purpose": "routine", "companions": (OTHER,)}
        text = f"谈话 {on}"
        add(connection, Visit, zone_id=WEST, work_log_id=LOG, talk=text, **visit, **about)
    need = {"zone_id": WEST, "household_id": A, "channel": "visit", "topic": "water"}
    add(connection, Need, id=NEED, no="N-1", text="漏水", raised_on=DAY, state="doing", **need)
    add(connection, Need, no="N-0", text="旧", raised_on=date(2026, 1, 2), state="closed", **need)
    add(connection, Need, no="N-2", text="删", raised_on=DAY, deleted_at=NOW, **need)
    add(
        connection,
        Situation,
        no="W-1",
        zone_id=WEST,
        household_id=A,
        situation_kind="disaster",
        level="emergency",
        summary="屋后滑坡",
        happened_at=NOW,
        found_at=NOW,
        reported_at=datetime(2026, 5, 19, 20, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("wanted", "sort", "descending", "found"),
    [
        (HouseholdFilter(), None, False, [B, C, A, D]),
        (HouseholdFilter(), "no", True, [D, A, C, B]),
        (HouseholdFilter(), LAST_VISIT, False, [C, D, A, B]),
        (HouseholdFilter(), LAST_VISIT, True, [B, A, C, D]),
        (HouseholdFilter(), OPEN_NEEDS, True, [A, B, C, D]),
        (HouseholdFilter(zone_id=EAST), None, False, [D]),
        (HouseholdFilter(group_id=TWO), None, False, [B, C]),
        (HouseholdFilter(special="hardship"), None, False, [A]),
        (HouseholdFilter(only_linked_to=ME), None, False, [A]),
        (HouseholdFilter(zone_id=EAST, only_linked_to=ME), None, False, []),
    ],
)
def test_lists(
    database: Database,
    wanted: HouseholdFilter,
    sort: str | None,
    descending: bool,
    found: list[bytes],
) -> None:
    with database.reader() as session:
        assert household_ids(session, wanted, DAY, sort, descending) == found


@pytest.mark.parametrize(
    ("query", "wanted", "found"),
    [
        ("wdm", HouseholdFilter(), {A, C, D}),
        ("王大明", HouseholdFilter(), {A, D}),
        ("王大明", HouseholdFilter(zone_id=EAST), {D}),
        ("王大明 10组", HouseholdFilter(), {A}),
        ("没有", HouseholdFilter(), set()),
        ("！", HouseholdFilter(), set()),
    ],
)
def test_search(database: Database, query: str, wanted: HouseholdFilter, found: set[bytes]) -> None:
    with database.reader() as session:
        assert set(find_households(session, query, wanted, DAY)) == found


def test_search_leaves_out_what_was_deleted_since_it_was_indexed(database: Database) -> None:
    with database.work(ME) as work:
        home = work.session.get(Household, D)
        assert home is not None
        home.deleted_at = NOW
        work.session.flush()
        assert find_households(work.session, "王大明", HouseholdFilter(), DAY) == [A]


def test_a_row(database: Database) -> None:
    with database.reader() as session:
        rows = household_rows(session, [A, C, GONE], DAY, by=ME)
    assert rows.keys() == {A, C}
    row = rows[A]
    assert (row.no, row.head, row.zone, row.group) == (
        "屈原庙-10-001",
        "王大明",
        "屈原庙村",
        "10组",
    )
    assert (row.persons, row.special, row.cadres) == (3, ("困难户",), ("李秀英",))
    assert (row.last_visit, row.visits, row.open_needs) == (date(2026, 5, 4), 1, 1)
    empty = rows[C]
    assert (empty.special, empty.cadres, empty.last_visit) == ((), (), None)
    assert (empty.visits, empty.open_needs) == (0, 0)


def test_one_household_in_full(database: Database) -> None:
    with database.reader() as session:
        detail = household_detail(session, A, DAY, by=ME)
    assert [one.shown for one in detail.guarded.fields] == ["138****1234"]
    assert [(one.name, one.relation, one.age) for one in detail.persons] == [
        ("王大明", "户主", "70–79 岁"),
        ("陈芳", "配偶", ""),
        ("王小", "子", "6–13 岁"),
    ]
    head = detail.persons[0].guarded
    assert [one.label for one in head.fields] == ["出生日期", "联系电话"]
    assert head.fields[1].shown == "139****5678"
    assert [visit.talk for visit in detail.visits] == [
        "谈话 2026-05-04",
        "谈话 2026-05-03",
        "谈话 2025-12-31",
    ]
    assert detail.visits_total == 3
    assert (detail.visits[0].way, detail.visits[0].cadres) == ("电话", ("李秀英", "王明"))
    assert [(need.no, need.state) for need in detail.needs] == [
        ("N-1", "办理中"),
        ("N-0", "已办结"),
    ]
    [situation] = detail.situations
    assert (situation.on, situation.kind, situation.state) == (DAY, "灾情", "紧急")


def test_a_long_history_is_counted_in_full(database: Database) -> None:
    with database.writing() as connection:
        for _ in range(HISTORY + 5):
            add(connection, Visit, zone_id=EAST, work_log_id=LOG, household_id=D, visited_on=DAY)
    with database.reader() as session:
        detail = household_detail(session, D, DAY, by=ME)
    assert (len(detail.visits), detail.visits_total) == (HISTORY, HISTORY + 5)


@pytest.mark.parametrize("household", [GONE, new_id()], ids=["gone", "unknown"])
def test_what_is_gone_is_not_found(database: Database, household: bytes) -> None:
    with database.reader() as session, pytest.raises(NotFound, match="不在本机"):
        household_detail(session, household, DAY, by=ME)


def test_filters_offer_zones_and_groups_in_their_order(database: Database) -> None:
    with database.reader() as session:
        zones = zones_with_groups(session)
    assert [(zone.name, [name for _, name in zone.groups]) for zone in zones] == [
        ("屈原庙村", ["2组", "10组"]),
        ("龙马溪村", ["1组"]),
    ]
