"""Photographs in a plan: added, taken away, brought back; and what must be true of their bytes.

Pictures are tiny here, and so are the pieces that carry them (``pieces``).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from unittest.mock import patch

from sqlalchemy import select

from sync.server import devices, letting_go, tables
from sync.server import files as server_files
from tests.pictures import jpeg
from tests.simulation.model import Model
from tests.simulation.questions import work as work_on
from tests.simulation.things import Broken
from tests.simulation.world import Crash, Machine, World
from township.errors import InvalidInput, WorldError
from township.records import Attachment, Visit
from township.storage import file_tables
from township.storage.work import UnitOfWork
from township.usecases import photos

LOSSY = frozenset({"put_back", "restore_server", "revoke"})
"""After these the only copy of a picture may be gone."""


def add_picture(here: World, dice: Random) -> None:
    """Somebody adds one or two photographs to a visit; some are taken twice."""

    def act(unit: UnitOfWork) -> None:
        living = select(Visit.id).where(Visit.deleted_at.is_(None)).order_by(Visit.id)
        visits = unit.session.scalars(living).all()
        if not visits:
            return
        visit = unit.session.get_one(Visit, dice.choice(visits))
        seeds = [dice.randrange(9) for _ in range(dice.randint(1, 2))]
        entries = [photos.PhotoEntry(jpeg(70 + 23 * seed, seed, side=8)) for seed in seeds]
        with patch.object(photos, "new_id", lambda: here.new_id(dice)), suppress(InvalidInput):
            photos.add_photos(unit, visit, entries)

    work_on(here, dice, act)


def take_picture(here: World, dice: Random) -> None:
    """Somebody takes one away, or brings one back."""

    def act(unit: UnitOfWork) -> None:
        back = dice.random() < 0.4
        gone = Attachment.deleted_at.is_not(None) if back else Attachment.deleted_at.is_(None)
        ids = unit.session.scalars(select(Attachment.id).where(gone).order_by(Attachment.id)).all()
        if not ids:
            return
        chosen = dice.choice(ids)
        here.taken.add(unit.session.get_one(Attachment, chosen).sha256)
        with suppress(WorldError):
            (photos.bring_back if back else photos.take_away)(unit, chosen)

    work_on(here, dice, act)


def let_go(here: World, dice: Random) -> None:
    """The township lets go of pictures that no record names; its clock may have jumped."""
    service = here.server.service
    with suppress(Crash):
        letting_go.sweep(service.store, service.township_id, service.clock())


def at_township(world: World) -> set[str]:
    """The pictures that the township has. Raises Broken when one is not what its name says."""
    service, c = world.server.service, tables.file.c
    with service.store.reading() as connection:
        rows = connection.execute(select(c.sha256, c.sealed)).all()
    for name, sealed in rows:
        plain = service.vault.open(sealed, server_files.about(service.township_id, name))
        if plain is None or sha256(plain).hexdigest() != name:
            raise Broken(2, f"the township's picture {name[:8]} is another one")
    return {row.sha256 for row in rows}


@dataclass(frozen=True)
class _Held:
    """What a laptop has of pictures, by name."""

    whole: set[str]
    out: set[str]
    going: set[bytes]
    """Records whose picture has to go."""
    refused: list[str]
    parts: set[str]
    named: set[str]


def _held(machine: Machine) -> _Held:
    c, out = file_tables.content.c, file_tables.out.c
    living = select(Attachment.sha256).where(Attachment.deleted_at.is_(None))
    with machine.database.reader() as session:
        rows = session.execute(select(c.sha256, c.data)).all()
        going = session.execute(select(out.record_id, out.sha256, out.refused)).all()
        parts = set(session.scalars(select(file_tables.part.c.sha256)))
        named = set(session.scalars(living))
    for name, data in rows:
        if sha256(data).hexdigest() != name:
            raise Broken(2, f"{machine.seat.login}'s picture {name[:8]} is another one")
    return _Held(
        {row.sha256 for row in rows},
        {row.sha256 for row in going},
        {row.record_id for row in going},
        [row.refused for row in going if row.refused],
        parts,
        named,
    )


def forgotten(world: World) -> bool:
    """Do laptops hold pictures that the township has lost without a new epoch?"""
    if not world.by_hand:
        return False
    there = at_township(world)
    return any((held := _held(machine)).whole & held.named - there for machine in world.machines)


def check(world: World, through: list[Machine], model: Model) -> None:
    """Every laptop holds the pictures of its records, and no others. Raises Broken."""
    there = at_township(world)
    living = {
        record: (thing.values["sha256"], thing.bucket)
        for (kind, record), thing in model.things.items()
        if kind == "attachment" and not thing.deleted
    }
    if not world.lossy and (gone := {n for n, _ in living.values()} - there - world.taken):
        raise Broken(1, f"nobody has brought {len(gone)} pictures to the township")
    for machine in through:
        granted = _granted(world, machine)
        mine = {record: name for record, (name, bucket) in living.items() if bucket in granted}
        _check(world, machine, mine, there)


def _check(world: World, machine: Machine, mine: dict[bytes, str], there: set[str]) -> None:
    held, login, seen = _held(machine), machine.seat.login, set(mine.values())
    if lacking := seen & there - held.whole:
        raise Broken(2, f"{login} lacks {len(lacking)} pictures that the township has")
    if kept := held.whole - seen - held.out:
        raise Broken(6, f"{login} holds {len(kept)} pictures of records that it may not see")
    if unsent := seen & held.whole - there - world.taken:
        raise Broken(1, f"{login} holds {len(unsent)} pictures that the township lacks")
    if loose := held.parts - (seen - held.whole):
        raise Broken(6, f"{login} holds pieces of {len(loose)} pictures that it does not need")
    if held.refused:
        raise Broken(1, f"{login}'s pictures were refused: {held.refused}")
    if waiting := [record for record in held.going if mine.get(record) in there]:
        raise Broken(12, f"{login} still has to send {len(waiting)} pictures that are there")


def _granted(world: World, machine: Machine) -> set[str]:
    service = world.server.service
    with service.store.reading() as connection:
        device = devices.find(connection, service.township_id, machine.seat.number)
        assert device is not None
        return set(devices.scope(connection, device).buckets)
