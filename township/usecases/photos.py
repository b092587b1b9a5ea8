"""照片: adding to a visit, captions, taking away, and showing those of a visit or day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from township.errors import InvalidInput, NotAllowed, NotFound, WorldError
from township.records import Attachment, Visit, new_id
from township.rules import photos as rules
from township.storage import file_tables, files
from township.storage.files import Queue
from township.storage.work import UnitOfWork
from township.usecases import drafts
from township.usecases.consents import NO_PHOTOS, refuses_photos
from township.usecases.township_settings import settings_of

ERASED = "这张照片已依法彻底删除，不能放回。"
UNFIT = "这张照片不能保存：请用“添加照片”重新选择，程序会缩小它并去掉拍摄地点等信息。"


@dataclass(frozen=True)
class PhotoEntry:
    """A picture as the form gives it: JPEG bytes that fit the rules, and a caption."""

    data: bytes = field(repr=False)
    caption: str | None = None


@dataclass(frozen=True)
class Photo:
    """One photograph of a visit, which ``author`` added.

    ``here``: its bytes are; ``sent``: the township has them.
    """

    id: bytes
    visit_id: bytes
    name: str
    caption: str
    here: bool
    sent: bool
    refused: bool = False
    author: bytes = b""

    @property
    def state(self) -> str:
        """For people; empty when all is done."""
        if not self.here:
            return "待下载"
        if self.refused:
            return "镇里未接收"
        return "" if self.sent else "待上传"


def add_photos(work: UnitOfWork, visit: Visit, entries: Sequence[PhotoEntry]) -> list[bytes]:
    """Put photographs to a visit; returns their ids, uncommitted.

    Raises InvalidInput, and NotAllowed where the household does not want any.
    """
    if not entries:
        return []
    if refuses_photos(work.session, visit.household_id):
        raise NotAllowed(NO_PHOTOS)
    most = settings_of(work.session).visit_photos
    if _count(work.session, visit.id) + len(entries) > most:
        raise InvalidInput({"photos": rules.too_many(most)})
    return [_add(work, visit, entry) for entry in entries]


def _add(work: UnitOfWork, visit: Visit, entry: PhotoEntry) -> bytes:
    size = rules.picture_size(entry.data)
    if size is None:
        raise InvalidInput({"photos": UNFIT})
    caption = (entry.caption or "").strip() or None
    if problem := Attachment.field("caption").problem(caption):
        raise InvalidInput({"photos": problem})
    record = Attachment(
        id=new_id(),
        zone_id=visit.zone_id,
        household_id=visit.household_id,
        visit_id=visit.id,
        sha256=sha256(entry.data).hexdigest(),
        size=len(entry.data),
        media_type=rules.MEDIA_TYPE,
        width=size[0],
        height=size[1],
        caption=caption,
        taken_on=visit.visited_on,
    )
    work.add(record)
    files.put(work.session.connection(), record.id, entry.data)
    return record.id


def set_caption(work: UnitOfWork, photo_id: bytes, caption: str) -> None:
    """Change what is written below a photograph; uncommitted. Raises NotFound, InvalidInput."""
    _live(work.session, photo_id).caption = caption.strip() or None


def take_away(work: UnitOfWork, photo_id: bytes) -> None:
    """Remove a photograph from its visit; uncommitted. Raises NotFound."""
    work.delete(_live(work.session, photo_id))


def bring_back(work: UnitOfWork, photo_id: bytes) -> None:
    """Undo ``take_away``; uncommitted. Raises NotFound, InvalidInput when there are others."""
    record = work.session.get(Attachment, photo_id)
    if record is None or record.deleted_at is None:
        raise NotFound("这张照片已经在走访里，或者本机没有它。")
    if not record.sha256:  # nothing is left of it that could be a photograph
        raise NotFound(ERASED)
    most = settings_of(work.session).visit_photos
    if _count(work.session, record.visit_id) >= most:
        raise InvalidInput({"photos": rules.too_many(most)})
    work.restore(record)


def photos_of(session: Session, visits: Iterable[bytes]) -> dict[bytes, list[Photo]]:
    """The photographs of these visits in the order in which they were added.

    None of households that withdrew their consent (PIPL art. 15).
    """
    content, out = file_tables.content.c, file_tables.out.c
    rows = session.execute(
        select(Attachment, content.sha256.label("here"), out.record_id, out.refused)
        .outerjoin(file_tables.content, content.sha256 == Attachment.sha256)
        .outerjoin(file_tables.out, out.record_id == Attachment.id)
        .where(Attachment.visit_id.in_(list(visits)), Attachment.deleted_at.is_(None))
        .order_by(Attachment.id)
    )
    found: dict[bytes, list[Photo]] = {}
    hidden: dict[bytes, bool] = {}
    for record, here, waiting, refused in rows:
        home = record.household_id
        if home not in hidden:
            hidden[home] = refuses_photos(session, home)
        if hidden[home]:
            continue
        photo = Photo(
            record.id,
            record.visit_id,
            record.sha256,
            record.caption or "",
            here is not None,
            waiting is None,
            refused is not None,
            record.created_by or b"",
        )
        found.setdefault(record.visit_id, []).append(photo)
    return found


def picture(session: Session, name: str) -> bytes:
    """The bytes of a photograph. Raises WorldError while they are not here."""
    data = files.read(session.connection(), name)
    if data is None:
        raise WorldError("这张照片还没有下载到本机。联网同步后就能看到。")
    return data


def keep_draft(
    connection: Connection, subject: str, entries: Sequence[PhotoEntry], now: datetime
) -> None:
    """Keep the pictures of a form in progress, in place of those kept before."""
    body: dict[str, str | int | None] = {}
    for at, entry in enumerate(entries):
        body[f"photo.{at}"] = files.keep(connection, entry.data)
        body[f"caption.{at}"] = entry.caption
    if body:
        drafts.keep(connection, files.DRAFT, subject, body, now)
    else:
        drop_draft(connection, subject)


def draft_photos(session: Session, subject: str) -> list[PhotoEntry]:
    """The pictures that ``keep_draft`` kept, as far as they are still here."""
    body = drafts.read(session, files.DRAFT, subject) or {}
    found = []
    for at in range(rules.MOST):
        name, caption = body.get(f"photo.{at}"), body.get(f"caption.{at}")
        data = files.read(session.connection(), name) if isinstance(name, str) else None
        if data is not None:
            found.append(PhotoEntry(data, caption if isinstance(caption, str) else None))
    return found


def drop_draft(connection: Connection | Session, subject: str) -> None:
    """Forget the pictures of a form in progress."""
    drafts.drop(connection, files.DRAFT, subject)


def photo_queue(session: Session) -> Queue:
    """How many photographs still have to go to the township and to come from it."""
    return files.queue(session.connection())


def _live(session: Session, photo_id: bytes) -> Attachment:
    record = session.get(Attachment, photo_id)
    if record is None or record.deleted_at is not None:
        raise NotFound("这张照片已经被移去。")
    return record


def _count(session: Session, visit_id: bytes) -> int:
    counted = select(func.count()).select_from(Attachment)
    where = (Attachment.visit_id == visit_id, Attachment.deleted_at.is_(None))
    return (session.scalar(counted.where(*where)) or 0) + sum(
        isinstance(one, Attachment) and one.visit_id == visit_id for one in session.new
    )
