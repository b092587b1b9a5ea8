"""Domain §9, scenario 7: rumours without who said them, a fight without what happened.

When a village cadre reports rumours about 补偿标准 in a group, then there is no field for who said
it; the publicity leader answers with an explanation at the next meeting. When a fight is
reported, then the form says call 110 and stores the organ taking over only.
"""

from __future__ import annotations

from sqlalchemy import select

from desktop.views.meetings import MeetingsPage
from desktop.views.situations import SituationsPage
from sync.server.folder import OpenServer
from tests.scenarios.alarm import GROUP, WHO, answerable
from tests.scenarios.test_06_disaster import alarms, page_of
from tests.scenarios.town import Clock, Seat, Sit, shown, step
from township.records import Situation

TOPIC = "大家议论修路的补偿标准各户不一样"
_NAMING = {"household_id", "visit_id", "served", "names", "people", "place"}


def test_07_police_and_opinion(sit: Sit, server: OpenServer, clock: Clock) -> None:
    answerable(server, clock)
    clock.go_to(5, 20)
    cadre, publicity = sit("tan"), sit("publicity")
    rumours(cadre)
    fight(cadre)
    cadre.sync()
    publicity.sync()
    explained(publicity)
    publicity.sync()
    cadre.sync()
    known(cadre)


def rumours(cadre: Seat) -> None:
    """A topic, and nothing that says who talks."""
    page = page_of(cadre)
    page.new.click()
    page.buttons["new.opinion"].click()
    assert page.form is not None and not set(page.form.boxes) & _NAMING
    step(page, "new.opinion", where=GROUP, summary=TOPIC)
    found = stored(page, "opinion")
    assert (found.group_id, found.report_to) == (GROUP, WHO["publicity"])
    assert found.household_id is None and found.visit_id is None and found.served is None


def fight(cadre: Seat) -> None:
    """110 comes first; the organ that took over is all that is kept."""
    page = page_of(cadre)
    page.new.click()
    page.buttons["new.police"].click()
    assert page.step is not None and page.step.told.text().startswith("请先拨打 110。")
    assert page.form is not None and "summary" not in page.form.boxes
    step(page, "new.police", where=GROUP, organ="屈原镇派出所")
    found = stored(page, "police")
    assert (found.summary, found.organ) == ("已由屈原镇派出所接手处理", "屈原镇派出所")
    assert found.report_to == WHO["police"] and found.household_id is None


def explained(publicity: Seat) -> None:
    """The publicity leader receives it, answers, and the residents hear it at the meeting."""
    assert f"待接收：舆情 天龙村 三组：{TOPIC}" in alarms(publicity)
    meetings = publicity.page("meetings", MeetingsPage)
    meetings.table.select_id(meetings.model.id_at(0))
    assert f"舆情：{TOPIC}" in shown(meetings)
    page = page_of(publicity)
    page.show_target(stored(page, "opinion").id)
    step(page, "receive")
    step(page, "respond", response="补偿按县里文件执行，5月30日院坝会上公布各户丈量结果")
    step(page, "feed_back", told=("reporter", "residents"), feedback="院坝会上已说明")


def known(cadre: Seat) -> None:
    """Who reported it reads the answer, and closes it."""
    page = page_of(cadre)
    page.show_target(stored(page, "opinion").id)
    assert "补偿按县里文件执行" in shown(page) and "院坝会上已说明" in shown(page)
    step(page, "close")


def stored(page: SituationsPage, kind: str) -> Situation:
    with page.database.reader() as session:
        return session.scalars(select(Situation).where(Situation.situation_kind == kind)).one()
