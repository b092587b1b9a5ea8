"""Server folders made once per worker and copied for each test that wants a township."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from sync.server import folder
from sync.server.folder import OpenServer
from sync.server.office import Office
from tests.sync.sample import office_changeset


@dataclass(frozen=True)
class Made:
    """A township of two zones at rest; ``database`` is None when its data lie in the folder."""

    path: Path
    database: str | None = None

    def copy(self, path: Path, database: str | None = None) -> OpenServer:
        """The same township once more; ``database`` is a copy of its PostgreSQL database."""
        shutil.copytree(self.path, path)
        settings = folder.ServerFolder(path).settings
        if database:
            told = json.loads(settings.read_text("utf-8")) | {"database": database}
            settings.write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
        return folder.open_server(path)


def make(path: Path, database: str | None = None) -> Made:
    """Make a township whose office has entered two zones with a cadre in each."""
    folder.init(path, "屈原镇", database=database)
    server = folder.open_server(path)
    office = Office(server)
    assert office.load([office_changeset(office)]) == 4
    server.close()
    return Made(path, database)
