"""矛盾纠纷 on a real database: from the first word to the visit afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from tests.usecases.meetings_sample import (
    CADRE,
    FAR_ZONE,
    HOME,
    JUSTICE,
    LEADER,
    MAYOR,
    SECRETARY,
    ZONE,
    Clock,
    clock,
    database,
    do,
    held,
    template,
)
from township.errors import InvalidInput, NotAllowed
from township.records import AgendaItem, Cadre, Dispute, DisputeParty
from township.rules.settings import PRESET
from township.storage.database import Database
from township.usecases import (
    agenda,
    dispute_list,
    dispute_paper,
    dispute_steps,
    disputes,
    disputes_due,
    meetings,
    tasks,
)
from township.usecases.dispute_list import DisputeDetail
from township.usecases.disputes import DisputeEntry
from township.usecases.dues import Asker, Urgency
from township.usecases.tasks import Origin, TaskEntry
from township.values import CHINA

__all__ = ["clock", "database", "template"]
DAY = date(2026, 5, 12)
ENTRY = DisputeEntry(
    "forest_land", "两家因橙园边界的三棵树归属争吵。", "yellow", 2, HOME, "向大贵", found_by="visit"
)


def record(database: Database, author: bytes = CADRE, entry: DisputeEntry = ENTRY) -> bytes:
    return do(database, author, lambda w: disputes.record(w, ZONE, entry, DAY))


def step(database: Database, one: bytes, author: bytes, name: str, *values: Any) -> None:
    do(database, author, lambda w: getattr(dispute_steps, name)(w, one, *values))


def detail(database: Database, one: bytes) -> DisputeDetail:
    today = database.clock().astimezone(CHINA).date()
    with database.reader() as session:
        return dispute_list.dispute_detail(session, one, today, by=CADRE)


def waits(database: Database, cadre: bytes) -> list[tuple[str, date | None, Urgency]]:
    with database.reader() as session:
        asker = Asker(session.get_one(Cadre, cadre), database.clock(), PRESET)
        found = sorted(disputes_due.due(session, asker), key=lambda one: one.order)
        return [(one.text.partition("：")[2], one.on, one.urgency) for one in found]


def test_one_entry_has_number_parties_and_reason(database: Database) -> None:
    one = record(database)
    found = detail(database, one)
    assert found.dispute.no == "2026-007-0001"
    assert found.parties == ("甲方：龙马溪-2-017", "乙方：向大贵")
    assert found.dispute.level_reason == "反复发生，或 5 人以上，或涉及钱款、土地"
    assert (found.standing.level, found.standing.due_on) == ("yellow", date(2026, 6, 1))
    assert found.owner == "向书记"
    second = record(database)
    assert detail(database, second).dispute.no == "2026-007-0002"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"dispute_type": None}, "dispute_type"),
        ({"summary": None}, "summary"),
        ({"others": None}, "others"),
        ({"others": "甲"}, ""),
        ({"home_id": None, "others": "甲"}, "others"),
        ({"home_id": None, "others": "甲、乙"}, ""),
        ({"people_count": 10}, "level"),
        ({"people_count": 10, "level": "orange"}, ""),
    ],
)
def test_what_an_entry_needs(change: dict[str, Any], name: str) -> None:
    entry = DisputeEntry(**{**vars(ENTRY), **change})
    assert disputes.problems(entry, PRESET).keys() == ({name} if name else set())


def test_who_may_record_one(database: Database) -> None:
    record(database, JUSTICE)
    with pytest.raises(NotAllowed):
        record(database, LEADER)


def test_an_overdue_one_rises_and_changes_its_owner(database: Database, clock: Clock) -> None:
    """Domain §9 scenario 12: a yellow dispute that passes its day turns orange, owner LL."""
    one = record(database)
    assert waits(database, SECRETARY) == [("待首次接触当事人", date(2026, 5, 14), Urgency.SOON)]
    step(database, one, CADRE, "add_step", DAY, "contact", "双方都已见过")
    clock.go_to(6, 1)
    assert waits(database, LEADER) == []
    clock.go_to(6, 2)
    assert [line[2] for line in waits(database, LEADER)] == [Urgency.OVERDUE]
    assert detail(database, one).owner == "王𠮷明"
    assert waits(database, SECRETARY) == []  # the cadre mediates, the leader owns
    clock.go_to(6, 17)
    assert detail(database, one).standing.level == "red"
    assert [line[0] for line in waits(database, MAYOR)] == ["待化解", "登记今天的情况"]
    step(database, one, CADRE, "add_step", date(2026, 6, 17), "daily", "今日无新情况")
    assert [line[0] for line in waits(database, MAYOR)] == ["待化解"]


def test_a_level_falls_only_by_who_approves(database: Database) -> None:
    one = record(database)
    step(database, one, CADRE, "set_level", "orange", "有威胁言行")  # anybody raises
    with pytest.raises(NotAllowed):
        step(database, one, CADRE, "set_level", "blue", "已平息")
    with pytest.raises(InvalidInput):
        step(database, one, SECRETARY, "set_level", "blue", " ")
    step(database, one, SECRETARY, "set_level", "blue", "双方已冷静")
    found = detail(database, one).dispute
    assert (found.level, found.level_by, found.level_since) == ("blue", SECRETARY, DAY)


def test_from_agreement_to_closing(database: Database, clock: Clock) -> None:
    """人民调解法 art. 33: thirty days for judicial confirmation; then the visit, then the end."""
    one = record(database)
    with pytest.raises(NotAllowed):
        step(database, one, CADRE, "close")
    step(database, one, CADRE, "agree", "written", DAY, "以水沟为界，三棵树归向家")
    last = date(2026, 6, 11)
    clock.go_to(6, 10)
    near = [("双方可在期限内共同申请司法确认", last, Urgency.SOON), ("待回访", last, Urgency.SOON)]
    assert waits(database, CADRE) == near
    clock.go_to(6, 12)
    assert waits(database, CADRE) == [("待回访", last, Urgency.OVERDUE)]
    with pytest.raises(InvalidInput, match="第三十三条"):
        step(database, one, CADRE, "ask_confirmation", date(2026, 6, 12))
    step(database, one, CADRE, "ask_confirmation", last)
    with pytest.raises(NotAllowed, match="回访"):
        step(database, one, CADRE, "close")
    step(database, one, CADRE, "revisit", date(2026, 6, 12), "双方相安")
    step(database, one, CADRE, "close")
    found = detail(database, one).dispute
    assert (found.state, found.result, found.closed_on) == ("closed", "settled", date(2026, 6, 12))
    with pytest.raises(NotAllowed, match="已经办结"):
        step(database, one, CADRE, "add_step", DAY, "other", "再记一笔")


def test_a_refusal_ends_mediation_and_the_ways_are_told(database: Database) -> None:
    """人民调解法 arts. 17, 26."""
    one = record(database)
    step(database, one, CADRE, "refuse", DAY, "向大贵不愿调解")
    with pytest.raises(NotAllowed, match="不得调解"):
        step(database, one, CADRE, "add_step", DAY, "mediate", "再劝")
    with pytest.raises(NotAllowed, match="不得调解"):
        step(database, one, CADRE, "agree", "oral", DAY, "x")
    with pytest.raises(InvalidInput, match="第二十六条"):
        step(database, one, CADRE, "end", "ended_to_court", DAY, "")
    step(database, one, CADRE, "resume")
    step(database, one, CADRE, "refuse", DAY, "还是不愿")
    step(database, one, CADRE, "end", "ended_to_court", DAY, "可向人民法院起诉")
    step(database, one, CADRE, "close")
    assert detail(database, one).dispute.state == "closed"


def test_days_are_neither_ahead_nor_before_the_beginning(database: Database) -> None:
    one = record(database)
    with pytest.raises(InvalidInput, match="晚于今天"):
        step(database, one, CADRE, "agree", "oral", date(2026, 5, 13), "各让一步")
    with pytest.raises(InvalidInput, match="早于"):
        step(database, one, CADRE, "agree", "oral", date(2026, 5, 11), "各让一步")


def test_lists_and_counts(database: Database, clock: Clock) -> None:
    low = record(database, entry=DisputeEntry(**{**vars(ENTRY), "level": "blue"}))
    high = record(database)
    clock.go_to(6, 2)
    today = date(2026, 6, 2)
    with database.reader() as session:

        def ids(which: str, search: str = "") -> list[bytes]:
            return dispute_list.dispute_ids(session, which, today, search)

        assert ids("open") == [high, low] and ids("risen") == [high]
        assert ids("blue") == [low] and ids("all", "向大贵") == [high, low]
        assert ids("all", "没有") == []
        rows = dispute_list.dispute_rows(session, ids("all"), today, by=CADRE)
        assert (rows[high].level, rows[high].late, rows[low].late) == ("orange", True, False)
        [(zone, counted)] = dispute_list.open_by_zone(session, today).items()
        assert (zone, counted.count, counted.level) == (ZONE, 2, "orange")
        assert len(session.scalars(select(DisputeParty)).all()) == 4
        assert session.scalars(select(Dispute.state).distinct()).all() == ["open"]


def test_meetings_talk_about_what_is_open(database: Database) -> None:
    """An agenda is internal: it says what and who, never the restricted text."""
    record(database)
    origin = Origin(ZONE, "visit", None, HOME)
    entry = TaskEntry("量一量水管", CADRE, date(2026, 5, 20))
    do(database, SECRETARY, lambda w: tasks.give(w, origin, entry))
    meeting = held(database)
    with database.reader() as session:
        items = meetings.meeting_detail(session, meeting).items
        said = {one.item.topic: (one.source, one.item) for one in items}
        text, item = said["矛盾纠纷〔山林土地·黄色〕（编号 2026-007-0001）"]
        assert text == ENTRY.summary
        assert agenda.suggested(session, item, DAY) == "由向书记牵头调处，6月1日前化解。"
        text, item = said["任务〔走访〕（李秀英，5月20日前）"]
        assert text == "量一量水管"
        assert agenda.suggested(session, item, DAY) == "由李秀英继续办理，下次会议报告结果。"
        zones = [one for one in agenda.proposal(session, None, DAY) if one.about_zone_id == ZONE]
        assert "未化解纠纷 1 件（最高黄色）" in zones[0].topic
        review = [AgendaItem(about_zone_id=zone) for zone in (ZONE, FAR_ZONE)]
        levels = [agenda.suggested_level(session, one, DAY) for one in review]
        assert levels == ["yellow", "calm"]


def test_the_paper_knows_no_names(database: Database, clock: Clock) -> None:
    """甲方, 乙方 on copies, also inside the texts; numbers are masked. Source: domain §6, §7.3."""
    entry = replace(
        ENTRY, summary="向大贵（13812345678）与龙马溪-2-017争一棵树", others="向大贵、向大"
    )
    one = record(database, entry=entry)
    step(database, one, CADRE, "add_step", DAY, "contact", "向大说不要树，向大贵不肯")
    with database.reader() as session:
        paper = dispute_paper.dispute_sheet(session, one, DAY, by=CADRE)
    assert paper.parties == tuple(f"{name}方（个人或农户）" for name in "甲乙丙")
    assert paper.matter == "乙方（138****5678）与甲方争一棵树"
    [measure] = paper.measures
    assert measure.endswith("：丙方说不要树，乙方不肯") and measure.startswith("2026-05-12 ")
    assert (paper.level, paper.level_name, paper.owner) == ("yellow", "黄色", "向书记")
    assert paper.due == "2026-06-01" and paper.since == "2026-05-12 起" and paper.result == ""
    clock.go_to(6, 3)
    with database.reader() as session:
        paper = dispute_paper.dispute_sheet(session, one, date(2026, 6, 3), by=CADRE)
    assert paper.level == "orange" and "原黄色，超期未化解已升级" in paper.since


def test_the_paper_of_one_that_is_over(database: Database) -> None:
    one = record(database)
    step(database, one, CADRE, "add_step", DAY, "contact", "谈过")
    step(database, one, CADRE, "agree", "written", DAY, "向大贵移走两棵树")
    with database.reader() as session:
        paper = dispute_paper.dispute_sheet(session, one, DAY, by=CADRE)
    assert paper.due == "" and paper.result.startswith("2026-05-12 达成书面协议：乙方移走两棵树")
    assert "前回访" in paper.review
