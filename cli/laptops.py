"""Opening a laptop's data for a command."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from township.errors import NotAllowed, WorldError
from township.storage.folder import LaptopFolder
from township.storage.laptop import Unlocked, unlock


def existing(path: Path) -> LaptopFolder:
    """The folder of an enrolled laptop. Raises WorldError with what to do."""
    folder = LaptopFolder(path)
    if not folder.keyring.exists():
        raise WorldError(f"这个文件夹里没有连心桥的数据：{path}。请核对 --folder。")
    return folder


def prove(laptop: Unlocked) -> None:
    """Ask for the second factor, if the user has one. Raises WrongPassword."""
    from township.storage.second_factor import SecondFactor

    factor = SecondFactor(laptop.database, laptop.login)
    if factor.standing(None).since is None:
        return
    code = os.environ.get("LIANXINQIAO_CODE") or typer.prompt("手机验证码或恢复码")
    factor.prove(code)


@contextmanager
def opened(path: Path, login: str, password: str, *, shut: bool = False) -> Iterator[Unlocked]:
    """The laptop's data, closed again at the end. Raises WorldError.

    ``shut``: also when it was too long without the township, and without a second factor; only
    for what shows no records.
    """
    laptop = unlock(existing(path), login, password)
    try:
        if not shut:
            prove(laptop)
        standing = laptop.standing()
        if standing.why and not shut:
            raise NotAllowed(
                f"{standing.in_words()}命令行：lianxinqiao sync，或 bundle out 和 bundle in。"
            )
        yield laptop
    finally:
        laptop.database.close()
