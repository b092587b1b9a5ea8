"""A township whose database can be kept and put back in tests, on either kind of database."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sync import problems
from sync.client import Progress
from sync.server import folder, restoring
from sync.server.log import Log
from sync.server.running import ServerThread
from sync.wire import BadMessage
from tests.postgres import new_database
from tests.sync.laptops import Laptop, enrolled


@dataclass
class Town:
    """The server in this process; laptops talk to whatever it is by then."""

    path: Path
    server: folder.OpenServer
    address: str | None = None
    kept: list[str | Path] = field(default_factory=list)
    calls: int = 0
    cut_at: int | None = None
    """The call whose answer is lost."""

    def __call__(self, message: bytes) -> bytes:
        self.calls += 1
        try:
            answer = self.server.service.exchange(message)
        except BadMessage as refusal:
            raise problems.of_code(refusal.code, refusal.detail) from refusal
        if self.calls == self.cut_at:
            raise problems.server_away()
        return answer

    def laptop(self, login: str) -> Laptop:
        place = self.path.parent / f"laptop-{login}-{len(list(self.path.parent.iterdir()))}"
        with ServerThread(self.server) as thread:
            return enrolled(self.server, thread.url, place, login)

    def sync(self, *laptops: Laptop) -> list[Progress]:
        return [laptop.sync(self) for laptop in laptops]

    def keep(self) -> None:
        """Yesterday's backup."""
        if self.address is None:
            place = self.path.parent / f"kept-{len(self.kept)}"
            self.kept.append(restoring.backup(self.path, place))
            return
        self._between(lambda: self.kept.append(new_database(self.address or "", copy=True)))

    def put_back(self, number: int = -1, *, declared: bool = True) -> None:
        """The server goes back to a backup; not ``declared``: somebody only copied the files."""
        self._between(lambda: self._put_back(self.kept[number], declared=declared))

    def _put_back(self, kept: str | Path, *, declared: bool) -> None:
        if isinstance(kept, Path) and declared:
            restoring.restore(self.path, kept)
        elif isinstance(kept, Path):
            shutil.copyfile(kept / "server.db", self.path / "server.db")
        else:
            self.address = new_database(kept, copy=True)
            settings = json.loads((self.path / "server.json").read_text("utf-8"))
            text = json.dumps(settings | {"database": self.address})
            (self.path / "server.json").write_text(text, "utf-8")
            if declared:
                restoring.declare(self.path)

    def _between(self, work: Callable[[], object]) -> None:
        """Do something while the server stands still."""
        self.server.close()
        work()
        self.server = folder.open_server(self.path)

    def log(self) -> list[tuple[int, int, int, str]]:
        """Device, incarnation, number and status of every entry."""
        with self.server.service.store.reading() as connection:
            rows = Log(connection, self.server.service.township_id).walk()
            return [(row.device, row.incarnation, row.dseq, row.status) for row in rows]
