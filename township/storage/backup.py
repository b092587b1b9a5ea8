"""Backups of the encrypted file: SQLite's online backup into another encrypted file."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from township.errors import Busy, DamagedDatabase, DiskFull, WorldError
from township.storage.driver import sqlcipher
from township.values import CHINA

if TYPE_CHECKING:
    from township.storage.database import Database
    from township.storage.folder import LaptopFolder

IN_USE = "这份数据正被另一个窗口或命令使用，没有改动。请先关闭它们，再试一次。"
KEPT = 7
"""Daily backups that are kept."""
NO_ROOM = "磁盘空间不足或不可写，没有备份。请清理磁盘后再备份一次；原有数据和以前的备份都完好。"
WHY = {
    "daily": "每天自动",
    "manual": "手工",
    "before-upgrade": "升级之前",
    "before-restore": "恢复之前",
    "leaving": "移除之前",
}
"""Reasons of backups, by the end of their names."""
_DAILY = "-daily.db"
_STAMP = len("20260503-140500")
_ABANDONED = 86_400
"""Seconds after which nobody is writing an unfinished backup any more."""


Step = Callable[[int, int], object]
"""Told how many of how many pages are copied; stops the work by raising."""


def make(
    database: Database,
    folder: Path,
    reason: str = "daily",
    step: Step = lambda done, total: None,  # noqa: ARG005
) -> Path:
    """Copy the database as it is now into ``folder``. Returns the new file.

    Raises WorldError when there is no room; then nothing of it is left.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob("*.part*"):
            if left.stat().st_mtime < time.time() - _ABANDONED:  # cut off by a power cut
                left.unlink()
        return _copied(database, folder / f"{_stamp(database.clock())}-{reason}.db", step)
    except (OSError, DiskFull) as error:
        raise WorldError(NO_ROOM) from error


def _copied(database: Database, target: Path, step: Step) -> Path:
    from township.storage.database import raw_connection, told

    unfinished = target.with_suffix(".part")
    try:
        with told():
            source = raw_connection(database.path, database.key)
            copy = raw_connection(unfinished, database.key)
            try:
                source.backup(
                    copy,
                    pages=2000,
                    sleep=0.01,
                    progress=lambda _, left, total: step(total - left, total),
                )
                copy.execute("PRAGMA journal_mode=DELETE")
            finally:
                copy.close()
                source.close()
        unfinished.replace(target)
    finally:
        for path in target.parent.glob(f"{unfinished.name}*"):
            path.unlink()
    return target


def _stamp(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y%m%d-%H%M%S")


def make_daily(
    database: Database,
    folder: Path,
    step: Step = lambda done, total: None,  # noqa: ARG005
) -> Path | None:
    """Make today's backup unless it exists, and drop the oldest ones beyond ``KEPT``."""
    today = _stamp(database.clock())[:8]
    daily = [path for path in found(folder) if path.name.endswith(_DAILY)]
    if any(path.name.startswith(today) for path in daily):
        return None
    made = make(database, folder, step=step)
    for old in daily[KEPT - 1 :]:
        old.unlink()
    return made


def found(folder: Path) -> list[Path]:
    """Backups in the folder, newest first.

    Of the same second, that from before a restore is the newest: a restore closes the window.
    """

    def age(path: Path) -> tuple[str, bool, str]:
        return path.name[:_STAMP], path.stem.endswith("-before-restore"), path.name

    return sorted(folder.glob("*.db"), key=age, reverse=True)


@dataclass(frozen=True)
class Backup:
    """One backup: when it was made, its bytes, and why, in words."""

    path: Path
    at: datetime
    size: int
    why: str


def listed(folder: Path) -> list[Backup]:
    """The backups of a folder for people, newest first; other files are passed over."""
    return [backup for path in found(folder) if (backup := _read(path)) is not None]


def _read(path: Path) -> Backup | None:
    try:
        at = datetime.strptime(path.name[:_STAMP], "%Y%m%d-%H%M%S").replace(tzinfo=CHINA)
        return Backup(path, at, path.stat().st_size, WHY.get(path.stem[16:], path.stem[16:]))
    except (ValueError, OSError):  # not ours, or gone meanwhile
        return None


def restore(backup: Path, database_path: Path, key: bytes) -> Path | None:
    """Put a backup in the database's place; the old file is kept beside it and returned.

    Raises DamagedDatabase when the backup itself cannot be read, Busy when another program has
    the database open; nothing is changed then.
    """
    check(backup, key)
    alone(database_path, key)
    kept = None
    if database_path.exists():
        kept = _beside(database_path)
        _move(database_path, kept)
    for suffix in ("-wal", "-shm"):  # of a file that is gone
        database_path.with_name(database_path.name + suffix).unlink(missing_ok=True)
    temporary = database_path.with_name(database_path.name + ".new")
    try:
        shutil.copyfile(backup, temporary)
        if kept:
            _carry_over(kept, temporary, key)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(database_path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        if kept:
            _move(kept, database_path)
        raise WorldError("恢复没有完成：磁盘空间不足或不可写。原来的数据已放回原处。") from error
    return kept


def _carry_over(kept: Path, restored: Path, key: bytes) -> None:
    """Second factors stay as they are: an old backup is no way around them."""
    from township.storage.database import raw_connection
    from township.storage.second_factor import PREFIX

    mine = (f"{PREFIX}%",)
    try:
        before = raw_connection(kept, key)
        rows = before.execute("SELECT key, value FROM setting WHERE key LIKE ?", mine).fetchall()
        before.close()
    except sqlcipher.Error:  # what cannot be read any more cannot be asked
        return
    connection = raw_connection(restored, key)
    connection.execute("DELETE FROM setting WHERE key LIKE ?", mine)
    connection.executemany("INSERT INTO setting (key, value) VALUES (?, ?)", rows)
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()


def alone(path: Path, key: bytes) -> None:
    """Raises Busy when another program has this database open; a damaged one is nobody's."""
    from township.storage.database import raw_connection

    if not path.exists():
        return
    try:
        connection = raw_connection(path, key)
    except sqlcipher.Error:
        return
    try:
        connection.execute("PRAGMA busy_timeout=200")
        connection.execute("PRAGMA journal_mode=DELETE")  # only who is alone may leave WAL
    except sqlcipher.OperationalError as error:
        if "locked" in str(error):
            raise Busy(IN_USE) from error
    except sqlcipher.Error:
        return
    finally:
        connection.close()


def put_back(backup: Path, folder: LaptopFolder, key: bytes, now: datetime) -> Path | None:
    """Restore, and put what was replaced among the backups: the way back. See ``restore``."""
    kept = restore(backup, folder.database, key)
    if kept is None:
        return None
    with suppress(WorldError, sqlcipher.Error):  # damaged: it is kept as it is
        _fold(kept, key)
    target = folder.backups / f"{_stamp(now)}-before-restore.db"
    folder.backups.mkdir(parents=True, exist_ok=True)
    _move(kept, target)
    return target


def _fold(path: Path, key: bytes) -> None:
    """Bring what lies in the WAL into the file itself."""
    from township.storage.database import raw_connection

    connection = raw_connection(path, key)
    try:
        connection.execute("PRAGMA journal_mode=DELETE")
    finally:
        connection.close()


def _beside(path: Path) -> Path:
    """A name that is free, so that nothing kept before is lost."""
    names = (f"{path.stem}-before-restore{number}.db" for number in ("", *range(2, 1000)))
    return next(one for name in names if not (one := path.with_name(name)).exists())


def _move(path: Path, target: Path) -> None:
    """A database and the WAL beside it, without which it lacks what was saved last."""
    path.replace(target)
    wal = path.with_name(path.name + "-wal")
    if wal.exists():
        wal.replace(target.with_name(target.name + "-wal"))
    path.with_name(path.name + "-shm").unlink(missing_ok=True)


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
