"""By whom and when a record was made, changed and deleted, as the headers in the log say."""

from __future__ import annotations

import msgspec

from township.changes import Header


class Stamps(msgspec.Struct, array_like=True):
    """Authors (None: the township itself) and their laptops' clocks in milliseconds.

    ``deleted_ms`` is None for a living record.
    """

    created_by: bytes | None
    created_ms: int
    updated_by: bytes | None
    updated_ms: int
    deleted_ms: int | None = None

    @classmethod
    def of(cls, header: Header) -> Stamps:
        """Those of a record that a changeset makes."""
        author, moment = header.author or None, header.wall_ms
        return cls(author, moment, author, moment)

    def move(self, header: Header, *, deleted: bool | None) -> None:
        """Another changeset works on the record; ``deleted`` None: it lives or not as before."""
        self.updated_by, self.updated_ms = header.author or None, header.wall_ms
        if deleted is not None:
            self.deleted_ms = header.wall_ms if deleted else None

    def pack(self) -> bytes:
        """Bytes to store beside the record."""
        return msgspec.msgpack.encode(self)

    @classmethod
    def unpack(cls, data: bytes) -> Stamps:
        """The stamps behind stored bytes."""
        return msgspec.msgpack.decode(data, type=cls)


KNOWN = msgspec.msgpack.Decoder(Stamps)  # see wire.KNOWN
