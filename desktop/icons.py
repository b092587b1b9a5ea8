"""The program's icons: Phosphor outlines (MIT), tinted and drawn when they are first needed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QIconEngine, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from desktop.theme import FAINT, INK

FOLDER = Path(__file__).parent / "assets" / "icons"


def icon(name: str, colour: str = INK) -> QIcon:
    """An icon in a colour, paler when disabled, sharp at every size and on every screen."""
    return QIcon(_Outline(name, colour))


def pixmap(name: str, colour: str = INK, size: int = 20) -> QPixmap:
    """An icon as a picture of ``size`` logical pixels, sharp on the densest screen there is.

    Raises FileNotFoundError for an unknown name.
    """
    app = QGuiApplication.instance()
    ratio = app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0
    picture = QPixmap(_draw(name, colour, round(size * ratio)))
    picture.setDevicePixelRatio(ratio)
    return picture


class _Outline(QIconEngine):
    """Draws one icon in the size that the screen asks for."""

    def __init__(self, name: str, colour: str) -> None:
        super().__init__()
        self._name, self._colour = name, colour

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        at = QRect(0, 0, side, side)
        at.moveCenter(rect.center())
        painter.drawPixmap(at, self.pixmap(at.size(), mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        colour = FAINT if mode == QIcon.Mode.Disabled else self._colour
        return _draw(self._name, colour, min(size.width(), size.height()))

    def clone(self) -> QIconEngine:
        return _Outline(self._name, self._colour)


@cache
def _source(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text("utf-8")


def _draw(name: str, colour: str, side: int) -> QPixmap:
    key = f"icon/{name}/{colour}/{side}"
    picture = QPixmap()
    if QPixmapCache.find(key, picture):
        return picture
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    picture = QPixmap(QSize(side, side))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    QPixmapCache.insert(key, picture)
    return picture
