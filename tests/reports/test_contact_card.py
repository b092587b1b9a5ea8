"""联系群众卡: its words, its size on paper, and that both sides lie on one another. Domain §6."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reports import contact_card
from reports.contact_card import card_sheets, door_card
from reports.page import A4
from reports.raster import page_count, page_text, render_page
from reports.sheet import MM
from tests.reports.documents import STAMP
from township.documents import CardPerson, ContactCardPaper

PEOPLE = (
    CardPerson("联村领导", "王𠮷良", "13800001111"),
    CardPerson("村书记", "向书记", "0717-2881234"),
    CardPerson("村干部", "欧阳建国", "13800002222"),
    CardPerson("机关干部", "谭忠云", ""),
    CardPerson("公安干警", "刘春燕", "13800003333"),
    CardPerson("司法干部", "陈春平", "13800004444"),
)
CARD = ContactCardPaper(
    township="屈原镇",
    zone="链子岩村",
    version=2,
    valid_from=date(2026, 5, 13),
    people=PEOPLE,
    hotline="0717-2885678",
    supervise_phone="0717-2880000",
    box_place="村党群服务中心门口",
    reception="每月 15 日",
    emergency="紧急情况请拨打110/119/120",
)
AT = STAMP.printed_at


def texts(pdf: bytes) -> list[str]:
    return ["".join(page_text(pdf, at).split()) for at in range(page_count(pdf))]


def test_ten_cards_with_both_sides() -> None:
    front, back = texts(card_sheets(CARD, AT))
    one = front[: len(front) // 10]
    assert front == one * 10
    assert one == (
        "链子岩村屈原镇联系群众卡联村领导王𠮷良13800001111村书记向书记0717-2881234"
        "村干部欧阳建国13800002222机关干部谭忠云公安干警刘春燕13800003333"
        "司法干部陈春平13800004444"
    )
    other = back[: len(back) // 10]
    assert back == other * 10
    assert other == (
        "服务热线0717-2885678监督电话0717-2880000意见箱村党群服务中心门口接访日每月15日"
        "紧急情况请拨打110/119/120您提供的信息只用于为您服务，严格保密。您可要求查看、更正。"
        "第2版2026年5月13日启用"
    )


def test_size_and_place() -> None:
    """90 × 54 mm, in the middle of the sheet: turned over, the cards lie on one another."""
    assert (contact_card.WIDTH, contact_card.HEIGHT) == (90 * MM, 54 * MM)
    assert pytest.approx(A4.width) == contact_card._LEFT * 2 + 2 * contact_card.WIDTH
    assert pytest.approx(A4.height) == contact_card._BOTTOM * 2 + 5 * contact_card.HEIGHT
    pdf = card_sheets(CARD, AT)
    pages = [render_page(pdf, at, 1.0) for at in (0, 1)]
    assert {(page.width, page.height) for page in pages} == {(596, 842)}


def test_the_door_card_has_all_of_it() -> None:
    [page] = texts(door_card(CARD, AT))
    assert page.startswith("链子岩村联系群众卡")
    for words in (*(f"{one.role}{one.name}{one.phone}" for one in PEOPLE), CARD.emergency):
        assert words in page
    for words in ("服务热线0717-2885678", "监督电话0717-2880000", "第2版2026年5月13日启用"):
        assert words in page


def test_a_preview_says_that_it_is_none() -> None:
    void = replace(CARD, void="联系卡已过期", people=PEOPLE[:-1])
    front, back = texts(card_sheets(void, AT))
    assert front.count("预览，不得发放") == back.count("预览，不得发放") == 10
    assert "司法干部" not in front
    assert "预览，不得发放" in texts(door_card(void, AT))[0]


@pytest.mark.parametrize("count", [0, 1, 13, 24])
def test_many_people_stay_on_the_card(count: int) -> None:
    people = tuple(CardPerson("机关干部", f"欧阳建国{at}", "0717-28812345") for at in range(count))
    front, _ = texts(card_sheets(replace(CARD, people=people), AT))
    assert front.count("欧阳建国") == 10 * count
    [page] = texts(door_card(replace(CARD, people=people), AT))
    assert page.count("欧阳建国") == count


def test_without_what_is_not_filled_in() -> None:
    bare = replace(CARD, box_place="", reception="", version=0, valid_from=None)
    _, back = texts(card_sheets(bare, AT))
    for absent in ("意见箱", "接访日", "启用"):
        assert absent not in back


def test_same_card_same_bytes() -> None:
    assert card_sheets(CARD, AT) == card_sheets(CARD, AT)
