"""Days without a visit, changes and deletion by the author, joint visits. Source: domain §5.1."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.usecases.assessment_sample import (
    HOMES,
    MAY,
    OFFICE,
    TOWN_CADRE,
    fill,
    line_of,
    units,
    visit,
)
from tests.usecases.meetings_sample import CADRE, GROUP, KEY, SECRETARY, ZONE, Clock, clock, do
from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import Visit, WorkLog
from township.rules import assessment as rules
from township.storage.database import Database
from township.usecases import assessment_steps, visit_edits, work_logs
from township.usecases.assessment_people import Unit
from township.usecases.field_days import WorkDay
from township.usecases.today import dues
from township.usecases.visit_edits import VisitEdit
from township.usecases.visits import NeedEntry
from township.usecases.work_logs import LogEntry
from township.usecases.work_month import work_month

__all__ = ["clock"]
DAY = date(2026, 5, 12)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = Database.create(tmp_path_factory.mktemp("days") / "laptop.db", KEY, Clock())
    with database.writing() as connection:
        fill(connection)
    database.close()
    return database.path


@pytest.fixture
def database(template: Path, tmp_path: Path, clock: Clock) -> Iterator[Database]:
    database = Database.open(shutil.copy(template, tmp_path / "laptop.db"), KEY, clock)
    yield database
    database.close()


def log(
    database: Database,
    author: bytes,
    kind: str,
    sessions: str = "am",
    day: date = DAY,
    text: str = "",
) -> bytes:
    entry = LogEntry(day, kind, tuple(sessions.split()), summary=text or None)
    return do(database, author, lambda work: work_logs.save_log(work, entry))


def day_of(database: Database, cadre: bytes, on: date = DAY) -> WorkDay | None:
    with database.reader() as session:
        return work_month(session, cadre, on.year, on.month).days.get(on)


def told(database: Database, cadre: bytes, on: date = DAY) -> tuple[str, int, str]:
    day = day_of(database, cadre, on)
    assert day is not None
    return day.result.standing.value, day.result.halves, day.sessions


@pytest.mark.parametrize(
    ("kind", "standing", "halves"),
    [
        ("in_village", "counted", 1),
        ("emergency", "counted", 1),
        ("meeting", "not_counted", 0),
        ("other", "not_counted", 0),
    ],
)
def test_a_day_without_a_visit(database: Database, kind: str, standing: str, halves: int) -> None:
    """A township cadre's work in a zone makes a day; town-hall meetings do not. §5.1 rule 2."""
    log(database, TOWN_CADRE, kind)
    assert told(database, TOWN_CADRE)[:2] == (standing, halves)
    log(database, CADRE, kind)  # of a village cadre it makes none without a visit at home
    assert told(database, CADRE)[0] == "not_counted"


def test_what_is_missing_is_told(database: Database) -> None:
    for entry, problem in (
        (LogEntry(date(2026, 5, 13), "other", ("am",)), "worked_on"),
        (LogEntry(DAY, None, ("am",)), "work_kind"),
        (LogEntry(DAY, "other", ()), "sessions"),
    ):
        with pytest.raises(InvalidInput) as caught:
            do(database, CADRE, lambda work, entry=entry: work_logs.save_log(work, entry))
        assert problem in caught.value.problems
    with pytest.raises(InvalidInput):  # who serves in no zone says in which
        log(database, OFFICE, "in_village")


@pytest.mark.parametrize(
    ("first", "second", "halves", "sessions"),
    [
        (("visit", "am"), ("meeting", "pm"), 1, "上午"),
        (("meeting", "am"), ("visit", "pm"), 1, "下午"),
        (("meeting", "am"), ("meeting", "pm"), 0, "上午、下午"),
        (("visit", "am"), ("emergency", "eve"), 2, "上午、晚上"),
        (("visit", "am"), ("visit", "am"), 1, "上午"),
        (("other", "am"), ("visit", "pm"), 1, "下午"),
        (("visit", "am pm"), ("emergency", "eve"), 2, "上午、下午、晚上"),
    ],
)
def test_two_pieces_of_work_on_a_day(
    database: Database,
    first: tuple[str, str],
    second: tuple[str, str],
    halves: int,
    sessions: str,
) -> None:
    """Half days in the field add up to one day; a meeting adds none to them. §5.1 rule 1."""
    for kind, when in (first, second):
        if kind == "visit":
            visit(database, CADRE, DAY, when)
        else:
            log(database, CADRE, kind, when, text="开会")
    assert told(database, CADRE)[1:] == (halves, sessions)


def test_the_author_changes_and_deletes_a_day(database: Database, clock: Clock) -> None:
    made = log(database, TOWN_CADRE, "meeting", text="镇里开会")
    entry = LogEntry(DAY, "in_village", ("am", "pm"), places=(GROUP,), summary="查看水池")
    do(database, TOWN_CADRE, lambda work: work_logs.edit_log(work, made, entry))
    assert told(database, TOWN_CADRE)[1] == 2
    with pytest.raises(NotAllowed, match="自己的"):
        do(database, CADRE, lambda work: work_logs.edit_log(work, made, entry))
    moved = LogEntry(date(2026, 5, 11), "in_village", ("am",))
    with pytest.raises(InvalidInput):
        do(database, TOWN_CADRE, lambda work: work_logs.edit_log(work, made, moved))
    do(database, TOWN_CADRE, lambda work: work_logs.remove_log(work, made))
    assert day_of(database, TOWN_CADRE) is None
    do(database, TOWN_CADRE, lambda work: work_logs.bring_log_back(work, made))
    assert told(database, TOWN_CADRE)[1] == 2


def test_a_late_change_makes_the_day_as_late_as_it_is(database: Database, clock: Clock) -> None:
    made = visit(database, CADRE, DAY, "am")
    clock.go_to(5, 19)
    entry = LogEntry(DAY, "household_visit", ("am", "pm"))
    do(database, CADRE, lambda work: work_logs.edit_log(work, made, entry))
    assert told(database, CADRE)[:2] == ("counted", 2)
    clock.go_to(5, 20)
    visit(database, CADRE, DAY, "eve")
    assert told(database, CADRE)[0] == "pending"
    more = LogEntry(DAY, "household_visit", ("am", "pm", "eve"), summary="只改字")
    do(database, SECRETARY, lambda work: assessment_steps.consent(work, made))
    assert told(database, CADRE)[0] == "counted"
    do(database, CADRE, lambda work: work_logs.edit_log(work, made, more))
    assert told(database, CADRE)[0] == "pending"  # who changes what was agreed to asks again


def test_a_visit_is_changed_and_its_day_follows(database: Database, clock: Clock) -> None:
    made = visit(database, CADRE, DAY, "am", talk="想装路灯")
    one = first_visit(database, made)
    edit = VisitEdit("pm", "phone", "follow_up", True, talk="电话问过")
    do(database, CADRE, lambda work: visit_edits.edit_visit(work, one, edit))
    assert told(database, CADRE)[0] == "not_counted"
    edit = VisitEdit("pm", "in_home", "follow_up", True, talk="上门")
    do(database, CADRE, lambda work: visit_edits.edit_visit(work, one, edit))
    assert told(database, CADRE) == ("counted", 1, "下午")
    with pytest.raises(NotAllowed, match="自己的"):
        do(database, SECRETARY, lambda work: visit_edits.edit_visit(work, one, edit))
    with pytest.raises(InvalidInput):
        wrong = VisitEdit("pm", "in_home", "follow_up", True, next_visit_on=DAY)
        do(database, CADRE, lambda work: visit_edits.edit_visit(work, one, wrong))
    no_session = LogEntry(DAY, "household_visit", ("am",))
    with pytest.raises(InvalidInput):
        do(database, CADRE, lambda work: work_logs.edit_log(work, made, no_session))
    with pytest.raises(NotAllowed, match="先逐次删除走访"):
        do(database, CADRE, lambda work: work_logs.remove_log(work, made))


def test_a_visit_is_deleted_and_comes_back(database: Database) -> None:
    made = visit(database, CADRE, DAY, "am")
    visit(database, CADRE, DAY, "pm", household_id=HOMES[1])
    one = first_visit(database, made)
    do(database, CADRE, lambda work: visit_edits.remove_visit(work, one))
    assert told(database, CADRE) == ("counted", 1, "下午")
    do(database, CADRE, lambda work: visit_edits.bring_visit_back(work, one))
    assert told(database, CADRE) == ("counted", 2, "上午、下午")
    for _ in range(2):
        last = first_visit(database, made)
        do(database, CADRE, lambda work, last=last: visit_edits.remove_visit(work, last))
    assert day_of(database, CADRE) is None  # nothing is left of the day
    do(database, CADRE, lambda work: visit_edits.bring_visit_back(work, last))
    assert told(database, CADRE)[1] == 1


def test_a_visit_in_which_something_was_raised_stays(database: Database) -> None:
    made = visit(database, CADRE, DAY, needs=(NeedEntry("装路灯", "road"),))
    one = first_visit(database, made)
    with pytest.raises(NotAllowed, match="登记了诉求"):
        do(database, CADRE, lambda work: visit_edits.remove_visit(work, one))


def test_until_the_month_is_closed(database: Database, clock: Clock) -> None:
    """Closed on the 5th, or by the signature; then only what was sent back. §5.1 rules 3, 8."""
    clock.go_to(5, 31)
    made = visit(database, CADRE, date(2026, 5, 31))
    entry = LogEntry(date(2026, 5, 31), "household_visit", ("am", "pm"), summary="改")
    edit = lambda work: work_logs.edit_log(work, made, entry)  # noqa: E731
    clock.go_to(6, 5, 23)
    do(database, CADRE, edit)
    clock.go_to(6, 6, 0)
    with pytest.raises(NotAllowed, match="已经关账"):
        do(database, CADRE, edit)
    clock.go_to(6, 1)
    unit = Unit(rules.VILLAGE, ZONE)
    do(database, SECRETARY, lambda work: assessment_steps.sign(work, unit, *MAY))
    with pytest.raises(NotAllowed, match="已经签字"):
        do(database, CADRE, edit)
    do(database, SECRETARY, lambda work: assessment_steps.send_back(work, made, "写清楚"))
    assert waiting(database, CADRE) == ["5月31日的工作日志被退回：写清楚"]
    do(database, CADRE, edit)
    assert waiting(database, CADRE) == []
    assert told(database, CADRE, date(2026, 5, 31))[0] == "counted"


def test_a_joint_visit_is_a_day_for_each_and_one_visit_for_the_household(
    database: Database, clock: Clock
) -> None:
    """The companion says so with one key stroke. Source: domain §5.1 rule 4."""
    visit(database, CADRE, DAY, "am", companions=(TOWN_CADRE, SECRETARY))
    assert day_of(database, TOWN_CADRE) is None
    assert waiting(database, TOWN_CADRE) == ["5月12日和李秀英一起走访，确认后计入您的天数"]
    for one in (TOWN_CADRE, SECRETARY):
        do(database, one, lambda work: work_logs.confirm_joint(work, DAY))
        assert told(database, one) == ("counted", 1, "上午")
        assert waiting(database, one) == []
        with pytest.raises(NotFound):
            do(database, one, lambda work: work_logs.confirm_joint(work, DAY))
    with database.reader() as session:
        assert session.query(Visit).count() == 1
    clock.go_to(6, 1)
    for one, title in ((CADRE, "龙马溪村村干部"), (TOWN_CADRE, "镇干部")):
        line = line_of(units(database, OFFICE)[title], one).line
        assert (line.counted, line.households) == (1, 1)


def test_a_companion_with_a_day_of_his_own_needs_no_confirmation(database: Database) -> None:
    """His log of the day counts the visits to which he came along."""
    log(database, SECRETARY, "household_visit", "pm")
    assert told(database, SECRETARY)[0] == "not_counted"
    visit(database, CADRE, DAY, "am", companions=(SECRETARY,))
    assert told(database, SECRETARY) == ("counted", 1, "下午") and not waiting(database, SECRETARY)


def test_a_telephone_call_is_offered_to_no_village_cadre(database: Database) -> None:
    visit(database, CADRE, DAY, "am", way="phone", companions=(SECRETARY,))
    assert waiting(database, SECRETARY) == []


def test_a_laptop_whose_date_is_behind_is_told(database: Database) -> None:
    """The date of entry lies before the work: the row says so. Domain §9, technical check b."""
    made = visit(database, CADRE, DAY)
    with database.writing() as connection:
        table = WorkLog.__table__
        later = table.update().where(table.c.id == made).values(worked_on=date(2026, 5, 15))
        connection.execute(later)
    day = day_of(database, CADRE, date(2026, 5, 15))
    assert day is not None and day.result.wrong_clock and "日期不对" in day.result.reason


def first_visit(database: Database, log_id: bytes) -> bytes:
    with database.reader() as session:
        rows = session.query(Visit).filter(Visit.work_log_id == log_id).order_by(Visit.id)
        return next(one.id for one in rows if one.deleted_at is None)


def waiting(database: Database, cadre: bytes) -> list[str]:
    """What of the field days waits on the person's own page of logs."""
    with database.reader() as session:
        found = dues(session, cadre, database.clock())
    return [one.text for one in found if one.system == "下队" and one.page == "worklog"]
