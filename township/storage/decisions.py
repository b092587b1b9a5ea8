"""Decisions about own work that the township had put into quarantine: they come with pages.

The records themselves come back with the pages too, in the buckets that this laptop holds.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from township.storage import tables
from township.storage.pages import Page
from township.storage.settings import keep, setting

_HEARD = "sync.heard"


def heard(connection: Connection) -> int:
    """Up to which number of the log all decisions are known here."""
    return int(setting(connection, _HEARD) or 0)


def take(connection: Connection, page: Page, after: int) -> None:
    """Note the decisions on a page, which holds all after that number."""
    rows = [
        {
            "incarnation": one.incarnation,
            "dseq": one.dseq,
            "status": one.status,
            "seq": one.seq,
            "text": one.text,
        }
        for one in page.decided
    ]
    if rows:
        connection.execute(insert(tables.decision).on_conflict_do_nothing(), rows)
        carry_out(connection)
    here = heard(connection)
    if after <= here < page.heard:  # a page that comes late may go on from elsewhere
        keep(connection, _HEARD, str(page.heard))


def carry_out(connection: Connection) -> None:
    """Quarantined work that is decided is quarantined no more, whichever was heard first."""
    connection.exec_driver_sql(
        "UPDATE changeset SET state = decision.status"
        " FROM decision WHERE changeset.state = 'quarantined'"
        " AND decision.incarnation = changeset.incarnation AND decision.dseq = changeset.dseq"
    )


def let_in(connection: Connection, incarnation: int) -> frozenset[int]:
    """Own changesets that were in quarantine once and are in the log by now."""
    c = tables.decision.c
    return frozenset(
        connection.scalars(
            select(c.dseq).where(
                c.incarnation == incarnation, c.status.in_(("applied", "conflict"))
            )
        )
    )


def forget(connection: Connection) -> None:
    """The township was restored: what it decided may be undone, and is asked for again."""
    connection.exec_driver_sql(
        "UPDATE changeset SET state = 'quarantined'"
        " FROM decision WHERE changeset.state IN ('applied', 'conflict', 'rejected')"
        " AND decision.incarnation = changeset.incarnation AND decision.dseq = changeset.dseq"
    )
    connection.execute(delete(tables.decision))
    keep(connection, _HEARD, "0")
