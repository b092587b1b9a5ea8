"""Servers and laptops as processes that can be killed, and what must hold afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from sync.server import audit
from sync.server.folder import OpenServer
from sync.server.log import Log
from tests.sync.laptops import Laptop, overlay_rows, snapshot

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}


def started(*command: str) -> subprocess.Popen[str]:
    """A process of this interpreter that has said its first line."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=ENVIRONMENT,
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    return process


def serving(data: Path, port: int) -> subprocess.Popen[str]:
    """A server process that laptops can reach by now."""
    return started("cli", "server", "run", "--data", str(data), "--port", str(port))


def child(laptop: Laptop, *task: str) -> subprocess.Popen[str]:
    """A process that works on this laptop's file; see ``syncing_child``."""
    database = laptop.database
    return started("tests.sync.syncing_child", str(database.path), database.key.hex(), *task)


def ended(process: subprocess.Popen[str]) -> int:
    """The exit code of a process that ends by itself, or has been killed."""
    with process:
        return process.wait(60)


def assert_whole(server: OpenServer, *laptops: Laptop) -> None:
    """Nothing waits, all laptops show the same, each changeset is in the log once."""
    service = server.service
    with service.store.reading() as connection:
        lines = list(Log(connection, service.township_id).walk())
        assert audit.verify(connection, service.township_id).finding is None
    logged = Counter((row.device, row.incarnation, row.dseq) for row in lines)
    assert set(logged.values()) == {1}
    for laptop in laptops:
        me = laptop.replica.identity()
        sent = sorted(key[2] for key in logged if key[0] == me.device)
        assert sent == list(range(1, me.last_dseq + 1))
        assert set(laptop.states()) <= {"applied"}
        assert overlay_rows(laptop) == 0
        assert snapshot(laptop) == snapshot(laptops[0])
