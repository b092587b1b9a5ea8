"""Network and stick in any order: lost, doubled, late and misdirected files end in one state."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Select, delete, select

from sync import client, problems
from sync.bundle import BadBundle
from sync.server import devices, folder, tables
from sync.server.folder import OpenServer
from sync.server.log import Log
from sync.server.office import Office
from sync.server.running import ServerThread
from sync.server.stick import answer_outbox
from tests.sync.laptops import Laptop, enrolled, overlay_rows, snapshot
from tests.sync.sample import OTHER_ZONE, ZONE, office_changeset
from tests.sync.sticks import back, by_stick, out
from township.records import Household, new_id
from township.storage.database import Database

STEPS = ("add", "edit", "edit", "remove", "sync", "cut", "grant", "revoke")
STICK = ("out", "out", "carry", "carry", "carry", "back", "back", "back", "astray")
Action = tuple[str, int, int]


@dataclass(frozen=True)
class Template:
    """Folders and keys of a township with two fresh laptops, copied for each example."""

    path: Path
    keys: tuple[bytes, bytes]
    cadre: bytes


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    path = tmp_path_factory.mktemp("mix")
    folder.init(path / "server", "屈原镇")
    server = folder.open_server(path / "server")
    office = Office(server)
    office.load([office_changeset(office)])
    with ServerThread(server) as thread:
        laptops = [enrolled(server, thread.url, path / str(n), "xiang") for n in (0, 1)]
    for laptop in laptops:
        laptop.database.close()
    server.close()
    one, two = (laptop.database.key for laptop in laptops)
    return Template(path, (one, two), laptops[0].cadre)


@dataclass
class Mix:
    """One example on its way. Files once written stay readable for ever."""

    server: OpenServer
    laptops: list[Laptop]
    stick: Path
    outboxes: list[Path] = field(default_factory=list)
    answers: list[tuple[int, Path]] = field(default_factory=list)
    writes: int = 0

    def do(self, action: Action) -> None:
        """``number`` picks a record or a file, counted from the newest."""
        name, who, number = action
        laptop = self.laptops[who]
        if name in ("grant", "revoke"):
            self.let(laptop, given=name == "grant")
        elif name == "sync":
            laptop.sync(self.server.service.exchange)
        elif name == "cut":
            self.cut(laptop)
        elif name in ("add", "edit", "remove"):
            self.write(laptop, name, number)
        elif name == "out":
            self.outboxes.append(out(laptop, self.name()).path)
        elif name == "carry" and self.outboxes:
            self.carry(number)
        elif self.answers and name in ("back", "astray"):
            self.bring(number, astray=name == "astray")

    def name(self) -> Path:
        self.writes += 1
        return self.stick / f"{self.writes}.lxq"

    def write(self, laptop: Laptop, name: str, number: int) -> None:
        self.writes += 1
        with laptop.database.work(laptop.cadre) as work:
            found = list(work.session.scalars(living()))
            if name == "add" or not found:
                zone = OTHER_ZONE if number % 2 else ZONE
                no = f"龙马溪-1-{self.writes:03}"
                work.add(Household(id=new_id(), zone_id=zone, group_id=bytes(16), no=no))
            elif name == "edit":
                found[number % len(found)].phone = f"12{self.writes:09}"
            else:
                work.delete(found[number % len(found)])
            work.commit()

    def carry(self, number: int) -> None:
        sent = self.outboxes[-1 - number % len(self.outboxes)]
        room = 300 if number % 2 else 1 << 20  # some answers are full early
        answered = answer_outbox(self.server, sent, self.name(), room)
        who = [laptop.replica.identity().device for laptop in self.laptops]
        self.answers.append((who.index(answered.device), answered.path))

    def bring(self, number: int, *, astray: bool) -> None:
        who, path = self.answers[-1 - number % len(self.answers)]
        laptop = self.laptops[1 - who if astray else who]
        before = snapshot(laptop), laptop.states(), laptop.replica.cursors()
        try:
            back(laptop, path)
            assert not astray
        except BadBundle as refused:
            assert refused.code == ("not_ours" if astray else "read_before")
            assert (snapshot(laptop), laptop.states(), laptop.replica.cursors()) == before

    def cut(self, laptop: Laptop) -> None:
        """The township hears the laptop, the laptop does not hear the township."""

        def carrier(message: bytes) -> bytes:
            self.server.service.exchange(message)
            raise problems.server_away()

        with pytest.raises(problems.ServerAway):
            client.run(laptop.replica, carrier)

    def let(self, laptop: Laptop, *, given: bool) -> None:
        number, service = laptop.replica.identity().device, self.server.service
        names = [f"{OTHER_ZONE.hex()}/{part}" for part in "ir"]
        c = tables.device_grant.c
        with service.store.writing() as connection:
            connection.execute(
                delete(tables.device_grant).where(c.device == number, c.bucket.in_(names))
            )
            if given:
                devices.grant(connection, service.township_id, number, names, [])


def open_mix(template: Template, path: Path) -> Mix:
    shutil.copytree(template.path, path, dirs_exist_ok=True)
    (path / "stick").mkdir()
    laptops = [
        Laptop(Database.open(path / str(n) / "laptop.db", key), template.cadre)
        for n, key in enumerate(template.keys)
    ]
    return Mix(folder.open_server(path / "server"), laptops, path / "stick")


def living() -> Select[tuple[Household]]:
    return select(Household).where(Household.deleted_at.is_(None)).order_by(Household.id)


def actions() -> st.SearchStrategy[list[Action]]:
    action = st.tuples(st.sampled_from(STEPS + STICK), st.integers(0, 1), st.integers(0, 7))
    return st.lists(action, min_size=6, max_size=24)


LOST_MEANWHILE: list[Action] = [
    *(("grant", who, 0) for who in (0, 1)),
    *((name, 1, 1) for name in ("add", "sync")),
    *((name, 0, 0) for name in ("sync", "out")),
    *((name, 1, 1) for name in ("add", "sync")),
    *((name, 0, 0) for name in ("carry", "revoke", "sync", "back")),
]
"""An answer brings pages of a zone that was taken away, and cleared out, in the meantime."""
OVERTAKEN: list[Action] = [
    *((name, 0, 1) for name in ("add", "out", "edit", "sync")),
    *((name, 0, 0) for name in ("carry", "back")),
]
"""The network has brought later work by the time the outbox arrives."""

UNHEARD: list[Action] = [("add", 0, 1), ("grant", 0, 0), ("cut", 0, 0)]
"""Work in a zone is let in while the laptop may hold it, which the laptop never hears of."""


@example(actions=UNHEARD, ending=(False, False), both_zones=False)
@example(actions=LOST_MEANWHILE, ending=(True, True), both_zones=False)
@example(actions=OVERTAKEN, ending=(False, True), both_zones=True)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    actions=actions(),
    ending=st.tuples(st.booleans(), st.booleans()),
    both_zones=st.booleans(),
)
def test_any_mix_ends_in_the_same_state(
    template: Template, actions: list[Action], ending: tuple[bool, bool], both_zones: bool
) -> None:
    with TemporaryDirectory() as path:
        mix = open_mix(template, Path(path))
        try:
            for action in actions:
                mix.do(action)
            for laptop in mix.laptops:
                mix.let(laptop, given=both_zones)
            for _ in (1, 2):
                for laptop, stick in zip(mix.laptops, ending, strict=True):
                    finish(mix, laptop, by_network=not stick)
            check(mix, {ZONE, OTHER_ZONE} if both_zones else {ZONE})
        finally:
            for laptop in mix.laptops:
                laptop.database.close()
            mix.server.close()


def finish(mix: Mix, laptop: Laptop, *, by_network: bool) -> None:
    if by_network:
        laptop.sync(mix.server.service.exchange)
        return
    answered, taken = by_stick(laptop, mix.server, mix.stick)
    assert not answered.old
    assert not taken.more


def check(mix: Mix, zones: set[bytes]) -> None:
    one, two = mix.laptops
    assert snapshot(one) == snapshot(two)
    for laptop in mix.laptops:
        assert overlay_rows(laptop) == 0
        assert "pending" not in laptop.states()
    with mix.server.service.store.reading() as connection:
        log = list(Log(connection, mix.server.service.township_id).walk())
        rows = connection.execute(
            select(tables.record.c.id, tables.record.c.state, tables.record.c.deleted).where(
                tables.record.c.kind == "household"
            )
        ).all()
    for laptop in mix.laptops:  # every changeset is in the log, once
        me = laptop.replica.identity()
        sent = sorted(line.dseq for line in log if line.device == me.device)
        assert sent == list(range(1, me.last_dseq + 1))
    township = {row.id: (msgspec.msgpack.decode(row.state), row.deleted) for row in rows}
    township = {key: row for key, row in township.items() if row[0]["zone_id"] in zones}
    with one.database.reader() as session:
        here = {home.id: home for home in session.scalars(select(Household))}
    assert here.keys() <= township.keys()
    assert {key for key, (_, deleted) in township.items() if not deleted} <= here.keys()
    for key, home in here.items():
        state, deleted = township[key]
        assert (home.phone, home.deleted_at is not None) == (state.get("phone"), deleted)
