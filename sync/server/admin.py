"""What the administrator does on an open server: codes for laptops, revoking, the device list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import select, update

from sync.server import enrolment, sealing_keys, tables
from sync.server.folder import OpenServer
from sync.server.sequencer import lock_head
from sync.server.trying import retrying
from sync.wire import Author
from township.changes import SCHEMA, bucket
from township.errors import NotFound, WorldError
from township.rules.permissions import sees_class
from township.values import moment_text

TOWNSHIP_OFFICES = frozenset({"PGO", "PET", "SAF", "TOP", "CLK", "DIS"})
"""Roles that serve all zones. Source: domain §2."""

TOWNSHIP_WIDE = frozenset({"DIS", "ADM", "SEC", "AUD"})
"""Roles without business data of any zone that work with a laptop all the same."""

SEALED = "x"
"""Class of what is sealed; everybody's laptop may hold what is sealed to its own user."""


@dataclass(frozen=True)
class DeviceLine:
    """One line of the device list."""

    number: int
    name: str
    enrolled_at: str
    last_push_at: str | None
    revoked_at: str | None


@retrying
def issue_code(
    server: OpenServer, logins: Sequence[str], zones: Sequence[bytes] | None = None
) -> str:
    """A one-time code for a laptop of these cadres (login names).

    ``zones`` None: the zones of the cadres' own records, all zones for township offices.
    Raises NotFound for a login that the township does not have.
    """
    known = cadres(server)
    unknown = [login for login in logins if login not in known]
    if unknown:
        raise NotFound(f"镇服务器上没有这些登录名：{'、'.join(unknown)}。请核对后再试。")
    chosen = [known[login] for login in logins]
    authors = [Author(cadre_id, values["login"], values["name"]) for cadre_id, values in chosen]
    buckets = _buckets(chosen, zones)
    service = server.service
    with service.store.writing() as connection:
        now = service.clock()
        return enrolment.issue(connection, service.township_id, authors, buckets, now)


@retrying
def cadres(server: OpenServer) -> dict[str, tuple[bytes, dict[str, str]]]:
    """Everybody who may work with a laptop, by login: id and fields."""
    c = tables.record.c
    with server.service.store.reading() as connection:
        rows = connection.execute(
            select(c.id, c.state).where(
                c.township_id == server.service.township_id,
                c.kind == "cadre",
                c.deleted.is_(False),
            )
        ).all()
    decoded = [(row.id, msgspec.msgpack.decode(row.state)) for row in rows]
    return {values["login"]: (cadre_id, values) for cadre_id, values in decoded}


def _buckets(
    users: Sequence[tuple[bytes, dict[str, str]]], zones: Sequence[bytes] | None
) -> list[str]:
    """What a laptop of these cadres may hold. Raises WorldError when that is nothing."""
    roles = {role for _, values in users for role in (values.get("roles") or "").split()}
    classes = [name for name in ("i", "r") if sees_class(roles, name)]
    buckets = {"township/i", *(bucket(cadre, SEALED) for cadre, _ in users)}
    if sees_class(roles, "a"):
        buckets.add("township/a")
    if zones is None and roles & TOWNSHIP_OFFICES:
        buckets |= {f"{place}/{name}" for place in ("township", "*") for name in classes}
    elif classes:
        named = [z for _, values in users for z in (values.get("zones") or "").split()]
        own = [bytes.fromhex(zone) for zone in named]
        own = own if zones is None else list(zones)
        buckets |= {bucket(zone, name) for zone in own for name in classes}
    elif not roles & TOWNSHIP_WIDE:
        raise WorldError("这些账号的角色不接触业务数据，不能登记笔记本。请核对登录名和角色。")
    return sorted(buckets)


@retrying
def revoke(server: OpenServer, number: int) -> None:
    """Shut a lost laptop out; its next contact locks it. Raises NotFound."""
    c = tables.device.c
    service = server.service
    with service.store.writing() as connection:
        lock_head(connection, service.township_id)
        changed = connection.execute(
            update(tables.device)
            .where(c.township_id == service.township_id, c.number == number, c.number > 1)
            .values(revoked_at=moment_text(service.clock()))
        )
        sealing_keys.keep_up(connection, service.township_id, service.clock())
    if changed.rowcount == 0:
        raise NotFound(f"没有编号为 {number} 的笔记本。")


@retrying
def demand(server: OpenServer, schema: int) -> None:
    """From now on only programs that know this record schema may pull; 1: any. All may push.

    Raises WorldError when this server does not know it itself.
    """
    if not 1 <= schema <= SCHEMA:
        raise WorldError(f"数据版本只能是 1 到 {SCHEMA}：镇服务器自己的程序是 {SCHEMA}。")
    service = server.service
    with service.store.writing() as connection:
        lock_head(connection, service.township_id)
        connection.execute(
            update(tables.township)
            .where(tables.township.c.township_id == service.township_id)
            .values(minimum=schema)
        )


@retrying
def device_list(server: OpenServer) -> list[DeviceLine]:
    """All enrolled laptops in the order of their numbers."""
    c = tables.device.c
    with server.service.store.reading() as connection:
        rows = connection.execute(
            select(c.number, c.name, c.enrolled_at, c.last_push_at, c.revoked_at)
            .where(c.township_id == server.service.township_id, c.number > 1)
            .order_by(c.number)
        )
        return [DeviceLine(*row) for row in rows]
