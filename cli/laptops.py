"""Opening a laptop's data for a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from township.errors import NotAllowed, WorldError
from township.storage.folder import LaptopFolder
from township.storage.laptop import Unlocked, unlock


def existing(path: Path) -> LaptopFolder:
    """The folder of an enrolled laptop. Raises WorldError with what to do."""
    folder = LaptopFolder(path)
    if not folder.keyring.exists():
        raise WorldError(f"这个文件夹里没有连心桥的数据：{path}。请核对 --folder。")
    return folder


@contextmanager
def opened(path: Path, login: str, password: str, *, shut: bool = False) -> Iterator[Unlocked]:
    """The laptop's data, closed again at the end. Raises WorldError.

    ``shut``: also when it was too long without the township; only for what shows no records.
    """
    laptop = unlock(existing(path), login, password)
    try:
        standing = laptop.standing()
        if standing.why and not shut:
            raise NotAllowed(
                f"{standing.in_words()}命令行：lianxinqiao sync，或 bundle out 和 bundle in。"
            )
        yield laptop
    finally:
        laptop.database.close()
