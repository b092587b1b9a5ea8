"""Real laptops for tests: enrolled in a folder, with an encrypted database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from sync import client
from sync.client import Carrier, Progress
from sync.enrol import enrol
from sync.http import carrier_to
from sync.server import admin
from sync.server.folder import OpenServer
from township.records import record_kinds
from township.storage import tables
from township.storage.database import Database
from township.storage.folder import LaptopFolder
from township.storage.keyring import Cost
from township.storage.replica import Replica

CHEAP = Cost(passes=1, memory=8, lanes=1)
PASSWORD = "correct horse 1"

Snapshot = dict[str, list[tuple[object, ...]]]


@dataclass
class Laptop:
    """One enrolled laptop."""

    database: Database
    cadre: bytes

    @property
    def replica(self) -> Replica:
        return Replica(self.database)

    def sync(self, carrier: Carrier | None = None) -> Progress:
        if carrier is not None:
            return client.run(self.replica, carrier)
        with carrier_to(self.replica.identity()) as http:
            return client.run(self.replica, http)

    def states(self) -> list[str]:
        c = tables.changeset.c
        with self.database.reader() as session:
            return list(session.scalars(select(c.state).order_by(c.incarnation, c.dseq)))


def enrolled(server: OpenServer, url: str, folder: Path, *logins: str) -> Laptop:
    code = admin.issue_code(server, logins)
    opened = enrol(LaptopFolder(folder), url, code, PASSWORD, cost=CHEAP)
    return Laptop(opened.database, opened.cadre_id)


def snapshot(laptop: Laptop) -> Snapshot:
    """All records with stamps and writers."""
    found: Snapshot = {}
    with laptop.database.reader() as session:
        for kind, record in record_kinds().items():
            rows = session.execute(select(record.__table__).order_by(record.__table__.c.id))
            found[kind] = [tuple(row) for row in rows]
    return found


def overlay_rows(laptop: Laptop) -> int:
    """Pending and shadow rows: none when all is at rest."""
    with laptop.database.reader() as session:
        return len(session.execute(select(tables.pending)).all()) + len(
            session.execute(select(tables.shadow)).all()
        )
