"""彻底删除: the contents of records, or of some fields, leave all places where they were.

The deletion is an ordinary one, and an ``erasure`` in the same transaction asks the township to
let the contents go (decision 038). It cannot be undone. It names no zone, so that every laptop
hears of it: who wrote of a household may have lost its zone since, or the household its own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from township.errors import NotAllowed
from township.records import Cadre, Erasure, Record
from township.rules.permissions import ERASERS
from township.storage.work import UnitOfWork
from township.usecases.access import Noted, note

NOT_OFFICE = "彻底删除不能撤销，只能由镇党政办或台账员办理。请把申请登记下来，交镇里办理。"


def erase_records(
    work: UnitOfWork,
    records: Sequence[Record],
    reason: str,
    request_id: bytes | None = None,
) -> None:
    """Delete these and erase their contents; uncommitted. Raises NotAllowed.

    Records that were deleted before are erased as well.
    """
    require_office(work)
    groups: dict[tuple[str, bytes | None], list[bytes]] = {}
    for record in records:
        if record.deleted_at is None:
            work.delete(record)
        place = (record.kind(), None if record.township_wide else getattr(record, "zone_id", None))
        groups.setdefault(place, []).append(record.id)
    for (kind, zone), ids in groups.items():
        work.add(
            Erasure(
                target_kind=kind,
                targets=msgspec.msgpack.encode(ids),
                reason=reason,
                request_id=request_id,
            )
        )
        one = ids[0] if len(ids) == 1 else None
        action = "purge" if reason == "expired" else "erase"
        note(work, Noted(action, kind, one, zone_id=zone, rows=len(ids)))


def erase_fields(
    work: UnitOfWork,
    record: Record,
    names: Collection[str],
    reason: str,
    request_id: bytes | None = None,
) -> None:
    """Empty these fields and erase what they held; uncommitted. Raises NotAllowed."""
    require_office(work)
    for name in sorted(names):
        setattr(record, name, None)
        zone = getattr(record, "zone_id", None)
        note(work, Noted("erase", record.kind(), record.id, name, zone))
    erase_past(work, record, names, reason, request_id)


def erase_past(
    work: UnitOfWork,
    record: Record,
    names: Collection[str],
    reason: str,
    request_id: bytes | None = None,
) -> None:
    """Erase what these fields held before; what they hold now stays. Raises NotAllowed."""
    require_office(work)
    work.add(
        Erasure(
            target_kind=record.kind(),
            targets=msgspec.msgpack.encode([record.id]),
            field_names=" ".join(sorted(names)),
            reason=reason,
            request_id=request_id,
        )
    )


def may_erase(work: UnitOfWork) -> bool:
    """Is the author one of the office?"""
    cadre = work.session.get(Cadre, work.author)
    return cadre is not None and bool(ERASERS.intersection(cadre.roles or ()))


def require_office(work: UnitOfWork) -> None:
    """Raises NotAllowed for anybody else."""
    if not may_erase(work):
        raise NotAllowed(NOT_OFFICE)
