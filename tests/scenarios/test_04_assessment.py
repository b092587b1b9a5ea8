"""Domain §9, scenario 4: assessment.

When the village secretary signs May's sheet on 5 June; then late edits make a revision; the
linked leader's random draw shows two logs per cadre; "unreachable" does not lower any result;
党政办 signs for the township's cadres; the secretary's own sheet goes to the linked leader; no
ranking exists.
"""

from __future__ import annotations

from datetime import date

from desktop.views.assessment import AssessmentPage
from tests.forbidden import in_text
from tests.scenarios.field import SYSTEM, assessment, pick, rows_of, visited, worklog
from tests.scenarios.town import CADRES, Clock, Seat, Sit, shown, step
from township.usecases.assessment_paper import signed_paper

VILLAGE = "链子岩村村干部"


def test_04_assessment(sit: Sit, clock: Clock) -> None:
    cadre, secretary = sit("cadre"), sit("secretary")
    worked_in_may(cadre, secretary, clock)
    clock.go_to(6, 5)
    signed_on_the_fifth(secretary)
    secretary.sync()
    cadre.sync()
    a_late_edit(cadre, clock)
    secretary.sync()
    a_revision(secretary)
    secretary.sync()
    leader = sit("leader")
    asked_by_the_leader(leader)
    leader.sync()
    secretary.sync()
    nothing_is_lowered(secretary)
    signed_by_the_office(sit("office"), clock)


def worked_in_may(cadre: Seat, secretary: Seat, clock: Clock) -> None:
    """Three days of the cadre, on one of them the secretary came along; one of the secretary."""
    for day in (6, 7, 8):
        clock.go_to(5, day, 17)
        along = {"companions": (CADRES["secretary"],)} if day == 8 else {}
        visited(cadre, date(2026, 5, day), ("am", "pm"), **along)
    visited(secretary, date(2026, 5, 7), ("am",))
    cadre.sync()
    secretary.sync()
    assert secretary.today(SYSTEM) == ["5月8日和李秀英一起走访，确认后计入您的天数"]
    secretary.follow("5月8日", SYSTEM)
    page = worklog(secretary)
    page.steps.joint.click()
    assert "计 0.5 天" in page._reason.text() or "计 1 天" in page._reason.text()


def signed_on_the_fifth(secretary: Seat) -> None:
    assert secretary.today(SYSTEM)[0].endswith(f"{VILLAGE}5月考核表：请在6月5日前签字")
    secretary.follow("请在6月5日前签字", SYSTEM)
    page = secretary.page("assessment", AssessmentPage)
    page.show_target("all")
    assert "链子岩村村书记" in rows_of(page)  # one's own is seen, and not signed
    pick(page, "链子岩村村书记")
    assert "sign" not in page.buttons
    pick(page, VILLAGE)
    step(page, "sign")
    assert rows_of(page)[VILLAGE][-1] == "已签字" and rows_of(page)["李秀英"][0] == "3.0 / 8.0"
    assert not secretary.today(SYSTEM)


def a_late_edit(cadre: Seat, clock: Clock) -> None:
    """What is signed the author cannot change; a day that was forgotten he can still enter."""
    page = worklog(cadre)
    page.show_day(date(2026, 5, 6))
    page.steps.edit.click()
    assert page.steps.dialog is not None
    page.steps.dialog.keep.click()
    assert "已经签字" in page.steps.dialog.problem.text()
    page.steps.dialog.reject()
    clock.go_to(6, 8)
    visited(cadre, date(2026, 5, 20), ("am",))
    assert "要考核人同意才计入" in page._reason.text()
    cadre.sync()


def a_revision(secretary: Seat) -> None:
    lines = secretary.today(SYSTEM)
    assert any("李秀英有 1 天补录等您同意" in line for line in lines)
    secretary.follow("等您同意", SYSTEM)
    page = secretary.page("assessment", AssessmentPage)
    step(page, "consent")
    pick(page, VILLAGE)
    assert "李秀英：天数 3.0 → 3.5，补录 0 → 1" in shown(page)
    step(page, "sign")
    assert rows_of(page)[VILLAGE][-1] == "已签第 2 次修订"
    [unit] = [one for one in page.units if one.title == VILLAGE]
    with page.database.reader() as session:
        papers = [signed_paper(session, sheet.id) for sheet in unit.sheets]
    assert [paper.lines[0].days for paper in papers] == ["3.0", "3.5"]  # the old one stays


def asked_by_the_leader(leader: Seat) -> None:
    lines = leader.today(SYSTEM)
    assert any("链子岩村村书记5月考核表" in line for line in lines)
    page = assessment(leader)
    pick(page, "李秀英")
    before = rows_of(page)["李秀英"][0]
    assert shown(page).count("没问") == 2
    step(page, "ask", result="unreachable")
    step(page, "ask", result="confirmed")
    assert "ask" not in page.buttons
    assert rows_of(page)["李秀英"][0] == before
    pick(page, "链子岩村村书记")
    step(page, "sign")
    assert rows_of(page)["链子岩村村书记"][-1] == "已签字"


def nothing_is_lowered(secretary: Seat) -> None:
    page = assessment(secretary)
    row = rows_of(page)["李秀英"]
    assert (row[0], row[5]) == ("3.5 / 8.0", "2/2")
    assert rows_of(page)[VILLAGE][-1] == "已签第 2 次修订"
    heads = [page.model.headerData(at, 1) for at in range(page.model.columnCount())]
    assert not [head for head in heads if in_text(str(head))]
    assert not any(column.sortable for column in page.model.columns)


def signed_by_the_office(office: Seat, clock: Clock) -> None:
    page = assessment(office)
    pick(page, "镇干部")
    step(page, "sign")
    assert rows_of(page)["镇干部"][-1] == "已签字"
    page.show_target("all")
    pick(page, VILLAGE)
    assert "sign" not in page.buttons
