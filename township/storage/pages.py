"""What the township tells a laptop: verdicts on its own changesets, and pages of the feed.

The sync puts these on the wire as they are; ``replica`` applies them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Status = Literal["applied", "conflict", "quarantined", "rejected"]
Hash = Annotated[bytes, Meta(min_length=32, max_length=32)]
Id = Annotated[bytes, Meta(min_length=16, max_length=16)]
Count = Annotated[int, Meta(ge=0, le=2**62)]
BucketName = Annotated[str, Meta(max_length=40)]


class Outcome(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Where the township's decision differs from what the author wrote.

    ``lost``: op index → fields whose earlier value stayed (empty list: the whole op was not
    applied). ``merged``: op index → field → the value that came out of joining two sets.
    ``moved``: indexes of moves, and of ops on records that lie in another zone than their
    author knew; only that author is told.
    """

    lost: dict[int, list[str]] = {}
    merged: dict[int, dict[str, Any]] = {}
    moved: list[int] = []


class Verdict(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The township's answer to one changeset of this device; the same again when asked again.

    ``seq`` is its township sequence number, ``reason`` a code of ``sync.wire.REASONS`` when it
    was quarantined or rejected, ``repeated`` true when the answer had been given before.
    """

    dseq: Count
    status: Status
    seq: Count
    reason: str | None = None
    repeated: bool = False


class Entry(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One changeset of the log by another device, as far as the laptop's buckets show it.

    ``ops`` are the author's bytes; ``indexes`` their places in the changeset when some are left
    out, None when all are there.
    """

    seq: Count
    header: bytes
    ops: list[bytes]
    indexes: list[int] | None = None
    outcome: Outcome | None = None


class Own(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A run of the laptop's own changesets, which it has: numbers ``seq``, ``seq`` + 1, … of the
    log are its ``dseq``, ``dseq`` + 1, … ``outcome`` comes with a run of one. ``indexes`` are the
    ops in the buckets that the page moves; None: those whose own ``bucket`` it moves.
    """

    seq: Count
    dseq: Count
    count: Count
    outcome: Outcome | None = None
    indexes: list[int] | None = None


class Decision(msgspec.Struct, array_like=True, frozen=True):
    """What became of a changeset of this device that was in quarantine.

    ``status`` is applied or conflict for one that was let in, rejected for one that was sent
    back; ``seq`` the number of the township's entry that says so, ``text`` why, for people.
    """

    incarnation: Count
    dseq: Count
    status: Status
    seq: Count
    text: str | None = None


class Page(msgspec.Struct, array_like=True, frozen=True):
    """What happened after a laptop's cursors, and how far the named buckets have come with it.

    Both lists are in the order of the log. ``head`` is the township's newest sequence number;
    ``more`` says that something is left. ``decided`` are the decisions about quarantined work
    that the laptop has not heard; it has then heard all up to ``heard``.
    """

    entries: Sequence[Entry]
    own: Sequence[Own]
    cursors: dict[BucketName, Count]
    head: Count
    more: bool
    decided: Sequence[Decision] = ()
    heard: Count = 0


class Scope(msgspec.Struct, array_like=True, frozen=True):
    """What a device may hold and who may write on it. ``mark`` names this state of grants."""

    mark: bytes
    buckets: list[BucketName]
    authors: list[Id]


class ChunkName(msgspec.Struct, array_like=True, frozen=True):
    """One part of a snapshot of a bucket; ``hash`` is the SHA-256 of its bytes."""

    bucket: BucketName
    hash: Hash


class ChunkLine(msgspec.Struct, array_like=True, frozen=True):
    """One part of a snapshot: its name, its bytes, and how many records it holds."""

    hash: Hash
    size: Count
    records: Count


class Manifest(msgspec.Struct, array_like=True, frozen=True):
    """All records of one bucket, deleted ones too, as the log up to ``seq`` has made them."""

    township: Id
    bucket: BucketName
    seq: Count
    chunks: list[ChunkLine]


class Offer(msgspec.Struct, array_like=True, frozen=True):
    """The bytes of a ``Manifest`` and the township's signature, which stays valid for good."""

    manifest: bytes
    signature: Annotated[bytes, Meta(min_length=64, max_length=64)]


class Group(msgspec.Struct, array_like=True, frozen=True):
    """Records of one kind in a chunk, by columns: each list has one value per record.

    ``writers`` are packed as in ``changes.Writers``, moments are stored texts. A field that no
    record here has is left out.
    """

    kind: str
    ids: list[Id]
    writers: list[bytes]
    created_by: list[bytes | None]
    created_at: list[str]
    updated_by: list[bytes | None]
    updated_at: list[str]
    deleted_at: list[str | None]
    fields: dict[str, list[Any]]


KNOWN = [msgspec.msgpack.Decoder(kind) for kind in (Page, Outcome, Manifest, Group)]
"""Looked at while there is one thread: msgspec crashes when two are the first to do so."""
