"""五情: the whole of a report, evacuees, the need that came of it, duty leaders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("to_evacuate", "mu_affected", "loss_yuan"):
        op.add_column("situation", sa.Column(name, sa.Integer(), nullable=True))
    for name, length in (
        ("organ", 60),
        ("served", 100),
        ("clocked_at", 20),
        ("feedback", 200),
        ("report_duty", 24),
        ("external_organ", 60),
        ("external_at", 20),
        ("external_person", 50),
        ("external_ref", 60),
    ):
        op.add_column("situation", sa.Column(name, sa.String(length=length), nullable=True))
    op.add_column("situation", sa.Column("told", sa.String(), nullable=True))
    op.add_column("situation", sa.Column("fed_back_by", sa.LargeBinary(length=16), nullable=True))
    op.add_column("need", sa.Column("situation_id", sa.LargeBinary(length=16), nullable=True))
    op.create_index("ix_need_situation_id", "need", ["situation_id"])
    op.add_column("cadre", sa.Column("duty_kinds", sa.String(), nullable=True))
    op.create_table(
        "evacuee",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("situation_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("home_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("names", sa.String(length=200), nullable=True),
        sa.Column("persons", sa.Integer(), nullable=True),
        sa.Column("to_place", sa.String(length=60), nullable=True),
        sa.Column("moved_at", sa.String(length=20), nullable=True),
        sa.Column("back_at", sa.String(length=20), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evacuee")),
    )
    op.create_index("ix_evacuee_home_id", "evacuee", ["home_id"])
    op.create_index("ix_evacuee_situation_id", "evacuee", ["situation_id"])
