"""`server backup-key`: the offline key to which backups of the server are sealed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.answers import AsJson, say
from sync.server import offline_backups


def backup_key(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="新的密钥文件，最好直接写在U盘上")],
    as_json: AsJson = False,
) -> None:
    """生成一把离线密钥：备份加密给它，只有恢复时才拿出来。"""
    recipient = offline_backups.make_key(out)
    text = f"密钥在 {out}，请锁起来，不要留在服务器上。备份时用：--seal-to {recipient}"
    say(text, {"file": str(out), "seal_to": recipient}, as_json)
