"""What of the meetings waits for whom: windows, planned meetings, minutes, tasks."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tests.usecases.meetings_sample import (
    CADRE,
    CLERK,
    JUSTICE,
    LEADER,
    SECRETARY,
    ZONE,
    Clock,
    clock,
    database,
    decide,
    do,
    entry,
    held,
    lines,
    template,
)
from township.records import Meeting
from township.storage.database import Database
from township.usecases import meeting_steps
from township.usecases.today import today

__all__ = ["clock", "database", "template"]

OVERDUE = "龙马溪村2026年5月上半月民情联系会议：超期没有开会"


@pytest.mark.parametrize(
    ("day", "secretary", "leader"),
    [
        (12, [], []),
        (13, [("龙马溪村2026年5月上半月民情联系会议：快到期：5月15日前要开", False)], []),
        (15, [("龙马溪村2026年5月上半月民情联系会议：今天是最后一天", False)], []),
        (16, [(OVERDUE, True)], [(OVERDUE, True)]),
        (29, [(OVERDUE, True)], [(OVERDUE, True)]),
    ],
)
def test_who_is_told_of_a_window(
    database: Database,
    clock: Clock,
    day: int,
    secretary: list[tuple[str, bool]],
    leader: list[tuple[str, bool]],
) -> None:
    clock.go_to(4, 20)
    held(database, "ad_hoc")
    with database.writing() as connection:
        connection.execute(Meeting.__table__.update().values(minutes_state="signed"))
    clock.go_to(5, day, 0 if day == 16 else 23)
    told = lines(database, SECRETARY)
    assert [one for one in told if "下半月" not in one[0]] == secretary
    assert [one for one in lines(database, LEADER) if "下半月" not in one[0]] == leader
    assert lines(database, CADRE) == []


def test_offices_hear_of_the_villages_in_one_line(database: Database, clock: Clock) -> None:
    clock.go_to(5, 16)
    told = lines(database, CLERK)
    assert ("2026年5月上半月有 1 个村（社区）没有开会：龙马溪村", True) in told
    assert ("全镇2026年4月民情联系会议：超期没有开会", True) in told


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (19, {CADRE: "2026-05-20 · 快到期　装两盏路灯"}),
        (21, {CADRE: "2026-05-20 · 超期 1 天　装两盏路灯", SECRETARY: "责任人 李秀英"}),
        (
            23,
            {
                CADRE: "2026-05-20 · 超期 3 天　装两盏路灯",
                SECRETARY: "责任人 李秀英",
                LEADER: "2026-05-20 · 超期 3 天　装两盏路灯（责任人 李秀英）",
            },
        ),
    ],
)
def test_whom_a_task_reaches(
    database: Database, clock: Clock, day: int, told: dict[bytes, str]
) -> None:
    decide(database, held(database), date(2026, 5, 20))
    clock.go_to(5, day)
    for cadre in (CADRE, SECRETARY, LEADER, JUSTICE):
        tasks = [text for text, _ in lines(database, cadre) if "路灯" in text]
        assert len(tasks) == (cadre in told)
        assert cadre not in told or told[cadre] in tasks[0]


def test_today_has_these_lines(database: Database, clock: Clock) -> None:
    meeting = held(database)
    ahead = entry(planned_at=clock.now + timedelta(days=2))
    do(database, CADRE, lambda w: meeting_steps.plan(w, ZONE, ahead))
    with database.reader() as session:
        mine = today(session, SECRETARY, clock.now).meetings
        count = session.scalar(select(func.count()).select_from(Meeting))
    assert count == 2
    assert [(duty.text, duty.target) for duty in mine if not duty.late][1:] == [
        ("2026-05-12　会议纪要待签发", meeting)
    ]
    assert "2026-05-14 09:00　龙马溪村民情联系会议，村委会会议室" in [one.text for one in mine]
