"""Domain §9, scenario 11: the village's half-monthly meeting.

Given no meeting 1–15 May; then on 13 May due soon, on 16 May overdue to the linked leader. When
an ad hoc meeting on 14 May about a landslip is held by the village secretary, the window is
satisfied, and unfinished items move to the next.
"""

from __future__ import annotations

from datetime import date

from desktop.views.meetings import MeetingsPage
from tests.scenarios.town import CADRES, Clock, Seat, Sit, shown, step

MEETING = "链子岩村2026年5月上半月民情联系会议"


def meetings_of(page: MeetingsPage) -> dict[str, str]:
    """Window and state of the village's rows."""
    rows = range(page.model.rowCount())
    cells = [[page.model.index(row, at).data() for at in range(6)] for row in rows]
    return {cell[0]: cell[5] for cell in cells if cell[1] == "链子岩村"}


def test_11_village_meeting(sit: Sit, clock: Clock) -> None:
    secretary, leader = sit("secretary"), sit("leader")
    reminded(secretary, leader, clock)
    entered_late(secretary)
    secretary.sync()
    leader.sync()
    told_to_the_leader(leader)
    leader.sync()
    secretary.sync()
    clock.go_to(5, 20)
    carried_on(secretary)


def reminded(secretary: Seat, leader: Seat, clock: Clock) -> None:
    """Nothing on the 12th, due soon from the 13th, overdue on the 16th, also to the leader."""
    clock.go_to(5, 12, 23)
    assert secretary.today() == []
    clock.go_to(5, 13, 0)
    soon = f"5月15日 · 还有 2 天　{MEETING}还没有开"
    assert secretary.today() == [soon] and leader.today() == []
    clock.go_to(5, 15, 23)
    assert leader.today() == []
    clock.go_to(5, 16, 0)
    assert leader.today() == secretary.today() == [f"5月15日 · 超期 1 天　{MEETING}没有开会"]


def entered_late(secretary: Seat) -> None:
    """The meeting was held in time and is entered on the 16th, without network."""
    secretary.follow("没有开会")
    page = secretary.page("meetings", MeetingsPage)
    page.buttons["record"].click()
    assert page.form is not None and page.step is not None
    page.form.boxes["held_at"].set_draft("2026-05-14 20:00")
    page.form.boxes["meeting_kind"].set_value("ad_hoc")
    page.step.submitted.emit()
    assert page.form is None, page.problem.text()
    step(page, "topic", topic="天池沟滑坡险情处置")
    cadre, leader = CADRES["cadre"], CADRES["leader"]
    step(page, "resolve", text="撤离六户并设警戒", owner_id=cadre, due_on=date(2026, 5, 18))
    step(page, "resolve", text="请地灾专家现场查看", owner_id=leader)
    assert "天池沟滑坡险情处置" in shown(page)
    step(page, "sign")
    assert meetings_of(page)["2026年5月上半月"] == "已召开，已签发"
    assert not any("上半月" in line for line in secretary.today())


def told_to_the_leader(leader: Seat) -> None:
    """The window is satisfied; a task has come, and is done."""
    assert leader.today() == ["5月29日　请地灾专家现场查看"]
    page = leader.page("meetings", MeetingsPage)
    assert meetings_of(page) == {
        "2026年5月下半月": "5月31日前要开",
        "2026年5月上半月": "已召开，已签发",
    }
    leader.today()
    leader.follow("请地灾专家")
    step(page, "finish", result="专家已查看，设监测点")


def carried_on(secretary: Seat) -> None:
    """What is not finished comes on the agenda of the second half of May."""
    page = secretary.page("meetings", MeetingsPage)
    secretary.window.reload()
    page.table.select_id(page.model.id_at(0))
    unfinished = "上次议定事项：撤离六户并设警戒（李秀英，5月18日前）"
    assert unfinished in shown(page)
    step(page, "record")
    assert unfinished in shown(page) and "请地灾专家" not in shown(page)
    late = "5月18日 · 超期 2 天　撤离六户并设警戒（责任人 李秀英）"
    assert late in " ".join(secretary.today())
