"""Who may do what with which kind of record: one table for server, desktop and paper.

Source: domain §2. A zone's staff works in its own zones only, which the grants of the laptop say;
this table says what each role may do there. ``docs/permissions.md`` is made from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum
from functools import cache
from typing import Any

from township.records import record_kinds
from township.rules.assessment import signs
from township.values import Kind


class Act(StrEnum):
    """What somebody does with a record; deleting and bringing back is editing."""

    SEE = "see"
    CREATE = "create"
    EDIT = "edit"
    MOVE = "move"
    APPROVE = "approve"
    UNMASK = "unmask"
    PRINT = "print"
    EXPORT = "export"


class Reach(IntEnum):
    """On whose records."""

    NONE = 0
    OWN = 1
    """Those that the person made, or that lie in the person's own bucket."""
    ALL = 2


LABELS = {
    Act.SEE: "查看",
    Act.CREATE: "新增",
    Act.EDIT: "修改、删除",
    Act.MOVE: "迁到别的责任区",
    Act.APPROVE: "审核确认",
    Act.UNMASK: "查看遮盖的内容",
    Act.PRINT: "打印",
    Act.EXPORT: "导出",
}

Roles = frozenset[str]

_FIELD = frozenset({"VC", "VS", "LL", "TC", "PO", "JO"})
_OFFICES = frozenset({"PGO", "PET", "SAF", "TOP", "CLK"})
OFFICES = _OFFICES
"""The township's offices and its head."""
_CLERKS = frozenset({"VC", "VS", "TC", "CLK"})
"""Those who keep the household ledger."""
_HANDLERS = _FIELD | _OFFICES | {"CHD"}
_EVERYBODY = _HANDLERS | {"HW", "PAR"}
"""All with business data: administrators (ADM, SEC, AUD) have none, the discipline organ (DIS)
none but what is sealed to it.
"""
_NOBODY: Roles = frozenset()

_ADMINISTRATORS = frozenset({"ADM", "SEC", "AUD"})
_ALL_ROLES = _EVERYBODY | _ADMINISTRATORS | {"DIS"}

_OFFICE_OF_RECORD = frozenset({"PGO"})
_OVERSEERS = frozenset({"VS", "PGO", "CLK"})
ERASERS = frozenset({"PGO", "CLK"})
"""Those who decide what residents ask for, and who erase: the office, two or three people."""

Row = Mapping[Act, tuple[Roles, Roles]]
"""For each act who may do it with all records and who with own ones."""


def _row(
    see: Roles,
    create: Roles,
    edit: Roles,
    own: Roles = _NOBODY,
    move: Roles = _NOBODY,
    approve: Roles = _NOBODY,
    unmask: Roles = _NOBODY,
    printed: Roles = _NOBODY,
    exported: Roles = _NOBODY,
    unmask_own: Roles = _NOBODY,
) -> Row:
    return {
        Act.SEE: (see, _NOBODY),
        Act.CREATE: (create, _NOBODY),
        Act.EDIT: (edit, own),
        Act.MOVE: (move, _NOBODY),
        Act.APPROVE: (approve, _NOBODY),
        Act.UNMASK: (unmask, unmask_own),
        Act.PRINT: (printed, _NOBODY),
        Act.EXPORT: (exported, _NOBODY),  # within the caps of ``usecases.exporting``
    }


_organisation = _row(_ALL_ROLES, _OFFICE_OF_RECORD, _OFFICE_OF_RECORD, printed=_EVERYBODY)
"""Zones, groups and cadres: no data of residents; administrators and DIS need their names."""
_people = _row(
    _EVERYBODY,
    _CLERKS,
    _CLERKS | ERASERS,
    move=_CLERKS | {"PGO"},
    unmask=frozenset({"VC", "VS", "CLK", "PET", "PGO"}),
    unmask_own=_CLERKS,
    printed=frozenset({"VC", "VS", "TC", "LL", "PGO", "CLK", "TOP"}),
    exported=_OVERSEERS,
)
_matter = _row(
    _HANDLERS,
    _HANDLERS,
    _HANDLERS,
    approve=frozenset({"VS", "LL", "PET", "TOP"}),
    printed=_HANDLERS,
    exported=_OVERSEERS,
)
_visit = _row(
    _HANDLERS, _HANDLERS, _OVERSEERS, own=_HANDLERS, printed=_HANDLERS, exported=_OVERSEERS
)
_picture: Row = {**_visit, Act.EXPORT: (_NOBODY, _NOBODY)}
_DISPUTE_FINDERS = frozenset({"VC", "VS", "JO", "PET"})
_DISPUTE_HANDLERS = _FIELD | {"PET", "TOP"}
_dispute = _row(
    _HANDLERS,
    _DISPUTE_FINDERS,
    _DISPUTE_HANDLERS | ERASERS,
    approve=frozenset({"VS", "LL", "PET", "TOP"}),
    printed=_HANDLERS,
)
"""Domain §2: village cadres, justice and the petition office record disputes, owners by level
(§5.5) and mediators work on them; a level falls only by one of those who approve."""
_open_case = _row(_HANDLERS, _CLERKS, _CLERKS)
_TELLERS = frozenset({"PGO", "PET", "SAF", "CLK"})
"""Offices that may count ballots: none of them serves in a zone that is evaluated."""
_APPROVERS = frozenset({"PGO", "TOP"})

_readers = _ALL_ROLES - _ADMINISTRATORS
_sealed: Row = {
    **_row(_NOBODY, _ALL_ROLES, _NOBODY, own=_readers),
    Act.SEE: (_NOBODY, _readers),
    Act.PRINT: (_NOBODY, _readers),
}
"""Everybody may seal something; each reads, and may let go, what is sealed to himself. Who that
is follows from the designations (``rules.sealed``)."""

_MEETERS = _OFFICES | {"VC", "VS", "LL", "TC"}
"""Those who prepare meetings and write down what was said (domain §2: the clerk)."""
_meeting = _row(
    _EVERYBODY,
    _MEETERS,
    _MEETERS,
    approve=frozenset({"VS", "TOP"}),
    printed=_EVERYBODY,
)
"""The main leader of village or township signs; any handler reports a task of his as done."""

_ASSESSORS = frozenset({"VS", "LL", "PGO"})
"""Those who sign the field days of others (domain §5.1 rule 7); for whom, ``signs`` says."""
_signed = _row(_EVERYBODY, _ASSESSORS, _NOBODY, printed=_ASSESSORS | {"TOP"})

TABLE: Mapping[str, Row] = {
    "zone": _organisation,
    "village_group": _organisation,
    "cadre": _organisation,
    "zone_staff": _organisation,
    "household": _people,
    "person": _people,
    "household_link": _row(
        _EVERYBODY, _OVERSEERS, _OVERSEERS, printed=_EVERYBODY, exported=_OVERSEERS
    ),
    "work_log": _row(
        _EVERYBODY,
        _EVERYBODY,
        _OVERSEERS,
        own=_EVERYBODY,
        approve=frozenset({"VS", "LL", "PGO"}),
        printed=_EVERYBODY,
    ),
    "visit": _visit,
    "attachment": _picture,
    "need": _matter,
    "need_progress": _matter,
    "situation": _matter,
    "evacuee": _row(_HANDLERS, _HANDLERS, _HANDLERS),
    "special_group_member": _row(
        _HANDLERS,
        _CLERKS | {"CHD"},
        _CLERKS | {"CHD"} | ERASERS,
        printed=_HANDLERS,
        exported=_OVERSEERS,
    ),
    "rights_request": _row(
        _HANDLERS,
        _CLERKS | ERASERS,
        frozenset({"VS"}) | ERASERS,
        own=_CLERKS,
        approve=ERASERS,
        printed=_CLERKS | ERASERS,
    ),
    "consent": _row(_HANDLERS, _CLERKS | ERASERS, _CLERKS | ERASERS),
    "erasure": _row(_EVERYBODY, ERASERS, _NOBODY),
    "month_summary": _row(_EVERYBODY, ERASERS, _NOBODY, printed=_EVERYBODY),
    "conflict": _row(_HANDLERS, _NOBODY, _HANDLERS),
    "duplicate": _open_case,
    "meeting": _meeting,
    "agenda_item": _row(_EVERYBODY, _MEETERS, _MEETERS, printed=_EVERYBODY),
    "resolution": _row(_EVERYBODY, _MEETERS, _HANDLERS, printed=_EVERYBODY),
    "task": _row(_HANDLERS, _FIELD | {"PET"}, _HANDLERS, printed=_HANDLERS),
    "dispute": _dispute,
    "dispute_party": _dispute,
    "dispute_step": {**_dispute, Act.CREATE: (_DISPUTE_HANDLERS, _NOBODY)},
    "access_entry": _row(frozenset({"AUD"}), _ALL_ROLES, _NOBODY),
    "designation": _row(_ALL_ROLES, frozenset({"SEC"}), frozenset({"SEC"})),
    "service_count": _row(_EVERYBODY, frozenset({"HW"}), frozenset({"HW"})),
    "sealing_key": _row(_ALL_ROLES, _NOBODY, _NOBODY),
    "sealed_entry": _sealed,
    # 下队考核: what was signed is never changed (decision 044).
    "assessment_sheet": _signed,
    "assessment_line": _signed,
    "assessment_note": _row(_EVERYBODY, _ASSESSORS, _ASSESSORS),
    "spot_check": _row(_EVERYBODY, frozenset({"LL"}), ERASERS, own=frozenset({"LL"})),
    # 测评: what was counted stays with the offices (decision 041).
    "evaluation": _row(
        _EVERYBODY,
        frozenset({"PGO", "CLK"}),
        frozenset({"PGO", "CLK"}),
        approve=_APPROVERS,
        printed=_EVERYBODY,
    ),
    "evaluation_total": _row(_EVERYBODY, _APPROVERS, _NOBODY, printed=_EVERYBODY),
    "ballot_tally": _row(_OFFICES, _TELLERS, _NOBODY, own=_TELLERS, printed=_OFFICES),
    "ballot_comments": _row(_OFFICES, _TELLERS, _TELLERS, printed=_OFFICES),
    "accountability": _row(_HANDLERS, _APPROVERS, _APPROVERS | {"LL"}, printed=_HANDLERS),
    # 镇设置: proposed by the office, approved by the head, then never edited (decision 046).
    "township_setting": _row(
        _ALL_ROLES, _OFFICE_OF_RECORD, _NOBODY, approve=frozenset({"TOP"}), printed=_EVERYBODY
    ),
    # 责任区: the card and the box (decision 043).
    "contact_card": {
        **_organisation,
        Act.SEE: (_EVERYBODY, _NOBODY),
        Act.APPROVE: (frozenset({"TOP"}), _NOBODY),
    },
    "box_opening": _row(_EVERYBODY, _HANDLERS, frozenset({"PET"}), own=_HANDLERS),
    "opinion_entry": _row(
        _HANDLERS,
        _HANDLERS,
        frozenset({"VS", "LL", "PET"}),
        own=_HANDLERS,
        approve=frozenset({"PET"}),
        printed=_HANDLERS,
    ),
}

_ANY: frozenset[str] = frozenset()
_APPROVALS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "need": {"class_confirmed_by": _ANY},
    "dispute": {"level_by": _ANY},
    "rights_request": {"decision": _ANY, "decided_on": _ANY, "handled_by": _ANY},
    "erasure": {"done_at": _ANY},
    "contact_card": {"approved_by": _ANY, "approved_on": _ANY},
    "opinion_entry": {"approved_by": _ANY},
    "meeting": {"minutes_state": frozenset({"signed"}), "signed_by": _ANY},
    "township_setting": {
        "decision": _ANY,
        "decision_note": _ANY,
        "decided_by": _ANY,
        "decided_on": _ANY,
    },
    "work_log": {
        "assessor_id": _ANY,
        "assess_note": _ANY,
        "state": frozenset({"counted", "returned"}),
    },
    "evaluation": {
        "approved_by": _ANY,
        "approved_on": _ANY,
        "result": _ANY,
        "returned": _ANY,
        "state": frozenset({"approved"}),
    },
}
"""Fields, and their values, that say that somebody approved or assessed a record."""


def approval_fields(kind: str) -> Iterable[str]:
    """The fields of a kind that may say that somebody approved."""
    return _APPROVALS.get(kind, {}).keys()


def approves(kind: str, name: str, value: Any) -> bool:
    """Does this value say so? To take an approval back is no approval."""
    values = _APPROVALS.get(kind, {}).get(name)
    return values is not None and value is not None and (not values or value in values)


@cache
def references(kind: str) -> frozenset[str]:
    """Fields that hang a record on a household or person.

    Who keeps the ledger may change them, also in records of others: households and persons that
    were entered twice are merged.
    """
    record = record_kinds().get(kind)
    fields = record.fields() if record else {}
    return frozenset(
        name
        for name, field in fields.items()
        if field.kind is Kind.REF and field.target in ("household", "person")
    )


def reach(roles: Iterable[str], act: Act, kind: str) -> Reach:
    """On which records of a kind somebody with these roles may do this; roles add up.

    A kind that only newer programs know may be changed by nobody but the township itself.
    """
    row = TABLE.get(kind)
    if row is None:
        return Reach.NONE
    held = frozenset(roles)
    all_, own = row[act]
    if held & all_:
        return Reach.ALL
    return Reach.OWN if held & own else Reach.NONE


def may(roles: Iterable[str], act: Act, kind: str, *, own: bool = False) -> bool:
    """May somebody do this, with a record of theirs (``own``) or of somebody else?"""
    found = reach(roles, act, kind)
    return found is Reach.ALL or (own and found is Reach.OWN)


def is_of(bucket: str, person: bytes) -> bool:
    """Is this the bucket of a person's own, where what is sealed to him lies?"""
    return bucket.partition("/")[0] == person.hex()


_BY_ANOTHER = {
    "work_log": frozenset({"state"}),
    "township_setting": frozenset(_APPROVALS["township_setting"]),
}
"""Approvals that nobody gives himself. Source: domain §5.1 rule 7, §2 (settings)."""
_ACTS = {
    "insert": Act.CREATE,
    "set": Act.EDIT,
    "delete": Act.EDIT,
    "restore": Act.EDIT,
    "move": Act.MOVE,
}


def lacking(
    roles: Roles, kind: str, action: str, fields: Mapping[str, Any], *, own: bool
) -> Act | None:
    """The right that somebody lacks for an operation on a record; None: it is allowed.

    ``fields`` as in ``changes.Op``; ``own``: the record is theirs.
    """
    names = frozenset(fields) if action in ("insert", "set") else frozenset()
    approved = {
        name
        for name in names
        if approves(kind, name, fields[name] if action == "insert" else fields[name][0])
    }
    if approved and (
        not may(roles, Act.APPROVE, kind) or (own and approved & _BY_ANOTHER.get(kind, _NOBODY))
    ):
        return Act.APPROVE
    if kind == "assessment_sheet" and not signs(roles, fields.get("part")):
        return Act.CREATE
    if action == "set" and names:
        if approved == names:
            return None
        if names <= references(kind) and may(roles, Act.EDIT, "household"):
            return None
    act = _ACTS[action]
    return None if may(roles, act, kind, own=own) else act


_CLASSES: Mapping[str, Roles] = {"i": _EVERYBODY, "r": _HANDLERS, "a": frozenset({"AUD"})}


def sees_class(roles: Iterable[str], data_class: str) -> bool:
    """May a device of somebody with these roles hold records of class ``i``, ``r`` or ``a``?"""
    return bool(frozenset(roles) & _CLASSES.get(data_class, _NOBODY))
