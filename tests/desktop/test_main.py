from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout
from pytestqt.qtbot import QtBot

from desktop import theme
from desktop.background import Background, Job
from desktop.theme import Tone
from desktop.views.idle import IdleWatch
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.page import Page
from desktop.views.settings import SettingsPage
from desktop.views.shortcuts import ShortcutHelp
from desktop.views.widgets.basics import EmptyState
from township.errors import WorldError

EVERYTHING: frozenset[str] = frozenset()


class Plain(Page):
    """A page that remembers what the window asks of it."""

    def __init__(self) -> None:
        super().__init__()
        self.reloaded: list[frozenset[str]] = []
        self.targets: list[object] = []
        self.left = 0
        self.search = QLineEdit()
        self.add_tool(self.search)
        QVBoxLayout(self).addWidget(QLineEdit())

    def reload(self, kinds: frozenset[str]) -> None:
        self.reloaded.append(kinds)

    def focus_search(self) -> None:
        self.search.setFocus()

    def show_target(self, target: object) -> None:
        self.targets.append(target)

    def leave(self) -> None:
        self.left += 1

    def shortcuts(self) -> list[tuple[str, str]]:
        return [("Ctrl+N", "记一次走访")]


@pytest.fixture
def made() -> list[str]:
    return []


@pytest.fixture
def window(qtbot: QtBot, made: list[str]) -> Iterator[MainWindow]:
    def make(key: str) -> Callable[[], Page]:
        def page() -> Page:
            made.append(key)
            return Plain()

        return page

    keys = (("today", "今日"), ("households", "户台账"), ("sync", "同步"))
    specs = [PageSpec(key, title, "house", make(key)) for key, title in keys]
    main = MainWindow(specs, Who("向美华", "龙马溪村 · 村干部"))
    qtbot.addWidget(main)
    main.show_page("today")
    main.show()
    qtbot.waitActive(main)
    yield main


def plain(window: MainWindow, key: str) -> Plain:
    page = window.page(key)
    assert isinstance(page, Plain)
    return page


def press(window: MainWindow, key: Qt.Key, ctrl: bool = True) -> None:
    modifier = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
    QTest.keyClick(window, key, modifier)


def test_pages_are_made_at_their_first_visit(window: MainWindow, made: list[str]) -> None:
    assert made == ["today"]
    press(window, Qt.Key.Key_2)
    press(window, Qt.Key.Key_1)
    press(window, Qt.Key.Key_2)
    assert made == ["today", "households"]
    assert window.current == "households"
    assert window._title.text() == "户台账"


def test_tools_of_the_page_stand_in_the_top_bar(window: MainWindow) -> None:
    press(window, Qt.Key.Key_2)
    assert plain(window, "households").search.isVisible()
    assert not plain(window, "today").search.isVisible()


def test_ctrl_f_goes_to_the_search_box(qtbot: QtBot, window: MainWindow) -> None:
    press(window, Qt.Key.Key_F)
    qtbot.waitUntil(plain(window, "today").search.hasFocus, timeout=2000)


def test_a_commit_reloads_the_page_on_show_now_and_others_when_shown(window: MainWindow) -> None:
    window.show_page("households")
    households, today = plain(window, "households"), plain(window, "today")
    households.committed.emit(frozenset({"visit"}))
    households.committed.emit(frozenset({"need"}))
    assert households.reloaded == [{"visit"}, {"need"}]
    assert today.reloaded == []
    window.show_page("today")
    assert today.reloaded == [{"visit", "need"}]
    window.show_page("households")
    window.show_page("today")
    assert len(today.reloaded) == 1, "nothing changed meanwhile"


def test_everything_stays_everything_when_a_commit_follows(window: MainWindow) -> None:
    window.show_page("households")
    window.reload()
    window.reload(frozenset({"visit"}))
    window.show_page("today")
    assert plain(window, "today").reloaded == [EVERYTHING]


def test_a_page_can_ask_for_another(window: MainWindow) -> None:
    plain(window, "today").wanted.emit("households", b"id")
    assert window.current == "households"
    assert plain(window, "households").targets == [b"id"]


def test_navigation_by_keyboard(qtbot: QtBot, window: MainWindow) -> None:
    button = window.navigation._buttons["today"]
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Down)
    assert window.current == "households"
    QTest.keyClick(window.navigation._buttons["households"], Qt.Key.Key_Up)
    QTest.keyClick(window.navigation._buttons["today"], Qt.Key.Key_Up)
    assert window.current == "sync", "it goes round"


def test_badge_has_words_for_screen_readers(window: MainWindow) -> None:
    window.navigation.set_badge("sync", 2)
    assert window.navigation._buttons["sync"].accessibleName() == "同步，2 项待处理"
    window.navigation.set_badge("sync", 0)
    assert window.navigation._badges["sync"].isHidden()


def test_status_line_leads_to_the_sync_page(window: MainWindow) -> None:
    window.status.set_sync("3 条待同步", Tone.WARN, "cloud-arrow-up")
    window.status._sync.click()
    assert window.current == "sync"


def test_toast_with_undo_by_keyboard(qtbot: QtBot, window: MainWindow) -> None:
    undone: list[str] = []
    plain(window, "today").said.emit("已删除", lambda: undone.append("走访"))
    assert window.toast.text == "已删除"
    press(window, Qt.Key.Key_Z)
    qtbot.waitUntil(lambda: undone == ["走访"], timeout=2000)
    assert window.toast.text == ""
    press(window, Qt.Key.Key_Z)
    qtbot.wait(150)
    assert undone == ["走访"], "an undo is done once"


def test_toast_without_undo_leaves_by_itself(qtbot: QtBot, window: MainWindow) -> None:
    window.say("已保存")
    assert not window.toast._button.isVisible()
    window.toast._timer.setInterval(1)
    window.toast._timer.start()
    qtbot.waitUntil(lambda: window.toast.text == "", timeout=3000)


def test_toast_stays_inside_a_narrower_window(qtbot: QtBot, window: MainWindow) -> None:
    window.say("已保存走访记录")
    window.resize(900, 600)
    QApplication.processEvents()
    assert window.centralWidget().rect().contains(window.toast.geometry())


def test_f1_lists_the_keys_of_the_page(window: MainWindow) -> None:
    press(window, Qt.Key.Key_F1, ctrl=False)
    help_window = window.findChild(ShortcutHelp)
    assert isinstance(help_window, ShortcutHelp)
    texts = [label.text() for label in help_window.findChildren(QLabel)]
    for expected in ("Ctrl+N", "记一次走访", "Ctrl+2", "户台账", "锁定"):
        assert expected in texts
    help_window.close()


def test_lock_and_text_size_are_asked_for(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.lock_wanted, timeout=1000):
        press(window, Qt.Key.Key_L)
    asked: list[int] = []
    window.text_size_wanted.connect(asked.append)
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_0, Qt.Key.Key_0):
        press(window, key)
    assert asked == [110, 125, 110, 100]


def test_closing_lets_pages_keep_what_is_half_typed(window: MainWindow) -> None:
    window.close()
    assert plain(window, "today").left == 1


def test_a_page_that_cannot_open_says_why_and_can_be_retried(qtbot: QtBot) -> None:
    tries: list[int] = []

    def make() -> Page:
        tries.append(1)
        if len(tries) == 1:
            raise WorldError("数据正被另一个程序占用。请稍候再试。")
        return Plain()

    main = MainWindow([PageSpec("today", "今日", "house", make)], Who("", ""))
    qtbot.addWidget(main)
    main.show_page("today")
    main.show()
    place = main.findChild(EmptyState)
    assert isinstance(place, EmptyState)
    assert place._hint.text() == "数据正被另一个程序占用。请稍候再试。"
    main._retry("today", place)
    assert isinstance(main.page("today"), Plain)


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_the_window_fits_a_small_screen_at_every_text_size(
    qtbot: QtBot, qapp: QApplication, percent: int
) -> None:
    theme.set_text_size(qapp, percent)
    try:
        main = MainWindow([PageSpec("today", "今日", "house", Plain)], Who("向美华", "龙马溪村"))
        qtbot.addWidget(main)
        main.show_page("today")
        main.show()
        assert main.minimumSizeHint().width() <= 1366
        assert main.minimumSizeHint().height() <= 768
    finally:
        theme.set_text_size(qapp, 100)


def test_settings_page_shows_and_changes_the_text_size(qtbot: QtBot) -> None:
    asked: list[int] = []
    page = SettingsPage(110, asked.append, ["连心桥"])
    qtbot.addWidget(page)
    page.show()
    assert page._sizes.values() == (110,)
    page._sizes.setFocus()
    QTest.keyClick(page._sizes._chips[1], Qt.Key.Key_4)
    assert asked == [150]
    page.show_percent(100)
    assert page._sizes.values() == (100,)


def test_nobody_there_locks(qtbot: QtBot, window: MainWindow) -> None:
    handle = window.windowHandle()
    watch = IdleWatch(handle, minutes=0.3 / 60)
    with qtbot.assertNotEmitted(watch.idle, wait=200):
        press(window, Qt.Key.Key_Shift, ctrl=False)
    with qtbot.waitSignal(watch.idle, timeout=3000):
        pass


def test_progress_strip_follows_and_cancels(
    qtbot: QtBot, window: MainWindow, background: Background
) -> None:
    import threading

    strip, gate = window.status.progress, threading.Event()

    def work(job: Job) -> None:
        job.step(3, 10, "正在同步")
        gate.wait(2)
        job.step(4, 10)

    ticket = background.run(work, progress=strip.show_progress, finished=strip.end)
    strip.start(ticket, "正在连接")
    qtbot.waitUntil(lambda: strip._count.text() == "3/10", timeout=2000)
    assert strip._text.text() == "正在同步"
    strip._cancel.click()
    assert strip._text.text() == "正在取消…"
    gate.set()
    qtbot.waitUntil(strip.isHidden, timeout=2000)
    assert ticket.cancelled


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_a_dozen_pages_fit_the_smallest_screen(
    qtbot: QtBot, qapp: QApplication, percent: int
) -> None:
    specs = [PageSpec(f"p{n}", "工作日志", "notebook", Page) for n in range(12)]
    theme.set_text_size(qapp, percent)
    try:
        window = MainWindow(specs, Who("向美华", "龙马溪村 · 村妇联主席、村委会委员"))
        qtbot.addWidget(window)
        window.resize(1366, 768)
        window.show()
        window.show_page("p11")
        qtbot.wait(30)
        assert (window.width(), window.height()) == (1366, 768)
        last = window.navigation._buttons["p11"]
        area = window.navigation._pages.viewport()
        assert area.rect().contains(last.mapTo(area, last.rect().center()))
        assert last.toolTip() == "工作日志"
    finally:
        theme.set_text_size(qapp, 100)


@pytest.mark.parametrize(("percent", "visible"), [(100, 17), (150, 12)])
def test_pages_stand_closer_where_there_is_no_room(
    qtbot: QtBot, qapp: QApplication, percent: int, visible: int
) -> None:
    """All pages there are fit at the usual size; at a larger one they scroll, and the button
    for an emergency and the lock stay where they are."""
    keys = ("situations", *(f"p{n}" for n in range(16)))
    specs = [PageSpec(key, "工作日志", "notebook", Page) for key in keys]
    theme.set_text_size(qapp, percent)
    try:
        window = MainWindow(specs, Who("周敏", "全镇 · 台账管理员"))
        qtbot.addWidget(window)
        window.resize(1366, 768)
        window.show()
        qtbot.wait(30)
        navigation = window.navigation
        area = navigation._pages.viewport()
        seen = [
            made
            for made in navigation._buttons.values()
            if area.rect().contains(made.rect().translated(made.mapTo(area, QPoint())))
        ]
        assert len(seen) >= visible
        assert navigation._pages.verticalScrollBar().isVisible() == (len(seen) < len(keys))
        lock = next(one for one in navigation.findChildren(QPushButton) if one.text() == "锁定")
        for made in (navigation.emergency, lock):
            assert not made.visibleRegion().isEmpty()
        navigation.offer(["situations", "p0"])
        assert not navigation._buttons["p0"].property("dense")  # two have all the room
    finally:
        theme.set_text_size(qapp, 100)
