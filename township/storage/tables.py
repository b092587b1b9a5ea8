"""Bookkeeping tables of a laptop: its own chain, what is not yet sent, cursors, drafts, search."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table, Text

from township.records import Base

device = Table(
    "device",
    Base.metadata,
    Column("id", Integer, primary_key=True),  # always 1
    Column("number", Integer, nullable=False),
    Column("incarnation", Integer, nullable=False),
    Column("last_dseq", Integer, nullable=False),
    Column("last_hash", LargeBinary(32), nullable=False),
    Column("township_id", LargeBinary(16), nullable=False),
    Column("township_name", String(40), nullable=False),
    Column("township_public", LargeBinary(32), nullable=True),  # Ed25519; signs all answers
    Column("signing_key", LargeBinary(32), nullable=False),  # Ed25519 private, raw
    Column("sealing_key", LargeBinary(32), nullable=False),  # X25519 private, raw
    Column("server_url", String(200), nullable=False),
    Column("server_ca", Text, nullable=True),  # PEM; None only for loopback without TLS
    Column("last_sync_at", String(20), nullable=True),
    Column("last_sync_problem", Text, nullable=True),
)
"""One row: who this laptop is in its township, and where its chain stands."""

local_author = Table(
    "local_author",
    Base.metadata,
    Column("login", String(30), primary_key=True),
    Column("cadre_id", LargeBinary(16), nullable=False),
)
"""Which cadres may work on this laptop."""

changeset = Table(
    "changeset",
    Base.metadata,
    Column("incarnation", Integer, primary_key=True),
    Column("dseq", Integer, primary_key=True, autoincrement=False),
    Column("header", LargeBinary, nullable=False),
    Column("ops", LargeBinary, nullable=False),  # msgpack list of op bytes
    Column("hash", LargeBinary(32), nullable=False),
    Column("state", String(12), nullable=False, index=True),  # see CHANGESET_STATES
    Column("seq", BigInteger, nullable=True),  # the township's number once known
    Column("reason", Text, nullable=True),
)
"""This laptop's own changesets, kept for good: a restored township asks for them again."""

CHANGESET_STATES = ("pending", "applied", "conflict", "quarantined", "rejected")

decision = Table(
    "decision",
    Base.metadata,
    Column("incarnation", Integer, primary_key=True),
    Column("dseq", Integer, primary_key=True, autoincrement=False),
    Column("status", String(12), nullable=False),  # applied, conflict or rejected
    Column("seq", BigInteger, nullable=False),
    Column("text", Text, nullable=True),  # why it was sent back, for people
)
"""What the township decided later about own changesets that it had put into quarantine."""

put_aside = Table(
    "put_aside",
    Base.metadata,
    Column("incarnation", Integer, primary_key=True),
    Column("dseq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(20), nullable=False),
)
"""Own changesets that were not taken, and of which the person does not want to hear again."""

pending = Table(
    "pending",
    Base.metadata,
    Column("record_id", LargeBinary(16), primary_key=True),
    Column("dseq", Integer, primary_key=True, autoincrement=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("inserts", Integer, nullable=False),  # 1 when this changeset made the record
)
"""Which records have local changes that the township has not answered yet."""

shadow = Table(
    "shadow",
    Base.metadata,
    Column("record_id", LargeBinary(16), primary_key=True),
    Column("field", String(40), primary_key=True),  # or a stamp, or deleted_at
    Column("kind", String(40), nullable=False),
    Column("value", LargeBinary, nullable=True),  # msgpack of the stored value
    Column("writer", String(40), nullable=True),
)
"""The township's value of a field that carries a pending local edit: what lies beneath."""

bucket_cursor = Table(
    "bucket_cursor",
    Base.metadata,
    Column("bucket", String(40), primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
"""Up to which township sequence number each granted bucket has been applied."""

unread = Table(
    "unread",
    Base.metadata,
    Column("record_id", LargeBinary(16), primary_key=True),
    Column("kind", String(40), nullable=False),
)
"""After the township was restored: records that it has not shown again; see ``rereading``."""

later_op = Table(
    "later_op",
    Base.metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(40), nullable=False),
    Column("record_id", LargeBinary(16), nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("op", LargeBinary, nullable=False),
    Column("outcome", LargeBinary, nullable=True),
)
"""Operations, or fields of them, that only a newer program understands; they wait for it."""

later_record = Table(
    "later_record",
    Base.metadata,
    Column("record_id", LargeBinary(16), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("bucket", String(40), nullable=False, index=True),
    Column("seq", BigInteger, nullable=False),
    Column("state", LargeBinary, nullable=False),  # pages.Group of one packed
)
"""What came with a snapshot and only a newer program understands; later operations follow it."""

staged_snapshot = Table(
    "staged_snapshot",
    Base.metadata,
    Column("bucket", String(40), primary_key=True),
    Column("manifest", LargeBinary, nullable=False),  # checked; pages.Manifest packed
)
"""Snapshots that this laptop is loading. Nothing of them is seen before the last part is here."""

staged_chunk = Table(
    "staged_chunk",
    Base.metadata,
    Column("bucket", String(40), primary_key=True),
    Column("hash", LargeBinary(32), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
"""Their parts, compressed, as they came."""

sealed_passed = Table(
    "sealed_passed",
    Base.metadata,
    Column("entry", LargeBinary(16), primary_key=True),
    Column("device", Integer, primary_key=True, autoincrement=False),
)
"""Sealed entries that this laptop has passed on to a reader's laptop that lacked them."""

sealed_lapsed = Table(
    "sealed_lapsed",
    Base.metadata,
    Column("entry", LargeBinary(16), primary_key=True),
    Column("device", Integer, primary_key=True, autoincrement=False),
)
"""Sealed entries with a laptop that had them and has let them go, or may have: it was seen outside
of their circle. What is said of it inside their seals does not count any more."""

sealed_heard = Table(
    "sealed_heard",
    Base.metadata,
    Column("note", LargeBinary(16), primary_key=True),
)
"""Sealed notes about copies that were let go: each counts once, what is passed on since counts."""

former_key = Table(
    "former_key",
    Base.metadata,
    Column("private", LargeBinary(32), primary_key=True),  # X25519 private, raw
)
"""Sealing keys that this laptop had before it was enrolled anew: what was sealed to them stays
readable here."""

setting = Table(
    "setting",
    Base.metadata,
    Column("key", String(60), primary_key=True),
    Column("value", Text, nullable=False),
)

draft = Table(
    "draft",
    Base.metadata,
    Column("form", String(40), primary_key=True),
    Column("subject", String(40), primary_key=True),
    Column("body", Text, nullable=False),  # JSON of the form's values
    Column("saved_at", String(20), nullable=False),
)
"""Forms in progress, saved every few seconds, so that a power cut loses next to nothing."""

search_dirty = Table(
    "search_dirty",
    Base.metadata,
    Column("household_id", LargeBinary(16), primary_key=True),
)
"""Households whose search entries are out of date."""

search_row = Table(
    "search_row",
    Base.metadata,
    Column("row", Integer, primary_key=True),
    Column("household_id", LargeBinary(16), nullable=False, unique=True),
)
"""Integer names of households for the full-text index."""

search_pinyin = Table(
    "search_pinyin",
    Base.metadata,
    Column("key", String(60), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("member", Integer, nullable=False),  # 0 for the head's name, 1 for others'
    sqlite_with_rowid=False,
)
"""Initials and full pinyin of every reading of every name in a household."""
