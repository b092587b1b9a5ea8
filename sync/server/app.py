"""The HTTP face of the township: its addresses, problem documents, an OpenAPI description."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.params import RawBody

from sync import wire
from sync.server import openapi
from sync.server.door import Door
from sync.server.enrolment import Enrolment
from sync.server.guard import AGAIN_SECONDS, Guard
from sync.server.limits import LIMITS, Limits
from sync.server.refusing import PROBLEM_TYPE, document, http_document
from sync.server.service import Service
from sync.server.trying import StoreAway, StoreFull
from sync.wire import BadMessage, Welcome

_THREADS = 4
"""Requests at work at a time; more wait in order, so that page caches stay warm and few."""
_POSTED = ("/v1/exchange", "/v1/enrol")

AnyRequest = Request[Any, Any, Any]
_Answers = Callable[[str, bytes], bytes]

_log = logging.getLogger(__name__)


class Message(Response[bytes]):
    """A message in the protocol's own bytes."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content, media_type=wire.CONTENT_TYPE)


def make_app(service: Service, enrolment: Enrolment, limits: Limits = LIMITS) -> Guard:
    """The application over one township."""
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="exchange")
    door = Door(service, enrolment, limits)

    async def stop() -> None:
        pool.shutdown(wait=True)
        door.refusals.close()

    app = Litestar(
        [*_posted(door, pool), welcome, description],
        exception_handlers={
            BadMessage: _bad_message,
            HTTPException: _http_problem,
            StoreAway: _away,
            StoreFull: _full,
            Exception: _broken,
        },
        request_max_body_size=wire.MAX_BODY,
        openapi_config=None,
        on_shutdown=[stop],
        logging_config=None,
    )
    return Guard(app, limits, lambda: service.clock())  # a test may set another


def _posted(door: Door, pool: Executor) -> list[HTTPRouteHandler]:
    """The addresses that take messages; ``pool`` is where they are worked on."""

    async def work(answer: _Answers, request: AnyRequest, body: bytes) -> Message:
        if request.headers.get("content-type", "").split(";")[0].strip() != wire.CONTENT_TYPE:
            raise BadMessage("content_type")
        address = request.client.host if request.client else ""
        loop = asyncio.get_running_loop()
        return Message(await loop.run_in_executor(pool, answer, address, body))

    @post("/v1/exchange", status_code=200)
    async def exchange(request: AnyRequest, body: RawBody) -> Message:
        """Push changesets and pull the next page (see docs/sync-protocol.md)."""
        return await work(door.exchange, request, body)

    @post("/v1/enrol", status_code=200)
    async def enrol(request: AnyRequest, body: RawBody) -> Message:
        """Enrol a laptop with a one-time code."""
        return await work(door.enrol, request, body)

    return [exchange, enrol]


@get("/v1/welcome")
async def welcome() -> Welcome:
    """Which program and protocol answer here."""
    return Welcome("lianxinqiao", wire.PROTOCOL)


@get("/openapi.json", media_type="application/json")
async def description() -> bytes:
    """This description."""
    return openapi.description()


def _bad_message(_: AnyRequest, error: BadMessage) -> Response[bytes]:
    status, content = document(error.code, error.detail)
    headers = {"retry-after": str(error.again)} if error.again else None
    return Response(content, status_code=status, media_type=PROBLEM_TYPE, headers=headers)


def _away(request: AnyRequest, _: StoreAway) -> Response[bytes]:
    """The same bytes again later."""
    return _bad_message(request, BadMessage("away", again=AGAIN_SECONDS))


def _full(request: AnyRequest, _: StoreFull) -> Response[bytes]:
    return _bad_message(request, BadMessage("storage"))


def _http_problem(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    if error.status_code == 413:
        return _bad_message(request, BadMessage("too_large", "message"))
    if error.status_code >= 500:  # the line broke within a body: nobody hears this
        return _bad_message(request, BadMessage("broken"))
    allowed = "POST" if request.scope["path"] in _POSTED else "GET"
    headers = {"allow": f"{allowed}, OPTIONS"} if error.status_code == 405 else None
    content = http_document(error.status_code)
    return Response(
        content, status_code=error.status_code, media_type=PROBLEM_TYPE, headers=headers
    )


def _broken(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Our bug: the log gets the places in the program, nobody gets values that were at work."""
    places = [
        f"{Path(frame.filename).name}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    _log.error("%s at %s", type(error).__name__, " ".join(places))
    return _bad_message(request, BadMessage("broken"))
