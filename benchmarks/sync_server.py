"""The township server of a benchmark: ``... FOLDER``; prints its address."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from sync.server.running import run

if __name__ == "__main__":
    run(Path(sys.argv[1]), "127.0.0.1", 0, ready=partial(print, flush=True))
