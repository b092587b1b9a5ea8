"""Evaluations, what two tellers counted, totals, comments and accountability."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evaluation",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("no", sa.String(length=30), nullable=True),
        sa.Column("target_kind", sa.String(length=24), nullable=True),
        sa.Column("cadre_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("part", sa.String(length=24), nullable=True),
        sa.Column("dimensions", sa.String(), nullable=True),
        sa.Column("held_on", sa.String(length=10), nullable=True),
        sa.Column("roster_size", sa.Integer(), nullable=True),
        sa.Column("issued", sa.Integer(), nullable=True),
        sa.Column("teller_one", sa.LargeBinary(length=16), nullable=True),
        sa.Column("teller_two", sa.LargeBinary(length=16), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=True),
        sa.Column("closed_on", sa.String(length=10), nullable=True),
        sa.Column("returned", sa.Integer(), nullable=True),
        sa.Column("result", sa.String(length=24), nullable=True),
        sa.Column("approved_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("approved_on", sa.String(length=10), nullable=True),
        sa.Column("previous_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("void_reason", sa.String(length=200), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
    )
    op.create_index("ix_evaluation_zone_state", "evaluation", ["zone_id", "state"])
    op.create_table(
        "evaluation_total",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("evaluation_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("dimension", sa.String(length=24), nullable=True),
        sa.Column("satisfied", sa.Integer(), nullable=True),
        sa.Column("fair", sa.Integer(), nullable=True),
        sa.Column("dissatisfied", sa.Integer(), nullable=True),
        sa.Column("unknown", sa.Integer(), nullable=True),
        sa.Column("invalid", sa.Integer(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_total")),
    )
    op.create_index("ix_evaluation_total_evaluation_id", "evaluation_total", ["evaluation_id"])
    op.create_table(
        "ballot_tally",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("evaluation_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("dimension", sa.String(length=24), nullable=True),
        sa.Column("satisfied", sa.Integer(), nullable=True),
        sa.Column("fair", sa.Integer(), nullable=True),
        sa.Column("dissatisfied", sa.Integer(), nullable=True),
        sa.Column("unknown", sa.Integer(), nullable=True),
        sa.Column("invalid", sa.Integer(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_tally")),
    )
    op.create_index("ix_ballot_tally_evaluation_id", "ballot_tally", ["evaluation_id"])
    op.create_table(
        "ballot_comments",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("evaluation_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("subject", sa.String(length=24), nullable=True),
        sa.Column("text", sa.String(length=4000), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_comments")),
    )
    op.create_index("ix_ballot_comments_evaluation_id", "ballot_comments", ["evaluation_id"])
    op.create_table(
        "accountability",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("evaluation_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("opened_on", sa.String(length=10), nullable=True),
        sa.Column("due_on", sa.String(length=10), nullable=True),
        sa.Column("measures", sa.String(), nullable=True),
        sa.Column("measure_text", sa.String(length=500), nullable=True),
        sa.Column("decided_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("decided_on", sa.String(length=10), nullable=True),
        sa.Column("due_again_on", sa.String(length=10), nullable=True),
        sa.Column("closed_on", sa.String(length=10), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accountability")),
    )
    op.create_index("ix_accountability_evaluation_id", "accountability", ["evaluation_id"])
