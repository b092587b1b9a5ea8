"""Nobody takes a look back: a changed, deleted or back-dated note is named by the audit."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection, select

from sync.server import audit, folder, tables
from sync.server.log import Log
from sync.server.office import Office
from sync.server.rewriting import rewrite
from sync.server.running import ServerThread
from tests.sync.laptops import Laptop, enrolled
from tests.sync.sample import ZONE, office_changeset
from township import changes
from township.changes import Changeset
from township.records import Household, new_id
from township.storage.folding import changes_of
from township.usecases.access import Reason, Target, unmask

SEGMENT = tables.segment
HOME = new_id()


@pytest.fixture(scope="module")
def township(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a server that holds the notes of three looks."""
    place = tmp_path_factory.mktemp("audited")
    folder.init(place / "server", "屈原镇")
    server = folder.open_server(place / "server")
    office = Office(server)
    office.load([office_changeset(office)])
    with ServerThread(server) as thread:
        laptop = enrolled(server, thread.url, place / "laptop", "xiang")
        look(laptop)
        laptop.database.close()
    server.close()
    return place / "server"


def look(laptop: Laptop) -> None:
    laptop.sync()
    with laptop.database.work(laptop.cadre) as work:
        home = {"zone_id": ZONE, "group_id": bytes(16), "no": "1-001", "phone": "12812341234"}
        work.add(Household(id=HOME, **home))
        work.commit()
    for text in ("第一次核对", "第二次核对", "第三次核对"):
        phone = Target("household", HOME, "phone")
        unmask(laptop.database, laptop.cadre, phone, Reason("identity", text))
        laptop.sync()


@pytest.fixture
def copy(township: Path, tmp_path: Path) -> Iterator[folder.OpenServer]:
    server = folder.open_server(Path(shutil.copytree(township, tmp_path / "copy")))
    yield server
    server.close()


def log_of(connection: Connection) -> Log:
    return Log(connection, connection.execute(select(SEGMENT.c.township_id)).scalars().first())


def header_of(connection: Connection, seq: int) -> bytes:
    entry = log_of(connection).at(seq)
    assert entry is not None
    return entry.header


def put(connection: Connection, seq: int, content: Changeset) -> None:
    rewrite(connection, log_of(connection)._township_id, {seq: content})


def notes(connection: Connection) -> dict[int, list[changes.Op]]:
    """The entries of the log that hold notes, with their operations."""
    found = {}
    for row in log_of(connection).walk():
        ops = changes_of(changes.decode_header(row.header), row.ops)
        if any(op.kind == "access_entry" for op in ops):
            found[row.seq] = ops
    return found


def change(connection: Connection, seq: int) -> None:
    """Another reason than the one that was given."""
    ops = [
        msgspec.structs.replace(op, fields=op.fields | {"reason_text": "例行核对"})
        for op in notes(connection)[seq]
    ]
    put(connection, seq, Changeset(header_of(connection, seq), [changes.encode(op) for op in ops]))


def delete(connection: Connection, seq: int) -> None:
    connection.execute(SEGMENT.delete().where(SEGMENT.c.seq == seq))


def back_date(connection: Connection, seq: int) -> None:
    """As if the look had been a day earlier."""
    header = changes.decode_header(header_of(connection, seq))
    earlier = msgspec.structs.replace(header, wall_ms=header.wall_ms - 86_400_000)
    entry = log_of(connection).at(seq)
    assert entry is not None
    put(connection, seq, Changeset(changes.encode(earlier), list(entry.ops)))


def audited(server: folder.OpenServer) -> audit.Audited:
    with server.service.store.reading() as connection:
        return audit.verify(connection, server.service.township_id)


def test_notes_are_in_the_history(copy: folder.OpenServer) -> None:
    assert audited(copy).finding is None
    with copy.service.store.reading() as connection:
        texts = [op.fields["reason_text"] for ops in notes(connection).values() for op in ops]
    assert texts == ["第一次核对", "第二次核对", "第三次核对"]


@pytest.mark.parametrize("alter", [change, delete, back_date])
def test_a_note_that_was_tampered_with_is_named(
    copy: folder.OpenServer, alter: Callable[[Connection, int], None]
) -> None:
    with copy.service.store.writing() as connection:
        seq = list(notes(connection))[1]
        alter(connection, seq)
    finding = audited(copy).finding
    assert finding is not None
    assert finding.seq == seq or f"第 {seq} 条" in finding.text
