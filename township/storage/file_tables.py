"""Tables of a laptop for the bytes of photographs: kept, coming in, going out.

They lie in the encrypted database: one transaction writes a record and its bytes, and backups
hold both.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from township.records import Base

content = Table(
    "file_content",
    Base.metadata,
    Column("sha256", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
"""Whole pictures by the SHA-256 of their bytes."""

part = Table(
    "file_part",
    Base.metadata,
    Column("sha256", String(64), primary_key=True),
    Column("at", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)
"""What has come so far of pictures on their way in, without gaps from the start."""

out = Table(
    "file_out",
    Base.metadata,
    Column("record_id", LargeBinary(16), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("have", Integer, nullable=False),  # bytes that the township said it has
    Column("refused", String(20), nullable=True),  # why it will never take them
    Column("misses", Integer, nullable=False),  # so often the township knew no such record
)
"""Pictures that the township does not have yet, in the order of their records."""
