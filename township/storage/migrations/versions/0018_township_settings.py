"""镇设置: what the township changes of the presets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "township_setting",
        sa.Column("name", sa.String(length=40), nullable=True),
        sa.Column("value", sa.String(length=2000), nullable=True),
        sa.Column("valid_from", sa.String(length=10), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("decision", sa.String(length=24), nullable=True),
        sa.Column("decision_note", sa.String(length=300), nullable=True),
        sa.Column("decided_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("decided_on", sa.String(length=10), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_township_setting")),
    )
    op.create_index("ix_township_setting_name", "township_setting", ["name"])
