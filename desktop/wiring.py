"""What the program is made of: storage, sync, reports and pages, joined by plain functions."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.background import Job
from desktop.program import Desk, Held, Parts, Program
from desktop.views.unlock import User
from township.storage.folder import LaptopFolder
from township.storage.keyring import password_problem
from township.storage.persons import Person, Persons, note_name

if TYPE_CHECKING:
    # SQLAlchemy costs 200 ms: it is imported while the person types the password.
    from desktop.models.backup_desk import BackupDesk
    from desktop.views.enrol import Enrolment
    from desktop.views.forgotten import Recovery
    from desktop.views.main import MainWindow
    from desktop.views.page import Page
    from township.storage.laptop import Unlocked

_FIRST = (
    "township.storage.laptop",
    "township.records",
    "desktop.models.who",
    "desktop.models.sync_desk",
    "desktop.gates",
    "desktop.views.idle",
    "desktop.pages",
    "desktop.views.today",
)
"""What stands between the password and the first page."""
_LATER = (
    "desktop.views.widgets.form",
    "desktop.views.widgets.table",
    "desktop.views.settings",
    "desktop.views.work_log",
    "desktop.views.needs",
    "desktop.views.situations",
    "desktop.views.evaluations",
    "desktop.views.meetings",
    "desktop.views.households",
    "desktop.views.sync",
)
"""What the pages need; imported when the first one is on show."""


def parts(
    folder: LaptopFolder, log: Path, enrol: Callable[[Enrolment, Job], Unlocked] | None
) -> Parts[Unlocked]:
    """All that the program works with, for one laptop's data folder and those below it."""
    persons = Persons(folder)

    def wait(key: str) -> int:
        person = persons.find(key)
        return person.folder.keyring.wait(person.login)

    return Parts(
        enrolled=persons.there,
        users=lambda last: _users(persons.all(last)),
        wait=wait,
        unlock=lambda key, password: _unlock(persons.find(key), password),
        enrol=enrol,
        password_problem=password_problem,
        desk=lambda unlocked, program: desk(unlocked, program, persons),
        preload=lambda: preload(_FIRST),
        prepare=lambda: preload(_LATER),
        log=log,
        gates=(_factor, _away),
        recovery=lambda: _recovery(persons),
        key=lambda unlocked: persons.key_of(unlocked.folder, unlocked.login),
    )


def _users(found: Sequence[Person]) -> list[User]:
    """For the list; who is there twice is told apart by the folder."""
    shown = Counter(one.shown for one in found)
    return [
        User(one.key, f"{one.shown} · {one.key}" if shown[one.shown] > 1 else one.shown)
        for one in found
    ]


def preload(names: Sequence[str]) -> None:
    """Import modules ahead of their use, and let the ORM lay out its mappers."""
    for name in names:
        importlib.import_module(name)
    from sqlalchemy.orm import configure_mappers

    configure_mappers()


def _unlock(person: Person, password: str) -> Unlocked:
    folder, login = person.folder, person.login
    key = folder.keyring.unlock(login, password)  # Argon2 runs without the GIL beside preload
    from township.storage.laptop import open_with_key

    return open_with_key(folder, login, key)


def _recovery(persons: Persons) -> Recovery:
    from desktop.views.forgotten import Recovery
    from township.storage import recovery

    def ask(key: str, password: str, place: Path) -> recovery.Asked:
        person = persons.find(key)
        return recovery.ask(person.folder, person.login, password, place)

    def use(key: str, file: Path, password: str) -> Unlocked:
        from township.storage.laptop import unlock

        folder = persons.find(key).folder
        return unlock(folder, recovery.use(folder, recovery.read(file), password), password)

    return Recovery(ask, use, password_problem)


def _factor(unlocked: Unlocked, program: Program[Unlocked]) -> Held | None:
    from desktop.gates import ask_factor

    return ask_factor(unlocked, program)


def _away(unlocked: Unlocked, program: Program[Unlocked]) -> Held | None:
    from desktop.gates import long_away

    return long_away(unlocked, program)


def desk(unlocked: Unlocked, program: Program[Unlocked], persons: Persons | None = None) -> Desk:
    """The pages for the cadre who unlocked the data; ``persons`` share the computer."""
    from desktop.models.backup_desk import BackupDesk
    from desktop.models.sync_desk import SyncDesk, in_words
    from desktop.models.who import Rights, who
    from desktop.pages import Pages

    syncs = SyncDesk(unlocked.database, program.background, program, unlocked.cadre_id)
    rights = Rights(unlocked.database, unlocked.cadre_id)
    backups = BackupDesk(unlocked.database, unlocked.folder.backups, program.background, program)

    def close() -> None:
        syncs.deleteLater()
        backups.stop()
        backups.deleteLater()
        unlocked.database.close()

    def attach(window: MainWindow) -> None:
        syncs.changed.connect(lambda state: window.status.set_sync(*in_words(state)))
        syncs.brought.connect(partial(brought, window))
        window.changed.connect(syncs.refresh)
        syncs.ended.connect(shut_out)
        window.offer_pages(rights.pages(window.keys))
        backups.failed.connect(window.say)
        backups.start()
        syncs.refresh()

    def brought(window: MainWindow, kinds: frozenset[str]) -> None:
        if rights.refresh(kinds):
            window.offer_pages(rights.pages(window.keys))
        window.reload(kinds)

    def shut_out(problem: str | None) -> None:
        if problem is not None and unlocked.standing().why == "revoked":
            program.lock()

    everybody = persons or Persons(unlocked.folder)
    settings = partial(_settings, unlocked, program, everybody, backups)
    pages = Pages(unlocked, program, syncs, settings).specs()
    person = who(unlocked.database, unlocked.cadre_id)
    note_name(unlocked.folder, unlocked.login, person.name)
    return Desk(person, pages, close, attach)


def _settings(
    unlocked: Unlocked, program: Program[Unlocked], persons: Persons, backups: BackupDesk
) -> Page:
    """设置, with what it says of the person's account and data."""
    from desktop import account_cards as cards
    from desktop.views.settings import SettingsPage

    about = [
        "连心桥：乡镇干部联系服务群众。木兰宽松许可证第 2 版。",
        f"数据文件夹：{unlocked.folder.path}（已加密）",
    ]
    own = (
        cards.password_card(unlocked, program),
        cards.factor_card(unlocked, program),
        cards.backup_card(unlocked, backups, program),
        cards.leave_card(unlocked, persons, program),
    )
    percent = program.preferences.value.text_percent
    return SettingsPage(percent, program.resize_text, about, own)
