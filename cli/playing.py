"""The commands that bring server and laptops together: demo, play, sync."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from cli import demo as demos
from cli import laptops
from cli.serving import server_process
from township.usecases import passing_on


def demo(
    path: Path, households: int, years: int, seed: int, step: Callable[[str], None]
) -> dict[str, object]:
    """Make a demo folder; returns what is in it. Raises WorldError."""
    made = demos.make(path, households, years, seed, step)
    return {
        "folder": str(made.path),
        "port": made.port,
        "users": [asdict(user) for user in demos.USERS],
    }


def play(path: Path, *, clerk: bool) -> int:
    """Serve a demo and open one of its laptops; returns the desktop's exit code."""
    from desktop.app import run

    found = demos.existing(path)
    user = demos.USERS[1 if clerk else 0]
    with server_process(found.server, found.port):
        return run(found.laptop(user).path, demo=found.card)


def sync_once(
    path: Path, login: str, password: str, step: Callable[[str], None] | None = None
) -> dict[str, object]:
    """Sync a laptop folder with its township; ``step`` hears how far. Raises WorldError."""
    with laptops.opened(path, login, password, shut=True) as laptop:
        progress = demos.sync(laptop, step)
        if passing_on.pass_on(laptop.database, laptop.cadre_id):
            demos.sync(laptop)
    return {
        "pushed": progress.pushed,
        "pulled": progress.pulled,
        "loaded": progress.load.records,
        "refused": progress.refused,
        "round_trips": progress.round_trips,
    }
