"""The township's log as it was written, for who reads it after contents were erased.

The model folds what people wrote; what the township has made of its log since is compared with
that. Nothing here is the program's: it is the memory of somebody who watched all along.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from sync.server.log import Log
from sync.server.segments import Logged
from tests.simulation.things import Key
from township.changes import decode_header, decode_op, is_erased

if TYPE_CHECKING:
    from tests.simulation.world import World

WORD = re.compile("鹧鸪[0-9]{5}".encode())
"""What the steps write into fields that may be erased: each is written once in a run."""


class Past:
    """What came into the log, and what was gone from it when."""

    def __init__(self) -> None:
        self.entered: list[Logged] = []
        """Entries as they came, also those whose contents are gone by now."""
        self.gone: dict[str, int] = {}
        """Op id → how long the log was when the op was first seen to be erased."""
        self.written: dict[bytes, set[Key]] = {}
        """Word → the records on which it was ever seen in a log, even one that was put back."""
        self.done: set[bytes] = set()
        """Erasures that the township has ever taken for done."""

    def look(self, world: World) -> None:
        """See what is new, and what is gone; before the township erases, and after it."""
        service = world.server.service
        with service.store.reading() as connection:
            self._read(connection, service.township_id)

    def cut(self, length: int) -> None:
        """The township was put back to a log of this length."""
        del self.entered[length:]

    def _read(self, connection: Connection, township_id: bytes) -> None:
        log = list(Log(connection, township_id).walk())
        for row in log[len(self.entered) :]:
            self.entered.append(row)
            self._note_ops(row.ops)
        gone: dict[str, int] = {}
        for then, now in zip(self.entered, log, strict=True):
            if then.ops != now.ops:
                for (name, before), (_, after) in zip(ops_of(then), ops_of(now), strict=True):
                    if before != after:
                        gone[name] = self.gone.get(name, len(log))
        self.gone = gone

    def _note_ops(self, ops: Iterable[bytes]) -> None:
        for data in ops:
            if not is_erased(data):
                op = decode_op(data)
                if op.kind == "erasure" and "done_at" in op.fields:
                    self.done.add(op.record)
                for word in words_in(data):
                    self.written.setdefault(word, set()).add((op.kind, op.record))


def ops_of(row: Logged) -> Iterator[tuple[str, bytes]]:
    """The operations of an entry under their ids."""
    header = decode_header(row.header)
    for index, data in enumerate(row.ops):
        yield f"{header.device}.{header.incarnation}.{header.dseq}.{index}", data


def words_in(data: bytes) -> set[bytes]:
    """The recognisable words in some bytes."""
    return set(WORD.findall(data))
