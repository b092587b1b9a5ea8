"""The commonest changesets, taken many at once: one new record each, its fields as declared.

Nine of ten changesets of a working day are such, and a push has thousands of them. ``checks``
and ``Taking`` decide all others one after the other, and would decide these the same way in
15 µs more for each (decision 026).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from sync.server.checks import kind_rules
from sync.server.devices import Grants
from sync.server.entries import Turn
from sync.server.permits import Permits
from sync.server.reading import Head, insert_decoders
from sync.server.rows import Key, Rows
from township.rules.permissions import approval_fields, approves
from township.rules.reserved import reserved


class _Judge(NamedTuple):
    """Reads the fields of new records of a kind, and names those that approve something."""

    decode: Callable[[bytes | msgspec.Raw], Any]
    approvals: tuple[str, ...]
    owner_field: str


class Plain:
    """Tells which changesets of a device need no closer look."""

    def __init__(
        self, grants: Grants, authors: set[bytes] | None, permits: Permits, rows: Rows
    ) -> None:
        self._grants = grants
        self._permits = permits
        self._authors = authors
        self._rows = rows
        self._decoders = insert_decoders()
        self._judges: dict[tuple[bytes, str], _Judge | None] = {}
        self._places: dict[tuple[str, bytes | None], str | None] = {}

    def run(
        self, turns: Sequence[Turn], read: Sequence[list[Head] | None], among: range
    ) -> list[Head]:
        """The new records of those ``among`` the changesets, from the first on, that make one."""
        made: set[Key] = set()
        run: list[Head] = []
        rows = self._rows
        for index in among:
            header, found = turns[index].header, read[index]
            if found is None or len(found) != 1 or header.count != 1:
                break
            head = found[0]
            key = head.kind, head.record
            if key in made or key in rows or not self._fits(head, header.author):
                break
            made.add(key)
            run.append(head)
        return run

    def _fits(self, head: Head, author: bytes) -> bool:
        who = author, head.kind
        if who not in self._judges:
            self._judges[who] = self._judge(*who)
        judge = self._judges[who]
        if judge is None or head.action != "insert" or len(head.record) != 16:
            return False
        if reserved((), head.kind, head.action, head.bucket):
            return False  # not for everybody: to be looked at more closely
        try:
            made = judge.decode(head.fields)
        except ValueError:
            return False
        for name in judge.approvals:
            if approves(head.kind, name, getattr(made, name)):
                return False
        place = (head.kind, getattr(made, judge.owner_field))
        bucket = self._places.get(place) or self._granted_bucket(*place)
        return bucket == head.bucket

    def _judge(self, author: bytes, kind: str) -> _Judge | None:
        """How to look at new records of a kind; None: not here, or this author may not."""
        decoder = self._decoders.get(kind)
        if decoder is None or (self._authors is not None and author not in self._authors):
            return None
        if kind not in self._permits.creatable(author):
            return None
        owner_field = kind_rules()[kind].owner_field
        return _Judge(decoder.decode, tuple(approval_fields(kind)), owner_field)

    def _granted_bucket(self, kind: str, owner: bytes | None) -> str | None:
        """Where such a record has to lie, if this device may write there."""
        rule = kind_rules()[kind]
        bucket = rule.bucket_in(owner)
        granted = rule.outgoing or bucket in self._grants
        self._places[kind, owner] = found = bucket if granted else None
        return found
