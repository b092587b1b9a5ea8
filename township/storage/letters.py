"""Requests that left this laptop in a file: what an answer must fit to when it comes back.

An answer over a network meets the program that asked. One on a stick comes days later, perhaps
twice or after a newer one; the letters kept here tell what it may still change.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, select, update

from township.storage import doubtful, tables
from township.storage.bulk import in_chunks
from township.storage.checkpoints import Checkpoint
from township.storage.database import Database
from township.storage.settings import keep, setting

MOST = 50
"""Letters that are remembered; answers to older ones are refused, and newer ones hold more."""
_LETTERS = "bundle.letters"
_TOWNSHIP_SEALING = "bundle.township_sealing"


class Letter(msgspec.Struct, frozen=True):
    """One outbox: names of its requests in order, and what the last one asked for.

    ``cursors`` None: no page. ``scope`` is the mark of the grants, ``epoch`` the township's
    epoch and ``checkpoint`` what it had signed of its log, as the laptop knew them.
    """

    incarnation: int
    names: tuple[bytes, ...]
    cursors: dict[str, int] | None
    scope: bytes
    epoch: bytes
    checkpoint: Checkpoint | None
    read: bool = False
    heard: int = 0


def keep_township_sealing(connection: Connection, public: bytes) -> None:
    """Note the raw X25519 key to which files for the township are sealed."""
    keep(connection, _TOWNSHIP_SEALING, public.hex())


_letters = msgspec.json.Decoder(list[Letter])


class Letters:
    """The letters of one laptop, and what else a stick needs from its database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def township_sealing(self) -> bytes | None:
        """The township's raw X25519 public key; None when this laptop was not told."""
        with self._database.reader() as session:
            found = setting(session.connection(), _TOWNSHIP_SEALING)
        return bytes.fromhex(found) if found else None

    def sealing_key(self) -> bytes:
        """This laptop's raw X25519 private key."""
        with self._database.reader() as session:
            found: bytes = session.execute(select(tables.device.c.sealing_key)).scalar_one()
        return found

    def keep(self, letter: Letter) -> None:
        """Remember a letter before it leaves."""
        with self._database.writing() as connection:
            others = [old for old in _load(connection) if old.names[-1] != letter.names[-1]]
            _save(connection, [*others, letter][-MOST:])

    def find(self, name: bytes) -> Letter | None:
        """The letter whose last request has this name."""
        with self._database.reader() as session:
            known = _load(session.connection())
        return next((letter for letter in known if letter.names[-1] == name), None)

    def mark_read(self, letter: Letter) -> None:
        """Its answer was taken in: it shall not be taken a second time."""
        with self._database.writing() as connection:
            _save(
                connection,
                [
                    msgspec.structs.replace(known, read=True) if known == letter else known
                    for known in _load(connection)
                ],
            )

    def unanswered(self, incarnation: int, dseqs: Iterable[int]) -> set[int]:
        """Which of these own changesets the township has not answered yet."""
        c = tables.changeset.c
        found: set[int] = set()
        with self._database.reader() as session:
            for chunk in in_chunks(dseqs):
                found |= set(
                    session.scalars(
                        select(c.dseq).where(
                            c.incarnation == incarnation, c.dseq.in_(chunk), c.state == "pending"
                        )
                    )
                )
        return found

    def doubtful(self, incarnation: int) -> doubtful.Span:
        """Which own changesets have an answer that a restored township may have given anew."""
        with self._database.reader() as session:
            return doubtful.span(session.connection(), incarnation)

    def wrote(self, incarnation: int, dseq: int, hash_: bytes) -> bool:
        """Is this a place in this laptop's own history?"""
        c = tables.changeset.c
        with self._database.reader() as session:
            found = session.scalar(
                select(c.hash).where(c.incarnation == incarnation, c.dseq == dseq)
            )
        return dseq == 0 or found == hash_

    def offer_again(self, incarnation: int, after: int) -> None:
        """The township does not hold own changesets after this number: they wait once more."""
        c = tables.changeset.c
        with self._database.writing() as connection:
            connection.execute(
                update(tables.changeset)
                .where(c.incarnation == incarnation, c.dseq > after)
                .values(state="pending", seq=None, reason=None)
            )


def _load(connection: Connection) -> list[Letter]:
    packed = setting(connection, _LETTERS)
    return _letters.decode(packed) if packed else []


def _save(connection: Connection, known: list[Letter]) -> None:
    keep(connection, _LETTERS, msgspec.json.encode(known).decode())
