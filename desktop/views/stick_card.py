"""Syncing without a network: out to a stick, and back in from one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.icons import pixmap
from desktop.models.sync_desk import SyncDesk
from desktop.theme import Tone, em
from desktop.views.sticks import stick_folder
from desktop.views.widgets.basics import Card, button, glyph, label, row, selectable

_HOW = (
    "先存到U盘，拿到镇里读入；再把镇里给的答复文件读回来。文件已加密，只有镇里和本机打得开。"
    "与网络同步可以混着用，不会重复，也不会丢。"
)


class StickCard(Card):
    """Two buttons of a ``SyncDesk``, and what became of the last file."""

    def __init__(self, desk: SyncDesk, parent: QWidget | None = None) -> None:
        super().__init__("没有网络时用U盘", parent)
        self._desk = desk
        self.store = button("存到U盘…", self._choose_folder, glyph="usb")
        self.fetch = button("从U盘读入…", self._choose_file, glyph="download-simple")
        self.outcome = selectable("")
        self._mark = glyph(Tone.GOOD.icon, Tone.GOOD.ink)
        self._said = QWidget()
        told = row(self._mark, self.outcome)
        told.setAlignment(self._mark, Qt.AlignmentFlag.AlignTop)
        told.setStretch(1, 1)
        self._said.setLayout(told)
        self._said.hide()
        self.body.addWidget(label(_HOW, "caption", wrap=True))
        self.body.addLayout(row(self.store, self.fetch, 1))
        self.body.addWidget(self._said)
        desk.carried.connect(self._tell)
        desk.changed.connect(self._follow)
        desk.moved.connect(self._follow)

    def store_in(self, folder: Path) -> None:
        """Write what waits into a file in this folder."""
        self._said.hide()
        self._desk.store(folder)
        self._follow()

    def fetch_from(self, file: Path) -> None:
        """Read the township's answer."""
        self._said.hide()
        self._desk.fetch(file)
        self._follow()

    def _follow(self, _: object = None) -> None:
        for one in (self.store, self.fetch):
            one.setEnabled(not self._desk.running)

    def _tell(self, text: str, fine: bool) -> None:
        tone = Tone.GOOD if fine else Tone.WARN
        side = em(self.outcome, 0.85)
        self._mark.setPixmap(pixmap(tone.icon, tone.ink, side))
        self._mark.setFixedWidth(side + 2)
        self.outcome.setText(text)
        self.outcome.setStyleSheet(f"color: {tone.ink}")
        self._said.show()

    def _choose_folder(self) -> None:
        dialog = self._dialog("选择U盘或其中的文件夹")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda path: self.store_in(Path(path)))
        dialog.open()

    def _choose_file(self) -> None:
        dialog = self._dialog("选择镇里给的答复文件")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter("连心桥数据文件 (*.lxq)")
        dialog.fileSelected.connect(lambda path: self.fetch_from(Path(path)))
        dialog.open()

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self, title, stick_folder())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog
