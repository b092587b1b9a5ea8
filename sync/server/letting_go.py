"""Pictures that leave the township: those that no record names, and those that are unreadable."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from sync.server import tables
from sync.server.engine import Store
from sync.server.files import KIND, about, picture_of
from sync.server.sequencer import lock_head
from sync.server.trying import retrying
from sync.server.vault import Vault
from township.values import moment_text

GRACE = timedelta(days=30)
"""How long a picture stays that no record names any more: somebody may bring its record back."""
_TOGETHER = 500


def drop_unreadable(connection: Connection, township_id: bytes, vault: Vault) -> int:
    """Let go of what this key does not open, for laptops to bring it again; how many pictures.

    Uploads that have begun are let go as well: they begin anew.
    """
    f, p = tables.file.c, tables.file_part.c
    mine = f.township_id == township_id
    lost = []
    for name in connection.scalars(select(f.sha256).where(mine)).all():
        sealed = connection.scalar(select(f.sealed).where(mine, f.sha256 == name))
        if vault.open(sealed or b"", about(township_id, name)) is None:
            lost.append(name)
    for name in lost:
        connection.execute(delete(tables.file).where(mine, f.sha256 == name))
    connection.execute(delete(tables.file_part).where(p.township_id == township_id))
    return len(lost)


@retrying
def sweep(store: Store, township_id: bytes, now: datetime) -> int:
    """Let go of pictures that no record has named for ``GRACE``, and of uploads that ended.

    Returns how many pictures are gone.
    """
    with store.reading() as connection:
        if not any(_due(connection, township_id, now)):
            return 0
    with store.writing() as connection:
        lock_head(connection, township_id)
        idle, used, old = _due(connection, township_id, now)
        f, p = tables.file.c, tables.file_part.c
        mine = f.township_id == township_id
        moment = moment_text(now)
        connection.execute(
            update(tables.file).where(mine, f.sha256.in_(idle)).values(idle_since=moment)
        )
        connection.execute(
            update(tables.file).where(mine, f.sha256.in_(used)).values(idle_since=None)
        )
        gone = [name for name in old if name]
        connection.execute(delete(tables.file).where(mine, f.sha256.in_(gone)))
        connection.execute(
            delete(tables.file_part).where(
                p.township_id == township_id, p.kept_at < moment_text(now - GRACE)
            )
        )
    return len(gone)


def _due(
    connection: Connection, township_id: bytes, now: datetime
) -> tuple[list[str], list[str], list[str]]:
    """Pictures newly without a record, those that have one again, and those to let go of.

    An empty name among the last ones stands for pieces of uploads that ended long ago.
    """
    f, p = tables.file.c, tables.file_part.c
    before = moment_text(now - GRACE)
    rows = connection.execute(
        select(f.sha256, f.idle_since).where(f.township_id == township_id)
    ).all()
    live = _named_by_records(connection, township_id) if rows else set()
    idle = [row.sha256 for row in rows if row.sha256 not in live and row.idle_since is None]
    used = [row.sha256 for row in rows if row.sha256 in live and row.idle_since is not None]
    old = [
        row.sha256
        for row in rows
        if row.sha256 not in live and row.idle_since is not None and row.idle_since < before
    ]
    ended = select(p.at).where(p.township_id == township_id, p.kept_at < before).limit(1)
    if connection.scalar(ended) is not None:
        old.append("")
    return idle, used, old


def _named_by_records(connection: Connection, township_id: bytes) -> set[str]:
    c = tables.record.c
    rows = connection.execute(
        select(c.state)
        .where(c.township_id == township_id, c.kind == KIND, c.deleted.is_(False))
        .execution_options(yield_per=_TOGETHER)
    )
    return {picture_of(row.state)[0] for row in rows}
