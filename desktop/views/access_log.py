"""查阅记录: the audit administrator's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.models.table import Column, Sort, TableModel
from desktop.theme import em
from desktop.tips import tip
from desktop.views.page import Page
from desktop.views.widgets.basics import Card, EmptyState, button, empty, label, row
from desktop.views.widgets.choice import Choice, ChoiceEdit
from desktop.views.widgets.flow import flowing
from desktop.views.widgets.table import TableView
from township.protection_codes import ACCESS_ACT
from township.storage.database import Database
from township.usecases import access_log
from township.usecases.access_log import Alert, LogFilter
from township.usecases.township_settings import settings_of

_ALERTS = 5
"""So many are shown at most; the list below has them all."""


def _count(number: int | None) -> str:
    return "" if number is None else str(number)


COLUMNS = (
    Column(access_log.AT, "时间", 9),
    Column(access_log.WHO, "查阅人", 5),
    Column(access_log.ACT, "操作", 6),
    Column("zone", "责任区", 5, spare=True, sortable=False),
    Column("what", "对象", 9, sortable=False),
    Column("rows", "条数", 3, _count, right=True, sortable=False),
    Column(access_log.REASON, "理由", 7),
    Column("text", "具体事由", 8, grow=True, sortable=False),
)


class AccessLogPage(Page):
    """What the laptops of the township have noted, and above it what stands out."""

    title = "查阅记录"
    icon = "list-checks"
    kinds = frozenset({"access_entry", "zone", "cadre"})

    def __init__(self, database: Database, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._database = database
        self.alerts = Card(f"需要留意（近 {access_log.DAYS} 天）")
        self._lines = QVBoxLayout()
        self.who, self.act = ChoiceEdit(), ChoiceEdit()
        self.count = label("", "caption")
        self.model = TableModel(COLUMNS, _Entries(database, self.filter), self)
        self._nothing = EmptyState("list-checks", "")
        self.table = TableView(self.model, self._nothing)
        self._build()
        self.reload(frozenset())

    def filter(self) -> LogFilter:
        """What the filters ask for."""
        who, act = self.who.value() or None, self.act.value() or None
        return LogFilter(
            who if isinstance(who, bytes) else None, act if isinstance(act, str) else None
        )

    def reload(self, kinds: frozenset[str]) -> None:
        if kinds and not kinds & self.kinds:
            return
        with self._database.reader() as session:
            people = access_log.people(session)
            alerts = access_log.alerts(session, self._database.today())
            self._most = settings_of(session).unmask_alert
        before = self.who.value()
        self.who.set_choices([Choice("", "全部人员"), *(Choice(*one) for one in people)])
        self.who.set_value(before if any(one == before for one, _ in people) else "")
        self._show_alerts(alerts)
        self._show_list()

    def show_target(self, target: object) -> None:
        """The entries of one cadre."""
        if isinstance(target, bytes):
            self._only(target, "")

    def _show_list(self) -> None:
        self.table.reload()
        self.count.setText(f"共 {self.model.rowCount()} 条")
        if self.filter() == LogFilter():
            self._nothing.set_text(
                "还没有查阅记录", "与镇服务器同步后，各笔记本的记录会出现在这里。"
            )
        else:
            self._nothing.set_text("没有符合条件的记录", "放宽上面的筛选。")

    def _show_alerts(self, alerts: Sequence[Alert]) -> None:
        empty(self._lines)
        for alert in alerts[:_ALERTS]:
            self._lines.addWidget(_line(alert, self._most, partial(self._from, alert)))
        if not alerts:
            text = f"没有人一天查看超过 {self._most} 次，也没有人被拒。"
            self._lines.addWidget(label(text, "caption", wrap=True))
        elif len(alerts) > _ALERTS:
            self._lines.addWidget(label(f"还有 {len(alerts) - _ALERTS} 条没有列出。", "caption"))

    def _from(self, alert: Alert) -> None:
        """Show the entries that a line is about."""
        self._only(alert.who_id, "" if alert.looks > self._most else "refused")

    def _only(self, who: bytes, act: str) -> None:
        self.who.set_value(who)
        self.act.set_value(act)
        self._show_list()
        self.table.setFocus()

    def _build(self) -> None:
        self.alerts.body.addLayout(self._lines)
        acts = [Choice(code, name) for code, name in ACCESS_ACT.labels.items()]
        self.act.set_choices([Choice("", "全部操作"), *acts])
        self.act.set_value("")
        for name, edit in (("查阅人", self.who), ("操作", self.act)):
            edit.setAccessibleName(name)
            edit.setToolTip(name)
            edit.setFixedWidth(em(self, 9))
            edit.chosen.connect(self._show_list)
            edit.editingFinished.connect(lambda edit=edit: _settle(edit))
        above = row(flowing(self.who, self.act, spacing=8), self.count)
        above.setStretch(0, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.alerts)
        layout.addLayout(above)
        layout.addWidget(self.table, 1)


class _Entries:
    def __init__(self, database: Database, wanted: Callable[[], LogFilter]) -> None:
        self._database, self._wanted = database, wanted

    def ids(self, sort: Sort | None) -> Sequence[bytes]:
        order = (sort.key, sort.descending) if sort else (access_log.AT, True)
        with self._database.reader() as session:
            return access_log.entry_ids(session, self._wanted(), *order)

    def fetch(self, ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Any]]:
        with self._database.reader() as session:
            found = access_log.entry_lines(session, ids)
        return {one: tuple(vars(line).values()) for one, line in found.items()}


def _line(alert: Alert, most: int, pressed: Callable[[], object]) -> QWidget:
    told = []
    if alert.looks > most:
        told.append(f"查看遮盖内容 {alert.looks} 次，超过 {most} 次")
    if alert.refused:
        told.append(f"被拒 {alert.refused} 次")
    text = f"{alert.on}　{alert.who}　{'；'.join(told)}"
    made = button(text, pressed, kind="quiet", glyph="warning")
    made.setStyleSheet("text-align: left;")
    made.setToolTip(tip("只看这个人的记录"))
    return made


def _settle(edit: ChoiceEdit) -> None:
    """Text that fits nothing asks for everything."""
    if edit.value() is None:
        edit.set_value("")
