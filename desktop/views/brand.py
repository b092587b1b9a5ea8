"""The picture beside the entry forms: a bridge over a quiet river."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QLinearGradient, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.theme import em

_SKY, _FAR = "#EAF3FA", "#D5E6F3"
_HILLS = (("#C3DAEC", 0.60, 0.16), ("#A9C9E2", 0.68, 0.10))
_DECK = "#14528A"
_RIVER = "#8DB7D8"


class BrandPanel(QWidget):
    """Name and motto of the program over a drawn landscape; grows with the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("连心桥")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        sky = QLinearGradient(0, 0, 0, area.height())
        sky.setColorAt(0, QColor(_SKY))
        sky.setColorAt(1, QColor(_FAR))
        painter.fillRect(area, sky)
        for colour, height, swing in _HILLS:
            painter.fillPath(_hill(area, height, swing), QColor(colour))
        water = area.height() * 0.86
        painter.fillRect(QRectF(0, water, area.width(), area.height() - water), QColor(_RIVER))
        _bridge(painter, area, water)
        self._words(painter, area)
        painter.end()

    def _words(self, painter: QPainter, area: QRectF) -> None:
        left, top = em(self, 1.6), em(self, 2.2)
        name = QFont(self.font())
        name.setPixelSize(em(self, 1.7))
        name.setWeight(QFont.Weight.Bold)
        painter.setPen(QColor(_DECK))
        painter.setFont(name)
        line = em(self, 2.4)
        painter.drawText(QRectF(left, top, area.width() - left, line), 0, "连心桥")
        painter.setFont(self.font())
        painter.setPen(QColor("#2F5676"))
        for i, text in enumerate(("走进每一户，办好每件事", "没有网络也能用，有网自动同步")):
            box = QRectF(left, top + line + i * em(self, 1.35), area.width() - left, em(self, 1.3))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)


def _hill(area: QRectF, height: float, swing: float) -> QPainterPath:
    w, h = area.width(), area.height()
    path = QPainterPath(QPointF(0, h))
    path.lineTo(0, h * height)
    path.cubicTo(w * 0.25, h * (height - swing), w * 0.4, h * (height - swing), w * 0.6, h * height)
    path.cubicTo(w * 0.75, h * (height + swing / 2), w * 0.85, h * height, w, h * (height - swing))
    path.lineTo(w, h)
    path.closeSubpath()
    return path


def _bridge(painter: QPainter, area: QRectF, water: float) -> None:
    """A suspension bridge: deck, two towers, main cable, hangers."""
    w, deck = area.width(), water - area.height() * 0.05
    towers = (w * 0.26, w * 0.74)
    top = deck - area.height() * 0.22
    pen = QPen(QColor(_DECK), 2.2)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    cable = QPainterPath(QPointF(-w * 0.1, deck))
    cable.quadTo(w * 0.12, deck - area.height() * 0.04, towers[0], top)
    cable.quadTo(w * 0.5, deck + area.height() * 0.14, towers[1], top)
    cable.quadTo(w * 0.88, deck - area.height() * 0.04, w * 1.1, deck)
    painter.drawPath(cable)
    painter.setPen(QPen(QColor(_DECK), 1))
    for i in range(1, 14):
        t = i / 14
        x = (1 - t) ** 2 * towers[0] + 2 * t * (1 - t) * w * 0.5 + t**2 * towers[1]
        y = (1 - t) ** 2 * top + 2 * t * (1 - t) * (deck + area.height() * 0.14) + t**2 * top
        painter.drawLine(QPointF(x, y), QPointF(x, deck))
    painter.setPen(QPen(QColor(_DECK), 4))
    painter.drawLine(QPointF(0, deck), QPointF(w, deck))
    for x in towers:
        painter.drawLine(QPointF(x, top), QPointF(x, water + area.height() * 0.02))
