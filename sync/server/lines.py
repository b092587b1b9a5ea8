"""Connections that may not keep the township waiting: no slow heads, no endless rests.

uvicorn closes connections that rest between requests. This adds what it leaves open: a head
that never ends, a body that goes on after it was refused, a reader that does not read, and too
many connections at a time.
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from sync.server.limits import Limits
from sync.server.refusing import HEADERS, PROBLEM_TYPE, http_document

MOST_HEAD = 16 << 10
"""Bytes of a request line with all headers."""
_TICKS = 4
"""How often a limit of time is looked at within its time."""


def protocol(limits: Limits) -> type[asyncio.Protocol]:
    """What uvicorn makes for each connection."""
    return cast(type[asyncio.Protocol], partial(Line, limits))


class Line(H11Protocol):
    """One connection."""

    def __init__(self, limits: Limits, **of_uvicorn: Any) -> None:
        super().__init__(**of_uvicorn)
        self._limits = limits
        self._since = self.loop.time()
        """Since then it is the other side's turn."""
        self._rest = 0
        self._unread = 0
        self._unread_since = self._since
        self._watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, in place of the one that waits longest when there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.connections:
            lines = [line for line in self.connections if isinstance(line, Line)]
            idle = [line for line in lines if line.waits and line is not self]
            min(idle, key=lambda line: line._since, default=self).cut()
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more to watch."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """The first bytes after a rest begin a new head."""
        if self.timeout_keep_alive_task is not None:
            self._since = self.loop.time()
        if self._rests:
            self._rest += len(data)
            if self._rest > self._limits.rest_bytes:
                self.cut()
                return
        super().data_received(data)

    def on_response_complete(self) -> None:
        """From now on it is the other side's turn."""
        self._since = self.loop.time()
        self._rest = 0
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, by a problem document like all others."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.cut()
            return
        error = sys.exception()
        hint = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        body = http_document(hint)
        told = {"content-type": PROBLEM_TYPE, "content-length": str(len(body)), **HEADERS}
        headers = [*told.items(), ("connection", "close")]
        answer = h11.Response(status_code=hint, headers=headers)
        for event in (answer, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    @property
    def waits(self) -> bool:
        """Is there no request at work?"""
        return self.cycle is None or self.cycle.response_complete

    @property
    def _rests(self) -> bool:
        """Was the request answered before its end?"""
        return self.waits and self.conn.their_state is h11.SEND_BODY

    def cut(self) -> None:
        """End it at once, whatever is still on its way."""
        self.transport.abort()

    def _look_later(self) -> None:
        limits = self._limits
        least = min(limits.head_seconds, limits.rest_seconds, limits.stalled_seconds)
        self._watch = self.loop.call_later(least / _TICKS, self._look)

    def _look(self) -> None:
        if self._too_long(self.loop.time()):
            self.cut()
        else:
            self._look_later()

    def _too_long(self, now: float) -> bool:
        unread = self.transport.get_write_buffer_size()
        if unread == 0 or unread != self._unread:
            self._unread, self._unread_since = unread, now
        if now - self._unread_since > self._limits.stalled_seconds:
            return True
        if not self.waits or self.transport.is_closing():
            return False
        if self._rests:
            return now - self._since > self._limits.rest_seconds
        resting = self.timeout_keep_alive_task is not None  # uvicorn ends that
        return not resting and now - self._since > self._limits.head_seconds
