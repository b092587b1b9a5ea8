"""A field is declared once: ``column()`` returns a mapped column that carries all about it.

Forms, tables, search, wire, Excel, PDF and masking read the ``Field`` behind a column.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Dialect, Integer, LargeBinary, String, Table
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from township.codes import CodeList
from township.masks import masked
from township.values import (
    Kind,
    Value,
    from_stored,
    id_no_problem,
    local_text,
    phone_problem,
    to_stored,
)


class Sensitivity(StrEnum):
    """Data class of a field (public … sealed); who sees what follows from it."""

    P = "P"
    I = "I"  # noqa: E741 - the class names of the township's rules
    R = "R"
    S = "S"
    X = "X"


class _Stored(TypeDecorator[Any]):
    """A Python value in its stored form (``values.to_stored``), the same on every database."""

    kind: Kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> Value:
        return to_stored(self.kind, value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return from_stored(self.kind, value)


class Moment(_Stored):
    """Moments as sortable UTC text."""

    impl = String(20)
    kind = Kind.MOMENT
    cache_ok = True  # SQLAlchemy looks at the class itself, not at its bases


class Flag(_Stored):
    """True and false as 1 and 0."""

    impl = Integer
    kind = Kind.FLAG
    cache_ok = True


class Day(_Stored):
    """Dates as sortable text."""

    impl = String(10)
    kind = Kind.DATE
    cache_ok = True


class Codes(_Stored):
    """Several codes joined by a blank."""

    impl = String
    kind = Kind.CODES
    cache_ok = True


class Refs(_Stored):
    """Several record ids as hex joined by a blank."""

    impl = String
    kind = Kind.REFS
    cache_ok = True


_STORED: dict[Kind, Callable[[int | None], TypeEngine[Any]]] = {
    Kind.NAME: String,
    Kind.TEXT: String,
    Kind.LONG_TEXT: String,
    Kind.NUMBER: lambda _: Integer(),
    Kind.FLAG: lambda _: Flag(),
    Kind.DATE: lambda _: Day(),
    Kind.MOMENT: lambda _: Moment(),
    Kind.CODE: lambda _: String(24),
    Kind.CODES: lambda _: Codes(),
    Kind.REF: lambda _: LargeBinary(16),
    Kind.REFS: lambda _: Refs(),
    Kind.PHONE: lambda _: String(20),
    Kind.ID_NO: lambda _: String(18),
    Kind.PACKED: lambda _: LargeBinary(),
}

_EMPTY = (None, "", ())


@dataclass(frozen=True)
class Field:
    """All that is known about one field of a record."""

    kind: Kind
    label: str
    sensitivity: Sensitivity
    required: bool = False
    max_length: int | None = None
    codes: CodeList | None = None
    target: str | None = None

    def problem(self, value: Any, *, today: date | None = None) -> str | None:
        """What is wrong with a value and how to mend it, in Chinese; None when it is fine."""
        if value in _EMPTY:
            return f"请填写{self.label}" if self.required else None
        if self.max_length and isinstance(value, str) and len(value) > self.max_length:
            return f"{self.label}最多 {self.max_length} 字，现在 {len(value)} 字"
        return self._kind_problem(value, today or date.today())

    def _kind_problem(self, value: Any, today: date) -> str | None:
        if self.kind is Kind.PHONE:
            return phone_problem(value)
        if self.kind is Kind.ID_NO:
            return id_no_problem(value, today)
        if self.codes is not None:
            chosen = (value,) if isinstance(value, str) else value
            if any(code not in self.codes for code in chosen):
                return f"{self.label}不在可选范围内，请重新选择"
        if isinstance(value, str) and any(ord(c) < 32 and c not in "\n\t" for c in value):
            return f"{self.label}含有不可见的控制字符，请删除后重输"
        if self.kind is Kind.NUMBER and value < 0:
            return f"{self.label}不能小于 0"
        return None

    def show(self, value: Any) -> str:
        """A value as people read it: what is sensitive masked, empty text when there is none."""
        if value not in _EMPTY and self.sensitivity is Sensitivity.S:
            return masked(self.kind, value)
        return self.clear(value)

    def clear(self, value: Any) -> str:
        """A value in full: only for who has said why (``usecases.access``)."""
        if value in _EMPTY:
            return ""
        if self.kind is Kind.CODE and self.codes:
            return self.codes.label(value)
        if self.kind is Kind.CODES and self.codes:
            return "、".join(self.codes.label(code) for code in value)
        if self.kind is Kind.FLAG:
            return "是" if value else "否"
        if self.kind is Kind.MOMENT:
            return local_text(value)
        return str(value)


def column(
    kind: Kind,
    label: str,
    sensitivity: Sensitivity,
    *,
    required: bool = False,
    max_length: int | None = None,
    codes: CodeList | None = None,
    target: str | None = None,
    index: bool = False,
) -> MappedColumn[Any]:
    """Declare a field of a record.

    ``label`` is the Chinese source text, ``target`` the kind of record a reference points to.
    Required fields stay nullable in storage: a merge must never fail on a missing value.
    """
    if kind is Kind.NAME and max_length is None:
        max_length = 50
    field = Field(kind, label, sensitivity, required, max_length, codes, target)
    return mapped_column(
        _STORED[kind](max_length), nullable=True, index=index, info={"field": field}
    )


@cache
def table_fields(table: Table) -> dict[str, Field]:
    """The declared fields of a table by column name, in order of declaration."""
    return {c.name: c.info["field"] for c in table.columns if "field" in c.info}
