"""Commands about the rights of residents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from cli import laptops, papers


def my_record(
    name: Annotated[str, typer.Argument(help="居民姓名")],
    folder: Annotated[Path, typer.Option("--folder", help="数据文件夹")],
    login: Annotated[str, typer.Option("--login", help="登录名")],
    password: Annotated[
        str,
        typer.Option(
            "--password", envvar="LIANXINQIAO_PASSWORD", prompt="密码", hide_input=True, help="密码"
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="写到哪个 PDF 文件")],
    household: Annotated[
        str | None, typer.Option("--household", help="户编号；同名的居民要写明")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> None:
    """打印一位居民的“我的信息”，交给本人。"""
    with laptops.opened(folder, login, password) as laptop:
        pages = papers.my_record_of(laptop, name, household, out)
    answer = {"file": str(out), "pages": pages}
    text = f"已写好 {out}，共 {pages} 页。没有遮盖，请只交给本人。"
    typer.echo(json.dumps(answer, ensure_ascii=False) if as_json else text)
