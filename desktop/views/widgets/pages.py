"""Pages of a document under each other, drawn in the background when they come into view."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from desktop.background import Background, Job, Ticket
from desktop.theme import BORDER, FAINT, LINE, PAPER


class Picture(Protocol):
    """A page as raw rows from the top: blue, green, red and one unused byte a pixel."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def pixels(self) -> bytes: ...


RenderPage = Callable[[bytes, int, float], Picture]
"""PDF, page counted from 0, pixels per point → picture."""

_GAP = 18
_KEPT = 12
_ZOOMS = (0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0)
_DOTS_PER_POINT = 96 / 72


@dataclass(frozen=True)
class _Key:
    page: int
    scale: float


class PageView(QAbstractScrollArea):
    """Shows a PDF of any length. ``page_changed`` (from 1): another page is in the middle."""

    page_changed = Signal(int)
    zoom_changed = Signal(float)

    def __init__(
        self,
        pdf: bytes,
        count: int,
        size: tuple[float, float],
        render: RenderPage,
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._pdf, self._count, self._render = pdf, count, render
        self._width, self._height = size
        self._background = background
        self._running: Ticket | None = None
        self._images: OrderedDict[_Key, QImage] = OrderedDict()
        self._zoom: float | None = None  # None: as wide as the window
        self._page = 1
        self.setAccessibleName("打印预览")
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.verticalScrollBar().setSingleStep(48)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    @property
    def zoom(self) -> float:
        """1.0 is the size of the paper."""
        if self._zoom is not None:
            return self._zoom
        room = self.viewport().width() - 2 * _GAP
        return max(0.25, min(2.0, room / (self._width * _DOTS_PER_POINT)))

    def fit_width(self) -> None:
        """As wide as the window, at most twice the paper."""
        self._set_zoom(None)

    def zoom_by(self, step: int) -> None:
        """One step larger (1) or smaller (-1)."""
        now = self.zoom
        if step > 0:
            self._set_zoom(next((z for z in _ZOOMS if z > now + 0.01), _ZOOMS[-1]))
        else:
            self._set_zoom(next((z for z in reversed(_ZOOMS) if z < now - 0.01), _ZOOMS[0]))

    def go_to(self, page: int) -> None:
        """Bring the top of a page (from 1) to the top of the window."""
        page = max(1, min(self._count, page))
        self.verticalScrollBar().setValue((page - 1) * self._pitch())

    def shown(self) -> int:
        """How many of the visible pages are drawn sharply; for tests and screenshots."""
        return sum(self._key(page) in self._images for page in self._visible())

    @property
    def complete(self) -> bool:
        """Is all that is visible drawn?"""
        return self.shown() == len(self._visible())

    def stop(self) -> None:
        """Draw nothing more; the view is about to go."""
        if self._running is not None:
            self._running.cancel()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.viewport().rect(), QColor(LINE))
        for page in self._visible():
            area = self._area(page)
            painter.fillRect(area.adjusted(-1, -1, 1, 1), QColor(BORDER))
            image = self._images.get(self._key(page)) or self._any_image(page)
            if image is not None:
                painter.drawImage(area, image)
            else:
                painter.fillRect(area, QColor(PAPER))
                painter.setPen(QColor(FAINT))
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, f"第 {page + 1} 页")
        painter.end()
        QTimer.singleShot(0, self, self._draw_next)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Home:
                self.go_to(1)
            case Qt.Key.Key_End:
                self.go_to(self._count)
            case Qt.Key.Key_PageDown | Qt.Key.Key_Space:
                self.go_to(self._page + 1)
            case Qt.Key.Key_PageUp:
                self.go_to(self._page - 1)
            case _:
                super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1 if event.angleDelta().y() > 0 else -1)
        else:
            super().wheelEvent(event)

    def _size(self) -> QSize:
        scale = self.zoom * _DOTS_PER_POINT
        return QSize(round(self._width * scale), round(self._height * scale))

    def _pitch(self) -> int:
        return self._size().height() + _GAP

    def _area(self, page: int) -> QRect:
        size = self._size()
        room = max(self.viewport().width(), size.width() + 2 * _GAP)
        x = (room - size.width()) // 2 - self.horizontalScrollBar().value()
        y = _GAP + page * self._pitch() - self.verticalScrollBar().value()
        return QRect(QPoint(x, y), size)

    def _visible(self) -> list[int]:
        top = self.verticalScrollBar().value()
        first = max(0, (top - _GAP) // self._pitch())
        last = (top + self.viewport().height() - _GAP) // self._pitch()
        return list(range(first, min(self._count - 1, last) + 1))

    def _key(self, page: int) -> _Key:
        return _Key(page, round(self.zoom * _DOTS_PER_POINT * self.devicePixelRatioF(), 3))

    def _any_image(self, page: int) -> QImage | None:
        """The page at another zoom, until the right one is drawn."""
        return next((image for key, image in self._images.items() if key.page == page), None)

    def _lay_out(self) -> None:
        size, room = self._size(), self.viewport().size()
        vertical, horizontal = self.verticalScrollBar(), self.horizontalScrollBar()
        vertical.setPageStep(room.height())
        vertical.setRange(0, max(0, _GAP + self._count * self._pitch() - room.height()))
        horizontal.setPageStep(room.width())
        horizontal.setRange(0, max(0, size.width() + 2 * _GAP - room.width()))
        self.viewport().update()

    def _set_zoom(self, zoom: float | None) -> None:
        page = self._page
        self._zoom = zoom
        self._lay_out()
        self.go_to(page)
        self.zoom_changed.emit(self.zoom)

    def _scrolled(self) -> None:
        middle = self.verticalScrollBar().value() + self.viewport().height() // 2
        page = max(1, min(self._count, middle // self._pitch() + 1))
        self.viewport().update()
        if page != self._page:
            self._page = page
            self.page_changed.emit(page)

    def _draw_next(self) -> None:
        """Draw one visible page at a time; what has scrolled away is not drawn."""
        if self._running is not None and self._running.running:
            return
        wanted = [key for page in self._visible() if (key := self._key(page)) not in self._images]
        if wanted:
            self._running = self._background.run(
                partial(_render, self._render, self._pdf, wanted[0]),
                partial(self._drawn, wanted[0]),
                owner=self,
            )

    def _drawn(self, key: _Key, image: QImage) -> None:
        self._images[key] = image
        while len(self._images) > _KEPT:
            self._images.popitem(last=False)
        self.viewport().update()


def _render(render: RenderPage, pdf: bytes, key: _Key, _: Job) -> QImage:
    return as_image(render(pdf, key.page, key.scale))


def as_image(picture: Picture) -> QImage:
    """The page for Qt, with pixels of its own."""
    width, height = picture.width, picture.height
    shared = QImage(picture.pixels, width, height, width * 4, QImage.Format.Format_RGB32)
    return shared.copy()
