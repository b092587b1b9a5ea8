"""The words of ``server quarantine``: list, admit, refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from cli import quarantines

quarantine = typer.Typer(help="待核的改动：查看、收下、退回。", no_args_is_help=True)

_Data = Annotated[Path, typer.Option("--data", help="服务器文件夹")]
_Number = Annotated[int, typer.Argument(metavar="ID", help="list 中的编号")]


@quarantine.command("list")
def list_(
    data: _Data, as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False
) -> None:
    """列出待核的改动：谁、何时、哪个责任区、几条记录、为什么。"""
    lines = quarantines.waiting(data)
    if as_json:
        typer.echo(json.dumps(quarantines.as_dicts(lines), ensure_ascii=False))
    else:
        typer.echo("\n".join(line.in_words() for line in lines) or "没有待核的改动。")


@quarantine.command("admit")
def admit(number: _Number, data: _Data) -> None:
    """收下一次待核的改动，不管笔记本现在有没有这个责任区的权限。"""
    typer.echo(quarantines.admit(data, number))


@quarantine.command("refuse")
def refuse(
    number: _Number,
    data: _Data,
    reason: Annotated[str, typer.Option("--reason", help="原因，填写人会看到")],
) -> None:
    """退回一次待核的改动；内容仍在填写人的笔记本上。"""
    quarantines.refuse(data, number, reason)
    typer.echo(f"已退回 {number}，填写人下次同步时会看到原因。")
