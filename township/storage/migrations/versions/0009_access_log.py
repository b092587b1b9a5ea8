"""The access log: only laptops of the audit administrator keep rows of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_entry",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("who_name", sa.String(length=50), nullable=True),
        sa.Column("act", sa.String(length=24), nullable=True),
        sa.Column("target_kind", sa.String(length=40), nullable=True),
        sa.Column("target_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("target_field", sa.String(length=40), nullable=True),
        sa.Column("row_count", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("reason_text", sa.String(length=200), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_entry")),
    )
