"""What stands around the application: bodies may not dawdle or pile up, all answers are dressed.

A body comes at its own pace down to a least one, which a bad 2G line still has; all bodies
together may take a fixed amount of memory. Whoever does not fit is told so and may come again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime

from litestar.types import (
    ASGIApp,
    HTTPReceiveMessage,
    Message,
    Receive,
    Scope,
    Send,
)

from sync.server.limits import Limits
from sync.server.lines import MOST_HEAD
from sync.server.refusing import HEADERS, PROBLEM_TYPE, http_document
from sync.wire import BadMessage

_DRESS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
AGAIN_SECONDS = 5
"""When to come again if there is no room now."""


class Guard:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp, limits: Limits, clock: Callable[[], datetime]) -> None:
        """``clock`` is the township's: each answer tells it, for laptops whose own is wrong."""
        self.inner = app
        self._clock = clock
        self._limits = limits
        self.held = 0
        """Bytes of bodies in memory."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or carry on the server's start and end."""
        if "method" not in scope:  # the start or the end of the server
            await self.inner(scope, receive, send)
            return
        send = _dressing(send, self._clock())
        if _head_size(scope) > MOST_HEAD:
            await _refuse_head(send)
            return
        body = _Body(self, receive, self._limits)
        try:
            await self.inner(scope, body.receive, send)
        finally:
            self.held -= body.size


def _head_size(scope: Scope) -> int:
    fields = sum(len(name) + len(value) for name, value in scope["headers"])
    return len(scope["raw_path"]) + len(scope["query_string"]) + fields


async def _refuse_head(send: Send) -> None:
    content = http_document(431)
    told = {"content-type": PROBLEM_TYPE, "content-length": str(len(content))}
    headers = [(name.encode(), value.encode()) for name, value in told.items()]
    headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": 431, "headers": headers})
    await send({"type": "http.response.body", "body": content, "more_body": False})


def _dressing(send: Send, now: datetime) -> Send:
    date = (b"date", format_datetime(now.astimezone(UTC), usegmt=True).encode())

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *_DRESS, date]
        await send(message)

    return dressed


class _Body:
    """One body on its way in. Raises BadMessage where it is awaited."""

    def __init__(self, guard: Guard, receive: Receive, limits: Limits) -> None:
        self.size = 0
        self._guard = guard
        self._receive = receive
        self._limits = limits
        self._begun = asyncio.get_running_loop().time()
        self._whole = False

    async def receive(self) -> HTTPReceiveMessage:
        if self._whole:
            return await self._next()
        due = self._begun + self._limits.body_seconds + self.size / self._limits.body_rate
        try:
            async with asyncio.timeout_at(due):
                message = await self._next()
        except TimeoutError as error:
            raise BadMessage("slow") from error
        if message["type"] == "http.request":
            self._whole = not message.get("more_body", False)
            self._count(len(message["body"]))
        return message

    async def _next(self) -> HTTPReceiveMessage:
        message = await self._receive()
        assert message["type"] in ("http.request", "http.disconnect")
        return message

    def _count(self, size: int) -> None:
        self.size += size
        self._guard.held += size
        if self._guard.held > self._limits.bodies:
            raise BadMessage("away", "no room for more messages", again=AGAIN_SECONDS)
