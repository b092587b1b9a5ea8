"""会议: the windows and their meetings, and beside them agenda, minutes and resolutions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from PySide6.QtWidgets import QWidget

from desktop.background import Background
from desktop.models.table import Column, Sort
from desktop.theme import Tone
from desktop.views import meeting_steps
from desktop.views.matter import MatterPage, Shown
from desktop.views.meeting_desk import Desk
from desktop.views.notices import failure_notice
from desktop.views.papers import Papers
from desktop.views.step_form import Action
from desktop.views.widgets.basics import EmptyState, button
from desktop.views.widgets.choice import Choice
from township.records import Resolution
from township.rules.meetings import Standing, Window, held_on, window_of
from township.storage.database import Database
from township.usecases import agenda, meeting_list
from township.usecases.meeting_list import MeetingRow
from township.usecases.meetings import (
    Item,
    MeetingDetail,
    meeting_detail,
    meeting_of,
    place_name,
    read_window_id,
    state_of,
    window_id,
)
from township.usecases.township_settings import settings_now
from township.values import local_text

FILTERS = (
    Choice(meeting_list.NOW, "本期和上期"),
    Choice(meeting_list.MISSING, "没有开会"),
    Choice(meeting_list.ALL, "近一年"),
)
_TONES = {Standing.OVERDUE: Tone.BAD, Standing.SOON: Tone.WARN, Standing.WAITING: Tone.QUIET}
_RULE = {
    "village": "每半月至少开一次，由村主要负责人主持；临时会议也算。可以和别的会议合开。",
    "township": "每月至少开一次，由镇主要领导主持，评议全部责任区；临时会议也算。",
}
State = tuple[str, Standing]


def _state_tone(state: State) -> Tone:
    words, standing = state
    if standing is Standing.HELD:
        return Tone.GOOD if "已签发" in words else Tone.INFO
    return Tone.INFO if words == "已安排" else _TONES[standing]


COLUMNS = (
    Column("window", "期", 9, sortable=False),
    Column("place", "责任区", 5, grow=True, sortable=False),
    Column("kind", "类型", 4, spare=True, sortable=False),
    Column("at", "时间", 9, spare=True, sortable=False),
    Column("tasks", "议定事项", 7, spare=True, sortable=False),
    Column("state", "状态", 10, lambda state: state[0], _state_tone, sortable=False),
)


class MeetingsPage(MatterPage):
    """The meetings on this laptop.

    ``show_target`` takes the id of a window, a meeting or a resolution, or a filter.
    """

    nothing: ClassVar = {
        meeting_list.MISSING: ("没有缺的会议", "到期还没有开会的会列在这里。"),
    }
    title = "会议"
    icon = "users-three"
    kinds = frozenset(
        {"meeting", "agenda_item", "resolution", "need", "situation", "cadre", "zone_staff"}
    )

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        self._papers = Papers(database, cadre_id, background)
        self._made: bytes | None = None
        self._task: bytes | None = None
        self._reading = False
        self.new = button("新会议", self.new_meeting, glyph="plus", kind="primary", keys="Ctrl+N")
        self.printer = button("打印纪要", self.print_minutes, glyph="printer", keys="Ctrl+P")
        empty = EmptyState("users-three", "没有符合条件的会议", "按 Ctrl+N 登记或安排一次会议。")
        super().__init__(database, cadre_id, COLUMNS, FILTERS, empty, parent)
        self.add_tool(self.printer, self.new)

    def rows(self) -> _MeetingRows:
        return _MeetingRows(self)

    def detail(self, record: bytes) -> Shown:
        window = read_window_id(record, settings_now(self.database))
        with self.database.reader() as session:
            desk = Desk(session, self.cadre_id, self.database.clock(), self._note)
            if window is not None:
                return _window_shown(desk, *window)
            found = meeting_detail(session, record)
            actions = meeting_steps.of_meeting(desk, found, self._task)
            return _shown(found, actions, desk)

    def new_meeting(self) -> None:
        """Enter a meeting of the place of the current row, also a second one in a window."""
        zone_id = self._zone_of(self.table.current_id())
        level = "village" if zone_id else "township"
        window = window_of(level, held_on(self.database.clock()), settings_now(self.database))
        self._show(window_id(zone_id, window))
        if self.buttons:
            next(iter(self.buttons.values())).click()
        else:
            self._tell("您的角色不登记这里的会议。请由村干部、联村领导或镇里的办公室登记。")

    def print_minutes(self) -> None:
        """Make the minutes of the meeting that is shown."""
        if (
            self._shown is None
            or read_window_id(self._shown, settings_now(self.database)) is not None
        ):
            failure_notice("这一期还没有登记会议，没有纪要可打印。", self).open()
            return
        self._papers.print_minutes(self._shown, self)

    def show_target(self, target: object) -> None:
        self._task = None
        if isinstance(target, bytes):
            with self.database.reader() as session:
                meeting = meeting_of(session, target)
            self._task = target if meeting != target else None
            super().show_target(meeting)
            self._finish_task(meeting)
        else:
            super().show_target(target)

    def reload_list(self) -> None:
        """A form for a meeting that is in no row stays open while the list is read anew."""
        if self.step is not None and self._shown != self.table.current_id():
            self._reading = True
            self.table.reload()
            self._reading = False
            return
        super().reload_list()

    def shortcuts(self) -> list[tuple[str, str]]:
        return [("Ctrl+N", "登记一次会议"), ("Ctrl+P", "打印会议纪要"), *super().shortcuts()]

    def _finish_task(self, meeting: bytes) -> None:
        if self._task is None:
            return
        self._show(meeting)
        if meeting_steps.FINISH in self.buttons:
            self.buttons[meeting_steps.FINISH].click()

    def _moved(self, record: bytes | None) -> None:
        if not self._reading:
            super()._moved(record)

    def _note(self, meeting: bytes) -> None:
        self._made = meeting

    def _run(self, action: Action, values: Mapping[str, Any]) -> None:
        self._made = None
        super()._run(action, values)
        if self._made is not None and self.step is None and not self.table.select_id(self._made):
            self.show_target(self._made)

    def _zone_of(self, record: bytes | None) -> bytes | None:
        """The zone of a row; that of the first village when no row is current."""
        window = read_window_id(record, settings_now(self.database)) if record else None
        if window is not None:
            return window[0]
        with self.database.reader() as session:
            if record is not None:
                return meeting_detail(session, record).meeting.zone_id
            rows = meeting_list.meeting_rows(session, meeting_list.NOW, self.database.clock())
        return next((row.zone_id for row in rows if row.zone_id), None)


class _MeetingRows:
    """The whole list is read at once: a year of a township has some hundred windows."""

    def __init__(self, page: MeetingsPage) -> None:
        self._page = page
        self._rows: dict[bytes, MeetingRow] = {}

    def ids(self, sort: Sort | None) -> Sequence[bytes]:
        page = self._page
        with page.database.reader() as session:
            found = meeting_list.meeting_rows(session, page.which(), page.database.clock())
        self._rows = {row.id: row for row in found}
        return list(self._rows)

    def fetch(self, ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Any]]:
        return {one: _cells(self._rows[one]) for one in ids if one in self._rows}


def _cells(row: MeetingRow) -> Sequence[Any]:
    tasks = f"{row.total} 项" if row.total else ""
    if row.open:
        tasks += f"，{row.open} 未完成"
    return (
        row.window.label,
        row.place,
        row.kind,
        local_text(row.at) if row.at else "",
        tasks,
        (row.state, row.standing),
    )


def _window_shown(desk: Desk, zone_id: bytes | None, window: Window) -> Shown:
    """A window in which nobody has met: what the meeting would be about."""
    proposed = agenda.proposal(desk.session, zone_id, held_on(desk.now))
    topics = _numbered(one.topic for one in proposed)
    facts = (
        ("期限", f"{window.first} 至 {window.last}"),
        ("要求", _RULE[window.level]),
        ("待议事项（例会自动列入议题）", topics or "没有待议事项，可以合并到别的会议。"),
    )
    title = f"{place_name(desk.session, zone_id)}　{window.label}"
    return Shown(title, facts, meeting_steps.of_window(desk, zone_id, window))


def _shown(found: MeetingDetail, actions: Sequence[Action], desk: Desk) -> Shown:
    meeting = found.meeting
    at = meeting.held_at or meeting.planned_at
    facts = (
        ("状态", state_of(meeting, held_on(desk.now))),
        ("时间 · 地点", f"{local_text(at) if at else ''} · {meeting.place or ''}"),
        ("主持人", found.name(meeting.convener_id)),
        ("议题", _numbered(map(_item, found.items))),
        ("会议情况", meeting.discussion or ""),
        ("议定事项", _numbered(_task(found, one) for one in found.resolutions)),
        ("以前会议没完成的", _numbered(_task(found, one) for one in found.carried)),
        ("出席", found.those(meeting.attending)),
        ("请假", found.those(meeting.on_leave)),
        ("列席", found.those(meeting.observing)),
        ("签发", f"{found.name(meeting.signed_by)} {meeting.shown('signed_at')}".strip()),
    )
    title = f"{found.place}　{found.window.label} · {meeting.shown('meeting_kind')}"
    return Shown(title, facts, actions)


def _item(one: Item) -> str:
    level = f"〔{one.item.shown('level')}〕" if one.item.level else ""
    parts = (one.item.topic or "", one.source, f"→ {level}{one.item.outcome or ''}")
    said = one.item.outcome or level
    return "\n　　".join(filter(None, parts if said else parts[:2]))


def _task(found: MeetingDetail, one: Resolution) -> str:
    state = one.shown("state") + (f" {one.closed_on}" if one.closed_on else "")
    line = (
        f"{(one.text or '').rstrip('。')}（{found.name(one.owner_id)}，{one.due_on} 前，{state}）"
    )
    return f"{line}\n　　{one.result}" if one.result else line


def _numbered(lines: Iterable[str]) -> str:
    return "\n".join(f"{number}．{line}" for number, line in enumerate(lines, 1))
