"""矛盾纠纷: the disputes on this laptop by their level, and the next step of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from PySide6.QtWidgets import QWidget

from desktop.background import Background
from desktop.models.table import Column, Sort
from desktop.theme import Tone
from desktop.views import dispute_steps
from desktop.views.matter import MatterPage, Shown
from desktop.views.new_matters import new_dispute, owners
from desktop.views.papers import Papers
from desktop.views.related import links
from desktop.views.task_step import give_task
from desktop.views.widgets.basics import EmptyState, button
from desktop.views.widgets.choice import Choice
from desktop.views.widgets.search import SearchBox
from township.dispute_codes import DISPUTE_LEVEL
from township.rules import disputes as rules
from township.rules.permissions import Act
from township.storage.database import Database
from township.usecases import came_of, dispute_list
from township.usecases.dispute_list import DisputeDetail
from township.usecases.disputes import AGREED, ENDED, OPEN
from township.usecases.township_settings import settings_of

FILTERS = (
    Choice(dispute_list.UNDECIDED, "未办结"),
    Choice(dispute_list.RISEN, "已超期升级"),
    Choice(dispute_list.ALL, "全部"),
)
_TONES = {"blue": Tone.INFO, "yellow": Tone.WARN, "orange": Tone.WARN, "red": Tone.BAD}
_POLICE = "可能激化：请立即通报公安机关，并每天登记情况。紧急时先拨打 110。"

Level = tuple[str, int]
Due = tuple[date | None, bool]


def _level_text(level: Level) -> str:
    return DISPUTE_LEVEL.label(level[0])


def _due_text(due: Due) -> str:
    return due[0].isoformat() if due[0] else ""


COLUMNS = (
    Column("level", "等级", 4, _level_text, lambda level: _TONES.get(level[0]), sortable=False),
    Column("kind", "类型", 5, spare=2, sortable=False),
    Column("parties", "当事人", 8, sortable=False),
    Column("summary", "情况", 10, grow=True, sortable=False),
    Column("owner", "责任人", 4, spare=True, sortable=False),
    Column(
        "due",
        "化解期限",
        7,
        _due_text,
        lambda due: Tone.BAD if due[1] else None,
        spare=True,
        sortable=False,
    ),
    Column("state", "状态", 6, sortable=False),
    Column("no", "编号", 8, spare=True, sortable=False),
)


class DisputesPage(MatterPage):
    """The disputes on this laptop; ``show_target`` takes the id of one, a level or a filter."""

    title = "矛盾纠纷"
    icon = "handshake"
    kinds = frozenset(
        {"dispute", "dispute_party", "dispute_step", "household", "person", "cadre", "situation"}
    )
    kind = "dispute"
    nothing: ClassVar = {
        dispute_list.RISEN: ("没有超期升级的纠纷", "过了化解期限还没有化解的，会升一级列在这里。"),
    }

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        background: Background | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Without ``background`` nothing is printed."""
        self._papers = Papers(database, cadre_id, background) if background else None
        self.printer = button("打印预警单", self.print_sheet, glyph="printer", keys="Ctrl+P")
        self.search = SearchBox("编号、当事人、情况")
        self._level = ""
        empty = EmptyState(
            "handshake", "没有符合条件的纠纷", "走访中记下的，或按“登记纠纷”登记的，会出现在这里。"
        )
        super().__init__(database, cadre_id, COLUMNS, FILTERS, empty, parent)
        self.search.searched.connect(lambda _: self.reload_list())
        self.search.downwards.connect(self.table.setFocus)
        self.filter.edited.connect(self._forget_level)
        self.adds = button("登记纠纷", self.open_new, kind="primary", glyph="plus", keys="Ctrl+N")
        self._offer()
        self.add_tool(self.search, self.printer, self.adds)

    def focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def show_target(self, target: object) -> None:
        self._level = target if isinstance(target, str) and target in DISPUTE_LEVEL else ""
        super().show_target(dispute_list.UNDECIDED if self._level else target)

    def wanted_list(self) -> str:
        """The filter in use: a level that another page asked for, or the chip."""
        return self._level or self.which()

    def open_new(self) -> None:
        """Write down a dispute that was found without a visit."""
        dialog = new_dispute(self.database, self.cadre_id, self)
        dialog.saved.connect(self._recorded)
        dialog.open()

    def print_sheet(self) -> None:
        """Make the 预警单 of the dispute that is shown."""
        if self._papers is not None and self._shown is not None:
            self._papers.print_dispute(self._shown, self)

    def reload_list(self) -> None:
        super().reload_list()
        able = self._papers is not None and self._shown is not None
        self.rights.offer(self.printer, Act.PRINT, "dispute", able=able)

    def shortcuts(self) -> list[tuple[str, str]]:
        own = [("Ctrl+N", "登记纠纷"), ("Ctrl+P", "打印预警单")]
        return [*own, *super().shortcuts()]

    def rows(self) -> _DisputeRows:
        return _DisputeRows(self)

    def detail(self, record: bytes) -> Shown:
        today = self.today()
        with self.database.reader() as session:
            found = dispute_list.dispute_detail(session, record, today, by=self.cadre_id)
            people = owners(session, self.cadre_id, [found.dispute.zone_id], today)
            task = give_task(session, self.cadre_id, "dispute", found.dispute.zone_id, today)
            source = came_of.source_of(session, found.dispute)
            facts = _facts(found, settings_of(session))
        steps = dispute_steps.of_dispute(found.dispute, people, task, today)
        shown = found.dispute.shown
        title = f"{shown('dispute_type')}纠纷 {shown('no')}　{shown('state')}"
        return Shown(title, facts, steps, links([source], "来自"))

    def _recorded(self, dispute: bytes, kinds: frozenset[str]) -> None:
        self.show_target(dispute)
        self.committed.emit(kinds)
        self.said.emit("纠纷已登记", None)

    def _forget_level(self) -> None:
        if self._level:
            self._level = ""
            self.reload_list()


def _facts(found: DisputeDetail, settings: Any) -> list[tuple[str, str]]:
    one, now = found.dispute, found.standing
    shown = one.shown
    steps = "\n".join(f"{on} {kind} {by}：{text}" for on, kind, text, by in found.steps)
    return [
        ("预警等级", _level(found)),
        ("注意", _POLICE * (one.state == OPEN and now.level == "red")),
        ("当事人", "\n".join(found.parties)),
        ("纠纷情况", shown("summary")),
        ("责任人", found.owner or "责任区还没有登记这一级的责任人"),
        ("调解人", "、".join(filter(None, map(found.name, one.mediators or ())))),
        ("首次接触", _contact(found, settings)),
        ("定级理由", shown("level_reason")),
        ("降级审核人", found.name(one.level_by)),
        (
            "发现 · 人数 · 地点",
            " · ".join(
                filter(
                    None,
                    (
                        f"{one.found_on} {shown('found_by')}",
                        f"{one.people_count or 0} 人",
                        shown("place"),
                    ),
                )
            ),
        ),
        ("解决途径研判", shown("nature")),
        ("化解步骤", steps),
        ("拒绝调解", " ".join(filter(None, (shown("refused_on"), shown("refused_note"))))),
        ("协议", " · ".join(filter(None, (shown("agreed_on"), shown("agreement"))))),
        ("协议内容", shown("terms")),
        ("司法确认", _confirmation(found)),
        ("结果", shown("result")),
        ("已告知的依法途径", shown("remedies_told")),
        ("回访", _revisit(found, settings)),
        ("办结日期", shown("closed_on")),
    ]


def _level(found: DisputeDetail) -> str:
    now, one = found.standing, found.dispute
    label = DISPUTE_LEVEL.label(now.level)
    if one.state != OPEN:
        return label
    risen = f"（原{DISPUTE_LEVEL.label(one.level)}，超期未化解已升级）" if now.risen else ""
    late = "，已超期" if now.overdue else ""
    return f"{label}{risen}，{now.due_on} 前化解{late}"


def _contact(found: DisputeDetail, settings: Any) -> str:
    one = found.dispute
    if one.contacted_on:
        return str(one.contacted_on)
    if one.state != OPEN:
        return ""
    return f"还没有，最迟 {rules.contact_due(one.found_on, one.level or '', settings)}"


def _confirmation(found: DisputeDetail) -> str:
    one = found.dispute
    if one.confirm_asked_on:
        return f"{one.confirm_asked_on} 已共同申请"
    if one.agreed_on is None:
        return ""
    last = rules.confirm_until(one.agreed_on)
    return f"双方可在 {last} 前共同向人民法院申请（人民调解法第三十三条）"


def _revisit(found: DisputeDetail, settings: Any) -> str:
    one = found.dispute
    if one.revisited_on:
        return f"{one.revisited_on} {one.revisit_note or ''}"
    ended = one.agreed_on or one.ended_on
    if ended is None or one.state not in (AGREED, ENDED):
        return ""
    return f"应在 {rules.revisit_on(ended, settings)} 前回访"


class _DisputeRows:
    def __init__(self, page: DisputesPage) -> None:
        self._page = page

    def ids(self, sort: Sort | None) -> Sequence[bytes]:
        page = self._page
        text = page.search.text().strip()
        with page.database.reader() as session:
            return dispute_list.dispute_ids(session, page.wanted_list(), page.today(), text)

    def fetch(self, ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Any]]:
        with self._page.database.reader() as session:
            found = dispute_list.dispute_rows(
                session, ids, self._page.today(), by=self._page.cadre_id
            )
        return {
            one: (
                (row.level, row.risen),
                row.kind,
                row.parties,
                row.summary,
                row.owner,
                (row.due_on, row.late),
                row.state,
                row.no,
            )
            for one, row in found.items()
        }
