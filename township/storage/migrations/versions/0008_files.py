"""Photographs: their records, their bytes, and the queues of those bytes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("household_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("visit_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("media_type", sa.String(length=40), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("caption", sa.String(length=60), nullable=True),
        sa.Column("taken_on", sa.String(10), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    for column in ("household_id", "visit_id", "sha256"):
        op.create_index(op.f(f"ix_attachment_{column}"), "attachment", [column], unique=False)
    op.create_table(
        "file_content",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_file_content")),
    )
    op.create_table(
        "file_part",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "at", name=op.f("pk_file_part")),
    )
    op.create_table(
        "file_out",
        sa.Column("record_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("have", sa.Integer(), nullable=False),
        sa.Column("refused", sa.String(length=20), nullable=True),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_file_out")),
    )
