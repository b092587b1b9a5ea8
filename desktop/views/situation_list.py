"""The list of 五情: its columns, and where its rows come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from desktop.models.table import Column, Sort
from desktop.theme import Tone
from township.storage.database import Database
from township.usecases import situations
from township.usecases.situations import SituationRow
from township.values import local_text

OPEN, ALL = "open", "all"
_LEVEL_TONES = {"紧急": Tone.BAD, "异常": Tone.WARN}


def _moment(value: datetime | None) -> str:
    return local_text(value) if value else ""


def _due(value: datetime | None) -> str:
    """The day and the hour: it is always near."""
    return _moment(value)[5:]


def _state_tone(state: str) -> Tone:
    if state.startswith("超时"):
        return Tone.BAD
    return Tone.GOOD if state == situations.CLOSED else Tone.INFO


COLUMNS = (
    Column("kind", "类别", 3, sortable=False),
    Column("level", "等级", 4, tone=lambda level: _LEVEL_TONES.get(level), sortable=False),
    Column("place", "责任区", 7, spare=True, sortable=False),
    Column("summary", "情况摘要", 12, grow=True, sortable=False),
    Column("due", "应办时间", 6, _due, spare=True, sortable=False),
    Column("state", "状态", 8, tone=_state_tone, sortable=False),
    Column("reported", "报送时间", 9, _moment, spare=True, sortable=False),
    Column("no", "编号", 8, spare=True, sortable=False),
)
_STATE = 5


class Asker(Protocol):
    """What the list asks of its page."""

    database: Database
    only: frozenset[bytes] | None

    def which(self) -> str: ...

    def now(self) -> datetime: ...


class SituationRows:
    """Reads the list for a page.

    What the page says of filter and time is asked anew each time.
    """

    def __init__(self, page: Asker) -> None:
        self._page = page

    def ids(self, sort: Sort | None) -> Sequence[bytes]:
        page = self._page
        with page.database.reader() as session:
            only_open = page.which() == OPEN
            return situations.situation_ids(session, only_open=only_open, only=page.only)

    def fetch(self, ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Any]]:
        now = self._page.now()
        with self._page.database.reader() as session:
            found = situations.situation_rows(session, ids, now)
        return {one: _cells(row) for one, row in found.items()}

    def states(self) -> list[str]:
        """The states of all rows as they would be now."""
        ids = self.ids(None)
        found = self.fetch(ids)
        return [found[one][_STATE] for one in ids if one in found]


def _cells(one: SituationRow) -> Sequence[Any]:
    state = f"超时·{one.state}" if one.late else one.state
    return (
        one.kind,
        one.level,
        one.place,
        one.summary,
        one.due_at,
        f"{state}·核对时钟" if one.clock_wrong else state,
        one.reported_at,
        one.no,
    )
