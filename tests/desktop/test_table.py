from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from desktop.models.table import ID_ROLE, PAGE, TONE_ROLE, Column, Sort, TableModel, column
from desktop.theme import Tone
from desktop.views.widgets.basics import EmptyState
from desktop.views.widgets.search import SearchBox
from desktop.views.widgets.table import TableView
from township.records.need import Need

TONES = {"办理中": Tone.INFO, "已办结": Tone.GOOD}
COLUMNS = (
    Column("no", "户编号", 8),
    Column("count", "人数", 4, right=True),
    Column("talk", "最近谈话", 10, grow=True, sortable=False),
    Column("state", "状态", 6, tone=TONES.get, spare=True),
)


def record(number: int) -> bytes:
    return number.to_bytes(16, "big")


class Rows:
    """A list of numbers; counts what it is asked."""

    def __init__(self, count: int) -> None:
        self.numbers = list(range(count))
        self.fetched: list[int] = []
        self.gone: set[int] = set()

    def ids(self, sort: Sort | None) -> Sequence[bytes]:
        down = sort is not None and sort.descending
        return [record(n) for n in sorted(self.numbers, reverse=down)]

    def fetch(self, ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Any]]:
        self.fetched.append(len(ids))
        numbers = [int.from_bytes(one, "big") for one in ids]
        return {
            record(n): (f"户-{n}", n % 7, None, ("办理中", "已办结")[n % 2])
            for n in numbers
            if n not in self.gone
        }


@pytest.fixture
def rows() -> Rows:
    return Rows(1000)


@pytest.fixture
def model(qapp: object, rows: Rows) -> TableModel:
    made = TableModel(COLUMNS, rows)
    made.load()
    return made


@pytest.fixture
def view(qtbot: QtBot, model: TableModel) -> TableView:
    made = TableView(model, EmptyState("tray", "没有户"))
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_model_keeps_qts_rules(model: TableModel, rows: Rows) -> None:
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    model.sort(0, Qt.SortOrder.DescendingOrder)
    model.refresh()
    rows.numbers = []
    model.load()
    assert model.rowCount() == 0
    assert tester.model() is model


def test_values_as_people_read_them(model: TableModel) -> None:
    index = model.index(3, 3)
    assert model.index(3, 0).data() == "户-3"
    assert model.index(3, 2).data() == "", "no value is no text"
    assert (index.data(), index.data(TONE_ROLE)) == ("已办结", Tone.GOOD)
    assert index.data(ID_ROLE) == record(3)
    assert model.index(3, 1).data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    titles = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(4)]
    assert titles == ["户编号", "人数", "最近谈话", "状态"]


def test_column_takes_label_and_show_from_the_field() -> None:
    made = column("need_class", Need.field("need_class"))
    assert (made.title, made.show("A")) == ("分类", "A 合理合法")


def test_rows_are_fetched_in_pages_and_kept(model: TableModel, rows: Rows) -> None:
    assert rows.fetched == []
    for row in (0, 5, PAGE - 1, PAGE, 0, 999):
        model.index(row, 0).data()
    assert rows.fetched == [PAGE, PAGE, PAGE]


def test_a_row_that_is_gone_shows_nothing(model: TableModel, rows: Rows) -> None:
    rows.gone.add(4)
    assert model.index(4, 0).data() is None
    assert model.index(5, 0).data() == "户-5"


def test_sort_is_asked_of_the_source_once(model: TableModel) -> None:
    model.sort(0, Qt.SortOrder.DescendingOrder)
    assert model.id_at(0) == record(999)
    assert model.row_of(record(999)) == 0
    model.sort(2, Qt.SortOrder.DescendingOrder)
    assert model.id_at(0) == record(0), "a column that cannot be sorted restores the order"


def test_keyboard_moves_and_opens(qtbot: QtBot, view: TableView) -> None:
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert view.current_id() == record(0)
    QTest.keyClick(view, Qt.Key.Key_End)
    assert view.current_id() == record(999)
    QTest.keyClick(view, Qt.Key.Key_Home)
    QTest.keyClick(view, Qt.Key.Key_Down)
    with qtbot.waitSignal(view.opened, timeout=1000) as opened:
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert opened.args == [record(1)]


def test_reload_stays_on_the_record(view: TableView, rows: Rows) -> None:
    assert view.select_id(record(500))
    rows.numbers = [n for n in rows.numbers if n > 100]
    view.reload()
    assert view.current_id() == record(500)
    rows.numbers.remove(500)
    view.reload()
    assert view.current_id() == record(501 + 0), "the next one takes its place"


def test_empty_list_says_so(qtbot: QtBot, view: TableView, rows: Rows) -> None:
    empty = view.findChild(EmptyState)
    assert isinstance(empty, EmptyState)
    assert empty.isHidden()
    rows.numbers = []
    view.reload()
    assert empty.isVisible()
    assert empty.width() == view.viewport().width()


def test_spare_columns_give_way(view: TableView) -> None:
    assert not view.isColumnHidden(3)
    view.resize(450, 300)
    assert view.isColumnHidden(3)
    view.resize(900, 300)
    assert not view.isColumnHidden(3)


def test_the_sparest_columns_give_way_first(qtbot: QtBot) -> None:
    widths = (Column("a", "甲"), Column("b", "乙", spare=2), Column("c", "丙", spare=True))
    view = TableView(TableModel(widths, Rows(3)))
    qtbot.addWidget(view)
    view.show()
    one = view.fontMetrics().horizontalAdvance("中") * 8 + 20
    for room, shown in ((3.2, [0, 1, 2]), (2.2, [0, 1]), (1.2, [0])):
        view.resize(int(one * room), 300)
        assert [at for at in range(3) if not view.isColumnHidden(at)] == shown


def test_every_cell_can_be_drawn(view: TableView) -> None:
    view.selectRow(2)
    view._hover(4)
    picture = view.grab().toImage()
    line = view.rowViewportPosition(1) + view.rowHeight(1) - 1
    top = view.viewport().y()
    colours = {picture.pixelColor(x, top + line).name() for x in range(10, 800, 5)}
    assert len(colours) == 1, "the line under a row is unbroken, also under chips"


def test_a_hundred_thousand_rows_are_instant(qtbot: QtBot) -> None:
    model = TableModel(COLUMNS, Rows(100_000))
    view = TableView(model)
    qtbot.addWidget(view)
    view.resize(1100, 600)
    start = time.perf_counter()
    model.load()
    view.show()
    view.grab()
    view.scrollToBottom()
    view.grab()
    assert time.perf_counter() - start < 1.0


def test_search_box_answers_at_once_and_is_emptied_by_esc(qtbot: QtBot) -> None:
    box = SearchBox("姓名或拼音首字母")
    qtbot.addWidget(box)
    asked: list[str] = []
    box.searched.connect(asked.append)
    QTest.keyClicks(box, "wd ")
    assert asked == ["w", "wd", "wd"]
    with qtbot.waitSignal(box.downwards, timeout=1000):
        QTest.keyClick(box, Qt.Key.Key_Down)
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert asked[-1] == ""
