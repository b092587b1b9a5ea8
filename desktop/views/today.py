"""今日: what waits for the cadre, each line a way to it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

from desktop.icons import icon
from desktop.models.who import Rights
from desktop.theme import Tone
from desktop.tips import tip
from desktop.views.days_card import show_days
from desktop.views.page import Page
from desktop.views.widgets.basics import Button, Card, button, label, row
from desktop.views.widgets.stat import StatCard
from township.rules.permissions import Act
from township.storage.database import Database
from township.usecases.evaluations import CREATE
from township.usecases.evaluations_due import DueEvaluation
from township.usecases.meeting_duties import Duty
from township.usecases.needs import OPEN, OVERDUE
from township.usecases.rights import RequestLine
from township.usecases.today import PlannedVisit, Today, today
from township.values import CHINA

_REQUESTS = 4
"""So many lines of requests: at large text the visits need the room."""


class TodayPage(Page):
    """Five numbers, the urgent needs, what meetings and evaluations ask for, the promised visits.

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
        self.links = StatCard("本年联系户已入户")
        self.overdue = StatCard("超期诉求", opens="needs" in reachable)
        self.soon = StatCard("三天内到期", opens="needs" in reachable)
        self.unsent = StatCard("未同步的改动", opens="sync" in reachable)
        self.days.pressed.connect(lambda: self.wanted.emit("worklog", self._now().date()))
        self.overdue.pressed.connect(lambda: self.wanted.emit("needs", OVERDUE))
        self.soon.pressed.connect(lambda: self.wanted.emit("needs", OPEN))
        self.unsent.pressed.connect(lambda: self.wanted.emit("sync", None))
        self.needs = Card("我的诉求：超期和快到期的")
        self.visits = Card("约好的走访")
        self.requests = Card("居民权利申请")
        self.evaluations = Card("测评：等您办的")
        self.meetings = Card("会议和议定事项")
        self._lines: list[QWidget] = []
        self._build()
        self.reload(frozenset())

    def reload(self, kinds: frozenset[str]) -> None:
        self._rights.refresh(kinds)
        self._reachable = self._rights.pages(self._links)
        for part in (self.overdue, self.soon, self.needs):
            part.setVisible(self._rights.may(Act.SEE, "need"))
        self.visits.setVisible(self._rights.may(Act.SEE, "visit"))
        with self._database.reader() as session:
            self._show(today(session, self._cadre_id, self._now()))

    def _now(self) -> datetime:
        return self._database.clock().astimezone(CHINA)

    def _build(self) -> None:
        numbers = row(self.days, self.links, self.overdue, self.soon, self.unsent, spacing=12)
        lists = QHBoxLayout()
        lists.setSpacing(12)
        lists.addWidget(self.needs, 3)
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addWidget(self.visits, 1)
        right.addWidget(self.meetings, 1)
        right.addWidget(self.evaluations, 1)
        right.addWidget(self.requests)
        lists.addLayout(right, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(numbers)
        layout.addLayout(lists, 1)

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
        for line in self._lines:
            line.hide()
            line.deleteLater()
        self._lines = []
        needs = [self._need_line(need.id, f"{need.due_on}　{need.text}") for need in found.needs]
        self._fill(self.needs.body, needs, "没有超期或三天内到期的诉求。")
        visits = [self._visit_line(visit, found) for visit in found.visits]
        self._fill(self.visits.body, visits, "没有约好的走访。走访时可填写下次走访日期。")
        self.requests.title.setText(f"居民权利申请：{len(found.requests)} 份等待答复")
        requests = [self._request_line(one) for one in found.requests[:_REQUESTS]]
        self._fill(self.requests.body, requests, "")
        self.requests.setVisible(bool(requests))
        due = [self._evaluation_line(one, found) for one in found.evaluations]
        self._fill(self.evaluations.body, due, "")
        self.evaluations.setVisible(bool(due))
        duties = [self._duty_line(duty) for duty in found.meetings]
        self._fill(self.meetings.body, duties, "没有要开的会，没有待办的议定事项。")

    def _need_line(self, need: bytes, text: str) -> QWidget:
        return _line(text, lambda: self.wanted.emit("needs", need))

    def _request_line(self, request: RequestLine) -> QWidget:
        late = "（已超期）" if request.overdue else ""
        text = f"{request.due_on}{late}　{request.person} {request.kind}"
        home = request.household_id
        return _line(text, lambda: self.wanted.emit("households", home))

    def _visit_line(self, visit: PlannedVisit, found: Today) -> QWidget:
        late = "（已过）" if visit.on < found.on else ""
        text = f"{visit.on}{late}　{visit.household}"
        if "worklog" not in self._reachable or not self._rights.may(Act.CREATE, "visit"):
            return label(text, wrap=True)
        target = ("visit", visit.household_id)
        return _line(text, lambda: self.wanted.emit("worklog", target))

    def _evaluation_line(self, due: DueEvaluation, found: Today) -> QWidget:
        late = "（已过）" if due.due_on < found.on else ""
        text = f"{due.due_on}{late}　{due.text}"
        target = due.id or CREATE
        return _line(text, lambda: self.wanted.emit("evaluation", target), _NARROW)

    def _duty_line(self, duty: Duty) -> QWidget:
        if "meetings" not in self._reachable:
            return label(duty.text, wrap=True)
        line = _line(duty.text, lambda: self.wanted.emit("meetings", duty.target))
        if duty.late:
            line.setIcon(icon("warning-circle", Tone.BAD.ink))
            line.setAccessibleName(f"超期：{duty.text}")
        return line

    def _fill(self, layout: QVBoxLayout, lines: Sequence[QWidget], empty: str) -> None:
        _drop_stretch(layout)
        made = list(lines) or [label(empty, "caption", wrap=True)]
        for line in made:
            layout.addWidget(line)
        layout.addStretch(1)
        self._lines.extend(made)


_WIDE, _NARROW = 42, 32
"""Characters of a line in the wide card and in the narrow ones."""


def _line(text: str, pressed: Callable[[], object], most: int = _WIDE) -> Button:
    shown = text if len(text) <= most else text[: most - 1] + "…"
    made = button(shown, pressed, kind="quiet")
    made.setStyleSheet("text-align: left;")
    made.setToolTip(tip(text))
    return made


def _links_note(found: Today) -> str:
    if not found.links:
        return "还没有分配联系户"
    left = found.links - found.links_visited
    return f"还有 {left} 户没有入户" if left else "都已入户"


def _drop_stretch(layout: QLayout) -> None:
    last = layout.itemAt(layout.count() - 1) if layout.count() else None
    if last is not None and last.spacerItem() is not None:
        layout.takeAt(layout.count() - 1)
