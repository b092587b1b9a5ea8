"""Decisions about duplicate households and persons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duplicate",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("target_kind", sa.String(length=40), nullable=True),
        sa.Column("kept_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("other_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("decision", sa.String(length=20), nullable=True),
        sa.Column("moved", sa.LargeBinary(), nullable=True),
        sa.Column("decided_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate")),
    )
    op.create_index(op.f("ix_duplicate_kept_id"), "duplicate", ["kept_id"], unique=False)
    op.create_index(op.f("ix_duplicate_other_id"), "duplicate", ["other_id"], unique=False)
    op.create_index("ix_person_id_no", "person", ["id_no"], unique=False)
