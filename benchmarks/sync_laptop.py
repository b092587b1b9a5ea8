"""A laptop that does as it is told, line by line: ``... FOLDER URL``.

``sync``; ``count`` tells how many records there are; ``edit N`` changes the words of N visits;
``visit N`` saves N new ones; each change is a unit of work of its own. Every line is answered
with one line of JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter

from sqlalchemy import func, select

from benchmarks import towns
from benchmarks.harness import Measured
from benchmarks.processes import Stopwatch
from sync import client
from sync.http import HttpCarrier
from township.records import Visit, record_kinds
from township.storage.folder import LaptopFolder
from township.storage.laptop import Unlocked
from township.storage.replica import Replica


class Counting:
    """A carrier that counts the bytes of messages."""

    def __init__(self, carrier: client.Carrier) -> None:
        self.sent = self.received = 0
        self._carrier = carrier

    def __call__(self, message: bytes) -> bytes:
        told = self._carrier(message)
        self.sent += len(message)
        self.received += len(told)
        return told


def sync(laptop: Unlocked, url: str) -> Measured:
    """From the press of the button until everything is in the laptop's file."""
    replica = Replica(laptop.database)
    authority = replica.identity().server_ca
    watch = Stopwatch()
    with HttpCarrier(url, authority) as carrier:
        counting = Counting(carrier)
        progress = client.run(replica, counting)
    return watch.read() | {
        "sent": counting.sent,
        "received": counting.received,
        "round_trips": progress.round_trips,
        "pushed": progress.pushed,
        "pulled": progress.pulled,
    }


def edit(laptop: Unlocked, count: int) -> Measured:
    """Change so many visits, from all over the years."""
    begun = perf_counter()
    with laptop.database.reader() as session:
        ids = session.scalars(select(Visit.id).order_by(Visit.id)).all()
    for visit_id in ids[:: max(1, len(ids) // count)][:count]:
        with laptop.database.work(laptop.cadre_id) as work:
            visit = work.session.get_one(Visit, visit_id)
            visit.talk = f"{visit.talk or ''}已回访。"
            work.commit()
    return {"s": perf_counter() - begun}


def visit(laptop: Unlocked, count: int) -> Measured:
    """Save so many visits like earlier ones."""
    begun = perf_counter()
    with laptop.database.reader() as session:
        models = session.scalars(select(Visit).limit(count)).all()
    for model in models:
        with laptop.database.work(laptop.cadre_id) as work:
            work.add(Visit(**{name: getattr(model, name) for name in Visit.fields()}))
            work.commit()
    return {"s": perf_counter() - begun}


def count_records(laptop: Unlocked) -> Measured:
    """How many records the laptop holds."""
    with laptop.database.reader() as session:
        tables = [record.__table__ for record in record_kinds().values()]
        found = [session.scalar(select(func.count()).select_from(table)) for table in tables]
    return {"records": sum(each or 0 for each in found)}


def main(folder: Path, url: str) -> None:
    laptop = towns.opened(LaptopFolder(folder))
    try:
        for line in sys.stdin:
            match line.split():
                case ["sync"]:
                    measured = sync(laptop, url)
                case ["edit", count]:
                    measured = edit(laptop, int(count))
                case ["visit", count]:
                    measured = visit(laptop, int(count))
                case ["count"]:
                    measured = count_records(laptop)
                case _:
                    raise SystemExit(f"not understood: {line}")
            print(json.dumps(measured), flush=True)
    finally:
        laptop.database.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
