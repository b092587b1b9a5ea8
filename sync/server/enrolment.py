"""Enrolment: one-time codes, and the laptops that spend them.

A code is 4 open characters that name it and 16 secret ones (80 bits). The server keeps a key
made from it, which checks proofs but cannot be turned back. Both sides prove that they know the
code, so that a laptop may trust the certificate authority in the answer before it knows any.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, update

from sync import chain, wire
from sync.server import devices, epochs, sealing_keys, tables
from sync.server.limits import LIMITS, Limits
from sync.server.rates import RateLimit
from sync.server.sequencer import lock_head
from sync.server.service import Service
from sync.server.trying import retrying
from sync.wire import Author, BadMessage, Enrol, Enrolled, Sealed
from township.values import moment_text

VALID_FOR = timedelta(days=3)
MOST_FAILURES = 10
"""Wrong proofs after which a code is dead."""
_NO_KEY = bytes(32)


def issue(
    connection: Connection,
    township_id: bytes,
    authors: Sequence[Author],
    buckets: Sequence[str],
    now: datetime,
) -> str:
    """Make a one-time code for one laptop and return it; only its key is kept."""
    lock_head(connection, township_id)
    taken = set(
        connection.scalars(
            select(tables.enrolment_code.c.code_id).where(
                tables.enrolment_code.c.township_id == township_id
            )
        )
    )
    code = _random(wire.CODE_LENGTH)
    while code[: wire.CODE_ID_LENGTH] in taken:
        code = _random(wire.CODE_LENGTH)
    connection.execute(
        insert(tables.enrolment_code).values(
            township_id=township_id,
            code_id=code[: wire.CODE_ID_LENGTH],
            code_key=chain.code_key(code),
            expires_at=moment_text(now + VALID_FOR),
            failures=0,
            authors=msgspec.msgpack.encode(authors),
            buckets=msgspec.msgpack.encode(buckets),
        )
    )
    return "-".join(code[i : i + 4] for i in range(0, wire.CODE_LENGTH, 4))


def _random(length: int) -> str:
    return "".join(secrets.choice(wire.CODE_ALPHABET) for _ in range(length))


class Enrolment:
    """Answers laptops that present a one-time code."""

    def __init__(
        self,
        service: Service,
        township_name: str,
        authority: str,
        recovery: str,
        limits: Limits = LIMITS,
    ) -> None:
        self._codes = RateLimit(limits.enrol_code)
        self._service = service
        self._name = township_name
        self._authority = authority
        self._recovery = recovery

    def answer(self, data: bytes) -> bytes:
        """Enrol a laptop; the same laptop may ask again with the same keys. Raises BadMessage."""
        if len(data) > wire.MAX_BODY:
            raise BadMessage("too_large")
        sealed = wire.parse(data, Sealed)
        asked = wire.unpack(sealed.body, Enrol)
        if asked.protocol != wire.PROTOCOL:
            raise BadMessage("protocol", str(asked.protocol))
        if wait := self._codes.wait(asked.code_id):
            raise BadMessage("too_many", again=ceil(wait))
        row, enrolled = self._asked(asked, sealed)
        if row is None or enrolled is None:  # the failure is counted and committed by now
            raise BadMessage("code")
        body = wire.pack(enrolled)
        proof = chain.code_proof(row.code_key, "answer", asked.nonce, body)
        return msgspec.msgpack.encode(Sealed(body, proof))

    @retrying
    def _asked(self, asked: Enrol, sealed: Sealed) -> tuple[Any, Enrolled | None]:
        """The code's row, and the laptop's place in the township when it knows the code."""
        now = self._service.clock()
        with self._service.store.writing() as connection:
            lock_head(connection, self._service.township_id)
            row = self._code(connection, asked.code_id)
            if row is None:
                _proves(_NO_KEY, asked, sealed)  # takes as long as a wrong code
                return None, None
            if not _proves(row.code_key, asked, sealed):
                self._count_failure(connection, asked.code_id)
                return row, None
            return row, self._enrol(connection, row, asked, now)

    def _code(self, connection: Connection, code_id: str) -> Any:
        c = tables.enrolment_code.c
        if not set(wire.CODE_ALPHABET).issuperset(code_id):
            return None
        return connection.execute(
            select(tables.enrolment_code).where(
                c.township_id == self._service.township_id,
                c.code_id == code_id,
                c.failures < MOST_FAILURES,
            )
        ).one_or_none()

    def _count_failure(self, connection: Connection, code_id: str) -> None:
        c = tables.enrolment_code.c
        connection.execute(
            update(tables.enrolment_code)
            .where(c.township_id == self._service.township_id, c.code_id == code_id)
            .values(failures=c.failures + 1)
        )

    def _enrol(self, connection: Connection, row: Any, asked: Enrol, now: datetime) -> Enrolled:
        if row.used_by not in (None, asked.signing_public):
            raise BadMessage("code_used")
        if moment_text(now) > row.expires_at:
            raise BadMessage("code_expired")
        repeated = row.used_by is not None
        number = row.device if repeated else self._add_device(connection, row, asked, now)
        device = devices.find(connection, self._service.township_id, number)
        assert device is not None
        if device.revoked:
            raise BadMessage("revoked")
        return Enrolled(
            self._service.township_id,
            self._name,
            self._service.key.public_key().public_bytes_raw(),
            epochs.current(connection, self._service.township_id),
            number,
            self._authority,
            msgspec.msgpack.decode(row.authors, type=list[Author]),
            devices.scope(connection, device),
            self._recovery,
            devices.sealing_public(connection, self._service.township_id, 0),
        )

    def _add_device(self, connection: Connection, row: Any, asked: Enrol, now: datetime) -> int:
        township_id = self._service.township_id
        number: int = connection.execute(
            select(tables.township.c.next_device).where(
                tables.township.c.township_id == township_id
            )
        ).scalar_one()
        connection.execute(
            update(tables.township)
            .where(tables.township.c.township_id == township_id)
            .values(next_device=number + 1)
        )
        keys = (asked.signing_public, asked.sealing_public)
        name = asked.name.replace("\0", "")  # PostgreSQL has no such character
        devices.add(connection, township_id, number, name, keys, moment_text(now))
        authors = msgspec.msgpack.decode(row.authors, type=list[Author])
        buckets = msgspec.msgpack.decode(row.buckets, type=list[str])
        devices.grant(connection, township_id, number, buckets, [a.cadre for a in authors])
        c = tables.enrolment_code.c
        connection.execute(
            update(tables.enrolment_code)
            .where(c.township_id == township_id, c.code_id == asked.code_id)
            .values(used_by=asked.signing_public, device=number)
        )
        sealing_keys.keep_up(connection, township_id, self._service.clock())
        return number


def _proves(code_key: bytes, asked: Enrol, sealed: Sealed) -> bool:
    expected = chain.code_proof(code_key, "ask", asked.nonce, sealed.body)
    return secrets.compare_digest(expected, sealed.proof)
