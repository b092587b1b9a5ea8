"""A visit that the township did not take, back in the visit form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from desktop.views import visit_draft
from desktop.views.visit_draft import VisitDraft
from desktop.views.visit_fields import DISPUTES, MOST, NEEDS, SITUATIONS, TASKS
from township.errors import WorldError
from township.storage.database import Database
from township.usecases.own_work import Again
from township.usecases.photos import PhotoEntry, picture

_NEED = {"topic": "topic", "text": "text"}
_SITUATION = {"kind": "situation_kind", "level": "level", "place": "place", "summary": "summary"}
_DISPUTE = {one: one for one in ("dispute_type", "people_count", "level", "summary")}
_TASK = {one: one for one in ("text", "owner_id", "due_on")}
_PARTS = (
    (NEEDS, "need", _NEED),
    (SITUATIONS, "situation", _SITUATION),
    (DISPUTES, "dispute", _DISPUTE),
    (TASKS, "task", _TASK),
)


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
    for part, kind, names in _PARTS:
        for at, fields in zip(range(MOST[part]), _of(again, kind), strict=False):
            for name, field in names.items():
                values[f"{part}.{at}.{name}"] = _plain(fields.get(field))
    for at, others in zip(range(MOST[DISPUTES]), _others(again), strict=False):
        values |= {f"{DISPUTES}.{at}.{name}": value for name, value in others.items()}
    return {name: value for name, value in values.items() if value is not None}


def _others(again: Again) -> Iterator[dict[str, str | int | None]]:
    """The other parties of each dispute, in the order of the disputes."""
    found: dict[Any, list[Mapping[str, Any]]] = {}
    for fields in _of(again, "dispute_party"):
        found.setdefault(fields.get("dispute_id"), []).append(fields)
    for parties in found.values():
        named = [one for one in parties if one.get("name")]
        kind = named[0].get("party_kind") if named else None
        yield {"others": "、".join(str(one["name"]) for one in named), "party_kind": kind}


def _of(again: Again, kind: str) -> Iterator[Mapping[str, Any]]:
    return (fields for one, fields in again.parts if one == kind)


def _plain(value: Any) -> str | int | None:
    return value.hex() if isinstance(value, bytes) else value
