"""One visit's photographs in large: look, go to the other, write below it, take it away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QDialog, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from desktop.models.photo_desk import PhotoDesk
from desktop.pictures import small
from desktop.theme import MUTED, em, restyle
from desktop.tips import tip
from desktop.views.widgets.basics import button, label, row
from township.errors import WorldError
from township.records import Attachment
from township.rules.photos import LONGEST_SIDE
from township.usecases.photos import Photo

_WIDE, _HIGH = 46, 36
"""Text heights."""


class PhotoWindow(QDialog):
    """Over the page that asked. Esc closes it, the arrow keys turn; copies are not offered."""

    def __init__(self, desk: PhotoDesk, photos: Sequence[Photo], at: int, over: QWidget) -> None:
        super().__init__(over)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk, self._photos, self._at = desk, list(photos), at
        self.picture = _Picture()
        self.state = label("", "caption")
        self.caption = QLineEdit()
        self.caption.setPlaceholderText("照片说明，如：三组水渠垮塌处")
        self.caption.setAccessibleName("照片说明")
        self.caption.setMaxLength(Attachment.field("caption").max_length or 0)
        self.problem = label("", "problem", wrap=True)
        restyle(self.problem, "tone", "bad")
        self.back = button("上一张", lambda: self.turn(-1), kind="quiet", glyph="caret-left")
        self.ahead = button("下一张", lambda: self.turn(1), kind="quiet", glyph="caret-right")
        self.remove = button("移去", self.take_away, kind="quiet", glyph="trash")
        self._close = button("关闭", self.accept, kind="primary")
        self._close.setAutoDefault(False)  # Enter in the caption saves it and stays
        self._build()
        self.caption.editingFinished.connect(self._save)
        self.finished.connect(self._save)
        self._show()
        self.picture.setFocus()

    @property
    def photo(self) -> Photo:
        """The one on show."""
        return self._photos[self._at]

    def turn(self, by: int) -> None:
        """Show the next or the one before, if there is one."""
        self._save()
        if 0 <= self._at + by < len(self._photos):
            self._at += by
            self._show()

    def take_away(self) -> None:
        """Remove the photograph on show from its visit; the page offers to undo it."""
        problem = self._desk.take_away(self.photo)
        self._tell(problem)
        if problem is None:
            self.caption.setModified(False)
            self.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if (by := steps.get(Qt.Key(event.key()))) is not None:
            self.turn(by)
            return
        super().keyPressEvent(event)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setSpacing(10)
        layout.addWidget(self.picture, 1)
        layout.addWidget(self.caption)
        layout.addWidget(self.problem)
        layout.addLayout(
            row(self.back, self.ahead, self.state, 1, self.remove, self._close, spacing=10)
        )
        self.problem.hide()
        room = self.screen().availableGeometry()
        wide, high = em(self, _WIDE), em(self, _HIGH)
        self.resize(min(wide, round(room.width() * 0.9)), min(high, round(room.height() * 0.88)))
        several = len(self._photos) > 1
        self.back.setVisible(several)
        self.ahead.setVisible(several)

    def _show(self) -> None:
        photo, total = self.photo, len(self._photos)
        self.setWindowTitle(f"走访照片（{self._at + 1}/{total}）" if total > 1 else "走访照片")
        self.caption.setText(photo.caption)
        self.caption.setModified(False)
        self.state.setText(photo.state)
        why_not = self._desk.why_not(photo)
        self.caption.setReadOnly(bool(why_not))
        self.caption.setToolTip(tip(why_not))
        self.remove.setEnabled(not why_not)
        self.remove.setToolTip(tip(why_not))
        self._tell(None)
        self.back.setEnabled(self._at > 0)
        self.ahead.setEnabled(self._at + 1 < total)
        try:
            self.picture.show_picture(self._desk.data(photo))
        except WorldError as error:
            self.picture.show_text(str(error))
        self.picture.setAccessibleName(photo.caption or f"照片 {self._at + 1}")

    def _save(self) -> None:
        """Keep the caption, if it was edited."""
        text = self.caption.text().strip()
        if not self.caption.isModified() or text == self.photo.caption:
            return
        self.caption.setModified(False)  # first: a problem moves the focus and asks again
        problem = self._desk.set_caption(self.photo, text)
        self._tell(problem)
        if problem is not None and not self.isVisible():  # too late to be read here
            self._desk.said.emit(problem, None)
        if problem is None:
            self._photos[self._at] = replace(self.photo, caption=text)

    def _tell(self, problem: str | None) -> None:
        self.problem.setText(problem or "")
        self.problem.setVisible(bool(problem))


class _Picture(QWidget):
    """A picture as large as there is room, never larger than it is; or a text in its place."""

    def __init__(self) -> None:
        super().__init__()
        self._pixmap, self._text = QPixmap(), ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_picture(self, data: bytes) -> None:
        image = small(data, QSize(LONGEST_SIDE, LONGEST_SIDE))
        self._pixmap = QPixmap.fromImage(image)
        self._text = "这张照片打不开。" if image.isNull() else ""
        self.update()

    def show_text(self, text: str) -> None:
        self._pixmap, self._text = QPixmap(), text
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._pixmap.isNull():
            painter.setPen(MUTED)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), int(flags), self._text)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self._pixmap.size()
        room = self.size().boundedTo(size)
        place = QRect(self.rect().topLeft(), size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio))
        place.moveCenter(self.rect().center())
        painter.drawPixmap(place, self._pixmap)
