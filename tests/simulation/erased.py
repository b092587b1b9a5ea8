"""What must be true of erased contents once all is at rest: they are nowhere any more.

In the log an op is gone exactly when somebody had it erased; the words that the steps wrote into
such ops are looked for in every table of the township and of the laptops that went through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import msgspec
import zstandard
from sqlalchemy import Connection, select

from sync.server import audit, quarantine, tables
from sync.server.log import Log
from sync.server.segments import Logged
from tests.simulation import waits
from tests.simulation.model import Model
from tests.simulation.past import ops_of, words_in
from tests.simulation.sight import rows_of
from tests.simulation.stubs import STAYS
from tests.simulation.things import Broken, Key
from tests.simulation.world import Machine, World
from township.changes import Op, decode_op, is_erased
from township.storage import tables as laptop_tables
from township.storage.pages import Outcome

_BESIDE = (
    "changeset",
    "decision",
    "pending",
    "shadow",
    "later_op",
    "later_record",
    "staged_snapshot",
    "setting",
)


def check(world: World, through: list[Machine], model: Model) -> None:
    """Raises Broken. The world must be at rest.

    Laptops do not hear of what was only begun: a field was filled again before it was done.
    """
    _log_is_as_asked(world, model)
    _nothing_comes_back(world, model)
    service = world.server.service
    with service.store.reading() as connection:
        log = list(Log(connection, service.township_id).walk())
        _audit_names_them(connection, service.township_id, log)
        _nothing_is_put_off(connection, service.township_id, log, model)
        _outcomes_are_bare(log)
        told = set().union(*map(words_in, _told(log)), set())
        gone = world.past.written.keys() - told
        if left := gone & set().union(*map(words_in, at_the_township(connection)), set()):
            raise Broken(7, f"the township still holds {_text(left)}")
        begun = set().union(*(world.past.written[word] for word in gone), set())
        begun -= model.erasures.sure.keys()
        told = {word for word in gone if not world.past.written[word] & begun}
        for machine in through:
            _laptop(machine, told)


def _log_is_as_asked(world: World, model: Model) -> None:
    """An op is gone if it came before its record was put anew, and no other one is.

    One that came too late on a stub may be gone. What an erasure had begun when its record was
    brought back, or its field filled again, may be gone or not.
    """
    sure, until = model.erasures.sure, model.erasures.until
    for row in world.past.entered:
        for name, data in ops_of(row):
            if is_erased(data):
                continue
            op, gone = decode_op(data), name in world.past.gone
            key = (op.kind, op.record)
            if row.seq < sure.get(key, 0) and not gone and not _bare(op):
                raise Broken(7, f"entry {row.seq} still holds {op.action} of {key}")
            late = key in until and model.things[key].deleted
            if gone and (_bare(op) or not (late or row.seq < until.get(key, 0))):
                raise Broken(1, f"{op.action} of {key} is gone from entry {row.seq}")


def _nothing_comes_back(world: World, model: Model) -> None:
    """What was once erased does not live again, whatever the township was put back to.

    Unless the deletion came once more and has lost by the rules for all; then the erasure waits.
    Or the township did not know the record, and a laptop that had not heard of it has brought it.
    """
    entries = {name: row for row in world.past.entered for name, _ in ops_of(row)}
    for record in world.past.done & model.erasures.asked.keys():
        asked = model.erasures.asked[record]
        asker = entries[model.things["erasure", record].default]
        ops = [decode_op(data) for data in asker.ops if not is_erased(data)]
        if len(ops) == len(asker.ops):
            continue  # all of it is decided by the rules
        decided = {(op.kind, op.record) for op in ops}
        for key in (asked.keys & model.things.keys()) - decided:
            thing = model.things[key]
            known = entries[thing.default].seq < asker.seq
            if not asked.fields and not thing.deleted and known:
                raise Broken(7, f"{key} was erased and lives again")
            for name in asked.fields if not asked.corrected else ():
                writer = entries[thing.writer(name).removesuffix("m")]
                if thing.values.get(name) is not None and writer.seq < asker.seq:
                    raise Broken(7, f"{name} of {key} was erased and is there again")


def _bare(op: Op) -> bool:
    """Does it say no more than where a record hangs, or that it has left?"""
    if op.action != "put":
        return op.action == "leave"
    return op.fields["stamps"][-1] is not None and set(op.fields["state"]) <= set(STAYS)


def _audit_names_them(connection: Connection, township_id: bytes, log: list[Logged]) -> None:
    named = audit.verify(connection, township_id).erased
    if list(named) != [row.seq for row in log if any(map(is_erased, row.ops))]:
        raise Broken(10, f"the audit names {named} as erased")


def _nothing_is_put_off(
    connection: Connection, township_id: bytes, log: list[Logged], model: Model
) -> None:
    held: set[Key] = set()
    for one, _ in quarantine.waiting(connection, township_id):
        ops = [decode_op(data) for data in log[one.seq - 1].ops if not is_erased(data)]
        held |= {(op.kind, op.record) for op in ops}
    if late := model.erasures.open(held):
        raise Broken(12, f"nothing is in the way of {late}")


def _outcomes_are_bare(log: list[Logged]) -> None:
    """Nothing that was made of erased values stays beside the log."""
    for row in log:
        if row.outcome is None or ((said := waits.word(row)) is None and row.device == 0):
            continue
        ops = row.ops if said is None else log[said.fields["seq"] - 1].ops
        for index in msgspec.msgpack.decode(row.outcome, type=Outcome).merged:
            if is_erased(ops[index]):
                raise Broken(7, f"entry {row.seq} keeps what was merged in an erased op")


def _told(log: list[Logged]) -> Iterator[bytes]:
    """What the log says still, in ops that are there."""
    return (data for row in log for data in row.ops if not is_erased(data))


def at_the_township(connection: Connection) -> Iterator[bytes]:
    """All that the township holds."""
    for table in tables.metadata.sorted_tables:
        for row in connection.execute(select(table)):
            yield from values_in(row)
    for data in connection.scalars(select(tables.snapshot_chunk.c.data)):
        yield opened(data)


def _laptop(machine: Machine, gone: set[bytes]) -> None:
    shown = (row.values() for rows in rows_of(machine.database).values() for row in rows.values())
    if left := gone & set().union(*(words_in(d) for r in shown for d in values_in(r)), set()):
        raise Broken(7, f"{machine.seat.login} still shows {_text(left)}")
    with machine.database.engine.connect() as connection:
        kept = set().union(*map(words_in, _beside(connection)), set())
    if left := gone & kept:
        raise Broken(7, f"{machine.seat.login} still keeps {_text(left)}")


def _beside(connection: Connection) -> Iterator[bytes]:
    """What a laptop holds beside its records."""
    for name in _BESIDE:
        yield from chain.from_iterable(
            map(values_in, connection.exec_driver_sql(f"SELECT * FROM {name}"))
        )
    for data in connection.scalars(select(laptop_tables.staged_chunk.c.data)):
        yield opened(data)


def values_in(row: Iterable[Any]) -> Iterator[bytes]:
    """Bytes and texts of a row."""
    for value in row:
        if isinstance(value, bytes):
            yield value
        elif isinstance(value, str):
            yield value.encode()


def opened(data: bytes) -> bytes:
    """A part of a snapshot, unpacked."""
    return zstandard.ZstdDecompressor().decompress(data, max_output_size=1 << 24)


def _text(words: set[bytes]) -> str:
    return " ".join(sorted(word.decode() for word in words))
