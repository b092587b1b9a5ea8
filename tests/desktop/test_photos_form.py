"""Photographs on the visit form: added in every way, captioned, taken away, kept, saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QPlainTextEdit
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from desktop import pictures, theme
from desktop.background import Background
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.visit_form import VisitForm
from desktop.views.work_log import WorkLogPage
from tests.desktop.drawn import SECRET, encoded, from_phone, landscape
from tests.desktop.test_work_log import HOME, ME, database, shoot, stored
from tests.sync.pictures import stopping
from township.records import Attachment, Visit
from township.storage import file_tables
from township.storage.database import Database
from township.usecases import photos

__all__ = ["database"]


@pytest.fixture
def window(qtbot: QtBot, database: Database, background: Background) -> Iterator[MainWindow]:
    spec = PageSpec(
        "worklog", "工作日志", "notebook", lambda: WorkLogPage(database, ME, background)
    )
    window = MainWindow([spec], Who("李秀英", "龙马溪村"))
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.show_page("worklog", ("visit", HOME))
    qtbot.waitExposed(window)
    yield window
    QApplication.clipboard().clear()


def page_of(window: MainWindow) -> WorkLogPage:
    page = window.page("worklog")
    assert isinstance(page, WorkLogPage)
    return page


def form_of(window: MainWindow) -> VisitForm:
    form = page_of(window).form
    assert form is not None
    return form


@pytest.fixture
def form(window: MainWindow) -> VisitForm:
    return form_of(window)


@pytest.fixture
def shot(tmp_path: Path) -> Callable[[int], Path]:
    def make(number: int) -> Path:
        return from_phone(tmp_path / f"IMG_{number}.jpg", landscape(1200, 900, 40 * number))

    return make


Shot = Callable[[int], Path]


def test_chosen_in_the_dialog_captioned_and_saved(
    window: MainWindow, form: VisitForm, shot: Shot, qtbot: QtBot, database: Database
) -> None:
    qtbot.keyClick(form.photos.add, Qt.Key.Key_Space)
    [dialog] = form.photos.findChildren(QFileDialog)
    assert "*.heic" in dialog.nameFilters()[0] and "*.JPG" in dialog.nameFilters()[0]
    dialog.filesSelected.emit([str(shot(1)), str(shot(2))])
    dialog.close()
    first, _ = form.photos.cells
    qtbot.waitUntil(first.caption.hasFocus)
    qtbot.keyClicks(first.caption, " Zone 3 ")
    form.save()
    [visit] = stored(database, Visit)
    one, two = stored(database, Attachment)
    assert (one.visit_id, one.caption, two.caption) == (visit.id, "Zone 3", None)
    assert (one.width, one.height, one.media_type) == (900, 1200, "image/jpeg")
    with database.reader() as session:
        data = photos.picture(session, one.sha256)
        assert SECRET not in data and b"Exif" not in data
        assert not photos.draft_photos(session, ME.hex())
    assert page_of(window)._pictures.count() == 1


def test_pasted_while_typing(form: VisitForm, shot: Shot, qtbot: QtBot) -> None:
    talk = form.form.boxes["talk"].editor
    assert isinstance(talk, QPlainTextEdit)
    talk.setFocus()
    QApplication.clipboard().setImage(landscape())
    qtbot.keyClick(talk, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert len(form.photos.cells) == 1 and talk.toPlainText() == ""
    assert talk.hasFocus()
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(shot(1)))])
    QApplication.clipboard().setMimeData(files)
    caption = form.photos.cells[0].caption
    qtbot.keyClick(caption, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert len(form.photos.cells) == 2 and caption.text() == ""


def test_pasted_beside_the_fields(form: VisitForm, qtbot: QtBot) -> None:
    QApplication.clipboard().setImage(landscape())
    form.parts.buttons["needs"].setFocus()
    qtbot.keyClick(form.parts.buttons["needs"], Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert len(form.photos.cells) == 1


def test_text_stays_text(form: VisitForm, qtbot: QtBot) -> None:
    """Office programs copy a picture of the text along with it."""
    talk = form.form.boxes["talk"].editor
    assert isinstance(talk, QPlainTextEdit)
    both = QMimeData()
    both.setText("水渠垮了")
    both.setImageData(landscape())
    QApplication.clipboard().setMimeData(both)
    talk.setFocus()
    qtbot.keyClick(talk, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert talk.toPlainText() == "水渠垮了" and not form.photos.cells


@pytest.mark.parametrize("on_text", [True, False])
def test_dropped(form: VisitForm, shot: Shot, on_text: bool) -> None:
    talk = form.form.boxes["talk"].editor
    assert isinstance(talk, QPlainTextEdit)
    target = talk.viewport() if on_text else form
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(shot(1)))])
    actions, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), actions, files, left, none)
    QApplication.sendEvent(target, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(target, QDropEvent(QPointF(5, 5), actions, files, left, none))
    assert len(form.photos.cells) == 1 and talk.toPlainText() == ""


def test_dropped_text_is_left_alone(form: VisitForm) -> None:
    text = QMimeData()
    text.setText("文字")
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, text, left, none)
    QApplication.sendEvent(form, enter)
    assert not enter.isAccepted()


def test_too_many_and_no_picture_are_told(form: VisitForm, shot: Shot, tmp_path: Path) -> None:
    paper = tmp_path / "报告.docx"
    paper.write_bytes(b"PK")
    form.photos.take([paper, shot(1), shot(1), shot(2), shot(3)])
    assert len(form.photos.cells) == 2
    problem = form.photos.problem
    assert problem.isVisible()
    assert [line[:6] for line in problem.text().split("\n")] == [
        "“报告.do",
        "这张照片已经",
        "一次走访最多",
    ]
    form.photos.add.click()
    assert not form.photos.findChildren(QFileDialog) and "最多 2 张" in problem.text()
    form.photos.cells[0].remove.click()
    assert not problem.isVisible()


def test_removed_and_brought_back(
    window: MainWindow, form: VisitForm, shot: Shot, qtbot: QtBot
) -> None:
    form.photos.take([shot(1), shot(2)])
    form.photos.cells[0].caption.setText("水渠")
    first = form.photos.entries()[0]
    qtbot.keyClick(form.photos.cells[0].remove, Qt.Key.Key_Space)
    assert len(form.photos.cells) == 1 and form.photos.add.hasFocus()
    assert window.toast.text == "照片已移去"
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert form.photos.entries()[0] == first and len(form.photos.cells) == 2


def test_undo_after_the_form_was_left(
    window: MainWindow, form: VisitForm, shot: Shot, qtbot: QtBot
) -> None:
    form.photos.take([shot(1), shot(2)])
    form.photos.cells[1].remove.click()
    qtbot.keyClick(form, Qt.Key.Key_Escape)
    assert page_of(window).form is None
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(form_of(window).photos.cells) == 2


def test_undo_is_refused_when_there_are_others(
    window: MainWindow, form: VisitForm, shot: Shot, qtbot: QtBot
) -> None:
    form.photos.take([shot(1), shot(2)])
    form.photos.cells[1].remove.click()
    form.photos.take([shot(3)])
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(form.photos.cells) == 2 and "最多 2 张" in form.photos.problem.text()


def test_the_draft_keeps_the_pictures(
    window: MainWindow, form: VisitForm, shot: Shot, qtbot: QtBot, database: Database
) -> None:
    form.photos.take([shot(1)])
    qtbot.keyClicks(form.photos.cells[0].caption, "pond")
    kept = form.photos.entries()
    assert form.autosave._timer.isActive()
    qtbot.keyClick(form, Qt.Key.Key_Escape)
    page_of(window).open_form()
    form = form_of(window)
    assert form.photos.entries() == kept and "已恢复" in form.note.text()
    form.throw_away()
    assert not form.photos.cells
    with database.reader() as session:
        assert not photos.draft_photos(session, ME.hex())
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert form_of(window).photos.entries() == kept


def test_nothing_is_kept_when_saving_fails(form: VisitForm, shot: Shot, database: Database) -> None:
    form.photos.take([shot(1)])
    form.form.set_values({"purpose": None})
    form.save()
    assert form.problem.isVisible() and len(form.photos.cells) == 1
    with database.reader() as session:
        assert not session.scalar(select(func.count()).select_from(file_tables.content))


def test_a_power_cut_while_saving_leaves_the_draft(
    form: VisitForm, shot: Shot, database: Database
) -> None:
    form.photos.take([shot(1)])
    kept = form.photos.entries()
    form.autosave.flush()
    with stopping(database.engine, 1):
        form.save()
    database.close()
    again = Database.open(database.path, database.key, database.clock)
    assert not stored(again, Visit) and not stored(again, Attachment)
    with again.reader() as session:
        assert tuple(photos.draft_photos(session, ME.hex())) == kept
        assert not session.execute(file_tables.out.select()).all()
    again.close()


def test_everything_by_tab(form: VisitForm, shot: Shot, qtbot: QtBot) -> None:
    form.photos.take([shot(1), shot(2)])
    one, two = form.photos.cells
    order = [form.photos.add, one.caption, one.remove, two.caption, two.remove]
    names = [widget.accessibleName() for widget in order[1:]]
    assert names == ["照片 1 的说明", "移去照片 1", "照片 2 的说明", "移去照片 2"]
    qtbot.waitUntil(two.isVisible)
    order[0].setFocus()
    for widget in order[1:]:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert widget.hasFocus(), widget.accessibleName()
    qtbot.keyClick(two.remove, Qt.Key.Key_Tab)
    assert not form.photos.isAncestorOf(QApplication.focusWidget())


@pytest.mark.parametrize("percent", [100, 150])
@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
def test_it_fits_the_screen(
    window: MainWindow,
    form: VisitForm,
    shot: Shot,
    qtbot: QtBot,
    qapp: QApplication,
    size: tuple[int, int],
    percent: int,
) -> None:
    theme.set_text_size(qapp, percent)
    try:
        window.resize(*size)
        for count in range(3):
            if count:
                form.photos.take([shot(count)])
            qtbot.wait(20)
            form._show_photos()
            shoot(window, qtbot, f"form-{size[0]}-{percent}-{count}")
            wide = form._scroll.viewport().width()
            body = form._scroll.widget()
            assert body.minimumSizeHint().width() <= wide
        for cell in form.photos.cells:
            assert cell.caption.width() >= theme.em(cell, 6) and cell.thumb.drawn
            assert form.rect().contains(cell.remove.mapTo(form, cell.remove.rect().bottomRight()))
    finally:
        theme.set_text_size(qapp, 100)


def test_a_png_without_a_name_for_it(form: VisitForm, tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(encoded(landscape(), b"PNG"))
    form.photos.take([path])
    assert form.photos.entries()[0].data == pictures.from_image(landscape())
