"""What the command line says by itself, in Chinese: wrong use, and the headings of help.

Typer has no translations. Its errors are told anew from what they hold; of those that hold only
a text, the text is recognised.
"""

from __future__ import annotations

import re
from typing import Any

import typer
from typer import rich_utils
from typer.exceptions import TyperException

from cli.commands import app

_HEADINGS = {
    "ARGUMENTS_PANEL_TITLE": "参数",
    "OPTIONS_PANEL_TITLE": "选项",
    "COMMANDS_PANEL_TITLE": "命令",
    "DEFAULT_STRING": "［默认：{}］",
    "ENVVAR_STRING": "［环境变量：{}］",
    "REQUIRED_LONG_STRING": "［必填］",
    "ABORTED_TEXT": "已中止。",
}
_TEXTS = (
    (r"No such command ['\"](.*)['\"]\.", "没有“{}”这个命令"),
    (r"Missing command\.", "没有写要做什么"),
    (r"Got unexpected extra argument(?:s|\(s\))? \((.*)\)", "多写了：{}"),
    (r"Option ['\"](.*)['\"] requires an argument\.", "{} 后面要写内容"),
    (r"Option ['\"](.*)['\"] does not take a value\.", "{} 后面不写内容"),
)
_VALUES = (
    (r".*valid integer.*", "要写整数"),
    (r".*valid number.*", "要写数字"),
    (r".*(?:greater than|less than|range).*", "超出范围"),
    (r".*(?:does not exist|not point to).*", "没有这个文件或文件夹"),
    (r".*is not one of (.*?)\.?", "要写这些里的一个：{}"),
)


def answered(arguments: list[str]) -> int:
    """Run a command and return its exit code, 2 when it was typed wrong. Raises WorldError."""
    for name, text in _HEADINGS.items():
        setattr(rich_utils, name, text)
    try:
        code = app(arguments, prog_name="lianxinqiao", standalone_mode=False)
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(error.message, err=True)
        else:
            typer.echo(told(error), err=True)
        return getattr(error, "exit_code", 1)
    except typer.Abort:
        typer.echo(_HEADINGS["ABORTED_TEXT"], err=True)
        return 1
    return code if isinstance(code, int) else 0


def told(error: TyperException) -> str:
    """What was wrong, and where to read how it is right. Errors of the program keep their text."""
    said, where = _said(error), getattr(error, "ctx", None)
    return f"{said}。用法见：{where.command_path} --help" if where else said


def _said(error: Any) -> str:
    kind = type(error).__name__
    if kind == "MissingParameter":
        return f"缺少 {_hint(error)}"
    if kind == "NoSuchOption":
        known = "、".join(sorted(error.possibilities or ()))
        return f"没有 {error.option_name} 这个选项" + (f"（有：{known}）" if known else "")
    if kind == "BadParameter":
        value = _recognised(error.message, _VALUES)
        hint = _hint(error)
        return f"{hint} {value}" if hint else value
    return _recognised(error.format_message(), _TEXTS)


def _hint(error: Any) -> str:
    """The name of the parameter as it is typed."""
    if error.param is None:
        return str(error.param_hint or "")
    hint = error.param.get_error_hint()
    return (hint if isinstance(hint, str) else " / ".join(hint)).strip("'\"")


def _recognised(text: str, known: tuple[tuple[str, str], ...]) -> str:
    for pattern, chinese in known:
        if found := re.fullmatch(pattern, text, re.DOTALL):
            return chinese.format(*found.groups())
    return text.rstrip("。.")
