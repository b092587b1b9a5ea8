"""照片（可不拍）: the pictures of a visit that is being written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop import pictures
from desktop.theme import restyle
from desktop.views.widgets.basics import button, label, row
from desktop.views.widgets.thumbnail import Thumbnail
from township.errors import WorldError
from township.records import Attachment
from township.rules.photos import MOST, too_many
from township.usecases.photos import PhotoEntry

HINT = "拍路、水、房屋等情况，不拍人脸和证件。也可以把图片拖到这里，或按 Ctrl+V 粘贴。"


class PhotoRow(QWidget):
    """At most ``most`` pictures with captions.

    ``changed`` at each edit by the person, ``grown`` (widget) when a picture came, ``removed``
    (PhotoEntry, its place) when one was taken away.
    """

    changed = Signal()
    grown = Signal(object)
    removed = Signal(object, int)

    def __init__(self, most: int = MOST, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most = most
        self.add = button("添加照片…", self._choose, kind="quiet", glyph="plus", keys="Alt+Z")
        self.problem = label("", "problem", wrap=True)
        restyle(self.problem, "tone", "bad")
        self.cells: list[_Cell] = []
        self._places = QHBoxLayout()
        self._places.setSpacing(16)
        self._places.addStretch(most)
        hint = label(HINT, "problem", wrap=True)
        head = row(label("照片（可不拍）", "label"), self.add, hint)
        head.setStretch(2, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addLayout(self._places)
        layout.addWidget(self.problem)
        self.problem.hide()
        self.add.setVisible(most > 0)

    def entries(self) -> tuple[PhotoEntry, ...]:
        """The pictures as they will be saved."""
        return tuple(cell.entry() for cell in self.cells)

    def set_entries(self, entries: Sequence[PhotoEntry]) -> None:
        """Show these in place of those before."""
        while self.cells:
            self._drop(self.cells[0])
        for entry in entries:
            self._insert(entry, len(self.cells))
        self.show_problem("")

    def put_back(self, entry: PhotoEntry, at: int) -> None:
        """Undo a removal."""
        if len(self.cells) >= self._most:
            self.show_problem(too_many(self._most))
            return
        self.show_problem("")
        self._insert(entry, min(at, len(self.cells)))
        self.changed.emit()

    def take(self, given: list[Path] | QImage) -> None:
        """Add what was chosen, pasted or dropped; says what cannot be added."""
        if isinstance(given, QImage):
            self._take([partial(pictures.from_image, given)])
        else:
            self._take([partial(pictures.from_file, path) for path in given])

    def show_problem(self, text: str) -> None:
        """Say what is wrong; empty when nothing is."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def _take(self, makers: Iterable[Callable[[], bytes]]) -> None:
        problems, before = [], len(self.cells)
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            for make in makers:
                if len(self.cells) >= self._most:
                    problems.append(too_many(self._most))
                    break
                try:
                    data = make()
                except WorldError as error:
                    problems.append(str(error))
                    continue
                if any(cell.data == data for cell in self.cells):
                    problems.append("这张照片已经添加了。")
                else:
                    self._insert(PhotoEntry(data), len(self.cells))
        finally:
            QGuiApplication.restoreOverrideCursor()
        self.show_problem("\n".join(problems))
        if len(self.cells) > before:
            self.changed.emit()
        self.grown.emit(self)

    def _insert(self, entry: PhotoEntry, at: int) -> None:
        cell = _Cell(entry)
        cell.remove.clicked.connect(lambda: self._remove(cell))
        cell.caption.textEdited.connect(lambda: self.changed.emit())
        self.cells.insert(at, cell)
        self._places.insertWidget(at, cell, 1)
        self._renew()

    def _remove(self, cell: _Cell) -> None:
        entry, at = cell.entry(), self.cells.index(cell)
        self._drop(cell)
        self.show_problem("")
        self.add.setFocus()
        self.changed.emit()
        self.removed.emit(entry, at)

    def _drop(self, cell: _Cell) -> None:
        self.cells.remove(cell)
        self._places.removeWidget(cell)
        cell.hide()
        cell.deleteLater()
        self._renew()

    def _renew(self) -> None:
        for at, cell in enumerate(self.cells, 1):
            cell.set_place(at)
        self._places.setStretch(len(self.cells), self._most - len(self.cells))
        before: QWidget = self.add
        for cell in self.cells:
            for one in (cell.caption, cell.remove):
                QWidget.setTabOrder(before, one)
                before = one

    def _choose(self) -> None:
        if len(self.cells) >= self._most:
            self.show_problem(too_many(self._most))
            self.grown.emit(self)
            return
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        dialog = QFileDialog(self, f"选择照片（最多 {self._most} 张）", folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        endings = " ".join(f"*.{one} *.{one.upper()}" for one in pictures.ENDINGS)
        dialog.setNameFilter(f"照片 ({endings})")
        dialog.filesSelected.connect(self._chosen)
        dialog.open()

    def _chosen(self, files: list[str]) -> None:
        before = len(self.cells)
        self.take([Path(one) for one in files])
        if len(self.cells) > before:
            self.cells[before].caption.setFocus()


class _Cell(QWidget):
    """One picture with what is written below it."""

    def __init__(self, entry: PhotoEntry) -> None:
        super().__init__()
        self.data = entry.data
        self.caption = QLineEdit(entry.caption or "")
        self.caption.setMaxLength(Attachment.field("caption").max_length or 0)
        self.caption.setPlaceholderText("说明（可不填）")
        self.remove = button("移去", lambda: None, kind="quiet", glyph="trash")
        self.thumb = Thumbnail(lambda: self.data, "照片")
        beside = QVBoxLayout()
        beside.setSpacing(4)
        beside.addWidget(self.caption)
        beside.addLayout(row(self.remove, 1))
        beside.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.thumb, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(beside, 1)

    def entry(self) -> PhotoEntry:
        return PhotoEntry(self.data, self.caption.text().strip() or None)

    def set_place(self, at: int) -> None:
        """Which picture it is, for those who do not see it."""
        self.thumb.setAccessibleName(f"照片 {at}")
        self.caption.setAccessibleName(f"照片 {at} 的说明")
        self.remove.setAccessibleName(f"移去照片 {at}")
