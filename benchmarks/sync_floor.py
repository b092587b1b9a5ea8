"""A bare push or pull of the same visits by the driver alone: ``... push|pull FOLDER URL``.

The laptop's own file and table with its indexes, batches as large, the same compression, and a
note of what was sent; no chain, signatures, merge, cursors, log or TLS.
"""

from __future__ import annotations

import http.client
import sys
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import zstandard

from benchmarks import towns
from benchmarks.harness import Measured, answer
from benchmarks.processes import Stopwatch
from township.records import record_kinds
from township.storage.database import raw_connection
from township.storage.driver import sqlcipher
from township.storage.folder import LaptopFolder

_BATCH = 2_000
COLUMNS = ("id", *record_kinds()["visit"].fields())
NAMES = ", ".join(f'"{name}"' for name in COLUMNS)


def main(action: str, folder: Path, url: str) -> Measured:
    laptop = towns.opened(LaptopFolder(folder))
    path, key = laptop.database.path, laptop.database.key
    laptop.database.close()
    file = raw_connection(path, key)
    line = http.client.HTTPConnection(urlsplit(url).netloc)
    line.connect()
    watch = Stopwatch()
    records, size = (_push if action == "push" else _pull)(file, line)
    measured = watch.read() | {"records": records, "bytes": size}
    file.close()
    return measured


def _push(file: sqlcipher.Connection, line: http.client.HTTPConnection) -> tuple[int, int]:
    records, size, after = 0, 0, b""
    compressor = zstandard.ZstdCompressor(level=3)
    while True:
        rows = file.execute(
            f"SELECT {NAMES} FROM visit WHERE id > ? ORDER BY id LIMIT ?", (after, _BATCH)
        ).fetchall()
        if not rows:
            return records, size
        body = compressor.compress(msgspec.msgpack.encode(rows))
        line.request("POST", "/", body)
        line.getresponse().read()
        file.execute("BEGIN IMMEDIATE")
        file.executemany("DELETE FROM pending WHERE record_id = ?", [(row[0],) for row in rows])
        file.execute("COMMIT")
        records, size, after = records + len(rows), size + len(body), rows[-1][0]


def _pull(file: sqlcipher.Connection, line: http.client.HTTPConnection) -> tuple[int, int]:
    records, size, after = 0, 0, 0
    insert = f"INSERT INTO visit ({NAMES}) VALUES ({', '.join('?' * len(COLUMNS))})"
    while True:
        line.request("GET", f"/{after}")
        body = line.getresponse().read()
        rows = msgspec.msgpack.decode(zstandard.decompress(body))
        if not rows:
            return records, size
        file.execute("BEGIN IMMEDIATE")
        file.executemany(insert, [row[1:] for row in rows])
        file.execute("COMMIT")
        records, size, after = records + len(rows), size + len(body), rows[-1][0]


if __name__ == "__main__":
    answer(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
