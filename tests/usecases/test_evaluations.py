"""An evaluation from its making to what follows, on a real encrypted database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from tests.usecases.townships import (
    BAD,
    DAY,
    GOOD,
    GUEST,
    LIU,
    OTHER_ZONE,
    PETER,
    SECRETARY,
    TOP,
    VALUES,
    VILLAGE,
    ZHOU,
    counted,
    do,
    make,
)
from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import BallotComments, BallotTally, EvaluationTotal, new_id
from township.rules.evaluations import Answers
from township.rules.settings import PRESET
from township.storage.database import Database
from township.usecases import evaluation_steps as steps
from township.usecases import evaluations, evaluations_due

NOW = [datetime(2026, 5, 20, 1, tzinfo=UTC)]
SMALL = dict.fromkeys(GOOD, Answers(14, 0, 0, 0, 0))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("evaluations") / "laptop.db"
    database = make(path, lambda: NOW[0])
    yield database
    database.close()


@pytest.fixture(autouse=True)
def today() -> None:
    NOW[0] = datetime(2026, 5, 20, 1, tzinfo=UTC)


def detail(database: Database, made: bytes) -> evaluations.EvaluationDetail:
    with database.reader() as session:
        return evaluations.evaluation_detail(session, made)


def due(database: Database, cadre: bytes, day: date = DAY) -> list[str]:
    with database.reader() as session:
        return [one.text for one in evaluations_due.waiting(session, cadre, day, PRESET)]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"teller_two": ZHOU}, ("teller_two", "不同的人")),
        ({"teller_two": VILLAGE}, ("teller_two", "本责任区")),
        ({"zone_id": OTHER_ZONE, "teller_two": VILLAGE}, ("teller_two", "角色不能计票")),
        ({"target_kind": "cadre"}, ("cadre_id", "在任")),
        ({"target_kind": "cadre", "cadre_id": LIU}, ("cadre_id", "在任")),
        ({"roster_size": 0}, ("roster_size", "代表人数")),
        ({"held_on": None}, ("held_on", "测评日期")),
        ({"year": None}, ("year", "年度")),
    ],
)
def test_what_an_evaluation_needs(
    database: Database, values: dict[str, Any], problem: tuple[str, str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        do(database, LIU, lambda w: steps.create(w, VALUES | values))
    assert problem[1] in refused.value.problems[problem[0]]


def test_a_pass_becomes_public(database: Database) -> None:
    made = counted(database, GOOD, GOOD, target_kind="cadre", cadre_id=VILLAGE)
    before = detail(database, made)
    assert (before.evaluation.result, before.totals, before.target) == (None, {}, "龙马溪村 向美华")
    for cadre, told in ((ZHOU, "计票人不能审定"), (GUEST, "联村领导不能")):
        with pytest.raises(NotAllowed, match=told):
            do(database, cadre, lambda w: steps.approve(w, made))
    do(database, TOP, lambda w: steps.approve(w, made))
    after = detail(database, made)
    one = after.evaluation
    assert (one.state, one.result, one.returned) == ("approved", "pass", 20)
    assert (one.approved_by, one.approved_on) == (TOP, DAY)
    assert after.totals == GOOD and after.accountability is None
    with pytest.raises(NotAllowed, match="已经审定"):
        do(database, LIU, lambda w: steps.void(w, made, "错了"))
    with pytest.raises(NotAllowed, match="审定后不能再改"):
        do(database, ZHOU, lambda w: steps.enter_count(w, made, BAD))


def test_tellers_that_differ_are_shown_and_nobody_wins(database: Database) -> None:
    made = counted(database, GOOD, BAD)
    found = detail(database, made).counting
    assert found.agreed is None and len(found.differences) == 2
    assert any("两人计票不一致" in text for text in due(database, ZHOU))
    with pytest.raises(NotAllowed, match="工作作风·满意：甲 14 张，乙 2 张"):
        do(database, TOP, lambda w: steps.approve(w, made))
    with database.reader() as session:
        about = EvaluationTotal.evaluation_id == made
        assert not session.scalars(select(EvaluationTotal).where(about)).all()
    do(database, PETER, lambda w: steps.enter_count(w, made, GOOD))
    assert detail(database, made).counting.agreed == GOOD
    assert any("待审定" in text for text in due(database, TOP))
    do(database, LIU, lambda w: steps.void(w, made, "票箱没有封好"))


def test_only_its_tellers_count_and_only_after_the_box_is_closed(database: Database) -> None:
    made = do(database, LIU, lambda w: steps.create(w, VALUES))
    with pytest.raises(NotAllowed, match="筹备中"):
        do(database, LIU, lambda w: steps.close_box(w, made, DAY))
    with pytest.raises(InvalidInput, match="多于代表人数"):
        do(database, LIU, lambda w: steps.issue(w, made, 31))
    do(database, LIU, lambda w: steps.issue(w, made, 20))
    with pytest.raises(NotAllowed, match="收票结束后"):
        do(database, ZHOU, lambda w: steps.enter_count(w, made, GOOD))
    for day in (None, date(2026, 5, 19), date(2026, 5, 21)):
        with pytest.raises(InvalidInput, match="收票日期"):
            do(database, LIU, lambda w, day=day: steps.close_box(w, made, day))
    do(database, LIU, lambda w: steps.close_box(w, made, DAY))
    for cadre in (LIU, SECRETARY):
        with pytest.raises(NotAllowed, match="两名计票人"):
            do(database, cadre, lambda w: steps.enter_count(w, made, GOOD))
        with pytest.raises(NotAllowed, match="两名计票人"):
            do(database, cadre, lambda w: steps.enter_comments(w, made, {"duty": "好"}))
    with pytest.raises(InvalidInput, match="合计不相同"):
        wrong = GOOD | {"duty": Answers(19)}
        do(database, ZHOU, lambda w: steps.enter_count(w, made, wrong))
    do(database, ZHOU, lambda w: steps.enter_count(w, made, GOOD))
    with pytest.raises(NotAllowed, match="还没有都录入"):
        do(database, TOP, lambda w: steps.approve(w, made))
    do(database, LIU, lambda w: steps.void(w, made, "换人计票"))


def test_fourteen_ballots_give_no_result_and_no_totals(database: Database) -> None:
    made = counted(database, SMALL, SMALL)
    do(database, TOP, lambda w: steps.approve(w, made))
    found = detail(database, made)
    assert (found.evaluation.result, found.evaluation.returned) == ("no_quorum", 14)
    assert found.totals == {} and found.accountability is None


def test_a_failure_is_followed_up_to_the_next_evaluation(database: Database) -> None:
    made = counted(database, BAD, BAD)
    do(database, LIU, lambda w: steps.approve(w, made))
    opened = detail(database, made).accountability
    assert opened is not None
    assert (opened.state, opened.due_on) == ("open", date(2026, 6, 4))
    assert "龙马溪村班子不达标，待定问责措施" in due(database, GUEST)
    assert not [text for text in due(database, VILLAGE) if "问责" in text]
    with pytest.raises(InvalidInput, match="整改要求"):
        do(database, GUEST, lambda w: steps.decide(w, made, {"measures": ("talk",)}))
    wanted = {"measures": ("talk", "rectify"), "measure_text": "每周到组一次"}
    do(database, GUEST, lambda w: steps.decide(w, made, wanted))
    with pytest.raises(NotAllowed, match="没有待定措施"):
        do(database, GUEST, lambda w: steps.decide(w, made, wanted))
    assert "整改期将满" not in "".join(due(database, LIU, date(2026, 7, 20)))
    assert "整改期将满" in "".join(due(database, LIU, date(2026, 7, 21)))
    again = counted(database, BAD, BAD, previous=made, part="h2")
    do(database, LIU, lambda w: steps.approve(w, again))
    found, after = detail(database, made), detail(database, again)
    assert found.accountability is not None and found.accountability.state == "closed"
    assert after.failed_before and after.accountability is not None
    assert after.accountability.state == "open"


def test_comments_lose_their_order_and_small_groups_their_text(database: Database) -> None:
    made = counted(database, GOOD, GOOD)
    duty = "\n".join(f"{n} 组的路要修" for n in "五四三二一")
    with pytest.raises(InvalidInput, match="电话或身份证号"):
        do(database, ZHOU, lambda w: steps.enter_comments(w, made, {"duty": "找 13812341234"}))
    texts = {"duty": duty, "style": "多来走走", "other": ""}
    do(database, ZHOU, lambda w: steps.enter_comments(w, made, texts))
    do(database, PETER, lambda w: steps.enter_comments(w, made, texts | {"style": ""}))
    do(database, PETER, lambda w: steps.enter_comments(w, made, texts))
    do(database, TOP, lambda w: steps.approve(w, made))
    shown = detail(database, made).comments
    assert shown.groups == (("duty", tuple(sorted(duty.splitlines()))),)
    assert shown.hidden == 1


def test_counts_go_after_six_months_and_totals_stay(database: Database) -> None:
    made = counted(database, GOOD, GOOD)
    do(database, ZHOU, lambda w: steps.enter_comments(w, made, {"duty": "好"}))
    do(database, TOP, lambda w: steps.approve(w, made))
    NOW[0] = datetime(2026, 11, 20, 1, tzinfo=UTC)
    with pytest.raises(NotAllowed, match="2026-11-20"):
        do(database, ZHOU, lambda w: steps.clear_counts(w, made))
    NOW[0] = datetime(2026, 11, 21, 1, tzinfo=UTC)
    told = f"测评 {detail(database, made).evaluation.no}：计票记录已满期"
    assert any(told in text for text in due(database, ZHOU, date(2026, 11, 21)))
    for teller in (ZHOU, PETER):
        do(database, teller, lambda w: steps.clear_counts(w, made))
    assert not any(told in text for text in due(database, ZHOU, date(2026, 11, 21)))
    with database.reader() as session:
        about = BallotTally.evaluation_id == made
        gone = session.scalars(select(BallotTally).where(about)).all()
        assert {row.satisfied for row in gone} == {None} and all(row.deleted_at for row in gone)
        words = session.scalars(select(BallotComments.text).where(
            BallotComments.evaluation_id == made)).all()  # fmt: skip
        assert words == [None]
    assert detail(database, made).totals == GOOD


def test_what_has_not_been_evaluated_when_the_year_ends(database: Database) -> None:
    found = "2026 年全年还有 1 个责任区没有测评：天龙村"
    assert found in due(database, LIU, date(2026, 11, 1))
    assert found not in due(database, LIU, date(2026, 10, 31))
    assert found not in due(database, VILLAGE, date(2026, 11, 1))


def test_lists_and_rows(database: Database) -> None:
    with database.reader() as session:
        every = evaluations.evaluation_ids(session, evaluations.ALL)
        failed = evaluations.evaluation_ids(session, evaluations.FAILED)
        rows = evaluations.evaluation_rows(session, every)
        with pytest.raises(NotFound, match="不在本机"):
            evaluations.evaluation_detail(session, new_id())
    assert failed and {rows[one].rate for one in failed} == {"73.68%"}  # 42 of 57
    assert len({row.no for row in rows.values()}) == len(rows)
    assert {row.period for row in rows.values()} <= {"2026 年上半年", "2026 年下半年"}
