"""民情意见箱: two openers, sealed papers, answers that somebody else approves. Domain §4.7."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from tests.usecases.meetings_sample import (
    CADRE,
    LEADER,
    MAYOR,
    SECRETARY,
    ZONE,
    Clock,
    clock,
    do,
)
from tests.usecases.zones_sample import (
    HOMES,
    OFFICE,
    PETITIONS,
    village,
    waiting,
    zone_template,
)
from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import BoxOpening, Need, OpinionEntry
from township.storage.database import Database
from township.usecases import opinion_list, opinions

__all__ = ["clock", "village", "zone_template"]
DAY = date(2026, 5, 12)


def opened(database: Database) -> bytes:
    return do(database, SECRETARY, lambda w: opinions.open_box(w, ZONE, DAY, SECRETARY, CADRE))


def paper(database: Database, text: str = "路口看不清来车", home: bytes | None = None) -> bytes:
    opening = opened(database)
    return do(database, SECRETARY, lambda w: opinions.write_down(w, opening, text, home))


def states(database: Database, which: str = opinion_list.ALL) -> list[str]:
    with database.reader() as session:
        return [one.state for one in opinion_list.paper_rows(session, which, [ZONE], by=CADRE)]


@pytest.mark.parametrize(
    ("one", "two", "day", "field"),
    [
        (SECRETARY, SECRETARY, DAY, "opener_two"),
        (SECRETARY, None, DAY, "opener_two"),
        (CADRE, LEADER, DAY, "opener_one"),
        (SECRETARY, CADRE, date(2026, 5, 13), "opened_on"),
    ],
    ids=["the same", "one alone", "not there", "another day"],
)
def test_two_different_people_who_were_there(
    village: Database, one: bytes, two: bytes | None, day: date, field: str
) -> None:
    with pytest.raises(InvalidInput) as failed:
        do(village, SECRETARY, lambda w: opinions.open_box(w, ZONE, day, one, two))
    assert list(failed.value.problems) == [field]


def test_a_paper_about_a_cadre_is_never_stored(village: Database) -> None:
    opening = opened(village)
    for about, error in ((True, NotAllowed), (None, InvalidInput)):
        with pytest.raises(error):
            do(
                village,
                SECRETARY,
                lambda w, about=about: opinions.write_down(  # type: ignore[misc]
                    w, opening, "干部收钱", about_cadre=about
                ),
            )
    assert states(village) == []
    names = set(OpinionEntry.fields()) | set(BoxOpening.fields())
    assert not {"about_cadre", "count", "papers", "sealed"} & names, "nor that there was one"


def test_who_opened_writes_down(village: Database) -> None:
    opening = opened(village)
    do(village, CADRE, lambda w: opinions.write_down(w, opening, "要路灯"))
    with pytest.raises(NotAllowed, match="由开箱人登记"):
        do(village, LEADER, lambda w: opinions.write_down(w, opening, "要路灯"))
    for text, code, field in (("", None, "text"), ("好", "A0", "receipt_code")):
        with pytest.raises(InvalidInput) as failed:
            do(
                village,
                SECRETARY,
                lambda w, text=text, code=code: opinions.write_down(  # type: ignore[misc]
                    w, opening, text, None, code
                ),
            )
        assert list(failed.value.problems) == [field]
    do(village, SECRETARY, lambda w: opinions.write_down(w, opening, "好", HOMES[0], "abcdefgh"))
    with pytest.raises(InvalidInput, match="已经登记"):
        do(village, CADRE, lambda w: opinions.write_down(w, opening, "好", None, "ABCDEFGH"))


def test_from_paper_to_posted_answer(village: Database, clock: Clock) -> None:
    one = paper(village)
    with village.reader() as session:
        row = opinion_list.paper(session, one, by=CADRE).row
    assert (row.state, row.who, row.due_on) == ("待答复", "没有署名", date(2026, 5, 27))
    for early in (opinions.approve, lambda w, entry: opinions.post(w, entry, DAY)):
        with pytest.raises(NotAllowed):
            do(village, PETITIONS, lambda w, early=early: early(w, one))  # type: ignore[misc]
    do(village, SECRETARY, lambda w: opinions.answer(w, one, "月底装镜"))
    assert states(village) == ["待审定"]
    with pytest.raises(NotAllowed, match="另一名干部"):
        do(village, SECRETARY, lambda w: opinions.approve(w, one))
    do(village, PETITIONS, lambda w: opinions.approve(w, one))
    do(village, SECRETARY, lambda w: opinions.answer(w, one, "六月装镜"))
    assert states(village) == ["待审定"], "another answer is approved anew"
    do(village, PETITIONS, lambda w: opinions.approve(w, one))
    with pytest.raises(InvalidInput):
        do(village, SECRETARY, lambda w: opinions.post(w, one, date(2026, 5, 1)))
    clock.go_to(5, 14)
    do(village, SECRETARY, lambda w: opinions.post(w, one, date(2026, 5, 14)))
    assert states(village) == ["已张贴答复"] and states(village, opinion_list.OPEN) == []
    with pytest.raises(NotAllowed, match="已经张贴"):
        do(village, SECRETARY, lambda w: opinions.answer(w, one, "不装"))


def test_in_one_step_a_need(village: Database) -> None:
    one = paper(village, home=HOMES[0])
    with pytest.raises(InvalidInput):
        do(village, SECRETARY, lambda w: opinions.to_need(w, one, None))
    made = do(village, SECRETARY, lambda w: opinions.to_need(w, one, "road"))
    with village.reader() as session:
        need = session.get_one(Need, made)
    assert (need.channel, need.household_id, need.text) == ("box", HOMES[0], "路口看不清来车")
    assert (need.owner_point, need.owner_line) == (SECRETARY, LEADER)
    assert states(village) == ["转诉求办理中"]
    for again in (lambda w: opinions.to_need(w, one, "road"), lambda w: opinions.remove(w, one)):
        with pytest.raises(NotAllowed):
            do(village, SECRETARY, again)


def test_written_down_by_mistake(village: Database) -> None:
    one = paper(village)
    do(village, SECRETARY, lambda w: opinions.remove(w, one))
    with pytest.raises(NotFound):
        do(village, SECRETARY, lambda w: opinions.answer(w, one, "好"))
    do(village, SECRETARY, lambda w: opinions.bring_back(w, one))
    assert states(village) == ["待答复"]


def test_what_waits_for_whom(village: Database, clock: Clock) -> None:
    def of_box(cadre: bytes) -> list[str]:
        return [text for text in waiting(village, cadre) if "意见箱" in text]

    never: Callable[[bytes], bool] = lambda cadre: of_box(cadre) == []  # noqa: E731
    assert of_box(SECRETARY) == ["龙马溪村意见箱该开箱了（要两人在场）"], "never opened"
    one = paper(village)
    waits = "龙马溪村意见箱意见待答复：路口看不清来车"
    assert of_box(SECRETARY) == [waits] == of_box(LEADER)
    assert never(PETITIONS) and never(OFFICE) and never(MAYOR) and never(CADRE)
    do(village, SECRETARY, lambda w: opinions.answer(w, one, "月底装镜"))
    assert of_box(PETITIONS) == ["龙马溪村意见箱答复待审定：路口看不清来车"]
    assert never(SECRETARY)
    do(village, PETITIONS, lambda w: opinions.approve(w, one))
    assert of_box(SECRETARY) == ["龙马溪村意见箱意见待张贴：路口看不清来车"]
    do(village, SECRETARY, lambda w: opinions.post(w, one, DAY))
    assert never(SECRETARY)
    clock.go_to(6, 9)  # 30 days after the opening is 11 June
    assert of_box(SECRETARY) == ["龙马溪村意见箱该开箱了（要两人在场）"]
