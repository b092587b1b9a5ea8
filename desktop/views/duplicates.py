"""重复的记录: pairs that clash, side by side, and merges that can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.models.who import Rights
from desktop.views.widgets.basics import Card, button, label, row, rule, selectable
from township.errors import WorldError
from township.rules.permissions import Act
from township.storage.database import Database
from township.storage.work import UnitOfWork
from township.usecases import duplicates
from township.usecases.duplicates import MergedPair, OpenDuplicate, Side


class DuplicatesCard(Card):
    """Hidden while there is nothing to settle.

    ``committed`` (frozenset of kinds) after a decision, ``said`` (text, undo or None).
    """

    committed = Signal(object)
    said = Signal(str, object)

    def __init__(self, database: Database, cadre_id: bytes) -> None:
        super().__init__("重复的记录：是同一个就合并")
        self._database, self._cadre = database, cadre_id
        self._rights = Rights(database, cadre_id)
        self._made: list[QWidget] = []

    def reload(self) -> None:
        """Ask again which records clash."""
        self._rights.refresh()
        with self._database.reader() as session:
            pairs = duplicates.open_duplicates(session)
            merged = duplicates.merged(session)
        for widget in self._made:
            widget.setParent(None)
            widget.deleteLater()
        self._made = [*map(self._pair, pairs), *map(self._merged, merged)]
        for widget in self._made:
            self.body.addWidget(widget)
        self.setVisible(bool(self._made))

    def merge(self, pair: OpenDuplicate, kept: Side, other: Side) -> None:
        """Make one record of two."""
        self._decide(
            lambda work: duplicates.merge(work, pair.kind, kept.id, other.id),
            f"已合并到 {kept.name}，可以撤销。",
        )

    def keep_apart(self, pair: OpenDuplicate) -> None:
        """They are two."""
        self._decide(
            lambda work: duplicates.keep_apart(work, pair.kind, pair.first.id, pair.second.id),
            "已记下：不是同一个。",
        )

    def undo(self, pair: MergedPair) -> None:
        """Take a merge back."""
        self._decide(lambda work: duplicates.undo(work, pair.id), "合并已撤销，两条记录都在。")

    def _decide(self, act: Callable[[UnitOfWork], object], text: str) -> None:
        try:
            with self._database.work(self._cadre) as work:
                act(work)
                committed = work.commit()
        except WorldError as error:
            self.said.emit(str(error), None)
            self.reload()
            return
        self.committed.emit(committed.kinds)
        self.said.emit(text, None)

    def _pair(self, pair: OpenDuplicate) -> QWidget:
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.addWidget(label(pair.what, "label"), 0, 0, 1, 2)
        sides = ((pair.first, pair.second), (pair.second, pair.first))
        for column, (kept, other) in enumerate(sides):
            grid.addWidget(label("先登记的" if column == 0 else "后登记的", "caption"), 1, column)
            grid.addWidget(selectable(f"{kept.name} · {kept.zone}"), 2, column)
            grid.setColumnStretch(column, 1)
            if pair.mergeable:
                keep = button(
                    "合并，保留这条", partial(self.merge, pair, kept, other), glyph="check"
                )
                keep.setAccessibleName(f"合并，保留{kept.name}")
                self._rights.offer(keep, Act.CREATE, "duplicate")
                grid.addLayout(row(keep, 1), 3, column)
        if not pair.mergeable:
            text = (
                "两条记录在不同责任区，不能合并：请在迁出的一户登记迁出；不是同一个就按下面的按钮。"
            )
            grid.addWidget(label(text, "caption", wrap=True), 3, 0, 1, 2)
        apart = button("不是同一个", partial(self.keep_apart, pair), kind="quiet")
        self._rights.offer(apart, Act.CREATE, "duplicate")
        grid.addLayout(row(apart, 1), 4, 0, 1, 2)
        grid.addWidget(rule(), 5, 0, 1, 2)
        return made

    def _merged(self, pair: MergedPair) -> QWidget:
        made = QWidget()
        undo = button("撤销合并", partial(self.undo, pair), kind="quiet")
        undo.setAccessibleName(f"撤销合并{pair.other.name}")
        self._rights.offer(undo, Act.EDIT, "duplicate", b"")
        text = label(f"已合并：{pair.what} {pair.other.name} → {pair.kept.name}", "caption")
        line = row(text, undo, 1)
        made.setLayout(line)
        line.setContentsMargins(0, 0, 0, 0)
        return made
