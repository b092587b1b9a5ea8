"""A laptop's data folder: where its files lie, and opening it with a password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from township.errors import NotAllowed
from township.storage import tables
from township.storage.database import Database
from township.storage.keyring import Keyring
from township.values import utc_now


@dataclass(frozen=True)
class LaptopFolder:
    """The files of one laptop."""

    path: Path

    @property
    def database(self) -> Path:
        return self.path / "laptop.db"

    @property
    def keyring(self) -> Keyring:
        return Keyring(self.path / "keys.json")

    @property
    def backups(self) -> Path:
        return self.path / "backups"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def lock(self) -> Path:
        return self.path / "in-use.lock"

    def enrolled(self) -> bool:
        """Has this folder been given to a user yet?"""
        return self.keyring.exists() and self.database.exists()


@dataclass(frozen=True)
class Unlocked:
    """An open laptop and the cadre who opened it."""

    folder: LaptopFolder
    database: Database
    login: str
    cadre_id: bytes


def unlock(
    folder: LaptopFolder,
    login: str,
    password: str,
    clock: Callable[[], datetime] = utc_now,
) -> Unlocked:
    """Open the data with a user's password.

    Raises WrongPassword, DamagedDatabase, NewerDatabase, NotAllowed.
    """
    key = folder.keyring.unlock(login, password)
    return open_with_key(folder, login, key, clock)


def open_with_key(
    folder: LaptopFolder, login: str, key: bytes, clock: Callable[[], datetime] = utc_now
) -> Unlocked:
    """Open the data with the data key that ``Keyring.unlock`` returned."""
    database = Database.open(folder.database, key, clock)
    with database.reader() as session:
        cadre_id = session.scalar(
            select(tables.local_author.c.cadre_id).where(tables.local_author.c.login == login)
        )
    if cadre_id is None:
        database.close()
        raise NotAllowed("这个账号不再属于本机。请联系镇管理员。")
    return Unlocked(folder, database, login, cadre_id)
