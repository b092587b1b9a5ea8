"""A restored township that hears again of an erasure it had carried out.

The laptops have put hashes in the place of what was erased, also of the deletion itself. The
township may still hold the records, as they were when its backup was made: then it deletes them,
or empties the fields, by itself, also those of what somebody has deleted meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from sync.server.origins import Origins
from sync.server.reading import Head, erased
from sync.server.rows import Key, Rows
from township.changes import Op

KIND = "erasure"


def targets(state: Mapping[str, Any]) -> frozenset[Key]:
    """The records that an erasure names; none of what cannot be read."""
    try:
        ids = msgspec.msgpack.decode(state.get("targets") or b"", type=list[bytes])
    except (msgspec.MsgspecError, TypeError):
        return frozenset()
    return frozenset((str(state.get("target_kind")), one) for one in ids)


def fields_of(state: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that an erasure empties; none: it is of whole records."""
    return tuple((state.get("field_names") or "").split())


def again(rows: Rows, ops: Sequence[Head | Op]) -> list[Op]:
    """What the township has to do after a changeset that came with hashes in it.

    What the changeset itself still says about a record is decided by the rules for all.
    """
    return [op for key, fields in _named(rows, ops) for op in _undone(rows, key, fields)]


def bared(rows: Rows, ops: Sequence[Head | Op], seq: int) -> list[Op]:
    """Stubs that still hold a field which such a changeset empties, shown without it.

    A ``set`` would be lost on them; ``seq`` is the entry that puts them.
    """
    found = set()
    for key, fields in _named(rows, ops):
        row = rows.row(key)
        if row.state.deleted and any(row.state.values.get(name) is not None for name in fields):
            row.state.values = {n: v for n, v in row.state.values.items() if n not in fields}
            row.seq, row.touched = seq, True
            found.add(key)
    return [rows.put(key) for key in sorted(found)]


def _named(rows: Rows, ops: Sequence[Head | Op]) -> Iterator[tuple[Key, tuple[str, ...]]]:
    """The known records, with the fields to be emptied, that erasures name which came again."""
    if not any(map(erased, ops)):
        return
    said = {(op.kind, op.record) for op in ops}
    for op in ops:
        if op.kind != KIND or op.action != "insert":
            continue
        state = op.fields if isinstance(op, Op) else msgspec.msgpack.decode(op.fields)
        keys = sorted(targets(state) - said)
        rows.load([key for key in keys if key not in rows])
        for key in keys:
            if key in rows:
                yield key, fields_of(state)


def came_erased(rows: Rows, origins: Origins, key: Key) -> bool:
    """Does an erasure of this whole record wait here that was carried out before a restore?

    It came with hashes in its changeset then. A record that nobody has erased yet may come back.
    """
    return any(
        origins.came_erased(state.writers.default)
        for state in rows.living(KIND)
        if not fields_of(state.values) and key in targets(state.values)
    )


def _undone(rows: Rows, key: Key, fields: Sequence[str]) -> Iterator[Op]:
    row = rows.row(key)
    if row.state.deleted:
        return
    empty: dict[str, Any] = {
        name: [None, row.state.writers.of(name)]
        for name in fields
        if row.state.values.get(name) is not None
    }
    if empty:
        yield Op(*key, "set", row.bucket, empty)
    elif not fields:
        yield Op(*key, "delete", row.bucket, {})
