"""A township server as a process of its own, for the demo and the tour."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from township.errors import WorldError

_LONGEST_STOP = 20


def free_port() -> int:
    """A port on this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def server_process(data: Path, port: int) -> Iterator[str]:
    """Run a server folder on loopback until the block ends; gives its address.

    Raises WorldError when it does not start, for example because the port is taken.
    """
    command = [sys.executable, "-m", "cli", "server", "run", "--data", str(data)]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [*command, "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env=environment,
        encoding="utf-8",
        cwd=Path(__file__).parents[1],
    )
    with process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                assert process.stderr is not None
                raise WorldError(f"镇服务器没有启动：{process.stderr.read().strip()}")
            yield line.split()[-1]
        finally:
            process.terminate()
            try:
                process.wait(_LONGEST_STOP)
            except subprocess.TimeoutExpired:
                process.kill()
