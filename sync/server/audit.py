"""Verifying a township's whole history offline: chains, signatures and the Merkle tree.

Nothing is trusted but the entries themselves and the public keys of the devices.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from sync import chain, history
from sync.server import tables
from sync.server.devices import TOWNSHIP_DEVICE
from sync.server.history import BLOCK, Tree
from sync.server.log import Log
from sync.server.segments import Logged
from township.changes import GENESIS, Changeset, decode_header, is_erased

_TOGETHER = 500


@dataclass(frozen=True)
class Finding:
    """The first entry that does not fit, and why, in Chinese; ``seq`` None: it lies elsewhere."""

    seq: int | None
    text: str


@dataclass(frozen=True)
class Audited:
    """What a history has been found to be."""

    size: int
    root: bytes
    finding: Finding | None
    erased: tuple[int, ...] = ()
    """Entries of which contents were erased by law; all else of them fits."""


@dataclass
class _Chain:
    """Where a device's chain stands; ``unsigned`` is the first entry no signature covers yet."""

    dseq: int = 0
    hash: bytes = GENESIS
    unsigned: int | None = None


@dataclass
class _Walk:
    township_id: bytes
    keys: dict[int, bytes]
    chains: dict[tuple[int, int], _Chain] = field(default_factory=dict)
    leaves: list[bytes] = field(default_factory=list)
    erased: list[int] = field(default_factory=list)

    def wrong(self, seq: int, row: Logged) -> str | None:
        """What does not fit in the next entry."""
        if row.seq != seq:
            return f"缺第 {seq} 条"
        place = self.chains.setdefault((row.device, row.incarnation), _Chain())
        changeset = Changeset(row.header, row.ops)
        if any(map(is_erased, changeset.ops)):
            self.erased.append(seq)
        header = decode_header(row.header)
        if (header.device, header.incarnation) != (row.device, row.incarnation):
            return "内容不是这台设备写的"
        if header.dseq != row.dseq or row.dseq != place.dseq + 1:
            return "与同一台设备的前一条不相连"
        if changeset.hash(place.hash) != row.hash:
            return "内容或前一条被改动过"
        commitment = history.commitment(row.salt or b"", row.hash)
        entry = history.entry_bytes(
            row.seq, row.device, row.incarnation, row.dseq, row.status, commitment
        )
        if history.leaf(entry) != row.leaf:
            return "编号或处理结果被改动过"
        self.leaves.append(row.leaf)
        place.dseq, place.hash = row.dseq, row.hash
        return self._signature(place, row)

    def _signature(self, place: _Chain, row: Logged) -> str | None:
        if row.signature is None:
            place.unsigned = place.unsigned or row.seq
            return None
        text = chain.head_bytes(self.township_id, row.device, row.incarnation, row.dseq, row.hash)
        if not chain.verify(self.keys.get(row.device, b""), row.signature, text):
            return "设备的签名不对"
        place.unsigned = None
        return None

    def unsigned(self) -> Finding | None:
        """Entries at the end of a device's chain that its signature does not cover."""
        found = [
            place.unsigned
            for (device, _), place in self.chains.items()
            if device != TOWNSHIP_DEVICE and place.unsigned is not None
        ]
        return Finding(min(found), "没有设备的签名") if found else None


def verify(
    connection: Connection, township_id: bytes, step: Callable[[int], None] | None = None
) -> Audited:
    """Walk the log from its first entry to its last; ``step`` hears how far."""
    walk = _Walk(township_id, _keys(connection, township_id))
    finding = None
    with closing(Log(connection, township_id).walk()) as entries:
        for seq, row in enumerate(entries, 1):
            if text := walk.wrong(seq, row):
                finding = Finding(row.seq, text)
                break
            if step and seq % _TOGETHER == 0:
                step(seq)
    finding = finding or _counts(connection, township_id, len(walk.leaves)) or walk.unsigned()
    root = history.root_of(walk.leaves)
    finding = finding or _tree(connection, walk, root)
    return Audited(len(walk.leaves), root, finding, tuple(walk.erased))


def contradicts(
    connection: Connection, township_id: bytes, size: int, root: bytes
) -> Finding | None:
    """Does a checkpoint that somebody keeps belong to this history?"""
    c = tables.township.c
    head: int = connection.execute(
        select(c.head_seq).where(c.township_id == township_id)
    ).scalar_one()
    if size > head:
        return Finding(None, f"历史只有 {head} 条，凭据里有 {size} 条")
    if Tree(connection, township_id, size).root(0, size) != root:
        return Finding(None, f"前 {size} 条与凭据不一致")
    return None


def _keys(connection: Connection, township_id: bytes) -> dict[int, bytes]:
    c = tables.device.c
    rows = connection.execute(
        select(c.number, c.signing_public).where(c.township_id == township_id)
    )
    return {row.number: row.signing_public for row in rows}


def _counts(connection: Connection, township_id: bytes, size: int) -> Finding | None:
    c = tables.township.c
    head: int = connection.execute(
        select(c.head_seq).where(c.township_id == township_id)
    ).scalar_one()
    return None if head == size else Finding(size + 1, f"缺第 {size + 1} 条到第 {head} 条")


def _tree(connection: Connection, walk: _Walk, root: bytes) -> Finding | None:
    """The stored hashes of full blocks, against the leaves."""
    tree = Tree(connection, walk.township_id, len(walk.leaves))
    for low in range(0, len(walk.leaves) - BLOCK + 1, BLOCK):
        if tree.root(low, low + BLOCK) != history.root_of(walk.leaves[low : low + BLOCK]):
            return Finding(low + 1, "历史树与内容不一致")
    if tree.root(0, len(walk.leaves)) != root:
        return Finding(None, "历史树与内容不一致")
    return None
