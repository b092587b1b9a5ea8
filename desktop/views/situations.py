"""五情: reports with their clocks, and the next step of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QStackedLayout, QWidget

from desktop.background import Background
from desktop.views import situation_steps as steps
from desktop.views.emergency import EmergencyDialog
from desktop.views.matter import MatterPage, Shown
from desktop.views.related import links
from desktop.views.situation_facts import facts
from desktop.views.situation_list import ALL, COLUMNS, OPEN, SituationRows
from desktop.views.situation_steps import Desk
from desktop.views.situation_summary import Numbers, SummaryView
from desktop.views.step_form import Action
from desktop.views.widgets.basics import EmptyState, button, label, row
from desktop.views.widgets.choice import Choice
from township.rules.permissions import Act
from township.storage.database import Database
from township.storage.true_time import true_time
from township.usecases import situation_followup, situations

FILTERS = (Choice(OPEN, "未办结"), Choice(ALL, "全部"))
EMERGENCY = "emergency"
"""As a target: open the form of an emergency."""
_NEW = bytes(16)
"""Stands for a report that is being made."""
_MINUTE_MS = 60_000


class SituationsPage(MatterPage):
    """The reports on this laptop.

    ``show_target`` takes the id of a report, a filter, or ``EMERGENCY``.
    """

    title = "五情"
    icon = "bell-ringing"
    kinds = frozenset(
        {"situation", "cadre", "evacuee", "need", "dispute", "task", "service_count", "zone_staff"}
    )
    kind = "situation"
    nothing: ClassVar = {
        ALL: ("还没有报送过五情", "没有情况时不必报送。紧急情况请先打电话。"),
    }

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        background: Background | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Without ``background`` nothing is printed."""
        self._background = background
        self._made: bytes | None = None
        self._told: list[str] = []
        self.only: frozenset[bytes] | None = None
        """The reports behind a number of the summary; None: what the filter says."""
        self.emergency: EmergencyDialog | None = None
        self.summary: SummaryView | None = None
        empty = EmptyState(
            "bell-ringing", "没有未办结的五情", "没有情况时不必报送。紧急情况请先打电话。"
        )
        super().__init__(database, cadre_id, COLUMNS, FILTERS, empty, parent)
        self.call = button("紧急情况", self.open_emergency, kind="danger", glyph="siren")
        self.new = button("报送五情", self.open_new, kind="primary", glyph="plus", keys="Ctrl+N")
        self.report = button("日报、月报", self.open_summary, glyph="list-checks", keys="Ctrl+M")
        self.add_tool(self.report, self.new, self.call)
        self.filter.edited.connect(self._show_all)
        for one in (self.call, self.new):
            self.rights.offer(one, Act.CREATE, "situation")
        self._clock = QTimer(self)
        self._clock.timeout.connect(self.tick)
        self._clock.start(_MINUTE_MS)

    def rows(self) -> SituationRows:
        self._listed = SituationRows(self)
        return self._listed

    def now(self) -> datetime:
        """The township's time, as far as this laptop knows it."""
        with self.database.reader() as session:
            return true_time(session.connection(), self.database.clock())

    def detail(self, record: bytes) -> Shown:
        now = self.now()
        with self.database.reader() as session:
            desk = Desk(session, self.cadre_id, now, self._note)
            if record == _NEW:
                told = "先选类别。没有情况时不必报送；紧急情况请用“紧急情况”。"
                return Shown("报送五情", (("说明", told),), steps.new_reports(desk))
            found = situations.situation_detail(session, record, now)
            moved = situation_followup.evacuation(session, found.situation)
            shown = found.situation.shown
            title = f"{shown('no')}　{shown('situation_kind')} · {shown('level')}"
            told_of = facts(session, found, moved, now, self.cadre_id)
            became = links(found.became)
            return Shown(title, told_of, steps.of_report(desk, found, moved), became)

    def open_new(self) -> None:
        """Ask which kind, and then for what it needs."""
        self._to_list()
        self._show(_NEW)
        self._to_panel()

    def open_emergency(self) -> None:
        """The call list, the sentence to read out, and the form of an emergency."""
        if self.emergency is not None:
            self.emergency.raise_()
            return
        self.emergency = EmergencyDialog(self.database, self.cadre_id, self.now(), self)
        self.emergency.saved.connect(self._emergency_saved)
        self.emergency.finished.connect(self._emergency_closed)
        self.emergency.open()

    def open_summary(self) -> None:
        """The numbers of days and months in the place of the list, and back."""
        if self._stack.currentIndex():
            self._to_list()
            return
        if self.summary is None:
            self.summary = SummaryView(self.database, self.cadre_id, self._background)
            self.summary.opened.connect(self.show_only)
            self.summary.back.connect(self._to_list)
            self._stack.addWidget(self.summary)
        self.summary.read()
        self._stack.setCurrentWidget(self.summary)
        self.summary.setFocus()

    def show_only(self, numbers: Numbers) -> None:
        """The reports behind a number."""
        self._to_list()
        self.only = frozenset(numbers.ids)
        self.filter.set_values(())
        self.only_text.setText(f"{numbers.text}：{len(numbers.ids)} 件")
        self._only_bar.show()
        self.table.clear_current()
        self.reload_list()
        self.table.setFocus()

    def open_action(self, action: Action) -> None:
        if action.key == steps.MATERNAL:
            self.wanted.emit("sealed", "care")
            return
        super().open_action(action)

    def show_target(self, target: object) -> None:
        self._to_list()
        if target == EMERGENCY:
            self.open_emergency()
            return
        self._drop_only()
        super().show_target(target)

    def reload(self, kinds: frozenset[str]) -> None:
        super().reload(kinds)
        if self.summary is not None and (not kinds or kinds & self.kinds):
            self.summary.read()

    def tick(self) -> None:
        """A minute has passed: what is late by now is shown as late."""
        if self.isVisible() and self._listed.states() != self._told:
            self.reload_list()

    def shortcuts(self) -> list[tuple[str, str]]:
        own = [("Ctrl+N", "报送五情"), ("Ctrl+E", "紧急情况"), ("Ctrl+M", "日报、月报")]
        return [*own, *super().shortcuts()]

    def reload_list(self) -> None:
        """A form for a report that is in no row yet stays open while the list is read anew."""
        if self._shown == _NEW and self.step is not None:
            self._quiet = True
            self.table.reload()
            self._quiet = False
        else:
            super().reload_list()
        self._told = self._listed.states()

    def _build(self) -> None:
        self._quiet = False
        self._stack = QStackedLayout(self)
        self.only_text = label("", "label")
        back = button("显示全部", self._show_all, kind="quiet")
        self._only_bar = QWidget()
        self._only_bar.setLayout(row(self.only_text, back))
        self._only_bar.hide()
        listed = QWidget()
        listed.setLayout(self._content())
        self._stack.addWidget(listed)

    def _heading(self) -> Sequence[QWidget]:
        return (self._only_bar,)

    def _moved(self, record: bytes | None) -> None:
        if not self._quiet:
            super()._moved(record)

    def _to_list(self) -> None:
        self._stack.setCurrentIndex(0)

    def _show_all(self) -> None:
        """Leave the reports behind a number."""
        if self.only is not None:
            self._drop_only()
            self.reload_list()

    def _drop_only(self) -> None:
        self.only = None
        self._only_bar.hide()
        if not self.filter.values():
            self.filter.set_values((ALL,))

    def _show(self, record: bytes | None) -> None:
        super()._show(record)
        if record == _NEW:
            self._mark("")

    def _note(self, made: bytes) -> None:
        self._made = made

    def _run(self, action: Action, values: Mapping[str, Any]) -> None:
        self._made = None
        super()._run(action, values)
        if self._made is not None and self.step is None:
            self.show_target(self._made)

    def _emergency_saved(self, made: bytes, kinds: frozenset[str]) -> None:
        self.show_target(made)
        self.committed.emit(kinds)
        self.said.emit("已登记紧急情况。请保持电话畅通，有网络时马上同步。", None)

    def _emergency_closed(self) -> None:
        self.emergency = None
