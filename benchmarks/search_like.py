"""The same questions with LIKE over the same columns: ``... FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

from benchmarks import laptops
from benchmarks.harness import Measured, answer, percentile
from benchmarks.queries import queries
from township.storage.database import raw_connection
from township.storage.folder import LaptopFolder

_QUESTION = """
SELECT DISTINCT household.id FROM household
JOIN person ON person.household_id = household.id
LEFT JOIN village_group ON village_group.id = household.group_id
WHERE household.deleted_at IS NULL AND person.deleted_at IS NULL AND (
  person.name LIKE :it OR household.no LIKE :it OR household.address LIKE :it
  OR household.phone LIKE :it OR village_group.name LIKE :it
  OR person.phone LIKE :it OR person.id_no LIKE :it)
LIMIT 200
"""


def main(folder: Path) -> Measured:
    database = laptops.opened(LaptopFolder(folder))
    texts = [text.strip() for query in queries(database) for text in query.texts()]
    database.close()
    connection = raw_connection(database.path, database.key)
    times = []
    for text in texts:
        begun = perf_counter()
        connection.execute(_QUESTION, {"it": f"%{text}%"}).fetchall()
        times.append((perf_counter() - begun) * 1000)
    connection.close()
    return {
        "p50_ms": percentile(times, 0.5),
        "p95_ms": percentile(times, 0.95),
        "strokes": len(times),
    }


if __name__ == "__main__":
    answer(main(Path(sys.argv[1])))
