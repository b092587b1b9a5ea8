"""A laptop's own history: the first changeset that somebody tampered with is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection, delete, select, update

from tests import device
from township import changes
from township.records import Household, new_id
from township.storage import own_history, tables
from township.storage.database import Database

C = tables.changeset.c


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.create(tmp_path / "laptop.db", bytes(32))
    with database.writing() as connection:
        device.enter(connection)
    for number in range(5):
        with database.work(bytes(16)) as work:
            place = {"zone_id": bytes(16), "group_id": bytes(16)}
            work.add(Household(id=new_id(), no=f"1-00{number}", **place))
            work.commit()
    yield database
    database.close()


def found(database: Database) -> tuple[int, own_history.Misfit | None]:
    with database.reading() as connection:
        return own_history.verify(connection)


def change(connection: Connection) -> None:
    """Another number of the house in the third changeset."""
    packed = connection.scalar(select(C.ops).where(C.dseq == 3))
    (data,) = msgspec.msgpack.decode(packed)
    op = changes.decode_op(data)
    other = msgspec.structs.replace(op, fields=op.fields | {"no": "9-999"})
    ops = msgspec.msgpack.encode([changes.encode(other)])
    connection.execute(update(tables.changeset).where(C.dseq == 3).values(ops=ops))


def remove(connection: Connection) -> None:
    connection.execute(delete(tables.changeset).where(C.dseq == 3))


def swap(connection: Connection) -> None:
    """The third and the fourth, with all that belongs to them."""
    for old, new in ((3, 99), (4, 3), (99, 4)):
        connection.execute(update(tables.changeset).where(C.dseq == old).values(dseq=new))


def back_date(connection: Connection) -> None:
    """As if the third had been written a day earlier."""
    header = changes.decode_header(
        connection.execute(select(C.header).where(C.dseq == 3)).scalar_one()
    )
    earlier = msgspec.structs.replace(header, wall_ms=header.wall_ms - 86_400_000)
    values = {"header": changes.encode(earlier)}
    connection.execute(update(tables.changeset).where(C.dseq == 3).values(values))


def insert_before(connection: Connection) -> None:
    """The third is written again, and its hash with it: then the fourth does not follow."""
    change(connection)
    row = connection.execute(select(C.header, C.ops).where(C.dseq == 3)).one()
    before = connection.execute(select(C.hash).where(C.dseq == 2)).scalar_one()
    ops = map(changes.op_hash, msgspec.msgpack.decode(row.ops))
    hash_ = changes.link(before, row.header, ops)
    connection.execute(update(tables.changeset).where(C.dseq == 3).values(hash=hash_))


def cut_off(connection: Connection) -> None:
    connection.execute(delete(tables.changeset).where(C.dseq > 3))


def test_a_true_history_fits(database: Database) -> None:
    assert found(database) == (5, None)


@pytest.mark.parametrize(
    ("tamper", "named", "text"),
    [
        (change, 3, "内容、时间或前一条被改动过"),
        (remove, 3, "缺这一条"),
        (swap, 3, "次序被改动过"),
        (back_date, 3, "内容、时间或前一条被改动过"),
        (insert_before, 4, "内容、时间或前一条被改动过"),
        (cut_off, 4, "缺这一条到最后一条"),
    ],
)
def test_the_first_that_does_not_fit_is_named(
    database: Database, tamper: Callable[[Connection], None], named: int, text: str
) -> None:
    with database.writing() as connection:
        tamper(connection)
    _, misfit = found(database)
    assert misfit is not None
    assert (misfit.incarnation, misfit.dseq) == (1, named)
    assert text in misfit.text
