"""Making a laptop's data folder once the township has let it in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert

from township.changes import GENESIS
from township.errors import WorldError
from township.storage import contact, letters, recovery, replica, scope, tables
from township.storage.database import Database
from township.storage.folder import LaptopFolder
from township.storage.keyring import Cost, password_problem
from township.storage.laptop import Unlocked
from township.storage.pages import Scope
from township.storage.restored import EPOCH
from township.storage.settings import keep
from township.values import utc_now


@dataclass(frozen=True)
class Membership:
    """What the township and the laptop know of each other after enrolment.

    ``authors`` are (login, cadre id) of those who may work here; ``recovery`` is the age
    recipient to which the township's copy of the data key is sealed, empty for none;
    ``township_sealing`` the raw X25519 key to which files for the township are sealed;
    ``epoch`` is the township's, empty when it is not known yet.
    """

    township_id: bytes
    township_name: str
    township_public: bytes
    number: int
    signing_key: bytes
    sealing_key: bytes
    server_url: str
    server_ca: str | None
    authors: Sequence[tuple[str, bytes]]
    scope: Scope
    recovery: str
    township_sealing: bytes
    epoch: bytes = b""


def check(folder: LaptopFolder, password: str) -> None:
    """Raises WorldError when this folder cannot become a laptop's or the password is weak."""
    if folder.keyring.exists() or folder.database.exists():
        raise WorldError("这个文件夹里已经有一份数据，不能再登记。请换一个文件夹。")
    if problem := password_problem(password):
        raise WorldError(problem)


def create(
    folder: LaptopFolder,
    member: Membership,
    password: str,
    cost: Cost | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Unlocked:
    """Make keys and database for the first of the authors, and open them. Raises WorldError.

    Whatever fails leaves no half-made folder behind.
    """
    check(folder, password)
    folder.path.mkdir(parents=True, exist_ok=True)
    login, cadre_id = member.authors[0]
    try:
        key = folder.keyring.create(login, password, cost)
        if member.recovery:
            copy = recovery.Copy(member.township_id, member.number, key)
            recovery.keep_copy(folder.keyring, copy, member.recovery)
        database = Database.create(folder.database, key, clock)
        with database.writing() as connection:
            _enter(connection, member, clock())
    except BaseException:
        for path in folder.path.glob("laptop.db*"):
            path.unlink(missing_ok=True)
        folder.keyring.path.unlink(missing_ok=True)
        with suppress(OSError):  # it was there before, and holds other things
            folder.path.rmdir()
        raise
    return Unlocked(folder, database, login, cadre_id)


def _enter(connection: Connection, member: Membership, now: datetime) -> None:
    connection.execute(
        insert(tables.device).values(
            id=1,
            number=member.number,
            incarnation=1,
            last_dseq=0,
            last_hash=GENESIS,
            township_id=member.township_id,
            township_name=member.township_name,
            township_public=member.township_public,
            signing_key=member.signing_key,
            sealing_key=member.sealing_key,
            server_url=member.server_url,
            server_ca=member.server_ca,
        )
    )
    connection.execute(
        insert(tables.local_author),
        [{"login": login, "cadre_id": cadre} for login, cadre in member.authors],
    )
    scope.apply(connection, member.scope)
    replica.keep_scope_mark(connection, member.scope)
    letters.keep_township_sealing(connection, member.township_sealing)
    if member.epoch:
        keep(connection, EPOCH, member.epoch.hex())
    contact.made(connection, now)
