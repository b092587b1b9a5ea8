"""Opening the township's copy of a laptop's key for a user who has forgotten the password."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import pyrage
from sqlalchemy import Connection, insert, select

from sync.server import admin, devices, tables
from sync.server.folder import OpenServer
from sync.server.sequencer import lock_head
from sync.server.trying import retrying
from township.errors import NotAllowed, WorldError
from township.storage import recovery
from township.storage.recovery import Copy, Request
from township.values import moment_text

LONGEST = 40
"""Characters of the name of who answered."""


@dataclass(frozen=True)
class Recovered:
    """An answer, and what the administrator compares with the person: who, which laptop, code."""

    text: str
    device: int
    login: str
    name: str
    code: str


@dataclass(frozen=True)
class RecoveryLine:
    """One answer given: who answered whom, for which laptop, when."""

    at: str
    by: str
    device: int
    login: str


@retrying
def recover(server: OpenServer, text: str, by: str, *, found: bool = False) -> Recovered:
    """Answer a request and note who did it; a request is answered once.

    ``found``: the laptop was revoked and has been found. Raises WorldError, NotAllowed.
    """
    by = by.strip()
    if not 0 < len(by) <= LONGEST:
        raise WorldError(f"请用 --by 写明是谁办理的，最多 {LONGEST} 个字。")
    request, body = recovery.opened_request(text)
    copy = _copy(server, request)
    answer = recovery.answer_text(request, body, copy.key)
    service = server.service
    person = admin.cadres(server).get(request.login)
    with service.store.writing() as connection:
        lock_head(connection, service.township_id)
        _check_device(connection, server, copy, person[0] if person else b"", found=found)
        _note(connection, server, request, recovery.name(body), by)
    name = person[1]["name"] if person else ""
    return Recovered(answer, copy.device, request.login, name, recovery.code(body))


def answered(server: OpenServer) -> list[RecoveryLine]:
    """All answers given, oldest first."""
    c = tables.recovery.c
    with server.service.store.reading() as connection:
        rows = connection.execute(
            select(c.at, c.by, c.device, c.login)
            .where(c.township_id == server.service.township_id)
            .order_by(c.at)
        )
        return [RecoveryLine(*row) for row in rows]


def _copy(server: OpenServer, request: Request) -> Copy:
    """The laptop's key, proven to be the one of the laptop that the request names."""
    identity = pyrage.x25519.Identity.from_str(server.folder.recovery_key.read_text("ascii"))
    try:
        opened = pyrage.decrypt(request.copy, [identity])
        copy = msgspec.msgpack.decode(opened, type=Copy)
    except (pyrage.DecryptError, msgspec.MsgspecError) as error:
        raise WorldError("镇里的恢复密钥打不开这份请求：它不是本镇笔记本的，或已损坏。") from error
    named = (request.township, request.device)
    if (copy.township, copy.device) != named or copy.township != server.service.township_id:
        raise NotAllowed("这份请求冒用了别的笔记本的编号，没有答复。请查清它的来历。")
    return copy


def _check_device(
    connection: Connection, server: OpenServer, copy: Copy, cadre: bytes, *, found: bool
) -> None:
    device = devices.find(connection, server.service.township_id, copy.device)
    if device is None:
        raise NotAllowed(f"镇里没有 {copy.device} 号笔记本，没有答复。")
    if device.revoked and not found:
        raise NotAllowed(
            f"{copy.device} 号笔记本已停用，没有答复。如果确实已由本人找回，请加上 --found 再办理。"
        )
    if cadre not in devices.authors(connection, device):
        raise NotAllowed(f"请求里的用户不能使用 {copy.device} 号笔记本，没有答复。")


def _note(
    connection: Connection, server: OpenServer, request: Request, name: bytes, by: str
) -> None:
    c = tables.recovery.c
    township_id = server.service.township_id
    before = connection.execute(
        select(c.at, c.by).where(c.township_id == township_id, c.request == name)
    ).one_or_none()
    if before:
        raise NotAllowed(
            f"这份请求已由{before.by}在 {before.at} 答复过，不再答复。请在笔记本上重新存一份请求。"
        )
    connection.execute(
        insert(tables.recovery).values(
            township_id=township_id,
            request=name,
            device=request.device,
            login=request.login,
            by=by,
            at=moment_text(server.service.clock()),
        )
    )
