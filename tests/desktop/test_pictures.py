"""What is kept of a picture: upright, small, and nothing but the picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QColorSpace, QImage

from desktop import pictures
from tests.desktop.drawn import SECRET, encoded, from_phone, landscape, noise
from township.errors import WorldError
from township.rules.photos import LONGEST_SIDE, MOST_BYTES, picture_size

pytestmark = pytest.mark.usefixtures("qapp")


def reddish(image: QImage, x: int, y: int) -> bool:
    colour = image.pixelColor(x, y)
    return colour.red() > 150 > colour.blue()


def test_position_and_maker_are_gone_and_it_stands_upright(tmp_path: Path) -> None:
    path = from_phone(tmp_path / "IMG_1.jpg", landscape(4000, 3000))
    assert SECRET in path.read_bytes()
    data = pictures.from_file(path)
    assert picture_size(data) == (1200, 1600)  # turned by 90 degrees
    assert SECRET not in data and b"Exif" not in data and b"HUAWEI" not in data
    kept = QImage.fromData(data)
    assert reddish(kept, 600, 200) and not reddish(kept, 600, 1400)


@pytest.mark.parametrize(
    ("orientation", "at"), [(1, (50, 150)), (3, (350, 150)), (6, (150, 50)), (8, (150, 350))]
)
def test_every_way_a_telephone_is_held(
    tmp_path: Path, orientation: int, at: tuple[int, int]
) -> None:
    data = pictures.from_file(from_phone(tmp_path / "a.jpg", landscape(), orientation))
    assert reddish(QImage.fromData(data), *at)


@pytest.mark.parametrize(
    "size", [(5000, 3000), (300, 200), (1, 1), (1601, 1), (20_000, 3), (40, 3000)]
)
def test_every_shape_fits(size: tuple[int, int]) -> None:
    kept = picture_size(pictures.from_image(landscape(*size)))
    assert kept is not None and max(kept) == min(LONGEST_SIDE, max(size))


def test_the_worst_picture_fits() -> None:
    data = pictures.from_image(noise(1600, 1600))
    assert len(data) <= MOST_BYTES and picture_size(data) is not None


def test_profile_text_and_transparency_stay_behind(tmp_path: Path) -> None:
    image = QImage(60, 40, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 0, 0))
    image.setText("Comment", SECRET.decode())
    image.setColorSpace(QColorSpace(QColorSpace.NamedColorSpace.DisplayP3))
    path = tmp_path / "not-by-its-name.jpg"
    path.write_bytes(encoded(image, b"PNG"))
    data = pictures.from_file(path)
    assert SECRET not in data and picture_size(data) == (60, 40)
    assert QImage.fromData(data).pixelColor(5, 5) == QColor("white")


@pytest.mark.qt_log_ignore("JPEG")  # the decoder grumbles
@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("报告.docx", b"PK\x03\x04 not a picture", "“报告.docx”不是照片"),
        ("空.jpg", b"", "“空.jpg”不是照片"),
        ("断.jpg", encoded(landscape())[:40], "已损坏"),
        ("画.jpg", b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "不是照片"),
        ("IMG_2.HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "转成 JPG"),
    ],
)
def test_what_is_not_a_picture_is_told(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(WorldError, match=says):
        pictures.from_file(path)


def test_missing_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(WorldError):
        pictures.from_file(tmp_path / "weg.jpg")


@pytest.mark.qt_log_ignore("JPEG")
def test_a_small_one_is_decoded_small() -> None:
    data = pictures.from_image(landscape(1600, 1200))
    assert pictures.small(data, QSize(80, 80)).size() == QSize(80, 60)
    assert pictures.small(pictures.from_image(landscape(20, 10)), QSize(80, 80)).width() == 20
    assert pictures.small(b"broken", QSize(80, 80)).isNull()
