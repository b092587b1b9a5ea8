"""What a stranger's client holds: records made from pages as docs/sync-protocol.md says.

Plain lists, maps and bytes as they come out of MessagePack, none of our modules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from msgspec.msgpack import decode

Key = tuple[str, bytes]


@dataclass
class Held:
    """One record: where it lies, its values, who wrote them, whether it is a stub."""

    bucket: str
    values: dict[str, Any]
    default: str | None
    writers: dict[str, str] = field(default_factory=dict)
    deleted: bool = False


class Holding:
    """The records of one client without edits of its own that are not back yet."""

    def __init__(self) -> None:
        self.records: dict[Key, Held] = {}
        self.own: dict[int, list[Any]] = {}
        """Own changesets by number, as they were sent."""

    def take(self, page: list[Any], cursors: dict[str, int]) -> None:
        """Section 9.4: entries and own changesets together, in the order of the log.

        ``cursors`` are those before the page.
        """
        entries, runs, moved = page[:3]
        others = [
            (entry[0], entry[1], _numbered(entry[2], entry[3]), entry[4]) for entry in entries
        ]
        for seq, header, ops, outcome in sorted([*others, *self._back(runs, moved)], key=_first):
            _, device, incarnation, dseq, *_ = decode(header)
            lost, merged = (outcome or [{}, {}])[:2]
            for index, op in ops:
                if self._elsewhere(op, seq, moved, cursors):
                    continue
                op_id = f"{device}.{incarnation}.{dseq}.{index}"
                self._carry_out(op, op_id, lost.get(index), merged.get(index, {}))

    def _back(
        self, runs: list[Any], moved: dict[str, int]
    ) -> Iterator[tuple[int, bytes, Any, Any]]:
        for seq, first, count, outcome, indexes in runs:
            for dseq in range(first, first + count):
                header, made = self.own[dseq]
                ops = _numbered(made, None)
                here = [
                    (i, op)
                    for i, op in ops
                    if (op[3] in moved if indexes is None else i in indexes)
                ]
                yield seq + dseq - first, header, here, outcome

    def _elsewhere(
        self, op: list[Any], seq: int, moved: dict[str, int], cursors: dict[str, int]
    ) -> bool:
        """Records that lie elsewhere: what is known of them is newer."""
        held = self.records.get((op[0], op[1]))
        return held is not None and held.bucket not in moved and cursors.get(held.bucket, 0) >= seq

    def _carry_out(
        self, op: list[Any], op_id: str, lost: list[str] | None, merged: dict[str, Any]
    ) -> None:
        kind, record, action, bucket, fields, *_ = op  # its salt says nothing
        key = kind, record
        if lost == []:
            return
        if action == "insert":
            self.records[key] = Held(bucket, dict(fields), op_id)
        elif action == "put":
            default, writers = decode(fields["writers"])
            gone = fields["stamps"][4] is not None
            self.records[key] = Held(bucket, dict(fields["state"]), default, writers, gone)
        elif action == "leave":
            self.records.pop(key, None)
        elif action == "set":
            self._set(self.records[key], fields, op_id, lost or [], merged)
        elif action in ("delete", "restore"):
            self.records[key].deleted = action == "delete"

    def _set(
        self,
        held: Held,
        fields: dict[str, Any],
        op_id: str,
        lost: list[str],
        merged: dict[str, Any],
    ) -> None:
        for name, (value, _) in fields.items():
            if name not in lost:
                held.values[name] = merged.get(name, value)
                held.writers[name] = f"{op_id}m" if name in merged else op_id


def _numbered(ops: list[bytes], indexes: list[int] | None) -> list[tuple[int, Any]]:
    places = range(len(ops)) if indexes is None else indexes
    return [(index, decode(op)) for index, op in zip(places, ops, strict=True)]


def _first(numbered: tuple[int, bytes, Any, Any]) -> int:
    return numbered[0]
