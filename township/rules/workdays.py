"""Working days in China: weekends, public holidays, and weekends that are worked instead.

The tables are data of the State Council's yearly notices; the township adds the coming year's by
its settings. A year without a table has its weekends only, so that a reminder comes rather early
than late.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

_SATURDAY = 5
_LINE = re.compile(r"(20[0-9]{2})\s+放假\s+(.+?)(?:\s+上班\s+(.+))?")
_SPAN = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})(?:-([0-9]{1,2})\.([0-9]{1,2}))?")


@dataclass(frozen=True)
class YearTable:
    """One year: its spans of days off, and the weekend days on which offices work."""

    off: tuple[tuple[date, date], ...]
    worked: tuple[date, ...] = ()

    def is_off(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.off)


Calendar = Mapping[int, YearTable]


def is_workday(day: date, years: Calendar | None = None) -> bool:
    """Whether offices are open on a day."""
    table = (BUILT_IN if years is None else years).get(day.year)
    if table is None:
        return day.weekday() < _SATURDAY
    return day in table.worked or (day.weekday() < _SATURDAY and not table.is_off(day))


def last_workday(day: date, years: Calendar | None = None) -> date:
    """The last working day up to a day: where a reminder for that day belongs.

    A term that ends on a holiday is reminded of before the holiday. Source: domain §5.6.
    """
    while not is_workday(day, years):
        day -= timedelta(days=1)
    return day


def next_workday(day: date, years: Calendar | None = None) -> date:
    """The first working day from a day on: where a legal term that ends on it ends."""
    while not is_workday(day, years):
        day += timedelta(days=1)
    return day


def read_years(text: str) -> dict[int, YearTable]:
    """Tables from lines such as ``2026 放假 1.1-1.3 2.15-2.23 上班 1.4 2.14``.

    Raises ValueError, with the line and what is wrong with it in Chinese.
    """
    found: dict[int, YearTable] = {}
    for number, line in enumerate(filter(str.strip, text.splitlines()), 1):
        try:
            year, table = _read_line(line)
        except ValueError as error:
            raise ValueError(f"第 {number} 行：{error}") from error
        if year in found:
            raise ValueError(f"第 {number} 行：{year} 年写了两次")
        found[year] = table
    if not found:
        raise ValueError("请至少写一年，例如：2026 放假 1.1-1.3 上班 1.4")
    return found


def write_years(years: Calendar) -> str:
    """The lines that ``read_years`` reads."""
    lines = []
    for year, table in sorted(years.items()):
        off = " ".join(
            _day(first) if first == last else f"{_day(first)}-{_day(last)}"
            for first, last in table.off
        )
        on = " 上班 " + " ".join(map(_day, table.worked)) if table.worked else ""
        lines.append(f"{year} 放假 {off}{on}")
    return "\n".join(lines)


def _read_line(line: str) -> tuple[int, YearTable]:
    parts = _LINE.fullmatch(line.strip())
    if not parts:
        raise ValueError("写法是“年份 放假 日期 上班 日期”，例如：2026 放假 1.1-1.3 上班 1.4")
    year = int(parts[1])
    off = tuple(_read_span(year, one) for one in parts[2].split())
    worked = tuple(_read_span(year, one)[0] for one in (parts[3] or "").split())
    table = YearTable(off, worked)
    for day in worked:
        if day.weekday() < _SATURDAY:
            raise ValueError(f"{_day(day)} 不是星期六、星期日，不用写进“上班”")
        if table.is_off(day):
            raise ValueError(f"{_day(day)} 既写了放假又写了上班")
    return year, table


def _read_span(year: int, text: str) -> tuple[date, date]:
    found = _SPAN.fullmatch(text)
    if not found:
        raise ValueError(f"看不懂“{text}”，日期写成 10.1 或 10.1-10.7")
    try:
        first = date(year, int(found[1]), int(found[2]))
        last = date(year, int(found[3]), int(found[4])) if found[3] else first
    except ValueError:
        raise ValueError(f"没有“{text}”这一天") from None
    if last < first:
        raise ValueError(f"“{text}”的前后日期反了")
    return first, last


def _day(day: date) -> str:
    return f"{day.month}.{day.day}"


# 国务院办公厅关于2026年部分节假日安排的通知.
BUILT_IN: Calendar = read_years(
    "2026 放假 1.1-1.3 2.15-2.23 4.4-4.6 5.1-5.5 6.19-6.21 9.25-9.27 10.1-10.7"
    " 上班 1.4 2.14 2.28 5.9 9.20 10.10"
)
"""The years that the program knows by itself."""
