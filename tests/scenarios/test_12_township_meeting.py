"""Domain §9, scenario 12, the meeting: the June agenda lists all thirteen zones, and the
resolution 6月20日前踏勘 becomes a task.
"""

from __future__ import annotations

from datetime import date

from desktop.views.meetings import MeetingsPage
from tests.scenarios.town import CADRES, IDS, VILLAGE, ZONES, Clock, Sit, shown, step


def test_12_township_meeting(sit: Sit, clock: Clock) -> None:
    clerk, leader = sit("clerk"), sit("leader")
    clock.go_to(6, 10)
    page = clerk.page("meetings", MeetingsPage)
    clerk.window.reload()
    assert page.model.index(0, 1).data() == "全镇"
    page.table.select_id(page.model.id_at(0))
    step(page, "record")
    agenda = shown(page)
    assert [zone for zone in ZONES if f"{zone}：未办结诉求 0 件" in agenda] == list(ZONES)
    page.buttons["minutes"].click()
    assert page.form is not None
    at = 2 * ZONES.index(VILLAGE)  # each zone has its words and its level
    said, level = list(page.form.boxes)[at : at + 2]
    page.form.boxes[said].set_value("林地界线纠纷超期，联村领导牵头。")
    page.form.boxes[level].set_value("orange")
    assert page.step is not None
    page.step.submitted.emit()
    assert "→ 〔橙色〕林地界线纠纷超期，联村领导牵头。" in shown(page)
    step(page, "resolve", text="6月20日前踏勘", owner_id=CADRES["leader"], due_on=date(2026, 6, 20))
    clerk.sync()

    leader.sync()
    assert any(line.startswith("6月20日　6月20日前踏勘") for line in leader.today())
    clock.go_to(6, 16)  # the 20th and 19th are Dragon Boat holidays
    assert any("6月20日 · 还有 4 天　6月20日前踏勘" in line for line in leader.today())
    clock.go_to(6, 21)
    assert any("6月20日 · 超期 1 天　6月20日前踏勘" in line for line in leader.today())
    leader.follow("踏勘")
    page = leader.page("meetings", MeetingsPage)
    assert list(page.buttons) == ["finish"]  # the township's records are its offices'
    step(page, "finish", result="已现场踏勘，双方签字")
    leader.sync()
    assert not any("踏勘" in line for line in leader.today())

    clerk.sync()
    page = clerk.page("meetings", MeetingsPage)
    assert "已完成 2026-06-21）\n　　已现场踏勘，双方签字" in shown(page)
    assert IDS[VILLAGE].hex() not in shown(page)
