"""今日: what waits for the cadre, each line a way to it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.models.who import Rights
from desktop.theme import Tone, em
from desktop.views.days_card import show_days
from desktop.views.due_list import DueList
from desktop.views.page import Page
from desktop.views.widgets.basics import Card, EmptyState, row, scrolled
from desktop.views.widgets.choice import Choice
from desktop.views.widgets.codes import ToggleChips
from desktop.views.widgets.stat import StatCard
from township.rules.permissions import Act
from township.storage.database import Database
from township.usecases.dues import LINKED, Due
from township.usecases.needs import OVERDUE, SOON
from township.usecases.today import Today, today
from township.values import CHINA

_ALL = ""
_MINUTE_MS = 60_000
_LIST_EM = 6
"""The list is at least so many text heights high; it scrolls."""


class TodayPage(Page):
    """Five numbers, and one list of what is overdue, due soon and coming, of every system.

    ``reachable`` are the keys of the pages that there are: only to these the lines lead.
    """

    title = "今日"
    icon = "house"

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        reachable: Collection[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._links = reachable
        self._rights = Rights(database, cadre_id)
        self._reachable = self._rights.pages(reachable)
        self._database = database
        self._cadre_id = cadre_id
        self.days = StatCard("本月已计天数", opens="worklog" in reachable)
        self.links = StatCard("本年联系户已入户", opens="households" in reachable)
        self.overdue = StatCard("我的超期诉求", opens="needs" in reachable)
        self.soon = StatCard("我的快到期诉求", opens="needs" in reachable)
        self.unsent = StatCard("未同步的改动", opens="sync" in reachable)
        self.days.pressed.connect(lambda: self.wanted.emit("worklog", self._now().date()))
        self.overdue.pressed.connect(lambda: self.wanted.emit("needs", OVERDUE))
        self.links.pressed.connect(lambda: self.wanted.emit("households", LINKED))
        self.soon.pressed.connect(lambda: self.wanted.emit("needs", SOON))
        self.unsent.pressed.connect(lambda: self.wanted.emit("sync", None))
        self.waiting = Card("等您办的事")
        self.dues = DueList()
        self.dues.opened.connect(lambda due: self.wanted.emit(due.page, due.target))
        self.filter = ToggleChips((), clearable=False)
        self._found: tuple[Due, ...] = ()
        self._nothing = EmptyState(
            "check-circle",
            "今天没有到期的事",
            "诉求、会议、约好的走访等快到期时，会列在这里。走访时可填写下次走访日期。",
        )
        self._build()
        self.reload(frozenset())
        self._clock = QTimer(self)
        self._clock.timeout.connect(self.tick)
        self._clock.start(_MINUTE_MS)

    @property
    def lines(self) -> list[Due]:
        """What the list shows now."""
        return [line.due for line in self.dues.lines]

    def reload(self, kinds: frozenset[str]) -> None:
        self._rights.refresh(kinds)
        self._reachable = self._rights.pages(self._links)
        for part in (self.overdue, self.soon):
            part.setVisible(self._rights.may(Act.SEE, "need"))
        with self._database.reader() as session:
            self._show(today(session, self._cadre_id, self._now()))

    def tick(self) -> None:
        """A minute has passed: clocks of minutes run, so what is late by now is shown as late."""
        if not self.isVisible():
            return
        with self._database.reader() as session:
            found = today(session, self._cadre_id, self._now())
        if found.dues != self._found:
            self._show(found)

    def shortcuts(self) -> list[tuple[str, str]]:
        return [("↑ ↓", "到上一件、下一件"), ("Enter", "去办这一件")]

    def _now(self) -> datetime:
        return self._database.clock().astimezone(CHINA)

    def _build(self) -> None:
        numbers = row(self.days, self.links, self.overdue, self.soon, self.unsent, spacing=12)
        self._list = scrolled(self.dues)
        self._list.setMinimumHeight(em(self, _LIST_EM))
        self.waiting.body.addWidget(self._list, 1)
        self.waiting.body.addWidget(self._nothing, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(numbers)
        layout.addWidget(self.waiting, 1)

    def _show(self, found: Today) -> None:
        show_days(self.days, found.month)
        self.links.show_value(f"{found.links_visited}/{found.links}", _links_note(found))
        late = Tone.BAD if found.overdue else Tone.GOOD
        self.overdue.show_value(
            str(found.overdue), "请今天办理或反馈" if found.overdue else "没有超期", late
        )
        soon = Tone.WARN if found.due_soon else None
        self.soon.show_value(str(found.due_soon), "包括今天到期的", soon)
        self.unsent.show_value(
            str(found.unsent), "有网络时同步" if found.unsent else "都已送到镇里"
        )
        self._found = found.dues
        self._offer_systems()
        self._fill()

    def _offer_systems(self) -> None:
        """One chip for each system that has something, when there are several."""
        names = list(dict.fromkeys(due.system for due in self._found))
        wanted = [Choice(_ALL, "全部"), *(Choice(name, name) for name in names)]
        if [one.label for one in wanted] == [one.label for one in self.filter.choices]:
            return
        kept = self.filter.values()
        self.filter.hide()
        self.filter.deleteLater()
        self.filter = ToggleChips(wanted, clearable=False)
        self.filter.setAccessibleName("只看")
        self.filter.set_values(kept if kept and kept[0] in names else (_ALL,))
        self.filter.edited.connect(self._fill)
        self.waiting.body.insertWidget(1, self.filter)
        self.filter.setVisible(len(names) > 1)

    def _fill(self) -> None:
        only = next(iter(self.filter.values()), _ALL)
        shown = [due for due in self._found if only in (_ALL, due.system)]
        self.dues.show_dues(shown, self._now(), self._reachable)
        self._list.setVisible(bool(shown))
        self._nothing.setVisible(not shown)


def _links_note(found: Today) -> str:
    if not found.links:
        return "还没有分配联系户"
    left = found.links - found.links_visited
    return f"还有 {left} 户没有入户" if left else "都已入户"
