"""责任区: contact cards, openings of the box and what lay in it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_card",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.String(length=10), nullable=True),
        sa.Column("staff", sa.String(), nullable=True),
        sa.Column("hotline", sa.String(length=20), nullable=True),
        sa.Column("supervise_phone", sa.String(length=20), nullable=True),
        sa.Column("reception", sa.String(length=40), nullable=True),
        sa.Column("approved_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("approved_on", sa.String(length=10), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_card")),
    )
    op.create_index("ix_contact_card_zone_id", "contact_card", ["zone_id"])
    op.create_table(
        "box_opening",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("opened_on", sa.String(length=10), nullable=True),
        sa.Column("opener_one", sa.LargeBinary(length=16), nullable=True),
        sa.Column("opener_two", sa.LargeBinary(length=16), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box_opening")),
    )
    op.create_index("ix_box_opening_zone_id", "box_opening", ["zone_id"])
    op.create_table(
        "opinion_entry",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("opening_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("opened_on", sa.String(length=10), nullable=True),
        sa.Column("text", sa.String(length=500), nullable=True),
        sa.Column("anonymous", sa.Integer(), nullable=True),
        sa.Column("household_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("receipt_code", sa.String(length=8), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("answered_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("approved_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("posted_on", sa.String(length=10), nullable=True),
        sa.Column("need_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_entry")),
    )
    op.create_index("ix_opinion_entry_household_id", "opinion_entry", ["household_id"])
    op.create_index("ix_opinion_entry_need_id", "opinion_entry", ["need_id"])
    op.create_index("ix_opinion_entry_opening_id", "opinion_entry", ["opening_id"])
    op.create_index("ix_opinion_entry_zone_id", "opinion_entry", ["zone_id"])
