"""Syncing by a file on a stick: the laptop's two commands and the township's one."""

from __future__ import annotations

from pathlib import Path

from sync import stick
from sync.server import folder
from township.storage import search
from township.storage.laptop import Unlocked

Answer = dict[str, object]


def out(laptop: Unlocked, place: Path) -> tuple[str, Answer]:
    """Write an outbox; what was done in words and as data. Raises WorldError."""
    written = stick.write_outbox(laptop.database, place)
    text = f"已存好 {written.path}，内有 {written.changesets} 次改动。请拿到镇里读入。"
    if written.left:
        text += f"还有 {written.left} 次没有装下，读入答复后再存一次。"
    answer: Answer = {"file": str(written.path), "changesets": written.changesets}
    return text, answer | {"left": written.left}


def back(laptop: Unlocked, file: Path) -> tuple[str, Answer]:
    """Read the township's answer. Raises WorldError."""
    taken = stick.read_answer(laptop.database, file)
    search.catch_up(laptop.database)
    answer: Answer = {"answered": taken.answered, "pulled": taken.pulled}
    return taken.in_words(), answer | {"refused": taken.refused, "more": taken.more}


def answer_at_township(data: Path, source: Path, place: Path) -> tuple[str, Answer]:
    """Read a laptop's outbox at the township and write the answer. Raises WorldError."""
    from sync.server.stick import answer_outbox

    server = folder.open_server(data)
    try:
        done = answer_outbox(server, source, place)
    finally:
        server.close()
    text = f"{done.device} 号笔记本：收下 {done.taken} 次改动"
    text += f"，其中 {done.refused} 次没有接收" if done.refused else ""
    text += f"，另有 {done.repeated} 次早已收过" if done.repeated else ""
    if done.old:
        text = f"{done.device} 号笔记本：这份文件较旧，镇里已有它更新的改动，没有再读入"
    if done.restored:
        text = f"{done.device} 号笔记本还不知道镇服务器恢复过，这次没有读入，请它读了答复再存一次"
    text += f"。给它的答复：{done.path}，请拿回那台笔记本读入。"
    if done.more:
        text += "一份装不下，读入后请它再存一次上报文件。"
    answer: Answer = {"file": str(done.path), "device": done.device, "taken": done.taken}
    answer |= {"repeated": done.repeated, "refused": done.refused, "given": done.given}
    return text, answer | {"old": done.old, "more": done.more, "restored": done.restored}
