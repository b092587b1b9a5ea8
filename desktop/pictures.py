"""Pictures made fit to be kept: upright, small, and nothing in them but the picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QColorSpace, QImage, QImageReader, QImageWriter, QPainter

from township.errors import WorldError
from township.rules.photos import LONGEST_SIDE, MOST_BYTES, picture_size

ENDINGS = ("jpg", "jpeg", "png", "webp", "bmp", "heic", "heif")
"""What the file dialog offers; whether a file is a picture is seen from what is in it."""
_READ = frozenset({b"jpeg", b"png", b"webp", b"bmp", b"heic", b"heif"})
_QUALITIES = (80, 65, 50, 40)
_SMALLER = 0.75
_HEIC = (".heic", ".heif")


def from_file(path: Path) -> bytes:
    """The picture in a file, fit to be kept. Raises WorldError."""
    reader = QImageReader(str(path))
    reader.setDecideFormatFromContent(True)
    if not reader.canRead() or bytes(reader.format().data()) not in _READ:
        raise _unreadable(path)
    reader.setAutoTransform(True)
    if max(reader.size().width(), reader.size().height()) > LONGEST_SIDE:
        reader.setScaledSize(_within(reader.size(), LONGEST_SIDE))
    image = reader.read()
    if image.isNull():
        raise _unreadable(path)
    return from_image(image)


def from_image(image: QImage) -> bytes:
    """A picture that was pasted, fit to be kept. Raises WorldError."""
    for side in _sides():
        plain = _plain(image, side)
        for quality in _QUALITIES:
            data = _jpeg(plain, quality)
            if len(data) <= MOST_BYTES and picture_size(data) is not None:
                return data
    raise WorldError("这张图片不能用作照片，请换一张。")


def small(data: bytes, room: QSize) -> QImage:
    """A kept picture, decoded no larger than needed to fill ``room``; null when it is broken."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(b"jpeg"))
    if (size := reader.size()).isValid():
        fitting = size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        reader.setScaledSize(fitting.boundedTo(size).expandedTo(QSize(1, 1)))
    return reader.read()


def _sides() -> Iterator[int]:
    side = LONGEST_SIDE
    while side > 100:
        yield side
        side = round(side * _SMALLER)


def _within(size: QSize, side: int) -> QSize:
    kept = size.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio)
    return kept.boundedTo(size).expandedTo(QSize(1, 1))


def _plain(image: QImage, side: int) -> QImage:
    """The same points in a new image: texts, colour profile and transparency stay behind."""
    if image.colorSpace().isValid():
        image = image.convertedToColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    size = _within(image.size(), side)
    if size != image.size():
        image = image.scaled(
            size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
    plain = QImage(size, QImage.Format.Format_RGB32)
    plain.fill(Qt.GlobalColor.white)
    painter = QPainter(plain)
    painter.drawImage(plain.rect(), image)
    painter.end()
    return plain


def _jpeg(image: QImage, quality: int) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"jpeg"))
    writer.setQuality(quality)
    writer.write(image)
    return bytes(buffer.data().data())


def _unreadable(path: Path) -> WorldError:
    if path.suffix.lower() in _HEIC:
        return WorldError(
            f"这台电脑打不开“{path.name}”（HEIC）。请在手机上转成 JPG，或截屏后再添加。"
        )
    return WorldError(f"“{path.name}”不是照片，或已损坏。请选 JPG 或 PNG 图片。")
