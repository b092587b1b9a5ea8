"""Pages opened anew, one after the other, in the program's window: ``... FOLDER``."""

from __future__ import annotations

import sys
from collections import defaultdict
from functools import partial
from pathlib import Path

from benchmarks.harness import Measured, answer, percentile
from benchmarks.windows import at_work, fresh_window, milliseconds, settle

PAGES = ("households", "worklog", "situations", "needs")
TIMES = 20


def main(folder: Path) -> Measured:
    """In a new main window each time; the first opening counts too."""
    times: defaultdict[str, list[float]] = defaultdict(list)
    with at_work(folder) as (unlocked, program):
        for _ in range(TIMES):
            main = fresh_window(unlocked, program)
            for key in PAGES:
                times[key].append(milliseconds(partial(main.show_page, key)))
                settle()
    return {key: percentile(each, 0.95) for key, each in times.items()} | {
        "households p50_ms": percentile(times["households"], 0.5),
        "households first_ms": times["households"][0],
        "households max_ms": max(times["households"]),
    }


if __name__ == "__main__":
    answer(main(Path(sys.argv[1])))
