"""Looks at what is masked: reason, right, note before the value, and the count of a day."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from tests.notes import notes
from township.errors import InvalidInput, NotAllowed, NotFound, WorldError
from township.records import Cadre, Household, Person, Record, ZoneStaff, new_id
from township.rules.settings import PRESET
from township.storage import tables
from township.storage.database import Database
from township.usecases import access, resident_fields
from township.usecases.access import Reason, Target, unmask
from township.usecases.household_detail import household_detail
from township.usecases.household_rows import household_rows
from township.usecases.viewers import viewer_of
from township.usecases.work_month import household_names

NOW = datetime(2026, 5, 20, 1, tzinfo=UTC)
HERE, THERE, HOME, HEAD, GROUP = (new_id() for _ in range(5))
PEOPLE = {
    role: new_id() for role in ("VC", "VS", "TC", "PO", "HW", "CLK", "PGO", "ADM", "DIS", "far")
}
WHY = Reason("identity", "办理医保补录，核对号码")
PHONE = Target("household", HOME, "phone")
DEVICE = {
    "id": 1,
    "number": 7,
    "incarnation": 1,
    "last_dseq": 0,
    "last_hash": bytes(32),
    "township_id": bytes(16),
    "township_name": "屈原镇",
    "signing_key": bytes(32),
    "sealing_key": bytes(32),
    "server_url": "https://localhost",
}


def add(connection: Connection, kind: type[Record], **values: Any) -> None:
    values.setdefault("id", new_id())
    connection.execute(insert(kind).values(**values))


KEY = bytes(range(32))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("access") / "laptop.db"
    database = Database.create(path, KEY, lambda: NOW)
    with database.writing() as connection:
        connection.execute(insert(tables.device).values(**DEVICE))
        for role, one in PEOPLE.items():
            roles = ("VC",) if role == "far" else (role,)
            zones = (THERE,) if role == "far" else (HERE,)
            account = {"name": f"干部{role}", "login": role, "status": "active", "roles": roles}
            add(connection, Cadre, id=one, zones=zones, **account)
        home = {"zone_id": HERE, "group_id": GROUP, "no": "1-001", "head_person_id": HEAD}
        add(connection, Household, id=HOME, phone="13812341234", address="二组 8 号", **home)
        born = date(1950, 1, 1)
        person = {"id": HEAD, "zone_id": HERE, "household_id": HOME, "name": "王大明"}
        add(connection, Person, birth_date=born, id_no="42052719500101123X", **person)
    database.close()
    return path


@pytest.fixture
def database(template: Path, tmp_path: Path) -> Iterator[Database]:
    database = Database.open(Path(shutil.copy(template, tmp_path)), KEY, lambda: NOW)
    yield database
    database.close()


def test_a_look_says_who_what_and_why_and_lasts_ten_minutes(database: Database) -> None:
    look = unmask(database, PEOPLE["VC"], PHONE, WHY)
    assert (look.text, look.looks) == ("13812341234", 1)
    assert look.until - NOW == timedelta(minutes=10)
    [told] = notes(database)
    assert told == {
        "zone_id": HERE,
        "who_name": "干部VC",
        "act": "unmask",
        "target_kind": "household",
        "target_id": HOME,
        "target_field": "phone",
        "row_count": 1,
        "reason": "identity",
        "reason_text": "办理医保补录，核对号码",
    }
    assert "13812341234" not in str(told)


@pytest.mark.parametrize(
    ("field", "clear"), [("birth_date", "1950-01-01"), ("id_no", "42052719500101123X")]
)
def test_each_field_is_looked_at_by_itself(database: Database, field: str, clear: str) -> None:
    look = unmask(database, PEOPLE["CLK"], Target("person", HEAD, field), WHY)
    assert look.text == clear


def test_who_may_look(database: Database) -> None:
    """ADM and DIS have no business data; ``far`` is a village cadre of another zone."""
    for role in ("VC", "VS", "CLK", "PGO"):
        unmask(database, PEOPLE[role], PHONE, WHY)
        assert notes(database)[-1]["act"] == "unmask"
    for role in ("TC", "PO", "HW", "ADM", "DIS", "far"):
        with pytest.raises(NotAllowed, match="请由本责任区的") as refused:
            unmask(database, PEOPLE[role], PHONE, WHY)
        assert "13812341234" not in str(refused.value)
        told = notes(database)[-1]
        assert (told["act"], told["target_id"], told["target_field"]) == ("refused", HOME, "phone")
        assert told["who_name"] == f"干部{role}"
    assert len(notes(database)) == 10


def test_who_entered_a_person_may_look_at_it(database: Database) -> None:
    with database.work(PEOPLE["TC"]) as work:
        values = {"relation": "20", "sex": "1", "phone": "12800001234"}
        person = Person(zone_id=HERE, household_id=HOME, name="王小", **values)
        work.add(person)
        work.commit()
    assert unmask(database, PEOPLE["TC"], Target("person", person.id, "phone"), WHY).text


def test_without_a_reason_nothing_is_shown(database: Database) -> None:
    for reason, problem in (
        (Reason(None, "核对身份证号码"), "请选择理由"),
        (Reason("curiosity", "核对身份证号码"), "请选择理由"),
        (Reason("other", " 看 "), "至少两个字"),
        (Reason("other", ""), "至少两个字"),
        (Reason("other", "长" * 201), "最多 200 字"),
    ):
        with pytest.raises(InvalidInput, match=problem):
            unmask(database, PEOPLE["VC"], PHONE, reason)
    assert notes(database) == []


def test_what_is_not_here_is_not_found(database: Database) -> None:
    for target in (
        replace(PHONE, id=new_id()),
        replace(PHONE, field="face"),
        replace(PHONE, kind="weather"),
    ):
        with pytest.raises(NotFound):
            unmask(database, PEOPLE["VC"], target, WHY)


def test_what_cannot_be_noted_is_not_shown(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(tables.device.delete())
    with pytest.raises(WorldError, match="还没有登记"):
        unmask(database, PEOPLE["VC"], PHONE, WHY)


def test_the_looks_of_a_day_are_counted(database: Database) -> None:
    me = PEOPLE["VC"]
    assert [unmask(database, me, PHONE, WHY).looks for _ in range(3)] == [1, 2, 3]
    assert unmask(database, PEOPLE["VS"], PHONE, WHY).looks == 1
    with pytest.raises(NotAllowed):
        unmask(database, PEOPLE["TC"], PHONE, WHY)
    database.clock = lambda: NOW + timedelta(days=1)
    assert unmask(database, me, PHONE, WHY).looks == 1
    with database.reader() as session:
        connection = session.connection()
        assert access.looks_of(connection, PEOPLE["TC"], NOW.date()) == 0
    assert PRESET.unmask_alert == 30


def test_names_and_addresses_are_for_the_zones_staff(database: Database) -> None:
    def seen(role: str) -> tuple[str, str, str]:
        by = PEOPLE[role]
        with database.reader() as session:
            row = household_rows(session, [HOME], NOW.date(), by=by)[HOME]
            detail = household_detail(session, HOME, NOW.date(), by=by)
            name, address = household_names(session, [HOME], by=by)[HOME]
        assert name == f"{row.head} 1-001" and address == detail.address
        assert detail.persons[0].name == row.head
        return row.head, address, detail.guarded.fields[0].shown

    masked = "138****1234"
    assert seen("VC") == seen("CLK") == ("王大明", "二组 8 号", masked)
    assert seen("PO") == seen("HW") == ("王大明", "", masked)
    assert seen("far") == ("王*", "", masked)


def test_staff_of_a_zone_is_who_serves_there_today(database: Database) -> None:
    post = {"zone_id": HERE, "cadre_id": PEOPLE["far"], "role": "VC"}
    with database.writing() as connection:
        add(connection, ZoneStaff, to_on=date(2026, 1, 1), **post)
    with database.reader() as session:
        assert not viewer_of(session, PEOPLE["far"]).near(HERE)
    with database.writing() as connection:
        add(connection, ZoneStaff, **post)
    with database.reader() as session:
        assert viewer_of(session, PEOPLE["far"]).near(HERE)
        assert not viewer_of(session, new_id()).near(HERE)


def test_a_new_value_replaces_the_old_one_unseen(database: Database) -> None:
    def replaced(values: dict[str, Any]) -> str | None:
        with database.work(PEOPLE["VC"]) as work:
            resident_fields.replace(work, "household", HOME, values)
            work.commit()
        with database.reader() as session:
            home = session.get(Household, HOME)
            assert home is not None
            return home.phone

    assert replaced({"phone": "12800005678"}) == "12800005678"
    for mask in ("128****5678", "****"):
        with pytest.raises(InvalidInput, match="不能带"):
            replaced({"phone": mask})
    with pytest.raises(InvalidInput, match="电话应为"):
        replaced({"phone": "5678"})
    assert replaced({"phone": None}) is None
    assert notes(database) == []


def test_refusals_of_other_acts_name_the_act(database: Database) -> None:
    noted = access.Noted("export", "household", zone_id=HERE)
    error = access.refuse(database, PEOPLE["TC"], "不行", noted)
    assert isinstance(error, NotAllowed) and str(error) == "不行"
    [told] = notes(database)
    assert (told["act"], told["target_field"]) == ("refused", "export")
