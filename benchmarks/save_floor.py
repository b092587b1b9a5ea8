"""The rows of the same visits by the driver alone: ``... FOLDER``.

First the visits are saved by the use-case and the statements that write are noted; then these
are carried out on a second copy of the data, as it was before.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import event

from benchmarks import laptops
from benchmarks.harness import Measured, answer, percentile
from benchmarks.visits import WARM_UP, Planned, planned
from township.storage.database import Database, raw_connection
from township.storage.folder import LaptopFolder
from township.storage.laptop import unlock
from township.usecases import drafts
from township.usecases.visits import NeedEntry, SituationEntry, VisitEntry, log_visit
from township.values import CHINA

Statement = tuple[str, Any, bool]
"""SQL, parameters, and whether these are many."""


def main(folder: Path) -> Measured:
    laptop = LaptopFolder(folder)
    before = folder / "before.db"
    shutil.copy(laptop.database, before)
    unlocked = unlock(laptop, laptop.keyring.logins()[0], laptops.PASSWORD)
    try:
        visits = list(_saved(unlocked.database, unlocked.cadre_id))
        times = list(_replayed(before, unlocked.database.key, visits))[WARM_UP:]
    finally:
        unlocked.database.close()
    return {
        "p50_ms": percentile(times, 0.5),
        "p95_ms": percentile(times, 0.95),
        "max_ms": max(times),
        "visits": len(times),
    }


def _saved(database: Database, cadre: bytes) -> Iterator[list[Statement]]:
    today = database.clock().astimezone(CHINA).date()
    for visit in list(planned(database, today)):
        with database.writing() as connection:
            drafts.keep(connection, "visit", cadre.hex(), {"talk": visit.talk}, database.clock())
        with _noted(database) as statements, database.work(cadre) as work:
            log_visit(work, _entry(visit))
            drafts.drop(work.session, "visit", cadre.hex())
            work.commit()
        yield statements


@contextmanager
def _noted(database: Database) -> Iterator[list[Statement]]:
    statements: list[Statement] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            statements.append((statement, parameters, many))

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


def _replayed(path: Path, key: bytes, visits: list[list[Statement]]) -> Iterator[float]:
    connection = raw_connection(path, key)
    for statements in visits:
        begun = perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        for statement, parameters, many in statements:
            (connection.executemany if many else connection.execute)(statement, parameters)
        connection.execute("COMMIT")
        yield (perf_counter() - begun) * 1000
    connection.close()


def _entry(visit: Planned) -> VisitEntry:
    situation = SituationEntry("livelihood", "normal", visit.situation, "四组饮水池")
    return VisitEntry(
        household_id=visit.household,
        visited_on=visit.on,
        sessions=("am",),
        way="in_home",
        purpose="routine",
        policies_told=("medical",),
        talk=visit.talk,
        needs=(NeedEntry(visit.need, "road"),) if visit.need else (),
        situations=(situation,) if visit.situation else (),
    )


if __name__ == "__main__":
    answer(main(Path(sys.argv[1])))
