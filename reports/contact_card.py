"""联系群众卡: 90 × 54 mm, ten on a sheet of A4 with marks to cut at, and a card for the door, A5.

Source: domain §6. The back follows the front as the next page. Both halves of the sheet hold the
same card, so that the two sides match whichever edge the printer turns at; all that matters is
that the columns lie in the middle of the sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reports.fonts import Typeface, sans, sans_bold
from reports.linebreak import break_lines
from reports.page import A4
from reports.pdf import PdfFile
from reports.sheet import MM, Align, Sheet
from township.documents import CardPerson, ContactCardPaper

TITLE = "联系群众卡"
WIDTH, HEIGHT = 90 * MM, 54 * MM
_COLUMNS, _ROWS = 2, 5
_LEFT = (A4.width - _COLUMNS * WIDTH) / 2
_BOTTOM = (A4.height - _ROWS * HEIGHT) / 2
_MARK, _GAP = 4 * MM, 1 * MM
_PAD = 4 * MM
A5 = (148 * MM, 210 * MM)
_PRIVACY = "您提供的信息只用于为您服务，严格保密。您可要求查看、更正。"
_USE = "有事请打电话，也可把意见投进意见箱。"
_LARGEST, _STEP = 9.0, 19.0
"""Of the letters and lines on a card that few people share."""
_ROLE = 0.86
"""Size of a role beside the name."""
_BETWEEN = 3 * MM
"""Between two columns of people."""


def card_sheets(card: ContactCardPaper, printed_at: datetime) -> bytes:
    """A sheet of fronts and a sheet of backs; the moment stands in the file only."""
    file = PdfFile(TITLE, printed_at)
    for draw in (_draw_front, _draw_back):
        sheet = Sheet(file, (A4.width, A4.height))
        for row in range(_ROWS):
            for column in range(_COLUMNS):
                draw(sheet, card, _LEFT + column * WIDTH, _BOTTOM + row * HEIGHT)
        _draw_marks(sheet)
        sheet.finish()
    return file.data()


def door_card(card: ContactCardPaper, printed_at: datetime) -> bytes:
    """One card on A5, to be put up at the door: everything on one side."""
    file = PdfFile("门贴联系卡", printed_at)
    sheet = Sheet(file, A5)
    _draw_door(sheet, card)
    _draw_void(sheet, card, A5[0] / 2, A5[1] - 10 * MM, 14)
    sheet.finish()
    return file.data()


def _draw_marks(sheet: Sheet) -> None:
    """Marks outside of the cards at each line along which they are cut."""
    ends = []
    for column in range(_COLUMNS + 1):
        x = _LEFT + column * WIDTH
        low, high = _BOTTOM - _GAP, _BOTTOM + _ROWS * HEIGHT + _GAP
        ends += [(x, low - _MARK, x, low), (x, high, x, high + _MARK)]
    for row in range(_ROWS + 1):
        y = _BOTTOM + row * HEIGHT
        left, right = _LEFT - _GAP, _LEFT + _COLUMNS * WIDTH + _GAP
        ends += [(left - _MARK, y, left, y), (right, y, right + _MARK, y)]
    sheet.lines(ends, 0.4)


def _draw_front(sheet: Sheet, card: ContactCardPaper, x: float, y: float) -> None:
    """Who serves here, with their telephones."""
    top = y + HEIGHT
    sheet.text(x + _PAD, top - 6.6 * MM, card.zone, sans_bold(), 11)
    right = x + WIDTH - _PAD
    sheet.text(right, top - 6.6 * MM, f"{card.township}{TITLE}", sans(), 8, Align.RIGHT)
    _draw_void(sheet, card, x + WIDTH / 2 - 4 * MM, top - 6.4 * MM, 8)
    line = top - 8.6 * MM
    sheet.lines([(x + _PAD, line, right, line)], 0.8)
    room = line - 1.6 * MM - (y + 3 * MM)
    _draw_people(sheet, card.people, (x + _PAD, line - 1.6 * MM), (WIDTH - 2 * _PAD, room))


def _draw_people(
    sheet: Sheet,
    people: Sequence[CardPerson],
    corner: tuple[float, float],
    room: tuple[float, float],
) -> None:
    """Two columns from a corner at the top, in one size: as large as the room allows."""
    half = max(1, -(-len(people) // 2))
    step = min(_STEP, room[1] / half)
    width = (room[0] - _BETWEEN) / 2
    widest = max((_width_of(one) for one in people), default=1.0)
    size = min(_LARGEST, step * 0.62, width / widest)
    for at, one in enumerate(people):
        column, row = divmod(at, half)
        x = corner[0] + column * (width + _BETWEEN)
        y = corner[1] - (row + 0.5) * step - size * 0.36
        sheet.text(x, y, one.role, sans(), size * _ROLE)
        begin = x + sans().width(one.role, size * _ROLE) + size * 0.3
        sheet.text(begin, y, one.name, sans_bold(), size)
        sheet.text(x + width, y, one.phone, sans(), size, Align.RIGHT)


def _width_of(one: CardPerson) -> float:
    """The width of somebody's line at size 1."""
    role = sans().width(one.role, _ROLE)
    return role + sans_bold().width(one.name, 1) + sans().width(one.phone, 1) + 0.8


def _draw_back(sheet: Sheet, card: ContactCardPaper, x: float, y: float) -> None:
    """Where to turn to, and what happens with what one tells."""
    width = WIDTH - 2 * _PAD
    _draw_void(sheet, card, x + WIDTH - 18 * MM, y + HEIGHT - 6.8 * MM, 8)
    at = y + HEIGHT - 7 * MM
    for caption, text in _contacts(card):
        at = _draw_fact(sheet, caption, text, (x + _PAD, at), (width, 8.5)) - 3.6
    bar = y + 12.6 * MM
    sheet.shade(x + _PAD, bar, width, 6.4 * MM, 0.9)
    middle = x + WIDTH / 2
    sheet.text(middle, bar + 2 * MM, card.emergency, sans_bold(), 10, Align.CENTER)
    low = bar - 4 * MM
    for line in break_lines(_PRIVACY, sans().advances(_PRIVACY, 6.5), width):
        sheet.text(x + _PAD, low, line, sans(), 6.5)
        low -= 8.5
    sheet.text(x + WIDTH - _PAD, y + 2.6 * MM, _edition(card), sans(), 6, Align.RIGHT)


def _contacts(card: ContactCardPaper) -> list[tuple[str, str]]:
    facts = (
        ("服务热线", card.hotline),
        ("监督电话", card.supervise_phone),
        ("意见箱", card.box_place),
        ("接访日", card.reception),
    )
    return [(caption, text) for caption, text in facts if text]


def _draw_fact(
    sheet: Sheet,
    caption: str,
    text: str,
    place: tuple[float, float],
    room: tuple[float, float],
) -> float:
    """A caption and its text, broken where it is long; returns the baseline that comes next."""
    x, y = place
    width, size = room
    sheet.text(x, y, caption, sans(), size)
    begin = x + 5 * size
    face: Typeface = sans_bold()
    for line in break_lines(text, face.advances(text, size), width - 5 * size):
        sheet.text(begin, y, line, face, size)
        y -= size * 1.35
    return y


def _edition(card: ContactCardPaper) -> str:
    if not card.version or card.valid_from is None:
        return ""
    day = card.valid_from
    return f"第 {card.version} 版　{day.year} 年 {day.month} 月 {day.day} 日启用"


def _draw_door(sheet: Sheet, card: ContactCardPaper) -> None:
    left, right, middle = 12 * MM, A5[0] - 12 * MM, A5[0] / 2
    sheet.text(middle, A5[1] - 20 * MM, f"{card.zone}{TITLE}", sans_bold(), 22, Align.CENTER)
    sheet.text(middle, A5[1] - 27 * MM, f"{card.township}　{_USE}", sans(), 10, Align.CENTER)
    y = A5[1] - 32 * MM
    step = min(8.6 * MM, (A5[1] - 104 * MM) / max(1, len(card.people)))
    size = max(7.0, min(13.0, step * 0.56))
    rows = []
    for one in card.people:
        rows.append((left, y, right, y))
        base = y - step / 2 - size * 0.36
        sheet.text(left + 2 * MM, base, one.role, sans(), size)
        sheet.text(middle, base, one.name, sans_bold(), size, Align.CENTER)
        sheet.text(right - 2 * MM, base, one.phone, sans(), size, Align.RIGHT)
        y -= step
    sheet.lines([*rows, (left, y, right, y)], 0.4)
    y -= 9 * MM
    for caption, text in _contacts(card):
        y = _draw_fact(sheet, caption, text, (left + 2 * MM, y), (right - left, 12.5)) - 5
    bar = 22 * MM
    sheet.shade(left, bar, right - left, 11 * MM, 0.9)
    sheet.text(middle, bar + 3.6 * MM, card.emergency, sans_bold(), 15, Align.CENTER)
    sheet.text(middle, 16 * MM, _PRIVACY, sans(), 8.5, Align.CENTER)
    sheet.text(right, 9 * MM, _edition(card), sans(), 8, Align.RIGHT)


def _draw_void(sheet: Sheet, card: ContactCardPaper, x: float, y: float, size: float) -> None:
    """Across a preview of what may not be handed out."""
    if card.void:
        width = sans_bold().width(_NOT_VALID, size) + 8
        sheet.shade(x - width / 2, y - size * 0.6, width, size * 1.7, 1)
        sheet.box(x - width / 2, y - size * 0.6, width, size * 1.7, 1)
        sheet.text(x, y - size * 0.1, _NOT_VALID, sans_bold(), size, Align.CENTER)


_NOT_VALID = "预览，不得发放"
