"""The township server's commands: make it, run it, let a laptop in, shut one out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from sync.server import admin, folder, offline_backups, restoring, running


def init(
    path: Path, name: str, hosts: list[str], database: str | None, key_file: Path | None
) -> None:
    """Make a server folder, with its data in a PostgreSQL if one is named. Raises WorldError."""
    names = ("localhost", "127.0.0.1", *hosts)
    folder.init(path, name, names, database=database, key_file=key_file)


def run(
    path: Path,
    host: str,
    port: int,
    *,
    encrypted: bool,
    ready: running.Ready,
    database: str | None,
) -> None:
    """Serve until told to stop. Raises WorldError."""
    running.run(path, host, port, encrypted=encrypted, ready=ready, database=database)


def enrol(path: Path, logins: list[str]) -> str:
    """A one-time code for a laptop of these cadres. Raises WorldError."""
    server = folder.open_server(path)
    try:
        return admin.issue_code(server, logins)
    finally:
        server.close()


def revoke(path: Path, number: int) -> None:
    """Shut a lost laptop out. Raises WorldError."""
    server = folder.open_server(path)
    try:
        admin.revoke(server, number)
    finally:
        server.close()


def minimum(path: Path, schema: int) -> None:
    """Laptops must understand this record schema to pull. Raises WorldError."""
    server = folder.open_server(path)
    try:
        admin.demand(server, schema)
    finally:
        server.close()


def devices(path: Path) -> list[dict[str, object]]:
    """All enrolled laptops. Raises WorldError."""
    server = folder.open_server(path)
    try:
        return [asdict(line) for line in admin.device_list(server)]
    finally:
        server.close()


def backup(path: Path, place: Path, seal_to: str | None) -> tuple[Path, str]:
    """Copy a server, running or not, into a folder or a sealed file; and what to say of it."""
    if seal_to:
        made = offline_backups.backup(path, place, seal_to)
        return made, f"已备份到 {made}，只有离线密钥打得开。"
    made = restoring.backup(path, place)
    return made, f"已备份到 {made}。里面有镇服务器的密钥，请像服务器本身一样保管。"


def restore(
    path: Path, source: Path | None, database: str | None, key_file: Path | None
) -> dict[str, object]:
    """Put a backup in place, or declare that this was done by other means. Raises WorldError."""
    if source is not None and key_file is not None:
        with offline_backups.opened(source, key_file, path) as found:
            return restore(path, found, database, None)
    if source is None:
        restoring.declare(path, database)
        return {"kept": None, "revoked": None}
    done = restoring.restore(path, source)
    return {"kept": str(done.kept) if done.kept else None, "revoked": done.revoked}
