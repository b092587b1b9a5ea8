"""Servers and laptops as processes that can be killed, and what must hold afterwards."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection as PipeConnection
from multiprocessing.process import BaseProcess
from pathlib import Path

from sync.server import audit, running
from sync.server.folder import OpenServer
from sync.server.log import Log
from tests.sync import syncing_child
from tests.sync.laptops import Laptop, overlay_rows, snapshot

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}


# Children are forked from a process that has the program loaded, where the system can do that:
# each has its own memory and files, and loading would be most of what it costs.
_FORKS = "forkserver" in multiprocessing.get_all_start_methods()
_children = multiprocessing.get_context("forkserver" if _FORKS else "spawn")
_children.set_forkserver_preload(["pytest", "sync.server.running", "tests.sync.syncing_child"])


def started(target: Callable[..., None], *arguments: object) -> BaseProcess:
    """A process that runs this and has said that it is ready; it is told how as last argument."""
    hears, says = _children.Pipe(duplex=False)
    process = _children.Process(target=target, args=(*arguments, says))
    process.start()
    says.close()
    with hears:
        assert hears.recv()
    return process


def serving(data: Path, port: int) -> BaseProcess:
    """A server process that laptops can reach by now."""
    return started(_serve, data, port)


def _serve(data: Path, port: int, ready: PipeConnection) -> None:
    running.run(data, "127.0.0.1", port, ready=ready.send)


def child(laptop: Laptop, *task: str) -> BaseProcess:
    """A process that works on this laptop's file; see ``syncing_child``."""
    database = laptop.database
    return started(syncing_child.main, database.path, database.key, task)


def ended(process: BaseProcess) -> int:
    """The exit code of a process that ends by itself, or has been killed."""
    process.join(60)
    code = process.exitcode
    assert code is not None
    process.close()
    return code


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
