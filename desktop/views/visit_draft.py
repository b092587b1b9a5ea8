"""A visit form that is half typed, as it is kept: its fields and its pictures, together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from desktop.views.widgets.field import Draft
from township.storage.database import Database
from township.usecases import drafts, photos
from township.usecases.photos import PhotoEntry

FORM = "visit"
"""Name of the form among the drafts; its subject is the cadre."""


@dataclass(frozen=True)
class VisitDraft:
    """What is in the form; false while nothing is."""

    values: Mapping[str, Draft] = field(default_factory=dict)
    photos: tuple[PhotoEntry, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.values or self.photos)


def keep(database: Database, cadre_id: bytes, draft: VisitDraft) -> None:
    """Keep it in place of the one before, in one transaction. Raises WorldError."""
    subject, now = cadre_id.hex(), database.clock()
    with database.writing() as connection:
        drafts.keep(connection, FORM, subject, draft.values, now)
        photos.keep_draft(connection, subject, draft.photos, now)


def read(session: Session, cadre_id: bytes) -> VisitDraft:
    """What was kept."""
    values = drafts.read(session, FORM, cadre_id.hex())
    return VisitDraft(values or {}, tuple(photos.draft_photos(session, cadre_id.hex())))


def drop(connection: Connection | Session, cadre_id: bytes) -> None:
    """Forget it."""
    drafts.drop(connection, FORM, cadre_id.hex())
    photos.drop_draft(connection, cadre_id.hex())
