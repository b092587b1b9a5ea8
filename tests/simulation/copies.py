"""Files put back from copies, as people do: a laptop's, the server's; and two of one laptop.

What the protocol promises today is that nobody goes on as if nothing had happened: a laptop
whose chain the township does not know that way is told so, and so is one that has seen more of
the log than the township holds. ``fates`` says who.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from random import Random

from sync.server import tables
from tests.simulation.world import Copy, Machine, World
from township.storage import backup


def copy_laptop(here: World, dice: Random) -> None:
    """A laptop's backup is made."""
    machine = dice.choice(here.machines)
    made = backup.make(machine.database, here.place / f"backups-{here.machines.index(machine)}")
    kept = made.with_name(f"{len(machine.copies)}.copy")
    made.replace(kept)
    machine.copies.append(Copy(kept, dict(machine.committed)))


def restore_laptop(here: World, dice: Random) -> None:
    """A laptop goes back to one of its backups."""
    machine = dice.choice(here.machines)
    if not machine.copies:
        return
    copy = dice.choice(machine.copies)
    machine.database.close()
    backup.restore(copy.file, machine.seat.file, machine.seat.key)
    machine.committed = dict(copy.committed)
    here.restart(machine)
    _forget_what_it_asked(here, machine)


def clone_laptop(here: World, dice: Random) -> None:
    """Somebody copies a laptop's folder to a second machine, and both go on."""
    machine = dice.choice(here.machines)
    if len(here.machines) > 6:
        return
    made = backup.make(machine.database, here.place / "clones")
    file = here.place / f"clone-{len(here.machines)}.db"
    made.replace(file)
    twin = Machine(replace(machine.seat, file=file), committed=dict(machine.committed))
    here.machines.append(twin)
    here.open_laptop(twin)
    _forget_what_it_asked(here, machine)


def _forget_what_it_asked(here: World, machine: Machine) -> None:
    """What this device has asked so far may say something new from now on."""
    number = machine.seat.number
    here.answered = [p for p in here.answered if here.machines[p.laptop].seat.number != number]


def copy_server(here: World, dice: Random) -> None:
    """The server's file is copied while it stands still."""
    here.stop_server()
    shutil.copyfile(here.server.folder.database, here.place / "server.copy")
    here.copied_at = len(here.seen)
    here.open_server()


def restore_server(here: World, dice: Random) -> None:
    """The server goes back to its copy; what it had taken in since then is gone."""
    if here.copied_at is None:
        return
    here.stop_server()
    shutil.copyfile(here.place / "server.copy", here.server.folder.database)
    del here.seen[here.copied_at :]
    here.answered.clear()
    here.open_server()
    c = tables.device.c
    with here.server.service.store.reading() as connection:
        revoked = connection.execute(tables.device.select().where(c.revoked_at.is_not(None)))
        here.shut_out = {row.number for row in revoked}
