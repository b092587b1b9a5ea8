"""Backups in one file, sealed to a key that is kept offline (age): a found disk opens nothing."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

import pyrage
from pyrage import x25519

from sync.server import restoring
from sync.server.folder import ServerFolder
from township.errors import WorldError
from township.values import CHINA, utc_now

SUFFIX = ".age"
_WRONG_KEY = "这个密钥打不开这份备份，或者备份已损坏，没有改动。请换成做备份时那把离线密钥。"


def make_key(file: Path) -> str:
    """Write a new offline key, mode 0600; returns what to seal to. Raises WorldError."""
    identity = x25519.Identity.generate()
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(f"{identity}\n")
    except OSError as error:
        raise WorldError(f"{file} 已经有了，或写不进去，没有生成密钥。请换一个地方。") from error
    return str(identity.to_public())


def backup(
    path: Path, place: Path, recipient: str, clock: Callable[[], datetime] = utc_now
) -> Path:
    """Copy a server, which may be running, into one sealed file; returns it. Raises WorldError.

    The key of the database comes along, also when it lies elsewhere: whoever has the offline key
    can begin anew on another machine.
    """
    try:
        key = x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError as error:
        raise WorldError("--seal-to 应为 server backup-key 显示的那一行（age1…）。") from error
    stamp = clock().astimezone(CHINA).strftime("%Y%m%d-%H%M%S")
    target = place / f"连心桥服务器备份-{stamp}{SUFFIX}" if place.is_dir() else place
    if target.exists():
        raise WorldError(f"{target} 已经有了，没有备份。请换一个地方。")
    work = Path(mkdtemp(prefix=".备份-", dir=path.parent))  # as safe as the server's own folder
    unfinished = target.with_name(target.name + ".part")
    try:
        copy = restoring.backup(path, work / "server", clock)
        inside = ServerFolder(copy)
        if not (copy / "server.key").exists():
            restoring.copy_file(inside.database_key, copy / "server.key")
        _seal(copy, unfinished, key)
        unfinished.replace(target)
    except (OSError, pyrage.EncryptError) as error:
        unfinished.unlink(missing_ok=True)
        raise WorldError("备份没有完成：磁盘空间不足或不可写。请换一个地方。") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


@contextmanager
def opened(file: Path, key_file: Path, beside: Path) -> Iterator[Path]:
    """The folder that is in a sealed backup, as long as it is needed. Raises WorldError."""
    try:
        key = x25519.Identity.from_str(key_file.read_text("utf-8").strip())
    except (OSError, UnicodeDecodeError, pyrage.IdentityError) as error:
        raise WorldError(
            f"{key_file} 不是离线密钥文件。请用 server backup-key 生成的那个。"
        ) from error
    beside.parent.mkdir(parents=True, exist_ok=True)
    work = Path(mkdtemp(prefix=".恢复-", dir=beside.parent))
    try:
        _open(file, work, key)
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _seal(folder: Path, target: Path, key: x25519.Recipient) -> None:
    """Pack and seal in one go: what is packed never lies on a disk. Raises OSError."""
    reading, writing = os.pipe()

    def pack() -> None:
        with os.fdopen(writing, "wb") as out, tarfile.open(fileobj=out, mode="w|") as tar:
            tar.add(folder, arcname=".")

    with ThreadPoolExecutor(1) as pool:
        packing = pool.submit(pack)
        with os.fdopen(reading, "rb") as packed, target.open("xb") as out:
            pyrage.encrypt_io(packed, out, [key])
            out.flush()
            os.fsync(out.fileno())
    packing.result()  # what ended too early looks like a whole file


def _open(file: Path, work: Path, key: x25519.Identity) -> None:
    packed = work.with_name(work.name + ".tar")
    try:
        with file.open("rb") as sealed, packed.open("xb") as out:
            packed.chmod(0o600)
            pyrage.decrypt_io(sealed, out, [key])
        with tarfile.open(packed) as tar:
            tar.extractall(work, filter="data")
    except (OSError, pyrage.DecryptError, tarfile.TarError) as error:
        raise WorldError(_WRONG_KEY) from error
    finally:
        packed.unlink(missing_ok=True)
