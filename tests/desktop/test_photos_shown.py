"""Photographs of saved visits: small in the panels, large in their window, counted for the sync."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QScrollArea
from pytestqt.qtbot import QtBot
from sqlalchemy import Connection, delete, insert, update

from desktop import pictures, theme
from desktop.background import Background
from desktop.models.sync_desk import SyncDesk
from desktop.views.households import HouseholdsPage
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.photo_window import PhotoWindow
from desktop.views.sync import SyncPage
from desktop.views.widgets.thumbnail import Thumbnail
from desktop.views.work_log import WorkLogPage
from tests.desktop.drawn import landscape
from tests.desktop.test_work_log import DAY, HOME, ME, OTHER_HOME, database, shoot
from township.records import Attachment
from township.storage import file_tables
from township.storage.database import Database
from township.usecases.photos import Photo, PhotoEntry, photos_of
from township.usecases.visits import VisitEntry, log_visit

__all__ = ["database"]


def log(database: Database, home: bytes, *captions: str | None) -> bytes:
    entries = tuple(
        PhotoEntry(pictures.from_image(landscape(1600, 1200, 60 * at)), caption)
        for at, caption in enumerate(captions)
    )
    entry = VisitEntry(home, DAY, ("am",), "in_home", "routine", talk="看了水渠", photos=entries)
    with database.work(ME) as work:
        made = log_visit(work, entry)
        work.commit()
    return made


@pytest.fixture
def visits(database: Database) -> list[bytes]:
    """With two photographs, with none, and with one."""
    both = log(database, HOME, "三组水渠垮塌处", None)
    return [both, log(database, OTHER_HOME), log(database, OTHER_HOME, None)]


@pytest.fixture
def window(
    qtbot: QtBot, database: Database, background: Background, visits: list[bytes]
) -> Iterator[MainWindow]:
    desk = SyncDesk(database, background)
    specs = [
        PageSpec("worklog", "工作日志", "notebook", lambda: WorkLogPage(database, ME, background)),
        PageSpec(
            "households",
            "户台账",
            "house-line",
            lambda: HouseholdsPage(database, ME, background),
        ),
        PageSpec("sync", "同步", "arrows-clockwise", lambda: SyncPage(database, ME, desk)),
    ]
    window = MainWindow(specs, Who("李秀英", "龙马溪村"))
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.show_page("worklog")
    qtbot.waitExposed(window)
    yield window


def day_page(window: MainWindow) -> WorkLogPage:
    page = window.page("worklog")
    assert isinstance(page, WorkLogPage)
    return page


def thumbs(window: MainWindow) -> list[Thumbnail]:
    """Those on show; what was replaced is on its way out."""
    return [one for one in window.findChildren(Thumbnail) if one.isVisible()]


def wait_for(qtbot: QtBot, window: MainWindow, count: int) -> list[Thumbnail]:
    qtbot.waitUntil(lambda: len(thumbs(window)) == count)
    return thumbs(window)


def look(window: MainWindow, qtbot: QtBot, at: int = 0) -> PhotoWindow:
    """Open a picture by Enter."""
    thumb = wait_for(qtbot, window, 2)[at]
    thumb.setFocus()
    qtbot.keyClick(thumb, Qt.Key.Key_Return)
    found = [one for one in window.findChildren(PhotoWindow) if one.isVisible()]
    assert len(found) == 1
    return found[0]


def undo(window: MainWindow, qtbot: QtBot) -> None:
    """Ctrl+Z, once the window is the active one again."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def photos(database: Database, visit: bytes) -> list[Photo]:
    with database.reader() as session:
        return photos_of(session, [visit]).get(visit, [])


def change(database: Database, act: object) -> None:
    with database.writing() as connection:
        assert isinstance(connection, Connection)
        connection.execute(act)  # type: ignore[call-overload]


def test_the_day_and_the_picked_visit(
    window: MainWindow, qtbot: QtBot, visits: list[bytes]
) -> None:
    page = day_page(window)
    assert not thumbs(window)
    assert any("当天有 3 张照片" in one.text() for one in page.findChildren(QLabel))
    page.table.select_id(visits[0])
    names = [one.accessibleName() for one in wait_for(qtbot, window, 2)]
    assert names == ["照片 1，三组水渠垮塌处，待上传", "照片 2，待上传"]
    for visit, count in zip(visits, (2, 0, 1), strict=True):
        page.table.select_id(visit)
        wait_for(qtbot, window, count)
    page.show_day(DAY.replace(day=1))
    wait_for(qtbot, window, 0)


def test_large_by_enter_and_arrows(window: MainWindow, qtbot: QtBot, visits: list[bytes]) -> None:
    day_page(window).table.select_id(visits[0])
    large = look(window, qtbot)
    assert large.windowTitle() == "走访照片（1/2）" and large.caption.text() == "三组水渠垮塌处"
    qtbot.waitUntil(large.picture.hasFocus)
    assert not large.back.isEnabled()
    texts = [one.text() for one in large.findChildren(QPushButton)]
    assert sorted(texts) == sorted(["上一张", "下一张", "移去", "关闭"])  # no copy is offered
    qtbot.keyClick(large.picture, Qt.Key.Key_Right)
    assert large.windowTitle() == "走访照片（2/2）" and large.caption.text() == ""
    qtbot.keyClick(large.picture, Qt.Key.Key_Right)
    qtbot.keyClick(large.picture, Qt.Key.Key_Left)
    assert large.windowTitle() == "走访照片（1/2）"
    qtbot.keyClick(large.picture, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(PhotoWindow))


@pytest.mark.parametrize("leave", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_the_caption_is_edited_there(
    window: MainWindow, qtbot: QtBot, database: Database, visits: list[bytes], leave: Qt.Key
) -> None:
    day_page(window).table.select_id(visits[0])
    large = look(window, qtbot, at=1)
    large.caption.setFocus()
    qtbot.keyClicks(large.caption, "road")
    qtbot.keyClick(large.caption, Qt.Key.Key_Left)  # moves in the text
    assert large.windowTitle() == "走访照片（2/2）"
    qtbot.keyClick(large.caption, leave)
    assert large.isVisible() == (leave == Qt.Key.Key_Return)
    assert [one.caption for one in photos(database, visits[0])] == ["三组水渠垮塌处", "road"]
    names = [one.accessibleName() for one in wait_for(qtbot, window, 2)]
    assert names[1] == "照片 2，road，待上传"


def test_turning_keeps_the_caption(
    window: MainWindow, qtbot: QtBot, database: Database, visits: list[bytes]
) -> None:
    day_page(window).table.select_id(visits[0])
    large = look(window, qtbot)
    large.caption.selectAll()
    qtbot.keyClicks(large.caption, "bridge")
    large.ahead.click()
    large.back.click()
    assert large.caption.text() == "bridge"
    assert photos(database, visits[0])[0].caption == "bridge"
    large.accept()


def test_taken_away_and_brought_back(
    window: MainWindow, qtbot: QtBot, database: Database, visits: list[bytes]
) -> None:
    day_page(window).table.select_id(visits[0])
    large = look(window, qtbot)
    large.remove.click()
    assert not large.isVisible()
    assert [one.caption for one in photos(database, visits[0])] == [""]
    assert window.toast.text == "照片已移去"
    assert day_page(window).table.current_id() == visits[0]
    wait_for(qtbot, window, 1)
    undo(window, qtbot)
    wait_for(qtbot, window, 2)
    assert [one.caption for one in photos(database, visits[0])] == ["三组水渠垮塌处", ""]
    assert window.toast.text == "照片已放回"


def test_what_went_meanwhile_is_told(
    window: MainWindow, qtbot: QtBot, database: Database, visits: list[bytes]
) -> None:
    day_page(window).table.select_id(visits[0])
    large = look(window, qtbot)
    with database.work(ME) as work:
        work.delete(work.session.get_one(Attachment, large.photo.id))
        work.commit()
    large.remove.click()
    assert large.isVisible() and "已经被移去" in large.problem.text()
    large.caption.setFocus()
    qtbot.keyClicks(large.caption, "x")
    large.reject()
    assert "已经被移去" in window.toast.text


def test_states_in_words(
    window: MainWindow, qtbot: QtBot, database: Database, visits: list[bytes]
) -> None:
    first, second = photos(database, visits[0])
    out, content = file_tables.out, file_tables.content
    change(database, update(out).where(out.c.record_id == first.id).values(refused="too_large"))
    change(database, delete(out).where(out.c.record_id == second.id))
    day_page(window).table.select_id(visits[0])
    names = [one.accessibleName() for one in wait_for(qtbot, window, 2)]
    assert names == ["照片 1，三组水渠垮塌处，镇里未接收", "照片 2"]
    change(database, delete(content).where(content.c.sha256 == second.name))
    window.reload()
    assert [one.accessibleName() for one in wait_for(qtbot, window, 2)][1] == "照片 2，待下载"
    large = look(window, qtbot, at=1)
    assert "还没有下载到本机" in large.picture._text
    shoot_dialog(large, qtbot, "large-missing")
    large.accept()
    window.show_page("sync")
    page = window.page("sync")
    assert isinstance(page, SyncPage)
    assert page.photos.text() == (
        "照片：1 张待上传，1 张待下载。照片要联网传，U盘不带；排在记录后面，断了下次接着传。"
        "有 1 张照片镇里没有接收，仍保存在本机。"
    )
    shoot(window, qtbot, "sync-photos")


def test_the_sync_page_is_quiet_without_photographs(window: MainWindow, database: Database) -> None:
    window.show_page("sync")
    page = window.page("sync")
    assert isinstance(page, SyncPage)
    assert page.photos.isVisible() and page.photos.text().startswith("照片：3 张待上传。")
    change(database, delete(file_tables.out))
    page.desk.refresh()
    assert not page.photos.isVisible()


def test_the_household_shows_them(window: MainWindow, qtbot: QtBot) -> None:
    window.show_page("households", HOME)
    found = wait_for(qtbot, window, 2)
    assert found[0].accessibleName().startswith("照片 1，三组水渠垮塌处")
    large = look(window, qtbot)
    large.remove.click()
    wait_for(qtbot, window, 1)
    undo(window, qtbot)
    wait_for(qtbot, window, 2)


def test_only_what_is_seen_is_decoded(window: MainWindow, qtbot: QtBot, database: Database) -> None:
    for _ in range(12):
        log(database, HOME, None)
    window.show_page("households", HOME)
    qtbot.waitUntil(lambda: any(one.drawn for one in thumbs(window)))
    assert len(thumbs(window)) == 14
    qtbot.wait(50)
    assert [one.drawn for one in thumbs(window)].count(True) < 6
    last = thumbs(window)[-1]
    assert not last.drawn
    [area] = [one for one in window.findChildren(QScrollArea) if one.isAncestorOf(last)]
    area.ensureWidgetVisible(last)
    qtbot.waitUntil(lambda: last.drawn)


@pytest.mark.qt_log_ignore("JPEG")
def test_a_broken_picture_is_no_crash(
    window: MainWindow, qtbot: QtBot, database: Database, visits: list[bytes]
) -> None:
    [photo] = photos(database, visits[2])
    c = file_tables.content
    change(database, delete(c).where(c.c.sha256 == photo.name))
    data = pictures.from_image(landscape())[:300]
    change(database, insert(c).values(sha256=photo.name, data=data))
    page = day_page(window)
    page.table.select_id(visits[2])
    [thumb] = wait_for(qtbot, window, 1)
    qtbot.waitUntil(lambda: thumb.drawn)
    thumb.click()
    [large] = window.findChildren(PhotoWindow)
    shoot_dialog(large, qtbot, "large-broken")
    large.accept()


@pytest.mark.parametrize("percent", [100, 150])
@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
def test_the_panels_fit(
    window: MainWindow,
    qtbot: QtBot,
    qapp: QApplication,
    visits: list[bytes],
    size: tuple[int, int],
    percent: int,
) -> None:
    theme.set_text_size(qapp, percent)
    try:
        window.resize(*size)
        name = f"{size[0]}-{percent}"
        for visit, count in zip(visits, (2, 0, 1), strict=True):
            day_page(window).table.select_id(visit)
            wait_for(qtbot, window, count)
            shoot(window, qtbot, f"day-{name}-{count}")
        day_page(window).table.clear_current()
        shoot(window, qtbot, f"day-{name}-all")
        assert (window.width(), window.height()) == size
        for home, count in ((HOME, 2), (OTHER_HOME, 1)):
            window.show_page("households", home)
            wait_for(qtbot, window, count)
            shoot(window, qtbot, f"home-{name}-{count}")
    finally:
        theme.set_text_size(qapp, 100)


def test_the_large_window_fits_the_screen(
    window: MainWindow, qtbot: QtBot, visits: list[bytes]
) -> None:
    day_page(window).table.select_id(visits[0])
    large = look(window, qtbot)
    room = QGuiApplication.primaryScreen().availableGeometry()
    assert large.width() <= room.width() and large.height() <= room.height()
    shoot_dialog(large, qtbot, "large")
    large.accept()


def shoot_dialog(large: PhotoWindow, qtbot: QtBot, name: str) -> None:
    shoot(large, qtbot, name)  # type: ignore[arg-type]
