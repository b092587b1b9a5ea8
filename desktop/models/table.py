"""A list of any length as a table model: all ids at once, the rows in pages when they are seen."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.theme import Tone
from desktop.tips import tip
from township.fields import Field
from township.values import Kind

PAGE = 40
"""Rows fetched together; a screen shows about 20."""
_PAGES_KEPT = 128

ID_ROLE = Qt.ItemDataRole.UserRole
TONE_ROLE = Qt.ItemDataRole.UserRole + 1

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


def _text(value: Any) -> str:
    return "" if value is None else str(value)


@dataclass(frozen=True)
class Column:
    """One column: how its values are shown, and how wide it is in characters of text.

    ``tone`` makes it a column of chips; ``grow`` shares the room that is left; ``spare``
    columns give way when the window is too narrow for all, those of 1 (True) before those of 2.
    """

    key: str
    title: str
    width: int = 8
    show: Callable[[Any], str] = _text
    tone: Callable[[Any], Tone | None] | None = None
    grow: bool = False
    right: bool = False
    spare: int = 0
    sortable: bool = True


def column(
    key: str,
    field: Field,
    width: int = 8,
    *,
    tone: Callable[[Any], Tone | None] | None = None,
    grow: bool = False,
    spare: int = 0,
    title: str | None = None,
) -> Column:
    """A column that shows a declared field."""
    right = field.kind is Kind.NUMBER
    return Column(key, title or field.label, width, field.show, tone, grow, right, spare)


@dataclass(frozen=True)
class Sort:
    """In which order the person wants the rows."""

    key: str
    descending: bool


class Rows(Protocol):
    """Where rows come from; both calls are to take a few milliseconds at most."""

    def ids(self, sort: Sort | None) -> Sequence[bytes]:
        """All ids in order; without ``sort`` in the list's natural order."""

    def fetch(self, ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Any]]:
        """Values of these rows in the order of the columns; a row that is gone is left out."""


class TableModel(QAbstractTableModel):
    """Shows ``Rows`` under ``columns``; sorting is done by the rows' own source."""

    def __init__(
        self, columns: Sequence[Column], rows: Rows, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._rows = rows
        self._sort: Sort | None = None
        self._ids: Sequence[bytes] = ()
        self._lines: dict[bytes, int] | None = None
        self._pages: OrderedDict[int, list[Sequence[Any] | None]] = OrderedDict()

    def load(self) -> None:
        """Read the list again: other rows, another order."""
        ids = self._rows.ids(self._sort)
        self.beginResetModel()
        self._ids, self._lines = ids, None
        self._pages.clear()
        self.endResetModel()

    def refresh(self) -> None:
        """Values changed, but neither the rows nor their order."""
        self._pages.clear()
        if self._ids:
            last = self.index(len(self._ids) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        wanted: Sort | None = None
        if 0 <= column < len(self.columns) and self.columns[column].sortable:
            wanted = Sort(self.columns[column].key, order == Qt.SortOrder.DescendingOrder)
        if wanted != self._sort:
            self._sort = wanted
            self.load()

    def id_at(self, row: int) -> bytes | None:
        """The id of a row; None outside the list."""
        return self._ids[row] if 0 <= row < len(self._ids) else None

    def row_of(self, record: bytes) -> int | None:
        """Where a record stands; None when it is not in the list."""
        if self._lines is None:
            self._lines = {one: row for row, one in enumerate(self._ids)}
        return self._lines.get(record)

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == ID_ROLE:
            return self._ids[index.row()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _MIDDLE | (
                Qt.AlignmentFlag.AlignRight
                if self.columns[index.column()].right
                else Qt.AlignmentFlag.AlignLeft
            )
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, TONE_ROLE):
            return None
        values = self._values(index.row())
        return None if values is None else self._shown(index.column(), values, role)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return _MIDDLE | side
        return None

    def _shown(self, at: int, values: Sequence[Any], role: int) -> Any:
        column, value = self.columns[at], values[at]
        if role == TONE_ROLE:
            return column.tone(value) if column.tone and value is not None else None
        shown = column.show(value)
        return tip(shown) if role == Qt.ItemDataRole.ToolTipRole else shown

    def _values(self, row: int) -> Sequence[Any] | None:
        number, within = divmod(row, PAGE)
        page = self._pages.get(number)
        if page is None:
            ids = self._ids[number * PAGE : (number + 1) * PAGE]
            found = self._rows.fetch(ids)
            page = self._pages[number] = [found.get(one) for one in ids]
            if len(self._pages) > _PAGES_KEPT:
                self._pages.popitem(last=False)
        return page[within]
