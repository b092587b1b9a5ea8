"""What the author may do with a day of 工作日志: write, change, delete, confirm a joint visit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.models.who import Rights
from desktop.views import day_forms
from desktop.views.form_dialog import FormDialog
from desktop.views.notices import failure_notice
from desktop.views.visit_fields import session_now
from desktop.views.widgets.basics import button, label
from desktop.views.widgets.flow import flowing
from township.errors import WorldError
from township.records import Visit, WorkLog
from township.rules.permissions import Act
from township.storage.database import Database
from township.storage.work import UnitOfWork
from township.usecases import visit_edits, work_logs
from township.usecases.field_days import Offer, WorkDay, offers
from township.usecases.paper_facts import cadre_names
from township.values import CHINA

Step = Callable[[UnitOfWork], object]


class DayActions(QWidget):
    """Buttons below a day. ``saved`` (kinds, what was done, undo or None) after each step."""

    saved = Signal(object, str, object)

    def __init__(
        self, database: Database, cadre_id: bytes, rights: Rights, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._database, self._cadre, self._rights = database, cadre_id, rights
        self._on = date.min
        self._day: WorkDay | None = None
        self._visit: bytes | None = None
        self.dialog: FormDialog | None = None
        self.told = label("", wrap=True)
        self.joint = button("确认同行", self.confirm, kind="primary", glyph="check")
        self.edit = button("改这一天", self.edit_day, kind="quiet", glyph="pencil-simple")
        self.remove = button("删除这一天", self.remove_day, kind="quiet", glyph="trash")
        self.edit_one = button("改走访", self.edit_visit, kind="quiet", glyph="pencil-simple")
        self.remove_one = button("删除走访", self.remove_visit, kind="quiet", glyph="trash")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.told)
        layout.addWidget(
            flowing(self.joint, self.edit, self.remove, self.edit_one, self.remove_one)
        )

    def show_day(self, on: date, day: WorkDay | None, visit: bytes | None) -> None:
        """Offer what can be done with a day and the visit that is picked in its list."""
        self._on, self._day, self._visit = on, day, visit
        own = {one.id for one in day.visits if one.own} if day else set()
        offer = self._offer() if day is None else None
        may = self._rights.may(Act.CREATE, "work_log")
        self.told.setText(self._offer_text(offer) if offer else "")
        self.told.setVisible(offer is not None)
        self.joint.setVisible(offer is not None and may)
        self.edit.setVisible(day is not None and may)
        self.remove.setVisible(day is not None and not own and may)
        self.edit_one.setVisible(visit in own and may)
        self.remove_one.setVisible(visit in own and may)
        self.setVisible(offer is not None or day is not None)

    def write(self, on: date) -> None:
        """Ask for work of a day without a visit."""
        now = self._database.clock()
        today = now.astimezone(CHINA).date()
        start = {"worked_on": min(on, today), "sessions": (session_now(now),)}
        with self._database.reader() as session:
            form = day_forms.log_form(session, self._cadre, start, today)
        told = "开会、驻村、应急等没有入户走访的工作。一天里的几件事可以分几次记。"
        self._open("记工作", told, form, self._write)

    def edit_day(self) -> None:
        """Ask for what is to change of the day."""
        if self._day is None:
            return
        log_id = self._day.log_id
        with self._database.reader() as session:
            log = session.get(WorkLog, log_id)
            if log is None:
                return
            start = day_forms.log_start(log)
            form = day_forms.log_form(session, self._cadre, start, log.worked_on)
        form.boxes["worked_on"].setEnabled(False)

        def save(values: Mapping[str, Any]) -> None:
            entry = day_forms.log_entry(
                {**values, "worked_on": start["worked_on"], "zone_id": start["zone_id"]}
            )
            self._save(lambda work: work_logs.edit_log(work, log_id, entry), "已改好这一天")

        self._open("改这一天", "关账或签字以前可以改。", form, save)

    def remove_day(self) -> None:
        """Delete the day; it can be taken back."""
        if self._day is not None:
            log = self._day.log_id
            self._try(
                lambda work: work_logs.remove_log(work, log),
                "已删除这一天的日志",
                lambda work: work_logs.bring_log_back(work, log),
            )

    def edit_visit(self) -> None:
        """Ask for what is to change of the picked visit."""
        visit_id = self._visit
        with self._database.reader() as session:
            visit = session.get(Visit, visit_id) if visit_id else None
            if visit is None or visit_id is None:
                return
            form = day_forms.visit_form(session, self._cadre, visit, self._database.today())
            session.expunge(visit)
        found, picked = visit, visit_id

        def save(values: Mapping[str, Any]) -> None:
            entry = day_forms.visit_entry(values, found)
            self._save(lambda work: visit_edits.edit_visit(work, picked, entry), "走访已改好")

        self._open("改走访", "户和日期不能改：请删除这次走访，重新登记。", form, save)

    def remove_visit(self) -> None:
        """Delete the picked visit; it can be taken back."""
        if self._visit is not None:
            visit = self._visit
            self._try(
                lambda work: visit_edits.remove_visit(work, visit),
                "已删除这次走访",
                lambda work: visit_edits.bring_visit_back(work, visit),
            )

    def confirm(self) -> None:
        """Say that the cadre came along on this day."""
        on = self._on
        self._try(lambda work: work_logs.confirm_joint(work, on), "已确认，这一天计入您的天数")

    def _write(self, values: Mapping[str, Any]) -> None:
        entry = day_forms.log_entry(values)
        self._save(lambda work: work_logs.save_log(work, entry), "工作已记下")

    def _offer(self) -> Offer | None:
        with self._database.reader() as session:
            return next(iter(offers(session, self._cadre, self._on, self._on)), None)

    def _offer_text(self, offer: Offer) -> str:
        with self._database.reader() as session:
            names = cadre_names(session)
        by = "、".join(names.get(one, "") for one in offer.by)
        homes = "、".join(one.household for one in offer.visits)
        return f"{by}登记了和您一起的走访：{homes}。确认后计入您的天数，不用再登记。"

    def _open(
        self, title: str, told: str, form: Any, save: Callable[[Mapping[str, Any]], None]
    ) -> None:
        self.dialog = FormDialog(title, told, form, save, self.window())
        self.dialog.finished.connect(self._closed)
        self.dialog.open()

    def _closed(self) -> None:
        self.dialog = None

    def _save(self, step: Step, said: str, back: Step | None = None) -> None:
        """Carry a step out and tell it. Raises WorldError."""
        kinds = self._commit(step)
        undo = (lambda: self._undo(back)) if back else None
        self.saved.emit(kinds, said, undo)

    def _try(self, step: Step, said: str, back: Step | None = None) -> None:
        try:
            self._save(step, said, back)
        except WorldError as error:
            failure_notice(str(error), self.window()).open()

    def _undo(self, back: Step) -> None:
        self.saved.emit(self._commit(back), "", None)

    def _commit(self, step: Step) -> frozenset[str]:
        with self._database.work(self._cadre) as work:
            step(work)
            return work.commit().kinds
