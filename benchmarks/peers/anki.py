"""The fastest peer: Anki's sync (AGPL, written in Rust), a separate process in a venv of its own.

A visit is a note with its fields as JSON. Its server runs beside it, without TLS.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import platformdirs

from benchmarks.harness import Measured, peer_python, run_case
from benchmarks.processes import Watched
from township.demo.rows import Row

_ANKI = "anki==26.9.3"
_EDITS = 100


def prepared(visits: Sequence[Row]) -> Callable[[Path], dict[str, Measured]]:
    """Two collections in step, these visits waiting in one; the case copies and syncs them."""
    python = peer_python("anki", _ANKI)
    home = platformdirs.user_cache_path("lianxinqiao-benchmarks") / f"anki-town-{len(visits)}"
    if not (home / "done").exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        _prepare(python, home, visits)
        (home / "done").touch()

    def case(folder: Path) -> dict[str, Measured]:
        shutil.copytree(home, folder / "anki")
        return _case(python, folder / "anki", len(visits))

    return case


def _prepare(python: Path, home: Path, visits: Sequence[Row]) -> None:
    lines = [json.dumps(_plain(row), ensure_ascii=False, separators=(",", ":")) for row in visits]
    (home / "visits.jsonl").write_text("\n".join(lines), "utf-8")
    with _serving(python, home) as server:
        for name in ("first", "second"):
            _laptop(python, "start", home / f"{name}.anki2", server.url, name)
    _laptop(python, "fill", home / "first.anki2", str(home / "visits.jsonl"))


def _case(python: Path, home: Path, count: int) -> dict[str, Measured]:
    first, second = home / "first.anki2", home / "second.anki2"
    with _serving(python, home) as server:

        def sync(path: Path, moved: int = 0) -> Measured:
            server.look()
            measured = _laptop(python, "sync", path, server.url)
            return measured | server.look() | {"records": moved, "bytes": 0}

        found = {"push": sync(first, count), "pull": sync(second, count), "noop": sync(first)}
        _laptop(python, "edit", first, str(_EDITS))
        return found | {"edits_push": sync(first, _EDITS), "edits_pull": sync(second, _EDITS)}


def _laptop(python: Path, action: str, path: Path, *arguments: str) -> Measured:
    script = "benchmarks.peers.anki_laptop"
    return run_case(script, action, str(path), *arguments, python=python)


@contextmanager
def _serving(python: Path, home: Path) -> Iterator[Watched]:
    port = _free_port()
    environment = os.environ | {
        "SYNC_USER1": "u:p",
        "SYNC_HOST": "127.0.0.1",
        "SYNC_PORT": str(port),
        "SYNC_BASE": str(home / "server"),
        "MAX_SYNC_PAYLOAD_MEGS": "2000",
        "RUST_LOG": "error",
    }
    process = subprocess.Popen([str(python), "-m", "anki.syncserver"], env=environment)
    try:
        _await(port)
        yield Watched(process.pid, f"http://127.0.0.1:{port}/")
    finally:
        process.terminate()
        process.wait(30)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _await(port: int) -> None:
    end = monotonic() + 30
    while monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 0.3).close()
        except OSError:
            sleep(0.1)
        else:
            return
    raise TimeoutError("Anki's server did not start")


def _plain(row: Row) -> dict[str, object]:
    values = {"id": row.id, **row.fields}
    return {n: v.hex() if isinstance(v, bytes) else v for n, v in values.items()}
