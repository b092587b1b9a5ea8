"""Checking a township's history: the server's log, and what a laptop holds against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sync.server import audit
from sync.server.folder import open_server
from township.errors import WorldError
from township.storage.laptop import Unlocked
from township.storage.replica import Replica


def verify(path: Path, held: list[str], step: Callable[[int], None]) -> audit.Audited:
    """Walk a server's whole log, then compare checkpoints that laptops hold, as ``size:root``.

    Raises WorldError.
    """
    known = [_parsed(text) for text in held]
    server = open_server(path)
    try:
        with server.service.store.reading() as connection:
            found = audit.verify(connection, server.service.township_id, step)
            for size, root in known:
                if found.finding is None:
                    wrong = audit.contradicts(connection, server.service.township_id, size, root)
                    found = replace(found, finding=wrong)
            return found
    finally:
        server.close()


def held(laptop: Unlocked) -> str | None:
    """The newest checkpoint of a laptop as ``size:root``; None before its first sync."""
    found = Replica(laptop.database).checkpoint()
    return f"{found.size}:{found.root.hex()}" if found else None


def _parsed(text: str) -> tuple[int, bytes]:
    size, _, root = text.partition(":")
    try:
        return int(size), bytes.fromhex(root)
    except ValueError as error:
        raise WorldError(f"凭据写得不对：{text}。应为 条数:六十四位十六进制。") from error


def erased(found: audit.Audited) -> str:
    """For people: entries whose contents are gone by law, by number; empty when there are none."""
    if not found.erased:
        return ""
    named = "、".join(map(str, found.erased[:_NAMED]))
    more = " 等" if len(found.erased) > _NAMED else ""
    return f"\n其中 {len(found.erased)} 条的内容已依法删除，只留编号和校验值：第 {named}{more} 条。"


_NAMED = 20
