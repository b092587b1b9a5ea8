"""The auditor's list of looks, and what stands out in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert

from township.records import AccessEntry, Zone, new_id
from township.rules.settings import Settings
from township.storage.database import Database
from township.usecases import access_log
from township.usecases.access_log import Alert, LogFilter, alerts, entry_ids, entry_lines, people

ZONE, LI, ZHAO = (new_id() for _ in range(3))
EVENING = datetime(2026, 5, 20, 15, 59, 59, tzinfo=UTC)
"""One second before midnight in China."""
TODAY = date(2026, 5, 21)


def row(who: bytes, name: str, act: str, at: datetime, **more: object) -> dict[str, object]:
    empty = dict.fromkeys(("target_kind", "target_field", "reason", "reason_text", "row_count"))
    made = {"id": new_id(), "created_by": who, "who_name": name, "created_at": at, "zone_id": ZONE}
    return {**empty, **made, "act": act, **more}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database.create(tmp_path_factory.mktemp("log") / "laptop.db", bytes(range(32)))
    phone = {"target_kind": "household", "target_field": "phone", "row_count": 1}
    why = {"reason": "identity", "reason_text": "医保登记"}
    rows = [
        *(row(LI, "李秀英", "unmask", EVENING, **phone, **why) for _ in range(3)),
        row(LI, "李秀英", "unmask", EVENING + timedelta(seconds=1), **phone, **why),
        row(
            ZHAO,
            "赵安",
            "export",
            EVENING - timedelta(days=2),
            target_kind="household",
            target_field="monthly_ledger",
            row_count=120,
            reason="other",
            reason_text="上报县里",
        ),
        row(ZHAO, "赵安", "refused", EVENING - timedelta(days=1), **phone),
        row(ZHAO, "赵安", "refused", EVENING - timedelta(days=40), **phone),
    ]
    with database.writing() as connection:
        connection.execute(insert(Zone).values(id=ZONE, name="龙马溪村", code="420527103210"))
        connection.execute(insert(AccessEntry), rows)
    yield database
    database.close()


def test_the_newest_come_first_and_say_what_but_not_whose(database: Database) -> None:
    with database.reader() as session:
        ids = entry_ids(session, LogFilter())
        lines = entry_lines(session, ids)
    assert len(ids) == 7
    first, export = lines[ids[0]], lines[ids[5]]
    assert (first.at, first.who, first.act) == ("2026-05-21 00:00", "李秀英", "查看遮盖内容")
    assert (first.zone, first.what, first.rows) == ("龙马溪村", "户 · 联系电话", 1)
    assert (first.reason, first.text) == ("核对身份", "医保登记")
    assert (export.what, export.rows) == ("户 · 户台账月报", 120)


def test_filters_and_orders(database: Database) -> None:
    def found(wanted: LogFilter, *order: object) -> list[str]:
        with database.reader() as session:
            ids = entry_ids(session, wanted, *order)  # type: ignore[arg-type]
            lines = entry_lines(session, ids)
        return [f"{lines[one].who}{lines[one].act}" for one in ids]

    assert found(LogFilter(who=ZHAO)) == ["赵安无权被拒", "赵安导出", "赵安无权被拒"]
    assert found(LogFilter(act="export")) == ["赵安导出"]
    assert found(LogFilter(who=LI, act="export")) == []
    assert found(LogFilter(), access_log.WHO, False)[0].startswith("李秀英")
    with database.reader() as session:
        assert sorted(people(session)) == sorted([(LI, "李秀英"), (ZHAO, "赵安")])


def test_what_stands_out_by_the_day_of_china(database: Database) -> None:
    with database.reader() as session:
        assert alerts(session, TODAY) == (Alert(date(2026, 5, 19), ZHAO, "赵安", 0, 1),)
        told = alerts(session, TODAY, Settings(unmask_alert=2))
        assert told[0] == Alert(date(2026, 5, 20), LI, "李秀英", 3, 0)
        assert len(told) == 2
