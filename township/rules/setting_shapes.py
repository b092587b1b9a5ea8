"""What a setting of the township may hold: reading, checking and showing its value.

A value is kept as the text that people type, so that history and conflicts are readable. Each
shape reads a text into the value that the rules take, or says in Chinese why it does not fit
(ValueError), and writes a value as such a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from township.codes import CodeList
from township.rules.workdays import BUILT_IN, YearTable, read_years, write_years

_WHOLE = re.compile(r"[0-9]{1,6}")
_HALF = re.compile(r"([0-9]{1,3})(?:\.([05]))?")


class Shape(Protocol):
    """One kind of value."""

    @property
    def bounds(self) -> str:
        """What fits, in words."""

    def read(self, text: str) -> Any:
        """The value of a text. Raises ValueError, with what is wrong in Chinese."""

    def write(self, value: Any) -> str:
        """A value as the text that ``read`` takes."""

    def show(self, value: Any) -> str:
        """A value for people."""


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds."""

    least: int
    most: int
    unit: str

    @property
    def bounds(self) -> str:
        return f"{self.least}–{self.most} {self.unit}"

    def read(self, text: str) -> int:
        typed = text.strip()
        if not _WHOLE.fullmatch(typed) or not self.least <= int(typed) <= self.most:
            raise ValueError(f"请填 {self.least} 到 {self.most} 之间的整数")
        return int(typed)

    def write(self, value: int) -> str:
        return str(value)

    def show(self, value: int) -> str:
        return f"{value} {self.unit}"


@dataclass(frozen=True)
class Halves:
    """Days in half days: the rules count halves, people write 7.5."""

    least: int
    most: int
    unit: str = "天"

    @property
    def bounds(self) -> str:
        return f"{self.least / 2:g}–{self.most / 2:g} {self.unit}，可以有半天"

    def read(self, text: str) -> int:
        found = _HALF.fullmatch(text.strip())
        halves = int(found[1]) * 2 + (found[2] == "5") if found else -1
        if not self.least <= halves <= self.most:
            told = f"{self.least / 2:g} 到 {self.most / 2:g}"
            raise ValueError(f"请填 {told} 之间的天数，半天写 .5，例如 7.5")
        return halves

    def write(self, value: int) -> str:
        return f"{value / 2:g}"

    def show(self, value: int) -> str:
        return f"{value / 2:.1f} {self.unit}"


@dataclass(frozen=True)
class Choose:
    """Exactly one of a few words; ``values`` are what the rules take, by the text that is kept."""

    labels: CodeList
    values: Mapping[str, Any]

    @property
    def bounds(self) -> str:
        return "、".join(self.labels.label(one) for one in self.labels)

    def read(self, text: str) -> Any:
        if text not in self.values:
            raise ValueError(f"请选择：{self.bounds}")
        return self.values[text]

    def write(self, value: Any) -> str:
        return next(text for text, one in self.values.items() if one == value)

    def show(self, value: Any) -> str:
        return self.labels.label(self.write(value))


YES_NO = Choose(CodeList("yes_no", {"yes": "是", "no": "否"}), {"yes": True, "no": False})
PARTS = Choose(
    CodeList("part", {"1/2": "二分之一", "2/3": "三分之二", "3/4": "四分之三", "4/5": "五分之四"}),
    {"1/2": (1, 2), "2/3": (2, 3), "3/4": (3, 4), "4/5": (4, 5)},
)


@dataclass(frozen=True)
class Several:
    """Some of a list of codes; ``must`` are always among them; ``made`` is what rules take."""

    codes: CodeList
    must: tuple[str, ...] = ()
    made: Callable[[Iterable[str]], Collection[str]] = tuple

    @property
    def bounds(self) -> str:
        must = "、".join(map(self.codes.label, self.must))
        return "从列表里选" + (f"，必须包括{must}" if must else "")

    def read(self, text: str) -> Collection[str]:
        typed = text.split()
        if not typed or any(one not in self.codes for one in typed):
            raise ValueError("请从列表里选，至少选一项")
        if lacking := [one for one in self.must if one not in typed]:
            raise ValueError(f"必须包括{'、'.join(map(self.codes.label, lacking))}")
        return self.made(one for one in self.codes if one in typed)

    def write(self, value: Collection[str]) -> str:
        return " ".join(one for one in self.codes if one in value)

    def show(self, value: Collection[str]) -> str:
        return "、".join(self.codes.label(one) for one in self.codes if one in value)


@dataclass(frozen=True)
class Row:
    """Whole numbers for several names in turn, falling or ``rising``; ``what`` is counted."""

    names: tuple[str, ...]
    what: str
    most: int
    rising: bool = False

    @property
    def bounds(self) -> str:
        order = "从小到大" if self.rising else "从大到小"
        return f"{len(self.names)} 个 0–{self.most} 的整数，用空格隔开，{order}"

    def read(self, text: str) -> tuple[int, ...]:
        typed = text.split()
        fits = len(typed) == len(self.names) and all(map(_WHOLE.fullmatch, typed))
        numbers = tuple(map(int, typed)) if fits else ()
        order = sorted(numbers, reverse=not self.rising)
        if not fits or max(numbers) > self.most or list(numbers) != order:
            raise ValueError(f"请依次填{'、'.join(self.names)}的{self.what}：{self.bounds}")
        return numbers

    def write(self, value: Sequence[int]) -> str:
        return " ".join(map(str, value))

    def show(self, value: Sequence[int]) -> str:
        return "、".join(f"{name} {one}" for name, one in zip(self.names, value, strict=True))


@dataclass(frozen=True)
class Years:
    """Days off and worked weekends of years, a line each; those of the program stay known."""

    @property
    def bounds(self) -> str:
        return "每年一行，例如：2026 放假 1.1-1.3 2.15-2.23 上班 1.4 2.14"

    def read(self, text: str) -> Mapping[int, YearTable]:
        return {**BUILT_IN, **read_years(text)}

    def write(self, value: Mapping[int, YearTable]) -> str:
        return write_years(value)

    def show(self, value: Mapping[int, YearTable]) -> str:
        return write_years(value)
