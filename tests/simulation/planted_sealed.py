"""Planted bugs about sealed matters: to whom they go, who gets them later, what is kept of them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from sync.server import sealing_keys
from township.records import SealingKey
from township.rules.sealed import Circle, Key
from township.storage import tables
from township.storage.work import UnitOfWork
from township.usecases import designations, passing_on, sealed_entries
from township.usecases.sealed_text import SealedText

Patch = tuple[Any, str, Any]


def _sealed_to_everybody() -> list[Patch]:
    """Whoever has a key is a reader, designated for this or not."""

    def circle_of(session: Session, *_: Any) -> Circle:
        found: dict[bytes, tuple[Key, ...]] = {}
        for key in designations.keys(session):
            found[key.cadre] = (*found.get(key.cadre, ()), key)
        return Circle(found)

    return [(sealed_entries, "circle_of", circle_of)]


def _accused_read_along() -> list[Patch]:
    """A matter goes also to those whom it complains about."""
    real = designations.circle_of

    def circle_of(session: Session, subject: str, _: Collection[bytes], today: date) -> Circle:
        return real(session, subject, (), today)

    return [(sealed_entries, "circle_of", circle_of)]


def _key_over_still_used() -> list[Patch]:
    """A laptop that was shut out goes on receiving, whatever the township says of its key."""

    def keys(session: Session) -> list[Key]:
        found = session.scalars(select(SealingKey).order_by(SealingKey.device_number))
        return [Key(one.cadre_id, one.device_number, one.public) for one in found]

    return [(designations, "keys", keys)]


def _shut_out_keeps_its_key() -> list[Patch]:
    """The township does not end the key of a laptop that was shut out."""
    return [(sealing_keys, "_still", lambda *_: True)]


def _newcomers_get_nothing() -> list[Patch]:
    """Nobody seals for who is designated later, or has a further laptop."""
    return [(passing_on, "_lacking", lambda *_: iter(()))]


def _draft_kept() -> list[Patch]:
    """What is typed is kept beside, in case the program stops."""
    real = sealed_entries.hand_over

    def hand_over(work: UnitOfWork, text: SealedText, found: Circle) -> None:
        row = {"key": f"draft.{text.entry.hex()}", "value": text.text}
        work.session.connection().execute(insert(tables.setting).values(row))
        real(work, text, found)

    return [(sealed_entries, "hand_over", hand_over)]


def _let_go_without_heir() -> list[Patch]:
    """Who is designated no more lets his copies go although nobody else can receive."""

    def may_go(reader: bytes, found: Circle, appointed: list[Any], _: date) -> bool:
        return any(one.cadre == reader for one in appointed) and reader not in found.readers

    return [(passing_on, "_may_go", may_go)]


def _had_once_has_forever() -> list[Patch]:
    """A laptop that has let an entry go is still taken for one that has it."""
    return [(passing_on, "_forget", lambda *_: None)]


SEALED: dict[str, Callable[[], list[Patch]]] = {
    made.__name__.removeprefix("_"): made
    for made in (
        _sealed_to_everybody,
        _accused_read_along,
        _key_over_still_used,
        _shut_out_keeps_its_key,
        _newcomers_get_nothing,
        _draft_kept,
        _let_go_without_heir,
        _had_once_has_forever,
    )
}
