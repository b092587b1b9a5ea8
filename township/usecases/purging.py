"""到期清理: what may go, shown beforehand, and its going in batches of the office."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from township.errors import NotAllowed
from township.records import Record, Zone, record_kinds
from township.rules.retention import PURGED
from township.storage.bulk import in_chunks
from township.storage.database import Database
from township.usecases.erasing import erase_records
from township.usecases.month_summaries import keep_summaries
from township.usecases.purge_rules import due, end_of, not_taken, old_stubs
from township.usecases.township_settings import settings_of

TOGETHER = 200
"""Records in one changeset."""
CONFIRMATION = "彻底删除"
"""What has to be typed before anything goes."""
FINAL = (
    "清理后，这些内容在本机、镇服务器和各笔记本上都彻底删除，不能撤销、不能恢复；"
    "只保留每月的合计数，旧月报的合计仍可打印。"
)
DELETED = "deleted"
"""Stands in a preview for records that were deleted more than a year ago."""

Step = Callable[[int, int], None]
"""Told how many are gone and how many there are; cancels by raising."""


@dataclass(frozen=True)
class PurgeLine:
    """What is due of one kind in one zone; ``kind`` may be ``DELETED``, of all zones."""

    kind: str
    label: str
    zone_id: bytes | None
    zone: str
    count: int
    oldest: date | None
    newest: date | None


@dataclass(frozen=True)
class PurgeRow:
    """One record that is due: its day and a few words."""

    id: bytes
    on: date | None
    text: str


def preview(session: Session, today: date) -> tuple[PurgeLine, ...]:
    """What a purge would take today, by kind and zone; nothing is changed."""
    zones = dict(session.execute(select(Zone.id, Zone.name)).all())
    untouchable, settings = not_taken(session), settings_of(session)
    lines: list[PurgeLine] = []
    for kind in PURGED:
        model, end = record_kinds()[kind], end_of(kind)
        zone_id = model.zone_id  # type: ignore[attr-defined]
        found = session.execute(
            select(zone_id, func.count(), func.min(end), func.max(end))
            .where(*due(kind, today, untouchable, settings))
            .group_by(zone_id)
        )
        for zone, *counted in found:
            lines.append(PurgeLine(kind, model.label, zone, zones.get(zone) or "", *counted))
    lines.sort(key=lambda line: (PURGED.index(line.kind), line.zone))
    if stubs := len(old_stubs(session, today)):
        lines.append(PurgeLine(DELETED, "一年前已删除的记录", None, "", stubs, None, None))
    return tuple(lines)


def rows(session: Session, line: PurgeLine, today: date, limit: int = 200) -> tuple[PurgeRow, ...]:
    """The records behind a line of the preview, the oldest first."""
    if line.kind == DELETED:
        return tuple(
            PurgeRow(one, None, record_kinds()[kind].label)
            for kind, one in old_stubs(session, today)[:limit]
        )
    model, end = record_kinds()[line.kind], end_of(line.kind)
    found = session.execute(
        select(model, end)
        .where(
            *due(line.kind, today, not_taken(session), settings_of(session)),
            model.zone_id == line.zone_id,  # type: ignore[attr-defined]
        )
        .order_by(end, model.id)
        .limit(limit)
    )
    return tuple(PurgeRow(one.id, on, _words(one)) for one, on in found)


def purge(
    database: Database,
    author: bytes,
    today: date,
    step: Step | None = None,
) -> int:
    """Delete and erase all that is due, in batches; returns how many records.

    Each batch is one changeset of the office: what ``step`` stops by raising goes on with the
    next call. Raises NotAllowed.
    """
    with database.reader() as session:
        doomed = _doomed(session, today)
    if doomed:
        with database.reader() as session:
            homes = _years(session, today)
        keep_summaries(database, author, homes, today, lambda: step and step(0, len(doomed)))
    done = 0
    for chunk in in_chunks(doomed, TOGETHER):
        with database.work(author) as work:
            still = _still(work.session, chunk, today)
            erase_records(work, still, "expired")
            work.commit()
        done += len(chunk)
        if step is not None:
            step(done, len(doomed))
    return done


def check_confirmation(typed: str) -> None:
    """Raises NotAllowed unless the words were typed."""
    if typed.strip() != CONFIRMATION:
        raise NotAllowed(f"请在框里输入“{CONFIRMATION}”四个字，再开始清理。")


Key = tuple[str, bytes]


def _doomed(session: Session, today: date) -> list[Key]:
    """All that is due; what hangs on a record goes before it."""
    untouchable, settings = not_taken(session), settings_of(session)
    first = ("attachment", "need_progress", "dispute_party", "dispute_step", "evacuee")
    order = (*first, *(kind for kind in PURGED if kind not in first and kind != "work_log"))
    found: list[Key] = []
    for kind in (*order, "work_log"):
        model = record_kinds()[kind]
        wanted = select(model.id).where(*due(kind, today, untouchable, settings))
        found += [(kind, one) for one in session.scalars(wanted.order_by(model.id))]
    return found + old_stubs(session, today)


def _still(session: Session, keys: Sequence[Key], today: date) -> list[Record]:
    """These records, without those about which something was opened since the look."""
    untouchable, settings = not_taken(session), settings_of(session)
    by_kind: dict[str, list[bytes]] = {}
    for kind, one in keys:
        by_kind.setdefault(kind, []).append(one)
    found: list[Record] = []
    for kind, ids in by_kind.items():
        model = record_kinds()[kind]
        here = {one.id: one for one in session.scalars(select(model).where(model.id.in_(ids)))}
        going: set[bytes] = set()
        if kind in PURGED:
            where = due(kind, today, untouchable, settings)
            asked = select(model.id).where(*where, model.id.in_(ids))
            going = set(session.scalars(asked))
        found += [one for one in here.values() if one.id in going or one.deleted_at is not None]
    return found


def _years(session: Session, today: date) -> set[tuple[bytes, int]]:
    """Zones and years of whose ledgers something goes."""
    untouchable, settings = not_taken(session), settings_of(session)
    found: set[tuple[bytes, int]] = set()
    for kind in ("visit", "need", "situation"):
        model = record_kinds()[kind]
        days = {"need": ("raised_on", "feedback_at"), "situation": ("reported_at",)}
        for name in days.get(kind, ("visited_on",)):
            year = func.substr(getattr(model, name), 1, 4)
            zone_id = model.zone_id  # type: ignore[attr-defined]
            wanted = (
                select(zone_id, year).where(*due(kind, today, untouchable, settings)).distinct()
            )
            found |= {(zone, int(text)) for zone, text in session.execute(wanted) if text and zone}
    return found


def _words(record: Record) -> str:
    """What a list tells of a record: its first fields with a text of their own."""
    names = {
        "visit": ("way", "purpose"),
        "need": ("no", "topic", "result"),
        "situation": ("no", "situation_kind", "level"),
        "dispute": ("no", "dispute_type", "result"),
        "dispute_party": ("party_kind",),
        "dispute_step": ("step_kind",),
        "task": ("source", "state"),
        "special_group_member": ("group_kind", "source"),
        "work_log": ("work_kind", "sessions"),
        "household_link": ("year",),
        "spot_check": ("result",),
        "assessment_note": ("reason",),
        "rights_request": ("request_kind", "decision"),
        "consent": ("item", "state"),
        "conflict": ("target_kind", "field_name"),
        "attachment": ("caption",),
        "need_progress": ("text",),
        "evacuee": ("persons", "moved_at"),
    }
    shown = (record.shown(name) for name in names.get(record.kind(), ()))
    return " · ".join(filter(None, shown)) or type(record).label
