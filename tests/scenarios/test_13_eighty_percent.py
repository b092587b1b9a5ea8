"""Scenario 13, the 80 % line (domain §9), through the windows of those who do it.

Given 249 valid answers, 199 satisfied (79.92 %); then fail, accountability opened. 200 of 250:
pass. With 14 ballots returned: no quorum. Nobody can list who voted what.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from PySide6.QtWidgets import QLabel
from sqlalchemy import select

from desktop.driver import Driver
from desktop.views.evaluations import EvaluationsPage
from tests.scenarios.offices import HE, ZHOU, ZONE, Township, sync, township
from township.changes import Op, decode_op
from township.records import Accountability, Base, Evaluation, EvaluationTotal
from township.rules.evaluations import ANSWERS, Answers, Counts
from township.storage import tables
from township.usecases import evaluation_papers, evaluations
from township.usecases.ballot_counts import answers_of
from township.values import CHINA, utc_now

FAILING = {
    "duty": Answers(50, 17, 16, 0, 0),
    "style": Answers(48, 18, 17, 0, 0),
    "outcome": Answers(46, 20, 17, 0, 0),
}
PASSING = {
    "duty": Answers(50, 17, 16, 1, 0),
    "style": Answers(48, 18, 17, 0, 1),
    "outcome": Answers(46, 21, 17, 0, 0),
}
FEW = dict.fromkeys(FAILING, Answers(14, 0, 0, 0, 0))
ROUNDS = {"year": (90, 85, FAILING), "h1": (90, 85, PASSING), "h2": (20, 20, FEW)}
"""By the period that tells them apart: representatives, ballots given out, what is counted."""
COMMENTS = [f"{place}的路灯不亮" for place in ("村口", "码头", "二组", "学校", "晒场")]
BALLOTS = ("ballot_tally", "ballot_comments")


@dataclass
class Played:
    """The township after the story, and what two windows showed at its end."""

    township: Township
    office: str
    village: str


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, qapp: Any) -> Iterator[Played]:
    """The whole story: two offices' laptops, synced after each part, then the village's."""
    with township(tmp_path_factory.mktemp("thirteen")) as made:
        with made.at_work("liu") as driver:
            sync(driver)
            for part, (roster, issued, _) in ROUNDS.items():
                prepare(driver, part, roster, issued)
            sync(driver)
        with made.at_work("zhou") as driver:
            count(driver, comments=True)
            sync(driver)
        with made.at_work("he") as driver:
            sync(driver)
            count(driver)
            sync(driver)
        with made.at_work("liu") as driver:
            sync(driver)
            approve(driver)
            sync(driver)
            office = shown(driver, "h1")
        with made.at_work("xiang") as driver:
            sync(driver)
            village = shown(driver, "h1")
        yield Played(made, office, village)


def page_of(driver: Driver) -> EvaluationsPage:
    page = driver.show("evaluation")
    assert isinstance(page, EvaluationsPage)
    return page


def save(driver: Driver, page: EvaluationsPage, **values: Any) -> None:
    assert page.step is not None
    page.step.form.set_values(values)
    driver.rest()  # a form's keys work once it is on show
    driver.keys("Ctrl+S")
    assert page.step is None, page.problem.text()


def prepare(driver: Driver, part: str, roster: int, issued: int) -> None:
    page = page_of(driver)
    driver.keys("Ctrl+N")
    chosen = {"zone_id": ZONE, "teller_one": ZHOU, "teller_two": HE}
    save(driver, page, part=part, roster_size=roster, **chosen)
    page.buttons["issue"].click()
    save(driver, page, issued=issued)
    page.buttons["close"].click()
    save(driver, page)


def count(driver: Driver, comments: bool = False) -> None:
    """Enter all three counts, and the comments of the one that passes."""
    page = page_of(driver)
    for part, record in evaluations_of(page).items():
        page.show_target(record)
        page.buttons["count"].click()
        assert page.count is not None
        page.count.form.set_values(typed(ROUNDS[part][2]))
        page.count.save()
        driver.rest()
        driver.main.activateWindow()  # without a screen nobody gives the focus back
        if comments and part == "h1":
            page.buttons["comments"].click()
            save(driver, page, duty="\n".join(COMMENTS), style="一句话")


def typed(counts: Counts) -> dict[str, int]:
    return {f"{d}.{a}": getattr(one, a) for d, one in counts.items() for a in ANSWERS}


def evaluations_of(page: EvaluationsPage) -> dict[str, bytes]:
    with page.database.reader() as session:
        return {one.part: one.id for one in session.scalars(select(Evaluation))}


def approve(driver: Driver) -> None:
    page = page_of(driver)
    for record in evaluations_of(page).values():
        page.show_target(record)
        page.buttons["approve"].click()
        driver.rest()
        assert not page.problem.isVisible(), page.problem.text()


def shown(driver: Driver, part: str) -> str:
    """What the panel tells of one evaluation."""
    page = page_of(driver)
    page.show_target(evaluations_of(page)[part])
    driver.rest()
    return "\n".join(one.text() for one in page.panel.findChildren(QLabel))


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("year", "199 项 ÷ 有效 249 项 = 79.92%，低于 80.00% 的标准。"),
        ("h1", "200 项 ÷ 有效 250 项 = 80.00%，达到 80.00% 的标准。"),
        ("h2", "收回 14 张；至少要收回 15 张"),
    ],
)
def test_the_office_and_the_village_read_the_same(played: Played, part: str, told: str) -> None:
    for name in ("office", "village"):
        with played.township.opened(name) as database, database.reader() as session:
            found = {one.part: one for one in session.scalars(select(Evaluation))}
            detail = evaluations.evaluation_detail(session, found[part].id)
            text = evaluation_papers.explained(detail)
        assert told in text, name


def test_the_line_decides(played: Played) -> None:
    with played.township.opened("village") as database, database.reader() as session:
        found = {one.part: one for one in session.scalars(select(Evaluation))}
        results = {part: (one.result, one.returned) for part, one in found.items()}
        rows = session.scalars(select(EvaluationTotal)).all()
        totals = {
            part: {r.dimension: answers_of(r) for r in rows if r.evaluation_id == one.id}
            for part, one in found.items()
        }
        opened = session.scalars(select(Accountability)).all()
    assert results == {"year": ("fail", 83), "h1": ("pass", 84), "h2": ("no_quorum", 14)}
    assert totals == {"year": FAILING, "h1": PASSING, "h2": {}}
    [one] = opened
    today = utc_now().astimezone(CHINA).date()
    assert one.evaluation_id == found["year"].id and one.state == "open"
    assert timedelta(days=13) <= one.due_on - today <= timedelta(days=15)


def ops_of(played: Played, name: str) -> list[Op]:
    """All that a laptop ever wrote."""
    with played.township.opened(name) as database, database.reader() as session:
        packed = session.scalars(select(tables.changeset.c.ops)).all()
    return [decode_op(op) for one in packed for op in msgspec.msgpack.decode(one)]


def test_nobody_can_list_who_voted_what(played: Played) -> None:
    """Not in a record, not in the log: whole sums only, as many for 14 ballots as for 84."""
    ops = [op for name in ("office", "petitions", "village") for op in ops_of(played, name)]
    counted = [op for op in ops if op.kind == "ballot_tally"]
    assert len(counted) == 2 * 3 * len(ROUNDS) and {op.action for op in counted} == {"insert"}
    sums = {sum(op.fields.get(answer, 0) for answer in ANSWERS) for op in counted}
    assert sums == {83, 84, 14}, "no operation adds one ballot"
    [words] = [op for op in ops if op.kind == "ballot_comments" and op.fields["subject"] == "duty"]
    assert words.fields["text"].splitlines() == sorted(COMMENTS) != COMMENTS
    assert {op.kind for op in ops} == {"evaluation", "evaluation_total", "accountability", *BALLOTS}


def test_the_village_laptop_holds_no_count_and_no_words(played: Played) -> None:
    with played.township.opened("village") as database, database.reader() as session:
        for table in Base.metadata.sorted_tables:
            rows = session.execute(select(table)).all()
            if table.name in BALLOTS:
                assert not rows, table.name
            held = repr(rows)
            assert not any(kind in held for kind in BALLOTS), table.name
            assert not any(word in held for word in COMMENTS), table.name
    with played.township.opened("office") as database, database.reader() as session:
        assert session.execute(select(tables.draft)).all() == []


def test_the_village_window_shows_the_result_and_no_words(played: Played) -> None:
    assert "达标" in played.village and "80.00%" in played.village
    assert "的路灯不亮" not in played.village and "没有列出" not in played.village


def test_the_office_reads_words_only_where_five_say_something(played: Played) -> None:
    assert all(word in played.office for word in COMMENTS)
    assert "一句话" not in played.office
    assert "1 条。同类不足 5 条的不列出" in played.office
