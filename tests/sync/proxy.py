"""A TCP proxy that cuts connections in the middle of bodies."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from urllib.parse import urlsplit


class CuttingProxy:
    """Forwards to one server; each connection ends after the next number of bytes in a direction.

    ``up`` and ``down`` are byte budgets of coming connections, one entry each; connections
    after that are left alone.
    """

    def __init__(
        self, url: str, up: list[int] | None = None, down: list[int] | None = None
    ) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname or "", parts.port or 0)
        self._up, self._down = list(up or []), list(down or [])
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._connections: list[threading.Thread] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> CuttingProxy:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._listener.close()
        for thread in self._connections:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            up = self._up.pop(0) if self._up else 1 << 40
            down = self._down.pop(0) if self._down else 1 << 40
            thread = threading.Thread(target=self._forward, args=(client, up, down), daemon=True)
            self._connections.append(thread)
            thread.start()

    @property
    def connections(self) -> int:
        return len(self._connections)

    def _forward(self, client: socket.socket, up: int, down: int) -> None:
        with client, socket.create_connection(self._target) as server:
            back = threading.Thread(target=_pump, args=(server, client, down), daemon=True)
            back.start()
            _pump(client, server, up)
            back.join()


def _pump(source: socket.socket, target: socket.socket, budget: int) -> None:
    """Copy up to ``budget`` bytes, then cut both ways."""
    with contextlib.suppress(OSError):
        while budget > 0 and (data := source.recv(min(budget, 4096))):
            target.sendall(data)
            budget -= len(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
