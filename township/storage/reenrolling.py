"""A laptop that was shut out, or that the township has forgotten, comes back under a new number.

Its data and its users' passwords stay. What the township had answered under the old number comes
with the log like anybody's; all else begins a new chain and is sent under the new number. The same
goes for a backup that was put in place before.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from township.errors import NotAllowed, WorldError
from township.storage import (
    contact,
    doubtful,
    files,
    incarnation,
    letters,
    recovery,
    replica,
    scope,
    tables,
)
from township.storage.enrolling import Membership
from township.storage.laptop import Unlocked
from township.storage.recovery import Copy
from township.storage.restored import FIRST
from township.storage.settings import keep


def change(laptop: Unlocked, member: Membership) -> Unlocked:
    """Take the new number; returns the laptop for the same user. Raises WorldError.

    The user must be among those for whom the code was given.
    """
    cadre = dict(member.authors).get(laptop.login)
    if cadre is None:
        raise NotAllowed(
            f"这个登记码不是给 {laptop.login} 的，没有改动。请让镇管理员给这个登录名另发一个。"
        )
    database = laptop.database
    with database.writing() as connection:
        device = connection.execute(select(tables.device)).one()
        if device.township_id != member.township_id:
            raise WorldError("这个登记码是别的乡镇的，没有改动。请向本镇管理员要登记码。")
        incarnation.begin(connection, device.incarnation, member.number)
        keep(connection, FIRST, str(device.incarnation + 1))
        doubtful.forget(connection)
        _enter(connection, member)
        contact.made(connection, database.clock())
    if member.recovery:  # else the old copy stays, which names the old number
        copy = Copy(member.township_id, member.number, database.key)
        recovery.keep_copy(laptop.folder.keyring, copy, member.recovery)
    return Unlocked(laptop.folder, database, laptop.login, cadre)


def _enter(connection: Connection, member: Membership) -> None:
    connection.execute(
        insert(tables.former_key)
        .prefix_with("OR IGNORE")
        .from_select(["private"], select(tables.device.c.sealing_key))
    )
    connection.execute(
        update(tables.device).values(
            township_name=member.township_name,
            township_public=member.township_public,
            signing_key=member.signing_key,
            sealing_key=member.sealing_key,
            server_url=member.server_url,
            server_ca=member.server_ca,
            last_sync_problem=None,
        )
    )
    connection.execute(delete(tables.local_author))
    connection.execute(
        insert(tables.local_author),
        [{"login": login, "cadre_id": cadre} for login, cadre in member.authors],
    )
    scope.apply(connection, member.scope)
    replica.keep_scope_mark(connection, member.scope)
    letters.keep_township_sealing(connection, member.township_sealing)
    files.offer_again(connection)
