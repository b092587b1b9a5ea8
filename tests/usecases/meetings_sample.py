"""One village with its staff, two open needs, a situation, and the township's offices."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, insert

from township.records import (
    Cadre,
    Group,
    Household,
    Need,
    Record,
    Situation,
    Zone,
    ZoneStaff,
    new_id,
)
from township.rules.settings import PRESET
from township.storage import tables
from township.storage.database import Database
from township.storage.work import UnitOfWork
from township.usecases import meeting_steps, meetings_due, resolutions
from township.usecases.dues import Asker, Urgency, when_text
from township.usecases.meeting_steps import MeetingEntry

Made = TypeVar("Made")

KEY = bytes(range(32))
START = datetime(2026, 5, 12, 1, tzinfo=UTC)  # 9:00 in China
ZONE, FAR_ZONE, GROUP, HOME = (new_id() for _ in range(4))
SECRETARY, CADRE, LEADER, JUSTICE, CLERK, MAYOR = (new_id() for _ in range(6))
LAMP, PIPE, ROCKS = (new_id() for _ in range(3))
STAFF = ((LEADER, "LL"), (SECRETARY, "VS"), (CADRE, "VC"), (JUSTICE, "JO"))
_PEOPLE = (
    (SECRETARY, "向书记", ("VC", "VS"), (ZONE,)),
    (CADRE, "李秀英", ("VC",), (ZONE,)),
    (LEADER, "王𠮷明", ("LL",), (ZONE,)),
    (JUSTICE, "谭司法", ("JO",), (ZONE,)),
    (CLERK, "周敏", ("CLK",), (ZONE, FAR_ZONE)),
    (MAYOR, "郑镇长", ("TOP",), (ZONE, FAR_ZONE)),
)
SECRET = "儿媳住院，想装路灯方便照看。"
"""The text of a need is restricted; an agenda must not say it."""


class Clock:
    """A clock that tests set; noon in China of a day."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def go_to(self, month: int, day: int, hour: int = 12) -> None:
        self.now = datetime(2026, month, day, tzinfo=UTC) + timedelta(hours=hour - 8)


def add(connection: Connection, kind: type[Record], **values: Any) -> None:
    values.setdefault("id", new_id())
    connection.execute(insert(kind).values(**values))


def make(folder: Path, clock: Clock) -> Database:
    """A laptop's database with them."""
    database = Database.create(folder / "laptop.db", KEY, clock)
    with database.writing() as connection:
        fill(connection)
    return database


def fill(connection: Connection) -> None:
    device = {"id": 1, "number": 7, "incarnation": 1, "last_dseq": 0, "last_hash": bytes(32)}
    place = {"township_id": bytes(16), "township_name": "屈原镇", "server_url": "https://localhost"}
    keys = {"signing_key": bytes(32), "sealing_key": bytes(32)}
    connection.execute(insert(tables.device).values(**device, **place, **keys))
    for position, (zone, name) in enumerate(((ZONE, "龙马溪村"), (FAR_ZONE, "天龙村")), 1):
        add(connection, Zone, id=zone, name=name, code=f"42052710321{position}", position=position)
    for one, name, roles, zones in _PEOPLE:
        cadre = {"login": name, "status": "active", "roles": roles, "zones": zones}
        add(connection, Cadre, id=one, name=name, **cadre)
    for one, role in STAFF:
        since = date(2026, 1, 1)
        add(connection, ZoneStaff, zone_id=ZONE, cadre_id=one, role=role, from_on=since)
    add(connection, Group, id=GROUP, zone_id=ZONE, number=2, name="二组")
    add(connection, Household, id=HOME, zone_id=ZONE, group_id=GROUP, no="龙马溪-2-017")
    need = {"zone_id": ZONE, "household_id": HOME, "channel": "visit", "owner_point": CADRE}
    lamp = {"topic": "road", "text": SECRET, "raised_on": date(2026, 5, 10), "state": "new"}
    add(connection, Need, id=LAMP, no="N-2", **lamp, **need)
    pipe = {"topic": "water", "text": "水管漏水", "raised_on": date(2026, 4, 1), "state": "doing"}
    add(connection, Need, id=PIPE, no="N-1", **pipe, **need)
    answered = {"topic": "road", "text": "旧", "raised_on": date(2026, 4, 2), "state": "fed_back"}
    add(connection, Need, no="N-0", **answered, **need)
    moments = dict.fromkeys(("happened_at", "found_at", "reported_at"), START)
    rocks = {"situation_kind": "disaster", "level": "normal", "summary": "二组公路有落石。"}
    report = {"zone_id": ZONE, "reported_by": CADRE, "report_to": LEADER}
    add(connection, Situation, id=ROCKS, no="W-1", **rocks, **moments, **report)


def entry(kind: str = "regular", **values: Any) -> MeetingEntry:
    """A meeting of the village as its form gives it."""
    given = {"place": "村委会会议室", "convener_id": SECRETARY, "attending": (SECRETARY, CADRE)}
    return MeetingEntry(kind, **{**given, **values})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The village as it is at the beginning, made once."""
    database = make(tmp_path_factory.mktemp("village"), Clock())
    database.close()
    return database.path


@pytest.fixture
def database(template: Path, tmp_path: Path, clock: Clock) -> Iterator[Database]:
    database = Database.open(shutil.copy(template, tmp_path / "laptop.db"), KEY, clock)
    yield database
    database.close()


def do(database: Database, author: bytes, action: Callable[[UnitOfWork], Made]) -> Made:
    """One action of one person."""
    with database.work(author) as work:
        made = action(work)
        work.commit()
    return made


def held(database: Database, kind: str = "regular", **values: Any) -> bytes:
    """The secretary enters a meeting that is held now."""
    given = entry(kind, **{"held_at": database.clock(), **values})
    return do(database, SECRETARY, lambda w: meeting_steps.record(w, ZONE, given))


def decide(
    database: Database, meeting: bytes, due: date, owner: bytes = CADRE, text: str = "装两盏路灯"
) -> bytes:
    return do(database, SECRETARY, lambda w: resolutions.resolve(w, meeting, text, owner, due))


def lines(database: Database, cadre: bytes) -> list[tuple[str, bool]]:
    """What of the meetings waits for somebody now: day and text, and whether it is late."""
    with database.reader() as session:
        who, now = session.get(Cadre, cadre), database.clock()
        assert who is not None
        found = sorted(
            meetings_due.due(session, Asker(who, now, PRESET)), key=lambda one: one.order
        )
    return [
        ("　".join(filter(None, (when_text(one, now), one.text))), one.urgency is Urgency.OVERDUE)
        for one in found
    ]
