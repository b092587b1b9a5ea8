"""Which pictures may be kept."""

import pytest

from tests.pictures import jpeg, segment
from township.rules import photos


def test_a_plain_picture_may_be_kept() -> None:
    assert photos.picture_size(jpeg(5_000, side=640)) == (640, 640)
    assert photos.picture_size(jpeg(photos.MOST_BYTES)) == (800, 800)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff\xd9",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        jpeg(photos.MOST_BYTES + 1),
        jpeg(5_000, side=photos.LONGEST_SIDE + 1),
        jpeg(5_000, side=0),
        jpeg(5_000)[:-1],
        jpeg(5_000) + b"\x00",
        jpeg(5_000)[:-2] + segment(0xE1, b"Exif\x00\x00") + b"\xff\xd9",
        jpeg(5_000, extra=segment(0xE1, b"Exif\x00\x00GPS")),
        jpeg(5_000, extra=segment(0xE2, b"MPF\x00")),
        jpeg(5_000, extra=segment(0xED, b"Photoshop 3.0\x00")),
        jpeg(5_000, extra=segment(0xFE, "王大明".encode())),
        jpeg(5_000) + jpeg(5_000),
    ],
)
def test_whatever_else_may_not(data: bytes) -> None:
    assert photos.picture_size(data) is None


def test_every_cut_is_noticed() -> None:
    whole = jpeg(300)
    assert not [end for end in range(len(whole)) if photos.picture_size(whole[:end])]
