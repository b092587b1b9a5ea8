"""Opening a laptop's data with a password."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from township.errors import Busy, DiskFull, NotAllowed
from township.storage import contact, tables
from township.storage.contact import Standing
from township.storage.database import Database
from township.storage.folder import LaptopFolder
from township.values import utc_now


@dataclass(frozen=True)
class Unlocked:
    """An open laptop and the cadre who opened it."""

    folder: LaptopFolder
    database: Database
    login: str
    cadre_id: bytes

    def standing(self) -> Standing:
        """Has it been too long without the township, or is it shut out?"""
        with self.database.reader() as session:
            return contact.standing(session.connection(), self.database.clock())


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
    with suppress(DiskFull, Busy), database.writing() as connection:
        contact.note(connection, database.clock())
    return Unlocked(folder, database, login, cadre_id)
