"""The first slice: records, bookkeeping and search."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bucket_cursor",
        sa.Column("bucket", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_bucket_cursor")),
    )
    op.create_table(
        "cadre",
        sa.Column("login", sa.String(length=30), nullable=True),
        sa.Column("name", sa.String(length=50), nullable=True),
        sa.Column("post", sa.String(length=30), nullable=True),
        sa.Column("roles", sa.String(), nullable=True),
        sa.Column("zones", sa.String(), nullable=True),
        sa.Column("work_phone", sa.String(length=20), nullable=True),
        sa.Column("status", sa.String(length=24), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cadre")),
    )
    op.create_table(
        "changeset",
        sa.Column("incarnation", sa.Integer(), nullable=False),
        sa.Column("dseq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("ops", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("incarnation", "dseq", name=op.f("pk_changeset")),
    )
    op.create_index(op.f("ix_changeset_state"), "changeset", ["state"], unique=False)
    op.create_table(
        "conflict",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("target_kind", sa.String(length=40), nullable=True),
        sa.Column("target_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("field_name", sa.String(length=40), nullable=True),
        sa.Column("kept_value", sa.LargeBinary(), nullable=True),
        sa.Column("other_value", sa.LargeBinary(), nullable=True),
        sa.Column("kept_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("other_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("kept_at", sa.String(20), nullable=True),
        sa.Column("other_at", sa.String(20), nullable=True),
        sa.Column("other_op", sa.String(length=40), nullable=True),
        sa.Column("decision", sa.String(length=20), nullable=True),
        sa.Column("decided_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
    )
    op.create_index(op.f("ix_conflict_target_id"), "conflict", ["target_id"], unique=False)
    op.create_table(
        "device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("incarnation", sa.Integer(), nullable=False),
        sa.Column("last_dseq", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("township_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("township_name", sa.String(length=40), nullable=False),
        sa.Column("signing_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealing_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("server_url", sa.String(length=200), nullable=False),
        sa.Column("server_ca", sa.Text(), nullable=True),
        sa.Column("last_sync_at", sa.String(length=20), nullable=True),
        sa.Column("last_sync_problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
    )
    op.create_table(
        "draft",
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("form", "subject", name=op.f("pk_draft")),
    )
    op.create_table(
        "household",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("no", sa.String(length=30), nullable=True),
        sa.Column("group_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("head_person_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("address", sa.String(length=80), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("away", sa.Integer(), nullable=True),
        sa.Column("housing_safety", sa.String(length=24), nullable=True),
        sa.Column("hazard_point", sa.String(length=30), nullable=True),
        sa.Column("card_delivered_at", sa.String(10), nullable=True),
        sa.Column("notice_given_at", sa.String(10), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
    )
    op.create_index(op.f("ix_household_group_id"), "household", ["group_id"], unique=False)
    op.create_index("ix_household_zone_no", "household", ["zone_id", "no"], unique=False)
    op.create_table(
        "household_link",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("cadre_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("household_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.String(10), nullable=True),
        sa.Column("to_on", sa.String(10), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_link")),
    )
    op.create_index(
        "ix_household_link_cadre_year", "household_link", ["cadre_id", "year"], unique=False
    )
    op.create_index(
        "ix_household_link_household_year", "household_link", ["household_id", "year"], unique=False
    )
    op.create_table(
        "local_author",
        sa.Column("login", sa.String(length=30), nullable=False),
        sa.Column("cadre_id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_local_author")),
    )
    op.create_table(
        "need",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("no", sa.String(length=30), nullable=True),
        sa.Column("household_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("visit_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("raised_on", sa.String(10), nullable=True),
        sa.Column("channel", sa.String(length=24), nullable=True),
        sa.Column("text", sa.String(length=500), nullable=True),
        sa.Column("topic", sa.String(length=24), nullable=True),
        sa.Column("need_class", sa.String(length=24), nullable=True),
        sa.Column("class_reason", sa.String(length=200), nullable=True),
        sa.Column("law_ref", sa.String(length=200), nullable=True),
        sa.Column("class_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("class_confirmed_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("owner_point", sa.LargeBinary(length=16), nullable=True),
        sa.Column("owner_line", sa.LargeBinary(length=16), nullable=True),
        sa.Column("owner_area", sa.LargeBinary(length=16), nullable=True),
        sa.Column("due_on", sa.String(10), nullable=True),
        sa.Column("result", sa.String(length=24), nullable=True),
        sa.Column("measure", sa.String(length=500), nullable=True),
        sa.Column("feedback_at", sa.String(20), nullable=True),
        sa.Column("feedback_way", sa.String(length=24), nullable=True),
        sa.Column("feedback_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("resident_view", sa.String(length=24), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
    )
    op.create_index("ix_need_household_raised", "need", ["household_id", "raised_on"], unique=False)
    op.create_index("ix_need_no", "need", ["no"], unique=False)
    op.create_index(op.f("ix_need_visit_id"), "need", ["visit_id"], unique=False)
    op.create_index("ix_need_zone_state", "need", ["zone_id", "state"], unique=False)
    op.create_table(
        "need_progress",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("need_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("taken_on", sa.String(10), nullable=True),
        sa.Column("text", sa.String(length=500), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_progress")),
    )
    op.create_index(op.f("ix_need_progress_need_id"), "need_progress", ["need_id"], unique=False)
    op.create_table(
        "pending",
        sa.Column("record_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("dseq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("inserts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "dseq", name=op.f("pk_pending")),
    )
    op.create_table(
        "person",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("household_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("name", sa.String(length=50), nullable=True),
        sa.Column("sex", sa.String(length=24), nullable=True),
        sa.Column("relation", sa.String(length=24), nullable=True),
        sa.Column("birth_date", sa.String(10), nullable=True),
        sa.Column("id_no", sa.String(length=18), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("education", sa.String(length=24), nullable=True),
        sa.Column("residence", sa.String(length=24), nullable=True),
        sa.Column("guardian_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("died_on", sa.String(10), nullable=True),
        sa.Column("moved_on", sa.String(10), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index(op.f("ix_person_household_id"), "person", ["household_id"], unique=False)
    op.create_table(
        "search_dirty",
        sa.Column("household_id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_search_dirty")),
    )
    op.create_table(
        "search_pinyin",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("member", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "row", name=op.f("pk_search_pinyin")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_row",
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_search_row")),
        sa.UniqueConstraint("household_id"),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "shadow",
        sa.Column("record_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("writer", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("record_id", "field", name=op.f("pk_shadow")),
    )
    op.create_table(
        "situation",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("no", sa.String(length=30), nullable=True),
        sa.Column("situation_kind", sa.String(length=24), nullable=True),
        sa.Column("level", sa.String(length=24), nullable=True),
        sa.Column("visit_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("household_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("happened_at", sa.String(20), nullable=True),
        sa.Column("found_at", sa.String(20), nullable=True),
        sa.Column("group_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("place", sa.String(length=60), nullable=True),
        sa.Column("summary", sa.String(length=500), nullable=True),
        sa.Column("households_affected", sa.Integer(), nullable=True),
        sa.Column("persons_affected", sa.Integer(), nullable=True),
        sa.Column("persons_injured", sa.Integer(), nullable=True),
        sa.Column("first_action", sa.String(length=200), nullable=True),
        sa.Column("report_to", sa.LargeBinary(length=16), nullable=True),
        sa.Column("reported_at", sa.String(20), nullable=True),
        sa.Column("reported_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("received_at", sa.String(20), nullable=True),
        sa.Column("received_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("responded_at", sa.String(20), nullable=True),
        sa.Column("responded_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("response", sa.String(length=500), nullable=True),
        sa.Column("fed_back_at", sa.String(20), nullable=True),
        sa.Column("closed_at", sa.String(20), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_situation")),
    )
    op.create_index("ix_situation_no", "situation", ["no"], unique=False)
    op.create_index(op.f("ix_situation_household_id"), "situation", ["household_id"], unique=False)
    op.create_index(op.f("ix_situation_visit_id"), "situation", ["visit_id"], unique=False)
    op.create_index(
        "ix_situation_zone_reported", "situation", ["zone_id", "reported_at"], unique=False
    )
    op.create_table(
        "special_group_member",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("household_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("person_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("group_kind", sa.String(length=24), nullable=True),
        sa.Column("source", sa.String(length=24), nullable=True),
        sa.Column("evidence", sa.String(length=200), nullable=True),
        sa.Column("from_on", sa.String(10), nullable=True),
        sa.Column("until_on", sa.String(10), nullable=True),
        sa.Column("scope", sa.String(length=200), nullable=True),
        sa.Column("goal", sa.String(length=200), nullable=True),
        sa.Column("channel", sa.String(length=200), nullable=True),
        sa.Column("helper_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("contact_every", sa.Integer(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_special_group_member")),
    )
    op.create_index(
        op.f("ix_special_group_member_household_id"),
        "special_group_member",
        ["household_id"],
        unique=False,
    )
    op.create_table(
        "village_group",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=20), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_village_group")),
    )
    op.create_index(op.f("ix_village_group_zone_id"), "village_group", ["zone_id"], unique=False)
    op.create_table(
        "visit",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("work_log_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("household_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("visited_on", sa.String(10), nullable=True),
        sa.Column("session", sa.String(length=24), nullable=True),
        sa.Column("way", sa.String(length=24), nullable=True),
        sa.Column("companions", sa.String(), nullable=True),
        sa.Column("purpose", sa.String(length=24), nullable=True),
        sa.Column("policies_told", sa.String(), nullable=True),
        sa.Column("talk", sa.String(length=500), nullable=True),
        sa.Column("carry_over", sa.String(length=500), nullable=True),
        sa.Column("resident_present", sa.Integer(), nullable=True),
        sa.Column("resident_ok", sa.String(length=24), nullable=True),
        sa.Column("next_visit_on", sa.String(10), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index(
        "ix_visit_household_visited",
        "visit",
        ["household_id", "visited_on", "way", "deleted_at"],
        unique=False,
    )
    op.create_index(
        "ix_visit_next",
        "visit",
        ["next_visit_on", "household_id", "visited_on", "deleted_at", "work_log_id", "created_by"],
        unique=False,
        sqlite_where=sa.text("next_visit_on IS NOT NULL"),
    )
    op.create_index(op.f("ix_visit_work_log_id"), "visit", ["work_log_id"], unique=False)
    op.create_index("ix_visit_zone_visited", "visit", ["zone_id", "visited_on"], unique=False)
    op.create_table(
        "work_log",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("cadre_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("worked_on", sa.String(10), nullable=True),
        sa.Column("sessions", sa.String(), nullable=True),
        sa.Column("work_kind", sa.String(length=24), nullable=True),
        sa.Column("places", sa.String(), nullable=True),
        sa.Column("summary", sa.String(length=500), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=True),
        sa.Column("assessor_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("assess_note", sa.String(length=200), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_log")),
    )
    op.create_index("ix_work_log_cadre_worked", "work_log", ["cadre_id", "worked_on"], unique=False)
    op.create_table(
        "zone",
        sa.Column("code", sa.String(length=12), nullable=True),
        sa.Column("name", sa.String(length=30), nullable=True),
        sa.Column("zone_kind", sa.String(length=24), nullable=True),
        sa.Column("hotline", sa.String(length=20), nullable=True),
        sa.Column("box_place", sa.String(length=60), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
    )
    op.create_table(
        "zone_staff",
        sa.Column("zone_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("cadre_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("role", sa.String(length=24), nullable=True),
        sa.Column("from_on", sa.String(10), nullable=True),
        sa.Column("to_on", sa.String(10), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("updated_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("updated_at", sa.String(20), nullable=True),
        sa.Column("deleted_at", sa.String(20), nullable=True),
        sa.Column("writers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_staff")),
    )
    op.create_index(op.f("ix_zone_staff_zone_id"), "zone_staff", ["zone_id"], unique=False)

    op.execute(
        "CREATE VIRTUAL TABLE search_text USING fts5("
        "names, others, content='', contentless_delete=1, tokenize='unicode61', detail=full)"
    )
