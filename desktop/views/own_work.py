"""Own work that waits or was not taken: what it says, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget
from sqlalchemy import Connection

from desktop.theme import Tone
from desktop.views import visit_again
from desktop.views.content_dialog import ContentDialog
from desktop.views.guarded import NOTED, many_looks, told
from desktop.views.reason_dialog import ReasonDialog
from desktop.views.widgets.basics import Card, button, glyph, label, row, rule, selectable
from township.errors import WorldError
from township.storage.database import Database
from township.usecases import own_work
from township.usecases.access import Reason
from township.usecases.access_values import unmask_typed
from township.usecases.own_work import Again, OwnWork
from township.usecases.township_settings import settings_now
from township.values import local_text

_STATES = {"rejected": "未接收", "quarantined": "暂存待核"}
_PAGES = {
    "household": "households",
    "need": "needs",
    "situation": "situations",
    "meeting": "meetings",
    "resolution": "meetings",
}
_MOST_WAITING = 10
CHANGED = frozenset({"own_work"})
"""What ``committed`` tells after something was put aside: no record has changed."""


class _WorkCard(Card):
    """Lines that are made anew at each ``reload``; hidden while there are none.

    ``said`` (text, undo or None), ``wanted`` (page, what to show there), ``committed`` (kinds).
    """

    said = Signal(str, object)
    wanted = Signal(str, object)
    committed = Signal(object)

    def __init__(self, title: str, database: Database, cadre_id: bytes) -> None:
        super().__init__(title)
        self._database, self._cadre = database, cadre_id
        self._made: list[QWidget] = []

    def show_content(self, work: OwnWork) -> None:
        """Open what was typed, to read and to copy."""
        typed, title = self._typed(work), _title(work)
        if not any(one.masked for one in typed):
            ContentDialog(title, self._text(work), typed, self.window()).open()
            return

        def ask() -> None:
            ReasonDialog("显示遮盖的内容", title, told(self._database), give, masked).open()

        def give(reason: Reason) -> None:
            found = unmask_typed(self._database, self._cadre, work.place, reason)
            masked.close()
            text = own_work.as_text(local_text(work.written_at), found)
            minutes = settings_now(self._database).unmask_minutes
            ContentDialog(title, text, found, self.window(), clear=minutes).open()
            self.committed.emit(NOTED)
            if many := many_looks(self._database, self._cadre):
                self.said.emit(many, None)

        masked = ContentDialog(title, self._text(work), typed, self.window(), ask)
        masked.open()

    def _typed(self, work: OwnWork) -> list[own_work.Typed]:
        with self._database.reader() as session:
            return own_work.content(session, *work.place)

    def _text(self, work: OwnWork) -> str:
        return own_work.as_text(local_text(work.written_at), self._typed(work))

    def _show(self, widgets: Iterable[QWidget]) -> None:
        for widget in self._made:
            widget.setParent(None)
            widget.deleteLater()
        self._made = list(widgets)
        for widget in self._made:
            self.body.addWidget(widget)
        self.setVisible(bool(self._made))


class WaitingCard(_WorkCard):
    """What the township has not answered yet."""

    def __init__(self, database: Database, cadre_id: bytes) -> None:
        super().__init__("等待上报的", database, cadre_id)

    def reload(self) -> None:
        """Ask again what waits."""
        with self._database.reader() as session:
            found = own_work.waiting(session, _MOST_WAITING + 1)
        lines = [self._line(work) for work in found[:_MOST_WAITING]]
        if lines:
            more = "还有更多没有列出。" if len(found) > _MOST_WAITING else ""
            text = more + "连上网后按“立即同步”，或者存到U盘带到镇里，这些就会上报。"
            lines.append(label(text, "caption", wrap=True))
        self._show(lines)

    def _line(self, work: OwnWork) -> QWidget:
        made = QWidget()
        look = button("查看内容", partial(self.show_content, work), kind="quiet")
        look.setAccessibleName(f"查看内容：{_title(work)}")
        text = f"{local_text(work.written_at)}　{'、'.join(work.kinds)}"
        line = row(label(text), look, 1)
        line.setContentsMargins(0, 0, 0, 0)
        made.setLayout(line)
        return made


class NotTakenCard(_WorkCard):
    """What was refused, sent back or put into quarantine; below it what was put aside."""

    def __init__(self, database: Database, cadre_id: bytes) -> None:
        super().__init__("镇里没有接收的", database, cadre_id)
        self._aside_shown = False

    def reload(self) -> None:
        """Ask again what was not taken."""
        with self._database.reader() as session:
            found = own_work.not_taken(session, self._cadre)
            aside = own_work.not_taken(session, self._cadre, aside=True)
        lines = [self._open(work) for work in found]
        if aside:
            lines.append(self._switch(len(aside)))
            lines += [self._put(work) for work in aside] if self._aside_shown else []
        self._show(lines)

    def copy(self, work: OwnWork) -> None:
        """What was typed, into the clipboard."""
        QGuiApplication.clipboard().setText(self._text(work))
        self.said.emit("内容已复制，可以粘贴到别处。", None)

    def do_again(self, work: OwnWork) -> None:
        """Go to where it can be written down once more, with what was typed."""
        with self._database.reader() as session:
            again = own_work.again(session, *work.place)
        if again is not None and again.visit is not None:
            self._visit_again(again)
            return
        QGuiApplication.clipboard().setText(self._text(work))
        if again is None:
            self.said.emit("内容已复制，请在要填的地方粘贴。", None)
            return
        self.wanted.emit(_PAGES[again.kind], again.record)
        self.said.emit("内容已复制，请在这里重新填写。", None)

    def put_aside(self, work: OwnWork) -> None:
        """No more about this one; it stays in the history."""
        now = self._database.clock()
        undo = partial(self.take_up, work)
        self._write(
            lambda c: own_work.put_aside(c, work, now), "已不再提示，内容仍保存在本机。", undo
        )

    def take_up(self, work: OwnWork) -> None:
        """Show it again."""
        self._write(lambda c: own_work.take_up(c, work), "已重新列出。", None)

    def show_aside(self) -> None:
        """Show or hide what was put aside."""
        self._aside_shown = not self._aside_shown
        self.reload()

    def _write(
        self, act: Callable[[Connection], None], text: str, undo: Callable[[], object] | None
    ) -> None:
        try:
            with self._database.writing() as connection:
                act(connection)
        except WorldError as error:
            self.said.emit(str(error), None)
            return
        self.committed.emit(CHANGED)
        self.said.emit(text, undo)

    def _visit_again(self, again: Again) -> None:
        try:
            kept = visit_again.keep(self._database, self._cadre, again)
        except WorldError as error:
            self.said.emit(str(error), None)
            return
        if not kept:
            self.said.emit("还有一次没有保存的走访，请先保存或清空，再重新填写这一次。", None)
        self.wanted.emit("worklog", ("visit", None))

    def _open(self, work: OwnWork) -> QWidget:
        made = QWidget()
        layout = QVBoxLayout(made)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        mark = glyph("warning", Tone.WARN.ink)
        layout.addLayout(row(mark, label(_title(work), "label"), 1))
        layout.addWidget(selectable(_why(work), "caption"))
        acts = [
            ("查看内容", self.show_content),
            ("复制内容", self.copy),
            ("重新填写", self.do_again),
            ("不再提示", self.put_aside),
        ][-1 if work.sealed else 0 :]
        buttons = [button(text, partial(act, work), kind="quiet") for text, act in acts]
        for one, (text, _) in zip(buttons, acts, strict=True):
            one.setAccessibleName(f"{text}：{_title(work)}")
        layout.addLayout(row(*buttons, 1))
        layout.addWidget(rule())
        return made

    def _switch(self, count: int) -> QWidget:
        text = "收起不再提示的" if self._aside_shown else f"已不再提示的 {count} 次改动…"
        made = QWidget()
        line = row(button(text, self.show_aside, kind="quiet"), 1)
        line.setContentsMargins(0, 0, 0, 0)
        made.setLayout(line)
        return made

    def _put(self, work: OwnWork) -> QWidget:
        made = QWidget()
        look = button("查看内容", partial(self.show_content, work), kind="quiet")
        look.setHidden(work.sealed)
        back = button("重新列出", partial(self.take_up, work), kind="quiet")
        text = f"{local_text(work.written_at)}　{_title(work)}"
        line = row(label(text, "caption"), look, back, 1)
        line.setContentsMargins(0, 0, 0, 0)
        made.setLayout(line)
        return made


def _title(work: OwnWork) -> str:
    what = "、".join(work.kinds)
    if work.state == "pending":
        return what
    return f"{'已退回' if work.sent_back else _STATES[work.state]}：{what}"


def _why(work: OwnWork) -> str:
    """Reason and what happens next, in words."""
    from sync.wire import REASONS

    written = f"{local_text(work.written_at)} 填写"
    if work.sent_back:
        return f"{written} · 镇里退回的原因：{work.told or '没有写'}"
    reason = REASONS.get(work.reason or "", "原因不明")
    if work.sealed:
        return f"{written} · {reason}。内容仍然密封，谁也看不到；请联系镇系统管理员放行，不必重填。"
    if work.state == "quarantined":
        return f"{written} · {reason}。镇里核对后会收下或退回，结果在同步后告诉您；不必重填。"
    return f"{written} · {reason}。内容仍保存在本机，可以改正后重新填写。"
