"""A laptop in a process of its own, for faults that only processes have.

The task ``sync`` syncs in small batches until nothing is left; ``write ZONE CADRE COUNT`` saves
households, one changeset each. Both say that they are ready first.
"""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from sync import client
from sync.http import HttpCarrier
from township.records import Household, new_id
from township.storage.database import Database
from township.storage.replica import Replica


def sync(database: Database) -> None:
    client.FIRST_BATCH = client.LARGEST_BATCH = 1500
    replica = Replica(database)
    identity = replica.identity()
    pauses = (0.1,) * 60  # the server comes back soon
    with HttpCarrier(identity.server_url, identity.server_ca, pauses=pauses) as carrier:
        client.run(replica, carrier)


def write(database: Database, zone: str, cadre: str, count: str) -> None:
    for number in range(int(count)):
        with database.work(bytes.fromhex(cadre)) as work:
            home = Household(
                id=new_id(), zone_id=bytes.fromhex(zone), group_id=bytes(16), no=f"9-{number}"
            )
            work.add(home)
            work.commit()


def main(file: Path, key: bytes, task: Sequence[str], ready: Connection) -> None:
    database = Database.open(file, key)
    ready.send(True)
    if task[0] == "sync":
        sync(database)
    else:
        write(database, *task[1:])
    database.close()
