"""The composition root: every part of the desktop program is made and joined here."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QLocale, QLockFile, QTranslator
from PySide6.QtWidgets import QApplication

from desktop import failures, theme
from desktop.background import Job
from desktop.preferences import PreferenceFile
from desktop.program import Program
from desktop.views.notices import failure_notice
from desktop.views.unlock import DemoUser
from desktop.wiring import parts
from township.storage.folder import LaptopFolder
from township.storage.persons import Persons

if TYPE_CHECKING:
    from desktop.views.enrol import Enrolment
    from township.storage.laptop import Unlocked

FONTS = Path(__file__).parents[1] / "reports" / "assets" / "fonts"
IN_USE = "连心桥已经打开了这份数据。请切换到已打开的窗口；如果看不到窗口，请注销或重启电脑后再试。"
NO_DATA = (
    "这个文件夹里没有连心桥的数据：{}\n请核对路径，或在命令行用 lianxinqiao demo 建立演示数据。"
)
SCREEN_FACES = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf", "LianxinqiaoRareHan.ttf")


def run(
    folder: Path,
    enrol: Callable[[Enrolment, Job], Unlocked] | None = None,
    demo: Path | None = None,
    started: Callable[[Program[Unlocked]], None] | None = None,
) -> int:
    """Run the program on a laptop's data folder until its last window is closed.

    Without ``enrol`` the folder must hold data already. ``demo`` names the file of a demo with
    its made-up users. ``started`` is given the program when its first window is up. Returns
    the exit code: 1 when the folder is in use by another window of the program, holds no data
    or cannot be written.
    """
    app = application()
    laptop = LaptopFolder(folder)
    preferences = PreferenceFile(folder / "desktop.json")
    theme.apply(app, preferences.value.text_percent)
    persons = Persons(laptop)
    if enrol is None and not persons.there():
        return _refuse(NO_DATA.format(folder))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        log = failures.start_log(laptop.logs)
    except OSError:
        return _refuse(f"数据文件夹不能写入：{folder}\n请检查磁盘空间和权限。")
    lock = QLockFile(str(laptop.lock))
    lock.setStaleLockTime(0)
    if not lock.tryLock(100):
        failures.stop_log()
        return _refuse(IN_USE)
    failures.watch_qt()
    here = [person.key for person in persons.all()] if persons.there() else []
    users = [user for user in demo_users(demo) if user.login in here]
    program = Program(app, parts(laptop, log, enrol), preferences, users)
    failures.watch_slots(program.crash)
    try:
        program.start()
        if started is not None:
            started(program)
        return app.exec()
    finally:
        program.end()
        failures.stop_log()
        lock.unlock()


def application() -> QApplication:
    """The Qt application with the package's fonts and Chinese texts of Qt's own dialogs."""
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    app.setApplicationName("lianxinqiao")
    app.setApplicationDisplayName("连心桥")
    app.setDesktopFileName("lianxinqiao")
    translator = QTranslator(app)
    texts = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load("qtbase_zh_CN", texts):
        app.installTranslator(translator)
    theme.load_fonts(FONTS / name for name in SCREEN_FACES)
    return app


def demo_users(file: Path | None) -> list[DemoUser]:
    """The made-up users of a demo; none outside a demo or when the file is broken."""
    if file is None:
        return []
    try:
        content = json.loads(file.read_text("utf-8"))
        return [DemoUser(**user) for user in content["users"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _refuse(text: str) -> int:
    failure_notice(text, None).exec()
    return 1
