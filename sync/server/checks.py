"""Which changesets the township takes: structure, values, author, bucket. Trusts no client.

A changeset is judged as a whole before any of it is applied. ``rejected`` means that it can
never fit, ``quarantined`` that a person may still let it in (a lost grant, an unknown record).
Unknown kinds and fields come from newer programs and are kept as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

import msgspec

from sync import merge
from sync.server.reading import LONGEST_TEXT, Head, insert_decoders
from township.changes import SEEN, Op, Writers, bucket
from township.records import record_kinds
from township.storage.pages import Status
from township.values import Kind

_BUCKET = re.compile(r"([0-9a-f]{32}|township)/[a-z]{1,6}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST_NAME = 40
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_REFS = re.compile(r"[0-9a-f]{32}( [0-9a-f]{32})*")
ADMISSION = "admission"
"""Of the township's entries that settle quarantined work; it has no records."""
SERVER_KINDS = frozenset({"conflict", ADMISSION})
"""What only the township writes."""


class Refused(Exception):
    """A changeset that is not applied: ``status`` rejected or quarantined, and the reason code."""

    def __init__(self, status: Status, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def _is_date(value: Any) -> bool:
    try:
        return _DATE.fullmatch(value) is not None and date.fromisoformat(value) is not None
    except (ValueError, TypeError):
        return False


def _is_moment(value: Any) -> bool:
    try:
        return _MOMENT.fullmatch(value) is not None and datetime.fromisoformat(value) is not None
    except (ValueError, TypeError):
        return False


def _is_text(value: Any) -> bool:
    return type(value) is str and len(value) <= LONGEST_TEXT


def _is_number(value: Any) -> bool:
    return type(value) is int and -(2**63) <= value < 2**63


def _is_ref(value: Any) -> bool:
    return type(value) is bytes and len(value) == 16


def _is_refs(value: Any) -> bool:
    return type(value) is str and _REFS.fullmatch(value) is not None


_CHECKS: dict[Kind, Callable[[Any], bool]] = {
    Kind.NUMBER: _is_number,
    Kind.FLAG: lambda value: type(value) is int and value in (0, 1),
    Kind.DATE: _is_date,
    Kind.MOMENT: _is_moment,
    Kind.REF: _is_ref,
    Kind.REFS: _is_refs,
    Kind.PACKED: lambda value: type(value) is bytes,
}


@dataclass(frozen=True)
class KindRule:
    """What the township knows about one kind of record."""

    checks: dict[str, Callable[[Any], bool]]
    orders: merge.Orders
    data_class: str
    township_wide: bool
    owner_field: str
    outgoing: bool

    def bucket_in(self, owner: bytes | None) -> str:
        """The bucket of a new record of this kind whose ``owner_field`` names this owner."""
        return bucket(None if self.township_wide else owner, self.data_class)


@cache
def kind_rules() -> dict[str, KindRule]:
    """The rules of all kinds this program knows, from their declared fields."""
    rules = {}
    for name, record in record_kinds().items():
        fields = record.fields()
        orders: dict[str, Sequence[str]] = {
            field: tuple(declared.codes or ())
            for field, declared in fields.items()
            if declared.kind in (Kind.CODES, Kind.REFS)
        }
        checks = {field: _CHECKS.get(declared.kind, _is_text) for field, declared in fields.items()}
        where = record.data_class, record.township_wide, record.owner_field, record.outgoing
        rules[name] = KindRule(checks, orders, *where)
    return rules


def checked(head: Head) -> Head | Op:
    """The operation, if it is sound by itself; a plain new record stays packed. Raises Refused."""
    if len(head.record) != 16 or not _is_bucket(head.bucket):
        raise Refused("rejected", "unreadable")
    decoder = insert_decoders().get(head.kind) if head.action == "insert" else None
    if decoder is None:
        return _checked_in_general(head)
    try:
        owner = getattr(decoder.decode(head.fields), kind_rules()[head.kind].owner_field)
    except ValueError:
        return _checked_in_general(head)  # not plain
    if _bucket_of(head.kind, owner) != head.bucket:
        raise Refused("rejected", "bucket")
    return head


@lru_cache(1024)
def _bucket_of(kind: str, owner: bytes | None) -> str:
    return kind_rules()[kind].bucket_in(owner)


def _checked_in_general(head: Head) -> Op:
    try:
        op = head.whole()
    except (ValueError, RecursionError) as error:
        raise Refused("rejected", "unreadable") from error
    if not _is_name(op.kind):
        raise Refused("rejected", "unreadable")
    rule = kind_rules().get(op.kind)
    if op.action == "insert":
        _check_insert(op, rule)
    elif op.action == "set":
        _check_set(op, rule)
    elif op.action == "move":
        _check_move(op)
    elif op.action in ("put", "leave"):
        raise Refused("rejected", "action")
    elif op.action == "delete":
        _check_seen(op)
    elif op.fields:
        raise Refused("rejected", "value")
    return op


@lru_cache(1024)
def _is_bucket(name: str) -> bool:
    return _BUCKET.fullmatch(name) is not None


def _is_name(text: str) -> bool:
    return len(text) <= _LONGEST_NAME and _reads_as_name(text)  # what is longer is not kept


@lru_cache(1024)
def _reads_as_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def _check_insert(op: Op, rule: KindRule | None) -> None:
    if op.kind in SERVER_KINDS:
        raise Refused("rejected", "action")
    checks = rule.checks if rule else {}
    for name, value in op.fields.items():
        check = checks.get(name)
        if not (_unknown_fits(name, value) if check is None else value is None or check(value)):
            raise Refused("rejected", "value")
    if rule and rule.bucket_in(op.fields.get(rule.owner_field)) != op.bucket:
        raise Refused("rejected", "bucket")
    _check_allowed(op, op.fields)


def _check_set(op: Op, rule: KindRule | None) -> None:
    values: dict[str, Any] = {}
    for name, pair in op.fields.items():
        if type(pair) is not list or len(pair) != 2:
            raise Refused("rejected", "value")
        value, base = pair
        check = rule.checks.get(name) if rule else None
        fits = _unknown_fits(name, value) if check is None else value is None or check(value)
        if not fits or not (base is None or (type(base) is str and len(base) <= 64)):
            raise Refused("rejected", "value")
        values[name] = value
    if rule and rule.owner_field in values and not rule.township_wide:
        raise Refused("rejected", "zone_change")
    _check_allowed(op, values)


def _check_move(op: Op) -> None:
    if op.kind != "household":
        raise Refused("rejected", "action")
    if op.fields.keys() != {"zone_id", "group_id"}:
        raise Refused("rejected", "value")
    for pair in op.fields.values():
        if type(pair) is not list or len(pair) != 2:
            raise Refused("rejected", "value")
        value, base = pair
        if not _is_ref(value) or not (base is None or (type(base) is str and len(base) <= 64)):
            raise Refused("rejected", "value")


def _unknown_fits(name: str, value: Any) -> bool:
    """Fields from newer programs: any primitive value under a proper name."""
    return _is_name(name) and (
        value is None or type(value) is bytes or _is_text(value) or _is_number(value)
    )


def _check_seen(op: Op) -> None:
    if not op.fields:
        return
    try:
        seen = Writers.unpack(op.fields.get(SEEN))
        fine = type(seen.fields) is dict and op.fields.keys() == {SEEN}
    except (msgspec.MsgspecError, ValueError, TypeError):
        fine = False
    if not fine:
        raise Refused("rejected", "value")


def _check_allowed(op: Op, values: dict[str, Any]) -> None:
    """Maternal matters are never stored. Source: domain §7.4."""
    if op.kind == "situation" and values.get("situation_kind") == "maternal":
        raise Refused("rejected", "forbidden")
