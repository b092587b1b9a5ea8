"""下队考核: signed sheets and their lines, explanations, spot checks; when a log was changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("work_log", sa.Column("changed_on", sa.String(length=10), nullable=True))
    for table in ("work_log", "visit"):
        op.add_column(table, sa.Column("entered_on", sa.String(length=10), nullable=True))
    op.create_table(
        "assessment_sheet",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("part", sa.String(length=24), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("month", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("signed_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("signed_at", sa.String(length=20), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_sheet")),
    )
    op.create_index("ix_assessment_sheet_month", "assessment_sheet", ["year", "month", "zone_id"])
    op.create_table(
        "assessment_line",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("sheet_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("cadre_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("name", sa.String(length=50), nullable=True),
        sa.Column("post", sa.String(length=30), nullable=True),
        sa.Column("target", sa.Integer(), nullable=True),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.Column("late", sa.Integer(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("linked", sa.Integer(), nullable=True),
        sa.Column("links", sa.Integer(), nullable=True),
        sa.Column("needs", sa.Integer(), nullable=True),
        sa.Column("fed_back", sa.Integer(), nullable=True),
        sa.Column("confirmed", sa.Integer(), nullable=True),
        sa.Column("not_confirmed", sa.Integer(), nullable=True),
        sa.Column("unreachable", sa.Integer(), nullable=True),
        sa.Column("explained", sa.String(length=220), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_line")),
    )
    op.create_index("ix_assessment_line_sheet_id", "assessment_line", ["sheet_id"])
    op.create_table(
        "assessment_note",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("cadre_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("month", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("text", sa.String(length=200), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_note")),
    )
    op.create_index("ix_assessment_note_cadre", "assessment_note", ["cadre_id", "year", "month"])
    op.create_table(
        "spot_check",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("cadre_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("work_log_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("month", sa.Integer(), nullable=True),
        sa.Column("result", sa.String(length=24), nullable=True),
        sa.Column("asked_on", sa.String(length=10), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(length=20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_check")),
    )
    op.create_index("ix_spot_check_cadre", "spot_check", ["cadre_id", "year", "month"])
    op.create_index("ix_spot_check_work_log_id", "spot_check", ["work_log_id"])
