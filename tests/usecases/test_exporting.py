"""Exports: who, how much, masked, with a reason, and noted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from reports import sheets
from reports.sheets import Stamp
from tests.notes import notes
from tests.usecases.test_access import (
    GROUP,
    HERE,
    HOME,
    KEY,
    NOW,
    PEOPLE,
    THERE,
    WHY,
    add,
    template,
)
from township.errors import InvalidInput, NotAllowed
from township.records import Group, Household, Visit, WorkLog, Zone, new_id
from township.rules.settings import Settings
from township.storage.database import Database
from township.usecases import exporting
from township.usecases.access import Reason
from township.usecases.exporting import household_list, monthly_ledger
from township.usecases.households import HouseholdFilter

__all__ = ["template"]

ALL = HouseholdFilter()
FIRST = HouseholdFilter(group_id=GROUP)
OTHER_GROUP = new_id()
CAP = Settings(export_rows=2)


@pytest.fixture
def database(template: Path, tmp_path: Path) -> Iterator[Database]:
    """One household in the zone's first group, two in its second."""
    database = Database.open(Path(shutil.copy(template, tmp_path)), KEY, lambda: NOW)
    with database.writing() as connection:
        add(connection, Zone, id=HERE, name="龙马溪村", code="420527103210", position=1)
        add(connection, Zone, id=THERE, name="屈原村", code="420527103211", position=2)
        for number, group in ((1, GROUP), (2, OTHER_GROUP)):
            add(connection, Group, id=group, zone_id=HERE, number=number, name=f"{number}组")
        for no in ("2-001", "2-002"):
            place = {"zone_id": HERE, "group_id": OTHER_GROUP, "no": no}
            add(connection, Household, phone="12800001111", **place)
        log = {"zone_id": HERE, "work_log_id": new_id(), "household_id": HOME}
        talk = "电话12812345678"
        add(connection, Visit, visited_on=date(2026, 5, 12), way="in_home", talk=talk, **log)
        add(connection, WorkLog, zone_id=HERE, cadre_id=PEOPLE["VC"], worked_on=NOW.date())
    yield database
    database.close()


def test_the_list_of_a_group(database: Database) -> None:
    found = household_list(database, PEOPLE["VS"], FIRST, WHY)
    assert [(row.no, row.head) for row in found.rows] == [("1-001", "王大明")]
    [told] = notes(database)
    assert (told["act"], told["row_count"], told["zone_id"]) == ("export", 1, HERE)
    assert (told["target_kind"], told["target_field"]) == ("household", exporting.LIST)
    assert (told["reason"], told["reason_text"]) == (WHY.code, WHY.text)


def test_nothing_sensitive_is_in_any_file(database: Database) -> None:
    stamp = Stamp(*exporting.signature(database, PEOPLE["CLK"], WHY))
    assert stamp.reason == "核对身份：办理医保补录，核对号码"
    made = (
        sheets.of_households(household_list(database, PEOPLE["CLK"], ALL, WHY), stamp),
        sheets.of_ledger(monthly_ledger(database, PEOPLE["CLK"], ALL, (2026, 5), WHY), stamp),
    )
    for export in made:
        text = sheets.csv_file(export).decode()
        for secret in ("12800001111", "13812341234", "42052719500101123X", "1950", "二组 8 号"):
            assert secret not in text
        assert "干部CLK" in text and "内部资料" in text
    assert "电话128****5678" in text


def test_the_ledger_of_a_group(database: Database) -> None:
    found = monthly_ledger(database, PEOPLE["PGO"], FIRST, (2026, 5), WHY)
    [zone] = found.zones
    assert [row.household_no for row in zone.rows] == ["1-001"] and not found.whole
    assert notes(database)[-1]["row_count"] == 1
    found = monthly_ledger(database, PEOPLE["PGO"], HouseholdFilter(zone_id=HERE), (2026, 5), WHY)
    assert [len(zone.rows) for zone in found.zones] == [3]
    assert (
        monthly_ledger(
            database, PEOPLE["PGO"], HouseholdFilter(zone_id=THERE), (2026, 5), WHY
        ).zones
        == ()
    )


def test_a_bulk_is_refused_and_noted(database: Database) -> None:
    for export in (
        lambda: household_list(database, PEOPLE["CLK"], ALL, WHY, CAP),
        lambda: monthly_ledger(database, PEOPLE["CLK"], ALL, (2026, 5), WHY, settings=CAP),
    ):
        with pytest.raises(NotAllowed, match="一次最多 2 户"):
            export()
        told = notes(database)[-1]
        assert told["act"] == "refused" and told["target_kind"] == "household"
    just = HouseholdFilter(group_id=OTHER_GROUP)
    assert len(household_list(database, PEOPLE["CLK"], just, WHY, CAP).rows) == 2


def test_only_the_office_and_the_zones_secretary_export(database: Database) -> None:
    for role in ("VC", "TC", "PO", "HW", "ADM", "DIS", "far"):
        with pytest.raises(NotAllowed, match="村书记"):
            household_list(database, PEOPLE[role], FIRST, WHY)
        assert notes(database)[-1]["act"] == "refused"
    with database.writing() as connection:
        add(connection, Household, zone_id=THERE, group_id=GROUP, no="9-001")
    with pytest.raises(NotAllowed, match="限本责任区"):
        household_list(database, PEOPLE["VS"], ALL, WHY)  # a household of another zone is in it
    assert len(household_list(database, PEOPLE["PGO"], ALL, WHY).rows) == 4


def test_an_export_needs_a_reason(database: Database) -> None:
    for reason in (Reason(None, "六月核对"), Reason("other", "")):
        with pytest.raises(InvalidInput):
            household_list(database, PEOPLE["CLK"], ALL, reason)
        with pytest.raises(InvalidInput):
            monthly_ledger(database, PEOPLE["CLK"], ALL, (2026, 5), reason)
    assert notes(database) == []
