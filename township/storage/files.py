"""The bytes of photographs on this laptop: kept whole, sent and fetched in pieces.

Everything lies in the encrypted database. A picture is written in the transaction that makes
its record; what comes from the township is kept piece by piece and becomes a picture when the
last piece is here and the hash is right. Records never wait for any of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, bindparam, exists, select, update
from sqlalchemy.dialects.sqlite import insert

from township.storage.file_pages import (
    MAX_FILE_BYTES,
    MAX_FILES,
    MAX_PART,
    FilePart,
    Files,
    FileStand,
    FilesTold,
    FileWant,
)
from township.storage.file_tables import content, out, part
from township.storage.tables import pending

KIND = "attachment"
DRAFT = "visit.photos"
"""Drafts of this form name pictures that nobody has saved yet."""
_MOST_MISSES = 200
"""After so many syncs a picture is let go whose record neither the township nor this laptop has:
it was deleted before it was sent, or is work that was sent back. As long as any own work waits
to be answered or let in, nothing is let go for that."""
LASTING = ("too_large", "wrong")
"""Refusals that the same bytes would meet again."""


@dataclass(frozen=True)
class Queue:
    """Pictures that are not yet where they should be."""

    out: int = 0
    in_: int = 0
    refused: int = 0


def keep(connection: Connection, data: bytes) -> str:
    """Keep a picture and return its name; a draft or a record names it in the same transaction."""
    name = sha256(data).hexdigest()
    statement = insert(content).values(sha256=name, data=data)
    connection.execute(statement.on_conflict_do_nothing())
    return name


def put(connection: Connection, record: bytes, data: bytes) -> None:
    """Keep the picture of a new record, and send it with one of the next syncs.

    In the transaction that makes the record: neither is ever there without the other.
    """
    row = {"record_id": record, "sha256": keep(connection, data), "have": 0, "misses": 0}
    connection.execute(insert(out).values(row))


def read(connection: Connection, name: str) -> bytes | None:
    """A whole picture; None while it is not here."""
    found: bytes | None = connection.scalar(select(content.c.data).where(content.c.sha256 == name))
    return found


def queue(connection: Connection) -> Queue:
    """How many pictures still have to go and to come."""
    rows = connection.exec_driver_sql("SELECT count(*), count(refused) FROM file_out").one()
    missing = connection.exec_driver_sql(f"SELECT count(*) {_MISSING}").scalar()
    return Queue(rows[0] - rows[1], missing or 0, rows[1])


def turn(
    connection: Connection, told: Set[bytes], tried: Set[bytes], pushed: int, *, pieces: bool
) -> Files | None:
    """What to say to the township about pictures; None when there is nothing.

    ``told``: records of which it said in this sync how far it has them; their bytes are sent if
    ``pieces``. ``tried``: records that are left alone until the next sync. ``pushed``: own
    changesets after this number are not sent yet, and the township cannot know their records.
    """
    rows = connection.execute(_SENDABLE, {"pushed": pushed}).all()
    waiting = [row for row in rows if row.record_id not in tried]
    offers = [row.record_id for row in waiting if row.record_id not in told][:MAX_FILES]
    ready = [(row.record_id, row.sha256, row.have) for row in waiting if row.record_id in told]
    parts = list(_pieces(connection, ready)) if pieces else []
    wants = _wants(connection, tried)
    return Files(offers, parts, wants) if offers or ready or wants else None


def take(connection: Connection, given: FilesTold) -> bool:
    """Take in what the township said and sent; returns whether a picture has become whole."""
    for stand in given.stands:
        _note(connection, stand)
    return sum(_take_part(connection, piece) for piece in given.parts if piece.data) > 0


def offer_again(connection: Connection) -> None:
    """The township may have lost what it had: offer every picture that is here.

    Also of records that only pending work here has deleted: the township may not let that in.
    """
    connection.execute(update(out).values(have=0, refused=None))
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO file_out(record_id, sha256, have, misses)"
        " SELECT id, sha256, 0, 0 FROM attachment WHERE (deleted_at IS NULL"
        " OR id IN (SELECT record_id FROM pending WHERE kind = ?))"
        " AND sha256 IN (SELECT sha256 FROM file_content)",
        (KIND,),
    )


def tidy(connection: Connection) -> None:
    """Let go of bytes that no record or draft here names, unless they are still to be sent.

    Of an erased record, which says no more which picture it had, nothing is sent any more.
    """
    connection.exec_driver_sql(
        "DELETE FROM file_out WHERE EXISTS (SELECT 1 FROM attachment"
        " WHERE id = record_id AND deleted_at IS NOT NULL AND sha256 IS NULL)"
    )
    connection.exec_driver_sql(
        "DELETE FROM file_out WHERE (misses >= ? OR refused IS NOT NULL) AND NOT EXISTS"
        " (SELECT 1 FROM attachment WHERE id = record_id AND deleted_at IS NULL) AND NOT EXISTS"
        " (SELECT 1 FROM changeset WHERE state IN ('pending', 'quarantined'))",
        (_MOST_MISSES,),
    )
    named = (
        "EXISTS (SELECT 1 FROM attachment WHERE attachment.sha256 = {0}.sha256"
        " AND deleted_at IS NULL)"
    )
    connection.exec_driver_sql(
        f"DELETE FROM file_content WHERE NOT {named.format('file_content')}"
        " AND sha256 NOT IN (SELECT sha256 FROM file_out) AND NOT EXISTS"
        " (SELECT 1 FROM draft WHERE form = ? AND instr(body, file_content.sha256))",
        (DRAFT,),
    )
    connection.exec_driver_sql(
        f"DELETE FROM file_part WHERE NOT {named.format('file_part')}"
        " OR sha256 IN (SELECT sha256 FROM file_content)"
    )


_SENDABLE = (
    select(out.c.record_id, out.c.sha256, out.c.have)
    .where(
        out.c.refused.is_(None),
        ~exists().where(
            pending.c.record_id == out.c.record_id,
            pending.c.inserts == 1,
            pending.c.dseq > bindparam("pushed"),
        ),
    )
    .order_by(out.c.record_id)
)
_MISSING = (
    "FROM attachment WHERE deleted_at IS NULL AND sha256 IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM file_content WHERE file_content.sha256 = attachment.sha256)"
)


def _pieces(connection: Connection, ready: Iterable[tuple[bytes, str, int]]) -> Iterable[FilePart]:
    """The next bytes of pictures on their way out, as many as one message may bring."""
    room = MAX_FILE_BYTES
    for record, name, have in ready:
        data = read(connection, name) or b""
        for at in range(have, len(data), MAX_PART):
            piece = data[at : at + min(MAX_PART, room)]
            if not piece:
                return
            yield FilePart(record, at, piece)
            room -= len(piece)


def _wants(connection: Connection, tried: Set[bytes]) -> list[FileWant]:
    """Pictures that are not here, the newest first, each asked for once; from where on.

    What is not to be had for one record is not asked for again by another that names it too.
    """
    rows = connection.exec_driver_sql(
        "SELECT id, sha256, (SELECT coalesce(sum(length(data)), 0) FROM file_part"
        f" WHERE file_part.sha256 = attachment.sha256) {_MISSING} ORDER BY id DESC"
    ).all()
    nowhere = {name for record, name, _ in rows if record in tried}
    found: dict[str, FileWant] = {}
    for record, name, at in rows:
        if name not in nowhere and name not in found:
            found[name] = FileWant(record, at)
            if len(found) == MAX_FILES:
                break
    return list(found.values())


def _note(connection: Connection, stand: FileStand) -> None:
    of_record = out.c.record_id == stand.record
    if stand.whole:
        connection.execute(out.delete().where(of_record))
        return
    refused = stand.refused if stand.refused in LASTING else None
    values = {"have": stand.have, "refused": refused, "misses": out.c.misses + bool(stand.refused)}
    connection.execute(update(out).where(of_record).values(values))


def _take_part(connection: Connection, piece: FilePart) -> bool:
    """Keep the next bytes of a picture; whether it is whole now. Anything else is passed over."""
    row = connection.exec_driver_sql(
        f"SELECT sha256, size {_MISSING} AND id = ?", (piece.record,)
    ).one_or_none()
    if row is None:
        return False
    name, size = row
    mine = part.c.sha256 == name
    here = list(connection.scalars(select(part.c.data).where(mine).order_by(part.c.at)))
    if sum(map(len, here)) != piece.at:
        return False
    data = b"".join((*here, piece.data))
    if len(data) < (size or 0):
        connection.execute(insert(part).values(sha256=name, at=piece.at, data=piece.data))
        return False
    connection.execute(part.delete().where(mine))
    if sha256(data).hexdigest() != name:
        return False
    connection.execute(insert(content).values(sha256=name, data=data))
    return True
