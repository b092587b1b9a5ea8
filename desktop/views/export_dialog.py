"""导出: what, as which kind of file, and why; then where to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from desktop.background import Background, Job
from desktop.theme import em
from desktop.views.ledger_dialog import months_before
from desktop.views.reason_dialog import reason_form, reason_of
from desktop.views.widgets.basics import button, label, row, tell
from desktop.views.widgets.choice import Choice, ChoiceEdit
from desktop.views.widgets.codes import ToggleChips
from desktop.views.widgets.fitted import FittedDialog
from desktop.views.widgets.progress import ProgressStrip
from township.errors import DiskFull
from township.storage.database import Database
from township.usecases import exporting
from township.usecases.exporting import LEDGER, LIST
from township.usecases.households import HouseholdFilter
from township.usecases.township_settings import settings_now

if TYPE_CHECKING:
    from reports.sheets import Export  # XlsxWriter is imported by the job

_NAMES = {LIST: "户名册", LEDGER: "户台账月报"}
_FORMS = {".xlsx": "Excel", ".csv": "CSV"}


@dataclass(frozen=True)
class Scope:
    """The households that the page shows: the filter, in words, and how many they are."""

    wanted: HouseholdFilter
    words: str
    count: int


class ExportDialog(FittedDialog):
    """Exports what the filter of the page shows. Esc closes it and stops the work.

    ``exported`` (what to tell) when the file is written; ``noted`` when something was noted.
    """

    exported = Signal(str)
    noted = Signal()

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        scope: Scope,
        background: Background,
        over: QWidget,
    ) -> None:
        super().__init__(over)
        self.setWindowTitle("导出")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._database, self._cadre, self._scope = database, cadre_id, scope
        self._background = background
        self.what = ToggleChips(
            [Choice(key, name) for key, name in _NAMES.items()], clearable=False
        )
        self.month = ChoiceEdit(months_before(database.today()))
        self.kind = ToggleChips(
            [Choice(end, name) for end, name in _FORMS.items()], clearable=False
        )
        self.form = reason_form()
        self.problem = label("", "problem", wrap=True)
        self.progress = ProgressStrip()
        self.start = button("导出…", self.ask_where, kind="primary", glyph="download-simple")
        self._build()

    def ask_where(self) -> None:
        """Ask for the file when all is given."""
        if not self._complete():
            return
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        ending = self._ending()
        dialog = QFileDialog(self, "导出到", str(Path(folder) / f"{self._title()}{ending}"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending[1:])
        dialog.setNameFilter(f"{_FORMS[ending]} 文件 (*{ending})")
        dialog.fileSelected.connect(lambda path: self.write(Path(path)))
        dialog.open()

    def write(self, path: Path) -> None:
        """Make the file; the reason is noted before anything is written."""
        self._wait(True)
        ticket = self._background.run(
            self._job(path),
            lambda count: self._written(path, count),
            failed=lambda error: self._tell(str(error)),
            progress=self.progress.show_progress,
            finished=self._finished,
            owner=self,
        )
        self.progress.start(ticket, "正在导出…")
        self.finished.connect(lambda _: ticket.cancel())

    def _job(self, path: Path) -> Callable[[Job], int]:
        """Makes the file and tells its households; widgets are asked before it starts."""
        made = self._maker()
        ending = self._ending()

        def write(job: Job) -> int:
            from reports import sheets

            export = made(job)
            data = sheets.FORMS[ending](export)
            try:
                path.write_bytes(data)
            except OSError as error:
                text = f"没有导出成：{path} 写不进去。请换一个文件夹，或腾出空间。"
                raise DiskFull(text) from error
            return len(export.rows)

        return write

    def _maker(self) -> Callable[[Job], Export]:
        wanted, reason = self._scope.wanted, reason_of(self.form)
        database, cadre = self._database, self._cadre
        month = cast("tuple[int, int]", self.month.value())

        def listed(_: Job) -> Export:
            from reports.sheets import Stamp, of_households

            found = exporting.household_list(database, cadre, wanted, reason)
            return of_households(found, Stamp(*exporting.signature(database, cadre, reason)))

        def ledger(job: Job) -> Export:
            from reports.sheets import Stamp, of_ledger

            found = exporting.monthly_ledger(database, cadre, wanted, month, reason, job.step)
            return of_ledger(found, Stamp(*exporting.signature(database, cadre, reason)))

        return listed if self.what.values() == (LIST,) else ledger

    def _complete(self) -> bool:
        self._tell("")
        if self.what.values() == (LEDGER,) and self.month.value() is None:
            self._tell("请从列表里选一个月份")
            self.month.setFocus()
            return False
        fine = self.form.check()
        self.fit()
        return fine

    def _written(self, path: Path, count: int) -> None:
        self.accept()
        self.exported.emit(f"已导出 {count} 户：{path.name}")

    def _finished(self) -> None:
        self.progress.end()
        self._wait(False)
        self.noted.emit()

    def _wait(self, working: bool) -> None:
        for part in (self.what, self.month, self.kind, self.form, self.start):
            part.setEnabled(not working)

    def _ending(self) -> str:
        return str(self.kind.values()[0])

    def _title(self) -> str:
        name = _NAMES[str(self.what.values()[0])]
        if self.what.values() == (LEDGER,):
            year, month = cast("tuple[int, int]", self.month.value())
            name += f"-{year}-{month:02}"
        return name

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(8)
        scope, most = self._scope, settings_now(self._database).export_rows
        layout.addWidget(label(f"{scope.words}，共 {scope.count} 户", "section", wrap=True))
        for caption, part in (("内容", self.what), ("月份", self.month), ("文件", self.kind)):
            part.setAccessibleName(caption)
            layout.addWidget(label(caption, "label"))
            layout.addLayout(row(part, 1))
        layout.addWidget(self.form)
        told = (
            f"一次最多 {most} 户，更多时请先在页面上选责任区和小组。不含电话、身份证号、"
            "出生日期和住址。理由会记入查阅记录，由审计管理员查看。"
        )
        layout.addWidget(label(told, "caption", wrap=True))
        layout.addWidget(self.problem)
        layout.addStretch(1)
        close = button("关闭", self.reject, kind="quiet")
        layout.addLayout(row(self.progress, 1, close, self.start))
        self.problem.hide()
        self.what.set_values((LIST,))
        self.kind.set_values((".xlsx",))
        today = self._database.today()
        self.month.set_value((today.year, today.month))
        self.month.setFixedWidth(em(self, 9))
        self.what.edited.connect(self._follow)
        room = QGuiApplication.primaryScreen().availableGeometry().width()
        self.setMinimumWidth(min(em(self, 30), room))
        self._follow()

    def _follow(self) -> None:
        """Only the ledger is of a month, and of whole zones or groups."""
        self.month.setEnabled(self.what.values() == (LEDGER,))

    def fit(self) -> None:
        """Chips in large text need a little more than they tell."""
        self.form.setMinimumHeight(self.form.heightForWidth(self.width()) + em(self, 0.4))
        super().fit()

    def _tell(self, text: str) -> None:
        tell(self.problem, text)
        self.fit()
