"""One run's township: the real server and the real laptops, joined by a network that is a list.

Clocks are numbers, the disk is memory, a crash is an exception at a commit. Everything follows
from the steps of a plan; each step brings its own dice.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from unittest.mock import patch

from sqlalchemy import Connection, Engine, select

from sync import client as sync_client
from sync.client import Client
from sync.problems import SyncProblem
from sync.server import conflicts, devices, epochs, folder, quarantine, segments, tables
from sync.wire import BadMessage
from tests.simulation import age_by_dice, engines, pieces
from tests.simulation.circles import Witness
from tests.simulation.past import Past
from tests.simulation.sight import in_sight, set_aside
from tests.simulation.template import Seat, fresh_copy
from tests.simulation.things import Broken
from township.storage import indexes, work
from township.storage.database import Database
from township.storage.replica import Replica

_BEGIN = datetime(2026, 5, 4, 1, tzinfo=UTC)


SMALL = 450
"""Bytes that some syncs begin with, so that they take several pages."""
FAR = 3
"""Changesets to come for which these laptops lay indexes aside."""


class Crash(BaseException):
    """The machine stopped at a commit; no handler of the program sees it."""


class Fuse:
    """Stops the next write commit, before or after it has reached the disk."""

    def __init__(self) -> None:
        self.armed: str | None = None
        self.spared = 0
        """Commits that still pass before."""

    def watch(self, engine: Engine, writes: Callable[[Connection], bool]) -> None:
        @engines.Events.listens_for(engine, "commit")
        def at_commit(connection: Connection) -> None:
            if self.armed is None or not writes(connection):
                return
            if self.spared:
                self.spared -= 1
                return
            after, self.armed = self.armed == "after", None
            if after:
                connection.connection.driver_connection.execute("COMMIT")  # type: ignore[union-attr]
            raise Crash


@dataclass
class Packet:
    """A message on its way; ``session`` names the sync it belongs to."""

    to_server: bool
    laptop: int
    session: int
    data: bytes


@dataclass
class Machine:
    """One laptop: its file, and the sync that runs on it, if any."""

    seat: Seat
    fuse: Fuse = field(default_factory=Fuse)
    ahead: timedelta = timedelta(0)
    session: int = 0
    client: Client | None = None
    copy: bytes | None = None
    """The laptop's file as somebody once copied it."""
    database: Database = field(init=False)
    committed: dict[tuple[int, int], bytes] = field(default_factory=dict)
    """Hash of every changeset that this laptop has acknowledged to its user."""
    refused: type[SyncProblem] | None = None
    """Why its last sync at rest did not end; promises.py says whether it should have."""
    schema: int = 1
    """Record schema of the program on it."""
    rested: tuple[int, int] | None = None
    """Where the township was after its last sync at rest, and the round trips that it took."""
    trips: int = 0


class World:
    """Server, laptops, packets."""

    def __init__(self, place: Path, dice: Random) -> None:
        files = fresh_copy(place)
        self.now = _BEGIN
        self.dice = dice
        self.server_ahead = timedelta(0)
        self.fuse = Fuse()
        self.packets: list[Packet] = []
        self.old_asks: list[Packet] = []
        self.answered: list[Packet] = []
        """Requests that the server has answered: to answer them again must change nothing."""
        self.outboxes: list[Path] = []
        self.answers: list[tuple[int, Path]] = []
        """Files on sticks; answers with the number of their device."""
        self.shut_out: set[int] = set()
        """Devices that the administrator has revoked."""
        self.copied_at: int | None = None
        """Head of the log when the server was backed up."""
        self.by_hand = False
        """Somebody has put the server's file back without saying so."""
        self.lossy = False
        """The only copy of a picture may be gone; see ``pictures``."""
        self.taken: set[str] = set()
        """Pictures that somebody took away once, by name."""
        self.place = place
        self.files = files
        self.faults = 0
        self.seen: list[bytes] = []
        self.past = Past()
        self.sealed = Witness()
        self.words = 0
        """How many recognisable words were written."""
        self._made = 0
        self.open_server()
        self.machines = [Machine(seat) for seat in files.seats]
        for machine in self.machines:
            self.open_laptop(machine)

    def open_server(self) -> None:
        """Start the server on its folder."""
        self.server = folder.open_server(self.files.server, lambda: self.now + self.server_ahead)
        store = self.server.service.store
        self.fuse.watch(store._writer, lambda _: True)

    def new_id(self, dice: Random) -> bytes:
        """An id for a new record: no two are the same, whatever the dice say."""
        self._made += 1
        return dice.randbytes(12) + self._made.to_bytes(4, "big")

    def stop_server(self) -> None:
        """Stop it; its file is whole then."""
        self.fuse.armed = None
        self.server.close()

    def open_laptop(self, machine: Machine) -> None:
        """Start the program on a laptop's file."""
        machine.database = Database.open(
            machine.seat.file, machine.seat.key, lambda: self.now + machine.ahead
        )
        machine.fuse.watch(machine.database.engine, _writing)

    def copy(self, machine: Machine) -> None:
        """Somebody copies a laptop's file, as a backup does."""
        machine.database.close()  # folds the WAL back
        machine.copy = machine.seat.file.read_bytes()
        self.restart(machine)

    def put_back(self, machine: Machine) -> None:
        """The laptop is as it was when it was copied; what came after may be lost with its disk."""
        if machine.copy is None:
            return
        now, machine.database = machine.copy, machine.database
        machine.database.close()
        for beside in ("-wal", "-shm"):
            Path(f"{machine.seat.file}{beside}").unlink(missing_ok=True)
        machine.copy = machine.seat.file.read_bytes()  # the other one goes on working later
        machine.seat.file.write_bytes(now)
        machine.committed = {}
        self.forget_what_it_asked(machine)
        self.restart(machine)

    def forget_what_it_asked(self, machine: Machine) -> None:
        """What this device has asked so far may say something new from now on."""
        number = machine.seat.number
        self.answered = [
            packet for packet in self.answered if self.machines[packet.laptop].seat.number != number
        ]

    def restart(self, machine: Machine) -> None:
        """The program on a laptop starts again; what it did in memory is gone."""
        machine.client = None
        machine.fuse.armed = None
        machine.database.close()
        self.open_laptop(machine)
        self.note_commits(machine)

    @contextmanager
    def at(self, machine: Machine) -> Iterator[Machine]:
        """Something happens on a laptop; if it crashes, it starts again."""
        try:
            yield machine
        except Crash:
            self.restart(machine)
        self.note_commits(machine)

    def note_commits(self, machine: Machine) -> None:
        """No changeset that a laptop has acknowledged is gone from it."""
        known, moved = {}, set()
        with machine.database.engine.connect() as connection:
            rows = connection.exec_driver_sql(
                "SELECT incarnation, dseq, hash, state FROM changeset"
            )
            for incarnation, dseq, hash_, state in rows:
                if state == "moved":
                    moved.add((incarnation, dseq))
                else:
                    known[incarnation, dseq] = hash_
        for place, hash_ in machine.committed.items():
            if known.get(place) != hash_ and place not in moved:
                raise Broken(1, f"laptop {machine.seat.login} lost its changeset {place}")
        machine.committed = known

    # The sync, one event at a time

    def start_sync(self, number: int) -> None:
        """A laptop begins a sync anew; one that hangs is given up."""
        machine = self.machines[number]
        with self.at(machine):
            machine.session += 1
            machine.client = Client(Replica(machine.database))
            if machine.session % 3 == 0:
                machine.client._budget = SMALL
            self._ask(number)

    def _ask(self, number: int) -> None:
        machine = self.machines[number]
        assert machine.client is not None
        with program(machine):
            packet = Packet(True, number, machine.session, machine.client.request())
        self.packets.append(packet)
        self.old_asks.append(packet)

    def deliver(self, packet: Packet) -> None:
        """A packet arrives."""
        if packet.to_server:
            answer = self.serve(packet.data)
            if answer is not None:
                self.answered.append(packet)
                self.packets.append(Packet(False, packet.laptop, packet.session, answer))
            return
        machine = self.machines[packet.laptop]
        if machine.client is None:
            return
        if machine.session == packet.session:
            with self.at(machine):
                self._receive(packet.laptop, packet.data)

    def _receive(self, number: int, data: bytes) -> None:
        machine = self.machines[number]
        client = machine.client
        assert client is not None
        try:
            client.receive(data)
        except SyncProblem:
            machine.client = None
            return
        if client.done:
            machine.client = None
        else:
            self._ask(number)
        self.apply(machine, client)
        if machine.client is client:
            with program(machine):
                client.prepare()

    def apply(self, machine: Machine, client: Client) -> None:
        """A laptop takes an answer in. What the township has stays in sight while it rereads.

        Unless a bucket is lost with this answer: it may lie elsewhere now, and come from there. Nor
        does own work stay that waits in quarantine for all that the laptop knows.
        """
        replica, watched = Replica(machine.database), client.progress.comparing
        before = in_sight(machine.database) if watched else set()
        followed = set(replica.cursors()) if watched else set()
        client.apply()
        if not watched:
            return
        buckets = set(replica.cursors())
        if followed <= buckets and (gone := before - in_sight(machine.database)):
            c = tables.record.c
            with self.server.service.store.reading() as connection:
                found = connection.execute(select(c.id, c.bucket).where(c.id.in_(gone))).all()
            apart = set_aside(machine.database)
            if lost := [row for row in found if row.bucket in buckets and row.id not in apart]:
                raise Broken(2, f"{len(lost)} records left {machine.seat.login} while it reread")

    def serve(self, data: bytes) -> bytes | None:
        """The server's answer; None when it refuses, or crashes on the way."""
        try:
            answer = self.server.service.exchange(data)
        except (BadMessage, Crash):
            answer = None
        self.watch_log()
        if answer is not None:
            pieces.watch(data, answer)
        return answer

    def moved_to(self) -> tuple[int, int]:
        """How far the township is: its log, and how many pictures it has."""
        with self.server.service.store.reading() as connection:
            count: int = connection.exec_driver_sql("SELECT count(*) FROM file").scalar_one()
        return len(self.seen), count

    def watch_log(self) -> None:
        """The log only grows, without gaps."""
        with self.server.service.store.reading() as connection:
            rows = connection.exec_driver_sql(
                "SELECT seq, hashes, device FROM segment WHERE seq > ? ORDER BY seq",
                (len(self.seen),),
            ).all()
            head = connection.exec_driver_sql("SELECT head_seq FROM township").scalar()
        for seq, hashes, device in rows:
            if seq != len(self.seen) + 1:
                raise Broken(4, f"entry {seq} follows {len(self.seen)}")
            if device in self.shut_out:
                raise Broken(6, f"entry {seq} comes from a laptop that was shut out")
            self.seen += segments.pieces(hashes)
        if head != len(self.seen):
            raise Broken(4, f"the head is {head}, the log ends at {len(self.seen)}")

    # The administrator

    def grant(self, number: int, zone: bytes, *, given: bool) -> None:
        """A laptop gets or loses a zone."""
        c = tables.device_grant.c
        device = self.machines[number].seat.number
        names = [f"{zone.hex()}/i", f"{zone.hex()}/r"]
        service = self.server.service
        with service.store.writing() as connection:
            held = set(connection.scalars(select(c.bucket).where(c.device == device)))
            if given:
                new = [name for name in names if name not in held]
                devices.grant(connection, service.township_id, device, new, [])
            else:
                connection.execute(
                    tables.device_grant.delete().where(c.device == device, c.bucket.in_(names))
                )

    def close(self) -> None:
        for machine in self.machines:
            machine.database.close()
        self.server.close()


def program(machine: Machine) -> AbstractContextManager[object]:
    """The program on this laptop says which one it is."""
    return patch.object(sync_client, "SCHEMA", machine.schema)


def _writing(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("writing", False))


@contextmanager
def world(seed: int) -> Iterator[World]:
    """A fresh township whose own ids follow from the seed."""
    memory = Path("/dev/shm")
    place = Path(mkdtemp(prefix="lianxinqiao-run-", dir=memory if memory.is_dir() else None))
    dice = Random(seed)
    made: World | None = None
    try:
        with (
            pieces.small_pieces(),
            engines.small_engines(),
            age_by_dice.diced(Random(f"sealed {seed}")),
            patch.object(indexes, "MANY", FAR),
            patch.object(conflicts, "new_id", lambda: dice.randbytes(16)),
            patch.object(quarantine, "new_id", lambda: dice.randbytes(16)),
            patch.object(work, "new_id", lambda: dice.randbytes(16)),
            patch.object(epochs, "new_id", lambda: dice.randbytes(16)),
            patch.object(epochs, "randbelow", dice.randrange),
        ):
            made = World(place, dice)
            yield made
    finally:
        if made is not None:
            made.close()
        shutil.rmtree(place, ignore_errors=True)
