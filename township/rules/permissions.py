"""Who may do what with which kind of record: one table for server, desktop and paper.

Source: domain §2. A zone's staff works in its own zones only, which the grants of the laptop say;
this table says what each role may do there. ``docs/permissions.md`` is made from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum
from functools import cache

from township.records import record_kinds
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
    """Those that the person made."""
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
_CLERKS = frozenset({"VC", "VS", "TC", "CLK"})
"""Those who keep the household ledger."""
_HANDLERS = _FIELD | _OFFICES | {"CHD"}
_EVERYBODY = _HANDLERS | {"HW", "PAR"}
"""All with business data: administrators (ADM, SEC, AUD) have none, the discipline organ (DIS)
none but what is sealed to it.
"""
_NOBODY: Roles = frozenset()

_OFFICE_OF_RECORD = frozenset({"PGO"})
_OVERSEERS = frozenset({"VS", "PGO", "CLK"})

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
) -> Row:
    return {
        Act.SEE: (see, _NOBODY),
        Act.CREATE: (create, _NOBODY),
        Act.EDIT: (edit, own),
        Act.MOVE: (move, _NOBODY),
        Act.APPROVE: (approve, _NOBODY),
        Act.UNMASK: (unmask, _NOBODY),
        Act.PRINT: (printed, _NOBODY),
        Act.EXPORT: (_NOBODY, _NOBODY),  # no export of persons before its caps are there (§7.1)
    }


_organisation = _row(_EVERYBODY, _OFFICE_OF_RECORD, _OFFICE_OF_RECORD, printed=_EVERYBODY)
_people = _row(
    _EVERYBODY,
    _CLERKS,
    _CLERKS,
    move=_CLERKS | {"PGO"},
    unmask=frozenset({"VC", "VS", "CLK", "PET", "PGO"}),
    printed=frozenset({"VC", "VS", "TC", "LL", "PGO", "CLK", "TOP"}),
)
_matter = _row(
    _HANDLERS,
    _HANDLERS,
    _HANDLERS,
    approve=frozenset({"VS", "LL", "PET", "TOP"}),
    printed=_HANDLERS,
)
_visit = _row(_HANDLERS, _HANDLERS, _OVERSEERS, own=_HANDLERS, printed=_HANDLERS)
_open_case = _row(_HANDLERS, _CLERKS, _CLERKS)

TABLE: Mapping[str, Row] = {
    "zone": _organisation,
    "village_group": _organisation,
    "cadre": _organisation,
    "zone_staff": _organisation,
    "household": _people,
    "person": _people,
    "household_link": _row(
        _EVERYBODY, _OVERSEERS | {"PGO"}, _OVERSEERS | {"PGO"}, printed=_EVERYBODY
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
    "attachment": _visit,
    "need": _matter,
    "need_progress": _matter,
    "situation": _matter,
    "special_group_member": _row(
        _HANDLERS, _CLERKS | {"CHD"}, _CLERKS | {"CHD"}, printed=_HANDLERS
    ),
    "conflict": _row(_HANDLERS, _NOBODY, _HANDLERS),
    "duplicate": _open_case,
}

APPROVED: Mapping[str, frozenset[str]] = {
    "need": frozenset({"class_confirmed_by"}),
    "work_log": frozenset({"assessor_id", "assess_note"}),
}
"""Fields that say that somebody approved: who sets them needs that right, not that to edit."""


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


def sees_class(roles: Iterable[str], data_class: str) -> bool:
    """May a device of somebody with these roles hold records of class ``i`` or ``r``?"""
    return bool(frozenset(roles) & {"i": _EVERYBODY, "r": _HANDLERS}.get(data_class, _NOBODY))
