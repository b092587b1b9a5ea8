"""五情: reports with their clocks, and the next step of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.models.table import Column, Sort
from desktop.theme import Tone
from desktop.views.matter import MatterPage, Shown
from desktop.views.step_form import Action
from desktop.views.widgets.basics import EmptyState
from desktop.views.widgets.choice import Choice
from township.records import Situation
from township.rules.situations import Step
from township.storage.database import Database
from township.usecases import situations
from township.values import local_text, utc_now

FILTERS = (Choice("open", "未办结"), Choice("all", "全部"))
_LEVEL_TONES = {"紧急": Tone.BAD, "异常": Tone.WARN}


def _moment(value: datetime | None) -> str:
    return local_text(value) if value else ""


def _state_tone(state: str) -> Tone:
    if state.startswith("超时"):
        return Tone.BAD
    return Tone.GOOD if state == situations.CLOSED else Tone.INFO


COLUMNS = (
    Column("no", "编号", 8, spare=True, sortable=False),
    Column("kind", "类别", 3, sortable=False),
    Column("level", "等级", 4, tone=lambda level: _LEVEL_TONES.get(level), sortable=False),
    Column("summary", "情况摘要", 10, grow=True, sortable=False),
    Column("reported", "报送时间", 10, _moment, spare=True, sortable=False),
    Column("due", "应办时间", 9, _moment, spare=True, sortable=False),
    Column("state", "状态", 7, tone=_state_tone, sortable=False),
)
ACTIONS = {
    Step.RECEIVE: Action(
        "receive", "接收", "已接收", lambda work, one, _: situations.receive(work, one)
    ),
    Step.RESPOND: Action(
        "respond",
        "登记处置",
        "已登记处置意见",
        lambda work, one, values: situations.respond(work, one, values["response"] or ""),
        Situation.fields(),
        ("response",),
    ),
    Step.FEED_BACK: Action(
        "feed_back", "已向报送人反馈", "已登记反馈", lambda w, one, _: situations.feed_back(w, one)
    ),
    Step.CLOSE: Action("close", "办结", "五情已办结", lambda w, one, _: situations.close(w, one)),
}


class SituationsPage(MatterPage):
    """The reports on this laptop; ``show_target`` takes the id of a report."""

    title = "五情"
    icon = "bell-ringing"
    kinds = frozenset({"situation", "cadre"})
    kind = "situation"

    def __init__(self, database: Database, cadre_id: bytes, parent: QWidget | None = None) -> None:
        empty = EmptyState(
            "bell-ringing", "没有未办结的五情", "没有情况时不必报送。紧急情况请先打电话。"
        )
        super().__init__(database, cadre_id, COLUMNS, FILTERS, empty, parent)

    def rows(self) -> _SituationRows:
        return _SituationRows(self)

    def detail(self, record: bytes) -> Shown:
        with self.database.reader() as session:
            found = situations.situation_detail(session, record, utc_now())
        shown, one = found.situation.shown, found.situation
        due = _moment(found.due_at) + ("（已超时，请先打电话）" if found.late else "")
        facts = (
            ("情况摘要", shown("summary")),
            ("应办时间", due),
            ("地点", shown("place")),
            ("发生时间", shown("happened_at")),
            ("先期处置", shown("first_action")),
            ("报送", f"{shown('reported_at')} {found.name(one.reported_by)}".strip()),
            ("接收", f"{shown('received_at')} {found.name(one.received_by)}".strip()),
            ("处置", f"{shown('responded_at')} {found.name(one.responded_by)}".strip()),
            ("处置意见", shown("response")),
            ("反馈时间", shown("fed_back_at")),
            ("办结时间", shown("closed_at")),
        )
        title = f"{shown('no')}　{shown('situation_kind')} · {shown('level')}"
        return Shown(title, facts, [ACTIONS[found.step]] if found.step else [])


class _SituationRows:
    def __init__(self, page: SituationsPage) -> None:
        self._page = page

    def ids(self, sort: Sort | None) -> Sequence[bytes]:
        with self._page.database.reader() as session:
            return situations.situation_ids(session, only_open=self._page.which() == "open")

    def fetch(self, ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Any]]:
        with self._page.database.reader() as session:
            found = situations.situation_rows(session, ids, utc_now())
        return {
            one: (
                row.no,
                row.kind,
                row.level,
                row.summary,
                row.reported_at,
                row.due_at,
                f"超时·{row.state}" if row.late else row.state,
            )
            for one, row in found.items()
        }
