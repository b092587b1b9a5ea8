"""A township and its laptops before and after a made-up update of the program."""

from __future__ import annotations

from typing import Any

import pytest

import sync.client
from sync.server import folder, lifting
from sync.server.folder import OpenServer
from township import changes, upcasting
from township.storage import database, later, upgrading
from township.storage.database import Database

_MODULES: tuple[Any, ...] = (
    changes,
    sync.client,
    folder,
    lifting,
    database,
    later,
    upgrading,
)


def update(patch: pytest.MonkeyPatch, *steps: upcasting.Step) -> None:
    """From here on all programs are newer by these steps."""
    patch.setattr(upcasting, "STEPS", steps)
    for module in _MODULES:
        patch.setattr(module, "SCHEMA", len(steps) + 1)


def lift(server: OpenServer) -> None:
    """The updated server starts."""
    lifting.lift(server.service.store, server.service.township_id)


def restarted(database_: Database) -> Database:
    """The updated program on a laptop starts."""
    database_.close()
    return Database.open(database_.path, database_.key, database_.clock)
