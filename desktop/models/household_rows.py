"""The list of 户台账: its columns, and where its rows come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from desktop.models.table import Column, Sort
from township.storage.database import Database
from township.usecases import households
from township.usecases.household_rows import household_rows
from township.usecases.households import HouseholdFilter


def _day(on: date | None) -> str:
    return on.isoformat() if on else "未走访"


def _count(number: int) -> str:
    return str(number or "")


COLUMNS = (
    Column("no", "户编号", 6),
    Column("head", "户主", 4, sortable=False),
    Column("group", "小组", 3, spare=True, sortable=False),
    Column("persons", "人口", 2, right=True, spare=2, sortable=False),
    Column("special", "特殊群体", 8, "、".join, grow=True, sortable=False),
    Column("cadres", "联系干部", 5, "、".join, spare=True, sortable=False),
    Column(households.LAST_VISIT, "最近走访", 6, _day),
    Column("visits", "本年入户", 4, _count, right=True, spare=2, sortable=False),
    Column(households.OPEN_NEEDS, "未办结", 3, _count, right=True),
)


class HouseholdRows:
    """Households that fit what is typed and the filter, as one cadre sees them."""

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        typed: Callable[[], str],
        wanted: Callable[[], HouseholdFilter],
    ) -> None:
        self._database, self._cadre = database, cadre_id
        self._typed, self._wanted = typed, wanted

    def ids(self, sort: Sort | None) -> Sequence[bytes]:
        today, typed = self._database.today(), self._typed().strip()
        with self._database.reader() as session:
            if typed:
                return households.find_households(session, typed, self._wanted(), today)
            key, descending = (sort.key, sort.descending) if sort else (None, False)
            return households.household_ids(session, self._wanted(), today, key, descending)

    def fetch(self, ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Any]]:
        with self._database.reader() as session:
            found = household_rows(session, ids, self._database.today(), by=self._cadre)
        return {
            one: (
                line.no,
                line.head,
                line.group,
                line.persons,
                line.special,
                line.cadres,
                line.last_visit,
                line.visits,
                line.open_needs,
            )
            for one, line in found.items()
        }
