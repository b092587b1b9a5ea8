"""同步: how it stands in plain words, sync now, and what needs a person to settle it."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desktop.background import Progress
from desktop.models.sync_desk import SyncDesk, in_words
from desktop.models.who import Rights
from desktop.views.content_dialog import ContentDialog
from desktop.views.duplicates import DuplicatesCard
from desktop.views.guarded import NOTED, many_looks, told
from desktop.views.join_again import JoinAgain
from desktop.views.own_work import NotTakenCard, WaitingCard
from desktop.views.page import Page
from desktop.views.reason_dialog import ReasonDialog
from desktop.views.stick_card import StickCard
from desktop.views.widgets.basics import (
    Card,
    button,
    label,
    row,
    rule,
    scrolled,
    selectable,
)
from desktop.views.widgets.progress import ProgressStrip
from township.errors import WorldError
from township.rules.permissions import Act
from township.storage.database import Database
from township.storage.files import Queue
from township.usecases import syncing
from township.usecases.access import Reason
from township.usecases.access_values import unmask_conflict
from township.usecases.own_work import Typed
from township.usecases.photos import photo_queue
from township.usecases.syncing import KEPT, OTHER, OpenConflict, SyncState
from township.usecases.township_settings import settings_now
from township.values import local_text


class SyncPage(Page):
    """Shows a ``SyncDesk`` and lets the person settle conflicts.

    ``again`` is offered when the township does not know this laptop any more.
    """

    title = "同步"
    icon = "arrows-clockwise"

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        desk: SyncDesk,
        again: JoinAgain | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._database, self._cadre, self.desk = database, cadre_id, desk
        self._rights = Rights(database, cadre_id)
        self.headline = label("", "title")
        self.detail = label("", "caption", wrap=True)
        self.go = button(
            "立即同步", desk.start, kind="primary", glyph="arrows-clockwise", keys="F9"
        )
        self.stop = button("取消", self._cancel, kind="quiet", glyph="x")
        self.progress = ProgressStrip()
        self.problem = label("", "problem", wrap=True)
        self.photos = label("", "caption", wrap=True)
        self.conflicts = Card("改到一起了：请选定一个")
        self.refused = NotTakenCard(database, cadre_id)
        self.waiting = WaitingCard(database, cadre_id)
        self.duplicates = DuplicatesCard(database, cadre_id)
        self.stick = StickCard(desk)
        self.again = Card("重新登记这台电脑")
        self._join = again
        self._made: list[QWidget] = []
        self._build()
        desk.changed.connect(self._show_state)
        desk.moved.connect(self._moved)
        desk.ended.connect(self._ended)
        desk.carried.connect(self._rest)
        for card in (self.duplicates, self.refused):
            card.committed.connect(self.committed)
            card.said.connect(self.said)
        self.refused.wanted.connect(self.wanted)
        self.reload(frozenset())

    def reload(self, kinds: frozenset[str]) -> None:
        self._rights.refresh(kinds)
        self._show_state(self.desk.state())
        with self._database.reader() as session:
            conflicts = syncing.open_conflicts(session)
        self._clear()
        for conflict in conflicts:
            self._add(self.conflicts, self._conflict(conflict))
        self.conflicts.setVisible(bool(conflicts))
        for card in (self.refused, self.waiting, self.duplicates):
            card.reload()

    def shortcuts(self) -> list[tuple[str, str]]:
        return [("F9", "立即同步")]

    def settle(self, conflict: OpenConflict, decision: str) -> None:
        """Decide a conflict; everybody gets the decision with the next sync."""
        try:
            with self._database.work(self._cadre) as work:
                syncing.decide(work, conflict.id, decision)
                committed = work.commit()
        except WorldError as error:  # another was faster, or this program is too old
            self.said.emit(str(error), None)
            self.reload(frozenset())
            return
        self.committed.emit(committed.kinds)
        self.said.emit("已选定，下次同步时告知各方。", None)

    def _build(self) -> None:
        card = Card()
        card.body.addWidget(self.headline)
        card.body.addWidget(self.detail)
        card.body.addWidget(self.photos)
        card.body.addLayout(row(self.go, self.stop, self.progress, 1))
        card.body.addWidget(self.problem)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        if self._join is not None:
            self.again.body.addWidget(self._join)
            self._join.ended.connect(self._joined)
        parts = (
            self.again,
            self.conflicts,
            self.refused,
            self.duplicates,
            self.waiting,
            self.stick,
        )
        for part in (card, *parts):
            layout.addWidget(part)
        layout.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))
        self.problem.hide()
        self.stop.hide()
        self.progress.hide()

    def _show_state(self, state: SyncState) -> None:
        text, tone, _ = in_words(state)
        self.headline.setText("正在同步…" if self.desk.running else text)
        self.headline.setStyleSheet(f"color: {tone.ink}")
        last = f"上次同步 {local_text(state.last_at)}。" if state.last_at else "还没有同步过。"
        if state.comparing:
            last += "镇服务器从备份恢复过，正在核对，请再同步一次。"
        self.detail.setText(last + "没有网络也能继续工作；改动都已保存在本机，同步后各方可见。")
        if not self.desk.running:
            self._rest()
            self._tell(state.problem)
        self.again.setVisible(state.forgotten and self._join is not None)
        self.go.setEnabled(not self.desk.running)
        self.stop.setVisible(self.desk.running)
        with self._database.reader() as session:
            photos = _photos(photo_queue(session))
        self.photos.setText(photos)
        self.photos.setVisible(bool(photos))

    def _moved(self, progress: Progress) -> None:
        self.headline.setText("正在同步…")
        self.go.setEnabled(False)
        self.stop.show()
        self.problem.hide()
        self.progress.show()
        self.progress.show_progress(progress)

    def _cancel(self) -> None:
        self.desk.cancel()
        self.stop.setEnabled(False)

    def _joined(self, problem: str | None) -> None:
        if problem is not None:
            self._tell(problem)
        else:
            self.said.emit("已重新登记，没有上报的内容接着上报。", None)
            self.desk.start()

    def _rest(self) -> None:
        """Nothing runs any more, whatever came of it."""
        self.progress.hide()
        self.stop.hide()
        self.stop.setEnabled(True)

    def _ended(self, problem: str | None) -> None:
        self._rest()
        self._tell(problem)
        if problem is None:
            self.said.emit("同步完成。", None)

    def _tell(self, problem: str | None) -> None:
        self.problem.setText(problem or "")
        self.problem.setVisible(bool(problem))

    def _clear(self) -> None:
        for widget in self._made:
            widget.setParent(None)
            widget.deleteLater()
        self._made = []

    def _add(self, card: Card, widget: QWidget) -> None:
        card.body.addWidget(widget)
        self._made.append(widget)

    def _conflict(self, conflict: OpenConflict) -> QWidget:
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        what = conflict.field or "删除"
        grid.addWidget(label(f"{conflict.record} {conflict.where} · {what}", "label"), 0, 0, 1, 2)
        deleted = conflict.field is None
        sides = (
            ("现在的", conflict.kept_by, "保留这条记录" if deleted else conflict.kept, KEPT),
            ("后报的", conflict.other_by, "删除这条记录" if deleted else conflict.other, OTHER),
        )
        for column, (title, who, value, decision) in enumerate(sides):
            grid.addWidget(label(f"{title} · {who}", "caption"), 1, column)
            grid.addWidget(selectable(value), 2, column)
            choose = button("用这个", partial(self.settle, conflict, decision), glyph="check")
            choose.setAccessibleName(f"{what}用{title}：{value}")
            if self._rights.offer(choose, Act.EDIT, "conflict", b"") and decision == OTHER:
                self._rights.offer(choose, *self._rights_to(conflict))
            grid.addLayout(row(choose, 1), 3, column)
            grid.setColumnStretch(column, 1)
        if conflict.masked:
            look = button("查看…", partial(self._look, conflict), kind="quiet", glyph="eye")
            look.setAccessibleName(f"查看{what}的两个值")
            grid.addLayout(row(look, 1), 4, 0, 1, 2)
        grid.addWidget(rule(), 5, 0, 1, 2)
        return made

    def _look(self, conflict: OpenConflict) -> None:
        """Ask why, then show both values in full for a while."""
        title = f"{conflict.record} {conflict.where} · {conflict.field}"

        def give(reason: Reason) -> None:
            found = unmask_conflict(self._database, self._cadre, conflict.id, reason)
            lines = (("现在的", found.kept), ("后报的", found.other))
            text = "\n".join([title, *(f"{side}：{value}" for side, value in lines)])
            minutes = settings_now(self._database).unmask_minutes
            ContentDialog("两个值", text, [Typed(title, lines)], self, clear=minutes).open()
            self.committed.emit(NOTED)
            if many := many_looks(self._database, self._cadre):
                self.said.emit(many, None)

        ReasonDialog("查看遮盖的内容", title, told(self._database), give, self).open()

    def _rights_to(self, conflict: OpenConflict) -> tuple[Act, str, bytes]:
        """What it takes to write the other value into the record."""
        moves = conflict.kind == "household" and conflict.moves
        return Act.MOVE if moves else Act.EDIT, conflict.kind, conflict.author or b""


def _photos(queue: Queue) -> str:
    """How many pictures are not yet where they should be; empty when all are."""
    moving = (f"{queue.out} 张待上传" * bool(queue.out), f"{queue.in_} 张待下载" * bool(queue.in_))
    texts = []
    if any(moving):
        what = "，".join(filter(None, moving))
        texts.append(f"照片：{what}。照片要联网传，U盘不带；排在记录后面，断了下次接着传。")
    if queue.refused:
        texts.append(f"有 {queue.refused} 张照片镇里没有接收，仍保存在本机。")
    return "".join(texts)
