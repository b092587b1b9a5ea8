"""Two machines made of one laptop, and the server put back to a copy of its file.

Copies of a laptop all go on, each in an incarnation of its own. A server is put back by its own
command mostly, which begins a new epoch: all laptops that it still knows must get through and
bring back what it has lost. Sometimes somebody only copies the file: then laptops that have
seen more of the log than it holds must be told (``fates``), until the administrator says that
the server was restored (``rest``).
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from random import Random

from sync.server import restoring, tables
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
    """The server is backed up while it runs."""
    here.fuse.armed = None
    shutil.rmtree(here.place / "server.copy", ignore_errors=True)
    restoring.backup(here.server.folder.path, here.place / "server.copy")
    here.copied_at = len(here.seen)


def restore_server(here: World, dice: Random) -> None:
    """The server goes back to its backup; what it had taken in since then is gone."""
    if here.copied_at is None:
        return
    source = here.place / "server.copy"
    by_hand = dice.random() < 0.25
    here.stop_server()
    if by_hand:
        shutil.copyfile(source / "server.db", here.server.folder.database)
        here.answered.clear()
        here.by_hand = True
    else:
        restoring.restore(here.server.folder.path, source)
    del here.seen[here.copied_at :]
    here.past.cut(here.copied_at)
    here.open_server()
    here.past.look(here)
    note_shut_out(here)


def note_shut_out(here: World) -> None:
    """Who is shut out is for the database to say."""
    c = tables.device.c
    with here.server.service.store.reading() as connection:
        revoked = connection.execute(tables.device.select().where(c.revoked_at.is_not(None)))
        here.shut_out = {row.number for row in revoked}
