"""The words of ``users``: who shares a computer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from cli import laptops
from township.storage.folder import LaptopFolder
from township.storage.persons import Persons
from township.usecases import leaving

users = typer.Typer(help="合用一台电脑的使用者：各有各的资料和密码。", no_args_is_help=True)

_Folder = Annotated[Path, typer.Option("--folder", help="数据文件夹")]
_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出")]


@users.command("list")
def list_(folder: _Folder, as_json: _Json = False) -> None:
    """列出这台电脑的使用者和各自的数据文件夹（别的命令用 --folder 指它）。"""
    found = Persons(LaptopFolder(folder)).all()
    answer = [{"login": p.login, "name": p.name, "folder": str(p.folder.path)} for p in found]
    text = "\n".join(f"{p.shown}　{p.folder.path}" for p in found) or "还没有使用者。"
    typer.echo(json.dumps({"users": answer}, ensure_ascii=False) if as_json else text)


@users.command("remove")
def remove(
    folder: _Folder,
    login: Annotated[str, typer.Option("--login", help="登录名")],
    password: Annotated[
        str,
        typer.Option(
            "--password", envvar="LIANXINQIAO_PASSWORD", prompt="密码", hide_input=True, help="密码"
        ),
    ],
    place: Annotated[
        Path | None,
        typer.Option("--backup-to", help="先在这个文件夹存一份加密备份；有没上报的内容时要填"),
    ] = None,
    as_json: _Json = False,
) -> None:
    """从这台电脑移除一个使用者的资料；已经上报的都在镇里。请先关闭窗口。"""
    persons = Persons(LaptopFolder(folder))
    person = persons.by_login(login)
    with laptops.opened(person.folder.path, login, password, shut=True) as laptop:
        laptops.prove(laptop)
        key = laptop.database.key
    kept = leaving.leave(persons, person, key, place)
    text = f"{person.shown} 的资料已从这台电脑移除。请停用它的编号（server revoke）。"
    if kept:
        text += f"备份在 {kept}，请妥善保管。"
    answer = {"removed": login, "backup": str(kept) if kept else None}
    typer.echo(json.dumps(answer, ensure_ascii=False) if as_json else text)
