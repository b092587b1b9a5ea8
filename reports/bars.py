"""A small bar chart for black and white paper: bars in per cent, and a line to be reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.fonts import sans, sans_bold
from reports.page import SMALLEST_SIZE
from reports.sheet import MM, Align, Sheet

WHOLE = 10_000
"""Hundredths of a per cent that fill the width."""
BAR_HEIGHT = 5 * MM
STEP = 9 * MM
_HEAD = 7 * MM
_NAME = 34 * MM
_RATE = 18 * MM
_DARK, _PALE, _TRACK = 0.35, 0.7, 0.94


@dataclass(frozen=True)
class Bar:
    """One bar: a value in hundredths of a per cent, None for none, and whether it is enough."""

    name: str
    hundredths: int | None
    text: str
    reached: bool


def height(bars: Sequence[Bar]) -> float:
    """The height of a chart in points."""
    return _HEAD + STEP * len(bars) + 2 * MM


def draw_bars(
    sheet: Sheet, bars: Sequence[Bar], line: int, x: float, top: float, width: float
) -> None:
    """Draw a chart from its upper left corner; ``line`` is the value to be reached.

    A bar that does not reach the line is paler, and its rate is printed bold.
    """
    start, room = x + _NAME, width - _NAME - _RATE
    goal = start + room * line / WHOLE
    y = top - _HEAD
    for bar in bars:
        y -= STEP
        base = y + (STEP - BAR_HEIGHT) / 2
        baseline = base + BAR_HEIGHT / 2 - SMALLEST_SIZE * 0.36
        sheet.text(start - 4, baseline, bar.name, sans(), SMALLEST_SIZE, Align.RIGHT)
        sheet.shade(start, base, room, BAR_HEIGHT, _TRACK)
        filled = room * min(bar.hundredths or 0, WHOLE) / WHOLE
        sheet.shade(start, base, filled, BAR_HEIGHT, _DARK if bar.reached else _PALE)
        face = sans() if bar.reached else sans_bold()
        sheet.text(start + room + 5, baseline, bar.text, face, SMALLEST_SIZE)
    sheet.draw("[3 2] 0 d")
    sheet.lines([(goal, y, goal, top - _HEAD + 2)], 0.9)
    sheet.draw("[] 0 d")
    name = f"标准 {line // 100}.{line % 100:02d}%"
    sheet.text(goal, top - _HEAD + 6, name, sans(), SMALLEST_SIZE, Align.CENTER)
    sheet.lines([(start, y, start, top - _HEAD)], 0.6)
