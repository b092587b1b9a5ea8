"""The commonest changesets, taken many at once: one new record each, its fields as declared.

Nine of ten changesets of a working day are such, and a push has thousands of them. ``checks``
and ``Taking`` decide all others one after the other, and would decide these the same way in
15 µs more for each (decision 026).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from sync.server.checks import kind_rules
from sync.server.devices import Grants
from sync.server.entries import STINT, Turn
from sync.server.permits import Permits
from sync.server.reading import Head, insert_decoders
from sync.server.rows import Rows
from township.rules.permissions import approval_fields, approves
from township.rules.reserved import reserved

_Who = tuple[bytes, str]
"""An author, and the kind of what he makes."""


class _Judge(NamedTuple):
    """Reads the fields of new records of a kind, and names those that approve something."""

    decode: Callable[[bytes | msgspec.Raw], Any]
    approvals: tuple[str, ...]
    owner: Callable[[Any], bytes | None]


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
        self._judges: dict[_Who, _Judge | None] = {}
        self._places: dict[tuple[str, bytes | None, str], bool] = {}
        self._most = STINT
        """How many to look at together: few after a run that broke off, or the rest would be
        looked at again and again.
        """

    def run(
        self, turns: Sequence[Turn], read: Sequence[list[Head] | None], among: range
    ) -> list[Head]:
        """The new records of those ``among`` the changesets, from the first on, that make one."""
        single: list[Head] = []
        by_whom: dict[_Who, list[int]] = {}
        for at, index in enumerate(among[: self._most]):
            header, found = turns[index].header, read[index]
            if found is None or len(found) != 1 or header.count != 1:
                break
            head = found[0]
            if head.action != "insert":
                break
            single.append(head)
            by_whom.setdefault((header.author, head.kind), []).append(at)
        if not single:
            return single
        end = min([len(single), *(self._misfit(who, single, at) for who, at in by_whom.items())])
        end = self._rows.first_known([(head.kind, head.record) for head in single[:end]])
        self._most = min(STINT, 2 * self._most) if end == len(single) else 1 + end
        return single[:end]

    def _misfit(self, who: _Who, heads: Sequence[Head], mine: Sequence[int]) -> int:
        """The place of an author's first new record of a kind that needs a closer look.

        ``mine`` are the places of all of them; a place after the last when there is none.
        """
        if who not in self._judges:
            self._judges[who] = self._judge(*who)
        judge, kind = self._judges[who], who[1]
        if judge is None:
            return mine[0]
        end = len(heads)
        made: list[Any] = []
        try:
            made.extend(map(judge.decode, [heads[at].fields for at in mine]))
        except ValueError:
            end = mine[len(made)]
        approving = [
            at
            for name in judge.approvals
            for at, one in zip(mine, made, strict=False)
            if approves(kind, name, getattr(one, name))
        ]
        end = min([end, *approving])
        for at, owner in zip(mine, map(judge.owner, made), strict=False):
            head = heads[at]
            place = kind, owner, head.bucket
            if place not in self._places:
                self._places[place] = self._fits(*place)
            if not self._places[place] or len(head.record) != 16:
                return min(at, end)
        return end

    def _judge(self, author: bytes, kind: str) -> _Judge | None:
        """How to look at new records of a kind; None: not here, or this author may not."""
        decoder = self._decoders.get(kind)
        if decoder is None or (self._authors is not None and author not in self._authors):
            return None
        if kind not in self._permits.creatable(author):
            return None
        owner = attrgetter(kind_rules()[kind].owner_field)
        return _Judge(decoder.decode, tuple(approval_fields(kind)), owner)

    def _fits(self, kind: str, owner: bytes | None, bucket: str) -> bool:
        """Does such a record have to lie there, may this device write there, and everybody?"""
        rule = kind_rules()[kind]
        if bucket != rule.bucket_in(owner) or reserved((), kind, "insert", bucket):
            return False
        return rule.outgoing or bucket in self._grants
