"""五情日报、月报: days of China, numbers with their rows, small numbers of 孕情 not told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from tests.usecases.meetings_sample import (
    CADRE,
    FAR_ZONE,
    LEADER,
    ROCKS,
    ZONE,
    add,
    clock,
    database,
    template,
)
from township.errors import NotAllowed
from township.records import Cadre, Designation, ServiceCount, Situation, new_id
from township.storage import tables
from township.storage.database import Database
from township.usecases.situation_summary import (
    DaySummary,
    Line,
    MonthSummary,
    day_summary,
    month_summary,
)

__all__ = ["clock", "database", "template"]

TODAY = date(2026, 5, 20)
NIGHT = datetime(2026, 4, 30, 15, 59, tzinfo=UTC)
"""23:59 of 30 April in China."""


def fill(database: Database) -> list[bytes]:
    """Reports around midnight of the month's first day, and in both zones."""
    ids = [new_id() for _ in range(4)]
    minutes = timedelta(minutes=1)
    given: tuple[tuple[datetime, bytes, str, dict[str, Any]], ...] = (
        (NIGHT, ZONE, "disaster", {}),
        (NIGHT + minutes, ZONE, "disaster", {"received_at": NIGHT + 11 * minutes}),
        (NIGHT + 2 * minutes, ZONE, "opinion", {"received_at": NIGHT + 32 * minutes}),
        (NIGHT + 3 * minutes, FAR_ZONE, "police", {"responded_at": NIGHT + 243 * minutes}),
    )
    with database.writing() as connection:
        for one, (at, zone, kind, more) in zip(ids, given, strict=True):
            values = {"zone_id": zone, "reported_at": at, "reported_by": CADRE, "level": "normal"}
            values |= {"no": "S", "summary": "电话 13812345678 的住户报告", "situation_kind": kind}
            add(connection, Situation, id=one, **values | more)
        for zone in (ZONE, FAR_ZONE):
            bucket = {"bucket": f"{zone.hex()}/i", "seq": 0}
            connection.execute(insert(tables.bucket_cursor).values(**bucket))
    return ids


def month(database: Database, year: int = 2026, number: int = 5) -> MonthSummary:
    with database.reader() as session:
        return month_summary(session, year, number, TODAY, by=LEADER)


def day(database: Database, on: date) -> DaySummary:
    with database.reader() as session:
        return day_summary(session, on, by=LEADER)


def line(found: MonthSummary, name: str) -> Line:
    return next(one for one in (*found.lines, found.total) if one.name == name)


def test_a_month_by_zone_and_kind(database: Database) -> None:
    before, first, second, far = fill(database)
    found = month(database)
    assert (found.zones, [one.name for one in found.lines]) == ("全镇", ["龙马溪村", "天龙村"])
    near = line(found, "龙马溪村")
    assert near.ids["disaster"] == (first, ROCKS) and near.ids["opinion"] == (second,)
    assert set(found.total.all) == {first, second, far, ROCKS}
    assert (near.receive, near.respond) == ("20 分钟", "")  # the median of 10 and 30
    assert line(found, "天龙村").respond == "4 小时"
    assert month(database, 2026, 4).total.all == (before,)


def test_a_month_without_reports_is_empty(database: Database) -> None:
    fill(database)
    found = month(database, 2026, 3)
    assert found.empty and [one.receive for one in found.lines] == ["", ""]
    assert month(database, 2025, 12).empty


def test_services_are_told_from_five_on(database: Database) -> None:
    """Domain §6, §7.4: counts of services, "<5" when 1–4, no sum; of past months nothing."""
    fill(database)
    assert line(month(database), "龙马溪村").services == ""  # the township has no such service
    with database.writing() as connection:
        connection.execute(update(Cadre).values(roles=("LL", "HW")).where(Cadre.id == LEADER))
        since = {"from_on": date(2026, 1, 1), "cadre_id": LEADER}
        add(connection, Designation, subject="care", **since)
        add(connection, ServiceCount, zone_id=ZONE, number=6)
        add(connection, ServiceCount, zone_id=FAR_ZONE, number=None)
    found = month(database)
    assert [one.services for one in found.lines] == ["6", "<5"] and found.total.services == "—"
    assert {one.services for one in month(database, 2026, 4).lines} == {"—"}


def test_a_day_in_china(database: Database) -> None:
    fill(database)
    rows = day(database, date(2026, 5, 1)).rows
    assert [(one.time, one.kind) for one in rows] == [
        ("00:00", "灾情"),
        ("00:01", "舆情"),
        ("00:02", "警情"),
    ]
    assert rows[0].summary == "电话 138****5678 的住户报告"  # masked: it is printed
    assert (rows[0].reporter, rows[0].received, rows[0].state) == (
        "李秀英",
        "05-01 00:10",
        "待处置",
    )
    assert day(database, date(2026, 5, 2)).rows == ()
    [rocks] = day(database, date(2026, 5, 12)).rows
    assert rocks.id == ROCKS and rocks.place == "龙马溪村"


def test_only_for_those_who_see_reports(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(update(Cadre).values(roles=("AUD",)).where(Cadre.id == LEADER))
    with pytest.raises(NotAllowed):
        month(database)
