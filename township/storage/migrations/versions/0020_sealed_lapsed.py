"""密件: which laptops may have let go what they had, and which notes about that were heard."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sealed_lapsed",
        sa.Column("entry", sa.LargeBinary(length=16), nullable=False),
        sa.Column("device", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("entry", "device", name=op.f("pk_sealed_lapsed")),
    )
    op.create_table(
        "sealed_heard",
        sa.Column("note", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("note", name=op.f("pk_sealed_heard")),
    )
