"""镇设置 on a real database: proposing, deciding, who may, what is in force and what is told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from tests.usecases.meetings_sample import (
    CADRE,
    CLERK,
    MAYOR,
    Clock,
    clock,
    database,
    do,
    template,
)
from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import Cadre, TownshipSetting
from township.rules.settings import PRESET
from township.storage import contact, second_factor
from township.storage.database import Database
from township.usecases import settings_due
from township.usecases import township_settings as settings
from township.usecases.dues import Asker, Due, Urgency
from township.usecases.work_month import work_month
from township.values import CHINA

__all__ = ["clock", "database", "template"]

OFFICE = CLERK
GIVEN = {"value": "7.5", "valid_from": date(2026, 6, 1), "reason": "镇党委会议研究"}


@pytest.fixture(autouse=True)
def office(database: Database) -> None:
    """The clerk is of the office here."""
    with database.writing() as connection:
        connection.execute(update(Cadre).where(Cadre.id == OFFICE).values(roles=("PGO",)))


def propose(database: Database, name: str = "village_halves", **values: Any) -> bytes:
    return do(database, OFFICE, lambda w: settings.propose(w, name, {**GIVEN, **values}))


def agree(database: Database, change: bytes, by: bytes = MAYOR) -> None:
    do(database, by, lambda w: settings.decide(w, change, agree=True))


def line(database: Database, name: str = "village_halves") -> settings.Line:
    with database.reader() as session:
        return next(one for one in settings.lines(session) if one.declared.name == name)


def told(database: Database, who: bytes) -> list[Due]:
    with database.reader() as session:
        asker = Asker(session.get_one(Cadre, who), database.clock(), settings.settings_of(session))
        return list(settings_due.due(session, asker))


def test_from_proposal_to_target(database: Database, clock: Clock) -> None:
    made = propose(database)
    assert line(database).waiting is not None and not line(database).modified
    (due,) = told(database, MAYOR)
    assert (due.text, due.on, due.urgency) == (
        "待审定：村干部每月入户天数",
        date(2026, 6, 1),
        Urgency.COMING,
    )
    assert not told(database, OFFICE) and not told(database, CADRE)
    agree(database, made)
    assert not told(database, MAYOR)
    coming = line(database).coming
    assert coming is not None and (coming.value, line(database).value) == ("7.5 天", "8.0 天")
    clock.go_to(6, 1, 0)
    found = line(database)
    assert (found.value, found.modified, found.coming) == ("7.5 天", True, None)
    (step,) = found.history
    assert (step.proposed_by, step.decision) == ("周敏", "同意")
    assert step.decided == "郑镇长 2026-05-12"
    with database.reader() as session:
        targets = [work_month(session, CADRE, 2026, month).target for month in (5, 6)]
    assert targets == [16, 15], "May goes by what held in May"


def test_back_to_the_preset(database: Database, clock: Clock) -> None:
    agree(database, propose(database, valid_from=date(2026, 5, 12)))
    assert line(database).value == "7.5 天"
    agree(database, propose(database, value=None, valid_from=date(2026, 5, 13)))
    clock.go_to(5, 13)
    found = line(database)
    assert (found.value, found.modified) == ("8.0 天", False)
    assert [step.value for step in found.history] == ["恢复预设值", "7.5 天"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"value": "99"}, "value"),
        ({"reason": " "}, "reason"),
        ({"valid_from": None}, "valid_from"),
        ({"valid_from": date(2026, 5, 11)}, "valid_from"),  # never backwards
    ],
)
def test_what_cannot_be_proposed(database: Database, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        propose(database, **values)
    assert set(refused.value.problems) == {field}


def test_who_may(database: Database) -> None:
    with pytest.raises(NotAllowed, match="请由党政办"):
        do(database, CADRE, lambda w: settings.propose(w, "village_halves", GIVEN))
    with pytest.raises(NotFound):
        propose(database, "of_a_newer_program")
    made = propose(database)
    with pytest.raises(NotAllowed, match="提出人"):
        agree(database, made, OFFICE)
    with pytest.raises(NotAllowed, match="不能审核确认镇设置"):
        agree(database, made, CADRE)
    with pytest.raises(InvalidInput):
        do(database, MAYOR, lambda w: settings.decide(w, made, agree=False))
    do(database, MAYOR, lambda w: settings.decide(w, made, agree=False, note="先征求村里意见"))
    with pytest.raises(NotAllowed, match="审定过"):
        agree(database, made)
    assert not line(database).modified


def test_nobody_edits_what_was_proposed(database: Database) -> None:
    """Else an approved value could change without the mayor."""
    made = propose(database)
    for who in (OFFICE, MAYOR):
        with database.work(who) as work, pytest.raises(NotAllowed):
            work.session.get_one(TownshipSetting, made).value = "9"
            work.commit()
        with database.work(who) as work, pytest.raises(NotAllowed):
            work.delete(work.session.get_one(TownshipSetting, made))
            work.commit()


def test_a_proposer_with_both_roles_needs_another(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(update(Cadre).where(Cadre.id == OFFICE).values(roles=("PGO", "TOP")))
    made = propose(database)
    with database.work(OFFICE) as work, pytest.raises(NotAllowed):
        found = work.session.get_one(TownshipSetting, made)
        found.decision, found.decided_by, found.decided_on = "approved", MAYOR, date(2026, 5, 12)
        work.commit()


def test_a_value_that_does_not_fit_is_passed_over_and_told(database: Database) -> None:
    made = propose(database, valid_from=date(2026, 5, 12))
    agree(database, made)
    with database.writing() as connection:
        connection.execute(update(TownshipSetting).values(value="60"))
    found = line(database)
    assert (found.value, found.modified) == ("8.0 天", False)
    assert "1 到 22" in found.problem and found.history[0].problem
    with database.reader() as session:
        assert settings.settings_of(session) == PRESET


def test_holidays_are_missed_from_december_on(database: Database, clock: Clock) -> None:
    clock.go_to(11, 30, 23)
    assert told(database, OFFICE) == []
    clock.go_to(12, 1, 0)
    (due,) = told(database, OFFICE)
    assert due.text.startswith("2027 年的放假和调休还没有填")
    assert told(database, MAYOR) == []
    text = "2027 放假 1.1-1.3 2.5-2.11"
    begins = clock.now.astimezone(CHINA).date()
    agree(database, propose(database, "holidays", value=text, valid_from=begins))
    assert told(database, OFFICE) == []
    with database.reader() as session:
        assert set(settings.settings_of(session).holidays) == {2026, 2027}


def test_laptops_follow_too(database: Database, clock: Clock) -> None:
    """What a laptop asks before anybody sees a page."""
    begins = clock.now.astimezone(CHINA).date()
    agree(database, propose(database, "offline_days", value=20, valid_from=begins))
    roles = ("ADM", "SEC", "AUD", "VC")
    agree(database, propose(database, "second_factor_roles", value=roles, valid_from=begins))
    with database.reader() as session:
        connection = session.connection()
        assert contact.standing(connection, clock.now).limit == 20
        left = second_factor.days_left(connection, "lxy", frozenset({"VC"}), clock.now)
        assert left == PRESET.second_factor_days
        assert second_factor.days_left(connection, "x", frozenset({"TOP"}), clock.now) is None
