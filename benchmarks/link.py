"""A bad telephone line of our own: latency, bandwidth and loss between a laptop and its server.

Works on streams. A lost packet shows as TCP shows it: what follows waits until it was sent
again, a round trip later. Connecting takes one round trip, as the handshake would.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from random import Random
from time import monotonic, sleep
from types import TracebackType
from urllib.parse import urlsplit

_PACKET = 1_400


class SlowLink:
    """Forwards to one server as a 2G line would. Use with ``with``; ``url`` is its own address.

    ``round_trip_s`` seconds, ``bits_per_s`` in each direction, ``loss`` of packets.
    """

    def __init__(
        self,
        url: str,
        round_trip_s: float = 0.6,
        bits_per_s: float = 40_000,
        loss: float = 0.02,
        seed: int = 1,
    ) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname or "", parts.port or 0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"{parts.scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._round_trip, self._bits, self._loss = round_trip_s, bits_per_s, loss
        self._random = Random(seed)
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self.bytes = 0
        """All that was carried, both ways: TLS and HTTP included, IP and TCP headers not."""

    def __enter__(self) -> SlowLink:
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

    def _accept(self) -> None:
        while True:
            try:
                laptop, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(laptop,), daemon=True).start()

    def _carry(self, laptop: socket.socket) -> None:
        sleep(self._round_trip)
        with laptop, socket.create_connection(self._target) as server:
            back = threading.Thread(target=self._pump, args=(server, laptop), daemon=True)
            back.start()
            self._pump(laptop, server)
            back.join()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        line = _Line(self._round_trip, self._bits, self._loss, self._random, target.sendall)
        with contextlib.suppress(OSError):
            while data := source.recv(_PACKET):
                self.bytes += len(data)
                line.send(data)
        line.close()
        for end, way in ((target, socket.SHUT_WR), (source, socket.SHUT_RD)):
            with contextlib.suppress(OSError):
                end.shutdown(way)


class _Line:
    """One direction: packets leave one after the other and arrive later, in order."""

    def __init__(
        self,
        round_trip_s: float,
        bits_per_s: float,
        loss: float,
        random: Random,
        deliver: Callable[[bytes], None],
    ) -> None:
        self._round_trip, self._bits, self._loss = round_trip_s, bits_per_s, loss
        self._random = random
        self._deliver = deliver
        self._free_at = self._arrived_at = 0.0
        self._flying: list[tuple[float, bytes]] = []
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._land, daemon=True)
        self._thread.start()

    def send(self, data: bytes) -> None:
        """Wait until the packet has left."""
        start = max(monotonic(), self._free_at)
        self._free_at = start + len(data) * 8 / self._bits
        again = self._round_trip if self._random.random() < self._loss else 0.0
        at = max(self._arrived_at, self._free_at + self._round_trip / 2 + again)
        self._arrived_at = at
        with self._changed:
            self._flying.append((at, data))
            self._changed.notify()
        sleep(max(0.0, self._free_at - monotonic()))

    def close(self) -> None:
        """Deliver what is on its way, then end."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _land(self) -> None:
        while True:
            with self._changed:
                while not self._flying and not self._closed:
                    self._changed.wait()
                if not self._flying:
                    return
                at, data = self._flying.pop(0)
            sleep(max(0.0, at - monotonic()))
            try:
                self._deliver(data)
            except OSError:
                return
