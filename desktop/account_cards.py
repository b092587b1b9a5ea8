"""The cards of 设置 about one person's account and data, joined to storage by plain functions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from desktop import gates
from desktop.models.backup_desk import BackupDesk
from desktop.program import Program
from desktop.views.backup_card import BackupCard
from desktop.views.leave_card import LeaveCard, Leaving
from desktop.views.password_card import PasswordCard
from desktop.views.second_factor_card import Factor, SecondFactorCard
from township.errors import WorldError
from township.storage import backup, second_factor
from township.storage.backup import Backup
from township.storage.keyring import password_problem
from township.storage.laptop import Unlocked
from township.storage.persons import Persons
from township.usecases import leaving
from township.usecases.leaving import Unsent
from township.usecases.township_settings import settings_now
from township.values import local_text

if TYPE_CHECKING:
    from collections.abc import Callable


def password_card(unlocked: Unlocked, program: Program[Unlocked]) -> PasswordCard:
    """Changing the own password."""
    ring, login = unlocked.folder.keyring, unlocked.login
    return PasswordCard(
        lambda old, new: ring.change(login, old, new),
        lambda: ring.wait(login),
        password_problem,
        program.background,
    )


def factor_card(unlocked: Unlocked, program: Program[Unlocked]) -> SecondFactorCard:
    """The code of the telephone after the password."""
    factor = gates.factor_of(unlocked)
    return SecondFactorCard(
        Factor(
            lambda: factor.standing(gates.roles(unlocked)),
            lambda: gates.set_up(unlocked, program),
            factor.prove,
            factor.renew_rescue,
            factor.end,
            lambda: second_factor.demanded(gates.roles(unlocked), settings_now(unlocked.database)),
        ),
        program.background,
    )


def _unsent(unlocked: Unlocked) -> Unsent:
    with unlocked.database.reader() as session:
        return leaving.unsent(session)


def backup_card(unlocked: Unlocked, backups: BackupDesk, program: Program[Unlocked]) -> BackupCard:
    """Backups, and going back to one."""

    def restore(chosen: Backup) -> None:
        database = unlocked.database

        def work() -> str:
            backup.put_back(chosen.path, unlocked.folder, database.key, database.clock())
            at = local_text(chosen.at)
            return f"已恢复到 {at} 的备份。请解锁后同步一次，后来上报的内容就会取回。"

        program.replace("正在恢复备份…", work)

    return BackupCard(backups, lambda: _unsent(unlocked), restore)


def leave_card(unlocked: Unlocked, persons: Persons, program: Program[Unlocked]) -> LeaveCard:
    """Removing the own data from this computer."""
    ring, login = unlocked.folder.keyring, unlocked.login

    def begin(place: Path | None) -> None:
        program.replace("正在移除您的资料…", _leaving(unlocked, persons, place))

    return LeaveCard(
        Leaving(lambda: _unsent(unlocked), lambda password: ring.unlock(login, password), begin),
        program.background,
    )


def _leaving(unlocked: Unlocked, persons: Persons, place: Path | None) -> Callable[[], str]:
    key = unlocked.database.key

    def leave() -> str:
        person = persons.find(persons.key_of(unlocked.folder, unlocked.login))
        try:
            kept = leaving.leave(persons, person, key, place)
        except WorldError as error:
            raise WorldError(f"没有移除：{error}") from error
        text = "您的资料已从这台电脑移除。请告诉镇管理员停用它的编号。"
        return f"{text}备份在 {kept}，请妥善保管。" if kept else text

    return leave
