"""What of the meetings waits for whom: windows, planned meetings, minutes, tasks."""

from datetime import date, timedelta
from types import EllipsisType

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
from township.usecases.dues import when_text
from township.usecases.today import today

__all__ = ["clock", "database", "template"]

MEETING = "龙马溪村2026年5月上半月民情联系会议"


@pytest.mark.parametrize(
    ("day", "secretary", "leader"),
    [
        (12, [], []),
        (13, [(f"5月15日 · 还有 2 天　{MEETING}还没有开", False)], []),
        (15, [(f"今天　{MEETING}还没有开", False)], []),
        (16, [(f"5月15日 · 超期 1 天　{MEETING}没有开会", True)], ...),
        (29, [(f"5月15日 · 超期 14 天　{MEETING}没有开会", True)], ...),
    ],
)
def test_who_is_told_of_a_window(
    database: Database,
    clock: Clock,
    day: int,
    secretary: list[tuple[str, bool]],
    leader: list[tuple[str, bool]] | EllipsisType,
) -> None:
    clock.go_to(4, 20)
    held(database, "ad_hoc")
    with database.writing() as connection:
        connection.execute(Meeting.__table__.update().values(minutes_state="signed"))
    clock.go_to(5, day, 0 if day == 16 else 23)
    told = lines(database, SECRETARY)
    assert [one for one in told if "下半月" not in one[0]] == secretary
    expected = secretary if leader is ... else leader
    assert [one for one in lines(database, LEADER) if "下半月" not in one[0]] == expected
    assert lines(database, CADRE) == []


def test_offices_hear_of_the_villages_in_one_line(database: Database, clock: Clock) -> None:
    clock.go_to(5, 16)
    told = lines(database, CLERK)
    village = "2026年5月上半月有 1 个村（社区）没有开会：龙马溪村"
    assert (f"5月15日 · 超期 1 天　{village}", True) in told
    assert ("4月30日 · 超期 16 天　全镇2026年4月民情联系会议没有开会", True) in told


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (19, {CADRE: "明天　装两盏路灯"}),
        (21, {CADRE: "5月20日 · 超期 1 天　装两盏路灯", SECRETARY: "责任人 李秀英"}),
        (
            23,
            {
                CADRE: "5月20日 · 超期 3 天　装两盏路灯",
                SECRETARY: "责任人 李秀英",
                LEADER: "5月20日 · 超期 3 天　装两盏路灯（责任人 李秀英）",
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
        mine = [one for one in today(session, SECRETARY, clock.now).dues if one.system == "会议"]
        count = session.scalar(select(func.count()).select_from(Meeting))
    assert count == 2
    told = {one.text: (one.target, one.page, when_text(one, clock.now)) for one in mine}
    assert told["5月12日的会议纪要待签发"] == (meeting, "meetings", "")
    planned = told["龙马溪村民情联系会议，村委会会议室"]
    assert planned[1:] == ("meetings", "5月14日 09:00 · 还有 2 天")
