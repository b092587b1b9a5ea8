"""Opening a laptop's data for a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from township.errors import WorldError
from township.storage.folder import LaptopFolder
from township.storage.laptop import Unlocked, unlock


def existing(path: Path) -> LaptopFolder:
    """The folder of an enrolled laptop. Raises WorldError with what to do."""
    folder = LaptopFolder(path)
    if not folder.keyring.exists():
        raise WorldError(f"这个文件夹里没有连心桥的数据：{path}。请核对 --folder。")
    return folder


@contextmanager
def opened(path: Path, login: str, password: str) -> Iterator[Unlocked]:
    """The laptop's data, closed again at the end. Raises WorldError."""
    laptop = unlock(existing(path), login, password)
    try:
        yield laptop
    finally:
        laptop.database.close()
