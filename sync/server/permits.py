"""What the author of a changeset may do, by the roles that the township knows of.

The laptop is not asked: roles are those of the cadre's record at the township. Work that goes
too far waits in quarantine, as the roles may come, or the administrator may let it in.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import Connection, select

from sync.server import tables
from sync.server.checks import Refused
from sync.server.devices import Device
from sync.server.reading import Head
from sync.server.rows import Rows
from sync.server.scribe import Scribe
from township.changes import Op
from township.rules.permissions import TABLE, Act, is_of, lacking, may
from township.rules.reserved import reserved


class Permits:
    """Judges the operations of one push."""

    def __init__(self, scribe: Scribe, device: Device, rows: Rows) -> None:
        self._scribe = scribe
        self._device = device
        self._rows = rows
        self._roles: dict[bytes, frozenset[str]] = {}
        self._creatable: dict[bytes, Collection[str]] = {}

    def check(self, author: bytes, op: Head | Op, *, new: bool) -> None:
        """May the author do this? ``new``: with a record that the same changeset makes.

        The township's own device may all. Raises Refused("quarantined", "not_permitted").
        """
        if self._device.any_author:
            return
        fields = op.fields if isinstance(op, Op) else msgspec.msgpack.decode(op.fields)
        key = (op.kind, op.record)
        place = self._rows.bucket(key) or op.bucket
        own = new or self._rows.made_by(key) == author or is_of(place, author)
        roles = self.roles(author)
        if lacking(roles, op.kind, op.action, fields, own=own) or reserved(
            roles, op.kind, op.action, place
        ):
            raise Refused("quarantined", "not_permitted")

    def creatable(self, author: bytes) -> Collection[str]:
        """The kinds of records that this author may make."""
        if author not in self._creatable:
            roles = self.roles(author)
            self._creatable[author] = frozenset(
                kind for kind in TABLE if self._device.any_author or may(roles, Act.CREATE, kind)
            )
        return self._creatable[author]

    def roles(self, author: bytes) -> frozenset[str]:
        """The roles of a cadre as the township has them; none of somebody unknown."""
        if author not in self._roles:
            place = self._scribe.connection, self._device.township_id
            self._roles[author] = roles_of(*place, [author]).get(author, frozenset())
        return self._roles[author]


def roles_of(
    connection: Connection, township_id: bytes, authors: Sequence[bytes]
) -> dict[bytes, frozenset[str]]:
    """The roles of these cadres by their records."""
    c = tables.record.c
    rows = connection.execute(
        select(c.id, c.state).where(
            c.township_id == township_id,
            c.kind == "cadre",
            c.id.in_(authors),
            c.deleted.is_(False),
        )
    )
    roles = {row.id: msgspec.msgpack.decode(row.state).get("roles") or "" for row in rows}
    return {cadre: frozenset(text.split()) for cadre, text in roles.items()}
