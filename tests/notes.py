"""What a laptop has noted in the access log and not kept as rows."""

from typing import Any

import msgspec
from sqlalchemy import select

from township import changes
from township.storage import tables
from township.storage.database import Database
from township.storage.folding import changes_of


def notes(database: Database) -> list[dict[str, Any]]:
    """The fields of the access entries that were made here, oldest first."""
    c = tables.changeset.c
    with database.reader() as session:
        packed = session.execute(select(c.header, c.ops).order_by(c.dseq)).all()
    ops = [
        op
        for header, many in packed
        for op in changes_of(changes.decode_header(header), msgspec.msgpack.decode(many))
    ]
    return [dict(op.fields) for op in ops if op.kind == "access_entry"]
