"""What tests do with a township's data as a whole."""

import json
import shutil
from pathlib import Path

from sync.server import folder
from sync.server.folder import OpenServer, ServerFolder
from tests.postgres import new_database


def copied(server: OpenServer, path: Path) -> OpenServer:
    """A second server made of the first one's data as they are now, like a restored backup."""
    shutil.copytree(server.folder.path, path)
    settings = ServerFolder(path).settings
    kept = json.loads(settings.read_text("utf-8"))
    if address := kept.get("database"):
        server.service.store.close()  # a copy is taken when nobody is connected; they come back
        kept["database"] = new_database(address, copy=True)
        settings.write_text(json.dumps(kept), "utf-8")
    return folder.open_server(path)
