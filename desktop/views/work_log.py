"""工作日志: a cadre's month, what each day counts, and the form for a visit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget
from sqlalchemy.orm import Session

from desktop.background import Background
from desktop.models.photo_desk import KIND as PHOTO
from desktop.models.photo_desk import PhotoDesk
from desktop.models.table import TableModel
from desktop.models.who import Rights
from desktop.parse import weekday_name
from desktop.views import visit_draft
from desktop.views.day_actions import DayActions
from desktop.views.day_rows import COLUMNS, VisitRows, mark, told
from desktop.views.days_card import show_days
from desktop.views.guarded import NOTED
from desktop.views.page import Page
from desktop.views.papers import Papers
from desktop.views.photo_strip import strip
from desktop.views.visit_draft import VisitDraft
from desktop.views.visit_form import VisitForm
from desktop.views.widgets.basics import Card, EmptyState, beside, button, empty, label, row
from desktop.views.widgets.month import MonthGrid
from desktop.views.widgets.stat import StatCard
from desktop.views.widgets.table import TableView
from township.rules.permissions import Act
from township.storage import search
from township.storage.database import Database
from township.usecases.field_days import VisitLine
from township.usecases.photos import PhotoEntry
from township.usecases.work_month import WorkMonth, work_month

_PANEL_EM = 23


class WorkLogPage(Page):
    """The month of one cadre.

    ``show_target`` takes a date, or ``("visit", household_id)`` to open the form.
    """

    title = "工作日志"
    icon = "notebook"
    kinds = frozenset({"work_log", "visit", "household", "person", "cadre", "zone_staff", PHOTO})

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._database, self._cadre = database, cadre_id
        self._papers = Papers(
            database, cadre_id, background, noted=lambda: self.committed.emit(NOTED)
        )
        self._photos = PhotoDesk(database, cadre_id, self)
        self._rights = Rights(database, cadre_id)
        self.day = self._today()
        self.month = WorkMonth(False, 0, 0, 0, {})
        self.form: VisitForm | None = None
        self.grid = MonthGrid()
        self.counted = StatCard("本月已计天数", opens=True)
        self.whole = False
        """Does the list show the visits of the whole month?"""
        self.model = TableModel(COLUMNS, VisitRows(self._visits), self)
        self._nothing = EmptyState("notebook", "")
        self.steps = DayActions(database, cadre_id, self._rights)
        self.table = TableView(self.model, self._nothing)
        self._build()
        self._connect()
        self.show_day(self.day)
        background.run(lambda _: search.catch_up(database), owner=self)

    def show_day(self, day: date) -> None:
        """Make a day current, turning to its month when it is another one."""
        self.whole = False
        turned = (day.year, day.month) != (self.day.year, self.day.month) or not self._loaded
        self.day = day
        if turned:
            self._load()
        else:
            self.grid.set_current(day)
            self._show_day()

    def show_whole_month(self) -> None:
        """The visits behind the number of days: all of the month, the newest first."""
        self.whole = True
        self._show_day()
        self._to_list()

    def open_form(self, household: bytes | None = None) -> None:
        """Show the visit form, with what was left unsaved in it, if the roles allow a visit."""
        if why_not := self._rights.why_not(Act.CREATE, "visit"):
            self.said.emit(why_not, None)
            return
        if self.form is not None:
            self.close_form()
        self.form = VisitForm(self._database, self._cadre, household)
        self.form.saved.connect(self._saved)
        self.form.closed.connect(self.close_form)
        self.form.cleared.connect(self._cleared)
        self.form.photo_removed.connect(self._photo_removed)
        self._stack.addWidget(self.form)
        self._stack.setCurrentWidget(self.form)
        self._new.hide()
        self.write.hide()
        self.form.start()

    def write_work(self) -> None:
        """Ask for work without a visit, on the current day."""
        self.steps.write(self.day)

    def close_form(self) -> None:
        """Back to the month; what is half typed stays as a draft."""
        if self.form is None:
            return
        self.form.autosave.flush()
        self._stack.removeWidget(self.form)
        self.form.deleteLater()
        self.form = None
        self._new.show()
        self.write.show()
        self.grid.setFocus()

    def print_visit(self, visit: bytes) -> None:
        """Make the report of a visit and show it."""
        if why_not := self._rights.why_not(Act.PRINT, "visit"):
            self.said.emit(why_not, None)
            return
        self._papers.print_visit(visit, self)

    def reload(self, kinds: frozenset[str]) -> None:
        if self._rights.refresh(kinds):
            self._offer()
        if not kinds or kinds & self.kinds:
            self._load()

    def show_target(self, target: object) -> None:
        if isinstance(target, tuple) and target[0] == "visit":
            self.open_form(target[1])
        elif isinstance(target, date):
            self.close_form()
            self.show_day(target)

    def leave(self) -> None:
        if self.form is not None:
            self.form.autosave.flush()

    def shortcuts(self) -> list[tuple[str, str]]:
        return [
            ("Ctrl+N", "登记一次走访"),
            ("Ctrl+Shift+N", "记没有走访的工作：开会、驻村、应急"),
            ("方向键、PageUp / PageDown", "换一天、换一月"),
            ("Enter", "到当天的走访列表；在列表中打开走访报告"),
            ("Ctrl+S / Ctrl+P", "走访表单：保存 / 保存并打印"),
            ("Alt+Q / Alt+W", "走访表单：加诉求 / 加五情"),
            ("Alt+J / Alt+R", "走访表单：加纠纷 / 加任务"),
            ("Alt+Y", "走访表单：插入常用语"),
            ("Alt+Z / Ctrl+V", "走访表单：添加照片 / 粘贴图片"),
        ]

    _loaded = False

    def _build(self) -> None:
        self._month = label("", "section")
        back = button("", lambda: self._turn(-1), kind="quiet", glyph="caret-left")
        back.setAccessibleName("上一月")
        ahead = button("", lambda: self._turn(1), kind="quiet", glyph="caret-right")
        ahead.setAccessibleName("下一月")
        now = button("回到今天", lambda: self.show_day(self._today()), kind="quiet")
        left = Card()
        left.body.addLayout(row(back, self._month, ahead, 1, now))
        left.body.addWidget(self.grid, 1)
        self._day_title = label("", "section")
        self._reason = label("", wrap=True)
        right = Card()
        right.body.addWidget(self._day_title)
        right.body.addWidget(self._reason)
        right.body.addWidget(self.table, 1)
        right.body.addWidget(self.steps)
        self._pictures = QVBoxLayout()
        right.body.addLayout(self._pictures)
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.counted)
        column.addWidget(right, 1)
        overview = QWidget()
        overview.setLayout(beside(left, side, _PANEL_EM, (4, 3)))
        self._stack = QStackedWidget()
        self._stack.addWidget(overview)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)
        self._new = button("登记走访", self.open_form, kind="primary", glyph="plus", keys="Ctrl+N")
        self.write = button("记工作", self.write_work, glyph="note-pencil", keys="Ctrl+Shift+N")
        self.add_tool(self.write, self._new)
        self._offer()

    def _offer(self) -> None:
        may = self._rights.offer(self._new, Act.CREATE, "visit")
        self._rights.offer(self.write, Act.CREATE, "work_log")
        hint = "按 Ctrl+N 登记一次走访。" if may else ""
        self._nothing.set_text("这一天没有走访记录", hint)

    def _connect(self) -> None:
        self.counted.pressed.connect(self.show_whole_month)
        self.grid.moved.connect(self.show_day)
        self.grid.turned.connect(self._turn)
        self.grid.opened.connect(self._to_list)
        self.table.opened.connect(self.print_visit)
        self.table.moved.connect(lambda _: self._picked())
        self.steps.saved.connect(self._changed)
        self._photos.committed.connect(self.committed)
        self._photos.said.connect(self.said)

    def _load(self) -> None:
        with self._database.reader() as session:
            self.month = self._read(session)
        self._loaded = True
        self._month.setText(f"{self.day.year} 年 {self.day.month} 月")
        marks = {on: mark(day) for on, day in self.month.days.items()}
        self.grid.show_month(self.day, self._today(), marks)
        show_days(self.counted, self.month)
        self._show_day()

    def _read(self, session: Session) -> WorkMonth:
        return work_month(session, self._cadre, self.day.year, self.day.month)

    def _show_day(self) -> None:
        day = self.month.days.get(self.day)
        if self.whole:
            self._day_title.setText(f"{self.day.year} 年 {self.day.month} 月　全月走访")
            count = f"{len(self.month.days)} 天有日志，共走访 {len(list(self._visits()))} 次。"
            self._reason.setText(count)
        else:
            title = f"{self.day.month} 月 {self.day.day} 日　{weekday_name(self.day)}"
            self._day_title.setText(title)
            self._reason.setText(told(day) if day else "没有工作日志。")
        self.table.reload()
        self._picked()

    def _visits(self) -> Iterator[tuple[str, VisitLine]]:
        """The visits of the list, each with its day where it is one of the whole month."""
        days = self.month.days
        if self.whole:
            for on in sorted(days, reverse=True):
                yield from ((f"{on.day}日 ", one) for one in days[on].visits)
        elif day := days.get(self.day):
            yield from (("", one) for one in day.visits)

    def _picked(self) -> None:
        picked = self.table.current_id()
        on = self._day_of(picked) if self.whole else self.day
        self.steps.setVisible(on is not None)
        if on is not None:
            self.steps.show_day(on, self.month.days.get(on), picked)
        self._show_photos(on)

    def _day_of(self, visit: bytes | None) -> date | None:
        """The day of the month on which a visit was."""
        days = self.month.days.items()
        return next((on for on, day in days if any(one.id == visit for one in day.visits)), None)

    def _changed(self, kinds: frozenset[str], said: str, undo: Callable[[], None] | None) -> None:
        self._load()
        self.committed.emit(kinds)
        if said:
            self.said.emit(said, undo)

    def _show_photos(self, on: date | None) -> None:
        """The photographs of the visit that is picked in the list; how many when none is."""
        empty(self._pictures)
        day, picked = self.month.days.get(on or date.min), self.table.current_id()
        found = self._photos.of(visit.id for visit in day.visits) if day else {}
        if picked is None and found:
            count = sum(map(len, found.values()))
            text = f"当天有 {count} 张照片，选中一次走访就能看到。"
            self._pictures.addWidget(label(text, "caption", wrap=True))
        elif picked in found:
            self._pictures.addWidget(strip(self._photos, found[picked]))

    def _to_list(self) -> None:
        if self.model.rowCount():
            self.table.select_id(self.model.id_at(0))
            self.table.setFocus(Qt.FocusReason.TabFocusReason)

    def _turn(self, months: int) -> None:
        first = self.day.replace(day=1)
        there = first - timedelta(days=1) if months < 0 else first + timedelta(days=31)
        self.show_day(there.replace(day=1))

    def _saved(self, visit: bytes, kinds: frozenset[str], then_print: bool) -> None:
        form = self.form
        on = form.form.boxes["visited_on"].value() if form else self.day
        self.close_form()
        self.day = on
        self._load()
        self.table.select_id(visit)
        self.committed.emit(kinds)
        self.said.emit("走访已保存", None)
        if then_print:
            self.print_visit(visit)

    def _cleared(self, draft: VisitDraft) -> None:
        def bring_back() -> None:
            if self.form is not None:
                self.form.autosave.stop()
            visit_draft.keep(self._database, self._cadre, draft)
            self.open_form()

        self.said.emit("走访表单已清空", bring_back)

    def _photo_removed(self, entry: PhotoEntry, at: int) -> None:
        def bring_back() -> None:
            if self.form is None:  # closed meanwhile: its draft is still here
                self.open_form()
            if self.form is not None:
                self.form.photos.put_back(entry, at)

        self.said.emit("照片已移去", bring_back)

    def _today(self) -> date:
        return self._database.today()
