"""The OpenAPI description: every address, media type, status and problem that is ever told.

Written here rather than drawn from the handlers: what matters is in the bytes, which no schema
language of HTTP describes; ``docs/sync-protocol.md`` does.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from sync import wire
from sync.server.refusing import HEADERS, HTTP, PROBLEM_PREFIX, PROBLEM_TYPE, PROBLEMS, Problem
from sync.wire import Welcome

Json = dict[str, Any]

_ENROL = ("code", "code_used", "code_expired")
_EXCHANGE = ("chain_signature", "signature", "unknown_device", "township")


@cache
def description() -> bytes:
    """The description in JSON."""
    (_, _), schemas = msgspec.json.schema_components(
        [Problem, Welcome], ref_template="#/components/schemas/{name}"
    )
    told = {
        "openapi": "3.1.0",
        "info": {
            "title": "连心桥镇服务器",
            "version": str(wire.PROTOCOL),
            "description": "消息的内容见 docs/sync-protocol.md。",
        },
        "paths": {
            "/v1/exchange": {"post": _message("exchange", "交换：上报改动，取下一页", _ENROL)},
            "/v1/enrol": {"post": _message("enrol", "用一次性登记码登记笔记本", _EXCHANGE)},
            "/v1/welcome": {"get": _plain("welcome", "谁在这里回答", _ref("Welcome"))},
            "/openapi.json": {"get": _plain("description", "本说明", {"type": "object"})},
        },
        "components": {"schemas": schemas},
    }
    return msgspec.json.encode(told)


def _message(name: str, summary: str, elsewhere: tuple[str, ...]) -> Json:
    """An address that takes a message; problems that only occur ``elsewhere`` are left out."""
    message = {wire.CONTENT_TYPE: {"schema": {"type": "string", "format": "binary"}}}
    return {
        "operationId": name,
        "summary": summary,
        "requestBody": {"required": True, "content": message},
        "responses": {"200": _answer("消息", message)}
        | _problems([code for code in PROBLEMS if code not in elsewhere]),
    }


def _plain(name: str, summary: str, schema: Json) -> Json:
    answer = _answer(summary, {"application/json": {"schema": schema}})
    return {
        "operationId": name,
        "summary": summary,
        "responses": {"200": answer} | _problems(["broken"]),
    }


def _problems(codes: list[str]) -> Json:
    """One answer per status; 400 also for what is not HTTP, 405 and 431 for that alone."""
    by_status: dict[int, list[str]] = {status: [HTTP] for status in (400, 405, 431)}
    for code in codes:
        by_status.setdefault(PROBLEMS[code][0], []).append(code)
    return {str(status): _problem(status, by_status[status]) for status in sorted(by_status)}


def _problem(status: int, codes: list[str]) -> Json:
    types = {"enum": [PROBLEM_PREFIX + code for code in codes]}
    narrowed = {"properties": {"type": types, "status": {"const": status}}}
    schema = {"allOf": [_ref("Problem"), narrowed]}
    titles = [PROBLEMS[code][1] for code in codes if code in PROBLEMS]
    answer = _answer("；".join(titles or ["请求不对"]), {PROBLEM_TYPE: {"schema": schema}})
    if status in (429, 503):
        answer["headers"]["retry-after"] = _header({"type": "integer", "minimum": 1})
    if status == 405:
        answer["headers"]["allow"] = _header({"type": "string"})
    return answer


def _answer(text: str, content: Json) -> Json:
    headers = {name: _header({"const": value}) for name, value in HEADERS.items()}
    return {"description": text, "headers": headers, "content": content}


def _header(schema: Json) -> Json:
    return {"required": True, "schema": schema}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}
