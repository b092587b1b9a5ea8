"""What people type, read as dates, moments and numbers. Full-width digits count as digits."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from township.values import CHINA

DATE_HELP = "可输入 20260503、5-3、3、今天、昨天"
_DAYS = {"大前天": -3, "前天": -2, "昨天": -1, "今天": 0, "明天": 1, "后天": 2}
_WEEKDAYS = "一二三四五六日"
_TIME = re.compile(r"(\d{1,2})[:：点时](\d{1,2})?分?|(\d{2})(\d{2})")


class Unreadable(ValueError):
    """The text is no such value; ``str()`` says in Chinese how to mend it."""


def plain(text: str) -> str:
    """The text with full-width letters, digits and blanks made plain, trimmed."""
    return unicodedata.normalize("NFKC", text).strip()


def read_whole(text: str) -> int:
    """A whole number. Raises Unreadable."""
    text = plain(text).replace(",", "")
    if not re.fullmatch(r"[+-]?\d{1,9}", text):
        raise Unreadable("请输入整数，如 3")
    return int(text)


def read_date(text: str, today: date, ahead: int = 31) -> date:
    """A date typed in any of the usual ways. Raises Unreadable.

    Without a year the last such date is meant that is not more than ``ahead`` days from today;
    a day alone is one of this month, 周三 the last Wednesday up to today.
    """
    typed = plain(text).replace(" ", "")
    if typed in _DAYS:
        return today + timedelta(days=_DAYS[typed])
    if match := re.fullmatch(r"(?:周|星期)([一二三四五六日天])", typed):
        weekday = _WEEKDAYS.index(match[1].replace("天", "日"))
        return today - timedelta(days=(today.weekday() - weekday) % 7)
    parts = _numbers(typed)
    if parts is None:
        raise Unreadable(f"看不懂这个日期。{DATE_HELP}")
    return _from_numbers(parts, today, ahead)


def read_moment(text: str, today: date) -> datetime:
    """A date and time of day in China; without a date today's. Raises Unreadable."""
    typed = plain(text)
    day, _, clock = typed.rpartition(" ")
    match = _TIME.fullmatch(clock)
    if not match:
        raise Unreadable("请写日期和时间，如 5-3 14:05 或 今天 9:30")
    hour, minute = match[1] or match[3], match[2] or match[4] or "0"
    if int(hour) > 23 or int(minute) > 59:
        raise Unreadable("时间应在 0:00 到 23:59 之间")
    on = read_date(day, today) if day.strip() else today
    return datetime.combine(on, time(int(hour), int(minute)), CHINA)


def weekday_name(day: date) -> str:
    """星期一 … 星期日."""
    return "星期" + _WEEKDAYS[day.weekday()]


def distance(day: date, today: date) -> str:
    """How far a date lies from today, in words: 今天, 3 天前, 12 天后."""
    days = (day - today).days
    for word, offset in _DAYS.items():
        if offset == days:
            return word
    return f"{days} 天后" if days > 0 else f"{-days} 天前"


def _numbers(typed: str) -> list[int] | None:
    """[year, month, day], [month, day] or [day] as typed."""
    if typed.isdigit():
        cuts = {1: (), 2: (), 4: (2,), 6: (2, 4), 8: (4, 6)}.get(len(typed))
        if cuts is None:
            return None
        edges = (0, *cuts, len(typed))
        return [int(typed[a:b]) for a, b in pairwise(edges)]
    match = re.fullmatch(r"(?:(\d{2}|\d{4})[-/.年])?(?:(\d{1,2})[-/.月])?(\d{1,2})[日号]?", typed)
    if not match:
        return None
    return [int(part) for part in match.groups() if part is not None]


def _from_numbers(parts: list[int], today: date, ahead: int) -> date:
    try:
        if len(parts) == 1:
            return today.replace(day=parts[0])
        if len(parts) == 2:
            return _last(parts[0], parts[1], today + timedelta(days=ahead))
        year, month, day = parts
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        raise Unreadable("没有这一天，请核对月和日") from None


def _last(month: int, day: int, until: date) -> date:
    for year in range(until.year, until.year - 5, -1):
        try:
            found = date(year, month, day)
        except ValueError:  # 29 February of another year
            continue
        if found <= until:
            return found
    raise ValueError((month, day))


def read_server(text: str) -> str:
    """The address of a township server as a URL. Raises Unreadable.

    Without a scheme it is https; plain http only on this very computer.
    """
    typed = plain(text).rstrip("/")
    scheme, rest = typed.split("://", 1) if "://" in typed else ("https", typed)
    match = re.fullmatch(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::(\d{1,5}))?", rest)
    if not match or not 1 <= int(match[2] or 443) <= 65535:
        raise Unreadable("地址应像 10.1.2.3:8443，请照镇里发的登记单填写")
    if scheme == "http" and match[1] not in ("127.0.0.1", "localhost", "[::1]"):
        raise Unreadable("只能用加密连接：请去掉 http://")
    if scheme not in ("http", "https"):
        raise Unreadable("地址应以 https:// 开头，或不写")
    return f"{scheme}://{rest}"
