"""What tests do with photographs on laptops and at the township."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, event, select

from sync import problems, wire
from sync.server import tables
from sync.server.folder import OpenServer
from sync.wire import Answer, Request
from tests.sync.laptops import Laptop
from tests.sync.sample import HOME, ZONE
from township.records import Attachment, Visit, new_id
from township.storage import file_tables
from township.storage.file_pages import Files, FilesTold
from township.usecases.photos import Photo, PhotoEntry, add_photos, photos_of
from township.values import CHINA

LARGE = 300_000
"""Bytes: three pieces, two messages."""


def add_visit(laptop: Laptop, *pictures: bytes, zone: bytes = ZONE) -> bytes:
    """Somebody logs a visit with these pictures; returns its id."""
    visit = Visit(
        id=new_id(),
        zone_id=zone,
        household_id=HOME,
        work_log_id=bytes(16),
        visited_on=laptop.database.clock().astimezone(CHINA).date(),
        session="am",
        way="in_home",
        purpose="routine",
        resident_present=True,
    )
    with laptop.database.work(laptop.cadre) as work:
        work.add(visit)
        add_photos(work, visit, [PhotoEntry(one, "水渠") for one in pictures])
        work.commit()
    return visit.id


def photos(laptop: Laptop, visit: bytes) -> list[Photo]:
    """The photographs of a visit as this laptop shows them."""
    with laptop.database.reader() as session:
        return photos_of(session, [visit]).get(visit, [])


def kept(laptop: Laptop) -> dict[str, bytes]:
    """All whole pictures on a laptop."""
    c = file_tables.content.c
    with laptop.database.reader() as session:
        return {row.sha256: row.data for row in session.execute(select(c.sha256, c.data))}


def loose(laptop: Laptop) -> int:
    """Pieces and queued pictures on a laptop: none at rest."""
    with laptop.database.reader() as session:
        return sum(
            len(session.execute(select(table)).all())
            for table in (file_tables.part, file_tables.out)
        )


def at_server(server: OpenServer) -> dict[str, bytes]:
    """All whole pictures at the township, decrypted."""
    service, c = server.service, tables.file.c
    with service.store.reading() as connection:
        rows = connection.execute(select(c.sha256, c.sealed)).all()
    found = {}
    for row in rows:
        plain = service.vault.open(row.sealed, service.township_id + row.sha256.encode())
        assert plain is not None
        found[row.sha256] = plain
    return found


def pieces_at_server(server: OpenServer) -> int:
    with server.service.store.reading() as connection:
        return len(connection.execute(select(tables.file_part.c.at)).all())


def record_of(laptop: Laptop, visit: bytes) -> Attachment:
    with laptop.database.reader() as session:
        return session.scalars(select(Attachment).where(Attachment.visit_id == visit)).one()


@dataclass
class Line:
    """Carries messages to a server in this process, and cuts one of them there or back."""

    server: OpenServer
    cut_at: int | None = None
    arrives: bool = False
    talk: list[tuple[Request, Answer]] = field(default_factory=list)
    calls: int = 0
    up: int = 0
    down: int = 0
    """Bytes of pictures that have reached the other side."""

    def __call__(self, message: bytes) -> bytes:
        self.calls += 1
        cut = self.calls == self.cut_at
        if cut and not self.arrives:
            raise problems.server_away()
        given = self.server.service.exchange(message)
        asked = wire.unpack(wire.open_envelope(message).body, Request)
        self.up += _bytes(asked.files)
        if cut:
            raise problems.server_away()
        answer = wire.unpack(wire.open_envelope(given).body, Answer)
        self.down += _bytes(answer.files)
        self.talk.append((asked, answer))
        return given


def _bytes(files: Files | FilesTold | None) -> int:
    return sum(len(part.data) for part in files.parts) if files else 0


class Stopped(BaseException):
    """The machine stopped at a commit."""


@contextmanager
def stopping(engine: Engine, at: int) -> Iterator[None]:
    """The machine stops before the commit of this number, counted from 1."""
    count = 0

    def commit(connection: Connection) -> None:
        nonlocal count
        count += 1
        if count == at:
            raise Stopped

    event.listen(engine, "commit", commit)
    try:
        yield
    except Stopped:
        return
    finally:
        event.remove(engine, "commit", commit)
