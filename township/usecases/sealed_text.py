"""The sealed bytes of one entry of a matter, and who may open them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from township.rules.sealed import Key
from township.storage import sealing, tables

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_GROUPS, _GROUP = 2, 4


class SealedText(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry. A matter is all entries with its id; nothing in it is ever changed.

    ``names`` are the names of author and accused at that time, by hex id: a reader's laptop may
    know them by other names later. Fields that a newer program adds are passed on untouched.
    """

    matter: bytes
    entry: bytes
    no: str
    subject: str
    act: str
    text: str
    author: bytes
    written_at: datetime
    concerned: str = ""
    accused: tuple[bytes, ...] = ()
    names: dict[str, str] = {}
    noticed_at: datetime | None = None
    report_organ: str = ""
    report_person: str = ""
    report_at: datetime | None = None
    zone_id: bytes | None = None
    who: str = ""
    help: tuple[str, ...] = ()
    wish: str = ""
    stage: str = ""
    checked_on: date | None = None

    def name(self, cadre: bytes) -> str:
        """A cadre's name as the author knew it."""
        return self.names.get(cadre.hex(), "")


class Opened(msgspec.Struct, array_like=True, frozen=True):
    """What lies inside the seal: the packed ``SealedText`` as its author made it, and the
    numbers of the laptops for which it has been sealed so far.

    Or a note without a body: the entries in ``gone`` were let go by these laptops.
    """

    body: bytes
    devices: tuple[int, ...]
    gone: tuple[bytes, ...] = ()

    def text(self) -> SealedText:
        """Raises msgspec.DecodeError or ValidationError."""
        return msgspec.msgpack.decode(self.body, type=SealedText)


def packed(text: SealedText) -> bytes:
    """The bytes of an entry."""
    return msgspec.msgpack.encode(text)


def seal(body: bytes, keys: Sequence[Key], devices: Iterable[int]) -> bytes:
    """Seal an entry for these keys; ``devices`` are all laptops that have it by then."""
    inside = msgspec.msgpack.encode(Opened(body, tuple(sorted(devices))))
    return sealing.seal_padded(inside, [key.public for key in keys])


def seal_note(entries: Iterable[bytes], keys: Sequence[Key], devices: Iterable[int]) -> bytes:
    """Seal for these keys that laptops have let entries go."""
    inside = msgspec.msgpack.encode(Opened(b"", tuple(sorted(devices)), tuple(sorted(entries))))
    return sealing.seal_padded(inside, [key.public for key in keys])


def unseal(sealed: bytes, privates: Sequence[bytes]) -> Opened | None:
    """What was sealed; None when it is for another laptop, or damaged."""
    try:
        return msgspec.msgpack.decode(sealing.unseal_padded(sealed, privates), type=Opened)
    except (sealing.NotForThisKey, sealing.Broken, msgspec.DecodeError):
        return None


def private_keys(session: Session) -> list[bytes]:
    """The sealing keys of this laptop: the present one, and those of earlier enrolments."""
    present = session.scalars(select(tables.device.c.sealing_key)).all()
    return [*present, *session.scalars(select(tables.former_key.c.private))]


def new_number() -> str:
    """The number on the receipt: random, so that it tells nothing of other matters."""
    parts = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(parts)
