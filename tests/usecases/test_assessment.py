"""Month close: who signs what, what a signature keeps, consent, explanations, spot checks.

Source: domain §5.1 rules 3, 5, 7 and 8.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

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
from tests.usecases.meetings_sample import (
    CADRE,
    CLERK,
    KEY,
    LEADER,
    SECRETARY,
    ZONE,
    Clock,
    clock,
    do,
)
from township.errors import InvalidInput, NotAllowed
from township.records import AssessmentSheet, Need, WorkLog
from township.rules import assessment as rules
from township.rules.assessment import Stage
from township.storage.database import Database
from township.usecases import assessment_steps as steps
from township.usecases.assessment_paper import open_paper, signed_paper
from township.usecases.assessment_people import Unit
from township.usecases.assessments import MINE

__all__ = ["clock"]

VILLAGE, SECRETARYS = Unit(rules.VILLAGE, ZONE), Unit(rules.SECRETARY, ZONE)
TOWNSHIP = Unit(rules.TOWNSHIP, None)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight days of the village cadre in May, one of them half, one entered late."""
    clock = Clock()
    folder = tmp_path_factory.mktemp("assessed")
    database = Database.create(folder / "laptop.db", KEY, clock)
    with database.writing() as connection:
        fill(connection)
    for day in range(4, 12):
        clock.go_to(5, day if day < 11 else 13)
        sessions = "am" if day == 4 else "am pm"
        visit(database, CADRE, date(2026, 5, day), sessions, household_id=HOMES[day - 4])
    clock.go_to(5, 20)
    visit(database, SECRETARY, date(2026, 5, 20), household_id=HOMES[1])
    visit(database, TOWN_CADRE, date(2026, 5, 20), household_id=HOMES[2])
    database.close()
    return database.path


@pytest.fixture
def database(template: Path, tmp_path: Path, clock: Clock) -> Iterator[Database]:
    clock.go_to(6, 5)
    database = Database.open(shutil.copy(template, tmp_path / "laptop.db"), KEY, clock)
    yield database
    database.close()


def sign(database: Database, author: bytes, unit: Unit) -> bytes:
    return do(database, author, lambda work: steps.sign(work, unit, *MAY))


def test_the_numbers_of_a_line(database: Database) -> None:
    found = units(database, SECRETARY)["龙马溪村村干部"]
    line = line_of(found, CADRE).line
    assert (line.days, line.late, line.households) == ("7.5 / 8.0", 1, 8)
    assert (line.linked, line.links) == (8, 15)
    with database.reader() as session:
        raised = session.scalars(select(Need).where(Need.created_by == CADRE)).all()
    assert line.needs == len(raised) == 0
    assert found.stage is Stage.TO_SIGN and found.may_sign


def test_each_by_the_right_assessor(database: Database, clock: Clock) -> None:
    """VC by VS, VS by LL, the township's cadres by 党政办; nobody himself."""
    assert list(units(database, SECRETARY, which=MINE)) == ["龙马溪村村干部"]
    assert units(database, LEADER, which=MINE)["龙马溪村村书记"].may_sign
    assert not units(database, LEADER, which=MINE)["龙马溪村村干部"].may_sign  # spot checks
    assert list(units(database, OFFICE, which=MINE)) == ["镇干部"]
    for author, unit in (
        (SECRETARY, SECRETARYS),
        (SECRETARY, TOWNSHIP),
        (LEADER, VILLAGE),
        (OFFICE, VILLAGE),
        (OFFICE, SECRETARYS),
        (CLERK, TOWNSHIP),
        (CADRE, VILLAGE),
    ):
        with pytest.raises(NotAllowed, match=r"考核|不能"):
            sign(database, author, unit)
    for author, unit in ((SECRETARY, VILLAGE), (LEADER, SECRETARYS), (OFFICE, TOWNSHIP)):
        sign(database, author, unit)
    stages = {title: one.stage for title, one in units(database, OFFICE).items()}
    assert set(stages.values()) == {Stage.SIGNED} and len(stages) == 3


def test_a_month_is_signed_when_it_is_over(database: Database, clock: Clock) -> None:
    clock.go_to(5, 31, 23)
    assert units(database, SECRETARY)["龙马溪村村干部"].stage is Stage.RUNNING
    with pytest.raises(NotAllowed, match="还没有结束"):
        sign(database, SECRETARY, VILLAGE)
    clock.go_to(6, 1, 0)
    assert units(database, SECRETARY)["龙马溪村村干部"].stage is Stage.TO_SIGN
    clock.go_to(6, 5, 23)
    assert units(database, SECRETARY)["龙马溪村村干部"].stage is Stage.TO_SIGN
    clock.go_to(6, 6, 0)
    assert units(database, SECRETARY)["龙马溪村村干部"].stage is Stage.OVERDUE


def test_what_was_signed_stays_and_a_correction_is_a_revision(
    database: Database, clock: Clock
) -> None:
    first = sign(database, SECRETARY, VILLAGE)
    with pytest.raises(NotAllowed, match="没有改动"):
        sign(database, SECRETARY, VILLAGE)
    clock.go_to(6, 8)
    log = visit(database, CADRE, date(2026, 5, 28), household_id=HOMES[15])
    found = units(database, SECRETARY)["龙马溪村村干部"]
    assert found.stage is Stage.CHANGED and found.changes == ("李秀英：补录 1 → 2，入户 8 → 9",)
    assert line_of(found, CADRE).waiting and line_of(found, CADRE).line.counted == 15
    do(database, SECRETARY, lambda work: steps.consent(work, log))
    found = units(database, SECRETARY)["龙马溪村村干部"]
    assert found.changes == ("李秀英：天数 7.5 → 8.5，补录 1 → 2，入户 8 → 9",)
    second = sign(database, SECRETARY, VILLAGE)
    found = units(database, SECRETARY)["龙马溪村村干部"]
    assert found.stage is Stage.SIGNED and [one.revision for one in found.sheets] == [1, 2]
    with database.reader() as session:
        old, new = signed_paper(session, first), signed_paper(session, second)
    days = [[line.days for line in paper.lines if line.name == "李秀英"] for paper in (old, new)]
    assert days == [["7.5"], ["8.5"]] and (old.revision, new.revision) == (1, 2)
    assert old.signed_on == date(2026, 6, 5) and old.assessor == "向书记"


def test_what_is_printed_before_the_signature(database: Database) -> None:
    with database.reader() as session:
        paper = open_paper(session, VILLAGE, *MAY)
    assert paper.signed_on is None and [line.days for line in paper.lines] == ["7.5"]
    assert "李秀英" in paper.lines[0].name and paper.unit == "龙马溪村村干部"


def test_a_sheet_in_anothers_name_is_none(database: Database) -> None:
    sheet = sign(database, SECRETARY, VILLAGE)
    with database.writing() as connection:
        table = AssessmentSheet.__table__
        connection.execute(table.update().where(table.c.id == sheet).values(created_by=CADRE))
    assert units(database, SECRETARY)["龙马溪村村干部"].sheets == ()


def test_consent_to_a_late_day(database: Database, clock: Clock) -> None:
    """Seven days late counts freely, eight need the assessor. Source: domain §5.1 rule 3."""
    clock.go_to(5, 22)
    free = visit(database, CADRE, date(2026, 5, 15))
    late = visit(database, CADRE, date(2026, 5, 14))
    row = line_of(units(database, SECRETARY)["龙马溪村村干部"], CADRE)
    assert [day.log_id for day in row.waiting] == [late] and row.line.counted == 17
    for author in (CADRE, LEADER, OFFICE):
        with pytest.raises(NotAllowed):
            do(database, author, lambda work: steps.consent(work, late))
    do(database, SECRETARY, lambda work: steps.consent(work, late))
    row = line_of(units(database, SECRETARY)["龙马溪村村干部"], CADRE)
    assert not row.waiting and row.line.counted == 19 and row.line.late == 3
    with pytest.raises(InvalidInput):
        do(database, SECRETARY, lambda work: steps.send_back(work, free, " "))
    do(database, SECRETARY, lambda work: steps.send_back(work, free, "请写明到了哪几户"))
    row = line_of(units(database, SECRETARY)["龙马溪村村干部"], CADRE)
    assert row.line.counted == 17
    assert row.days[date(2026, 5, 15)].note == "请写明到了哪几户"


def test_nobody_consents_to_his_own_late_day(database: Database, clock: Clock) -> None:
    clock.go_to(6, 1)
    own = visit(database, SECRETARY, date(2026, 5, 3))
    with pytest.raises(NotAllowed, match="不能考核自己"):
        do(database, SECRETARY, lambda work: steps.consent(work, own))
    do(database, LEADER, lambda work: steps.consent(work, own))
    other = visit(database, TOWN_CADRE, date(2026, 5, 3))
    do(database, OFFICE, lambda work: steps.consent(work, other))


def test_the_table_says_so_too(database: Database, clock: Clock) -> None:
    """Also without the use-case a laptop does not save somebody's consent to himself."""
    clock.go_to(6, 1)
    own = visit(database, SECRETARY, date(2026, 5, 3))
    with database.work(SECRETARY) as work:
        work.session.get_one(WorkLog, own).state = "counted"
        with pytest.raises(NotAllowed):
            work.commit()


def test_an_explanation_reduces_nothing(database: Database) -> None:
    with pytest.raises(InvalidInput):
        do(database, SECRETARY, lambda work: steps.explain(work, CADRE, *MAY, None, "学习"))
    with pytest.raises(NotAllowed, match="由村书记考核"):
        do(database, LEADER, lambda work: steps.explain(work, CADRE, *MAY, "training", "学习"))
    do(database, SECRETARY, lambda work: steps.explain(work, CADRE, *MAY, "training", "县里学习"))
    line = line_of(units(database, SECRETARY)["龙马溪村村干部"], CADRE).line
    assert line.explained == "培训学习：县里学习" and line.target == 16
    do(database, SECRETARY, lambda work: steps.explain(work, CADRE, *MAY, None, None))
    line = line_of(units(database, SECRETARY)["龙马溪村村干部"], CADRE).line
    assert line.explained == ""


def test_two_logs_are_drawn_and_nobody_chooses(database: Database, clock: Clock) -> None:
    row = line_of(units(database, LEADER)["龙马溪村村干部"], CADRE)
    first, second = row.drawn
    assert len({first.on, second.on}) == 2 and all(one.households for one in row.drawn)
    again = line_of(units(database, OFFICE)["龙马溪村村干部"], CADRE)
    assert again.drawn == row.drawn and row.asks and not again.asks
    today = date(2026, 6, 5)
    free = next(day.log_id for day in row.days.values() if day.on not in (first.on, second.on))
    with pytest.raises(NotAllowed, match="不能自选"):
        do(database, LEADER, lambda work: steps.spot_check(work, free, "confirmed", today, None))
    for author in (SECRETARY, OFFICE, CADRE):
        with pytest.raises(NotAllowed):
            do(
                database,
                author,
                lambda work: steps.spot_check(work, first.log_id, "confirmed", today, None),
            )
    with pytest.raises(InvalidInput):
        do(database, LEADER, lambda work: steps.spot_check(work, first.log_id, None, today, None))
    before = row.line
    do(
        database,
        LEADER,
        lambda work: steps.spot_check(work, first.log_id, "unreachable", today, "外出"),
    )
    row = line_of(units(database, LEADER)["龙马溪村村干部"], CADRE)
    assert row.line.counted == before.counted and row.line.unreachable == 1
    assert [one.on for one in row.to_ask] == [second.on]
    clock.go_to(5, 31)
    assert line_of(units(database, LEADER)["龙马溪村村干部"], CADRE).drawn == ()


def test_a_spot_check_after_the_signature_asks_for_no_new_one(database: Database) -> None:
    sign(database, SECRETARY, VILLAGE)
    row = line_of(units(database, LEADER)["龙马溪村村干部"], CADRE)
    log, today = row.drawn[0].log_id, date(2026, 6, 5)
    do(database, LEADER, lambda work: steps.spot_check(work, log, "confirmed", today, None))
    assert units(database, SECRETARY)["龙马溪村村干部"].stage is Stage.SIGNED
    sign(database, SECRETARY, VILLAGE)  # whoever wants it on the paper signs again
    assert len(units(database, SECRETARY)["龙马溪村村干部"].sheets) == 2
