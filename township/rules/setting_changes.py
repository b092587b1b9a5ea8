"""Which settings are in force: what the office proposed and the township's head approved.

A change is never retroactive: it is in force from the day that it names on, and not before the
day of its approval. What the bounds do not allow, or only a newer program knows, is passed over:
then the preset is in force. Source: domain §2, settings are made by PGO and approved by TOP.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from township.rules.settings import DECLARED, PRESET, Declared, Settings

APPROVED, REFUSED = "approved", "refused"
"""What the head of the township says to a proposal."""


@dataclass(frozen=True)
class Change:
    """One proposal; ``value`` None: back to the preset; ``decision`` None: it waits."""

    id: bytes
    name: str
    value: str | None
    valid_from: date
    decision: str | None
    decided_on: date | None

    @property
    def in_force_from(self) -> date | None:
        """From which day on it holds; None: it is not approved."""
        if self.decision != APPROVED or self.decided_on is None:
            return None
        return max(self.valid_from, self.decided_on)


def newest(changes: Iterable[Change], on: date) -> dict[str, Change]:
    """For each setting the change that is in force on a day: the one that began last."""
    found: dict[str, tuple[tuple[date, date, bytes], Change]] = {}
    for one in changes:
        begun = one.in_force_from
        if begun is None or begun > on:
            continue
        order = (begun, one.decided_on or begun, one.id)
        if one.name not in found or found[one.name][0] < order:
            found[one.name] = (order, one)
    return {name: change for name, (_, change) in found.items()}


def settings_on(changes: Iterable[Change], on: date) -> Settings:
    """The settings in force on a day."""
    values = {}
    for name, change in newest(changes, on).items():
        declared = DECLARED.get(name)
        if declared is not None and change.value is not None and not problem(declared, change):
            values[name] = declared.shape.read(change.value)
    return replace(PRESET, **values) if values else PRESET


def problem(declared: Declared, change: Change) -> str | None:
    """Why a change cannot be followed, in Chinese; None when it can."""
    try:
        declared.shape.read(change.value or declared.shape.write(declared.preset))
    except ValueError as error:
        return str(error)
    return None


def decide_problem(change: Change, proposer: bytes | None, decider: bytes) -> str | None:
    """Why this person may not decide on a proposal, in Chinese; None when they may."""
    if change.decision is not None:
        return "这项改动已经审定过，不能再改。需要时请重新提出。"
    if proposer == decider:
        return "提出人不能审定自己提出的改动，请由镇主要领导审定。"
    return None
