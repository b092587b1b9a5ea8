"""诉求: what residents asked for, how far it is, and the next step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from PySide6.QtWidgets import QWidget

from desktop.models.table import Column, Sort
from desktop.theme import Tone
from desktop.views.matter import MatterPage, Shown
from desktop.views.new_matters import new_need
from desktop.views.related import links
from desktop.views.step_form import Action
from desktop.views.task_step import give_task
from desktop.views.widgets.basics import EmptyState, button
from desktop.views.widgets.choice import Choice
from desktop.views.widgets.search import SearchBox
from township.records import Need, NeedProgress
from township.rules import needs as rules
from township.rules.permissions import Act
from township.storage.database import Database
from township.usecases import came_of, needs
from township.usecases.township_settings import settings_of
from township.usecases.zones import all_zones

FILTERS = (
    Choice(needs.OPEN, "未办结"),
    Choice(needs.OVERDUE, "已超期"),
    Choice(needs.SOON, "三天内到期"),
    Choice(needs.ALL, "全部"),
)
_ANSWERED = {Need.field("state").show(state) for state in rules.ANSWERED}

Due = tuple[date | None, Tone | None]


def _due_text(due: Due) -> str:
    return due[0].isoformat() if due[0] else ""


def _due_tone(day: date | None, today: date, soon: int) -> Tone | None:
    """``soon``: so many days before it a need is due soon."""
    if day is None:
        return None
    left = rules.days_left(day, today)
    return Tone.BAD if left < 0 else Tone.WARN if left <= soon else None


def _state_tone(state: str) -> Tone:
    return Tone.GOOD if state in _ANSWERED else Tone.INFO


COLUMNS = (
    Column("no", "编号", 8, spare=True, sortable=False),
    Column("household", "户", 10, sortable=False),
    Column("topic", "类别", 3, spare=True, sortable=False),
    Column("text", "诉求内容", 13, grow=True, sortable=False),
    Column("class", "类", 2, lambda shown: shown[:1], spare=2, sortable=False),
    Column("owner", "经办人", 4, spare=True, sortable=False),
    Column("due", "办理期限", 7, _due_text, lambda due: due[1], sortable=False),
    Column("state", "状态", 5, tone=_state_tone, spare=2, sortable=False),
)


class NeedsPage(MatterPage):
    """The needs on this laptop; ``show_target`` takes the id of a need or a filter."""

    title = "诉求"
    icon = "chat-circle-text"
    kinds = frozenset({"need", "need_progress", "household", "person", "cadre"})
    kind = "need"
    nothing: ClassVar = {
        needs.OVERDUE: ("没有超期的诉求", "过了办理期限还没有办理的，会列在这里。"),
        needs.SOON: ("没有快到期的诉求", "办理期限将到的，会列在这里。"),
    }

    def __init__(self, database: Database, cadre_id: bytes, parent: QWidget | None = None) -> None:
        self.search = SearchBox("编号、内容、户主")
        empty = EmptyState(
            "chat-circle-text",
            "没有符合条件的诉求",
            "走访中记下的，或按“登记诉求”登记的，会出现在这里。",
        )
        self.zone: bytes | None = None
        self.only = button("", lambda: self._ask_zone(None), glyph="x")
        super().__init__(database, cadre_id, COLUMNS, FILTERS, empty, parent)
        self.only.hide()
        self.search.searched.connect(lambda _: self.reload_list())
        self.search.downwards.connect(self.table.setFocus)
        self.adds = button("登记诉求", self.open_new, kind="primary", glyph="plus", keys="Ctrl+N")
        self._offer()
        self.add_tool(self.only, self.search, self.adds)

    def open_new(self) -> None:
        """Write down a need that was raised without a visit."""
        dialog = new_need(self.database, self.cadre_id, self)
        dialog.saved.connect(self._raised)
        dialog.open()

    def _raised(self, need: bytes, kinds: frozenset[str]) -> None:
        self.show_target(need)
        self.committed.emit(kinds)
        self.said.emit("诉求已登记", None)

    def focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def show_target(self, target: object) -> None:
        """Also a filter with a zone, from the page of zones."""
        zone = None
        if isinstance(target, tuple):
            target, zone = target
        self._ask_zone(zone)
        super().show_target(target)

    def _ask_zone(self, zone: bytes | None) -> None:
        with self.database.reader() as session:
            name = dict(all_zones(session)).get(zone or b"", "")
        self.zone = zone
        self.only.setText(f"只看 {name}")
        self.only.setAccessibleName(f"去掉筛选：只看 {name}")
        self.only.setVisible(zone is not None)
        self.reload_list()

    def rows(self) -> _NeedRows:
        return _NeedRows(self)

    def detail(self, record: bytes) -> Shown:
        with self.database.reader() as session:
            found = needs.need_detail(session, record, by=self.cadre_id)
            task = give_task(session, self.cadre_id, "need", found.need.zone_id, self.today())
            source = came_of.source_of(session, found.need)
        need = found.need
        shown = need.shown
        steps = "\n".join(f"{one.taken_on} {one.by}：{one.text}" for one in found.progress)
        confirmed = found.name(need.class_confirmed_by) or ("待确认" if need.class_by else "")
        classed = " · ".join(filter(None, (found.name(need.class_by), confirmed)))
        told = " · ".join(
            filter(
                None,
                (
                    shown("feedback_at"),
                    shown("feedback_way"),
                    shown("resident_view"),
                    found.name(need.feedback_by),
                ),
            )
        )
        facts = (
            ("户", found.household or "匿名"),
            ("诉求内容", shown("text")),
            ("提出日期 · 来源 · 类别", f"{need.raised_on} · {shown('channel')} · {shown('topic')}"),
            ("办理期限", str(found.due_on or "")),
            ("经办人（点）", found.name(need.owner_point)),
            ("分类", shown("need_class")),
            ("分类理由", shown("class_reason")),
            ("政策法规依据", shown("law_ref")),
            ("分类提出人 · 确认人", classed),
            ("进展", steps),
            ("办理结果", shown("result")),
            ("办理措施", shown("measure")),
            ("反馈", told),
        )
        title = f"{shown('no')}　{shown('state')}"
        return Shown(title, facts, self._dated(actions(need, task)), links([source], "来自"))

    def _dated(self, steps: Sequence[Action]) -> list[Action]:
        """What is written down now mostly happened today."""
        start = {"taken_on": self.today()}
        return [replace(one, start=start) if one is PROGRESS else one for one in steps]


class _NeedRows:
    def __init__(self, page: NeedsPage) -> None:
        self._page = page

    def ids(self, sort: Sort | None) -> Sequence[bytes]:
        page = self._page
        with page.database.reader() as session:
            return needs.need_ids(
                session, page.which(), page.today(), page.search.text().strip(), page.zone
            )

    def fetch(self, ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Any]]:
        with self._page.database.reader() as session:
            found = needs.need_rows(session, ids, by=self._page.cadre_id)
            soon = settings_of(session).due_soon_days
        today = self._page.today()
        return {
            one: (
                row.no,
                row.household or "匿名",
                row.topic,
                row.text,
                row.need_class,
                row.owner,
                (
                    row.due_on,
                    None if row.state in _ANSWERED else _due_tone(row.due_on, today, soon),
                ),
                row.state,
            )
            for one, row in found.items()
        }


def actions(need: Need, task: Action | None = None) -> list[Action]:
    """The steps that a need can take, the next one first; ``task`` gives a task from it."""
    if need.state == "closed":
        return []
    if need.feedback_at is not None:
        order = [CLOSE, PROGRESS]
    elif need.result:
        order = [FEEDBACK, PROGRESS, CLOSE]
    else:
        order = [RESULT, PROGRESS, CLOSE]
    if need.class_confirmed_by is None:
        order.append(CONFIRM if need.class_by else CLASS)
    return [*order, task] if task else order


RESULT = Action(
    "result",
    "登记结果",
    "已登记办理结果",
    lambda work, need, values: needs.record_result(
        work, need, values["result"] or "", values["measure"] or ""
    ),
    Need.fields(),
    ("result", "measure"),
)
PROGRESS = Action(
    "progress",
    "登记进展",
    "已登记进展",
    lambda work, need, values: needs.add_progress(work, need, values["taken_on"], values["text"]),
    NeedProgress.fields(),
    ("taken_on", "text"),
)
FEEDBACK = Action(
    "feedback",
    "登记反馈",
    "已登记反馈",
    lambda work, need, values: needs.feed_back(
        work, need, values["feedback_way"] or "", values["resident_view"] or ""
    ),
    Need.fields(),
    ("feedback_way", "resident_view"),
)
CLOSE = Action("close", "办结", "诉求已办结", lambda work, need, _: needs.close(work, need))
CLASS = Action(
    "class",
    "提出分类",
    "已提出分类，待另一名干部确认",
    lambda work, need, values: needs.propose_class(
        work,
        need,
        values["need_class"] or "",
        values["class_reason"] or "",
        values["law_ref"] or "",
    ),
    Need.fields(),
    ("need_class", "class_reason", "law_ref"),
)
CONFIRM = Action(
    "confirm",
    "确认分类",
    "分类已确认",
    lambda work, need, _: needs.confirm_class(work, need),
    act=Act.APPROVE,
)
