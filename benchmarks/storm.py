"""Monday morning: 1,000 laptops with a week of work each, all at once, against one server.

Once on SQLite, once on a PostgreSQL that runs beside it and forgets nothing that it committed.

Each sends 45 changesets over a TLS connection of its own and pulls what the colleagues of its
zone have sent by then. Afterwards every record is counted: at the server, in its log, and by a
laptop that pulls everything.
"""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import select

from benchmarks import towns
from benchmarks.harness import Goal, Measured, Options, Report, Result, percentile, workplace
from benchmarks.processes import serving, told
from benchmarks.storm_laptop import CHANGESETS, RECORDS, PaperLaptop
from sync import client
from sync.enrol import ask
from sync.server import audit, enrolment, folder, tables
from sync.server.devices import OFFICE_PATTERNS
from sync.server.enrolment import Enrolment
from sync.server.folder import OFFICE_DEVICE, OpenServer
from sync.server.log import Log
from sync.server.office import Office
from sync.server.tls import authority_pem
from sync.wire import Author
from tests.postgres import new_database, running_postgres
from township.changes import SCHEMA, Changeset, Header, Op, bucket, encode
from township.demo.rows import Row, wall
from township.records import new_id
from township.rules.permissions import approves

_PER_ZONE = 12
_CROWDS = 2
_MODELS = 5_000


def run(options: Options) -> Report:
    """Goals: no error, and every record exactly once."""
    with running_postgres(durable=True) as address:
        found = [
            _run(options.laptops, "SQLite", None),
            _run(options.laptops, "PostgreSQL", new_database(address)),
        ]
    return Report(
        benchmark="storm",
        results=[result for result, _ in found],
        goals=[goal for _, goals in found for goal in goals],
    )


def _run(count: int, name: str, database: str | None) -> tuple[Result, list[Goal]]:
    with workplace() as place:
        home = Path(place)
        folder.init(home / "server", "屈原镇", database=database)
        server = folder.open_server(home / "server")
        laptops = _enrolled(server, count)
        server.close()
        crowds = [laptops[part::_CROWDS] for part in range(_CROWDS)]
        files = [home / f"crowd-{part}.pickle" for part in range(_CROWDS)]
        for file, crowd in zip(files, crowds, strict=True):
            file.write_bytes(pickle.dumps(crowd))
        seconds, errors, measured = _storm(home / "server", files)
        after = [laptop for file in files for laptop in pickle.loads(file.read_bytes())]
        wrong = _wrong(home / "server", after)
    measured |= {
        "p50_s": percentile(seconds, 0.5),
        "p99_s": percentile(seconds, 0.99),
        "changesets_per_s": count * CHANGESETS / measured["s"],
        "pulled": sum(len(laptop.pulled) for laptop in after),
        "errors": errors,
        "wrong": wrong,
    }
    place_of = f"storm.{name.lower()}"
    return Result(f"{count} laptops, {name}", measured["s"], "s", measured), [
        Goal(f"{place_of}.errors", 0, len(errors), at_least=False),
        Goal(f"{place_of}.wrong", 0, len(wrong), at_least=False),
    ]


def _storm(server_folder: Path, files: Sequence[Path]) -> tuple[list[float], list[str], Measured]:
    """Let all crowds loose; returns seconds of each laptop, errors, and what it took."""
    with ExitStack() as stack:
        server = stack.enter_context(serving("benchmarks.sync_server", str(server_folder)))
        crowds = [
            stack.enter_context(told("benchmarks.storm_crowd", str(file), server.url))
            for file in files
        ]
        pool = stack.enter_context(ThreadPoolExecutor(len(crowds)))
        server.look()
        begun = perf_counter()
        answers = list(pool.map(lambda crowd: crowd.do("go"), crowds))
        measured = {"s": perf_counter() - begun} | server.look()
    seconds = [each for answer in answers for each in answer["seconds"]]
    errors = [each for answer in answers for each in answer["errors"]]
    return seconds, errors, measured | {"clients_cpu_s": sum(a["cpu_s"] for a in answers)}


def _enrolled(server: OpenServer, count: int) -> list[PaperLaptop]:
    """Laptops of as many cadres, twelve to a zone, with their week's work."""
    zones = [new_id() for _ in range(-(-count // _PER_ZONE))]
    monday = date.today() - timedelta(days=date.today().weekday() + 7)
    rows = towns.rows()
    models = {
        kind: [row for row in rows if row.kind == kind and _own(row)][-_MODELS:]
        for kind in ("work_log", "visit", "need")
    }
    cadres = [Author(new_id(), f"cadre{number}", "某人") for number in range(count + 1)]
    _enter(server, cadres)
    laptops = []
    for number, cadre in enumerate(cadres[1:]):
        zone = zones[number // _PER_ZONE]
        laptop = _enrol(server, cadre, [bucket(zone, "i"), bucket(zone, "r")])
        laptop.work_a_week(zone, models, wall(monday, 8 * 60))
        laptops.append(laptop)
    return laptops


def _own(row: Row) -> bool:
    """May a cadre write this herself? Nothing in it is what her office decides."""
    return not any(approves(row.kind, name, value) for name, value in row.fields.items())


def _enter(server: OpenServer, cadres: Sequence[Author]) -> None:
    """The office enters all cadres in one changeset."""
    office = Office(server)
    head = office.head()
    ops = [
        Op("cadre", one.cadre, "insert", "township/i", {"login": one.login, "roles": "VS"})
        for one in cadres
    ]
    header = Header(
        SCHEMA, office.number, head.incarnation, head.dseq + 1, cadres[0].cadre, 0, len(ops)
    )
    office.load([Changeset(encode(header), [encode(op) for op in ops])])


def _enrol(server: OpenServer, cadre: Author, buckets: Sequence[str]) -> PaperLaptop:
    service, authority = server.service, authority_pem(server.folder.tls)
    with service.store.writing() as connection:
        scope = ["township/i", *buckets]
        code = enrolment.issue(connection, service.township_id, [cadre], scope, service.clock())
    door = Enrolment(service, server.name, authority, server.recovery)
    return PaperLaptop(ask(door.answer, code, "https://127.0.0.1"))


def _wrong(server_folder: Path, laptops: Sequence[PaperLaptop]) -> list[str]:
    """Whatever is not there exactly once."""
    found = []
    for laptop in laptops:
        name = f"laptop {laptop.member.number}"
        if set(laptop.verdicts.values()) != {"applied"} or len(laptop.verdicts) != CHANGESETS:
            found.append(f"{name}: verdicts")
        if len(laptop.pulled) != len(set(laptop.pulled)):
            found.append(f"{name}: an entry came twice")
    server = folder.open_server(server_folder)
    try:
        found += _wrong_at(server, laptops)
    finally:
        server.close()
    return found


def _wrong_at(server: OpenServer, laptops: Sequence[PaperLaptop]) -> list[str]:
    made = {record for laptop in laptops for record in laptop.inserted()}
    assert len(made) == len(laptops) * RECORDS
    record = tables.record
    with server.service.store.reading() as connection:
        work = (record.c.deleted.is_(False), record.c.kind != "cadre")
        ids = connection.scalars(select(record.c.id).where(*work)).all()
        origins = Counter(
            (entry.device, entry.dseq)
            for entry in Log(connection, server.service.township_id).walk()
            if entry.device > OFFICE_DEVICE
        )
        history = audit.verify(connection, server.service.township_id)
    expected = {
        (laptop.member.number, dseq) for laptop in laptops for dseq in range(1, CHANGESETS + 1)
    }
    reader = _enrol(server, Author(new_id(), "reader", "某人"), OFFICE_PATTERNS)
    client.run(reader, server.service.exchange, snapshots=False)
    checks = {
        "records at the server": set(ids) == made and len(ids) == len(made),
        "changesets in the log": origins == Counter(expected),
        "history": history.finding is None,
        "what a laptop pulls": len(reader.pulled) == len(set(reader.pulled)) == len(expected) + 1
        and reader.ops == len(expected) + len(laptops) + 1,
    }
    return [name for name, fine in checks.items() if not fine]
