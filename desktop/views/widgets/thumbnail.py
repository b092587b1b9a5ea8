"""A small picture: decoded once it is seen, and no larger than it is shown."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QIcon, QPaintEvent, QPixmap
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.icons import icon
from desktop.pictures import small
from desktop.theme import FAINT, em
from desktop.tips import tip

_WIDE, _HIGH = 5.6, 4.2
"""Text heights."""
_FRAME = 4
_PAUSE = 40
"""Milliseconds in view before it is decoded: in a new panel all are in view until it has its
height, and in a list that is scrolled quickly none needs to be."""


class Thumbnail(QPushButton):
    """A picture as a button; without ``opened`` it is only shown.

    ``load`` gives the bytes, or None for a picture that is not here: then a cloud stands for it.
    """

    def __init__(
        self,
        load: Callable[[], bytes | None],
        name: str,
        opened: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._drawn = False
        self._soon = QTimer(self, singleShot=True, interval=_PAUSE)
        self._soon.timeout.connect(self._draw)
        self.setProperty("kind", "thumb")
        self.setAccessibleName(name)
        self._fit()
        if opened is None:
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        else:
            self.setAutoDefault(True)  # Enter opens it too
            self.setToolTip(tip(name))
            self.clicked.connect(lambda: opened())

    @property
    def drawn(self) -> bool:
        """Has it been decoded?"""
        return self._drawn

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._drawn:
            self._soon.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()
            self._drawn = False

    def _draw(self) -> None:
        if not self.visibleRegion().isEmpty():
            self._drawn = True
            self.setIcon(self._picture())

    def _fit(self) -> None:
        room = QSize(em(self, _WIDE), em(self, _HIGH))
        self.setIconSize(room)
        self.setFixedSize(room.width() + 2 * _FRAME, room.height() + 2 * _FRAME)

    def _picture(self) -> QIcon:
        data = self._load()
        if data is None:
            return icon("download-simple", FAINT)
        ratio = self.devicePixelRatio()
        image = small(data, self.iconSize() * ratio)
        if image.isNull():
            return icon("warning", FAINT)
        picture = QPixmap.fromImage(image)
        picture.setDevicePixelRatio(ratio)
        return QIcon(picture)
