"""打印月报: which month and which zones, then the work with its progress, then the preview."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.background import Ticket
from desktop.theme import em
from desktop.views.papers import LedgerWish, Papers
from desktop.views.widgets.basics import button, label, row, tell
from desktop.views.widgets.choice import Choice, ChoiceEdit
from desktop.views.widgets.codes import ToggleChips
from desktop.views.widgets.fitted import FittedDialog
from desktop.views.widgets.progress import ProgressStrip
from township.usecases.zones import Zones

_MONTHS = 60
"""So many months are offered, back from the present one: the ledgers of five years."""


class LedgerDialog(FittedDialog):
    """Asks for month and zones, makes the ledger and shows it over the page that asked.

    Esc closes the dialog and stops the work.
    """

    def __init__(
        self,
        papers: Papers,
        zones: Zones,
        today: date,
        preset: bytes | None,
        over: QWidget,
    ) -> None:
        super().__init__(over)
        self.setWindowTitle("打印户台账月报")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._papers, self._zones = papers, dict(zones)
        self._ticket: Ticket | None = None
        self._today = today
        self.month = ChoiceEdit(months_before(today))
        self.everything = ToggleChips((Choice(None, f"全部 {len(zones)} 个责任区"),))
        self.zones = ToggleChips([Choice(zone, name) for zone, name in zones], several=True)
        self.problem = label("", "problem", wrap=True)
        self.progress = ProgressStrip()
        self.start = button("生成并预览", self.make, kind="primary", glyph="printer")
        self._build()
        self.month.set_value((today.year, today.month))
        self.zones.set_values((preset,) if preset in self._zones else ())
        self._settle_everything()
        self.month.setFocus()

    def wish(self) -> LedgerWish | None:
        """What is asked for; None while the line of the month names none."""
        month = self.month.value()
        if month is None:
            return None
        year, number = cast("tuple[int, int]", month)
        chosen = cast("tuple[bytes, ...]", self.zones.values())
        return LedgerWish(year, number, chosen or None)

    def make(self) -> None:
        """Start the work; the preview follows when it is done."""
        wish = self.wish()
        if wish is None:
            self._tell("请从列表里选一个月份")
            self.month.setFocus()
            return
        self._tell("")
        self._wait(True)
        self._ticket = self._papers.background.run(
            self._papers.ledger(wish),
            lambda pdf: self._made(pdf, wish),
            failed=lambda error: self._tell(str(error)),
            progress=self.progress.show_progress,
            finished=self._finished,
            owner=self,
        )
        self.progress.start(self._ticket, "正在汇总…")

    def done(self, result: int) -> None:
        if self._ticket is not None:
            self._ticket.cancel()
        super().done(result)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(8)
        self.month.setAccessibleName("月份")
        layout.addWidget(label("月份", "label"))
        layout.addLayout(row(self.month, 1))
        layout.addSpacing(6)
        layout.addWidget(label("责任区", "label"))
        for part in self._zone_lines():
            layout.addWidget(part)
        layout.addSpacing(6)
        layout.addWidget(
            label("月报由已有的走访、诉求和五情汇总而成，空格表示本月无事。", "caption")
        )
        layout.addWidget(self.problem)
        layout.addStretch(1)
        close = button("关闭", self.reject, kind="quiet")
        layout.addLayout(row(self.progress, 1, close, self.start))
        self.problem.hide()
        self.start.setEnabled(bool(self._zones))
        self.month.setFixedWidth(em(self, 9))
        room = QGuiApplication.primaryScreen().availableGeometry().width()
        self.setMinimumWidth(min(em(self, 30), room))

    def _zone_lines(self) -> Sequence[QWidget]:
        if len(self._zones) < 2:
            return [label("".join(self._zones.values()) or "本机还没有责任区的数据")]
        self.everything.setAccessibleName("责任区")
        self.zones.setAccessibleName("责任区")
        self.everything.edited.connect(self._everything_edited)
        self.zones.edited.connect(self._settle_everything)
        return [self.everything, self.zones]

    def _everything_edited(self) -> None:
        """Pressing 全部 lets go of single zones; it cannot be let go itself."""
        self.zones.set_values(())
        self._settle_everything()

    def _settle_everything(self) -> None:
        self.everything.set_values(() if self.zones.values() else (None,))

    def _made(self, pdf: bytes, wish: LedgerWish) -> None:
        names = [self._zones[zone] for zone in wish.zones or ()]
        where = "、".join(names) if len(names) <= 2 else f"{names[0]}等{len(names)}个责任区"
        title = " ".join(filter(None, ("户台账月报", f"{wish.year}年{wish.month}月", where)))
        over, papers = self.parentWidget(), self._papers
        self.accept()
        if isinstance(over, QWidget):
            papers.show(pdf, title, over, lambda why: papers.ledger(wish, why))

    def _finished(self) -> None:
        self._ticket = None
        self.progress.end()
        self._wait(False)

    def _wait(self, working: bool) -> None:
        for part in (self.month, self.everything, self.zones, self.start):
            part.setEnabled(not working)
        if not working:
            self.start.setFocus()

    def _tell(self, text: str) -> None:
        tell(self.problem, text)


def months_before(today: date) -> Sequence[Choice]:
    """The months from the present one back, found as 2026-05, 202605 or 5 too."""
    newest = today.year * 12 + today.month - 1
    found = [(at // 12, at % 12 + 1) for at in range(newest, newest - _MONTHS, -1)]
    return [
        Choice((year, month), f"{year} 年 {month} 月", f"{year}-{month:02} {year}{month:02}")
        for year, month in found
    ]
