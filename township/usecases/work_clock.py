"""The township's day on a laptop whose clock may be wrong, and the day on which work was entered.

Source: domain §9 (b): deadlines use the server's time after sync, and the row is flagged. What a
log or a visit keeps is a day and never a time of the day (domain §4.3).
"""

from __future__ import annotations

from datetime import date, timedelta

from township.records import Visit, WorkLog
from township.storage.true_time import true_time
from township.storage.work import UnitOfWork
from township.values import CHINA


def today(work: UnitOfWork) -> date:
    """The day in China by the township's time, as far as this laptop knows it."""
    return true_time(work.session.connection(), work.clock()).astimezone(CHINA).date()


def entered_on(work: UnitOfWork) -> date | None:
    """What a log or visit keeps that is saved now: the true day, where the laptop says another."""
    true = today(work)
    return true if true != work.today() else None


def not_later_than_today(work: UnitOfWork, what: str) -> str:
    """Why a date is refused; says which day it is where the laptop's clock says another."""
    true = entered_on(work)
    hint = f"（镇服务器的日期是 {true}，请校准本机时钟）" if true else ""
    return f"{what}不能晚于今天{hint}"


def mend(found: WorkLog | Visit, right: timedelta) -> bool:
    """Put right the day on which a record of this laptop was entered; did it change?"""
    if found.created_at is None:
        return False
    said = found.created_at.astimezone(CHINA).date()
    true = (found.created_at + right).astimezone(CHINA).date()
    kept = true if true != said else None
    if found.entered_on == kept:
        return False
    found.entered_on = kept
    return True
