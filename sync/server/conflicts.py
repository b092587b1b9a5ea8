"""Conflict records: both values, both authors and times, kept until a person decides."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from sync.merge import Decision, State
from sync.server.origins import Origins
from township.changes import Header, Op
from township.records import new_id
from township.values import Value, moment_text


def open_conflicts(
    op: Op, op_id: str, header: Header, decision: Decision, state: State, bucket: str, at: Origins
) -> list[Op]:
    """The inserts of the conflict records that a decision calls for, in the target's bucket."""
    if decision.refused:
        newest = max(_edits(state, at), key=lambda h: h.wall_ms, default=None)
        return [_conflict(op, op_id, bucket, state, _sides(header, newest), None, None, None)]
    found = []
    for name in decision.lost:
        kept, other = state.values.get(name), op.fields[name][0]
        sides = _sides(header, at.header(state.writers.of(name)))
        found.append(_conflict(op, op_id, bucket, state, sides, name, kept, other))
    return found


def _edits(state: State, at: Origins) -> list[Header]:
    """Headers of the changesets whose values the record holds now."""
    writers = {state.writers.default, *state.writers.fields.values()}
    return [header for writer in writers if (header := at.header(writer))]


def _sides(other: Header, kept: Header | None) -> dict[str, Any]:
    return {
        "kept_by": kept and (kept.author or None),
        "kept_at": kept and _moment(kept.wall_ms),
        "other_by": other.author or None,
        "other_at": _moment(other.wall_ms),
    }


def _conflict(
    op: Op,
    op_id: str,
    bucket: str,
    state: State,
    sides: dict[str, Any],
    field: str | None,
    kept: Value,
    other: Value,
) -> Op:
    values = {
        **sides,
        "zone_id": state.values.get("zone_id"),
        "target_kind": op.kind,
        "target_id": op.record,
        "field_name": field,
        "kept_value": msgspec.msgpack.encode(kept) if field else None,
        "other_value": msgspec.msgpack.encode(other) if field else None,
        "other_op": op_id,
    }
    present = {name: value for name, value in values.items() if value is not None}
    return Op("conflict", new_id(), "insert", bucket, present)


def _moment(wall_ms: int) -> str | None:
    """A laptop's clock as a label; None when it shows no possible time."""
    try:
        return moment_text(datetime.fromtimestamp(wall_ms / 1000, UTC))
    except (ValueError, OverflowError, OSError):
        return None
