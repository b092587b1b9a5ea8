"""What the township decided about quarantined work, and what its author put aside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decision",
        sa.Column("incarnation", sa.Integer(), nullable=False),
        sa.Column("dseq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("incarnation", "dseq", name=op.f("pk_decision")),
    )
    op.create_table(
        "put_aside",
        sa.Column("incarnation", sa.Integer(), nullable=False),
        sa.Column("dseq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("incarnation", "dseq", name=op.f("pk_put_aside")),
    )
