"""The words of ``password``, ``reenrol`` and ``server recover``: who may open a laptop."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli import laptops
from cli import recoveries as answers
from township.storage import recovery

password = typer.Typer(help="修改密码；忘记密码时请镇里帮忙换一个。", no_args_is_help=True)

_Folder = Annotated[Path, typer.Option("--folder", help="数据文件夹")]
_Login = Annotated[str, typer.Option("--login", help="登录名")]
_Data = Annotated[Path, typer.Option("--data", help="服务器文件夹")]
_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出")]
_Old = Annotated[
    str,
    typer.Option(
        "--password", envvar="LIANXINQIAO_PASSWORD", prompt="原密码", hide_input=True, help="原密码"
    ),
]
_New = Annotated[
    str,
    typer.Option(
        "--new",
        envvar="LIANXINQIAO_NEW_PASSWORD",
        prompt="新密码",
        confirmation_prompt="再输一次新密码",
        hide_input=True,
        help="新密码，至少 10 位",
    ),
]


@password.command("change")
def change(folder: _Folder, login: _Login, old: _Old, new: _New) -> None:
    """修改自己的密码；数据不用重新加密。"""
    laptops.existing(folder).keyring.change(login, old, new)
    typer.echo("密码已修改，下次用新密码。")


@password.command("ask")
def ask(
    folder: _Folder,
    login: _Login,
    new: _New,
    place: Annotated[Path, typer.Option("--to", help="请求文件存到哪个文件夹，如U盘")],
    as_json: _Json = False,
) -> None:
    """忘记密码：想好新密码，存一份请求文件交给镇管理员。"""
    asked = recovery.ask(laptops.existing(folder), login, new, place)
    answer = {"file": str(asked.path), "code": asked.code}
    text = f"已存好 {asked.path}，核对码 {asked.code}。请交给镇管理员，并把核对码念给他听。"
    typer.echo(json.dumps(answer, ensure_ascii=False) if as_json else text)


@password.command("use")
def use(
    file: Annotated[Path, typer.Argument(help="镇里给的答复文件")], folder: _Folder, new: _New
) -> None:
    """用镇里的答复换上新密码；只能用一次。"""
    login = recovery.use(laptops.existing(folder), recovery.read(file), new)
    typer.echo(f"{login} 的密码已换成新密码，本机的内容都在。")


def reenrol(
    code: Annotated[str, typer.Argument(help="新的一次性登记码")],
    folder: _Folder,
    login: _Login,
    old: Annotated[
        str,
        typer.Option(
            "--password", envvar="LIANXINQIAO_PASSWORD", prompt="密码", hide_input=True, help="密码"
        ),
    ],
    server: Annotated[
        str | None, typer.Option("--server", help="镇服务器地址；不填：登记时的那个")
    ] = None,
) -> None:
    """停用后又找回的笔记本重新登记：换一个编号，没有上报的内容接着上报。"""
    from sync.enrol import reenrol as join

    with laptops.opened(folder, login, old, shut=True) as laptop:
        join(laptop, code, server)
    typer.echo("已重新登记。请同步一次：没有上报的内容会接着上报。")


def recover(
    request: Annotated[Path, typer.Argument(metavar="REQUEST", help="笔记本的请求文件")],
    place: Annotated[Path, typer.Argument(metavar="OUT", help="答复写到哪个文件夹")],
    data: _Data,
    by: Annotated[str, typer.Option("--by", help="办理人姓名，会记在镇服务器上")],
    found: Annotated[bool, typer.Option("--found", help="这台笔记本停用过，已由本人找回")] = False,
    as_json: _Json = False,
) -> None:
    """帮忘记密码的干部打开他的笔记本：先当面或打电话核对本人和核对码。"""
    done = answers.answer(data, request, place, by, found=found)
    text = (
        f"请再核对：{done['device']} 号笔记本，{done['name']}（{done['login']}），"
        f"核对码 {done['code']}。核对一致才把 {done['file']} 交给本人；不一致就删掉它，"
        f"并停用这台笔记本。已记下由{by}办理。"
    )
    typer.echo(json.dumps(done, ensure_ascii=False) if as_json else text)


def recoveries(data: _Data, as_json: _Json = False) -> None:
    """列出帮人找回密码的记录：谁、何时、哪台笔记本。"""
    lines = [asdict(line) for line in answers.given(data)]
    text = "\n".join(f"{x['at']}　{x['by']}　{x['device']} 号　{x['login']}" for x in lines)
    answer = {"recoveries": lines}
    typer.echo(
        json.dumps(answer, ensure_ascii=False) if as_json else text or "还没有帮人找回过密码。"
    )
