"""What a township's server keeps apart: listing it, letting it in, sending it back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sync.server import readmission, waiting_room
from sync.server.checks import Refused
from sync.server.folder import OpenServer, open_server
from sync.server.readmission import Blocked, Unknown
from sync.wire import REASONS
from township.errors import NotFound, WorldError
from township.values import local_text

LONGEST_REASON = 200


@dataclass(frozen=True)
class Line:
    """One changeset that waits; no personal text of its content."""

    id: int
    device: int
    author: str
    written_at: str
    zones: list[str]
    records: int
    reason: str

    def in_words(self) -> str:
        zones = "、".join(self.zones) or "全镇"
        return (
            f"{self.id}　{self.author}（{self.device} 号笔记本）　{self.written_at} 填写　"
            f"{zones}　{self.records} 条记录　{self.reason}"
        )


def waiting(path: Path) -> list[Line]:
    """All that waits, in the order of its arrival. Raises WorldError."""
    server = open_server(path)
    try:
        return [_line(one) for one in waiting_room.look(server.service)]
    finally:
        server.close()


def as_dicts(lines: list[Line]) -> dict[str, object]:
    """For programs."""
    return {"waiting": [asdict(line) for line in lines]}


def admit(path: Path, number: int) -> str:
    """Let one in; returns what became of it, in words. Raises WorldError."""
    server = open_server(path)
    try:
        status = _admit(server, number)
    finally:
        server.close()
    if status == "conflict":
        return f"已收下 {number}。有内容与别人的改动不同，已列入冲突，由相关干部选定。"
    return f"已收下 {number}。"


def refuse(path: Path, number: int, text: str) -> None:
    """Send one back to its author with a reason. Raises WorldError."""
    if not 0 < len(text.strip()) <= LONGEST_REASON:
        raise WorldError(f"退回的原因要写明，最长 {LONGEST_REASON} 个字。")
    server = open_server(path)
    try:
        service = server.service
        now = service.clock()
        readmission.refuse(service.store, service.township_id, number, text.strip(), now)
    except Unknown as error:
        raise _unknown(number) from error
    finally:
        server.close()


def _admit(server: OpenServer, number: int) -> str:
    service = server.service
    try:
        found = readmission.admit(service.store, service.township_id, number, service.clock())
    except Unknown as error:
        raise _unknown(number) from error
    except Blocked as error:
        raise WorldError(
            f"同一台笔记本先写的 {error.seq} 改的是同一条记录，请先处理 {error.seq}。"
        ) from error
    except Refused as error:
        reason = REASONS[error.reason]
        raise WorldError(
            f"现在收不下 {number}：{reason}。可以先补好再收，或者退回（quarantine refuse）。"
        ) from error
    return found.status


def _unknown(number: int) -> NotFound:
    return NotFound(f"没有编号为 {number} 的待核改动。请用 quarantine list 查看。")


def _line(one: waiting_room.Seen) -> Line:
    return Line(
        one.seq,
        one.device,
        one.author or "不认识的填写人",
        local_text(datetime.fromtimestamp(one.wall_ms / 1000, UTC)),
        one.zones,
        one.records,
        REASONS[one.reason],
    )
