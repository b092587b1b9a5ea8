"""Backups of a whole server, and putting one back: the township then begins a new epoch.

A backup is a folder like the server's own, with everything that is needed to go on, except a key
of the database that is kept elsewhere. It is not encrypted beyond what the files are, and holds
the other keys: keep it as safe as the server, or see ``offline_backups``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from sqlalchemy import Connection, update

from sync.server import epochs, letting_go, tables
from sync.server.engine import open_sqlite, raw_connection
from sync.server.folder import (
    OpenServer,
    ServerFolder,
    open_server,
    renew_files_key,
    settings_of,
)
from sync.server.sequencer import lock_head
from township.errors import DamagedDatabase, WorldError
from township.storage import backup as files
from township.storage.driver import sqlcipher
from township.values import CHINA, utc_now

_POSTGRES = (
    "这个镇服务器的数据在 PostgreSQL 里，请用 pg_dump 备份数据库，并另存这个文件夹里的"
    "密钥和证书（见 docs/postgresql.md）。"
)


@dataclass(frozen=True)
class Restored:
    """What became of a restore: ``kept`` is the replaced database, ``revoked`` how many laptops
    were shut out again because the replaced database had them shut out; None: it cannot tell.
    """

    kept: Path | None
    revoked: int | None


def backup(path: Path, place: Path, clock: Callable[[], datetime] = utc_now) -> Path:
    """Copy a server, which may be running, into a new folder; returns it. Raises WorldError.

    ``place`` is a folder that does not exist yet, or one in which a folder of its own is made.
    """
    source = ServerFolder(path)
    if settings_of(source).get("database"):
        raise WorldError(_POSTGRES)
    stamp = clock().astimezone(CHINA).strftime("%Y%m%d-%H%M%S")
    target = place / f"连心桥服务器备份-{stamp}" if place.is_dir() else place
    unfinished = target.with_name(target.name + ".part")
    if target.resolve().is_relative_to(path.resolve()):
        raise WorldError("备份不要放在服务器自己的文件夹里。请换一个地方，最好是另一个磁盘。")
    if target.exists() or unfinished.exists():
        raise WorldError(f"{target} 已经有了，没有备份。请换一个地方。")
    try:
        unfinished.mkdir(parents=True, mode=0o700)
        _copy_database(source, ServerFolder(unfinished))
        _copy_rest(source.path, unfinished)
        unfinished.replace(target)
    except OSError as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise WorldError("备份没有完成：磁盘空间不足或不可写。请换一个地方。") from error
    return target


def restore(path: Path, source: Path, clock: Callable[[], datetime] = utc_now) -> Restored:
    """Put a backup in a stopped server's place and begin a new epoch. Raises WorldError.

    The replaced database stays beside it. Files of the folder that are missing come from the
    backup too; so an empty folder becomes the server. Until the end nothing is changed.
    """
    here, there = ServerFolder(path), ServerFolder(source)
    _check_fits(here, there)
    path.mkdir(parents=True, exist_ok=True)
    new = here.database.with_name(here.database.name + ".new")
    for beside in ("", "-wal", "-shm"):  # of a restore that was broken off
        new.with_name(new.name + beside).unlink(missing_ok=True)
    copy_file(there.database, new)
    key = there.database_key.read_bytes()
    _check_whole(new, key)
    _check_stopped(here)
    township_id = bytes.fromhex(settings_of(there)["township_id"])
    revoked = _prepare(new, key, here, township_id)
    _copy_rest(source, path)
    _take_files_key(here, there)
    kept = _set_aside(here, clock())
    new.replace(here.database)
    return Restored(kept, revoked)


def declare(path: Path, database: str | None = None) -> None:
    """The database was put back by other means: begin a new epoch. Raises WorldError.

    A lost key of pictures is made anew: laptops bring again what they hold. ``database`` as
    with ``open_server``.
    """
    renew_files_key(path)
    server = open_server(path, database=database)
    try:
        begin(server)
    finally:
        server.close()


def begin(server: OpenServer) -> None:
    """Begin a new epoch on an open server; pictures that its key does not open are gone."""
    service = server.service
    with service.store.writing() as connection:
        lock_head(connection, service.township_id)
        letting_go.drop_unreadable(connection, service.township_id, service.vault)
        epochs.begin(connection, service.township_id)


def _copy_database(source: ServerFolder, target: ServerFolder) -> None:
    """SQLite's online backup: one state of the database, whatever is written meanwhile."""
    key = source.database_key.read_bytes()
    database = raw_connection(source.database, key)
    copy = raw_connection(target.database, key)
    try:
        database.backup(copy, pages=2000, sleep=0.01)
        copy.execute("PRAGMA journal_mode=DELETE")
    finally:
        copy.close()
        database.close()
    target.database.chmod(0o600)


def _copy_rest(source: Path, target: Path) -> None:
    """Settings, keys and certificates that are not there yet; the settings last."""
    found = [file for file in sorted(source.rglob("*")) if file.is_file()]
    for file in sorted(found, key=lambda file: file.name == "server.json"):
        place = target / file.relative_to(source)
        if not _is_database(file) and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            copy_file(file, place)


def _take_files_key(here: ServerFolder, there: ServerFolder) -> None:
    """Pictures are sealed with the key of their own database."""
    if there.files_key.exists() and there.files_key.read_bytes() != here.files_key.read_bytes():
        copy_file(there.files_key, here.files_key)


def _is_database(file: Path) -> bool:
    return file.name.startswith("server") and ".db" in file.name


def copy_file(source: Path, target: Path) -> None:
    """Copy a file; it is there whole or not at all."""
    try:
        unfinished = target.with_name(target.name + ".part")
        shutil.copy2(source, unfinished)
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        unfinished.replace(target)
    except OSError as error:
        raise WorldError("没有完成：磁盘空间不足或文件不可读写。原来的数据没有改动。") from error


def _check_fits(here: ServerFolder, there: ServerFolder) -> None:
    """Is this a backup, and of the township that is here, if any?"""
    if not there.database.exists() or not there.database_key.exists():
        raise WorldError("这个文件夹不是镇服务器的备份。请选 server backup 做出的文件夹。")
    settings = settings_of(there)
    if not here.settings.exists():
        return
    mine = settings_of(here)
    if mine.get("database"):
        raise WorldError(
            "这个镇服务器的数据在 PostgreSQL 里：请用 pg_restore 恢复数据库，"
            "再运行 lianxinqiao server restore，不带 --from（见 docs/postgresql.md）。"
        )
    same_key = (
        not here.database_key.exists()
        or here.database_key.read_bytes() == there.database_key.read_bytes()
    )
    if mine["township_id"] != settings["township_id"] or not same_key:
        raise WorldError("这份备份不是这个镇服务器的，没有恢复。请恢复到一个空文件夹里。")


def _check_whole(new: Path, key: bytes) -> None:
    try:
        files.check(new, key)
    except DamagedDatabase as error:
        raise DamagedDatabase("这份备份已损坏，没有恢复。请选另一份备份。") from error


def _check_stopped(here: ServerFolder) -> None:
    """Raises WorldError when a server has the database open; folds its WAL back."""
    if not here.database.exists() or not here.database_key.exists():
        return
    try:
        connection = raw_connection(here.database, here.database_key.read_bytes())
    except sqlcipher.DatabaseError:
        return  # damaged: that is why a backup is put back
    try:
        connection.execute("PRAGMA busy_timeout=1000")
        connection.execute("PRAGMA journal_mode=DELETE")
    except sqlcipher.OperationalError as error:
        if "locked" in str(error):
            raise WorldError("镇服务器还在运行。请先停止它，再恢复。") from error
    except sqlcipher.DatabaseError:
        return
    finally:
        connection.close()


def _prepare(new: Path, key: bytes, here: ServerFolder, township_id: bytes) -> int | None:
    """Begin the new epoch in the copy, before it takes the database's place."""
    gone = _shut_out(here)
    store = open_sqlite(new, key)
    try:
        with store.writing() as connection:
            lock_head(connection, township_id)
            epochs.begin(connection, township_id)
            again = _shut_out_again(connection, township_id, gone or {})
    finally:
        store.close()
    connection = raw_connection(new, key)
    try:
        connection.execute("PRAGMA journal_mode=DELETE")  # one file, to be renamed
    finally:
        connection.close()
    return None if gone is None else again


def _shut_out(here: ServerFolder) -> dict[bytes, str] | None:
    """When the replaced database shut out which laptops, by key; None if it cannot be read."""
    try:
        if not here.database.exists():
            return None
        connection = raw_connection(here.database, here.database_key.read_bytes())
        try:
            return dict(
                connection.execute(
                    "SELECT signing_public, revoked_at FROM device WHERE revoked_at IS NOT NULL"
                ).fetchall()
            )
        finally:
            connection.close()
    except (OSError, sqlcipher.DatabaseError):
        return None


def _shut_out_again(connection: Connection, township_id: bytes, gone: dict[bytes, str]) -> int:
    c = tables.device.c
    again = 0
    for public, moment in gone.items():
        changed = connection.execute(
            update(tables.device)
            .where(c.township_id == township_id, c.signing_public == public)
            .where(c.revoked_at.is_(None))
            .values(revoked_at=moment)
        )
        again += changed.rowcount
    return again


def _set_aside(here: ServerFolder, now: datetime) -> Path | None:
    """Give the replaced database another name; it is never deleted."""
    if not here.database.exists():
        return None
    stamp = now.astimezone(CHINA).strftime("%Y%m%d-%H%M%S")
    endings = chain([""], map("-{}".format, count(2)))
    names = (here.path / f"server-replaced-{stamp}{ending}.db" for ending in endings)
    kept = next(name for name in names if not name.exists())
    for beside in ("-wal", "-shm"):  # of a damaged one: it must not be taken for the new one's
        file = here.database.with_name(here.database.name + beside)
        if file.exists():
            file.replace(kept.with_name(kept.name + beside))
    try:
        os.link(here.database, kept)  # so that there is a server.db at every moment
    except OSError:
        here.database.replace(kept)
    return kept
