"""Printed documents on request: made in the background, then shown in the preview."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtWidgets import QWidget

from desktop.background import Background, Job
from desktop.views.notices import failure_notice
from desktop.views.preview import Preview, Raster
from township.records import Cadre
from township.storage.database import Database
from township.usecases import documents
from township.values import CHINA

Drawn = Callable[[Job], bytes]
"""A job that gives a PDF. The modules that draw are imported by it: they take a while."""


@dataclass(frozen=True)
class LedgerWish:
    """Which month's ledger of which zones; None: all that this laptop holds."""

    year: int
    month: int
    zones: tuple[bytes, ...] | None = None


@dataclass(frozen=True)
class Papers:
    """Makes documents from one laptop's records, stamped with who prints them and when."""

    database: Database
    cadre_id: bytes
    background: Background

    def print_visit(self, visit: bytes, over: QWidget) -> None:
        """Make the report of a visit and show it over a widget; a failure is told there."""
        self._run(self._visit(visit), "走访报告", over)

    def print_minutes(self, meeting: bytes, over: QWidget) -> None:
        """Make the minutes of a meeting and show them; a failure is told over the widget."""
        self._run(self._minutes(meeting), "会议纪要", over)

    def ledger(self, wish: LedgerWish) -> Drawn:
        """The job that makes a month's ledger; its steps are told and it can be cancelled."""

        def drawn(job: Job) -> bytes:
            from reports.monthly_ledger import monthly_ledger
            from reports.page import PrintStamp

            with self.database.reader() as session:
                found = documents.monthly_ledger(
                    session,
                    wish.zones,
                    wish.year,
                    wish.month,
                    lambda done, total: job.step(done, total, "正在汇总…"),
                )
            job.step(0, 0, "正在排版…")
            stamp = PrintStamp(*self._stamped())
            return monthly_ledger(
                found, stamp, lambda done, total: job.step(done, total, "正在制作各页…")
            )

        return drawn

    def show(self, pdf: bytes, title: str, over: QWidget | None) -> None:
        """Open the preview."""
        from reports.raster import page_count, render_page

        Preview(pdf, title, Raster(page_count, render_page), self.background, over).open()

    def _run(self, drawn: Drawn, title: str, over: QWidget) -> None:
        self.background.run(
            drawn,
            lambda pdf: self.show(pdf, title, over),
            failed=lambda error: failure_notice(str(error), over).open(),
            owner=over,
        )

    def _visit(self, visit: bytes) -> Drawn:
        def drawn(_: Job) -> bytes:
            from reports.page import PrintStamp
            from reports.visit_report import visit_report

            with self.database.reader() as session:
                report = documents.visit_report(session, visit)
            return visit_report(report, PrintStamp(*self._stamped()))

        return drawn

    def _minutes(self, meeting: bytes) -> Drawn:
        def drawn(_: Job) -> bytes:
            from reports.minutes import minutes_pdf
            from reports.page import PrintStamp
            from township.usecases.minutes import minutes

            with self.database.reader() as session:
                found = minutes(session, meeting)
            return minutes_pdf(found, PrintStamp(*self._stamped()))

        return drawn

    def _stamped(self) -> tuple[datetime, str, str]:
        """When, by whom, and the number of the print."""
        now = self.database.clock()
        with self.database.reader() as session:
            cadre = session.get(Cadre, self.cadre_id)
        number = now.astimezone(CHINA).strftime("%Y%m%d%H%M%S")
        return now, cadre.name if cadre else "", number
