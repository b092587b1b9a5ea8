"""五情日报、月报: a query over the reports; a month without reports is simply empty.

Columns: domain §6. Of 孕情 there is only how many services are open, and small numbers are not
told (§7.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.codes import SITUATION_KIND
from township.errors import NotAllowed
from township.masks import masked_text
from township.records import Cadre, Situation
from township.rules.permissions import Act, may
from township.rules.refusals import not_offered
from township.rules.situations import STEPS, next_step, span_text
from township.usecases import care
from township.usecases.paper_facts import cadre_names, township_name
from township.usecases.situations import CLOSED, place_names, timeline, where
from township.usecases.zones import all_zones, held_zones
from township.values import CHINA, local_text

KINDS = tuple(SITUATION_KIND)
SERVICES = "孕情（服务件数）"
NOT_KNOWN = "—"
"""Of months that are over nobody kept how many services were open."""


@dataclass(frozen=True)
class DayRow:
    """One report of a day, as it is printed."""

    id: bytes
    time: str
    place: str
    kind: str
    level: str
    summary: str
    reporter: str
    received: str
    response: str
    feedback: str
    state: str


@dataclass(frozen=True)
class DaySummary:
    """五情日报 of the zones that this laptop holds."""

    township: str
    zones: str
    on: date
    rows: tuple[DayRow, ...]


@dataclass(frozen=True)
class Line:
    """One zone, or all: the reports by kind, and how long receipt and response took."""

    name: str
    ids: Mapping[str, tuple[bytes, ...]]
    services: str
    receive: str
    respond: str

    @property
    def all(self) -> tuple[bytes, ...]:
        """The reports of all kinds."""
        return tuple(one for kind in KINDS for one in self.ids[kind])


@dataclass(frozen=True)
class MonthSummary:
    """五情月报: zones by kinds."""

    township: str
    zones: str
    year: int
    month: int
    lines: tuple[Line, ...]
    total: Line

    @property
    def empty(self) -> bool:
        """Nothing was reported: there is nothing to be filled in."""
        return not self.total.all


def day_summary(session: Session, on: date, *, by: bytes) -> DaySummary:
    """The reports of a day in China, in their order. Raises NotAllowed."""
    _require(session, by)
    begin = datetime(on.year, on.month, on.day, tzinfo=CHINA)
    places, names = place_names(session), cadre_names(session)
    found = _reported(session, begin, begin + timedelta(days=1))
    rows = tuple(_day_row(one, places, names) for one in found)
    return DaySummary(township_name(session), _zones_text(session), on, rows)


def month_summary(
    session: Session, year: int, month: int, today: date, *, by: bytes
) -> MonthSummary:
    """The reports of a month in China. Raises NotAllowed."""
    _require(session, by)
    begin = datetime(year, month, 1, tzinfo=CHINA)
    end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=CHINA)
    found = _reported(session, begin, end)
    services = _Services(session, today, current=(today.year, today.month) == (year, month))
    zones = held_zones(session)
    lines = tuple(
        _line(name, [one for one in found if one.zone_id == zone], services.of(zone))
        for zone, name in zones
    )
    total = _line("合计", found, services.of(None))
    return MonthSummary(township_name(session), _zones_text(session), year, month, lines, total)


class _Services:
    """How many services of the health centre are open: what the township publishes of it."""

    def __init__(self, session: Session, today: date, *, current: bool) -> None:
        self._session = session
        self._offered, self._current = care.offered(session, today), current

    def of(self, zone: bytes | None) -> str:
        """The number of a zone; a sum would tell what small numbers hide."""
        if not self._offered:
            return ""
        if not self._current or zone is None:
            return NOT_KNOWN
        return care.told(self._session, [zone])


def _require(session: Session, by: bytes) -> None:
    cadre = session.get(Cadre, by)
    roles = frozenset(cadre.roles or ()) if cadre else frozenset()
    if cadre is not None and not may(roles, Act.SEE, "situation"):
        raise NotAllowed(not_offered(roles, Act.SEE, "situation"))


def _reported(session: Session, begin: datetime, end: datetime) -> Sequence[Situation]:
    return session.scalars(
        select(Situation)
        .where(
            Situation.deleted_at.is_(None),
            Situation.reported_at >= begin,
            Situation.reported_at < end,
        )
        .order_by(Situation.reported_at, Situation.id)
    ).all()


def _line(name: str, found: Iterable[Situation], services: str) -> Line:
    reports = list(found)
    ids = {kind: tuple(one.id for one in reports if one.situation_kind == kind) for kind in KINDS}
    received = [(one.reported_at, one.received_at) for one in reports]
    responded = [(one.reported_at, one.responded_at) for one in reports]
    return Line(name, ids, services, _middle(received), _middle(responded))


def _middle(spans: Iterable[tuple[datetime | None, datetime | None]]) -> str:
    seconds = [max(0.0, (end - begin).total_seconds()) for begin, end in spans if begin and end]
    return span_text(timedelta(seconds=median(seconds))) if seconds else ""


def _zones_text(session: Session) -> str:
    held = held_zones(session)
    if len(held) == len(all_zones(session)):
        return "全镇"
    return "、".join(name for _, name in held)


def _day_row(one: Situation, places: dict[bytes, str], names: dict[bytes, str]) -> DayRow:
    step = next_step(timeline(one))
    answered = (masked_text(one.response or ""), _by(one.responded_by, one.responded_at, names))
    return DayRow(
        one.id,
        _clock(one.reported_at),
        where(one, places),
        one.shown("situation_kind"),
        one.shown("level"),
        masked_text(one.summary or ""),
        names.get(one.reported_by or b"", ""),
        _by(one.received_by, one.received_at, names),
        "\n".join(filter(None, answered)),
        _by(one.fed_back_by, one.fed_back_at, names),
        f"待{STEPS[step]}" if step else CLOSED,
    )


def _by(who: bytes | None, at: datetime | None, names: dict[bytes, str]) -> str:
    return "\n".join(filter(None, (names.get(who or b"", ""), _clock(at, day=True))))


def _clock(at: datetime | None, *, day: bool = False) -> str:
    if at is None:
        return ""
    return local_text(at)[5:] if day else local_text(at)[11:]
