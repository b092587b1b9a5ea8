"""Looking for planted words wherever bytes can hide: files, every table, messages, bundles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import zstandard
from sqlalchemy import Engine, inspect

from sync import wire
from sync.client import Carrier

CODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
_ZSTD = b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True)
class Canaries:
    """Words that must not be found."""

    words: tuple[str, ...]

    def inside(self, content: bytes) -> list[str]:
        """Those that stand in these bytes in any usual coding, also behind compression."""
        everything = [content, *_unpacked(content)]
        return [
            word
            for word in self.words
            if any(word.encode(coding) in part for coding in CODINGS for part in everything)
        ]

    def in_files(self, *folders: Path) -> dict[str, list[str]]:
        files = [path for one in folders for path in one.rglob("*") if path.is_file()]
        assert files
        return {str(path): found for path in files if (found := self.inside(path.read_bytes()))}

    def in_tables(self, engine: Engine) -> dict[str, list[str]]:
        """In every cell of every table, the search index and its shadows included."""
        found: dict[str, list[str]] = {}
        with engine.connect() as connection:
            for table in inspect(engine).get_table_names():
                quoted = '"' + table.replace('"', '""') + '"'
                for line in connection.exec_driver_sql(f"SELECT * FROM {quoted}"):
                    for cell in line:
                        if words := self.inside(_bytes(cell)):
                            found.setdefault(table, []).extend(words)
        return found

    def in_messages(self, messages: Iterable[bytes]) -> list[str]:
        return [word for message in messages for word in self.inside(_opened(message))]


@dataclass
class Wiretap:
    """A carrier that keeps every message and answer."""

    line: Carrier
    heard: list[bytes] = field(default_factory=list)

    def __call__(self, message: bytes) -> bytes:
        answer = self.line(message)
        self.heard += [message, answer]
        return answer


def _bytes(cell: object) -> bytes:
    if isinstance(cell, bytes):
        return cell
    return b"" if cell is None else str(cell).encode()


def _opened(message: bytes) -> bytes:
    """A message as it is on the line, and what is inside its envelope."""
    body = wire.open_envelope(message).body
    return message + body + b"".join(_unpacked(body))


def _unpacked(content: bytes) -> Iterator[bytes]:
    """What is behind zstandard frames and MessagePack, as far as it opens."""
    at = content.find(_ZSTD)
    while at >= 0:
        with suppress(zstandard.ZstdError):
            yield zstandard.ZstdDecompressor().decompressobj().decompress(content[at:])
        at = content.find(_ZSTD, at + 1)
    try:
        inner = msgspec.msgpack.decode(content)
    except (msgspec.DecodeError, ValueError):
        return
    yield from _leaves(inner)


def _leaves(value: object) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, str):
        yield value.encode()
    elif isinstance(value, dict):
        for pair in value.items():
            yield from _leaves(list(pair))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _leaves(one)
