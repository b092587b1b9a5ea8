"""Requests packed and signed, ready for the line; one of them before it is known to be next."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from sync import chain, wire
from sync.proving import signing_key
from sync.wire import Request
from township.storage.replica import Identity


class Parcel(NamedTuple):
    """A message, and the name by which its answer speaks of it."""

    name: bytes
    message: bytes


class Parcels:
    """Makes messages of requests. What was prepared is taken when it says the same."""

    def __init__(self) -> None:
        self._prepared: tuple[Request, Identity, Parcel] | None = None

    def prepare(self, body: Request, identity: Identity) -> None:
        """Make a message that may be sent later."""
        self._prepared = body, identity, _parcel(body, identity)

    def sent(self, body: Request, identity: Identity) -> Parcel:
        """The message that says this."""
        prepared, self._prepared = self._prepared, None
        if prepared and prepared[0] == body and _sender(prepared[1]) == _sender(identity):
            return prepared[2]
        return _parcel(body, identity)


def _sender(identity: Identity) -> tuple[bytes, int, bytes]:
    return identity.township_id, identity.device, identity.signing_key


def _parcel(body: Request, identity: Identity) -> Parcel:
    packed = wire.pack(body)
    sealed = chain.seal(signing_key(identity), identity.township_id, identity.device, packed)
    return Parcel(sha256(packed).digest(), wire.parcel(sealed))
