"""Residents' rights: requests, consents, erasures, and totals that outlive what was purged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rights_request",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("household_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("person_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("request_kind", sa.String(length=24), nullable=True),
        sa.Column("received_on", sa.String(10), nullable=True),
        sa.Column("due_on", sa.String(10), nullable=True),
        sa.Column("text", sa.String(length=300), nullable=True),
        sa.Column("decision", sa.String(length=24), nullable=True),
        sa.Column("reasons", sa.String(length=300), nullable=True),
        sa.Column("legal_basis", sa.String(length=200), nullable=True),
        sa.Column("decided_on", sa.String(10), nullable=True),
        sa.Column("handled_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_request")),
    )
    op.create_index(
        op.f("ix_rights_request_household_id"), "rights_request", ["household_id"], unique=False
    )
    op.create_index(
        op.f("ix_rights_request_person_id"), "rights_request", ["person_id"], unique=False
    )
    op.create_table(
        "consent",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("household_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("person_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("item", sa.String(length=24), nullable=True),
        sa.Column("purpose", sa.String(length=100), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=True),
        sa.Column("given_by", sa.String(length=24), nullable=True),
        sa.Column("given_on", sa.String(10), nullable=True),
        sa.Column("withdrawn_on", sa.String(10), nullable=True),
        sa.Column("recorded_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_household_id"), "consent", ["household_id"], unique=False)
    op.create_index(op.f("ix_consent_person_id"), "consent", ["person_id"], unique=False)
    op.create_table(
        "erasure",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("target_kind", sa.String(length=40), nullable=True),
        sa.Column("targets", sa.LargeBinary(), nullable=True),
        sa.Column("field_names", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("request_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("done_at", sa.String(20), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_table(
        "month_summary",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("month", sa.Integer(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("persons", sa.Integer(), nullable=True),
        sa.Column("households_visited", sa.Integer(), nullable=True),
        sa.Column("visits_month", sa.Integer(), nullable=True),
        sa.Column("visits_year", sa.Integer(), nullable=True),
        sa.Column("findings", sa.Integer(), nullable=True),
        sa.Column("needs", sa.Integer(), nullable=True),
        sa.Column("fed_back", sa.Integer(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_summary")),
    )
    op.create_index(
        op.f("ix_month_summary_zone_month"),
        "month_summary",
        ["zone_id", "year", "month"],
        unique=False,
    )
