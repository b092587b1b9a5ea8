"""Days of field work from a laptop whose clock is wrong. Source: domain §5.1 rule 3, §9 (b)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.usecases.assessment_sample import TOWN_CADRE, fill, visit
from tests.usecases.meetings_sample import CADRE, KEY, Clock, clock, do
from township.errors import InvalidInput
from township.records import Visit, WorkLog
from township.storage.database import Database
from township.storage.true_time import note
from township.usecases import work_logs
from township.usecases.field_days import WorkDay
from township.usecases.situation_clock import Clocked
from township.usecases.work_logs import LogEntry
from township.usecases.work_month import work_month
from township.values import CHINA

__all__ = ["clock"]
WORKED = date(2026, 5, 12)
THREE, HOURS = timedelta(days=3), timedelta(hours=5)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = Database.create(tmp_path_factory.mktemp("clocks") / "laptop.db", KEY, Clock())
    with database.writing() as connection:
        fill(connection)
    database.close()
    return database.path


@pytest.fixture
def database(template: Path, tmp_path: Path, clock: Clock) -> Iterator[Database]:
    database = Database.open(shutil.copy(template, tmp_path / "laptop.db"), KEY, clock)
    yield database
    database.close()


def day_of(database: Database, cadre: bytes) -> WorkDay:
    with database.reader() as session:
        return work_month(session, cadre, 2026, 5).days[WORKED]


def told(database: Database, cadre: bytes) -> tuple[str, bool, str]:
    """Standing, lateness, and what is said of the clock."""
    result = day_of(database, cadre).result
    return result.standing.value, result.late, result.reason.partition("本机日期")[2][:5]


def china(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 5, day, hour, tzinfo=CHINA)


CASES = [
    (china(23), -THREE, "pending", True, "慢 3 天"),  # says the 20th: 8 days; it is 11
    (china(20), -THREE, "pending", True, "慢 3 天"),  # says the 17th, in time; it is 8 days
    (china(19), -THREE, "counted", True, "慢 3 天"),
    (china(18), THREE, "counted", True, "快 3 天"),  # says the 21st, too late; it is 6 days
    (china(12), THREE, "counted", False, "快 3 天"),
    (china(20, 1), -HOURS, "pending", True, "慢 1 天"),  # says yesterday evening
    (china(19, 23), HOURS, "counted", True, "快 1 天"),  # says tomorrow morning
    (china(19, 12), HOURS, "counted", True, ""),  # the same day: nothing to say
    (china(19, 12), timedelta(0), "counted", True, ""),
]


@pytest.mark.parametrize(("true", "wrong", "standing", "late", "clock_text"), CASES)
@pytest.mark.parametrize("known", [True, False], ids=["known", "learnt"])
def test_the_true_day_counts_and_is_told(
    database: Database,
    clock: Clock,
    true: datetime,
    wrong: timedelta,
    standing: str,
    late: bool,
    clock_text: str,
    known: bool,
) -> None:
    """Known from the last sync, or learnt by the next one: the day and the visit are the same."""
    clock.now = true + wrong
    if known:
        with database.writing() as connection:
            note(connection, true, clock.now)
    visit(database, CADRE, WORKED)
    entry = LogEntry(WORKED, "in_village", ("am",))
    do(database, TOWN_CADRE, lambda work: work_logs.save_log(work, entry))
    if not known:
        assert "本机日期" not in day_of(database, CADRE).result.reason
        Clocked(database, CADRE).put_right(true)
    expected = (standing, late, clock_text)
    assert told(database, CADRE) == expected
    if known:
        assert told(database, TOWN_CADRE) == expected


def test_the_clock_is_mended_before_the_next_sync(database: Database, clock: Clock) -> None:
    """What was noted stays until a sync says otherwise; then what was made since is right again."""
    with database.writing() as connection:
        note(connection, china(15), china(12))
    clock.now = china(15)  # somebody has set the clock right meanwhile
    visit(database, CADRE, WORKED)
    assert told(database, CADRE)[2] == "慢 3 天"
    assert Clocked(database, CADRE).put_right(china(15)) == {"visit", "work_log"}
    assert told(database, CADRE) == ("counted", True, "")
    with database.reader() as session:
        assert session.scalars(select(WorkLog.entered_on)).all() == [None]
        assert session.scalars(select(Visit.entered_on)).all() == [None]


def test_work_of_tomorrow_is_refused_by_the_true_day(database: Database, clock: Clock) -> None:
    """A clock that is three days ahead opens no day that has not come; one behind closes none."""
    with database.writing() as connection:
        note(connection, china(12), china(15))
    clock.now = china(15)
    with pytest.raises(InvalidInput) as refused:
        visit(database, CADRE, date(2026, 5, 13))
    assert refused.value.problems["visited_on"] == (
        "走访日期不能晚于今天（镇服务器的日期是 2026-05-12，请校准本机时钟）"
    )
    with database.writing() as connection:
        note(connection, china(12), china(9))
    clock.now = china(9)
    visit(database, CADRE, WORKED)
    assert told(database, CADRE) == ("counted", False, "慢 3 天")
