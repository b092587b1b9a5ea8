"""Bundles: the messages of a sync in one sealed file, for places without a network.

A bundle holds the very envelopes that would travel over HTTP. An *outbox* goes from a laptop to
the township, an *answer* comes back. The first line is readable, tells the direction and nothing
else; the rest is sealed to the receiver (``sealing``). Whatever is wrong raises ``BadBundle``.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sync import wire
from sync.problems import SyncProblem
from sync.wire import BadMessage
from township.storage import sealing
from township.storage.keyring import write_atomically

Direction = Literal["outbox", "answer"]

SUFFIX = ".lxq"
OUTBOX = b"lianxinqiao bundle 1 outbox\n"
ANSWER = b"lianxinqiao bundle 1 answer\n"
_LINES: dict[Direction, bytes] = {"outbox": OUTBOX, "answer": ANSWER}
_ANY = b"lianxinqiao bundle "

MAX_BUNDLE = 64 << 20
"""Bytes of a whole file."""
MAX_MESSAGES = 1_000
FULL = 32 << 20
"""Bytes of messages after which a writer stops; the rest goes into a later file."""

_TEXTS = {
    "unreadable": "读不出这个文件。请检查U盘是否插好，再试一次。",
    "unwritable": "写不进去。请检查U盘的剩余空间和写保护，或换一个U盘再试。",
    "too_large": "这个文件太大，不是连心桥的数据文件。请重新选择。",
    "not_a_bundle": "这不是连心桥的数据文件（.lxq），或者文件开头已损坏。请重新选择。",
    "version": "这个文件由另一个版本的连心桥写成。请先升级程序，再读入。",
    "not_ours": "打不开：这个文件不是给这里的，或者已经损坏。请核对是哪台电脑的文件。",
    "damaged": "文件已损坏或没有拷贝完整，没有读入任何内容。请从原来的电脑重新存一次。",
    "is_outbox": "这是笔记本存出来上报的文件，要拿到镇里读入；这里要选镇里给的答复文件。",
    "is_answer": "这是镇里给笔记本的答复文件，要在笔记本上读入；这里要选笔记本的上报文件。",
    "foreign": "这个文件不是本镇服务器写的，没有读入任何内容。请联系镇管理员。",
    "unasked": "这份答复对应的上报文件不是本机存的，或者已经太旧，没有读入。请重新存一次上报文件。",
    "read_before": "这份答复已经读过，不用再读。要收新的内容，请再存一次上报文件。",
    "no_key": "本机登记时还没有U盘同步，不能存出。请联系镇管理员重新登记。",
}


class BadBundle(SyncProblem):
    """A file that is not taken, and nothing of it; ``code`` names why."""

    def __init__(self, code: str, text: str | None = None) -> None:
        super().__init__(text or _TEXTS[code])
        self.code = code


class Bundle(msgspec.Struct, array_like=True, frozen=True):
    """What is sealed: envelopes in their order."""

    messages: Annotated[list[bytes], Meta(min_length=1, max_length=MAX_MESSAGES)]


def seal(direction: Direction, messages: list[bytes], public: bytes) -> bytes:
    """The bytes of a bundle for the holder of this raw X25519 key."""
    return _LINES[direction] + sealing.seal(msgspec.msgpack.encode(Bundle(messages)), public)


def unseal(direction: Direction, data: bytes, private: bytes) -> list[bytes]:
    """The envelopes in a bundle that came this way. Raises BadBundle."""
    line = _LINES[direction]
    if not data.startswith(line):
        raise _not_this(data)
    try:
        return wire.parse(sealing.unseal(data[len(line) :], private), Bundle).messages
    except sealing.NotForThisKey as error:
        raise BadBundle("not_ours") from error
    except (sealing.Broken, BadMessage) as error:
        raise BadBundle("damaged") from error


def _not_this(data: bytes) -> BadBundle:
    if data.startswith(OUTBOX):
        return BadBundle("is_outbox")
    if data.startswith(ANSWER):
        return BadBundle("is_answer")
    return BadBundle("version" if data.startswith(_ANY) else "not_a_bundle")


def load(path: Path) -> bytes:
    """A file's bytes, if it can be a bundle. Raises BadBundle."""
    try:
        if not path.is_file():
            raise BadBundle("unreadable")
        with path.open("rb") as file:
            data = file.read(MAX_BUNDLE + 1)
    except OSError as error:
        raise BadBundle("unreadable") from error
    if len(data) > MAX_BUNDLE:
        raise BadBundle("too_large")
    return data


def store(path: Path, data: bytes) -> None:
    """Write a file that is there whole, on the disk, or not at all. Raises BadBundle."""
    try:
        try:
            write_atomically(path, data)
            _settle(path.parent)
        finally:
            path.with_name(path.name + ".new").unlink(missing_ok=True)
    except OSError as error:
        raise BadBundle("unwritable") from error


def _settle(folder: Path) -> None:
    """Bring the file's new name to the disk, where the file system can be asked for it."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        with suppress(OSError):  # not every stick's file system knows how
            os.fsync(handle)
        os.close(handle)


def target(place: Path, name: str) -> Path:
    """``place`` itself, or a file of this name in it when it is a folder."""
    if place.is_dir():
        return place / name
    return place if place.suffix == SUFFIX else place.with_name(place.name + SUFFIX)


def tag(name: bytes) -> str:
    """By this people see which answer belongs to which outbox; it means nothing else."""
    return name[:3].hex()
