"""The commonest changeset, taken without detours: one new record, its fields as declared.

Nine of ten changesets of a working day are such, and a push has thousands of them. ``checks``
and ``Taking`` decide all others, and would decide these the same way in three times the time
(decision 026).
"""

from __future__ import annotations

from sync.server.checks import kind_rules
from sync.server.devices import Grants
from sync.server.reading import Head, insert_decoders
from sync.server.rows import Rows
from township.changes import Header


class Plain:
    """Tells which changesets of a device need no closer look."""

    def __init__(self, grants: Grants, authors: set[bytes] | None, rows: Rows) -> None:
        self._grants = grants
        self._authors = authors
        self._rows = rows
        self._decoders = insert_decoders()
        self._places: dict[tuple[str, bytes | None], str | None] = {}

    def new_record(self, header: Header, found: list[Head] | None) -> Head | None:
        """The only operation of a changeset that just makes a new record; else None."""
        if found is None or len(found) != 1 or header.count != 1:
            return None
        head = found[0]
        kind, record = head.kind, head.record
        decoder = self._decoders.get(kind)
        if decoder is None or head.action != "insert" or len(record) != 16:
            return None
        if self._authors is not None and header.author not in self._authors:
            return None
        try:
            place = (kind, decoder.decode(head.fields).zone_id)
        except ValueError:
            return None
        if place not in self._places:
            self._places[place] = self._granted_bucket(*place)
        if self._places[place] != head.bucket or self._rows.bucket((kind, record)) is not None:
            return None
        return head

    def _granted_bucket(self, kind: str, zone: bytes | None) -> str | None:
        """Where such a record has to lie, if this device may write there."""
        bucket = kind_rules()[kind].bucket_in(zone)
        return bucket if bucket in self._grants else None
