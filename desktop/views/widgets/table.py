"""A long list: calm rows with unbroken lines, chips, hover, everything by keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.models.table import TONE_ROLE, Index, TableModel
from desktop.theme import ACCENT, HOVER, INK, LINE, PAPER, WASH, em
from desktop.views.widgets.basics import EmptyState

_PAD = 10
_ROW_EM = 1.75


class RowDelegate(QStyledItemDelegate):
    """Draws a whole cell: ground, line, text or chip; so that a row looks like one piece."""

    def __init__(self, view: TableView) -> None:
        super().__init__(view)
        self._view = view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area: QRect = option.rect  # type: ignore[attr-defined]
        metrics: QFontMetrics = option.fontMetrics  # type: ignore[attr-defined]
        painter.save()
        self._ground(painter, area, option, index)
        text = index.data() or ""
        tone = index.data(TONE_ROLE)
        inner = area.adjusted(_PAD, 0, -_PAD, -1)
        if tone is not None and text:
            state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
            selected = bool(state & QStyle.StateFlag.State_Selected)
            ground = PAPER if selected else tone.wash
            _chip(painter, inner, text, (ground, tone.ink), metrics)
        elif text:
            painter.setPen(QColor(INK))
            alignment = index.data(Qt.ItemDataRole.TextAlignmentRole)
            elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(inner, int(alignment), elided.replace("\n", " "))
        painter.restore()

    def _ground(
        self, painter: QPainter, area: QRect, option: QStyleOptionViewItem, index: Index
    ) -> None:
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(WASH))
        elif index.row() == self._view.hovered:
            painter.fillRect(area, QColor(HOVER))
        painter.fillRect(area.x(), area.bottom(), area.width(), 1, QColor(LINE))
        if index.column() == 0 and index.row() == self._view.focus_row():
            painter.fillRect(area.x(), area.y(), 3, area.height() - 1, QColor(ACCENT))


class TableView(QTableView):
    """A table of a ``TableModel``.

    ``opened`` (id): Enter or a double click; ``moved`` (id or None): another row is current.
    """

    opened = Signal(object)
    moved = Signal(object)

    def __init__(
        self, model: TableModel, empty: EmptyState | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.hovered = -1
        self._table = model
        self._empty = empty
        self.setModel(model)
        self.setItemDelegate(RowDelegate(self))
        self._behave()
        self._lay_out()
        if empty is not None:
            empty.setParent(self.viewport())
        model.modelReset.connect(self._after_reset)
        self.selectionModel().currentRowChanged.connect(self._current_changed)
        self.doubleClicked.connect(lambda index: self._open(index))
        self._show_empty()

    def current_id(self) -> bytes | None:
        """The record of the current row."""
        return self._table.id_at(self.currentIndex().row())

    def select_id(self, record: bytes | None) -> bool:
        """Make a record's row current and visible; False when it is not in the list."""
        row = None if record is None else self._table.row_of(record)
        if row is None:
            return False
        self.selectRow(row)
        self.scrollTo(self._table.index(row, 0))
        return True

    def clear_current(self) -> None:
        """Let go of the current row, so that the next ``reload`` starts at the top."""
        self.setCurrentIndex(QModelIndex())

    def reload(self) -> None:
        """Read the list again and stay on the record and at the place where the person is."""
        record, row = self.current_id(), self.currentIndex().row()
        at = self.verticalScrollBar().value()
        self._table.load()
        self.verticalScrollBar().setValue(at)
        if not self.select_id(record) and row >= 0 and self._table.rowCount():
            self.selectRow(min(row, self._table.rowCount() - 1))

    def focus_row(self) -> int:
        """The row to mark as holding the focus; -1 while the focus is elsewhere."""
        return self.currentIndex().row() if self.hasFocus() else -1

    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows = self._table.rowCount()
        plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if plain:
                self._open(self.currentIndex())
            case Qt.Key.Key_Home if rows:
                self._go(0)
            case Qt.Key.Key_End if rows:
                self._go(rows - 1)
            case Qt.Key.Key_Down if rows and not self.selectionModel().hasSelection():
                self._go(max(0, self.currentIndex().row()))
            case _:
                super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(-1)
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_way()
        self._show_empty()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and self.model():
            self._lay_out()

    def _behave(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.entered.connect(lambda index: self._hover(index.row()))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)

    def _lay_out(self) -> None:
        """Widths and heights follow the size of the text."""
        self.verticalHeader().setMinimumSectionSize(em(self, _ROW_EM))
        self.verticalHeader().setDefaultSectionSize(em(self, _ROW_EM))
        header = self.horizontalHeader()
        header.setMinimumSectionSize(em(self, 2))
        one = self.fontMetrics().horizontalAdvance("中")
        for at, column in enumerate(self._table.columns):
            if column.grow:
                header.setSectionResizeMode(at, QHeaderView.ResizeMode.Stretch)
            else:
                self.setColumnWidth(at, column.width * one + 2 * _PAD)
        self._give_way()

    def _give_way(self) -> None:
        """Hide spare columns until the rest fits, the sparest first, of these from the right."""
        one = self.fontMetrics().horizontalAdvance("中")
        columns = self._table.columns
        widths = [column.width * one + 2 * _PAD for column in columns]
        shown = [True] * len(columns)
        spare = [at for at in reversed(range(len(columns))) if columns[at].spare]
        for at in sorted(spare, key=lambda at: columns[at].spare):
            needed = sum(w for w, show in zip(widths, shown, strict=True) if show)
            if needed > self.viewport().width():
                shown[at] = False
        for at, show in enumerate(shown):
            if self.isColumnHidden(at) == show:
                self.setColumnHidden(at, not show)

    def _go(self, row: int) -> None:
        index = self._table.index(row, 0)
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)

    def _open(self, index: Index) -> None:
        record = self._table.id_at(index.row())
        if record is not None:
            self.opened.emit(record)

    def _current_changed(self, current: QModelIndex) -> None:
        self.moved.emit(self._table.id_at(current.row()))

    def _hover(self, row: int) -> None:
        if row != self.hovered:
            before, self.hovered = self.hovered, row
            for line in (before, row):
                if line >= 0:
                    self._update_row(line)

    def _update_row(self, row: int) -> None:
        y = self.rowViewportPosition(row)
        self.viewport().update(0, y, self.viewport().width(), self.rowHeight(row))

    def _after_reset(self) -> None:
        self.hovered = -1
        self._show_empty()

    def _show_empty(self) -> None:
        if self._empty is not None:
            self._empty.setGeometry(self.viewport().rect())
            self._empty.setVisible(self._table.rowCount() == 0)


def _chip(
    painter: QPainter, area: QRect, text: str, colours: tuple[str, str], metrics: QFontMetrics
) -> None:
    ground, ink = colours
    pad = metrics.height() // 2
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width() - 2 * pad)
    width, height = metrics.horizontalAdvance(shown) + 2 * pad, metrics.height() * 1.15
    box = QRectF(area.x(), area.center().y() - height / 2 + 0.5, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(box, height / 2, height / 2)
    painter.setPen(QColor(ink))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)
