"""How commands are asked and how they answer: options that many share, words or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Option("--folder", help="数据文件夹")]
Login = Annotated[str, typer.Option("--login", help="登录名")]
Password = Annotated[
    str,
    typer.Option(
        "--password", envvar="LIANXINQIAO_PASSWORD", prompt="密码", hide_input=True, help="密码"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出")]


def say(text: str, answer: dict[str, object], as_json: bool) -> None:
    """Answer in words for people or as one JSON object for programs."""
    typer.echo(json.dumps(answer, ensure_ascii=False) if as_json else text)


def say_step(text: str) -> None:
    """What a long command is doing now; on stderr, so that the answer stays clean."""
    typer.echo(f"· {text}", err=True)
