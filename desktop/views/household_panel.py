"""One household beside the list: its facts, its people and its history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.models.photo_desk import PhotoDesk
from desktop.models.who import Rights
from desktop.tips import tip
from desktop.views.photo_strip import strip
from desktop.views.widgets.basics import Card, button, empty, label, selectable
from desktop.views.widgets.basics import row as row_of
from township.rules.permissions import Act
from township.usecases.household_detail import (
    Guarded,
    HouseholdDetail,
    PersonLine,
    VisitLine,
)
from township.usecases.household_matters import MatterLine

Open = Callable[[str, bytes], None]
"""Goes to a record: key of its page, and its id."""
Print = Callable[[bytes], None]
"""Prints the report of a visit."""
Guard = Callable[[Guarded, str, str], QWidget]
"""Shows the masked fields of a record: whose it is, and what stands above."""


class HouseholdPanel(Card):
    """Shows a household, or says why there is none to show.

    Needs, situations, disputes and tasks lead to their pages when these are among ``reachable``.
    """

    def __init__(
        self,
        opened: Open,
        print_visit: Print,
        move: Callable[[], None],
        ask_rights: Callable[[bytes, str], None],
        photos: PhotoDesk,
        guard: Guard,
        rights: Rights,
        reachable: frozenset[str],
    ) -> None:
        super().__init__()
        self._photos, self._guard = photos, guard
        self._move, self._ask_rights, self._rights = move, ask_rights, rights
        self._opened, self._print = opened, print_visit
        self._reachable = reachable

    def show_nothing(self, text: str) -> None:
        """Say in words why no household is shown."""
        empty(self.body)
        self.body.addWidget(label(text, "caption", wrap=True))
        self.body.addStretch(1)

    def show_household(self, detail: HouseholdDetail, *, movable: bool) -> None:
        """Show it; ``movable``: this laptop can move it to another zone."""
        empty(self.body)
        row = detail.row
        self.body.addWidget(label(row.head or "未登记户主", "section", wrap=True))
        place = " · ".join(filter(None, (row.no, row.zone, row.group)))
        self.body.addWidget(label(place, "caption", wrap=True))
        for caption, text in _facts(detail):
            self._pair(caption, text)
        if detail.guarded.fields or detail.guarded.may_change:
            self.body.addWidget(self._guard(detail.guarded, row.head or row.no, ""))
        self.body.addLayout(row_of(self._mover(movable), 1))
        self._section(f"家庭成员（{len(detail.persons)} 人）")
        for person in detail.persons:
            self.body.addWidget(self._person(person))
        self._matters("诉求", "needs", detail.needs)
        self._matters("五情", "situations", detail.situations)
        self._matters("矛盾纠纷", "disputes", detail.disputes)
        self._matters("任务", "tasks", detail.tasks)
        self._visits(detail)
        self.body.addStretch(1)

    def _visits(self, detail: HouseholdDetail) -> None:
        self._section(f"走访记录（{detail.visits_total} 次）")
        if not detail.visits:
            self.body.addWidget(label("还没有走访过这一户。", "caption", wrap=True))
        photos = self._photos.of(visit.id for visit in detail.visits)
        for visit in detail.visits:
            self._pair(self._visit_head(visit), _talk(visit))
            if found := photos.get(visit.id):
                self.body.addWidget(strip(self._photos, found))
        left = detail.visits_total - len(detail.visits)
        if left:
            self.body.addWidget(label(f"更早的 {left} 次没有列出。", "caption", wrap=True))

    def _visit_head(self, visit: VisitLine) -> QWidget:
        """What a visit was, with the button that prints its report."""
        made = button("", lambda: self._print(visit.id), kind="quiet", glyph="printer")
        name = f"打印 {visit.on} 的走访记录"
        made.setToolTip(name)
        made.setAccessibleName(name)
        self._rights.offer(made, Act.PRINT, "visit")
        head = QWidget()
        layout = QHBoxLayout(head)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label(_visit(visit), "caption", wrap=True), 1)
        layout.addWidget(made)
        return head

    def _person(self, person: PersonLine) -> QWidget:
        """A member's facts, and the way to what this resident may ask for."""
        made = button("权利…", lambda: self._ask_rights(person.id, person.name), kind="quiet")
        name = f"{person.name} 的居民权利：查阅、更正、删除、同意"
        made.setToolTip(name)
        made.setAccessibleName(name)
        line = QWidget()
        layout = QVBoxLayout(line)  # below each other: beside each other they do not fit at 150 %
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._guard(person.guarded, person.name, _person(person)))
        layout.addWidget(made, 0, Qt.AlignmentFlag.AlignRight)
        return line

    def _mover(self, movable: bool) -> QWidget:
        made = button("迁到别的责任区…", self._move, kind="quiet", glyph="house")
        if not movable:
            made.setToolTip("本机只有一个责任区的权限，不能迁移。请由镇里办理。")
        self._rights.offer(made, Act.MOVE, "household", b"", able=movable)
        return made

    def _matters(self, title: str, page: str, matters: Sequence[MatterLine]) -> None:
        if not matters:
            return
        self._section(title)
        for one in matters:
            head = " · ".join(filter(None, (str(one.on or ""), one.kind, one.state)))
            if page in self._rights.pages(self._reachable):
                made = button(head, partial(self._opened, page, one.id), kind="quiet")
                made.setStyleSheet("text-align: left;")
                made.setToolTip(tip(f"打开 {one.no}"))
                self._pair(made, one.text)
            else:
                self._pair(head, one.text)

    def _section(self, title: str) -> None:
        self.body.addSpacing(6)
        self.body.addWidget(label(title, "label", wrap=True))

    def _pair(self, head: str | QWidget, text: str) -> None:
        pair = QVBoxLayout()
        pair.setSpacing(1)
        top = label(head, "caption", wrap=True) if isinstance(head, str) else head
        pair.addWidget(top)
        if text:
            pair.addWidget(selectable(text))
        self.body.addLayout(pair)


def _facts(detail: HouseholdDetail) -> list[tuple[str, str]]:
    row = detail.row
    facts = (
        ("特殊群体", "、".join(row.special)),
        ("联系干部", "、".join(row.cadres)),
        ("住址", detail.address),
        ("居住", "全家外出" if detail.away else ""),
        ("住房安全等级", detail.housing_safety),
        ("地灾隐患点编号", detail.hazard_point),
        ("联系卡送达", detail.card_on),
    )
    return [(caption, text) for caption, text in facts if text]


def _person(person: PersonLine) -> str:
    facts = (person.relation, person.sex, person.age, person.residence)
    return " · ".join(filter(None, (person.name, *facts)))


def _visit(visit: VisitLine) -> str:
    facts = (visit.session, visit.way, visit.purpose, "、".join(visit.cadres))
    return " · ".join(filter(None, (str(visit.on), *facts)))


def _talk(visit: VisitLine) -> str:
    planned = f"下次走访：{visit.next_visit_on}" if visit.next_visit_on else ""
    return "\n".join(filter(None, (visit.talk, planned)))
