"""Files on a stick: written by a laptop, answered by the township, read in again; or lost."""

from __future__ import annotations

from pathlib import Path
from random import Random

from sync import stick
from sync.problems import SyncProblem
from sync.server.stick import answer_outbox
from tests.simulation.world import Crash, World, program


def _name(here: World) -> Path:
    place = here.place / "stick"
    place.mkdir(exist_ok=True)
    return place / f"{len(here.outboxes)}-{len(here.answers)}.lxq"


def stick_out(here: World, dice: Random) -> None:
    """A laptop writes a file for the township."""
    machine = dice.choice(here.machines)
    with here.at(machine), program(machine):
        here.outboxes.append(stick.write_outbox(machine.database, _name(here)).path)


def stick_carry(here: World, dice: Random) -> None:
    """The township answers one of the files, perhaps not for the first time."""
    if not here.outboxes:
        return
    room = dice.choice([300, 1 << 20])  # some answers are full early
    outbox = dice.choice(here.outboxes[-3:])
    try:
        answered = answer_outbox(here.server, outbox, _name(here), room)
    except (SyncProblem, Crash):  # shut out, damaged; or the server stopped
        return
    finally:
        here.watch_log()
    here.answers.append((answered.device, answered.path))


def stick_back(here: World, dice: Random) -> None:
    """A laptop reads an answer, mostly its own."""
    if not here.answers:
        return
    number, path = dice.choice(here.answers[-3:])
    whose = [machine for machine in here.machines if machine.seat.number == number]
    machine = dice.choice(here.machines if dice.random() < 0.1 or not whose else whose)
    with here.at(machine):
        try:
            stick.read_answer(machine.database, path)
        except SyncProblem:  # not its own, read before, too old, or damaged
            return


def stick_damage(here: World, dice: Random) -> None:
    """A bit of a file turns over, or its end is missing."""
    files = [*here.outboxes[-3:], *(path for _, path in here.answers[-3:])]
    if not files:
        return
    path = dice.choice(files)
    data = bytearray(path.read_bytes())
    if dice.random() < 0.5:
        del data[dice.randrange(len(data) + 1) :]
    if data:
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    path.write_bytes(bytes(data))
