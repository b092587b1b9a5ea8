"""Pictures as a telephone makes them: drawn, turned, and with a position in their Exif."""

from __future__ import annotations

import struct
from pathlib import Path
from random import Random

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect
from PySide6.QtGui import QColor, QImage, QPainter

from tests.pictures import segment

SECRET = b"HUAWEI-30.8N-110.9E"


def landscape(wide: int = 400, high: int = 300, shade: int = 0) -> QImage:
    """A red left and a blue right half; ``shade`` makes another picture of it."""
    image = QImage(wide, high, QImage.Format.Format_RGB32)
    image.fill(QColor(20, 20 + shade, 220))
    painter = QPainter(image)
    painter.fillRect(QRect(0, 0, wide // 2, high), QColor(220, 20 + shade, 20))
    painter.end()
    return image


def noise(wide: int, high: int) -> QImage:
    """The worst that can be packed."""
    data = Random(1).randbytes(wide * high * 4)
    return QImage(data, wide, high, QImage.Format.Format_RGB32).copy()


def encoded(image: QImage, kind: bytes = b"JPEG") -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, QByteArray(kind).data().decode(), 95)
    return bytes(buffer.data().data())


def from_phone(path: Path, image: QImage, orientation: int = 6) -> Path:
    """A file with orientation, maker and GPS in Exif, and a comment."""
    jpeg = encoded(image)
    path.write_bytes(
        jpeg[:2] + segment(0xE1, _exif(orientation)) + segment(0xFE, SECRET) + jpeg[2:]
    )
    return path


def _exif(orientation: int) -> bytes:
    """TIFF, little-endian: maker, orientation, and a GPS directory with a latitude."""
    maker = SECRET + b"\0"
    first, gps = 8 + 2 + 3 * 12 + 4, 8 + 2 + 3 * 12 + 4 + len(maker)
    entries = struct.pack("<HHII", 0x010F, 2, len(maker), first)
    entries += struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    entries += struct.pack("<HHII", 0x8825, 4, 1, gps)
    head = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 3) + entries + struct.pack("<I", 0)
    place = struct.pack("<HHHI4s", 1, 1, 2, 2, b"N\0\0\0") + struct.pack("<I", 0)
    return b"Exif\0\0" + head + maker + place
