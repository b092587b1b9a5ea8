"""民情意见箱: opening a box, writing down its papers, answering them. Source: domain §4.7.

A paper about a cadre does not come here: it is sealed (``sealed_entries``), and nothing that is
stored here tells that there was one.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import (
    BoxOpening,
    Need,
    OpinionEntry,
    Person,
    Zone,
)
from township.rules import zones as rules
from township.storage.work import UnitOfWork
from township.usecases.given_numbers import given
from township.usecases.situation_routing import responsible

OPEN, ALL, OPENINGS = "open", "all", "openings"
"""Which rows a list shows: papers without an answer, all papers, openings."""
SEALED = "反映干部的纸条不在这里登记：请用“反映干部的纸条”密封，没有保存。"

Head = aliased(Person)


def open_box(
    work: UnitOfWork,
    zone_id: bytes,
    opened_on: date | None,
    opener_one: bytes | None,
    opener_two: bytes | None,
) -> bytes:
    """Write down that two people opened a box; returns the opening.

    Raises NotFound or InvalidInput.
    """
    zone = work.session.get(Zone, zone_id)
    if zone is None or zone.deleted_at is not None:
        raise NotFound("这个责任区不在本机，可能已被删除。")
    problems = rules.openers_problem(opener_one, opener_two, work.author)
    if opened_on is None or opened_on > work.today():
        problems["opened_on"] = "请填写开箱日期，不能晚于今天"
    if problems:
        raise InvalidInput(problems)
    made = BoxOpening(
        zone_id=zone_id, opened_on=opened_on, opener_one=opener_one, opener_two=opener_two
    )
    work.add(made)
    return made.id


def write_down(
    work: UnitOfWork,
    opening_id: bytes,
    text: str | None,
    household_id: bytes | None = None,
    receipt_code: str | None = None,
    *,
    about_cadre: bool | None = False,
) -> bytes:
    """Write down a paper of an opening; returns it. Without a household it bore no name.

    Raises NotFound, InvalidInput, and NotAllowed when it is about a cadre: nothing is stored.
    """
    if about_cadre is None:
        raise InvalidInput({"about_cadre": "请先看纸条是不是反映干部的"})
    if about_cadre:
        raise NotAllowed(SEALED)
    opening = work.session.get(BoxOpening, opening_id)
    if opening is None or opening.deleted_at is not None:
        raise NotFound("这次开箱不在本机，可能已被删除。")
    if work.author not in (opening.opener_one, opening.opener_two):
        raise NotAllowed("纸条由开箱人登记，请联系这次的开箱人。")
    problems = {}
    if problem := OpinionEntry.field("text").problem((text or "").strip()):
        problems["text"] = problem
    code = (receipt_code or "").strip().upper()
    if code and (problem := rules.code_problem(code)):
        problems["receipt_code"] = problem
    elif code and code in _codes(work.session):
        problems["receipt_code"] = "这个收条编号已经登记过，请核对"
    if problems:
        raise InvalidInput(problems)
    made = OpinionEntry(
        zone_id=opening.zone_id,
        opening_id=opening_id,
        opened_on=opening.opened_on,
        text=(text or "").strip(),
        anonymous=household_id is None,
        household_id=household_id,
        receipt_code=code or _fresh_code(work.session),
    )
    work.add(made)
    return made.id


def answer(work: UnitOfWork, entry_id: bytes, text: str | None) -> None:
    """Answer a paper, or answer anew; then it is to be approved. Raises NotFound, InvalidInput
    or NotAllowed.
    """
    one = _entry(work, entry_id)
    if one.posted_on is not None:
        raise NotAllowed("答复已经张贴，不能再改。")
    if problem := OpinionEntry.field("answer").problem((text or "").strip()):
        raise InvalidInput({"answer": problem})
    if not (text or "").strip():
        raise InvalidInput({"answer": "请填写答复"})
    one.answer, one.answered_by, one.approved_by = (text or "").strip(), work.author, None


def approve(work: UnitOfWork, entry_id: bytes) -> None:
    """The petition office approves an answer. Raises NotFound or NotAllowed."""
    one = _entry(work, entry_id)
    if not one.answer:
        raise NotAllowed("还没有答复，不能审定。")
    if one.answered_by == work.author:
        raise NotAllowed("答复由另一名干部审定，不能审定自己写的答复。")
    one.approved_by = work.author


def post(work: UnitOfWork, entry_id: bytes, on: date | None) -> None:
    """An approved answer was posted beside the box. Raises NotFound, InvalidInput, NotAllowed."""
    one = _entry(work, entry_id)
    if one.approved_by is None:
        raise NotAllowed("答复还没有经综治信访办审定，审定后再张贴。")
    if on is None or on > work.today() or on < one.opened_on:
        raise InvalidInput({"posted_on": "请填写张贴日期，不早于开箱、不晚于今天"})
    one.posted_on = on


def to_need(work: UnitOfWork, entry_id: bytes, topic: str | None) -> bytes:
    """Turn a paper into a need that came by the box; returns the need.

    Raises NotFound, InvalidInput, or NotAllowed when it was done already.
    """
    one = _entry(work, entry_id)
    if one.need_id is not None:
        raise NotAllowed("这条意见已经转为诉求。")
    if not topic or topic not in (Need.field("topic").codes or ()):
        raise InvalidInput({"topic": "请选择诉求类别"})
    today = work.today()
    [no] = given(work, Need, today.year)
    leader = responsible(work.session, one.zone_id, "LL", today)
    village = responsible(work.session, one.zone_id, "VS", today)
    need = Need(
        zone_id=one.zone_id,
        no=no,
        household_id=one.household_id,
        raised_on=one.opened_on,
        channel="box",
        text=one.text,
        topic=topic,
        owner_point=village or leader,
        owner_line=leader,
        state="new",
    )
    work.add(need)
    one.need_id = need.id
    return need.id


def remove(work: UnitOfWork, entry_id: bytes) -> None:
    """Delete a paper that was written down by mistake. Raises NotFound or NotAllowed."""
    one = _entry(work, entry_id)
    if one.answer or one.need_id:
        raise NotAllowed("这条意见已经答复或转为诉求，不能删除。")
    work.delete(one)


def bring_back(work: UnitOfWork, entry_id: bytes) -> None:
    """Undo ``remove``. Raises NotFound."""
    one = work.session.get(OpinionEntry, entry_id)
    if one is None:
        raise NotFound("这条意见不在本机。")
    work.restore(one)


def _entry(work: UnitOfWork, entry_id: bytes) -> OpinionEntry:
    one = work.session.get(OpinionEntry, entry_id)
    if one is None or one.deleted_at is not None:
        raise NotFound("这条意见不在本机，可能已被删除。")
    return one


def _codes(session: Session) -> set[str]:
    return {one for one in session.scalars(select(OpinionEntry.receipt_code)) if one}


def _fresh_code(session: Session) -> str:
    taken = _codes(session)
    while (code := rules.new_code()) in taken:
        pass
    return code
