"""Photographs of saved visits, as the windows see them: read, caption, take away and undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.models.who import Rights
from township.errors import InvalidInput, WorldError
from township.rules.permissions import Act
from township.storage.database import Database
from township.storage.work import UnitOfWork
from township.usecases import photos
from township.usecases.photos import Photo

KIND = "attachment"
"""Pages that show photographs reload when records of this kind changed."""


class PhotoDesk(QObject):
    """One page's way to its photographs.

    ``committed`` (kinds) and ``said`` (text, undo or None) are what a page tells the window.
    """

    committed = Signal(object)
    said = Signal(str, object)

    def __init__(self, database: Database, cadre_id: bytes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._database, self._cadre = database, cadre_id

    def of(self, visits: Iterable[bytes]) -> dict[bytes, list[Photo]]:
        """The photographs of these visits; visits without any are left out."""
        with self._database.reader() as session:
            return photos.photos_of(session, visits)

    def data(self, photo: Photo) -> bytes:
        """The picture. Raises WorldError while it is not here."""
        with self._database.reader() as session:
            return photos.picture(session, photo.name)

    def why_not(self, photo: Photo) -> str:
        """Why the person may not change this photograph; empty when it is allowed."""
        return Rights(self._database, self._cadre).why_not(Act.EDIT, KIND, photo.author)

    def set_caption(self, photo: Photo, caption: str) -> str | None:
        """Change what is written below it; returns what is wrong, None when it is saved."""
        return self._do(partial(photos.set_caption, photo_id=photo.id, caption=caption))

    def take_away(self, photo: Photo) -> str | None:
        """Remove it from its visit; returns why it cannot be, None when it is done."""
        problem = self._do(partial(photos.take_away, photo_id=photo.id))
        if problem is None:
            self.said.emit("照片已移去", partial(self._bring_back, photo))
        return problem

    def _bring_back(self, photo: Photo) -> None:
        problem = self._do(partial(photos.bring_back, photo_id=photo.id))
        self.said.emit(problem or "照片已放回", None)

    def _do(self, act: Callable[[UnitOfWork], None]) -> str | None:
        try:
            with self._database.work(self._cadre) as work:
                act(work)
                committed = work.commit()
        except InvalidInput as error:
            return "；".join(error.problems.values())
        except WorldError as error:
            return str(error)
        self.committed.emit(committed.kinds)
        return None
