"""What must be right for the program to run, and how to mend what is not."""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from reports.faces import FONT_FOLDER
from township.errors import WorldError
from township.storage.folder import LaptopFolder
from township.storage.persons import Person, Persons

LEAST_FREE = 500 * 1024 * 1024
"""Bytes on the disk below which saving and backups may soon fail."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    fine: bool
    text: str

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def examine(folder: Path | None) -> list[Finding]:
    """Look at the machine, and at a data folder when one is named. Changes nothing."""
    findings = [_python(), _library("PySide6.QtWidgets", "窗口系统"), _cipher(), _fonts()]
    if folder is not None:
        folders = [person.folder for person in _persons(folder)]
        for one in dict.fromkeys(folders) or [LaptopFolder(folder)]:
            findings += _folder(one)
    return findings


def _persons(folder: Path) -> list[Person]:
    try:
        return Persons(LaptopFolder(folder)).all()
    except WorldError:  # the folder itself says what is wrong
        return []


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= (3, 11), version)


def _library(module: str, subject: str) -> Finding:
    try:
        importlib.import_module(module)
    except ImportError as error:
        return Finding(subject, False, f"缺少系统库（{error}）。请运行 make setup，按提示安装。")
    return Finding(subject, True, "可用")


def _cipher() -> Finding:
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(":memory:")
    version = connection.execute("PRAGMA cipher_version").fetchone()
    connection.close()
    return Finding(
        "数据加密", version is not None, f"SQLCipher {version[0]}" if version else "缺失"
    )


def _fonts() -> Finding:
    found = sorted(path.name for path in FONT_FOLDER.glob("*.ttf"))
    fine = len(found) >= 4
    return Finding("字体", fine, "、".join(found) if fine else "字体文件不全，请重新安装程序。")


def _folder(folder: LaptopFolder) -> Iterator[Finding]:
    if not folder.enrolled():
        yield Finding("数据文件夹", False, f"{folder.path} 里没有数据。请先登记本机。")
        return
    yield Finding("数据文件夹", os.access(folder.path, os.W_OK), f"{folder.path}")
    free = shutil.disk_usage(folder.path).free
    text = f"剩余 {free // 2**20} MB"
    yield Finding("磁盘", free >= LEAST_FREE, text if free >= LEAST_FREE else f"{text}，请清理磁盘")
    try:
        yield Finding("密钥文件", True, f"{len(folder.keyring.logins())} 个账号")
    except WorldError as error:
        yield Finding("密钥文件", False, str(error))
    backups = len(list(folder.backups.glob("*.db")))
    yield Finding("备份", True, f"{backups} 份" if backups else "还没有备份")
