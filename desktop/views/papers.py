"""Printed documents on request: made in the background, then shown in the preview."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from PySide6.QtWidgets import QWidget
from sqlalchemy.orm import Session

from desktop.background import Background, Job
from desktop.views import situation_papers
from desktop.views.notices import failure_notice
from desktop.views.preview import Preview, Raster
from desktop.views.reason_dialog import ReasonDialog
from township.documents import AssessmentPaper
from township.records import Cadre
from township.storage.database import Database
from township.usecases import evaluation_papers, my_record, printing
from township.usecases.access import Reason, require
from township.usecases.assessment_paper import open_paper, signed_paper
from township.usecases.assessment_people import Unit
from township.values import CHINA

_SHEET = "下队工作日志考核表"
Drawn = Callable[[Job], bytes]
"""A job that gives a PDF. The modules that draw are imported by it: they take a while."""
InFull = Callable[[Reason], Drawn]
"""Gives the job that makes a paper unmasked, for this reason."""


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
    noted: Callable[[], object] = field(default=lambda: None, kw_only=True)
    """Called when a paper in full was made, which is noted."""

    def print_visit(self, visit: bytes, over: QWidget) -> None:
        """Make the report of a visit and show it over a widget; a failure is told there."""
        self._draw(self._visit(visit), "走访报告", over, lambda reason: self._visit(visit, reason))

    def print_my_record(self, person: bytes, over: QWidget) -> None:
        """Make what is kept about a resident and show it over a widget, to be handed over."""
        self.background.run(
            self._my_record(person),
            lambda pdf: self.show(pdf, "我的信息", over),
            failed=lambda error: failure_notice(str(error), over).open(),
            owner=over,
        )

    def print_minutes(self, meeting: bytes, over: QWidget) -> None:
        """Make the minutes of a meeting and show them; a failure is told over the widget."""
        self._draw(self._minutes(meeting), "会议纪要", over)

    def print_dispute(self, dispute: bytes, over: QWidget) -> None:
        """Make the 预警单 of a dispute and show it; a failure is told over the widget."""
        self._draw(self._dispute(dispute), "矛盾纠纷预警单", over)

    def print_situation_day(self, on: date, over: QWidget) -> None:
        """Make the 五情日报 of a day and show it; a failure is told over the widget."""
        self._draw(situation_papers.day(self, on), f"五情日报 {on}", over)

    def print_situation_month(self, year: int, month: int, over: QWidget) -> None:
        """Make the 五情月报 and show it; a failure is told over the widget."""
        title = f"五情月报 {year}年{month}月"
        self._draw(situation_papers.month(self, year, month), title, over)

    def print_card(self, zone: bytes, over: QWidget, *, door: bool, preview: bool) -> None:
        """Make the card of a zone, ten on a sheet or one for the door, and show it.

        A failure is told over the widget; ``preview``: also a version that may not be printed.
        """
        title = "门贴卡" if door else "联系群众卡"
        self._draw(self._card(zone, door, preview), title, over)

    def print_signed_sheet(self, sheet: bytes, over: QWidget) -> None:
        """Make a signed assessment sheet as it was signed, and show it over a widget."""
        self._draw(self._assessed(lambda session: signed_paper(session, sheet)), _SHEET, over)

    def print_open_sheet(self, unit: Unit, year: int, month: int, over: QWidget) -> None:
        """Make the assessment sheet of a month that is not signed, as it stands now."""
        self._draw(
            self._assessed(lambda session: open_paper(session, unit, year, month)), _SHEET, over
        )

    def ledger(self, wish: LedgerWish, reason: Reason | None = None) -> Drawn:
        """The job that makes a month's ledger; its steps are told and it can be cancelled.

        Masked without a ``reason``.
        """

        def drawn(job: Job) -> bytes:
            from reports.monthly_ledger import monthly_ledger
            from reports.page import PrintStamp

            found = printing.monthly_ledger(
                self.database,
                self.cadre_id,
                wish.zones,
                wish.year,
                wish.month,
                lambda done, total: job.step(done, total, "正在汇总…"),
                reason,
            )
            job.step(0, 0, "正在排版…")
            stamp = PrintStamp(*self.stamped())
            return monthly_ledger(
                found, stamp, lambda done, total: job.step(done, total, "正在制作各页…")
            )

        return drawn

    def print_slips(self, evaluation: bytes, over: QWidget) -> None:
        """Make the ballots of an evaluation and show them; a failure is told there."""
        self._draw(self._slips(evaluation), "测评票", over)

    def print_result(self, evaluation: bytes, over: QWidget) -> None:
        """Make the result of an evaluation and show it; a failure is told there."""
        self._draw(self._result(evaluation), "满意度测评结果", over)

    def show(self, pdf: bytes, title: str, over: QWidget, in_full: InFull | None = None) -> None:
        """Open the preview; ``in_full`` gives the job that makes the same paper unmasked."""
        from reports.raster import page_count, render_page

        preview = Preview(pdf, title, Raster(page_count, render_page), self.background, over)
        if in_full is not None:
            preview.offer_in_full(lambda: self._ask(title, preview, over, in_full))
        preview.open()

    def _ask(self, title: str, masked: Preview, over: QWidget, in_full: InFull) -> None:
        """Ask why; the paper in full takes the place of the masked one."""

        def give(reason: Reason) -> None:
            require(reason)
            self._draw(in_full(reason), f"{title} 含个人信息", over, instead=masked)

        told = (
            "打印件上会有电话、住址等个人信息，并注明打印人、时间和“含个人信息，注意保密”。"
            "理由会记入查阅记录，由审计管理员查看。"
        )
        ReasonDialog("不遮盖", f"{title}：不遮盖个人信息", told, give, masked).open()

    def _draw(
        self,
        drawn: Drawn,
        title: str,
        over: QWidget,
        in_full: InFull | None = None,
        instead: Preview | None = None,
    ) -> None:
        """Make a paper and show it, ``instead`` of the preview that shows it masked."""

        def show(pdf: bytes) -> None:
            if instead is not None:
                instead.close()
                self.noted()
            self.show(pdf, title, over, in_full)

        ticket = self.background.run(
            drawn,
            show,
            failed=lambda error: failure_notice(str(error), instead or over).open(),
            progress=instead.progress.show_progress if instead else None,
            finished=instead.progress.end if instead else None,
            owner=instead or over,
        )
        if instead is not None:
            instead.progress.start(ticket, "正在制作…")

    def _slips(self, evaluation: bytes) -> Drawn:
        def drawn(_: Job) -> bytes:
            from reports.ballots import ballots

            with self.database.reader() as session:
                paper = evaluation_papers.ballot_paper(session, evaluation)
            return ballots(paper, self.database.clock())

        return drawn

    def _result(self, evaluation: bytes) -> Drawn:
        def drawn(_: Job) -> bytes:
            from reports.evaluation_sheet import evaluation_sheet
            from reports.page import PrintStamp

            with self.database.reader() as session:
                sheet = evaluation_papers.evaluation_sheet(session, evaluation)
            return evaluation_sheet(sheet, PrintStamp(*self.stamped()))

        return drawn

    def _visit(self, visit: bytes, reason: Reason | None = None) -> Drawn:
        def drawn(_: Job) -> bytes:
            from reports.page import PrintStamp
            from reports.visit_report import visit_report

            report = printing.visit_report(self.database, self.cadre_id, visit, reason)
            return visit_report(report, PrintStamp(*self.stamped()))

        return drawn

    def _my_record(self, person: bytes) -> Drawn:
        def drawn(_: Job) -> bytes:
            from reports.my_record import my_record as paper
            from reports.page import PrintStamp

            with self.database.work(self.cadre_id) as work:
                record = my_record.print_my_record(work, person)
                work.commit()
            return paper(record, PrintStamp(*self.stamped()))

        return drawn

    def _assessed(self, read: Callable[[Session], AssessmentPaper]) -> Drawn:
        def drawn(_: Job) -> bytes:
            from reports.assessment_sheet import assessment_sheet
            from reports.page import PrintStamp

            with self.database.reader() as session:
                paper = read(session)
            return assessment_sheet(paper, PrintStamp(*self.stamped()))

        return drawn

    def _minutes(self, meeting: bytes) -> Drawn:
        def drawn(_: Job) -> bytes:
            from reports.minutes import minutes_pdf
            from reports.page import PrintStamp
            from township.usecases.minutes import minutes

            with self.database.reader() as session:
                found = minutes(session, meeting)
            return minutes_pdf(found, PrintStamp(*self.stamped()))

        return drawn

    def _dispute(self, dispute: bytes) -> Drawn:
        def drawn(_: Job) -> bytes:
            from reports.dispute_sheet import dispute_sheet
            from reports.page import PrintStamp
            from township.usecases import dispute_paper

            today = self.database.today()
            with self.database.reader() as session:
                found = dispute_paper.dispute_sheet(session, dispute, today, by=self.cadre_id)
            return dispute_sheet(found, PrintStamp(*self.stamped()))

        return drawn

    def _card(self, zone: bytes, door: bool, preview: bool) -> Drawn:
        def drawn(_: Job) -> bytes:
            from reports.contact_card import card_sheets, door_card
            from township.usecases.card_paper import paper

            now = self.database.clock()
            with self.database.reader() as session:
                found = paper(session, zone, now.astimezone(CHINA).date(), preview=preview)
            return (door_card if door else card_sheets)(found, now)

        return drawn

    def stamped(self) -> tuple[datetime, str, str]:
        """When, by whom, and the number of the print."""
        now = self.database.clock()
        with self.database.reader() as session:
            cadre = session.get(Cadre, self.cadre_id)
        number = now.astimezone(CHINA).strftime("%Y%m%d%H%M%S")
        return now, cadre.name if cadre else "", number
