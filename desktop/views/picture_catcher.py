"""Pictures that are pasted or dropped anywhere on a form, also while a text is typed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

_DRAGS = (QEvent.Type.DragEnter, QEvent.Type.DragMove)


class PictureCatcher(QObject):
    """Takes pasted and dropped pictures before the widgets that it watches.

    ``caught`` gives a list of paths or a QImage. Text, also text with a picture beside it as
    office programs copy it, goes to the widget as ever.
    """

    caught = Signal(object)

    def __init__(self, form: QWidget) -> None:
        super().__init__(form)
        form.setAcceptDrops(True)
        self.watch(form)

    def watch(self, widget: QWidget) -> None:
        """Watch a widget and the texts that are typed in it; more than once does no harm."""
        texts = [*widget.findChildren(QLineEdit), *widget.findChildren(QPlainTextEdit)]
        viewports = [text.viewport() for text in texts if isinstance(text, QPlainTextEdit)]
        for one in (widget, *texts, *viewports):
            one.removeEventFilter(self)
            one.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            pressed = event.type() == QEvent.Type.KeyPress
            if pressed and event.matches(QKeySequence.StandardKey.Paste):
                return self._take(QGuiApplication.clipboard().mimeData())
        elif isinstance(event, QDropEvent):
            if event.type() in _DRAGS and pictures_in(event.mimeData()) is not None:
                event.acceptProposedAction()
                return True
            if event.type() == QEvent.Type.Drop and self._take(event.mimeData()):
                event.acceptProposedAction()
                return True
        return False

    def _take(self, given: QMimeData) -> bool:
        found = pictures_in(given)
        if found is None:
            return False
        self.caught.emit(found)
        return True


def pictures_in(given: QMimeData) -> list[Path] | QImage | None:
    """Local files, or the picture itself; None when it is a text or anything else."""
    files = [Path(url.toLocalFile()) for url in given.urls() if url.isLocalFile()]
    if files:
        return files
    if given.hasImage() and not given.hasFormat("text/plain"):
        image = given.imageData()
        return image if isinstance(image, QImage) else None
    return None
