"""会议纪要: the minutes of a meeting as an official paper. Source: GB/T 9704-2012 §10.3.

Not sealed, as minutes are. Draft minutes say so at the top.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from reports.fonts import sans, serif
from reports.official import (
    BLANK,
    BODY,
    BOTTOM,
    HEIGHT,
    LEADING,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Block,
    Line,
    below_mark,
    chinese_number,
    draw_lines,
    draw_mark,
    draw_number,
    draw_red_line,
    lines_of,
    paginate,
)
from reports.page import INTERNAL, PrintStamp
from reports.pdf import PdfFile
from reports.sheet import MM, Align, Sheet
from township.documents import Minutes, MinutesItem, MinutesResolution

_DRAFT = "未签发"
_PERIODS = ((6, "凌晨"), (12, "上午"), (18, "下午"), (24, "晚上"))


def title_of(minutes: Minutes) -> str:
    """The red mark: whose minutes they are."""
    return f"{minutes.township}{minutes.zone}民情联系会议纪要"


def minutes_pdf(minutes: Minutes, stamp: PrintStamp) -> bytes:
    """The minutes as PDF, A4 portrait; the same minutes and stamp give the same bytes."""
    title = title_of(minutes)
    file = PdfFile(title, stamp.printed_at)
    lines = _lines(minutes)
    body_top = _body_top(title)
    pages = paginate(lines, int((body_top - BOTTOM) / LEADING))
    for number, page in enumerate(pages, 1):
        sheet = Sheet(file, (WIDTH, HEIGHT))
        if number == 1:
            _draw_head(sheet, minutes, title)
        draw_lines(sheet, page, body_top if number == 1 else TOP)
        draw_number(sheet, number)
        sheet.finish()
    return file.data()


def _draw_head(sheet: Sheet, minutes: Minutes, title: str) -> None:
    mark = INTERNAL if minutes.signed_on else f"{INTERNAL}　{_DRAFT}"
    sheet.text(LEFT, TOP - BODY, mark, sans(), BODY)
    draw_mark(sheet, title)
    y = _body_top(title) + LEADING + 4 * MM
    window = f"{minutes.window}{'' if minutes.kind == '例会' else f'（{minutes.kind}）'}"
    sheet.text(LEFT + BODY, y, window, serif(), BODY)
    sheet.text(RIGHT - BODY, y, _day(minutes.held_at.date()), serif(), BODY, Align.RIGHT)
    draw_red_line(sheet, y - 4 * MM)


def _body_top(title: str) -> float:
    """Mark, two lines, the red line and an empty line stand above the body."""
    return below_mark(title) - 2 * LEADING - 4 * MM - LEADING


def _lines(minutes: Minutes) -> list[Line]:
    lines = lines_of(_body(minutes))
    people = lines_of(_attendance(minutes))
    signed = lines_of(_signature(minutes))
    told = [*lines, BLANK, *people]
    if not signed:
        return told
    # who signs never stands alone on a page: a line of what is signed goes with it
    return [*told[:-1], replace(told[-1], keep=True), replace(BLANK, keep=True), *signed]


def _body(minutes: Minutes) -> Iterator[Block]:
    held = minutes.held_at
    yield Block(
        f"{_day(held.date())}{_clock(held)}，{minutes.convener}在{minutes.place}主持召开"
        f"{minutes.window}民情联系会议{'' if minutes.kind == '例会' else f'（{minutes.kind}）'}。"
        "会议情况纪要如下。"
    )
    number = 0
    for heading, blocks in (
        ("议题和意见", list(_items(minutes.items))),
        ("会议情况", [Block(line) for line in minutes.discussion.splitlines() if line.strip()]),
        ("议定事项", list(_resolutions(minutes.resolutions))),
        ("结转的未完成事项", list(_resolutions(minutes.carried))),
    ):
        if blocks:
            number += 1
            yield Block(f"{chinese_number(number)}、{heading}", heading=True, keep=True)
            yield from blocks


def _items(items: tuple[MinutesItem, ...]) -> Iterator[Block]:
    for number, item in enumerate(items, 1):
        level = f"研判等级：{item.level}。" if item.level else ""
        topic = item.topic.strip().rstrip("。")
        said = [Block(line) for line in item.outcome.splitlines() if line.strip()]
        yield Block(f"（{chinese_number(number)}）{topic}。{level}", keep=bool(said))
        yield from said


def _resolutions(resolutions: tuple[MinutesResolution, ...]) -> Iterator[Block]:
    for number, one in enumerate(resolutions, 1):
        text = one.text.strip().rstrip("。；")
        due = f"；完成期限：{_day(one.due_on)}" if one.due_on else ""
        yield Block(f"{number}．{text}。责任人：{one.owner or '待定'}{due}。")


def _attendance(minutes: Minutes) -> Iterator[Block]:
    for lead, names in (
        ("出席：", minutes.attending),
        ("请假：", minutes.on_leave),
        ("列席：", minutes.observing),
    ):
        if names:
            yield Block("、".join(names), lead=lead)
    if minutes.recorder:
        yield Block(minutes.recorder, lead="记录：")


def _signature(minutes: Minutes) -> Iterator[Block]:
    if minutes.signed_on is not None:
        yield Block(f"签发：{minutes.signed_by}", keep=True, right=4)
        yield Block(_day(minutes.signed_on), right=4)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _clock(moment: datetime) -> str:
    """A time of day as people say it: 上午9时30分."""
    period = next(name for until, name in _PERIODS if moment.hour < until)
    hour = moment.hour if moment.hour <= 12 else moment.hour - 12
    return f"{period}{hour}时{f'{moment.minute}分' if moment.minute else ''}"
