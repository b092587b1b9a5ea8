"""``server refused``: what the server turned away, and where it came from."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from sync import wire
from sync.server import refusals
from sync.server.folder import open_server
from sync.server.refusals import Refusal
from sync.server.refusing import PROBLEMS
from township.values import local_text, moment_from_text

_TEXTS = {
    "bucket": "要读没有权限的责任区或类别",
    "file": "要读没有权限的照片",
    "fork": "送来的是这台笔记本的旧消息或另一份历史（可能被复制或恢复过）",
    "more": "同一分钟里还有别的，只记了次数",
}


def refused(
    data: Annotated[Path, typer.Option("--data", help="服务器文件夹")],
    last: Annotated[int, typer.Option("--last", min=1, max=10_000, help="最近多少条")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> None:
    """列出镇服务器拒绝过的请求，最近的在前；只有时间、原因、地址和笔记本编号。"""
    server = open_server(data)
    try:
        found = refusals.newest(server.service.store, server.service.township_id, last)
    finally:
        server.close()
    if as_json:
        typer.echo(json.dumps({"refused": [asdict(row) for row in found]}, ensure_ascii=False))
    else:
        typer.echo("\n".join(map(_in_words, found)) or "没有拒绝过任何请求。")


def _in_words(row: Refusal) -> str:
    known = {code: title for code, (_, title) in PROBLEMS.items()} | wire.REASONS | _TEXTS
    device = f"自称 {row.device} 号笔记本" if row.device is not None else ""
    times = f"{row.times} 次" if row.times > 1 else ""
    told = (local_text(moment_from_text(row.at)), known.get(row.code, row.code))
    return "　".join(filter(None, (*told, device, row.address, times)))
