"""The jobs that draw 五情日报 and 五情月报."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Protocol

from desktop.background import Job
from township.storage.database import Database


class Maker(Protocol):
    """What the jobs need of ``papers.Papers``."""

    @property
    def database(self) -> Database: ...

    @property
    def cadre_id(self) -> bytes: ...

    def stamped(self) -> tuple[datetime, str, str]:
        """When, by whom, and the number of the print."""
        ...


def day(maker: Maker, on: date) -> Callable[[Job], bytes]:
    """The job that makes the 五情日报 of a day."""

    def drawn(_: Job) -> bytes:
        from reports.page import PrintStamp
        from reports.situation_summary import day_pdf
        from township.usecases.situation_summary import day_summary

        with maker.database.reader() as session:
            found = day_summary(session, on, by=maker.cadre_id)
        return day_pdf(found, PrintStamp(*maker.stamped()))

    return drawn


def month(maker: Maker, year: int, number: int) -> Callable[[Job], bytes]:
    """The job that makes the 五情月报 of a month."""

    def drawn(_: Job) -> bytes:
        from reports.page import PrintStamp
        from reports.situation_summary import month_pdf
        from township.usecases.situation_summary import month_summary

        today = maker.database.today()
        with maker.database.reader() as session:
            found = month_summary(session, year, number, today, by=maker.cadre_id)
        return month_pdf(found, PrintStamp(*maker.stamped()))

    return drawn
