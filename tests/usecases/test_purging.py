"""到期清理 on a real database: what goes, what stays, and what is kept of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from tests.notes import notes
from tests.usecases import offices
from tests.usecases.offices import (
    CLERK,
    HEAD,
    HOME,
    LOG,
    OFFICE,
    TODAY,
    VILLAGE,
    ZONE,
    add,
    add_visit,
)
from township.errors import NotAllowed
from township.records import (
    AssessmentNote,
    Attachment,
    Conflict,
    Consent,
    Dispute,
    DisputeParty,
    DisputeStep,
    Erasure,
    Evacuee,
    HouseholdLink,
    MonthSummary,
    Need,
    NeedProgress,
    OpinionEntry,
    Person,
    RightsRequest,
    Situation,
    SpecialGroupMember,
    SpotCheck,
    Task,
    Visit,
    WorkLog,
    new_id,
    record_kinds,
)
from township.rules.retention import PURGED
from township.storage.database import Database
from township.usecases import purging, rights
from township.usecases.ledger import monthly_ledger
from township.usecases.purging import DELETED, preview, purge

OLD, KEPT = date(2023, 5, 10), date(2023, 5, 11)
"""Three years ago yesterday, and three years ago today: the latter is kept today."""
FIVE = date(2021, 5, 10)
PLACE: dict[str, Any] = {"zone_id": ZONE, "household_id": HOME}


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("office") / "laptop.db"
    offices.make(path)
    return path


@pytest.fixture
def database(template: Path, tmp_path: Path) -> Iterator[Database]:
    database = offices.copied(template, tmp_path)
    yield database
    database.close()


def need(connection: Any, no: str, on: date, **values: Any) -> bytes:
    common = PLACE | {"no": no, "raised_on": on, "text": "修水管", "topic": "water"}
    return add(connection, Need, **common | {"state": "closed", "feedback_at": noon(on)} | values)


def fill(database: Database) -> dict[str, bytes]:
    """Each kind once that is due, and beside it what just is not."""
    with database.writing() as connection:
        visit = add_visit(connection, OLD)
        add_visit(connection, KEPT, work_log_id=new_id())
        photo = {**PLACE, "sha256": "a" * 64, "size": 10}
        due = {
            "visit": visit,
            "work_log": LOG,
            "attachment": add(connection, Attachment, visit_id=visit, taken_on=OLD, **photo),
            "need": need(connection, "N-1", FIVE),
            "household_link": add(connection, HouseholdLink, year=2022, cadre_id=VILLAGE, **PLACE),
        }
        need(connection, "N-2", FIVE + timedelta(1))
        add(connection, HouseholdLink, year=2023, cadre_id=VILLAGE, **PLACE)
        step = {"zone_id": ZONE, "need_id": due["need"], "text": "已派人"}
        due["need_progress"] = add(connection, NeedProgress, taken_on=FIVE, **step)
        told = PLACE | {"no": "S-1", "summary": "落石", "reported_at": noon(FIVE)}
        due["situation"] = add(connection, Situation, closed_at=noon(FIVE), **told)
        add(connection, Situation, **told)  # not closed
        due |= _matters(connection) | _evacuees(connection, told)
        group = PLACE | {"person_id": HEAD, "group_kind": "hardship"}
        ends = date(2025, 5, 10)
        due["special_group_member"] = add(connection, SpecialGroupMember, until_on=ends, **group)
        add(connection, SpecialGroupMember, until_on=ends + timedelta(1), **group)
        add(connection, SpecialGroupMember, **group)  # no end
        asked = PLACE | {"person_id": HEAD, "request_kind": "copy", "received_on": OLD}
        asked |= {"decision": "granted"}
        due["rights_request"] = add(connection, RightsRequest, decided_on=OLD, **asked)
        agreed = PLACE | {"person_id": HEAD, "item": "photo", "given_on": date(2020, 1, 1)}
        withdrawn = agreed | {"state": "withdrawn", "withdrawn_on": OLD}
        due["consent"] = add(connection, Consent, **withdrawn)
        add(connection, Consent, **agreed | {"state": "given", "item": "contact"})
        clash = {"zone_id": ZONE, "target_kind": "person", "target_id": HEAD}
        clash |= {"updated_at": noon(date(2025, 5, 10))}
        due["conflict"] = add(connection, Conflict, decision="kept", **clash)
    return due


def _matters(connection: Any) -> dict[str, bytes]:
    """A task and a dispute with party and step that are due, and some that are not."""
    told = {"zone_id": ZONE, "summary": "水沟改道", "state": "closed", "found_on": OLD}
    dispute = add(connection, Dispute, no="D-1", closed_on=FIVE, **told)
    add(connection, Dispute, no="D-2", **told | {"state": "open"})
    later = add(connection, Dispute, no="D-3", closed_on=FIVE + timedelta(1), **told)
    part = {"zone_id": ZONE, "dispute_id": dispute}
    step = {"taken_on": FIVE, "step_kind": "mediate", "text": "已见双方"}
    add(connection, DisputeStep, **part | step | {"dispute_id": later})
    paper = PLACE | {"text": "要路灯", "opened_on": FIVE, "anonymous": False}
    add(connection, OpinionEntry, **paper)  # neither answered nor a need
    add(connection, OpinionEntry, posted_on=FIVE + timedelta(1), **paper)
    task = PLACE | {"text": "量水管", "due_on": FIVE, "state": "done", "source": "other"}
    add(connection, Task, **task | {"state": "open"})
    month = {"zone_id": ZONE, "cadre_id": VILLAGE, "year": 2022, "month": 12}
    asked = month | {"work_log_id": LOG, "result": "confirmed"}
    add(connection, SpotCheck, **asked | {"asked_on": KEPT})
    add(connection, AssessmentNote, **month | {"year": 2023})
    return {
        "spot_check": add(connection, SpotCheck, asked_on=OLD, **asked),
        "assessment_note": add(connection, AssessmentNote, reason="leave", text="病假", **month),
        "dispute": dispute,
        "dispute_party": add(connection, DisputeParty, home_id=HOME, position=1, **part),
        "dispute_step": add(connection, DisputeStep, **part | step),
        "opinion_entry": add(connection, OpinionEntry, posted_on=FIVE, **paper),
        "task": add(connection, Task, done_on=FIVE, **task),
    }


def _evacuees(connection: Any, told: dict[str, Any]) -> dict[str, bytes]:
    """30 days after the 灾情 is closed the list goes; the report itself stays for years."""
    made = {}
    for day in (date(2026, 4, 10), date(2026, 4, 11), None):
        values = told | {"closed_at": noon(day) if day else None}
        line = {"zone_id": ZONE, "home_id": HOME} | {
            "situation_id": add(connection, Situation, **values),
            "persons": 3,
        }
        made[day] = add(connection, Evacuee, moved_at=noon(FIVE), **line)
    return {"evacuee": made[date(2026, 4, 10)]}


def living(database: Database) -> dict[str, set[bytes]]:
    with database.reader() as session:
        return {
            kind: set(
                session.scalars(
                    select(record_kinds()[kind].id).where(record_kinds()[kind].deleted_at.is_(None))
                )
            )
            for kind in PURGED
        }


def lines(database: Database, today: date = TODAY) -> dict[str, int]:
    with database.reader() as session:
        return {line.kind: line.count for line in preview(session, today)}


def test_what_is_due_goes_and_the_rest_stays(database: Database) -> None:
    due = fill(database)
    assert due.keys() == set(PURGED)
    before = living(database)
    assert lines(database) == dict.fromkeys(PURGED, 1)
    year_end = {"household_link": 1, "assessment_note": 1}
    assert lines(database, TODAY - timedelta(1)) == year_end
    assert purge(database, OFFICE, TODAY) == len(due)
    after = living(database)
    assert {kind: before[kind] - after[kind] for kind in PURGED} == {
        kind: {one} for kind, one in due.items()
    }
    assert lines(database) == {}
    with database.reader() as session:
        asked = {
            one.target_kind: msgspec.msgpack.decode(one.targets)
            for one in session.scalars(select(Erasure))
        }
    assert asked == {kind: [one] for kind, one in due.items()}
    assert {one["target_kind"] for one in notes(database)} == set(PURGED)
    assert {one["act"] for one in notes(database)} == {"purge"}


def test_a_preview_names_zone_days_and_records(database: Database) -> None:
    fill(database)
    with database.writing() as connection:
        add_visit(connection, date(2020, 2, 29), work_log_id=new_id())
    with database.reader() as session:
        (line,) = [line for line in preview(session, TODAY) if line.kind == "visit"]
        assert (line.zone, line.count, line.oldest, line.newest) == (
            *("龙马溪村", 2),
            *(date(2020, 2, 29), OLD),
        )
        shown = purging.rows(session, line, TODAY)
    assert [row.on for row in shown] == [date(2020, 2, 29), OLD]
    assert "入户" in shown[0].text


@pytest.mark.parametrize("what", ["need", "situation", "conflict", "request", "quarantine"])
def test_what_is_open_holds_a_visit_back(database: Database, what: str) -> None:
    with database.writing() as connection:
        visit = add_visit(connection, OLD, resident_present=True)
        if what == "need":
            need(connection, "N-1", OLD, state="fed_back", visit_id=visit)
        elif what == "situation":
            add(connection, Situation, visit_id=visit, reported_at=noon(OLD), **PLACE)
        elif what == "conflict":
            add(connection, Conflict, zone_id=ZONE, target_kind="visit", target_id=visit)
    if what == "request":
        with database.work(VILLAGE) as work:
            rights.request(work, HEAD, "copy")
            work.commit()
    elif what == "quarantine":
        with database.work(CLERK) as work:
            record = work.session.get(Visit, visit)
            assert record
            record.talk = "改过"
            work.commit()
        with database.writing() as connection:
            connection.exec_driver_sql("DELETE FROM pending")
            connection.exec_driver_sql("UPDATE changeset SET state = 'quarantined'")
    assert lines(database) == {}
    assert purge(database, CLERK, TODAY) == 0


def test_a_log_stays_as_long_as_one_of_its_visits(database: Database) -> None:
    with database.writing() as connection:
        visit = add_visit(connection, OLD)
        need(connection, "N-1", OLD, state="doing", visit_id=visit)
        add_visit(connection, OLD)
    assert lines(database) == {"visit": 1}


def test_old_totals_can_still_be_printed(database: Database) -> None:
    with database.writing() as connection:
        for day in (date(2023, 1, 7), date(2023, 3, 7), OLD, KEPT):
            add_visit(connection, day)
        need(connection, "N-1", FIVE)
    months = [(2021, 5), *((2023, month) for month in range(1, 13))]

    def totals() -> list[object]:
        with database.reader() as session:
            return [monthly_ledger(session, None, *month).totals() for month in months]

    before = totals()
    assert purge(database, CLERK, TODAY) == 4
    assert totals() == before
    with database.reader() as session:
        kept = session.scalars(select(MonthSummary)).all()
        assert len(kept) == 24  # two years of one zone
        (zone,) = monthly_ledger(session, None, 2023, 5).zones
    assert zone.kept is not None and zone.rows[0].visits_month == 1


def test_it_goes_in_batches_and_can_be_stopped(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "TOGETHER", 4)
    with database.writing() as connection:
        for _ in range(10):
            add_visit(connection, OLD, work_log_id=None)
        connection.execute(WorkLog.__table__.delete())

    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done:  # before, the totals are kept
            told.append((done, total))
        if done and told == [(4, 10)]:
            raise Stopped

    told: list[tuple[int, int]] = []
    with pytest.raises(Stopped):
        purge(database, CLERK, TODAY, stop)
    assert lines(database) == {"visit": 6}
    assert purge(database, CLERK, TODAY, stop) == 6
    assert told == [(4, 10), (4, 6), (6, 6)]


def test_only_the_office_purges(database: Database) -> None:
    fill(database)
    with pytest.raises(NotAllowed):
        purge(database, VILLAGE, TODAY)
    assert lines(database) == dict.fromkeys(PURGED, 1)


def test_the_words_have_to_be_typed() -> None:
    purging.check_confirmation(" 彻底删除 ")
    for typed in ("", "删除", "彻底 删除"):
        with pytest.raises(NotAllowed, match="彻底删除"):
            purging.check_confirmation(typed)


def test_what_was_deleted_a_year_ago_is_erased_too(database: Database) -> None:
    with database.writing() as connection:
        for day in (date(2025, 5, 10), date(2025, 5, 11)):
            gone = {**PLACE, "name": "误录", "deleted_at": noon(day)}
            add(connection, Person, **gone)
        connection.execute(WorkLog.__table__.delete())
    assert lines(database) == {DELETED: 1}
    assert purge(database, CLERK, TODAY) == 1
    assert lines(database) == {}
    with database.reader() as session:
        assert session.scalars(select(Erasure)).one().target_kind == "person"
