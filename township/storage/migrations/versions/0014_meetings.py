"""民情联系会议: meetings, agendas, resolutions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meeting",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("level", sa.String(length=24), nullable=True),
        sa.Column("meeting_kind", sa.String(length=24), nullable=True),
        sa.Column("planned_at", sa.String(length=20), nullable=True),
        sa.Column("held_at", sa.String(length=20), nullable=True),
        sa.Column("place", sa.String(length=60), nullable=True),
        sa.Column("convener_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("attending", sa.String(), nullable=True),
        sa.Column("on_leave", sa.String(), nullable=True),
        sa.Column("observing", sa.String(), nullable=True),
        sa.Column("discussion", sa.String(length=2000), nullable=True),
        sa.Column("minutes_state", sa.String(length=24), nullable=True),
        sa.Column("signed_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("signed_at", sa.String(length=20), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
    )
    op.create_index("ix_meeting_zone_held", "meeting", ["zone_id", "held_at"])
    op.create_table(
        "agenda_item",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("meeting_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("topic", sa.String(length=200), nullable=True),
        sa.Column("reporter_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("need_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("situation_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("resolution_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("about_zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("level", sa.String(length=24), nullable=True),
        sa.Column("outcome", sa.String(length=500), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
    )
    op.create_index("ix_agenda_item_meeting_id", "agenda_item", ["meeting_id"])
    op.create_index("ix_agenda_item_need_id", "agenda_item", ["need_id"])
    op.create_index("ix_agenda_item_resolution_id", "agenda_item", ["resolution_id"])
    op.create_index("ix_agenda_item_situation_id", "agenda_item", ["situation_id"])
    op.create_table(
        "resolution",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("meeting_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("text", sa.String(length=300), nullable=True),
        sa.Column("owner_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("due_on", sa.String(length=10), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=True),
        sa.Column("closed_on", sa.String(length=10), nullable=True),
        sa.Column("result", sa.String(length=300), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolution")),
    )
    op.create_index("ix_resolution_meeting_id", "resolution", ["meeting_id"])
    op.create_index("ix_resolution_owner_state", "resolution", ["owner_id", "state"])
    op.create_index("ix_resolution_zone_state", "resolution", ["zone_id", "state"])
