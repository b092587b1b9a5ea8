"""The photographs of saved visits in small, each a way to the large picture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.models.photo_desk import PhotoDesk
from desktop.theme import Tone
from desktop.views.widgets.basics import label
from desktop.views.widgets.flow import flowing
from desktop.views.widgets.thumbnail import Thumbnail
from township.errors import WorldError
from township.usecases.photos import Photo


def strip(desk: PhotoDesk, photos: Sequence[Photo]) -> QWidget:
    """Thumbnails of one visit's photographs, with a word for what is not done yet."""
    return flowing(*(_one(desk, photos, at) for at in range(len(photos))), spacing=8)


def _one(desk: PhotoDesk, photos: Sequence[Photo], at: int) -> QWidget:
    photo = photos[at]
    made = QWidget()
    name = "，".join(filter(None, (f"照片 {at + 1}", photo.caption, photo.state)))
    thumb = Thumbnail(partial(_data, desk, photo), name, lambda: _open(desk, photos, at, made))
    layout = QVBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    layout.addWidget(thumb)
    if photo.state:
        word = label(photo.state, "problem")
        if photo.refused:
            word.setStyleSheet(f"color: {Tone.WARN.ink}")
        layout.addWidget(word)
    layout.addStretch(1)
    return made


def _data(desk: PhotoDesk, photo: Photo) -> bytes | None:
    if not photo.here:
        return None
    try:
        return desk.data(photo)
    except WorldError:  # it was let go since the page was read
        return None


def _open(desk: PhotoDesk, photos: Sequence[Photo], at: int, over: QWidget) -> None:
    from desktop.views.photo_window import PhotoWindow

    PhotoWindow(desk, photos, at, over.window()).open()
