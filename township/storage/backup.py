"""Backups of the encrypted file: SQLite's online backup into another encrypted file."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from township.errors import DamagedDatabase, WorldError
from township.values import CHINA

if TYPE_CHECKING:
    from township.storage.database import Database

KEPT = 7
"""Daily backups that are kept."""


def make(database: Database, folder: Path, reason: str = "daily") -> Path:
    """Copy the database as it is now into ``folder``. Returns the new file."""
    from township.storage.database import raw_connection, told

    folder.mkdir(parents=True, exist_ok=True)
    stamp = database.clock().astimezone(CHINA).strftime("%Y%m%d-%H%M%S")
    target = folder / f"{stamp}-{reason}.db"
    unfinished = target.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    with told():
        source = raw_connection(database.path, database.key)
        copy = raw_connection(unfinished, database.key)
        try:
            source.backup(copy, pages=2000, sleep=0.01)
            copy.execute("PRAGMA journal_mode=DELETE")
        finally:
            copy.close()
            source.close()
    unfinished.replace(target)
    return target


def make_daily(database: Database, folder: Path) -> Path | None:
    """Make today's backup unless it exists, and drop the oldest ones beyond ``KEPT``."""
    today = database.clock().astimezone(CHINA).strftime("%Y%m%d")
    if any(path.name.startswith(today) for path in found(folder)):
        return None
    made = make(database, folder)
    for old in [p for p in found(folder) if p.name.endswith("-daily.db")][KEPT:]:
        old.unlink()
    return made


def found(folder: Path) -> list[Path]:
    """Backups in the folder, newest first."""
    return sorted(folder.glob("*.db"), reverse=True)


def made_on(path: Path) -> date:
    """The day on which a backup was made, by its name."""
    return date(int(path.name[:4]), int(path.name[4:6]), int(path.name[6:8]))


def restore(backup: Path, database_path: Path, key: bytes) -> Path | None:
    """Put a backup in the database's place; the old file is kept beside it and returned.

    Raises DamagedDatabase when the backup itself cannot be read; nothing is changed then.
    """
    check(backup, key)
    kept = None
    if database_path.exists():
        kept = database_path.with_name(f"{database_path.stem}-before-restore.db")
        database_path.replace(kept)
    for suffix in ("-wal", "-shm"):
        database_path.with_name(database_path.name + suffix).unlink(missing_ok=True)
    temporary = database_path.with_name(database_path.name + ".new")
    try:
        shutil.copyfile(backup, temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(database_path)
    except OSError as error:
        if kept:
            kept.replace(database_path)
        raise WorldError("恢复没有完成：磁盘空间不足或不可写。原来的数据已放回原处。") from error
    return kept


def check(path: Path, key: bytes) -> None:
    """Read every page of a file. Raises DamagedDatabase."""
    from township.storage.database import raw_connection, told

    with told():
        connection = raw_connection(path, key)
        try:
            problem = connection.execute("PRAGMA cipher_integrity_check").fetchone()
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        finally:
            connection.close()
    if problem or verdict != "ok":
        raise DamagedDatabase("这份备份已损坏，不能用来恢复。请选择另一份备份。")
