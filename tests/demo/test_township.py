"""The demo township: its sums, its people, and that nobody in it is real."""

import re
from collections import Counter
from datetime import date
from hashlib import sha256

import pytest

from tests.demo.conftest import SMALL, TODAY
from township.demo import names, zones
from township.demo.generate import generate
from township.demo.rows import Row
from township.fields import Field
from township.records import record_kinds
from township.values import Kind, from_stored

CHILDREN, PARENTS = ("20", "30"), ("51", "52")


def of(rows: list[Row], kind: str) -> list[Row]:
    return [row for row in rows if row.kind == kind]


def born(row: Row) -> date | None:
    text = row.fields.get("birth_date")
    return date.fromisoformat(str(text)) if text else None


@pytest.fixture(scope="module")
def whole() -> list[Row]:
    return list(generate(1, years=0, today=date(2026, 5, 1)))


def test_sums_of_the_whole_township(whole: list[Row]) -> None:
    count = Counter(row.kind for row in whole)
    sums = (count["household"], count["person"], count["village_group"], count["zone"])
    assert sums == (7_902, 19_608, 66, 13)
    by_zone = Counter(row.fields["zone_id"] for row in of(whole, "household"))
    named = {row.fields["name"]: by_zone[row.id] for row in of(whole, "zone")}
    assert named == {zone.name: zone.households for zone in zones.ZONES}
    roles = Counter(row.fields["role"] for row in of(whole, "zone_staff"))
    assert roles == {"VS": 13, "VC": 65, "LL": 13, "TC": 39, "PO": 13, "JO": 13}


def test_names_and_numbers_of_the_whole_township(whole: list[Row]) -> None:
    people = [str(row.fields["name"]) for row in of(whole, "person")]
    rare = sum(any(sign in name for sign in names.RARE) for name in people)
    assert 0.002 < rare / len(people) < 0.004
    assert {sign for name in people for sign in name} >= set(names.RARE)
    for kind, field in (("person", "id_no"), ("person", "phone"), ("household", "no")):
        values = [row.fields[field] for row in of(whole, kind) if field in row.fields]
        assert len(values) == len(set(values)), field


def test_the_same_seed_gives_the_same_rows(rows: list[Row]) -> None:
    def mark(found: list[Row]) -> str:
        return sha256(repr(found).encode()).hexdigest()

    assert mark(list(generate(7, SMALL, 1, TODAY))) == mark(rows)
    assert mark(list(generate(8, SMALL, 1, TODAY))) != mark(rows)


@pytest.mark.parametrize("households", [13, 60, 131])
def test_smaller_townships_are_whole(households: int) -> None:
    count = Counter(row.kind for row in generate(3, households, 0, TODAY))
    assert (count["household"], count["zone"], count["village_group"]) == (households, 13, 66)
    assert count["person"] == max(households, round(19_608 * households / 7_902))


def test_a_township_needs_its_zones() -> None:
    with pytest.raises(ValueError, match="13"):
        list(generate(1, 12, 0, TODAY))


def test_every_value_is_what_its_field_asks_for(rows: list[Row]) -> None:
    kinds = record_kinds()
    found = set()
    for row in rows:
        fields = kinds[row.kind].fields()
        assert row.fields.keys() <= fields.keys(), row.kind
        for name, field in fields.items():
            value = from_stored(field.kind, row.fields.get(name))
            if problem := field.problem(value, today=TODAY):
                found.add((row.kind, name, problem))
    assert not found


def targets(field: Field, row: Row, name: str) -> list[bytes]:
    value = from_stored(field.kind, row.fields.get(name))
    if field.kind is Kind.REFS:
        return list(value)
    return [value] if field.kind is Kind.REF and value else []


def test_every_reference_leads_to_a_record_of_its_kind(rows: list[Row]) -> None:
    kind_of = {row.id: row.kind for row in rows}
    assert len(kind_of) == len(rows)
    seen: set[bytes] = set()
    for row in rows:
        for name, field in record_kinds()[row.kind].fields().items():
            for target in targets(field, row, name):
                assert kind_of[target] == field.target, (row.kind, name)
                early = target in seen or row.kind in ("household", "person")
                assert early, (row.kind, name)
        seen.add(row.id)


def test_ids_are_of_version_7_and_carry_their_moment(rows: list[Row]) -> None:
    for row in rows:
        number = int.from_bytes(row.id)
        assert (number >> 76 & 0xF, number >> 62 & 3) == (7, 2)
        assert number >> 80 == row.wall_ms


def test_only_test_identities(rows: list[Row]) -> None:
    for row in rows:
        for name, value in row.fields.items():
            field = record_kinds()[row.kind].field(name)
            if field.kind is Kind.PHONE:
                assert re.fullmatch(r"12\d{9}", str(value))
            elif field.kind is Kind.ID_NO:
                assert re.fullmatch(r"429999\d{11}[\dX]", str(value))
                assert int(str(value)[16]) % 2 == (row.fields["sex"] == "1")
                assert born(row) in (None, date.fromisoformat(str(value)[6:14]))


def test_families_hold_together(rows: list[Row]) -> None:
    homes = {row.id: row for row in of(rows, "household")}
    heads = {row.fields["household_id"]: row for row in of(rows, "person") if row.id
             == homes[row.fields["household_id"]].fields["head_person_id"]}  # type: ignore[index] # fmt: skip
    assert heads.keys() == homes.keys()
    people = {row.id: row for row in of(rows, "person")}
    for row in people.values():
        own, head = born(row), born(heads[row.fields["household_id"]])
        relation = row.fields["relation"]
        if relation == "02":
            assert row is heads[row.fields["household_id"]]
        if own and head:
            years = (own - head).days / 365.25
            assert relation not in CHILDREN or 18 < years < 50
            assert relation not in PARENTS or -45 < years < -17
            assert relation not in ("11", "12") or abs(years) < 7
            assert relation != "40" or years > 40
        if own and (TODAY - own).days < 13 * 365:
            guardian = people[row.fields["guardian_id"]]  # type: ignore[index]
            assert guardian.fields["household_id"] == row.fields["household_id"]


def test_the_story_of_the_demo(rows: list[Row]) -> None:
    zone = next(row for row in of(rows, "zone") if row.fields["name"] == "龙马溪村")
    found = [row for row in of(rows, "person") if row.fields["name"] == "王大明"]
    assert [row.fields["zone_id"] for row in found] == [zone.id]
    home = next(row for row in rows if row.id == found[0].fields["household_id"])
    assert home.fields["head_person_id"] == found[0].id
    assert str(home.fields["no"]).startswith("龙马溪-2-")
    cadres = {row.fields["login"]: row for row in of(rows, "cadre")}
    hero, clerk = cadres["xiangmeihua"], cadres["zhoumin"]
    assert (hero.fields["name"], hero.fields["roles"]) == ("向美华", "VC")
    assert hero.fields["zones"] == zone.id.hex()
    assert (clerk.fields["name"], clerk.fields["roles"]) == ("周敏", "CLK")
    assert len(str(clerk.fields["zones"]).split()) == 13
    linked = [row for row in of(rows, "household_link") if row.fields["household_id"] == home.id]
    assert {row.fields["cadre_id"] for row in linked} == {hero.id}
    assert {row.fields["year"] for row in linked} == {2025, 2026}
    visits = [row for row in of(rows, "visit") if row.fields["household_id"] == home.id]
    assert any(row.author == hero.id for row in visits)


def test_the_household_number_of_the_story(whole: list[Row]) -> None:
    head = next(row for row in of(whole, "person") if row.fields["name"] == "王大明")
    home = next(row for row in whole if row.id == head.fields["household_id"])
    assert home.fields["no"] == "龙马溪-2-017"
