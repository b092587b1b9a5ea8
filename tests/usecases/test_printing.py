"""Papers are masked unless somebody says why; then they say so and are noted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from reports.monthly_ledger import monthly_ledger as drawn_ledger
from reports.page import PrintStamp
from reports.raster import page_count, page_text
from reports.visit_report import visit_report as drawn_report
from tests.notes import notes
from tests.usecases.test_access import HERE, HOME, KEY, NOW, PEOPLE, WHY, add, template
from township.errors import InvalidInput, NotAllowed
from township.records import Group, Need, Situation, Visit, WorkLog, Zone, new_id
from township.storage.database import Database
from township.usecases.access import Reason
from township.usecases.printing import monthly_ledger, visit_report

__all__ = ["template"]

VISIT, LOG = new_id(), new_id()
DAY = date(2026, 5, 12)
TALK = "儿子电话12812345678，身份证42052719500101123X。"
MASKED = "儿子电话128****5678，身份证4205**********123X。"
STAMP = PrintStamp(datetime(2026, 5, 20, 1, 12, tzinfo=UTC), "干部VC", "1")


@pytest.fixture
def database(template: Path, tmp_path: Path) -> Iterator[Database]:
    database = Database.open(Path(shutil.copy(template, tmp_path)), KEY, lambda: NOW)
    with database.writing() as connection:
        add(connection, Zone, id=HERE, name="龙马溪村", code="420527103210", position=1)
        add(connection, WorkLog, id=LOG, zone_id=HERE, cadre_id=PEOPLE["VC"], worked_on=DAY)
        here = {"zone_id": HERE, "household_id": HOME, "visit_id": VISIT}
        visit = {"id": VISIT, "zone_id": HERE, "household_id": HOME, "work_log_id": LOG}
        add(connection, Visit, visited_on=DAY, way="in_home", session="am", talk=TALK, **visit)
        need = {"raised_on": DAY, "channel": "visit", "topic": "water", "measure": TALK}
        add(connection, Need, no="N-1", text=TALK, state="doing", **need, **here)
        seen = {"situation_kind": "disaster", "level": "normal", "first_action": TALK}
        add(connection, Situation, no="W-1", summary=TALK, reported_at=NOW, **seen, **here)
        add(connection, Group, id=new_id(), zone_id=HERE, number=2, name="二组")
    yield database
    database.close()


def words(pdf: bytes) -> str:
    texts = (page_text(pdf, at) for at in range(page_count(pdf)))
    return "".join("".join(texts).split())


def test_a_visit_report_is_masked(database: Database) -> None:
    text = words(drawn_report(visit_report(database, PEOPLE["VC"], VISIT), STAMP))
    assert text.count(MASKED) == 4 and "12812345678" not in text
    assert "王大明" in text and "二组8号" not in text and "13812341234" not in text
    assert "含个人信息" not in text
    assert "王*" in words(drawn_report(visit_report(database, PEOPLE["far"], VISIT), STAMP))
    assert notes(database) == []


def test_a_visit_report_in_full_says_so_and_is_noted(database: Database) -> None:
    report = visit_report(database, PEOPLE["VC"], VISIT, WHY)
    text = words(drawn_report(report, STAMP))
    assert text.count(TALK) == 4 and "住址二组8号" in text and "联系电话13812341234" in text
    assert "内部资料含个人信息，注意保密" in text
    assert "制表：干部VC" in text and "打印时间：2026-05-2009:12" in text
    [told] = notes(database)
    assert (told["act"], told["target_kind"], told["target_id"]) == ("print", "visit", VISIT)
    assert (told["row_count"], told["reason"], told["zone_id"]) == (1, "identity", HERE)


def test_a_ledger_is_masked(database: Database) -> None:
    text = words(drawn_ledger(monthly_ledger(database, PEOPLE["CLK"], None, 2026, 5), STAMP))
    assert "128****5678" in text and "12812345678" not in text
    assert "王大明" in text and "13812341234" not in text and "含个人信息" not in text
    far = monthly_ledger(database, PEOPLE["far"], [HERE], 2026, 5)
    assert [row.head for row in far.zones[0].rows] == ["王*"]
    assert notes(database) == []


def test_a_ledger_in_full_says_so_and_counts_its_households(database: Database) -> None:
    found = monthly_ledger(database, PEOPLE["CLK"], [HERE], 2026, 5, reason=WHY)
    text = words(drawn_ledger(found, STAMP))
    assert "12812345678" in text and "1-00113812341234" in text and "户编号联系电话" in text
    assert "含个人信息，注意保密" in text
    [told] = notes(database)
    assert (told["act"], told["target_kind"], told["row_count"]) == ("print", "household", 1)
    assert (told["target_field"], told["zone_id"]) == ("2026-05", HERE)


def test_without_right_or_reason_nothing_is_printed_in_full(database: Database) -> None:
    for make in (
        lambda who, why: visit_report(database, PEOPLE[who], VISIT, why),
        lambda who, why: monthly_ledger(database, PEOPLE[who], None, 2026, 5, reason=why),
    ):
        before = len(notes(database))
        with pytest.raises(InvalidInput, match="至少两个字"):
            make("VC", Reason("other", ""))
        assert len(notes(database)) == before
        with pytest.raises(NotAllowed, match="请由本责任区的"):
            make("TC", WHY)
        told = notes(database)[-1]
        assert (told["act"], told["who_name"]) == ("refused", "干部TC")
        assert "reason_text" not in told
