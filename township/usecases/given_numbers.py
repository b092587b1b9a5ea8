"""The numbers that this laptop gives to new records."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from township.records import Dispute, Evaluation, Need, Situation
from township.rules import numbers
from township.storage import tables
from township.storage.work import UnitOfWork


def given(
    work: UnitOfWork,
    kind: type[Need | Situation | Dispute | Evaluation],
    year: int,
    count: int = 1,
) -> list[str]:
    """The next free numbers of a kind in a year."""
    device = work.session.scalars(select(tables.device.c.number)).one()
    column: Any = kind.no
    begin = numbers.prefix(year, device)
    # A range, for LIKE does not use the index; ":" follows "9".
    taken = work.session.scalars(select(column).where(column >= begin, column < begin + ":"))
    first = numbers.next_counter(taken, year, device)
    return [numbers.number(year, device, first + at) for at in range(count)]
