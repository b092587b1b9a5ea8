"""Which parts of which snapshots a laptop still needs: bookkeeping of a first sync, without I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import msgspec

from sync import chain, problems, wire
from sync.wire import Answer
from township.storage.pages import ChunkLine, ChunkName, Manifest, Offer
from township.storage.replica import Identity
from township.storage.staging import Staged

_MOST_MISSES = 3
"""Snapshots that were offered and then not to be had; after that the log is taken."""


@dataclass
class Load:
    """How far the snapshots have come, in bytes on the wire and in records."""

    bytes: int = 0
    of_bytes: int = 0
    records: int = 0
    of_records: int = 0

    @property
    def running(self) -> bool:
        """Is something still to come?"""
        return self.bytes < self.of_bytes

    def in_words(self) -> str:
        """For people."""
        done, all_ = self.bytes / 1e6, self.of_bytes / 1e6
        return (
            f"首次装载：已下载 {done:.1f} / {all_:.1f} MB，"
            f"{self.records:,} / {self.of_records:,} 条记录"
        )


@dataclass
class _Snapshot:
    manifest: Manifest
    missing: dict[bytes, ChunkLine] = field(default_factory=dict)


@dataclass(frozen=True)
class Came:
    """What an answer brought: parts to keep, buckets now complete, and those not to be had."""

    parts: Sequence[tuple[ChunkName, bytes]] = ()
    complete: Sequence[Manifest] = ()
    missed: Sequence[str] = ()


class Fetching:
    """The snapshots of one sync; those that an earlier one has begun go on."""

    def __init__(
        self,
        staged: Iterable[Staged],
        parts: Iterable[ChunkName] = (),
        *,
        welcome: bool = True,
    ) -> None:
        self._here = set(parts)
        self.load = Load()
        self._snapshots: dict[str, _Snapshot] = {}
        self._misses = 0 if welcome else _MOST_MISSES
        for one in staged:
            self.begin(one.manifest)

    @property
    def welcome(self) -> bool:
        """May the township offer snapshots?"""
        return self._misses < _MOST_MISSES

    def begin(self, manifest: Manifest) -> bool:
        """Fetch what is missing of a snapshot; returns whether nothing is."""
        missing: dict[bytes, ChunkLine] = {}
        for line in manifest.chunks:
            here = ChunkName(manifest.bucket, line.hash) in self._here
            if not here:
                missing[line.hash] = line
            self._count(line, here=here)
        if missing:
            self._snapshots[manifest.bucket] = _Snapshot(manifest, missing)
        return not missing

    def next(self, budget: int) -> list[ChunkName]:
        """The parts to ask for, about so many bytes; empty when nothing is missing."""
        wanted: list[ChunkName] = []
        size = 0
        for bucket, snapshot in self._snapshots.items():
            for line in snapshot.missing.values():
                size += line.size
                if wanted and (size > budget or len(wanted) == wire.MAX_CHUNKS):
                    return wanted
                wanted.append(ChunkName(bucket, line.hash))
        return wanted

    def came(self, asked: Sequence[ChunkName], given: Sequence[bytes | None] | None) -> Came:
        """Check what was given for the first of what was asked. Raises SyncProblem."""
        given = given or ()
        if len(given) > len(asked) or (asked and not given):
            raise problems.nonsense()
        parts, missed = [], []
        for name, data in zip(asked, given, strict=False):
            if data is None:
                missed.append(name.bucket)
            elif sha256(data).digest() != name.hash:
                raise problems.nonsense()
            else:
                parts.append((name, data))
        complete = [manifest for name, _ in parts if (manifest := self._take(name))]
        gone = [bucket for bucket in dict.fromkeys(missed) if self._snapshots.pop(bucket, None)]
        self._misses += bool(gone)
        return Came(parts, complete, gone)

    def keep(self, buckets: Iterable[str]) -> None:
        """Only these are granted any more."""
        granted = set(buckets)
        self._snapshots = {b: one for b, one in self._snapshots.items() if b in granted}
        self._here = {name for name in self._here if name.bucket in granted}

    def forget(self) -> None:
        """The township was restored: nothing that came before is trusted."""
        self._snapshots, self._here = {}, set()

    def _take(self, name: ChunkName) -> Manifest | None:
        """Note a part; the manifest when it was the last one."""
        snapshot = self._snapshots.get(name.bucket)
        line = snapshot.missing.pop(name.hash, None) if snapshot else None
        if snapshot is None or line is None:
            return None
        self._here.add(name)
        self.load.bytes += line.size
        self.load.records += line.records
        if snapshot.missing:
            return None
        del self._snapshots[name.bucket]
        return snapshot.manifest

    def _count(self, line: ChunkLine, *, here: bool) -> None:
        self.load.of_bytes += line.size
        self.load.of_records += line.records
        if here:
            self.load.bytes += line.size
            self.load.records += line.records


def offered(
    answer: Answer, asked: Mapping[str, int], identity: Identity, head: int
) -> list[Manifest]:
    """The snapshots in an answer, proven to be the township's. Raises SyncProblem.

    ``asked`` are the cursors that it answers, ``head`` how far its log is proven.
    """
    new = [bucket for bucket, seq in asked.items() if seq == 0]
    found = [
        opened(offer, identity.township_id, identity.township_public, new)
        for offer in answer.offers or ()
    ]
    if any(manifest.seq > head for manifest in found):
        raise problems.nonsense()
    return found


def opened(offer: Offer, township: bytes, public: bytes, asked: Iterable[str]) -> Manifest:
    """The manifest in an offer for one of the buckets asked for. Raises SyncProblem."""
    if not chain.verify(public, offer.signature, chain.snapshot_bytes(offer.manifest)):
        raise problems.nonsense()
    try:
        manifest = msgspec.msgpack.decode(offer.manifest, type=Manifest)
    except msgspec.MsgspecError as error:
        raise problems.nonsense() from error
    sizes = [line.size for line in manifest.chunks]
    if manifest.township != township or manifest.bucket not in asked:
        raise problems.nonsense()
    if not sizes or max(sizes) > wire.MAX_GIVEN:
        raise problems.nonsense()
    return manifest
