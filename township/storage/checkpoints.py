"""What the township once signed about its log: proof against rewriting it later."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from township.storage.settings import keep, setting

_NEWEST = "sync.checkpoint"
_SUSPECT = "sync.checkpoint.suspect"


@dataclass(frozen=True)
class Checkpoint:
    """Under this epoch the log had ``size`` entries with this Merkle root."""

    epoch: bytes
    size: int
    root: bytes
    signature: bytes


def newest(connection: Connection) -> Checkpoint | None:
    """The one that later answers must continue."""
    text = setting(connection, _NEWEST)
    if text is None:
        return None
    epoch, size, root, signature = text.split(" ")
    return Checkpoint(
        bytes.fromhex(epoch), int(size), bytes.fromhex(root), bytes.fromhex(signature)
    )


def suspect(connection: Connection, one: Checkpoint) -> None:
    """Keep a checkpoint that contradicts the newest."""
    keep(connection, _SUSPECT, _packed(one))


def move(connection: Connection, new: Checkpoint) -> None:
    """Hold the newest; the last one of an earlier epoch stays as proof of what was there."""
    old = newest(connection)
    if old is not None and old.epoch == new.epoch and old.size >= new.size:
        return
    if old is not None and old.epoch != new.epoch:
        keep(connection, f"{_NEWEST}.{old.epoch.hex()}", _packed(old))
    keep(connection, _NEWEST, _packed(new))


def _packed(one: Checkpoint) -> str:
    return f"{one.epoch.hex()} {one.size} {one.root.hex()} {one.signature.hex()}"
