"""The server's tables. ``township_id`` leads every key: a township is the unit of sharding."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION = 2
"""Written into a new database; an older one is upgraded, a newer one refused."""

metadata = MetaData()


def _name(longest: int) -> String:
    """The type of short names in keys: compared byte by byte, on any operating system alike."""
    return String(longest).with_variant(String(longest, collation="C"), "postgresql")


def _township() -> Column[bytes]:
    return Column("township_id", LargeBinary(16), primary_key=True)


server_schema = Table("server_schema", metadata, Column("version", Integer, primary_key=True))

township = Table(
    "township",
    metadata,
    _township(),
    Column("name", String(40), nullable=False),
    Column("epoch", LargeBinary(16), nullable=False),  # changes when a backup is restored
    Column("head_seq", BigInteger, nullable=False),
    Column("next_device", Integer, nullable=False),
    Column("minimum", Integer, nullable=False, default=1),  # record schema that a puller must know
    Column("created_at", String(20), nullable=False),
    Column("schema", Integer, nullable=False, default=1),  # by which the records are stored
)
"""The head row: the first statement of every write transaction locks it."""

device = Table(
    "device",
    metadata,
    _township(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", String(60), nullable=False),
    Column("signing_public", LargeBinary(32), nullable=False),
    Column("sealing_public", LargeBinary(32), nullable=False),
    Column("any_author", Boolean, nullable=False),  # the township office's own device
    Column("incarnation", Integer, nullable=False),
    Column("enrolled_at", String(20), nullable=False),
    Column("revoked_at", String(20)),
    Column("last_push_at", String(20)),
)

chain = Table(
    "chain",
    metadata,
    _township(),
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("incarnation", Integer, primary_key=True, autoincrement=False),
    Column("dseq", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)
"""The last changeset taken from each incarnation of each device."""

device_author = Table(
    "device_author",
    metadata,
    _township(),
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("cadre_id", LargeBinary(16), primary_key=True),
)

device_grant = Table(
    "device_grant",
    metadata,
    _township(),
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("bucket", _name(40), primary_key=True),
)
"""Granted buckets; ``*/i`` and ``*/r`` stand for all zones, later ones too."""

bucket = Table("bucket", metadata, _township(), Column("bucket", _name(40), primary_key=True))
"""Every bucket that has ever held a record."""

enrolment_code = Table(
    "enrolment_code",
    metadata,
    _township(),
    Column("code_id", _name(4), primary_key=True),
    Column("code_key", LargeBinary(32), nullable=False),  # chain.code_key: no way back
    Column("expires_at", String(20), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("authors", LargeBinary, nullable=False),  # msgpack [[id, login, name]]
    Column("buckets", LargeBinary, nullable=False),  # msgpack [bucket or pattern]
    Column("used_by", LargeBinary(32)),  # the signing key that it was spent on
    Column("device", Integer),
)

recovery = Table(
    "recovery",
    metadata,
    _township(),
    Column("request", LargeBinary(32), primary_key=True),
    Column("device", Integer, nullable=False),
    Column("login", String(30), nullable=False),
    Column("by", String(40), nullable=False),
    Column("at", String(20), nullable=False),
)
"""Forgotten passwords that the township helped with: each request once, by whom and when."""

segment = Table(
    "segment",
    metadata,
    _township(),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # of its first entry
    Column("length", Integer, nullable=False),  # entries
    Column("device", Integer, nullable=False),
    Column("incarnation", Integer, nullable=False),
    Column("dseq", BigInteger, nullable=False),  # of its first entry
    Column("status", String(12), nullable=False),
    Column("reason", String(40)),
    Column("received_at", String(20), nullable=False),
    Column("signature", LargeBinary(64)),  # on its last entry, when that ended a push
    Column("leaves", LargeBinary, nullable=False),  # 32 bytes an entry, as have ``hashes``
    Column("hashes", LargeBinary, nullable=False),
    Column("salts", LargeBinary, nullable=False),  # 16 bytes an entry, zeros when erased
    Column("data", LargeBinary, nullable=False),  # see segments: headers and operations
    UniqueConstraint("township_id", "device", "incarnation", "dseq", name="uq_segment_origin"),
)
"""The log: entries that follow each other in it and in the chain of one device.

They came with one push and have the same status and reason.
"""

outcome = Table(
    "outcome",
    metadata,
    _township(),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("outcome", LargeBinary, nullable=False),  # msgpack pages.Outcome
    sqlite_with_rowid=False,
)
"""What was decided on entries that are not in effect just as their author wrote them."""

quarantine = Table(
    "quarantine",
    metadata,
    _township(),
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # of the entry set aside
    Column("incarnation", Integer, nullable=False),
    Column("dseq", BigInteger, nullable=False),
    Column("reason", String(40), nullable=False),
    Column("tried", LargeBinary(8), nullable=False),  # circumstances when last judged
    Column("decided_seq", BigInteger),  # of the township's entry that settles it
    Column("decided", String(12)),  # applied, conflict or rejected
    Column("text", String(200)),  # why it was refused, for its author
)
"""What the log holds in quarantine, and what became of it: drawn from the log, for finding it."""

history_block = Table(
    "history_block",
    metadata,
    _township(),
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
)
"""Hashes of full subtrees of the log: level 0 over 256 entries, each level over two below."""

stretch = Table(
    "stretch",
    metadata,
    _township(),
    Column("bucket", _name(40), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # of its last entry
    Column("first", BigInteger, nullable=False),
    Column("segment", BigInteger, nullable=False),  # where all of them lie
    Column("device", Integer, nullable=False),
    Column("incarnation", Integer, nullable=False),
    Column("dseq", BigInteger, nullable=False),  # of the last
    Column("size", Integer, nullable=False),  # bytes of the operations shown
    Column("lines", LargeBinary),  # msgpack segments.Lines, None: one entry
    Column("ops", LargeBinary),  # msgpack [index], None: all operations lie in this bucket
    Column("altered", Boolean, nullable=False),  # there is an outcome for it
    sqlite_with_rowid=False,
)
"""The feed: what a bucket shows of one segment.

Entries that lie whole in the bucket and are in effect as written share a row; each other entry
has one of its own.
"""

record = Table(
    "record",
    metadata,
    _township(),
    Column("kind", _name(40), primary_key=True),
    Column("id", LargeBinary(16), primary_key=True),
    Column("bucket", String(40), nullable=False),
    Column("state", LargeBinary, nullable=False),  # msgpack {field: stored value}
    Column("writers", LargeBinary, nullable=False),  # changes.Writers packed
    Column("deleted", Boolean, nullable=False),
    Column("seq", BigInteger, nullable=False),  # the last changeset that touched it
    Column("stamps", LargeBinary, nullable=False),  # stamps.Stamps packed
    Index("ix_record_bucket", "township_id", "bucket", "kind", "id"),
    sqlite_with_rowid=False,
)
"""Every record of every kind, known to this program or not, as the log has made it."""

file = Table(
    "file",
    metadata,
    _township(),
    Column("sha256", _name(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),  # vault.Vault
    Column("kept_at", String(20), nullable=False),
    Column("idle_since", String(20)),  # no record names it any more
)
"""Pictures by the SHA-256 of their plain bytes."""

file_part = Table(
    "file_part",
    metadata,
    _township(),
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("sha256", _name(64), primary_key=True),
    Column("at", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("kept_at", String(20), nullable=False),
)
"""What has come of them so far, from each laptop for itself: nobody spoils another's upload."""

moved = Table(
    "moved",
    metadata,
    _township(),
    Column("kind", _name(40), primary_key=True),
    Column("id", LargeBinary(16), primary_key=True),
    Column("zones", Text, nullable=False),  # in hex, joined by blanks, the earliest first
)
"""Records that once lay in other zones, or were wanted there: work from those follows them."""

snapshot = Table(
    "snapshot",
    metadata,
    _township(),
    Column("bucket", String(40), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # of the log it shows
    Column("manifest", LargeBinary, nullable=False),  # pages.Manifest packed
    Column("signature", LargeBinary(64), nullable=False),
    Column("size", BigInteger, nullable=False),  # bytes of the records before compression
    Column("made_at", String(20), nullable=False),
)
"""What new laptops load instead of the log. Older ones stay a while for those still loading."""

snapshot_chunk = Table(
    "snapshot_chunk",
    metadata,
    _township(),
    Column("bucket", String(40), primary_key=True),
    Column("hash", LargeBinary(32), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
"""Parts of snapshots, named by the SHA-256 of their bytes; following snapshots share them."""

refusal = Table(
    "refusal",
    metadata,
    _township(),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", String(20), nullable=False),
    Column("code", String(40), nullable=False),  # of a problem document, or a reason
    Column("address", String(64), nullable=False),
    Column("device", BigInteger),  # as the message says
    Column("times", BigInteger, nullable=False),
)
"""What the server refused; see refusals. Nothing of it is ever changed."""
