"""Our ledger: ``python -m benchmarks.ledger_ours OUT.pdf``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time

from benchmarks.harness import answer
from benchmarks.ledger_rows import ledger
from reports.monthly_ledger import monthly_ledger
from reports.page import PrintStamp
from reports.raster import page_count


def main(out: str) -> None:
    """Time one ledger, fonts not yet loaded."""
    document = ledger()
    stamp = PrintStamp(datetime(2026, 6, 1, 1, 12, tzinfo=UTC), "李会计", "L20260601-0001")
    wall, cpu = perf_counter(), process_time()
    pdf = monthly_ledger(document, stamp)
    cpu_s, wall_s = process_time() - cpu, perf_counter() - wall
    Path(out).write_bytes(pdf)
    answer({"cpu_s": cpu_s, "wall_s": wall_s, "pages": page_count(pdf), "bytes": len(pdf)})


if __name__ == "__main__":
    main(sys.argv[1])
