"""Work that is kept apart: what waits, what became of it, and who has to hear of it.

The log says it all: an entry in quarantine, later one of the township's that names it. The
table is drawn from that, so that nobody has to search the log.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from sync.server import tables
from sync.server.checks import ADMISSION
from sync.server.devices import TOWNSHIP_DEVICE, Device
from sync.server.log import Log
from sync.server.segments import Logged, Origin
from township.changes import Changeset, Header, Op, bucket, decode_op, is_erased
from township.records import new_id
from township.storage.pages import Decision, Page, Status

MOST_TOLD = 1000
"""Decisions on one page."""

_NEVER = b""

Word = Literal["admitted", "refused"]


class Waiting(NamedTuple):
    """A changeset in quarantine, by its entry in the log."""

    device: int
    seq: int
    incarnation: int
    dseq: int
    reason: str


def enter(connection: Connection, device: Device, found: Sequence[tuple[Header, int, str]]) -> None:
    """Note changesets that were just put into quarantine: header, number, reason."""
    if not found:
        return
    rows = [
        {
            "township_id": device.township_id,
            "device": header.device,
            "seq": seq,
            "incarnation": header.incarnation,
            "dseq": header.dseq,
            "reason": reason,
            "tried": _NEVER,
        }
        for header, seq, reason in found
    ]
    connection.execute(insert(tables.quarantine), rows)


def waiting(
    connection: Connection, township_id: bytes, device: int | None = None
) -> list[tuple[Waiting, bytes]]:
    """What nobody has decided, in the order of the log, with what it was last judged by."""
    c = tables.quarantine.c
    statement = select(c.device, c.seq, c.incarnation, c.dseq, c.reason, c.tried).where(
        c.township_id == township_id, c.decided_seq.is_(None)
    )
    if device is not None:
        statement = statement.where(c.device == device)
    rows = connection.execute(statement.order_by(c.seq))
    return [(Waiting(*row[:5]), row.tried) for row in rows]


def tried(connection: Connection, device: Device, marks: Mapping[int, bytes]) -> None:
    """These entries of the device were judged in these circumstances."""
    c = tables.quarantine.c
    if marks:
        connection.execute(
            update(tables.quarantine)
            .where(
                c.township_id == device.township_id,
                c.device == device.number,
                c.seq == bindparam("at"),
            )
            .values(tried=bindparam("mark")),
            [{"at": seq, "mark": mark} for seq, mark in marks.items()],
        )


def judged(connection: Connection, township_id: bytes, one: Waiting, reason: str) -> None:
    """It was judged again and still does not fit, for this reason."""
    c = tables.quarantine.c
    connection.execute(
        update(tables.quarantine)
        .where(c.township_id == township_id, c.device == one.device, c.seq == one.seq)
        .values(reason=reason)
    )


def decided(
    connection: Connection,
    township_id: bytes,
    one: Waiting,
    seq: int,
    status: Status,
    text: str | None = None,
) -> None:
    """Note what the township's entry ``seq`` says about it."""
    c = tables.quarantine.c
    connection.execute(
        update(tables.quarantine)
        .where(c.township_id == township_id, c.device == one.device, c.seq == one.seq)
        .values(decided_seq=seq, decided=status, text=text)
    )


def entry_op(one: Waiting, word: Word, text: str | None = None) -> Op:
    """What the township writes into its log about it. It makes no record."""
    fields: dict[str, Any] = {
        "device": one.device,
        "incarnation": one.incarnation,
        "dseq": one.dseq,
        "seq": one.seq,
        "decision": word,
    }
    if text:
        fields["text"] = text
    return Op(ADMISSION, new_id(), "insert", bucket(None, "i"), fields)


def told(connection: Connection, device: Device, heard: int, page: Page) -> Page:
    """The page with the decisions that this device has not heard."""
    c = tables.quarantine.c
    rows = connection.execute(
        select(c.incarnation, c.dseq, c.decided, c.decided_seq, c.text)
        .where(
            c.township_id == device.township_id,
            c.device == device.number,
            c.decided_seq > heard,
        )
        .order_by(c.decided_seq)
        .limit(MOST_TOLD + 1)
    ).all()
    found = [Decision(*row) for row in rows[:MOST_TOLD]]
    if len(rows) > MOST_TOLD:
        heard = found[-1].seq
        return msgspec.structs.replace(page, decided=found, heard=heard, more=True)
    return msgspec.structs.replace(page, decided=found, heard=page.head)


def admitted(connection: Connection, township_id: bytes, origin: Origin) -> Logged | None:
    """A changeset that was let in later, with the outcome it had then; None for any other."""
    q = tables.quarantine.c
    found = connection.execute(
        select(q.seq, q.decided_seq).where(
            q.township_id == township_id,
            q.device == origin.device,
            q.incarnation == origin.incarnation,
            q.dseq == origin.dseq,
            q.decided.in_(("applied", "conflict")),
        )
    ).one_or_none()
    if found is None:
        return None
    log = Log(connection, township_id)
    original = log.at(found.seq)
    assert original is not None, "quarantine is drawn from the log"
    return original._replace(outcome=log.outcomes([found.decided_seq]).get(found.decided_seq))


def decisions(connection: Connection, township_id: bytes, seqs: Collection[int]) -> dict[int, int]:
    """Those of these entries that were let in, or sent back → the number of the decision."""
    q = tables.quarantine.c
    rows = connection.execute(
        select(q.seq, q.decided_seq).where(
            q.township_id == township_id, q.seq.in_(sorted(seqs)), q.decided_seq.is_not(None)
        )
    )
    return {row.seq: row.decided_seq for row in rows}


def shown(log: Log, device: int, changeset: Changeset) -> Changeset:
    """An entry as laptops see it: an admission is shown as the changeset that it lets in."""
    if device != TOWNSHIP_DEVICE or is_erased(changeset.ops[0]):
        return changeset
    op = decode_op(changeset.ops[0])
    original = log.at(int(op.fields["seq"])) if op.kind == ADMISSION else None
    return Changeset(original.header, original.ops) if original else changeset
