"""One zone with its staff, and the offices that evaluate it, on one office's laptop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from township.records import Cadre, Record, Zone, ZoneStaff, new_id
from township.rules.evaluations import Answers
from township.storage import tables
from township.storage.database import Database
from township.storage.work import UnitOfWork
from township.usecases import evaluation_steps as steps

ZONE, OTHER_ZONE = new_id(), new_id()
ZHOU, LIU, PETER, TOP, SECRETARY, VILLAGE, GUEST = (new_id() for _ in range(7))
CADRES = {
    ZHOU: ("周敏", ("CLK",)),
    LIU: ("刘主任", ("PGO",)),
    PETER: ("何访", ("PET",)),
    TOP: ("郑镇长", ("TOP",)),
    SECRETARY: ("宋书记", ("VC", "VS")),
    VILLAGE: ("向美华", ("VC",)),
    GUEST: ("李联村", ("LL",)),
}
DEVICE = {
    "id": 1,
    "number": 7,
    "incarnation": 1,
    "last_dseq": 0,
    "last_hash": bytes(32),
    "township_id": bytes(16),
    "township_name": "屈原镇",
    "signing_key": bytes(32),
    "sealing_key": bytes(32),
    "server_url": "https://localhost",
}
DAY = date(2026, 5, 20)
VALUES: dict[str, Any] = {
    "zone_id": ZONE,
    "target_kind": "zone",
    "year": 2026,
    "part": "h1",
    "held_on": DAY,
    "roster_size": 30,
    "teller_one": ZHOU,
    "teller_two": PETER,
}
GOOD = {name: Answers(14, 4, 1, 1, 0) for name in ("duty", "style", "outcome")}
BAD = GOOD | {"style": Answers(2, 4, 13, 1, 0)}


def add(connection: Connection, kind: type[Record], **values: Any) -> None:
    values.setdefault("id", new_id())
    connection.execute(insert(kind).values(**values))


def make(path: Path, clock: Callable[[], datetime]) -> Database:
    database = Database.create(path, bytes(range(32)), clock)
    with database.writing() as connection:
        connection.execute(insert(tables.device).values(**DEVICE))
        connection.execute(insert(tables.bucket_cursor).values(bucket="township/r", seq=0))
        for zone, name, position in ((ZONE, "龙马溪村", 1), (OTHER_ZONE, "天龙村", 2)):
            add(connection, Zone, id=zone, name=name, code=f"42052710321{position}",
                zone_kind="village", position=position)  # fmt: skip
        for cadre, (name, roles) in CADRES.items():
            add(connection, Cadre, id=cadre, name=name, login=name, status="active", roles=roles)
        for cadre, role in ((SECRETARY, "VS"), (VILLAGE, "VC"), (GUEST, "LL")):
            add(connection, ZoneStaff, zone_id=ZONE, cadre_id=cadre, role=role,
                from_on=date(2026, 1, 1))  # fmt: skip
    return database


def do(database: Database, author: bytes, action: Callable[[UnitOfWork], Any]) -> Any:
    """One action by one cadre; gives what the action gave."""
    with database.work(author) as work:
        given = action(work)
        work.commit()
    return given


def counted(
    database: Database,
    one: dict[str, Answers],
    two: dict[str, Answers],
    issued: int = 20,
    **values: Any,
) -> bytes:
    """An evaluation whose two tellers have entered these counts."""
    previous = values.pop("previous", None)
    made: bytes = do(database, LIU, lambda w: steps.create(w, VALUES | values, previous))
    do(database, LIU, lambda w: steps.issue(w, made, issued))
    do(database, LIU, lambda w: steps.close_box(w, made, DAY))
    do(database, ZHOU, lambda w: steps.enter_count(w, made, one))
    do(database, PETER, lambda w: steps.enter_count(w, made, two))
    return made
