"""What the program is made of: storage, sync, reports and pages, joined by plain functions."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.background import Background, Job
from desktop.program import Desk, Held, Parts, Program
from township.storage.folder import LaptopFolder
from township.storage.keyring import password_problem

if TYPE_CHECKING:
    # SQLAlchemy costs 200 ms: it is imported while the person types the password.
    from desktop.models.sync_desk import SyncDesk
    from desktop.views.enrol import Enrolment
    from desktop.views.forgotten import Recovery
    from desktop.views.main import MainWindow, PageSpec
    from desktop.views.page import Page
    from desktop.views.password_card import PasswordCard
    from township.storage.database import Database
    from township.storage.laptop import Unlocked

_FIRST = (
    "township.storage.laptop",
    "township.records",
    "desktop.models.who",
    "desktop.models.sync_desk",
    "desktop.views.idle",
)
"""What stands between the password and the main window."""
_LATER = (
    "desktop.views.widgets.form",
    "desktop.views.widgets.table",
    "desktop.views.settings",
    "desktop.views.work_log",
    "desktop.views.needs",
    "desktop.views.situations",
    "desktop.views.meetings",
    "desktop.views.households",
    "desktop.views.sync",
)
"""What the pages need; imported when the first one is on show."""


def parts(
    folder: LaptopFolder, log: Path, enrol: Callable[[Enrolment, Job], Unlocked] | None
) -> Parts[Unlocked]:
    """All that the program works with, for one laptop's data folder."""
    return Parts(
        enrolled=folder.enrolled,
        logins=folder.keyring.logins,
        wait=folder.keyring.wait,
        unlock=lambda login, password: _unlock(folder, login, password),
        enrol=enrol,
        password_problem=password_problem,
        desk=desk,
        preload=lambda: preload(_FIRST),
        prepare=lambda: preload(_LATER),
        log=log,
        held=held,
        recovery=lambda: _recovery(folder),
    )


def preload(names: Sequence[str]) -> None:
    """Import modules ahead of their use, and let the ORM lay out its mappers."""
    for name in names:
        importlib.import_module(name)
    from sqlalchemy.orm import configure_mappers

    configure_mappers()


def _unlock(folder: LaptopFolder, login: str, password: str) -> Unlocked:
    key = folder.keyring.unlock(login, password)  # Argon2 runs without the GIL beside preload
    from township.storage.laptop import open_with_key

    return open_with_key(folder, login, key)


def _recovery(folder: LaptopFolder) -> Recovery:
    from desktop.views.forgotten import Recovery
    from township.storage import recovery

    def use(file: Path, password: str) -> Unlocked:
        from township.storage.laptop import unlock

        return unlock(folder, recovery.use(folder, recovery.read(file), password), password)

    return Recovery(
        lambda login, password, place: recovery.ask(folder, login, password, place),
        use,
        password_problem,
    )


def held(unlocked: Unlocked, program: Program[Unlocked]) -> Held | None:
    """A laptop that was too long without its township, or is shut out, shows no records."""
    if unlocked.standing().why is None:
        return None
    from desktop.models.sync_desk import SyncDesk
    from desktop.views.out_of_contact import OutOfContactPanel

    syncs = SyncDesk(unlocked.database, program.background, program)

    def reenrol(code: str) -> None:
        from sync.enrol import reenrol

        reenrol(unlocked, code)

    panel = OutOfContactPanel(unlocked.standing, syncs, reenrol, program.background)

    def bind(free: Callable[[], None], lock: Callable[[], None]) -> None:
        panel.returned.connect(free)
        panel.left.connect(lock)
        panel.destroyed.connect(syncs.deleteLater)

    return Held(panel, bind, unlocked.database.close)


def desk(unlocked: Unlocked, program: Program[Unlocked]) -> Desk:
    """The pages for the cadre who unlocked the data."""
    from desktop.models.sync_desk import SyncDesk, in_words
    from desktop.models.who import who

    syncs = SyncDesk(unlocked.database, program.background, program)

    def close() -> None:
        syncs.deleteLater()
        unlocked.database.close()

    def attach(window: MainWindow) -> None:
        syncs.changed.connect(lambda state: window.status.set_sync(*in_words(state)))
        syncs.brought.connect(window.reload)
        window.changed.connect(syncs.refresh)
        syncs.ended.connect(shut_out)
        syncs.refresh()

    def shut_out(problem: str | None) -> None:
        if problem is not None and unlocked.standing().why == "revoked":
            program.lock()

    pages = _pages(unlocked, program, syncs)
    return Desk(who(unlocked.database, unlocked.cadre_id), pages, close, attach)


def _password_card(unlocked: Unlocked, program: Program[Unlocked]) -> PasswordCard:
    from desktop.views.password_card import PasswordCard

    ring, login = unlocked.folder.keyring, unlocked.login
    return PasswordCard(
        lambda old, new: ring.change(login, old, new),
        lambda: ring.wait(login),
        password_problem,
        program.background,
    )


def _pages(unlocked: Unlocked, program: Program[Unlocked], syncs: SyncDesk) -> list[PageSpec]:
    from desktop.views.main import PageSpec
    from desktop.views.settings import SettingsPage
    from desktop.views.today import TodayPage

    about = [
        "连心桥：乡镇干部联系服务群众。木兰宽松许可证第 2 版。",
        f"数据文件夹：{unlocked.folder.path}（已加密）",
    ]

    def settings() -> SettingsPage:
        percent = program.preferences.value.text_percent
        card = _password_card(unlocked, program)
        return SettingsPage(percent, program.resize_text, about, card)

    def today() -> Page:
        return TodayPage(database, cadre, {spec.key for spec in specs})

    def households() -> Page:
        from desktop.views.households import HouseholdsPage

        reachable = frozenset(spec.key for spec in specs)
        return HouseholdsPage(database, cadre, program.background, reachable)

    def worklog() -> Page:
        from desktop.views.work_log import WorkLogPage

        return WorkLogPage(database, cadre, program.background)

    def sync() -> Page:
        from desktop.views.sync import SyncPage

        return SyncPage(database, cadre, syncs)

    database, cadre = unlocked.database, unlocked.cadre_id
    specs = [
        PageSpec("today", "今日", "house", today),
        PageSpec("households", "户台账", "house-line", households),
        PageSpec("worklog", "工作日志", "notebook", worklog),
        *_matters(database, cadre, program.background),
        PageSpec("sync", "同步", "arrows-clockwise", sync),
        PageSpec("settings", SettingsPage.title, SettingsPage.icon, settings),
    ]
    return specs


def _matters(database: Database, cadre: bytes, background: Background) -> list[PageSpec]:
    """The pages that are a list of matters beside one matter."""
    from desktop.views.main import PageSpec

    def situations() -> Page:
        from desktop.views.situations import SituationsPage

        return SituationsPage(database, cadre)

    def needs() -> Page:
        from desktop.views.needs import NeedsPage

        return NeedsPage(database, cadre)

    def meetings() -> Page:
        from desktop.views.meetings import MeetingsPage

        return MeetingsPage(database, cadre, background)

    return [
        PageSpec("situations", "五情", "bell-ringing", situations),
        PageSpec("needs", "诉求", "chat-circle-text", needs),
        PageSpec("meetings", "会议", "users-three", meetings),
    ]
