"""The permission table: whole, consistent with the classes, and the same as its document.

``python -m tests.rules.test_permissions`` writes the document.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.server.admin import TOWNSHIP_OFFICES
from township.codes import ROLE
from township.records import record_kinds
from township.rules import permissions, refusals
from township.rules.permissions import LABELS, TABLE, Act, Reach, may, reach, sees_class
from township.rules.reserved import reserved

DOCUMENT = Path(__file__).parents[2] / "docs" / "permissions.md"
_HEAD = (
    "# 权限表\n\n"
    "由 `township/rules/permissions.py` 生成（`python -m tests.rules.test_permissions`），"
    "镇服务器对每一次改动按此核对，桌面只是跟随。依据：各角色职责与数据分级。\n\n"
    "● 所有记录 · ○ 仅本人填写的记录 · 空白 不可以。"
    "责任区的干部只在本责任区内有这些权限（由笔记本的授权决定）；"
    "“审核确认”指填写表示已审核的字段；把走访等改挂到合并后的户或人，归台账管理者。"
    "全镇的会议、议题和议定事项只由镇里各办公室和镇主要领导新增、修改，"
    "议定事项由承办人登记完成。系统、安全、审计管理员和纪检监督不接触这些数据。没有列出的记录类别，谁都不能改。\n"
)
_MARKS = {Reach.ALL: "●", Reach.OWN: "○", Reach.NONE: ""}


def document() -> str:
    """The table for people: one part for each act, a line for each kind of record."""
    parts = [_HEAD]
    roles = list(ROLE)
    for act in Act:
        parts.append(f"\n## {LABELS[act]}\n")
        parts.append(
            "| 记录 | " + " | ".join(f"{role} {ROLE.label(role)}" for role in roles) + " |"
        )
        parts.append("|---" * (len(roles) + 1) + "|")
        for kind in TABLE:
            marks = (_MARKS[reach([role], act, kind)] for role in roles)
            parts.append(f"| {record_kinds()[kind].label} | " + " | ".join(marks) + " |")
    return "\n".join(parts) + "\n"


def test_the_document_says_what_the_table_says() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document()


def test_every_kind_and_role_is_in_the_table() -> None:
    assert TABLE.keys() == record_kinds().keys()
    named = {
        role for row in TABLE.values() for cell in row.values() for roles in cell for role in roles
    }
    assert named <= set(ROLE)


@pytest.mark.parametrize("role", ["ADM", "SEC", "AUD"])
def test_administrators_have_no_business_data(role: str) -> None:
    """Domain §2: ADM and SEC have no business-data rights, AUD sees logs only.

    All see the names of zones and cadres, the settings and who receives sealed matters, all
    write their own looks into the log and may seal something for others. SEC grants.
    """
    rights = {(act, kind) for act in Act for kind in TABLE if reach([role], act, kind)}
    seen = ("zone", "village_group", "cadre", "zone_staff", "designation", "sealing_key")
    seen += ("township_setting",)
    organisation = {(Act.SEE, kind) for kind in seen}
    out = {(Act.CREATE, "access_entry"), (Act.CREATE, "sealed_entry")}
    log = {(Act.SEE, "access_entry")} if role == "AUD" else set()
    named = {(Act.CREATE, "designation"), (Act.EDIT, "designation")} if role == "SEC" else set()
    assert rights == organisation | out | log | named
    assert not sees_class([role], "i")


@pytest.mark.parametrize("role", list(ROLE))
def test_who_sees_a_kind_may_hold_its_class(role: str) -> None:
    for kind, record in record_kinds().items():
        if record.township_wide and record.data_class == "i":
            continue  # every laptop holds what is the township's own
        if record.township_wide and record.data_class == "r":
            offices = TOWNSHIP_OFFICES - {"DIS"}  # who alone is granted ``township/r``
            assert may([role], Act.SEE, kind) == (role in offices), kind
            continue
        assert may([role], Act.SEE, kind) == sees_class([role], record.data_class), kind


@pytest.mark.parametrize("role", list(ROLE))
def test_nobody_changes_what_he_may_not_see(role: str) -> None:
    for kind in TABLE:
        seen = {Act.SEE, Act.CREATE} if record_kinds()[kind].outgoing else {Act.SEE}
        done = [act for act in Act if act not in seen and reach([role], act, kind)]
        assert not done or reach([role], Act.SEE, kind), kind


@pytest.mark.parametrize(
    ("roles", "act", "kind", "own", "allowed"),
    [
        (["VC"], Act.EDIT, "visit", True, True),  # domain §2: the author
        (["VC"], Act.EDIT, "visit", False, False),
        (["VS"], Act.EDIT, "visit", False, True),  # then the village secretary
        (["VC", "VS"], Act.EDIT, "visit", False, True),  # roles add up
        (["VC"], Act.EDIT, "cadre", True, False),  # nobody writes his own roles
        (["PGO"], Act.EDIT, "cadre", False, True),
        (["VC"], Act.APPROVE, "need", True, False),  # four eyes
        (["VS"], Act.APPROVE, "need", False, True),
        (["CLK"], Act.MOVE, "household", False, True),
        (["PO"], Act.MOVE, "household", False, False),
        (["HW"], Act.SEE, "visit", False, False),
        (["VS"], Act.SEE, "ballot_tally", False, False),  # §5.4: not about oneself
        (["PGO"], Act.EDIT, "ballot_tally", False, False),  # nobody mends another's count
        (["PET"], Act.EDIT, "ballot_tally", True, True),
        (["CLK"], Act.APPROVE, "evaluation", True, False),
        (["TOP"], Act.APPROVE, "evaluation", False, True),
        ([], Act.SEE, "zone", False, False),
        (["VS"], Act.EDIT, "weather", False, False),  # a kind of a newer program
        (["VC"], Act.CREATE, "sealed_entry", False, True),  # whoever hears of something
        (["DIS"], Act.SEE, "sealed_entry", False, False),  # by designation, not by role
        (["ADM"], Act.SEE, "sealed_entry", True, False),
        (["SEC"], Act.CREATE, "designation", False, True),
        (["PGO"], Act.CREATE, "designation", False, False),  # who makes cadres does not grant
        (["SEC"], Act.CREATE, "sealing_key", False, False),
    ],
)
def test_some_cells_by_their_reason(
    roles: list[str], act: Act, kind: str, own: bool, allowed: bool
) -> None:
    assert may(roles, act, kind, own=own) is allowed


PUT = {"class_confirmed_by": [bytes(16), None]}
ASSESSED = {"assess_note": ["已核", None], "state": ["counted", None]}
HUNG = {"household_id": [bytes(16), None]}
TAKEN = {"class_confirmed_by": [None, "1.1.1.0"]}


@pytest.mark.parametrize(
    ("roles", "kind", "action", "fields", "own", "lacks"),
    [
        ("VC", "need", "set", PUT, True, Act.APPROVE),
        ("VS", "need", "set", PUT, False, None),
        ("VC", "need", "set", {**TAKEN, "text": ["漏水", None]}, False, None),
        ("VC", "need", "insert", {"class_confirmed_by": None, "text": "漏水"}, True, None),
        ("LL", "work_log", "set", ASSESSED, False, None),
        (
            "LL",
            "work_log",
            "set",
            {"assess_note": ["已核", None], "summary": ["", None]},
            False,
            Act.EDIT,
        ),
        ("VC", "visit", "set", HUNG, False, None),
        (
            "VC",
            "visit",
            "set",
            {"household_id": [bytes(16), None], "talk": ["", None]},
            False,
            Act.EDIT,
        ),
        ("PO", "visit", "set", HUNG, False, Act.EDIT),
        ("VC", "visit", "delete", {"seen": b""}, True, None),
        ("VC", "visit", "delete", {"seen": b""}, False, Act.EDIT),
        ("PO", "household", "move", {}, False, Act.MOVE),
        ("VC", "conflict", "insert", {}, True, Act.CREATE),
        ("TOP", "evaluation", "set", {"state": ["approved", None]}, False, None),
        ("TOP", "evaluation", "set", {"state": ["void", None]}, False, Act.EDIT),
        ("CLK", "evaluation", "set", {"state": ["issued", None]}, True, None),
        ("CLK", "evaluation", "set", {"result": ["pass", None]}, True, Act.APPROVE),
    ],
)
def test_operations_and_what_they_need(
    roles: str, kind: str, action: str, fields: dict[str, object], own: bool, lacks: Act | None
) -> None:
    assert permissions.lacking(frozenset(roles.split()), kind, action, fields, own=own) is lacks


@pytest.mark.parametrize(
    ("roles", "kind", "action", "bucket", "kept_away"),
    [
        ("VC VS", "meeting", "insert", "township/i", True),
        ("LL", "agenda_item", "set", "township/i", True),
        ("LL", "resolution", "insert", "township/i", True),
        ("LL", "resolution", "set", "township/i", False),  # reports that it is done
        ("LL", "resolution", "delete", "township/i", True),
        ("CLK", "meeting", "insert", "township/i", False),
        ("VS", "meeting", "insert", f"{bytes(16).hex()}/i", False),
        ("VC", "conflict", "set", "township/i", False),
    ],
)
def test_the_townships_own_meetings_are_its_offices(
    roles: str, kind: str, action: str, bucket: str, kept_away: bool
) -> None:
    assert reserved(roles.split(), kind, action, bucket) is kept_away


@pytest.mark.parametrize(
    ("roles", "state", "own", "lacks"),
    [
        ("VC VS", "counted", False, None),
        ("VC VS", "counted", True, Act.APPROVE),
        ("PGO", "counted", True, Act.APPROVE),
        ("LL", "returned", False, None),
        ("VC", "counted", False, Act.APPROVE),
        ("VC", "submitted", True, None),
    ],
)
def test_nobody_consents_to_his_own_late_day(
    roles: str, state: str, own: bool, lacks: Act | None
) -> None:
    """Source: domain §5.1 rule 7."""
    fields = {"state": [state, None]}
    held = frozenset(roles.split())
    assert permissions.lacking(held, "work_log", "set", fields, own=own) is lacks


@pytest.mark.parametrize(
    ("roles", "part", "lacks"),
    [
        ("VC VS", "village", None),
        ("VC VS", "secretary", Act.CREATE),
        ("LL", "secretary", None),
        ("LL", "township", Act.CREATE),
        ("PGO", "township", None),
        ("PGO", "village", Act.CREATE),
        ("TOP", "township", Act.CREATE),
    ],
)
def test_each_sheet_is_signed_by_its_assessor(roles: str, part: str, lacks: Act | None) -> None:
    """Source: domain §5.1 rule 7."""
    held, fields = frozenset(roles.split()), {"part": part}
    assert permissions.lacking(held, "assessment_sheet", "insert", fields, own=True) is lacks
    assert permissions.lacking(held, "assessment_sheet", "set", {"month": [4, None]}, own=True)


def test_a_refusal_says_who_can_help() -> None:
    village = frozenset({"VC"})
    said = refusals.refusal(village, Act.APPROVE, "need")
    assert said.startswith("村干部不能审核确认诉求，没有保存。请由村书记、联村领导、")
    said = refusals.refusal(village, Act.EDIT, "visit")
    assert said.startswith("村干部不能修改别人填写的入户走访，没有保存。请由村书记、党政办、")
    assert "只由镇里生成" in refusals.refusal(village, Act.CREATE, "conflict")
    assert "请联系镇党政办" in refusals.refusal(frozenset(), Act.CREATE, "visit")
    said = refusals.refusal(frozenset({"PO"}), Act.PRINT, "household")
    assert said.startswith("公安干警不能打印户。请由村干部、") and "保存" not in said
    assert "没有开放" in refusals.refusal(village, Act.EXPORT, "attachment")


def test_what_is_not_offered_says_who_can() -> None:
    said = refusals.not_offered(frozenset({"VC"}), Act.APPROVE, "need")
    assert said.startswith("村干部不能审核确认诉求。请由村书记、") and "保存" not in said
    assert "请联系镇党政办" in refusals.not_offered(frozenset({"?"}), Act.CREATE, "visit")


def test_who_exports() -> None:
    """Who keeps the ledger as a whole; nobody exports logs or photographs."""
    exporting = {
        role for role in ROLE for kind in TABLE if reach([role], Act.EXPORT, kind) is not Reach.NONE
    }
    assert exporting == {"PGO", "CLK", "VS"}
    for kind in ("access_entry", "attachment"):
        assert not any(reach([role], Act.EXPORT, kind) for role in ROLE)


def test_fields_that_hang_a_record_on_a_household() -> None:
    assert permissions.references("visit") == {"household_id"}
    assert permissions.references("special_group_member") == {"household_id", "person_id"}
    assert permissions.references("weather") == frozenset()


@pytest.mark.parametrize(
    ("roles", "action", "fields", "own", "lacks"),
    [
        ({"PGO"}, "insert", {"name": "need_days", "value": "20"}, True, None),
        ({"VS"}, "insert", {"name": "need_days", "value": "20"}, True, Act.CREATE),
        ({"PGO", "TOP"}, "insert", {"decision": "approved"}, True, Act.APPROVE),
        ({"TOP"}, "set", {"decision": ["approved", None]}, False, None),
        ({"PGO", "TOP"}, "set", {"decision": ["approved", None]}, True, Act.APPROVE),
        ({"PGO"}, "set", {"decision": ["approved", None]}, False, Act.APPROVE),
        ({"TOP"}, "set", {"decision": ["approved", None], "value": ["9", None]}, False, Act.EDIT),
        ({"PGO"}, "set", {"value": ["9", None]}, True, Act.EDIT),
        ({"TOP"}, "set", {"decision": [None, None]}, False, Act.EDIT),
        ({"PGO"}, "delete", {}, True, Act.EDIT),
    ],
)
def test_a_setting_takes_two_persons(
    roles: set[str], action: str, fields: dict[str, object], own: bool, lacks: Act | None
) -> None:
    """Domain §2: created by PGO, approved by TOP; what was proposed is never edited."""
    kind = "township_setting"
    assert permissions.lacking(frozenset(roles), kind, action, fields, own=own) is lacks


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
