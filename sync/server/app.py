"""The HTTP face of the township: three addresses, problem documents, an OpenAPI description."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import HTTPException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.params import RawBody

from sync import wire
from sync.server.enrolment import Enrolment
from sync.server.rates import RateLimit
from sync.server.service import Service
from sync.server.trying import StoreAway, StoreFull
from sync.wire import BadMessage, Welcome

_THREADS = 4
"""Requests at work at a time; more wait in order, so that page caches stay warm and few."""

PROBLEM_TYPE = "application/problem+json"
PROBLEM_PREFIX = "urn:lianxinqiao:problem:"

PROBLEMS: dict[str, tuple[int, str]] = {
    "malformed": (400, "消息格式不对"),
    "compression": (400, "消息压缩不对"),
    "protocol": (400, "协议版本不同，请升级程序"),
    "chain_signature": (400, "变更链签名不符"),
    "signature": (401, "消息签名不符"),
    "unknown_device": (401, "本镇没有登记过这台电脑"),
    "revoked": (403, "这台电脑已被停用"),
    "code": (403, "登记码不对"),
    "code_used": (403, "登记码已经用过"),
    "code_expired": (403, "登记码已过期"),
    "township": (404, "这里不是所找的镇服务器"),
    "too_large": (413, "消息太大"),
    "content_type": (415, "消息类型不对"),
    "too_many": (429, "请求太频繁，请稍候"),
    "storage": (507, "镇服务器的磁盘满了"),
}


class Problem(msgspec.Struct):
    """A problem document. Source: RFC 9457."""

    type: str
    title: str
    status: int
    detail: str = ""


class Message(Response[bytes]):
    """A message in the protocol's own bytes."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content, media_type=wire.CONTENT_TYPE)


def make_app(service: Service, enrolment: Enrolment) -> Litestar:
    """The application over one township."""
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="exchange")
    limit = RateLimit(10, 60.0)

    async def work(handle: Callable[[bytes], bytes], request: Request, body: RawBody) -> Message:  # type: ignore[type-arg]
        if request.headers.get("content-type", "").split(";")[0].strip() != wire.CONTENT_TYPE:
            raise BadMessage("content_type")
        loop = asyncio.get_running_loop()
        return Message(await loop.run_in_executor(pool, handle, body))

    @post("/v1/exchange", status_code=200, responses=_PROBLEM_RESPONSES, operation_id="exchange")
    async def exchange(request: Request, body: RawBody) -> Message:  # type: ignore[type-arg]
        """Push changesets and pull the next page (see docs/sync-protocol.md)."""
        return await work(service.exchange, request, body)

    @post("/v1/enrol", status_code=200, responses=_PROBLEM_RESPONSES, operation_id="enrol")
    async def enrol(request: Request, body: RawBody) -> Message:  # type: ignore[type-arg]
        """Enrol a laptop with a one-time code."""
        if not limit.allows(request.client.host if request.client else ""):
            raise BadMessage("too_many")
        return await work(enrolment.answer, request, body)

    @get("/v1/welcome", operation_id="welcome")
    async def welcome() -> Welcome:
        """Which program and protocol answer here."""
        return Welcome("lianxinqiao", wire.PROTOCOL)

    async def stop() -> None:
        pool.shutdown(wait=True)

    return Litestar(
        [exchange, enrol, welcome],
        exception_handlers={
            BadMessage: _bad_message,
            HTTPException: _http_problem,
            StoreAway: _away,
            StoreFull: _full,
        },
        request_max_body_size=wire.MAX_BODY,
        openapi_config=OpenAPIConfig(
            title="连心桥镇服务器",
            version=str(wire.PROTOCOL),
            path="/",
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        ),
        on_shutdown=[stop],
        logging_config=None,
    )


_PROBLEM_RESPONSES = {
    status: ResponseSpec(Problem, media_type=PROBLEM_TYPE, generate_examples=False)
    for status in sorted({status for status, _ in PROBLEMS.values()})
}


def _problem(code: str, status: int, title: str, detail: str) -> Response[bytes]:
    content = msgspec.json.encode(Problem(PROBLEM_PREFIX + code, title, status, detail))
    return Response(content, status_code=status, media_type=PROBLEM_TYPE)


def _bad_message(_: Request, error: BadMessage) -> Response[bytes]:  # type: ignore[type-arg]
    status, title = PROBLEMS[error.code]
    return _problem(error.code, status, title, error.detail)


def _away(_: Request, _error: StoreAway) -> Response[bytes]:  # type: ignore[type-arg]
    """No problem document: the same bytes again later."""
    return Response(b"", status_code=503, headers={"retry-after": "5"})


def _full(request: Request, _: StoreFull) -> Response[bytes]:  # type: ignore[type-arg]
    return _bad_message(request, BadMessage("storage"))


def _http_problem(_: Request, error: HTTPException) -> Response[bytes]:  # type: ignore[type-arg]
    code = "too_large" if error.status_code == 413 else "http"
    return _problem(code, error.status_code, PROBLEMS.get(code, (0, "请求不对"))[1], "")
