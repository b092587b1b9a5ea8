"""Domain §9, scenario 11: the village's half-monthly meeting.

Given no meeting 1–15 May; then on 13 May due soon, on 16 May overdue to the linked leader. When
an ad hoc meeting on 14 May about a landslip is held by the village secretary, the window is
satisfied, and unfinished items move to the next.
"""

from __future__ import annotations

from datetime import date

from desktop.views.meetings import MeetingsPage
from tests.scenarios.town import CADRES, Clock, Sit, shown, step

OVERDUE = "链子岩村2026年5月上半月民情联系会议：超期没有开会"


def meetings_of(page: MeetingsPage) -> dict[str, str]:
    """Window and state of the village's rows."""
    rows = range(page.model.rowCount())
    cells = [[page.model.index(row, at).data() for at in range(6)] for row in rows]
    return {cell[0]: cell[5] for cell in cells if cell[1] == "链子岩村"}


def test_11_village_meeting(sit: Sit, clock: Clock) -> None:
    secretary, leader = sit("secretary"), sit("leader")
    clock.go_to(5, 12, 23)
    assert secretary.today() == []
    clock.go_to(5, 13, 0)
    soon = "链子岩村2026年5月上半月民情联系会议：快到期：5月15日前要开"
    assert secretary.today() == [soon] and leader.today() == []
    clock.go_to(5, 15, 23)
    assert leader.today() == []
    clock.go_to(5, 16, 0)
    assert leader.today() == [f"超期：{OVERDUE}"]

    # The meeting was held in time and is entered late, without network.
    secretary.today()
    secretary.follow("超期没有开会")
    page = secretary.page("meetings", MeetingsPage)
    assert page._shown is not None and "要求" in shown(page)
    page.buttons["record"].click()
    assert page.form is not None
    page.form.boxes["held_at"].editor.setText("2026-05-14 20:00")
    page.form.boxes["meeting_kind"].set_value("ad_hoc")
    assert page.step is not None
    page.step.submitted.emit()
    assert page.form is None, page.problem.text()
    step(page, "topic", topic="天池沟滑坡险情处置")
    step(
        page, "resolve", text="撤离六户并设警戒", owner_id=CADRES["cadre"], due_on=date(2026, 5, 18)
    )
    step(page, "resolve", text="请地灾专家现场查看", owner_id=CADRES["leader"])
    assert "天池沟滑坡险情处置" in shown(page)
    step(page, "sign")
    assert meetings_of(page)["2026年5月上半月"] == "已召开，纪要已签发"
    assert not any("上半月" in line for line in secretary.today())

    secretary.sync()
    leader.sync()
    assert leader.today() == ["2026-05-29　请地灾专家现场查看"]  # his task; nothing is overdue
    page = leader.page("meetings", MeetingsPage)
    assert meetings_of(page) == {
        "2026年5月下半月": "5月31日前要开",
        "2026年5月上半月": "已召开，纪要已签发",
    }
    leader.today()
    leader.follow("请地灾专家")
    step(page, "finish", result="专家已查看，设监测点")
    leader.sync()

    # What is not finished comes on the agenda of the second half of May.
    secretary.sync()
    clock.go_to(5, 20)
    page = secretary.page("meetings", MeetingsPage)
    secretary.window.reload()
    page.table.select_id(page.model.id_at(0))
    unfinished = "上次议定事项：撤离六户并设警戒（李秀英，5月18日前）"
    assert unfinished in shown(page)
    step(page, "record")
    assert unfinished in shown(page) and "请地灾专家" not in shown(page).partition("出席")[0]
    assert "2026-05-18 · 超期 2 天　撤离六户并设警戒（责任人 李秀英）" in " ".join(
        secretary.today()
    )
