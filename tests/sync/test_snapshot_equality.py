"""A laptop loaded by snapshots and the log's tail is one loaded by the log alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from sync.client import Client, Progress
from sync.server import snapshots
from sync.server.service import Service
from tests.simulation import rest
from tests.simulation.plan import ACTIONS
from tests.simulation.template import Seat
from tests.simulation.world import World, world
from township.records import record_kinds
from township.storage import tables
from township.storage.database import Database
from township.storage.replica import Replica

HISTORY = ["enter_home", "edit", "delete", "restore", "decide", "whole_sync", "clock", "snapshots"]
STEPS = st.lists(
    st.tuples(st.sampled_from(HISTORY), st.integers(0, (1 << 30) - 1)), min_size=10, max_size=40
)


@contextmanager
def fresh(seat: Seat, place: Path, name: str) -> Iterator[Database]:
    """The office's laptop as if it had never synced."""
    file = place / name
    shutil.copyfile(seat.file, file)
    database = Database.open(file, seat.key)
    with database.writing() as connection:
        connection.execute(tables.bucket_cursor.update().values(seq=0))
        for kind in record_kinds():
            connection.exec_driver_sql(f'DELETE FROM "{kind}"')
        connection.execute(tables.search_dirty.delete())
    yield database
    database.close()


def load(service: Service, database: Database, *, by_snapshot: bool) -> Progress:
    """Sync until done, without a network."""
    client = Client(Replica(database), snapshots=by_snapshot)
    while not client.done:
        client.receive(service.exchange(client.request()))
        client.apply()
    return client.progress


def contents(database: Database) -> dict[str, Any]:
    """All records with stamps and writers, cursors, and what the search has to look at."""
    found: dict[str, Any] = {}
    with database.reader() as session:
        for kind, record in record_kinds().items():
            rows = session.execute(select(record.__table__).order_by(record.__table__.c.id))
            found[kind] = [tuple(row) for row in rows]
        found["dirty"] = set(session.scalars(select(tables.search_dirty.c.household_id)))
        cursor = tables.bucket_cursor.c
        found["cursors"] = set(session.execute(select(cursor.bucket, cursor.seq)).all())
        for table in (tables.pending, tables.shadow, tables.staged_snapshot, tables.staged_chunk):
            found[table.name] = session.execute(select(table)).all()
    return found


def happen(here: World, steps: list[tuple[str, int]]) -> None:
    for name, number in steps:
        dice = Random(number)
        here.now += timedelta(seconds=dice.randrange(1, 3600))
        ACTIONS[name](here, dice)
    rest.settle(here)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 1 << 20), before=STEPS, after=STEPS)
def test_snapshot_and_tail_is_the_log(
    seed: int, before: list[tuple[str, int]], after: list[tuple[str, int]]
) -> None:
    with world(seed) as here, TemporaryDirectory() as place:
        office = here.machines.pop()
        office.database.close()
        happen(here, before)
        service = here.server.service
        snapshots.refresh(service.store, service.township_id, service.key, service.clock(), worth=1)
        happen(here, after)
        with (
            fresh(office.seat, Path(place), "one.db") as one,
            fresh(office.seat, Path(place), "two.db") as two,
        ):
            progress = load(service, one, by_snapshot=True)
            assert progress.load.records > 0
            assert load(service, two, by_snapshot=False).load.records == 0
            assert contents(one) == contents(two)
