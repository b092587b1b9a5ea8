"""The world's failures: told to people in Chinese, with what to do. Never for our own bugs."""

from __future__ import annotations


class WorldError(Exception):
    """Something outside the program went wrong; ``str()`` is a text for the user."""


class NotAllowed(WorldError):
    """The person may not do this."""


class InvalidInput(WorldError):
    """Values that cannot be accepted; ``problems`` maps field names to what is wrong."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("；".join(problems.values()))
        self.problems = problems


class NotFound(WorldError):
    """The record does not exist here, or not any more."""


class WrongPassword(WorldError):
    """The password does not open the data; ``wait`` is the delay in seconds before a new try."""

    def __init__(self, text: str, wait: int = 0) -> None:
        super().__init__(text)
        self.wait = wait


class DamagedDatabase(WorldError):
    """The database file cannot be read; backups and the township server can restore it."""


class NewerDatabase(WorldError):
    """The database was written by a newer program."""


class DiskFull(WorldError):
    """There is no room for a write; what was there before is intact."""


class Busy(WorldError):
    """Another program holds the data."""
