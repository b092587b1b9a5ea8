"""A visit that the township did not take, back in the visit form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from desktop.views import visit_draft
from desktop.views.visit_draft import VisitDraft
from desktop.views.visit_fields import MOST, NEEDS, SITUATIONS
from township.errors import WorldError
from township.storage.database import Database
from township.usecases.own_work import Again
from township.usecases.photos import PhotoEntry, picture

_NEED = {"topic": "topic", "text": "text"}
_SITUATION = {"kind": "situation_kind", "level": "level", "place": "place", "summary": "summary"}


def keep(database: Database, cadre_id: bytes, again: Again) -> bool:
    """Lay it into the form as a draft; False when another visit is being written there.

    Raises WorldError.
    """
    with database.reader() as session:
        if visit_draft.read(session, cadre_id):
            return False
        photos = tuple(_photos(session, again))
    visit_draft.keep(database, cadre_id, VisitDraft(_values(again), photos))
    return True


def _photos(session: Session, again: Again) -> Iterator[PhotoEntry]:
    """Its pictures, as far as they are still on this laptop."""
    for fields in _of(again, "attachment"):
        try:
            data = picture(session, str(fields.get("sha256")))
        except WorldError:
            continue
        yield PhotoEntry(data, fields.get("caption"))


def _values(again: Again) -> dict[str, str | int | None]:
    visit = dict(again.visit or {})
    visit["sessions"] = visit.pop("session", None)
    values = {name: _plain(value) for name, value in visit.items()}
    for part, kind, names in ((NEEDS, "need", _NEED), (SITUATIONS, "situation", _SITUATION)):
        for at, fields in zip(range(MOST[part]), _of(again, kind), strict=False):
            for name, field in names.items():
                values[f"{part}.{at}.{name}"] = _plain(fields.get(field))
    return {name: value for name, value in values.items() if value is not None}


def _of(again: Again, kind: str) -> Iterator[Mapping[str, Any]]:
    return (fields for one, fields in again.parts if one == kind)


def _plain(value: Any) -> str | int | None:
    return value.hex() if isinstance(value, bytes) else value
