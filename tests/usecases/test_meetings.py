"""Meetings from the agenda to signed minutes, on a real encrypted database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.usecases.meetings_sample import (
    CADRE,
    CLERK,
    FAR_ZONE,
    JUSTICE,
    LEADER,
    MAYOR,
    SECRET,
    SECRETARY,
    ZONE,
    Clock,
    add,
    clock,
    database,
    decide,
    do,
    entry,
    held,
    lines,
    template,
)
from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import AgendaItem, Meeting, Need, Resolution, Zone, new_id
from township.rules.meetings import VILLAGE, window_of
from township.rules.settings import PRESET
from township.storage.database import Database
from township.usecases import (
    agenda,
    meeting_list,
    meeting_steps,
    meetings,
    own_work,
    resolutions,
)
from township.usecases.minutes import minutes

__all__ = ["clock", "database", "template"]


def topics(database: Database, meeting: bytes) -> list[str]:
    with database.reader() as session:
        found = meetings.meeting_detail(session, meeting)
    return [one.item.topic for one in found.items]


def test_a_regular_agenda_holds_all_that_is_open(database: Database, clock: Clock) -> None:
    meeting = held(database)
    assert topics(database, meeting) == [
        "灾情：二组公路有落石",
        "诉求〔饮水〕二组（编号 N-1）",
        "诉求〔道路〕二组（编号 N-2）",
    ]
    with database.reader() as session:
        found = meetings.meeting_detail(session, meeting)
        assert [one.source for one in found.items] == ["", "水管漏水", SECRET]
        suggested = [agenda.suggested(session, one.item, date(2026, 5, 12)) for one in found.items]
    assert suggested == [
        "由王𠮷明负责处置，结果向报送人和群众反馈。",
        "已超期，由李秀英尽快办理并向群众反馈。",
        "由李秀英办理，6月9日前办结并向群众反馈。",
    ]


def test_what_an_agenda_says_is_not_restricted(database: Database, clock: Clock) -> None:
    held(database)
    with database.reader() as session:
        written = session.scalars(select(AgendaItem)).all()
    assert written and all(item.bucket() == f"{ZONE.hex()}/i" for item in written)
    assert not any(SECRET[:4] in (item.topic or "") for item in written)


def test_what_was_discussed_returns_only_while_it_is_urgent(
    database: Database, clock: Clock
) -> None:
    first = held(database)
    with database.reader() as session:
        items = [one.item.id for one in meetings.meeting_detail(session, first).items]
    said = dict.fromkeys(items[:2], ("已安排", None))  # the lamp was not talked about
    do(database, CADRE, lambda w: meeting_steps.write_minutes(w, first, said, "大家赞成。"))
    clock.go_to(5, 20)
    second = held(database)
    # The rocks were dealt with; the pipe is overdue, the lamp still waits.
    assert topics(database, second) == [
        "诉求〔饮水〕二组（编号 N-1）",
        "诉求〔道路〕二组（编号 N-2）",
    ]


def test_resolutions_come_back_until_they_are_done(database: Database, clock: Clock) -> None:
    first = held(database, "ad_hoc")
    assert topics(database, first) == []
    task = decide(database, first, date(2026, 5, 25))
    clock.go_to(5, 20)
    second = held(database)
    back = "上次议定事项：装两盏路灯（李秀英，5月25日前）"
    assert topics(database, second)[0] == back
    clock.go_to(6, 2)
    third = held(database)
    assert topics(database, third)[0] == back
    with pytest.raises(InvalidInput, match="完成情况"):
        do(database, CADRE, lambda w: resolutions.finish(w, task, " "))
    with pytest.raises(NotAllowed, match="责任人"):
        do(database, JUSTICE, lambda w: resolutions.finish(w, task, "已装"))
    do(database, CADRE, lambda w: resolutions.finish(w, task, "已装好，亮灯"))
    with pytest.raises(NotAllowed, match="已经了结"):
        do(database, CADRE, lambda w: resolutions.finish(w, task, "再报"))
    clock.go_to(6, 20)
    fourth = held(database)
    assert back not in topics(database, fourth)
    with database.reader() as session:
        done = session.get_one(Resolution, task)
        assert (done.state, done.closed_on) == ("done", date(2026, 6, 2))
        # Minutes say what was unfinished on their day, whenever they are printed.
        carried = [
            [one.text for one in minutes(session, meeting).carried]
            for meeting in (first, second, fourth)
        ]
    assert carried == [[], ["装两盏路灯"], []]


def test_what_has_come_up_since_is_added_once(database: Database, clock: Clock) -> None:
    planned = datetime(2026, 5, 14, 1, tzinfo=UTC)
    meeting = do(database, CADRE, lambda w: meeting_steps.plan(w, ZONE, entry(planned_at=planned)))
    assert do(database, CADRE, lambda w: meeting_steps.renew_agenda(w, meeting)) == 0
    with database.writing() as connection:
        new = {"zone_id": ZONE, "topic": "school", "state": "new", "raised_on": date(2026, 5, 13)}
        add(connection, Need, no="N-7", text="校车", **new)
    assert do(database, CADRE, lambda w: meeting_steps.renew_agenda(w, meeting)) == 1
    do(database, CADRE, lambda w: meeting_steps.add_topic(w, meeting, "防汛", SECRETARY))
    assert topics(database, meeting)[-2:] == ["诉求〔就学〕（编号 N-7）", "防汛"]


def test_the_township_reviews_every_zone(database: Database, clock: Clock) -> None:
    task = decide(database, held(database), date(2026, 5, 30))
    mayor = entry(place="镇政府", convener_id=MAYOR, attending=(MAYOR, CLERK), held_at=clock.now)
    with pytest.raises(NotAllowed, match="全镇的会议由镇党政办"):
        do(database, CADRE, lambda w: meeting_steps.record(w, None, mayor))
    meeting = do(database, CLERK, lambda w: meeting_steps.record(w, None, mayor))
    assert topics(database, meeting) == [
        "龙马溪村：未办结诉求 2 件（超期 1 件），未化解纠纷 0 件，未办结五情 1 件，"
        "未完成议定事项 1 项",
        "天龙村：未办结诉求 0 件，未化解纠纷 0 件，未办结五情 0 件，未完成议定事项 0 项",
    ]
    with database.reader() as session:
        found = meetings.meeting_detail(session, meeting)
        assert [one.item.about_zone_id for one in found.items] == [ZONE, FAR_ZONE]
        assert found.meeting.bucket() == "township/i" and found.place == "全镇"
        assert found.carried == () and meetings.meeting_of(session, task) != meeting
    said = {found.items[0].item.id: ("橙园边界要现场踏勘。", "orange")}
    do(database, CLERK, lambda w: meeting_steps.write_minutes(w, meeting, said, None))
    with database.reader() as session:
        first = minutes(session, meeting).items[0]
    assert (first.outcome, first.level) == ("橙园边界要现场踏勘。", "橙色")


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"place": " "}, "place"),
        ({"convener_id": None}, "convener_id"),
        ({"convener_id": CADRE}, "convener_id"),  # not the main leader
        ({"attending": ()}, "attending"),
        ({"held_at": None}, "held_at"),
        ({"held_at": datetime(2026, 5, 12, 2, tzinfo=UTC)}, "held_at"),  # an hour ahead
    ],
)
def test_what_a_meeting_needs(
    database: Database, clock: Clock, given: dict[str, object], wrong: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        do(
            database,
            CADRE,
            lambda w: meeting_steps.record(w, ZONE, entry(**{"held_at": clock.now, **given})),
        )
    assert list(refused.value.problems) == [wrong]


def test_attendance_names_everybody_once(database: Database, clock: Clock) -> None:
    several = entry(
        held_at=clock.now,
        attending=(CADRE, LEADER, JUSTICE),
        on_leave=(JUSTICE, SECRETARY),
        observing=(LEADER,),
    )
    meeting = do(database, CADRE, lambda w: meeting_steps.record(w, ZONE, several))
    with database.reader() as session:
        found = minutes(session, meeting)
    # The chair attends; ranks stand in the order of the township's lists.
    assert found.attending == ("向书记", "李秀英")
    assert (found.on_leave, found.observing) == (("谭司法",), ("王𠮷明",))
    assert (found.convener, found.recorder, found.window) == ("向书记", "李秀英", "2026年5月上半月")


def test_signed_minutes_stay_as_they_are(database: Database, clock: Clock) -> None:
    meeting = held(database)
    task = decide(database, meeting, date(2026, 5, 30))
    with pytest.raises(NotAllowed, match="主持人本人"):
        do(database, CADRE, lambda w: meeting_steps.sign(w, meeting))
    do(database, SECRETARY, lambda w: meeting_steps.sign(w, meeting))
    for change in (
        lambda w: meeting_steps.add_topic(w, meeting, "再议"),
        lambda w: meeting_steps.write_minutes(w, meeting, {}, "改"),
        lambda w: meeting_steps.remove(w, meeting),
        lambda w: resolutions.resolve(w, meeting, "再定", CADRE, date(2026, 6, 1)),
    ):
        with pytest.raises(NotAllowed, match="已经签发"):
            do(database, SECRETARY, change)
    do(database, CADRE, lambda w: resolutions.finish(w, task, "已装"))  # a task goes on
    with pytest.raises(NotAllowed, match="签发人退回"):
        do(database, CADRE, lambda w: meeting_steps.send_back(w, meeting))
    do(database, SECRETARY, lambda w: meeting_steps.send_back(w, meeting))
    do(database, CADRE, lambda w: meeting_steps.write_minutes(w, meeting, {}, "改"))
    with database.reader() as session:
        assert minutes(session, meeting).signed_by == ""


def test_a_village_cadre_cannot_sign_even_as_convener(database: Database, clock: Clock) -> None:
    with database.writing() as connection:
        bare = {"zone_id": ZONE, "level": "village", "meeting_kind": "regular", "place": "村"}
        wrong = {"convener_id": CADRE, "held_at": clock.now, "minutes_state": "draft"}
        add(connection, Meeting, id=(meeting := new_id()), **bare, **wrong)
    with pytest.raises(NotAllowed, match="村干部不能审核确认"):
        do(database, CADRE, lambda w: meeting_steps.sign(w, meeting))


def test_a_meeting_entered_by_mistake_can_be_taken_away(database: Database, clock: Clock) -> None:
    meeting = held(database)
    do(database, CADRE, lambda w: meeting_steps.remove(w, meeting))
    with database.reader() as session, pytest.raises(NotFound):
        meetings.meeting_detail(session, meeting)
    do(database, CADRE, lambda w: meeting_steps.bring_back(w, meeting))
    assert len(topics(database, meeting)) == 3
    decide(database, meeting, date(2026, 5, 30))
    with pytest.raises(NotAllowed, match="已有议定事项"):
        do(database, CADRE, lambda w: meeting_steps.remove(w, meeting))


def test_resolutions_need_text_owner_and_term(database: Database, clock: Clock) -> None:
    meeting = held(database)
    with pytest.raises(InvalidInput) as refused:
        do(database, CADRE, lambda w: resolutions.resolve(w, meeting, "", None, None))
    assert set(refused.value.problems) == {"text", "owner_id", "due_on"}
    with pytest.raises(InvalidInput, match="早于开会"):
        decide(database, meeting, date(2026, 5, 11))
    planned = do(
        database,
        CADRE,
        lambda w: meeting_steps.plan(w, ZONE, entry(planned_at=clock.now + timedelta(days=1))),
    )
    with pytest.raises(NotAllowed, match="先登记开会"):
        decide(database, planned, date(2026, 5, 30))


def states(database: Database, clock: Clock, which: str) -> list[tuple[str, str, str]]:
    with database.reader() as session:
        rows = meeting_list.meeting_rows(session, which, clock.now)
    return [(row.window.key, row.place, row.state) for row in rows if row.place != "全镇"]


def test_the_list_by_window(database: Database, clock: Clock) -> None:
    assert states(database, clock, meeting_list.NOW) == [
        ("2026-05-H1", "龙马溪村", "5月15日前要开"),
        ("2026-04-H2", "龙马溪村", "超期没有开会"),
    ]
    clock.go_to(5, 13)
    assert states(database, clock, meeting_list.MISSING)[0][2] == "5月15日前要开"
    held(database, "ad_hoc")
    clock.go_to(5, 16)
    now = states(database, clock, meeting_list.NOW)
    assert now == [
        ("2026-05-H2", "龙马溪村", "5月31日前要开"),
        ("2026-05-H1", "龙马溪村", "已召开，待签发"),
    ]
    missing = states(database, clock, meeting_list.MISSING)
    assert len(missing) == 22 and all(state == "超期没有开会" for _, _, state in missing)
    ahead = clock.now + timedelta(days=20)
    do(database, CADRE, lambda w: meeting_steps.plan(w, ZONE, entry(planned_at=ahead)))
    assert states(database, clock, meeting_list.NOW)[0] == ("2026-06-H1", "龙马溪村", "已安排")


def test_what_was_not_taken_leads_back_to_its_meeting(database: Database) -> None:
    meeting = held(database)
    task = decide(database, meeting, date(2026, 5, 30))
    do(database, CADRE, lambda w: meeting_steps.add_topic(w, meeting, "防汛"))
    with database.reader() as session:
        places = [own_work.again(session, 1, dseq) for dseq in (1, 2, 3)]
    assert [(one.kind, one.record) for one in places if one] == [
        ("meeting", meeting),
        ("resolution", task),
        ("meeting", meeting),
    ]


def test_windows_before_the_program_are_nobodys_fault(database: Database, clock: Clock) -> None:
    with database.writing() as connection:
        for zone in (ZONE, FAR_ZONE):
            since = datetime(2026, 5, 2, tzinfo=UTC)
            connection.execute(
                Zone.__table__.update().where(Zone.id == zone).values(created_at=since)
            )
    assert states(database, clock, meeting_list.ALL) == [
        ("2026-05-H1", "龙马溪村", "5月15日前要开")
    ]
    assert lines(database, LEADER) == []


def test_a_window_has_an_id_of_its_own() -> None:
    window = window_of(VILLAGE, date(2026, 5, 20))
    assert meetings.read_window_id(meetings.window_id(ZONE, window), PRESET) == (ZONE, window)
    assert meetings.read_window_id(ZONE, PRESET) is None
