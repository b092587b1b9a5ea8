"""More planted bugs: copies, revoking, answers, and what newer programs write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, update

from sync import history
from sync.server import devices, sequencer, taking
from sync.wire import ChainHead
from township.changes import Op
from township.storage import later, replica, scope, tables
from township.storage.pages import Entry

Patch = tuple[Any, str, Any]


def _fork_unnoticed() -> list[Patch]:
    """A laptop that was put back from a copy goes on as if nothing had happened."""

    def behind(device: Any, known: ChainHead, own: ChainHead) -> None:
        return None

    return [(sequencer, "behind", behind)]


def _rollback_unnoticed() -> list[Patch]:
    """A laptop believes any log that the township signs."""
    return [(history, "consistent", lambda *_: True)]


def _revoked_still_served() -> list[Patch]:
    """A laptop that was shut out is served as before."""
    real = devices.find

    def find(*given: Any) -> Any:
        found = real(*given)
        return found and replace(found, revoked=False)

    return [(devices, "find", find)]


def _strange_fields_dropped() -> list[Patch]:
    """What this program does not know is thrown away."""

    def sort_out(
        connection: Connection, entry: Entry, ops: Sequence[tuple[int, Op]]
    ) -> list[tuple[int, Op]]:
        split = [(place, later.split(op)[0]) for place, op in ops]
        return [(place, op) for place, op in split if op is not None]

    return [(later, "sort_out", sort_out)]


def _strange_fields_left_behind() -> list[Patch]:
    """What newer programs wrote in a zone stays when the zone is taken away."""
    return [(later, "forget", lambda *_: None)]


def _verdict_lost() -> list[Patch]:
    """The answer to a push is not written down, only that it was given."""

    def note(connection: Connection, incarnation: int, verdicts: Any) -> None:
        c = tables.changeset.c
        for verdict in verdicts:
            connection.execute(
                update(tables.changeset)
                .where(c.incarnation == incarnation, c.dseq == verdict.dseq)
                .values(state="applied", seq=verdict.seq)
            )

    def take(connection: Connection, incarnation: int, verdicts: Any) -> set[str]:
        note(connection, incarnation, verdicts)
        return set()

    return [(replica, "_take_verdicts", take)]


def _log_stays_on_the_laptop() -> list[Patch]:
    """Who looked at what stays readable for everybody who works on that laptop."""
    return [(scope, "only_leaves", lambda *_: False)]


def _log_taken_from_nobody() -> list[Patch]:
    """Entries of the log wait for a grant that most laptops will never have."""
    return [(taking.Taking, "_may_write", lambda self, _, bucket: bucket in self._grants)]


def _indexes_left_aside() -> list[Patch]:
    """A sync that has laid indexes aside forgets them."""
    return [(replica.Replica, "make_indexes", lambda _: None)]


PLANTED: dict[str, Callable[[], list[Patch]]] = {
    made.__name__.removeprefix("_"): made
    for made in (
        _fork_unnoticed,
        _rollback_unnoticed,
        _revoked_still_served,
        _strange_fields_dropped,
        _strange_fields_left_behind,
        _verdict_lost,
        _log_stays_on_the_laptop,
        _log_taken_from_nobody,
        _indexes_left_aside,
    )
}
