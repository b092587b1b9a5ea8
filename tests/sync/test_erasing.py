"""Erased contents are nowhere any more, and the history still holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Table, select

from sync.server import audit, erasing, folder, snapshots, tables
from sync.server.folder import OpenServer
from sync.server.log import Log
from sync.server.office import Office
from tests.pictures import jpeg
from tests.sync.decrypted import pages
from tests.sync.laptops import Laptop, enrolled, overlay_rows
from tests.sync.restoring import Town
from tests.sync.sample import ZONE, office_changeset
from tests.sync.snapshots import enter
from township.changes import Op
from township.errors import NotAllowed
from township.records import Attachment, Conflict, Erasure, Household, Person, Record, Visit, new_id
from township.storage import search
from township.storage import tables as laptop_tables
from township.storage.database import Database
from township.usecases.erasing import erase_fields, erase_records
from township.usecases.photos import PhotoEntry, add_photos
from township.values import CHINA

CANARY, NAME, PHONE = "鹧鸪飞过橙园", "欧阳鹧鸪", "12345098761"
CLERK = {"login": "clerk", "name": "李会计", "post": "台账员", "roles": "CLK"}
CLERK |= {"status": "active", "zones": ZONE.hex()}
ONCE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def clerk(server: OpenServer, url: str, tmp_path: Path) -> Iterator[Laptop]:
    """The office's laptop, with all zones."""
    enter(server, Op("cadre", new_id(), "insert", "township/i", CLERK))
    laptop = enrolled(server, url, tmp_path / "clerk", "clerk")
    yield laptop
    laptop.database.close()


def swept(server: OpenServer) -> int:
    service = server.service
    return erasing.sweep(service.store, service.township_id, service.clock())


def rounds(*laptops: Laptop) -> None:
    for laptop in laptops:
        laptop.sync()


def fill(laptop: Laptop) -> tuple[bytes, bytes, bytes]:
    """A household with a person and a visit by the village; then edits of all of them."""
    with laptop.database.work(laptop.cadre) as work:
        home = Household(zone_id=ZONE, group_id=bytes(16), no="龙马溪-2-017", address=CANARY)
        work.add(home)
        person = Person(zone_id=ZONE, household_id=home.id, name=NAME, sex="1", relation="02")
        person.phone = PHONE
        work.add(person)
        work.commit()
    with laptop.database.work(laptop.cadre) as work:
        visit = Visit(zone_id=ZONE, work_log_id=new_id(), household_id=home.id)
        visit.visited_on, visit.session, visit.way = (
            laptop.database.clock().astimezone(CHINA).date(),
            "am",
            "in_home",
        )
        visit.purpose, visit.resident_present, visit.talk = "routine", True, CANARY
        work.add(visit)
        work.commit()
    with laptop.database.work(laptop.cadre) as work:
        record = work.session.get(Visit, visit.id)
        assert record
        record.talk = CANARY * 2
        work.commit()
    return home.id, person.id, visit.id


def erase(laptop: Laptop, kind: type[Record], record: bytes, *fields: str) -> None:
    with laptop.database.work(laptop.cadre) as work:
        found = work.session.get(kind, record)
        assert found
        if fields:
            erase_fields(work, found, fields, "request")
        else:
            erase_records(work, [found], "expired")
        work.commit()


def tokens_of(text: str) -> list[bytes]:
    return [text.encode(), text.encode("utf-16-le")]


def holds(path: Path, key: bytes, text: str) -> bool:
    """Is a text in a database file or its journal, in pages that are free too?"""
    journal = path.with_name(path.name + "-wal")
    return any(
        word in page
        for file in (path, journal)
        if file.exists()
        for page in pages(file, key)
        for word in tokens_of(text)
    )


def values(database: Database) -> str:
    """All that the tables of a laptop hold, as text."""
    with database.reader() as session:
        return str(
            [
                [tuple(row) for row in session.execute(select(table))]
                for table in Erasure.metadata.sorted_tables
            ]
        )


def server_holds(server: OpenServer, text: str) -> bool:
    """Does any table of the township hold a text, whatever the database? Segments are opened."""
    service = server.service
    with service.store.reading() as connection:

        def rows(table: Table) -> list[object]:
            return [tuple(row) for row in connection.execute(select(table))]

        everything = b"".join(
            repr(row).encode() + b"".join(v for v in row if isinstance(v, bytes))  # type: ignore[attr-defined]
            for table in tables.metadata.sorted_tables
            for row in rows(table)
        )
        for entry in Log(connection, service.township_id).walk():
            everything += b"".join(entry.ops) + (entry.outcome or b"")
    return text.encode() in everything


def audited(server: OpenServer) -> audit.Audited:
    with server.service.store.reading() as connection:
        return audit.verify(connection, server.service.township_id)


def checkpointed(laptop: Laptop) -> tuple[Path, bytes]:
    with laptop.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM draft")
    raw = laptop.database.engine.raw_connection()
    raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    return laptop.database.path, laptop.database.key


def test_an_erased_visit_is_nowhere_and_the_audit_passes(
    server: OpenServer, one: Laptop, clerk: Laptop
) -> None:
    _, _, visit = fill(one)
    photo = add_photo(one, visit)
    rounds(one, clerk)
    held = clerk.replica.checkpoint()
    erase(clerk, Visit, visit)
    erase(clerk, Attachment, photo)
    clerk.sync()
    assert server_holds(server, CANARY * 2)  # nothing goes before the township does it
    assert swept(server) == 2
    assert swept(server) == 0
    rounds(clerk, one)
    assert not server_holds(server, CANARY * 2)
    for laptop in (one, clerk):
        assert CANARY * 2 not in values(laptop.database)
        assert overlay_rows(laptop) == 0
        with laptop.database.reader() as session:
            stub = session.get(Visit, visit)
            asked = session.scalars(select(Erasure)).all()
            assert stub and stub.deleted_at is not None and stub.talk is None
            assert stub.zone_id == ZONE and stub.visited_on is None
            assert all(one.done_at is not None for one in asked)
            assert session.connection().exec_driver_sql("SELECT * FROM file_content").all() == []
    with server.service.store.reading() as connection:
        assert connection.scalars(select(tables.file.c.sha256)).all() == []
        place = connection, server.service.township_id
        found = audit.verify(*place)
        assert held is not None and audit.contradicts(*place, held.size, held.root) is None
    assert found.finding is None and len(found.erased) == 5  # made, edited, deleted; made, deleted
    own_chain_is_provable(one)


def add_photo(laptop: Laptop, visit: bytes) -> bytes:
    with laptop.database.work(laptop.cadre) as work:
        record = work.session.get(Visit, visit)
        assert record
        (photo,) = add_photos(work, record, [PhotoEntry(jpeg(20_000), CANARY)])
        work.commit()
    return photo


def own_chain_is_provable(laptop: Laptop) -> None:
    """Own changesets hold hashes where contents were, and fit their chain as before."""
    c = laptop_tables.changeset.c
    with laptop.database.reader() as session:
        rows = session.execute(select(c.ops, c.hash).order_by(c.dseq)).all()
    lengths = [[len(op) for op in msgspec.msgpack.decode(row.ops)] for row in rows]
    assert lengths[1:] == [[32], [32], [32]] and 32 not in lengths[0]
    out = laptop.replica.outbox(laptop.replica.answered()._replace(dseq=0), 1 << 20)
    previous = bytes(32)
    for changeset, row in zip(out.changesets, rows, strict=True):
        previous = changeset.hash(previous)
        assert previous == row.hash


@ONCE
def test_not_even_in_free_pages(server: OpenServer, one: Laptop, clerk: Laptop) -> None:
    _, person, visit = fill(one)
    rounds(one, clerk)
    search.catch_up(clerk.database)
    server.service.store.settle()
    path, key = server.folder.database, server.folder.database_key.read_bytes()
    assert holds(path, key, CANARY * 2) and holds(path, key, NAME)
    erase(clerk, Visit, visit)
    erase(clerk, Person, person)
    clerk.sync()
    swept(server)
    rounds(clerk, one)
    server.service.store.settle()
    for text in (CANARY * 2, NAME, PHONE):
        assert not holds(path, key, text), text
    for laptop in (clerk, one):
        search.catch_up(laptop.database)
        for text in (CANARY * 2, NAME, PHONE, NAME[:2], "ouyang"):
            assert not holds(*checkpointed(laptop), text), text


@ONCE
def test_an_emptied_field_is_erased_and_who_comes_later_never_sees_it(
    server: OpenServer, one: Laptop, clerk: Laptop, url: str, tmp_path: Path
) -> None:
    home, person, visit = fill(one)
    one.sync()
    service = server.service
    place = service.store, service.township_id, service.key, service.clock()
    assert snapshots.refresh(*place, worth=1)
    clerk.sync()
    erase(clerk, Person, person, "phone")
    erase(clerk, Visit, visit)
    clerk.sync()
    assert swept(server) == 2
    rounds(clerk, one)
    by_log = enrolled(server, url, tmp_path / "log", "xiang")
    by_log.sync()
    assert snapshots.refresh(*place, worth=1)
    by_snapshot = enrolled(server, url, tmp_path / "snapshot", "xiang")
    by_snapshot.sync()
    for laptop in (one, clerk, by_log, by_snapshot):
        assert PHONE not in values(laptop.database) and CANARY * 2 not in values(laptop.database)
        with laptop.database.reader() as session:
            found, house = session.get(Person, person), session.get(Household, home)
            stub = session.get(Visit, visit)
            assert found and (found.name, found.phone, found.deleted_at) == (NAME, None, None)
            assert house and house.address == CANARY
            assert stub and stub.deleted_at is not None and stub.talk is None
    assert not server_holds(server, PHONE) and server_holds(server, NAME)
    with one.database.work(one.cadre) as work:  # life goes on
        again = work.session.get(Person, person)
        assert again
        again.education = "70"
        work.commit()
    rounds(one)
    assert one.states()[-1] == "applied" and audited(server).finding is None
    by_log.database.close()
    by_snapshot.database.close()


@ONCE
def test_what_lives_or_waits_is_not_erased_and_nothing_comes_back(
    server: OpenServer, one: Laptop, clerk: Laptop
) -> None:
    _, _, visit = fill(one)
    rounds(one, clerk)
    edit(one, visit, "新内容")
    erase(clerk, Visit, visit)
    rounds(one, clerk)
    assert clerk.states() == ["conflict"]
    assert swept(server) == 0  # a newer edit keeps it
    rounds(clerk)
    with clerk.database.reader() as session:
        kept = session.get(Visit, visit)
        assert kept and kept.deleted_at is None and kept.talk == "新内容"
    erase(clerk, Visit, visit)  # now that it has been seen
    rounds(clerk, one)
    with held_in_quarantine(server, dseq=3):
        assert swept(server) == 0 and server_holds(server, CANARY * 2)
    assert swept(server) == 2 and not server_holds(server, CANARY * 2)
    with one.database.work(one.cadre) as work:
        record = work.session.get(Visit, visit)
        assert record
        work.restore(record)
        work.commit()
    one.sync()
    assert one.states()[-1] == "rejected"
    with one.database.reader() as session:
        stub = session.get(Visit, visit)
    assert stub and stub.deleted_at is not None and stub.talk is None
    with clerk.database.reader() as session:
        (conflict,) = session.scalars(select(Conflict.id))
    erase(clerk, Conflict, conflict)
    clerk.sync()
    assert swept(server) == 1
    rounds(one, clerk)
    for laptop in (one, clerk):
        with laptop.database.reader() as session:
            bare = session.get(Conflict, conflict)
        assert bare and (bare.target_kind, bare.target_id) == ("visit", visit)  # where it lies
        assert bare.deleted_at is not None and bare.other_by is None
    with one.database.work(one.cadre) as work:  # a laptop of the village may not ask
        work.add(Erasure(zone_id=ZONE, target_kind="visit", targets=b"\x90", reason="expired"))
        with pytest.raises(NotAllowed):
            work.commit()


def edit(laptop: Laptop, visit: bytes, talk: str) -> None:
    with laptop.database.work(laptop.cadre) as work:
        record = work.session.get(Visit, visit)
        assert record
        record.talk = talk
        work.commit()


@contextmanager
def held_in_quarantine(server: OpenServer, dseq: int) -> Iterator[None]:
    """As if this changeset of the first laptop waited for somebody's decision."""
    service, waiting = server.service, tables.quarantine
    with service.store.writing() as connection:
        entry = next(
            entry
            for entry in Log(connection, service.township_id).walk()
            if entry.dseq == dseq and entry.device > 1
        )
        row = {"township_id": service.township_id, "device": entry.device, "seq": entry.seq}
        row |= {"incarnation": 1, "dseq": dseq, "reason": "not_granted", "tried": b""}
        connection.execute(waiting.insert().values(row))
    yield
    with service.store.writing() as connection:
        connection.execute(waiting.delete())


def test_a_restored_township_gets_hashes_and_not_what_was_erased(tmp_path: Path) -> None:
    """Laptops offer again what it lost: the erased op goes as its hash, the rest comes back."""
    path = tmp_path / "server"
    folder.init(path, "屈原镇")
    town = Town(path, folder.open_server(path))
    office = Office(town.server)
    office.load([office_changeset(office)])
    enter(town.server, Op("cadre", new_id(), "insert", "township/i", CLERK))
    one, clerk = town.laptop("xiang"), town.laptop("clerk")
    town.sync(one, clerk)
    town.keep()
    home, person, _ = fill(one)
    town.sync(one, clerk)
    erase(clerk, Person, person)
    town.sync(clerk)
    assert swept(town.server) == 1
    town.sync(clerk, one)
    town.put_back()
    town.sync(one, clerk)
    assert clerk.states() == ["applied"]
    assert swept(town.server) == 1  # nothing is there to be erased: done
    town.sync(one, clerk)
    for laptop in (one, clerk):
        assert NAME not in values(laptop.database) and overlay_rows(laptop) == 0
        with laptop.database.reader() as session:
            house = session.get(Household, home)
            assert house and house.address == CANARY and house.deleted_at is None
            assert session.get(Person, person) is None
    assert one.states() == ["applied"] * 3
    assert not server_holds(town.server, NAME)
    found = audited(town.server)
    assert found.finding is None and len(found.erased) == 2  # made, deleted
    for laptop in (one, clerk):
        laptop.database.close()
    town.server.close()
