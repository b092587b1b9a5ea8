"""A plain table view over the same ids in the same order: ``... FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QTableView

from benchmarks import laptops
from benchmarks.harness import Measured, answer, percentile
from benchmarks.windows import milliseconds, settle
from desktop.app import application
from desktop.theme import apply
from township.storage.database import raw_connection
from township.storage.folder import LaptopFolder

_TIMES = 20
_COLUMNS = 9
_QUESTION = """
SELECT household.id, household.no FROM household
LEFT JOIN zone ON zone.id = household.zone_id
LEFT JOIN village_group ON village_group.id = household.group_id
WHERE household.deleted_at IS NULL
ORDER BY zone.position, village_group.number, household.no
"""


class Model(QAbstractTableModel):
    def __init__(self, rows: list[tuple[bytes, str]]) -> None:
        super().__init__()
        self._rows = rows

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return _COLUMNS

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        return self._rows[index.row()][1] if role == Qt.ItemDataRole.DisplayRole else None


def main(folder: Path) -> Measured:
    apply(application())
    database = laptops.opened(LaptopFolder(folder))
    database.close()
    connection = raw_connection(database.path, database.key)
    times = []
    for _ in range(_TIMES):
        view = QTableView()
        view.resize(1150, 640)

        def opened(view: QTableView = view) -> None:
            view.setModel(Model(connection.execute(_QUESTION).fetchall()))
            view.show()

        times.append(milliseconds(opened))
        view.close()
        settle()
    connection.close()
    return {
        "p50_ms": percentile(times, 0.5),
        "p95_ms": percentile(times, 0.95),
        "max_ms": max(times),
    }


if __name__ == "__main__":
    answer(main(Path(sys.argv[1])))
