"""任务、矛盾纠纷: tasks, and disputes with their parties and steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "task",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("household_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("source", sa.String(length=24), nullable=True),
        sa.Column("source_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("text", sa.String(length=300), nullable=True),
        sa.Column("owner_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("due_on", sa.String(length=10), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=True),
        sa.Column("result", sa.String(length=300), nullable=True),
        sa.Column("done_on", sa.String(length=10), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index("ix_task_household_id", "task", ["household_id"])
    op.create_index("ix_task_owner_state", "task", ["owner_id", "state"])
    op.create_index("ix_task_source_id", "task", ["source_id"])
    op.create_index("ix_task_zone_state", "task", ["zone_id", "state"])
    op.create_table(
        "dispute",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("no", sa.String(length=30), nullable=True),
        sa.Column("visit_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("situation_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("found_by", sa.String(length=24), nullable=True),
        sa.Column("found_on", sa.String(length=10), nullable=True),
        sa.Column("dispute_type", sa.String(length=24), nullable=True),
        sa.Column("people_count", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=60), nullable=True),
        sa.Column("summary", sa.String(length=500), nullable=True),
        sa.Column("level", sa.String(length=24), nullable=True),
        sa.Column("level_reason", sa.String(length=200), nullable=True),
        sa.Column("level_since", sa.String(length=10), nullable=True),
        sa.Column("level_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("nature", sa.String(length=24), nullable=True),
        sa.Column("mediators", sa.String(), nullable=True),
        sa.Column("due_on", sa.String(length=10), nullable=True),
        sa.Column("contacted_on", sa.String(length=10), nullable=True),
        sa.Column("refused_on", sa.String(length=10), nullable=True),
        sa.Column("refused_note", sa.String(length=200), nullable=True),
        sa.Column("agreement", sa.String(length=24), nullable=True),
        sa.Column("agreed_on", sa.String(length=10), nullable=True),
        sa.Column("terms", sa.String(length=500), nullable=True),
        sa.Column("confirm_asked_on", sa.String(length=10), nullable=True),
        sa.Column("result", sa.String(length=24), nullable=True),
        sa.Column("ended_on", sa.String(length=10), nullable=True),
        sa.Column("remedies_told", sa.String(length=200), nullable=True),
        sa.Column("revisited_on", sa.String(length=10), nullable=True),
        sa.Column("revisit_note", sa.String(length=200), nullable=True),
        sa.Column("closed_on", sa.String(length=10), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    op.create_index("ix_dispute_no", "dispute", ["no"])
    op.create_index("ix_dispute_visit_id", "dispute", ["visit_id"])
    op.create_index("ix_dispute_situation_id", "dispute", ["situation_id"])
    op.create_index("ix_dispute_zone_state", "dispute", ["zone_id", "state"])
    op.create_table(
        "dispute_party",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("dispute_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("party_kind", sa.String(length=24), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=True),
        sa.Column("home_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_party")),
    )
    op.create_index("ix_dispute_party_dispute_id", "dispute_party", ["dispute_id"])
    op.create_index("ix_dispute_party_home_id", "dispute_party", ["home_id"])
    op.create_table(
        "dispute_step",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("dispute_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("taken_on", sa.String(length=10), nullable=True),
        sa.Column("step_kind", sa.String(length=24), nullable=True),
        sa.Column("text", sa.String(length=500), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_step")),
    )
    op.create_index("ix_dispute_step_dispute_id", "dispute_step", ["dispute_id"])
    for name in ("dispute_id", "task_id"):
        op.add_column("agenda_item", sa.Column(name, sa.LargeBinary(length=16), nullable=True))
        op.create_index(f"ix_agenda_item_{name}", "agenda_item", [name])
