"""下队考核: who assesses whom, when a month closes, and which logs are drawn for a spot check.

Source: domain §5.1 rules 3, 7 and 8. Village cadres are assessed by their secretary, the
secretary by the linked leader [P], the township's cadres by 党政办. Nobody assesses himself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256

from township.rules.settings import PRESET, Settings

VILLAGE, SECRETARY, TOWNSHIP = "village", "secretary", "township"
ASSESSED = {
    SECRETARY: frozenset({"VS"}),
    VILLAGE: frozenset({"VC"}),
    TOWNSHIP: frozenset({"TC", "PO", "JO"}),
}
"""Roles that stand on a sheet of each part; a secretary who is a village cadre too is a secretary.
Linked leaders are on none: the township's rule does not say who assesses them."""
ASSESSOR = {VILLAGE: "VS", SECRETARY: "LL", TOWNSHIP: "PGO"}
"""Whose signature each part needs."""


def signs(roles: Collection[str], part: object) -> bool:
    """May somebody with these roles sign for a part? A linked leader stands in for a secretary."""
    signers = {VILLAGE: {"VS", "LL"}, SECRETARY: {"LL"}, TOWNSHIP: {"PGO"}}
    return part not in signers or not signers[str(part)].isdisjoint(roles)


class Stage(StrEnum):
    """How a unit's month stands."""

    RUNNING = "running"
    """The month is not over."""
    TO_SIGN = "to_sign"
    OVERDUE = "overdue"
    SIGNED = "signed"
    CHANGED = "changed"
    """Signed, and something that was signed is different now."""


def part_of(roles: Iterable[str]) -> str | None:
    """On which part's sheet somebody with these roles stands."""
    held = frozenset(roles)
    return next((part for part, of in ASSESSED.items() if held & of), None)


def first_of(year: int, month: int) -> date:
    """The first day of a month."""
    return date(year, month, 1)


def last_of(year: int, month: int) -> date:
    """The last day of a month."""
    return (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def closes_on(year: int, month: int, settings: Settings = PRESET) -> date:
    """The day of the next month until which a month is signed."""
    following = last_of(year, month) + timedelta(days=1)
    return following.replace(day=settings.assessment_close_day)


def is_over(year: int, month: int, today: date) -> bool:
    """Only a month that is over can be signed, and drawn from."""
    return today > last_of(year, month)


def stage(
    year: int, month: int, today: date, *, signed: bool, changed: bool, settings: Settings = PRESET
) -> Stage:
    """How a unit's month stands today."""
    if signed:
        return Stage.CHANGED if changed else Stage.SIGNED
    if not is_over(year, month, today):
        return Stage.RUNNING
    return Stage.OVERDUE if today > closes_on(year, month, settings) else Stage.TO_SIGN


def edit_problem(
    worked_on: date,
    state: str | None,
    today: date,
    *,
    signed: bool,
    settings: Settings = PRESET,
) -> str | None:
    """Why the author may not change or delete a saved log; None: he may.

    Until the month is closed he may; later only when the assessor has sent it back.
    """
    if state == "returned":
        return None
    if signed:
        return "这个月的考核表已经签字，不能再改。要更正请先请考核人退回这一天的日志。"
    if today > closes_on(worked_on.year, worked_on.month, settings):
        return "这个月已经关账，不能再改。要更正请先请考核人退回这一天的日志。"
    return None


def draw(
    cadre_id: bytes,
    year: int,
    month: int,
    logs: Iterable[bytes],
    checked: Collection[bytes] = (),
    count: int = PRESET.spot_checks,
) -> tuple[bytes, ...]:
    """The logs of a cadre's month that are to be asked about, in the order of the draw.

    By chance, and everywhere the same: a log's lot is the hash of cadre, month and log, and the
    smallest lots are drawn. Nobody chooses, no laptop has to tell another what it drew, and a log
    that comes later changes no other log's lot. Logs that were ``checked`` already stay drawn
    and are among the ``count``.
    """

    def lot(log: bytes) -> bytes:
        return sha256(b"spot\0" + cadre_id + f"{year:04}-{month:02}".encode() + log).digest()

    drawn = sorted(set(logs) | set(checked), key=lambda log: (log not in checked, lot(log)))
    return tuple(drawn[: max(count, len(set(checked)))])
