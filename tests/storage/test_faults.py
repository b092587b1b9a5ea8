"""Power cuts and full disks: what was committed stays, what was not leaves no trace."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import msgspec
import pytest
from sqlalchemy import event, select

from tests.storage.sample import AUTHOR, KEY, Village
from township import changes
from township.errors import Busy, DiskFull
from township.records import Household
from township.storage import tables
from township.storage.database import Database

WRITER = """
import sys
from pathlib import Path
from tests.storage.sample import KEY
from township.records import Household
from township.storage.database import Database

database = Database.open(Path(sys.argv[1]), KEY)
zone, group, author = (bytes.fromhex(part) for part in sys.argv[2:5])
number = 0
while True:
    number += 1
    with database.work(author) as work:
        work.add(Household(zone_id=zone, no=f"龙马溪-2-{number}", group_id=group))
        print(work.commit().dseq, flush=True)
"""


@pytest.mark.parametrize("seed", range(4))
def test_kill_loses_nothing_that_was_committed(
    database: Database, village: Village, seed: int
) -> None:
    database.close()
    arguments = [village.zone.hex(), village.group.hex(), AUTHOR.hex()]
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(database.path), *arguments],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
    )
    with process:
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(Random(seed).randrange(1, 60))]
        process.send_signal(signal.SIGKILL)
        told += [int(line) for line in process.stdout.read().splitlines()]
    again = Database.open(database.path, KEY)
    assert_whole(again, told[-1])
    again.close()


def assert_whole(database: Database, told: int) -> None:
    """The chain is unbroken, holds all that was acknowledged, and agrees with the records."""
    with database.reader() as session:
        rows = session.execute(select(tables.changeset).order_by(tables.changeset.c.dseq)).all()
        device = session.execute(select(tables.device)).one()
        homes = session.scalars(select(Household.id)).all()
    previous = changes.GENESIS
    for row in rows:
        previous = changes.Changeset(row.header, msgspec.msgpack.decode(row.ops)).hash(previous)
        assert previous == row.hash
    assert (device.last_dseq, device.last_hash) == (len(rows), previous)
    assert told <= len(rows) <= told + 1
    assert len(homes) == len(rows)  # the first changeset made one household, each other one too


def test_a_full_disk_is_told_and_the_data_stay(
    tmp_path: Path, village: Village, database: Database
) -> None:
    @event.listens_for(database.engine, "checkout")
    def fill(connection: object, record: object, proxy: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count={pages}").fetchall()

    with pytest.raises(DiskFull, match="清理磁盘"):
        for number in range(200):
            with database.work(AUTHOR) as work:
                work.add(Household(zone_id=village.zone, no=str(number), group_id=village.group))
                work.commit()
    event.remove(database.engine, "checkout", fill)
    database.close()
    again = Database.open(database.path, KEY)
    with again.reader() as session:
        saved = session.scalars(select(tables.changeset.c.dseq)).all()
    assert_whole(again, max(saved))
    with again.work(AUTHOR) as work:
        work.add(Household(zone_id=village.zone, no="之后", group_id=village.group))
        assert work.commit().dseq == max(saved) + 1
    again.close()


def test_two_writers_wait_for_each_other(database: Database, village: Village) -> None:
    other = Database.open(database.path, KEY)

    @event.listens_for(other.engine, "checkout")
    def impatient(connection: object, record: object, proxy: object) -> None:
        connection.cursor().execute("PRAGMA busy_timeout=50").fetchall()  # type: ignore[attr-defined]

    with database.writing(), pytest.raises(Busy, match="稍候再试"), other.work(AUTHOR) as work:
        work.session.get_one(Household, village.home).away = True
        work.commit()
    other.close()
