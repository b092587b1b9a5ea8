"""Two machines made of one laptop, and the server put back to a copy of its file.

Copies of a laptop all go on, each in an incarnation of its own. Of a server that was put back
the protocol promises today only that nobody goes on as if nothing had happened: a laptop that
has seen more of the log than the township holds is told so. ``fates`` says who.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from random import Random

from sync.server import tables
from tests.simulation.world import Machine, World
from township.storage import backup


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
    here.forget_what_it_asked(machine)


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
