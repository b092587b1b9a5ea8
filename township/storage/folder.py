"""A laptop's data folder: where its files lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from township.storage.keyring import Keyring


@dataclass(frozen=True)
class LaptopFolder:
    """The files of one laptop."""

    path: Path

    @property
    def database(self) -> Path:
        return self.path / "laptop.db"

    @property
    def keyring(self) -> Keyring:
        return Keyring(self.path / "keys.json")

    @property
    def backups(self) -> Path:
        return self.path / "backups"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def lock(self) -> Path:
        return self.path / "in-use.lock"

    def enrolled(self) -> bool:
        """Has this folder been given to a user yet?"""
        return self.keyring.exists() and self.database.exists()
