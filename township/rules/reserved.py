"""What of the township's own bucket only its offices write, though every laptop may."""

from __future__ import annotations

from collections.abc import Iterable

from township.rules.permissions import OFFICES

_TOWNSHIP_OWN = frozenset({"meeting", "agenda_item", "resolution"})
"""Kinds of which a zone has its own and the township too."""
RESERVED = (
    "全镇的会议由镇党政办、台账管理员、综治信访办、镇安办或镇主要领导登记，没有保存。请联系他们。"
)


def reserved(roles: Iterable[str], kind: str, action: str, bucket: str) -> bool:
    """Is this the township's own meeting, which its offices keep, and the person of none?

    Whoever is to carry out a resolution of the township reports on it all the same.
    """
    if kind not in _TOWNSHIP_OWN or not bucket.startswith("township/"):
        return False
    reports = kind == "resolution" and action == "set"
    return not reports and not frozenset(roles) & OFFICES
