"""Sealed matters: entries, who may read them, their laptops' public keys, and bookkeeping."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _stamps(kind: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{kind}")),
    ]


def upgrade() -> None:
    op.create_table(
        "sealed_entry",
        sa.Column("reader_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        *_stamps("sealed_entry"),
    )
    op.create_index(op.f("ix_sealed_entry_reader_id"), "sealed_entry", ["reader_id"])
    op.create_table(
        "designation",
        sa.Column("subject", sa.String(length=24), nullable=True),
        sa.Column("cadre_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("from_on", sa.String(10), nullable=True),
        sa.Column("to_on", sa.String(10), nullable=True),
        *_stamps("designation"),
    )
    op.create_table(
        "sealing_key",
        sa.Column("cadre_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("device_number", sa.Integer(), nullable=True),
        sa.Column("public", sa.String(length=80), nullable=True),
        sa.Column("from_at", sa.String(20), nullable=True),
        sa.Column("until_at", sa.String(20), nullable=True),
        *_stamps("sealing_key"),
    )
    op.create_table(
        "service_count",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        *_stamps("service_count"),
    )
    op.create_table(
        "sealed_passed",
        sa.Column("entry", sa.LargeBinary(length=16), nullable=False),
        sa.Column("device", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("entry", "device", name=op.f("pk_sealed_passed")),
    )
    op.create_table(
        "former_key",
        sa.Column("private", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("private", name=op.f("pk_former_key")),
    )
