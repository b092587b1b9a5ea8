"""Backup and restore for the command line."""

from __future__ import annotations

from pathlib import Path

from cli.laptops import existing
from township.errors import NotFound
from township.storage import backup
from township.storage.laptop import Unlocked


def make(laptop: Unlocked) -> Path:
    """Back up now; returns the file. Raises WorldError."""
    return backup.make(laptop.database, laptop.folder.backups, reason="manual")


def restore(path: Path, login: str, password: str, file: Path) -> Path | None:
    """Put a backup in place; returns where the old file was kept. Raises WorldError."""
    folder = existing(path)
    if not file.is_file():
        raise NotFound(f"找不到备份文件：{file}")
    key = folder.keyring.unlock(login, password)
    return backup.restore(file, folder.database, key)
