"""The least a server can do: rows in, rows out, one encrypted file, no checks: ``... FOLDER``."""

from __future__ import annotations

import http.server
import sys
from pathlib import Path

import msgspec
import zstandard

from benchmarks.sync_floor import COLUMNS, NAMES
from township.storage.database import raw_connection

_KEY = bytes(32)
_PAGE = 2_000
_UPSERT = (
    f"INSERT INTO visit ({NAMES}) VALUES ({', '.join('?' * len(COLUMNS))})"
    f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in COLUMNS[1:])}"
)


class Handler(http.server.BaseHTTPRequestHandler):
    """``POST`` appends a batch of rows; ``GET /N`` gives the next page after N."""

    protocol_version = "HTTP/1.1"
    path_of_file: Path

    def setup(self) -> None:
        super().setup()
        self.file = raw_connection(self.path_of_file, _KEY)
        self.file.execute(
            f"CREATE TABLE IF NOT EXISTS visit(seq INTEGER PRIMARY KEY, {NAMES}, UNIQUE (id))"
        )

    def do_POST(self) -> None:
        data = zstandard.decompress(self.rfile.read(int(self.headers["Content-Length"])))
        self.file.execute("BEGIN IMMEDIATE")
        self.file.executemany(_UPSERT, msgspec.msgpack.decode(data))
        self.file.execute("COMMIT")
        self._answer(b"")

    def do_GET(self) -> None:
        rows = self.file.execute(
            f"SELECT seq, {NAMES} FROM visit WHERE seq > ? ORDER BY seq LIMIT ?",
            (int(self.path[1:]), _PAGE),
        ).fetchall()
        self._answer(zstandard.ZstdCompressor(level=3).compress(msgspec.msgpack.encode(rows)))

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    Handler.path_of_file = folder / "floor.db"
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
