"""Snapshots on their way in, and what they bring for newer programs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staged_snapshot",
        sa.Column("bucket", sa.String(length=40), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_staged_snapshot")),
    )
    op.create_table(
        "staged_chunk",
        sa.Column("bucket", sa.String(length=40), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "hash", name=op.f("pk_staged_chunk")),
    )
    op.create_table(
        "later_record",
        sa.Column("record_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("bucket", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "kind", name=op.f("pk_later_record")),
    )
    op.create_index(op.f("ix_later_record_bucket"), "later_record", ["bucket"], unique=False)
