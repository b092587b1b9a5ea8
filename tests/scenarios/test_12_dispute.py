"""Domain §9, scenario 12, the warning: a yellow forest-boundary dispute passes its due date; it
turns orange and is the linked leader's; the agreement sets the reminder of judicial confirmation
thirty days later (人民调解法 art. 33).
"""

from __future__ import annotations

from datetime import date

from desktop.views.disputes import DisputesPage
from desktop.views.entry_dialog import EntryDialog
from tests.scenarios.town import HOME, Clock, Seat, Sit, shown, step
from township.usecases import disputes_due


def waits(seat: Seat) -> list[str]:
    """The lines about disputes on 今日."""
    return seat.today(disputes_due.SYSTEM)


def test_12_dispute(sit: Sit, clock: Clock) -> None:
    cadre, leader = sit("cadre"), sit("leader")
    clock.go_to(5, 12)
    recorded(cadre)
    cadre.sync()
    leader.sync()
    assert waits(leader) == []
    clock.go_to(6, 1)
    assert waits(leader) == []
    clock.go_to(6, 2)  # twenty days are over
    [line] = waits(leader)
    assert "橙色，已超期升级" in line
    leader.follow("橙色", disputes_due.SYSTEM)
    page = leader.page("disputes", DisputesPage)
    assert "橙色（原黄色，超期未化解已升级）" in shown(page) and "责任人\n王国良" in shown(page)
    step(page, "agree", agreement="written", agreed_on=date(2026, 6, 2), terms="以水沟为界")
    assert "双方可在 2026-07-02 前共同向人民法院申请" in shown(page)
    leader.sync()
    cadre.sync()
    clock.go_to(6, 30)
    assert any("共同申请司法确认" in line and "还有 2 天" in line for line in waits(cadre))


def recorded(cadre: Seat) -> None:
    """The village cadre writes it down without a visit, and meets both parties."""
    page = cadre.page("disputes", DisputesPage)
    assert page.adds is not None
    page.adds.click()
    [dialog] = page.findChildren(EntryDialog)
    dialog.form.set_values(
        {
            "household_id": HOME,
            "others": "向大贵",
            "summary": "两家因橙园边界的三棵树归属争吵。",
            "dispute_type": "forest_land",
            "level": "yellow",
            "found_on": date(2026, 5, 12),
        }
    )
    dialog.save()
    step(page, "step", text="双方都已见过")
