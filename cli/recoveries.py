"""Helping who has forgotten a password, at the township's server."""

from __future__ import annotations

from pathlib import Path

from sync.server import folder, recovering
from sync.server.recovering import RecoveryLine
from township.errors import WorldError
from township.storage import recovery


def answer(
    data: Path, request: Path, place: Path, by: str, *, found: bool = False
) -> dict[str, object]:
    """Write the answer to a request into a folder. Raises WorldError."""
    if not place.is_dir():
        raise WorldError(f"没有这个文件夹：{place}")  # before the request is spent
    server = folder.open_server(data)
    try:
        done = recovering.recover(server, recovery.read(request), by, found=found)
    finally:
        server.close()
    file = place / f"连心桥找回密码-{done.device}号-答复.txt"
    recovery.write(file, done.text)
    return {
        "file": str(file),
        "device": done.device,
        "login": done.login,
        "name": done.name,
        "code": done.code,
    }


def given(data: Path) -> list[RecoveryLine]:
    """All answers given, oldest first. Raises WorldError."""
    server = folder.open_server(data)
    try:
        return recovering.answered(server)
    finally:
        server.close()
