"""The program's icons: Phosphor outlines (MIT), tinted and drawn when they are first needed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from desktop.theme import FAINT, INK

FOLDER = Path(__file__).parent / "assets" / "icons"


def icon(name: str, colour: str = INK, size: int = 20) -> QIcon:
    """An icon in a colour, paler when disabled. Raises FileNotFoundError for an unknown name."""
    found = QIcon()
    found.addPixmap(pixmap(name, colour, size), QIcon.Mode.Normal)
    found.addPixmap(pixmap(name, FAINT, size), QIcon.Mode.Disabled)
    return found


def pixmap(name: str, colour: str = INK, size: int = 20) -> QPixmap:
    """An icon as a picture of ``size`` logical pixels, sharp on the densest screen there is."""
    app = QGuiApplication.instance()
    ratio = app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0
    return _draw(name, colour, size, ratio)


@cache
def _source(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text("utf-8")


def _draw(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    key = f"icon/{name}/{colour}/{size}/{ratio}"
    kept = QPixmap()
    if QPixmapCache.find(key, kept):
        return kept
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    side = round(size * ratio)
    picture = QPixmap(QSize(side, side))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    QPixmapCache.insert(key, picture)
    return picture
