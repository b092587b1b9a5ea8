"""`audit own`: checking what this laptop itself has written."""

from __future__ import annotations

import typer

from cli import laptops
from cli.answers import AsJson, Folder, Login, Password, say
from township.storage import own_history


def audit_own(folder: Folder, login: Login, password: Password, as_json: AsJson = False) -> None:
    """核查本机自己写下的历史：有没有被改动、删减、调换次序或倒填时间。"""
    with (
        laptops.opened(folder, login, password, shut=True) as laptop,
        laptop.database.reading() as connection,
    ):
        count, wrong = own_history.verify(connection)
    answer: dict[str, object] = {"size": count, "fits": wrong is None}
    if wrong is None:
        say(f"本机写下的 {count} 条都没有被改动。", answer, as_json)
        return
    where = f"{wrong.incarnation}.{wrong.dseq}"
    text = f"本机的历史不可信。第 {where} 条：{wrong.text}。"
    say(text, answer | {"entry": where, "problem": wrong.text}, as_json)
    raise typer.Exit(1)
