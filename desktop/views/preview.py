"""The print preview: look, save as PDF, print."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QDialog, QFileDialog, QVBoxLayout, QWidget

from desktop.background import Background
from desktop.printing import print_work
from desktop.theme import Tone
from desktop.views.notices import failure_notice
from desktop.views.widgets.basics import Button, button, label, row
from desktop.views.widgets.pages import PageView, RenderPage
from desktop.views.widgets.progress import ProgressStrip
from desktop.views.widgets.toast import Toast
from township.errors import DiskFull, WorldError

_PROBE = 0.25
"""Pixels per point of the picture that tells the size of the paper."""


@dataclass(frozen=True)
class Raster:
    """How pages of a PDF become pictures."""

    count: Callable[[bytes], int]
    render: RenderPage


class Preview(QDialog):
    """Shows one PDF. Ctrl+S saves it, Ctrl+P prints it, Esc closes."""

    def __init__(
        self,
        pdf: bytes,
        title: str,
        raster: Raster,
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"打印预览 · {title}")
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._pdf, self._title, self._raster = pdf, title, raster
        self._background = background
        self._count = raster.count(pdf)
        probe = raster.render(pdf, 0, _PROBE)
        size = (probe.width / _PROBE, probe.height / _PROBE)
        self.pages = PageView(pdf, self._count, size, raster.render, background)
        self._at = label("")
        self._zoom = label("")
        self.progress = ProgressStrip()
        self.in_full = button("不遮盖…", lambda: None, kind="quiet", glyph="eye")
        self.in_full.setToolTip("写明理由后，生成含电话、住址等个人信息的打印件")
        self.in_full.hide()
        self._build()
        self.toast = Toast(self)
        self.pages.page_changed.connect(self._say_page)
        self.pages.zoom_changed.connect(self._say_zoom)
        self._say_page(1)
        self.pages.setFocus()

    def offer_in_full(self, wanted: Callable[[], object]) -> None:
        """Offer the same paper unmasked; ``wanted`` asks why."""
        self.in_full.clicked.connect(lambda: wanted())
        self.in_full.show()

    def save_to(self, path: Path) -> None:
        """Write the PDF. Raises WorldError."""
        try:
            path.write_bytes(self._pdf)
        except OSError as error:
            raise DiskFull(f"没有保存成：{path} 写不进去。请换一个文件夹，或腾出空间。") from error

    def done(self, result: int) -> None:
        self.pages.stop()
        super().done(result)

    def _build(self) -> None:
        bar = row(
            self._tool("上一页", lambda: self.pages.go_to(self._now - 1), "caret-left"),
            self._at,
            self._tool("下一页", lambda: self.pages.go_to(self._now + 1), "caret-right"),
            self._tool("缩小", lambda: self.pages.zoom_by(-1), "magnifying-glass-minus", "Ctrl+-"),
            self._zoom,
            self._tool("放大", lambda: self.pages.zoom_by(1), "magnifying-glass-plus", "Ctrl+="),
            button("适合宽度", self.pages.fit_width, kind="quiet", keys="Ctrl+0"),
            1,
            self.progress,
            self.in_full,
            button("保存为 PDF", self._save, glyph="floppy-disk", keys="Ctrl+S"),
            button("打印", self._print, kind="primary", glyph="printer", keys="Ctrl+P"),
        )
        bar.setContentsMargins(16, 10, 16, 10)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.pages, 1)
        QShortcut(QKeySequence("Ctrl++"), self).activated.connect(lambda: self.pages.zoom_by(1))
        room = QGuiApplication.primaryScreen().availableGeometry()
        self.resize(min(1100, room.width()), min(900, room.height()))

    def _tool(
        self, name: str, pressed: Callable[[], object], glyph: str, keys: str | None = None
    ) -> Button:
        made = button("", pressed, kind="quiet", glyph=glyph, keys=keys)
        made.setToolTip(name + (f"（{keys}）" if keys else ""))
        made.setAccessibleName(name)
        return made

    def _say_page(self, page: int) -> None:
        self._now = page
        self._at.setText(f"第 {page} / {self._count} 页")
        self._say_zoom(self.pages.zoom)

    def _say_zoom(self, zoom: float) -> None:
        self._zoom.setText(f"{zoom:.0%}")

    def _save(self) -> None:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        dialog = QFileDialog(
            self, "保存为 PDF", str(Path(folder) / f"{_file_name(self._title)}.pdf")
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.setNameFilter("PDF 文件 (*.pdf)")
        dialog.fileSelected.connect(lambda path: self._write(Path(path)))
        dialog.open()

    def _write(self, path: Path) -> None:
        try:
            self.save_to(path)
        except WorldError as error:
            failure_notice(str(error), self).open()
        else:
            self.toast.say(f"已保存：{path.name}")

    def _print(self) -> None:
        if not QPrinterInfo.availablePrinterNames():
            text = "这台电脑上没有找到打印机。请先在系统设置里添加打印机；也可以先保存为 PDF。"
            failure_notice(text, self).open()
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(self._title)
        dialog = QPrintDialog(printer, self)
        dialog.setMinMax(1, self._count)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self._send(printer)

    def _send(self, printer: QPrinter) -> None:
        ticket = self._background.run(
            print_work(printer, self._pdf, self._title, self._count, self._raster.render),
            lambda _: self.toast.say("已送到打印机", tone=Tone.GOOD),
            failed=lambda error: failure_notice(str(error), self).open(),
            progress=self.progress.show_progress,
            finished=self.progress.end,
            owner=self,
        )
        self.progress.start(ticket, "正在送到打印机…")


def _file_name(title: str) -> str:
    """The title without what Windows or Linux forbid in the name of a file."""
    return re.sub(r'[\\/:*?"<>|\s]+', "-", title).strip("-") or "文档"
