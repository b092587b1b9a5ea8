"""Documents gathered from a real encrypted database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from tests import device
from township.changes import bucket
from township.documents import LedgerNeed, LedgerTotals
from township.errors import NotAllowed, NotFound
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
from township.storage import tables
from township.storage.database import Database
from township.usecases.documents import monthly_ledger, visit_report

KEY = bytes(range(32))
ZONE, OTHER_ZONE, GROUP, HOME, HEAD = (new_id() for _ in range(5))
VISITOR, COMPANION, POLICE, LOG, VISIT = (new_id() for _ in range(5))


def add(connection: Connection, kind: type[Record], **values: Any) -> bytes:
    values.setdefault("id", new_id())
    connection.execute(insert(kind).values(**values))
    return bytes(values["id"])


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.create(tmp_path / "laptop.db", KEY)
    with database.writing() as connection:
        device.enter(connection)
        add_township(connection)
        add_visit(connection)
    yield database
    database.close()


def add_township(connection: Connection) -> None:
    add(connection, Zone, id=ZONE, name="龙马溪村", code="420527103210", position=2)
    add(connection, Zone, id=OTHER_ZONE, name="天龙村", code="420527103213", position=1)
    add(connection, Group, id=GROUP, zone_id=ZONE, number=2, name="二组")
    add(connection, Cadre, id=VISITOR, name="李秀英", login="lxy", roles=("VC",), status="active")
    add(connection, Cadre, id=COMPANION, name="王𠮷明", login="wjm", status="left")
    add(connection, Cadre, id=POLICE, name="秦勇", login="qy", roles=("PO",), status="active")
    home = {"zone_id": ZONE, "group_id": GROUP, "away": False}
    add(connection, Household, id=HOME, no="龙马溪-2-017", head_person_id=HEAD, **home)
    add(connection, Household, no="龙马溪-2-003", **home | {"away": True})
    add(
        connection,
        Household,
        no="龙马溪-2-099",
        deleted_at=datetime(2026, 1, 1, tzinfo=UTC),
        **home,
    )
    person = {"zone_id": ZONE, "household_id": HOME}
    add(connection, Person, id=HEAD, name="王大明", **person)
    add(connection, Person, name="王小明", **person)
    add(connection, Person, name="王老", died_on=date(2025, 3, 1), **person)
    add(connection, Person, name="王小红", moved_on=date(2026, 6, 1), **person)
    span = {"from_on": date(2026, 1, 1), "until_on": date(2026, 12, 31)}
    special = {"zone_id": ZONE, "household_id": HOME}
    add(connection, SpecialGroupMember, group_kind="empty_nest", **special | span)
    add(connection, SpecialGroupMember, group_kind="hardship", **special)
    ended = {"from_on": date(2024, 1, 1), "until_on": date(2025, 12, 31)}
    add(connection, SpecialGroupMember, group_kind="subsistence", **special | ended)
    link = {"zone_id": ZONE, "household_id": HOME, "year": 2026}
    add(connection, HouseholdLink, cadre_id=VISITOR, **link)
    add(connection, HouseholdLink, cadre_id=COMPANION, to_on=date(2026, 4, 30), **link)


def add_visit(connection: Connection) -> None:
    add(connection, WorkLog, id=LOG, zone_id=ZONE, cadre_id=VISITOR, worked_on=date(2026, 5, 3))
    common = {"zone_id": ZONE, "household_id": HOME, "work_log_id": LOG, "session": "am"}
    add(
        connection,
        Visit,
        id=VISIT,
        visited_on=date(2026, 5, 3),
        way="in_home",
        purpose="routine",
        companions=(COMPANION,),
        policies_told=("medical", "old_age"),
        talk="老人独自在家。",
        carry_over="水管漏水。",
        resident_present=True,
        resident_ok="satisfied",
        next_visit_on=date(2026, 6, 5),
        **common,
    )
    add(connection, Visit, visited_on=date(2026, 5, 20), way="phone", talk="药已买到。", **common)
    add(connection, Visit, visited_on=date(2026, 2, 1), way="in_home", talk="拜年。", **common)
    add(connection, Visit, visited_on=date(2025, 12, 31), way="in_home", **common)
    add(connection, Visit, visited_on=date(2026, 6, 1), way="in_home", **common)
    add_needs(connection)
    add(
        connection,
        Situation,
        no="W-1",
        zone_id=ZONE,
        household_id=HOME,
        visit_id=VISIT,
        situation_kind="disaster",
        level="abnormal",
        summary="挡土墙有裂缝。",
        first_action="提醒不住后屋",
        reported_at=datetime(2026, 4, 30, 16, 30, tzinfo=UTC),  # 1 May in China
    )


def add_needs(connection: Connection) -> None:
    need = {"zone_id": ZONE, "household_id": HOME, "topic": "road", "state": "new"}
    add(
        connection,
        Need,
        no="N-2",
        visit_id=VISIT,
        raised_on=date(2026, 5, 3),
        text="路灯不亮",
        need_class="A",
        owner_point=VISITOR,
        due_on=date(2026, 6, 2),
        **need,
    )
    add(
        connection,
        Need,
        no="N-1",
        raised_on=date(2026, 3, 3),
        text="水管漏水",
        measure="已维修",
        result="solved",
        feedback_at=datetime(2026, 5, 31, 15, 59, tzinfo=UTC),
        **need,
    )
    old = datetime(2026, 4, 2, tzinfo=UTC)
    add(connection, Need, no="N-0", raised_on=date(2026, 3, 1), text="旧", feedback_at=old, **need)


def test_a_visit_report_says_all_that_belongs_to_the_visit(database: Database) -> None:
    with database.reader() as session:
        report = visit_report(session, VISIT, by=VISITOR)
    assert (report.township, report.zone, report.group) == ("屈原镇", "龙马溪村", "二组")
    assert (report.household_no, report.head, report.persons) == ("龙马溪-2-017", "王大明", 3)
    assert report.special_groups == ("困难户", "空巢老人")
    assert (report.session, report.way, report.purpose) == ("上午", "入户", "日常走访")
    assert report.cadres == ("李秀英", "王𠮷明")
    assert report.policies == ("医保缴费", "高龄津贴")
    assert (report.talk, report.carry_over) == ("老人独自在家。", "水管漏水。")
    assert (report.resident_present, report.resident_view) == (True, "满意")
    assert report.next_visit_on == date(2026, 6, 5)
    [need] = report.needs
    assert (need.no, need.topic, need.need_class) == ("N-2", "道路", "A 合理合法")
    assert (need.owner, need.due_on, need.result) == ("李秀英", date(2026, 6, 2), "")
    [situation] = report.situations
    assert (situation.kind, situation.level) == ("灾情", "异常")


def test_a_visit_that_is_not_there_is_told(database: Database) -> None:
    with database.reader() as session, pytest.raises(NotFound, match="不在本机"):
        visit_report(session, new_id(), by=VISITOR)


def test_who_may_not_print_is_told_who_can(database: Database) -> None:
    with database.reader() as session:
        assert visit_report(session, VISIT, by=POLICE).head == "王大明"
        with pytest.raises(NotAllowed) as told:
            monthly_ledger(session, None, 2026, 5, by=POLICE)
        assert str(told.value).startswith("公安干警不能打印户。请由村干部、村书记、联村领导、")
        for stranger in (COMPANION, new_id()):  # without a role, and unknown here
            with pytest.raises(NotAllowed, match="没有角色，不能打印"):
                visit_report(session, VISIT, by=stranger)


def test_a_ledger_tells_each_household_what_happened_in_the_month(database: Database) -> None:
    with database.reader() as session:
        ledger = monthly_ledger(session, None, 2026, 5, by=VISITOR)
    [zone] = ledger.zones
    assert (zone.zone, ledger.whole) == ("龙马溪村", False)
    quiet, busy = zone.rows
    assert (quiet.household_no, quiet.remark, quiet.visits_year) == ("龙马溪-2-003", "全家外出", 0)
    assert quiet.findings == quiet.needs == ()
    assert (busy.head, busy.group, busy.persons) == ("王大明", "二组", 3)
    assert busy.special_groups == ("困难户", "空巢老人")
    assert busy.cadres == ("李秀英",)
    assert (busy.visits_month, busy.visits_year) == (1, 2)
    assert busy.findings == (
        (date(2026, 5, 1), "【灾情】挡土墙有裂缝。"),
        (date(2026, 5, 3), "老人独自在家。"),
        (date(2026, 5, 20), "（电话）药已买到。"),
    )
    assert busy.needs == (
        LedgerNeed("水管漏水", "", "已维修", "已解决", date(2026, 5, 31)),
        LedgerNeed("路灯不亮", "A", "", "", None),
    )
    assert ledger.totals() == LedgerTotals(2, 3, 1, 1, 2, 3, 2, 1)


@pytest.mark.parametrize(("month", "counts"), [(1, (0, 0)), (2, (1, 1)), (6, (1, 3))])
def test_visits_are_counted_up_to_the_month(
    database: Database, month: int, counts: tuple[int, int]
) -> None:
    with database.reader() as session:
        ledger = monthly_ledger(session, [ZONE], 2026, month, by=VISITOR)
    [zone] = ledger.zones
    assert (zone.rows[1].visits_month, zone.rows[1].visits_year) == counts


def test_a_granted_zone_without_households_stands_in_the_ledger(database: Database) -> None:
    with database.writing() as connection:
        granted = [{"bucket": bucket(zone, "i"), "seq": 0} for zone in (OTHER_ZONE, None)]
        connection.execute(insert(tables.bucket_cursor), granted)
    with database.reader() as session:
        ledger = monthly_ledger(session, None, 2026, 5, by=VISITOR)
    names = [(zone.zone, len(zone.rows)) for zone in ledger.zones]
    assert names == [("天龙村", 0), ("龙马溪村", 2)]
    assert ledger.whole


def test_only_the_zones_asked_for(database: Database) -> None:
    with database.reader() as session:
        ledger = monthly_ledger(session, [OTHER_ZONE], 2026, 5, by=VISITOR)
    assert [zone.zone for zone in ledger.zones] == ["天龙村"]
    assert not ledger.whole


def test_progress_ends_full_and_can_cancel(database: Database) -> None:
    seen: list[tuple[int, int]] = []

    def cancel(done: int, total: int) -> None:
        raise InterruptedError

    with database.reader() as session:
        monthly_ledger(
            session, None, 2026, 5, lambda done, total: seen.append((done, total)), by=VISITOR
        )
        assert seen == [(done, 7) for done in range(1, 8)]
        with pytest.raises(InterruptedError):
            monthly_ledger(session, None, 2026, 5, cancel, by=VISITOR)


def test_a_whole_township_with_three_years_of_visits_takes_under_three_seconds(
    database: Database,
) -> None:
    homes = [new_id() for _ in range(7902)]
    with database.writing() as connection:
        add_many_households(connection, homes)
        add_many_visits(connection, homes, 60_000)
    with database.reader() as session:
        began = process_time()
        ledger = monthly_ledger(session, None, 2026, 5, by=VISITOR)
        spent = process_time() - began
    assert ledger.totals().households == 7904
    assert ledger.totals().visits_year > 5_000
    assert spent < 3.0


def add_many_households(connection: Connection, homes: list[bytes]) -> None:
    heads = [new_id() for _ in homes]
    connection.execute(
        insert(Household),
        [
            {"id": home, "zone_id": ZONE, "group_id": GROUP, "no": f"X-{n}", "head_person_id": head}
            for n, (home, head) in enumerate(zip(homes, heads, strict=True))
        ],
    )
    connection.execute(
        insert(Person),
        [
            {"id": head, "zone_id": ZONE, "household_id": home, "name": "张三"}
            for home, head in zip(homes, heads, strict=True)
        ],
    )


def add_many_visits(connection: Connection, homes: list[bytes], count: int) -> None:
    first = date(2023, 6, 1)
    connection.execute(
        insert(Visit),
        [
            {
                "id": new_id(),
                "zone_id": ZONE,
                "household_id": homes[n * 31 % len(homes)],
                "work_log_id": LOG,
                "visited_on": first + timedelta(days=n * 7 % 1095),
                "way": "in_home",
                "talk": "今年脐橙挂果好，担心采摘时缺劳力。",
            }
            for n in range(count)
        ],
    )
