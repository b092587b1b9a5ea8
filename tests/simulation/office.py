"""What the administrator does during a run, and what a newer program at the office writes."""

from __future__ import annotations

import shutil
from contextlib import suppress
from random import Random
from typing import Any

from sqlalchemy import select

from sync import enrol
from sync.problems import SyncProblem
from sync.server import admin, devices, tables
from sync.server.enrolment import Enrolment
from sync.server.office import Office
from sync.wire import BadMessage
from tests.simulation.template import CADRES, ZONES, Seat, template
from tests.simulation.world import Crash, Machine, World
from township.changes import SCHEMA, Changeset, Header, Op, Writers, encode
from township.storage import enrolling

MOST_LAPTOPS = 7
_NEW_KIND, _NEW_FIELD = "street_lamp", "roof"


def revoke(here: World, dice: Random) -> None:
    """A laptop is reported lost and shut out."""
    here.fuse.armed = None
    number = dice.choice(here.machines[:-1]).seat.number
    admin.revoke(here.server, number)
    here.shut_out.add(number)


def one_class(here: World, dice: Random) -> None:
    """A laptop gets or loses one class of a zone's records."""
    here.fuse.armed = None
    machine = dice.choice(here.machines)
    if machine.seat.login == "zhou":  # the office keeps all
        return
    name = f"{dice.choice(ZONES).hex()}/{dice.choice('ir')}"
    c = tables.device_grant.c
    service, device = here.server.service, machine.seat.number
    mine = (c.device == device) & (c.bucket == name)
    with service.store.writing() as connection:
        if connection.execute(select(c.bucket).where(mine)).all():
            connection.execute(tables.device_grant.delete().where(mine))
        else:
            devices.grant(connection, service.township_id, device, [name], [])


def new_laptop(here: World, dice: Random) -> None:
    """A laptop is enrolled; its question may reach the server twice, or break it."""
    if len(here.machines) >= MOST_LAPTOPS:
        return
    login = dice.choice(sorted(CADRES))
    service = here.server.service
    armed, here.fuse.armed = here.fuse.armed, None
    code = admin.issue_code(here.server, [login])
    here.fuse.armed = armed
    answering = Enrolment(service, "屈原镇", "", "")

    def carry(data: bytes) -> bytes:
        if dice.random() < 0.3:
            answering.answer(data)
        return answering.answer(data)

    try:
        member = enrol.ask(carry, code, "http://127.0.0.1")
    except (BadMessage, SyncProblem, Crash):
        return
    seat = Seat(login, CADRES[login], here.place / f"new-{len(here.machines)}.db", *_blank(member))
    shutil.copyfile(template().blank, seat.file)
    machine = Machine(seat)
    here.machines.append(machine)
    here.open_laptop(machine)
    with machine.database.writing() as connection:
        enrolling._enter(connection, member, machine.database.clock())


def _blank(member: enrolling.Membership) -> tuple[bytes, int]:
    return template().blank_key, member.number


def newer_program(here: World, dice: Random) -> None:
    """The office writes kinds and fields that this program does not know."""
    office = Office(here.server)
    head = office.head()
    op = _strange(here, dice)
    moment = int(here.now.timestamp() * 1000)
    header = Header(
        SCHEMA + 1, office.number, head.incarnation, head.dseq + 1, CADRES["zhou"], moment, 1
    )
    with suppress(Crash):
        office.load([Changeset(encode(header), [encode(op)])])
    here.watch_log()


def _strange(here: World, dice: Random) -> Op:
    kind = dice.choice([_NEW_KIND, "household"])
    zone = dice.choice(ZONES)
    value = f"{dice.randrange(1000)}"
    found = _some(here, dice, kind)
    if found is not None and dice.random() < 0.6:
        base = Writers.unpack(found.writers).of(_NEW_FIELD) if dice.random() < 0.8 else None
        return Op(kind, found.id, "set", found.bucket, {_NEW_FIELD: [value, base]})
    fields = {"zone_id": zone, _NEW_FIELD: value}
    if kind == "household":
        fields |= {"group_id": bytes(16), "no": f"户-{dice.randrange(4)}"}
    return Op(kind, here.new_id(dice), "insert", f"{zone.hex()}/i", fields)


def _some(here: World, dice: Random, kind: str) -> Any:
    c = tables.record.c
    with here.server.service.store.reading() as connection:
        rows = connection.execute(
            select(c.id, c.bucket, c.writers).where(c.kind == kind).order_by(c.id)
        ).all()
    return dice.choice(rows) if rows else None
