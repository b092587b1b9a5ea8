"""Problem documents: how the server says over HTTP that something is wrong. Source: RFC 9457."""

from __future__ import annotations

import msgspec

PROBLEM_TYPE = "application/problem+json"
PROBLEM_PREFIX = "urn:lianxinqiao:problem:"
HTTP = "http"
"""The code for all that HTTP itself knows: no such address, wrong method, a broken request."""

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
    "slow": (408, "消息来得太慢"),
    "too_large": (413, "消息太大"),
    "content_type": (415, "消息类型不对"),
    "too_many": (429, "请求太频繁，请稍候"),
    "broken": (500, "镇服务器出错了"),
    "away": (503, "镇服务器现在忙，请稍后再试"),
    "storage": (507, "镇服务器的磁盘满了"),
}

HEADERS: dict[str, str] = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
"""On every answer, whatever it says."""


class Problem(msgspec.Struct):
    """A problem document."""

    type: str
    title: str
    status: int
    detail: str = ""


def document(code: str, detail: str = "") -> tuple[int, bytes]:
    """The status and the bytes for a code of ``PROBLEMS``."""
    status, title = PROBLEMS[code]
    return status, msgspec.json.encode(Problem(PROBLEM_PREFIX + code, title, status, detail))


def http_document(status: int) -> bytes:
    """The bytes for what HTTP itself knows, by its status."""
    titles = {404: "没有这个地址", 405: "这个地址不接受这种请求", 431: "请求头太大"}
    title = titles.get(status, "请求不对")
    return msgspec.json.encode(Problem(PROBLEM_PREFIX + HTTP, title, status))
