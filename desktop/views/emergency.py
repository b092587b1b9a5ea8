"""紧急情况: whom to telephone and what to say come first, then the form. Works offline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.theme import em, restyle
from desktop.views.situation_steps import place_choices, where_field
from desktop.views.step_form import StepDraft
from desktop.views.widgets.autosave import Autosave
from desktop.views.widgets.basics import Card, button, empty, label, row, scrolled, selectable, tell
from desktop.views.widgets.choice import Choice
from desktop.views.widgets.field import Draft
from desktop.views.widgets.form import Form, field_boxes
from township.errors import InvalidInput, WorldError
from township.records import Group, Situation
from township.rules.situations import report_rule
from township.situation_codes import REPORT_DUTY
from township.storage.database import Database
from township.usecases import situation_reports
from township.usecases.situation_routing import Contact, call_list, contacts
from township.usecases.township_settings import settings_of
from township.values import CHINA

_SAID = ("where", "place", "summary", "persons_injured", "persons_affected", "to_evacuate")
"""What the sentence is made of; it follows while one types."""
_ROWS = (
    ("where", "place"),
    ("summary",),
    ("persons_injured", "persons_affected", "to_evacuate"),
    ("households_affected", "found_at"),
    ("first_action",),
    ("report_duty",),
    ("external_organ", "external_person"),
    ("external_at", "external_ref"),
)
_FIRST = "① 先打电话，再登记。本程序不能代替电话。"
_WIDE, _HIGH = 58, 33
_LEFT = 20
_SUBJECT = bytes(16)


class EmergencyDialog(QDialog):
    """Asks for an emergency. Esc closes it and keeps what is typed.

    ``saved`` (id, frozenset of kinds) after it was entered.
    """

    saved = Signal(object, object)

    def __init__(self, database: Database, cadre_id: bytes, now: datetime, over: QWidget) -> None:
        super().__init__(over)
        self.setWindowTitle("紧急情况")
        self._database, self._cadre, self._now = database, cadre_id, now
        self._draft = StepDraft(database, cadre_id, _SUBJECT, "emergency")
        with database.reader() as session:
            self._who = next(iter(contacts(session, [cadre_id])), Contact("", ""))
            self._places = place_choices(session, cadre_id)
            self._rules = settings_of(session)
            kept = self._draft.read(session)
        self.form = self._make_form()
        self.calls = QGridLayout()
        self._called: bytes | None = None
        self.sentence = selectable("", "section")
        self.law = label("", "caption", wrap=True)
        self.problem = label("", "problem", wrap=True)
        self._build()
        self.form.changed.connect(self._follow)
        self._begin(kept)
        self.autosave = Autosave(self.form, self._keep)
        self._follow()
        self.form.boxes["where"].setFocus()

    def save(self) -> None:
        """Enter the emergency, or say what is wrong."""
        if not self.form.check():
            return
        try:
            with self._database.work(self._cadre) as work:
                made = situation_reports.report_emergency(work, self.form.values())
                self._draft.drop(work.session)
                committed = work.commit()
        except InvalidInput as error:
            self._tell("；".join(self.form.show_problems(error.problems).values()))
        except WorldError as error:
            self._tell(str(error))
        else:
            self.autosave.stop()
            self.accept()
            self.saved.emit(made, committed.kinds)

    def done(self, result: int) -> None:
        self.autosave.flush()
        super().done(result)

    def _make_form(self) -> Form:
        fields = {"where": where_field(), **Situation.fields()}
        fields["place"] = replace(fields["place"], label="具体地点")
        fields["summary"] = replace(fields["summary"], label="发生了什么")
        fields["external_organ"] = replace(fields["external_organ"], label="已打电话报告的机关")
        duties = [Choice(one, REPORT_DUTY.label(one)) for one in tuple(REPORT_DUTY)[:4]]
        names = [name for names in _ROWS for name in names]
        given = {"where": self._places, "report_duty": duties}
        return Form(field_boxes(fields, names, given, self._database.today), _ROWS)

    def _begin(self, kept: Mapping[str, Draft] | None) -> None:
        self.form.set_values({"found_at": self._now, "report_duty": "hazard"})
        if len(self._places) == 1:
            self.form.set_values({"where": self._places[0].value})
        if kept:
            self.form.set_draft(kept)

    def _build(self) -> None:
        first = Card(_FIRST)
        restyle(first.title, "tone", "bad")
        first.body.addLayout(self.calls)
        first.body.addWidget(label("照着念（边填边变）", "label"))
        first.body.addWidget(self.sentence)
        first.body.addStretch(1)
        second = Card("② 电话打完，再补全登记")
        for part in (self.form, self.law, self.problem):
            second.body.addWidget(part)
        second.body.addStretch(1)
        save = button("登记", self.save, kind="primary", keys="Ctrl+S")
        right = QVBoxLayout()
        right.addWidget(scrolled(second), 1)
        right.addLayout(row(1, button("关闭", self.reject, kind="quiet"), save))
        self.problem.hide()
        calls = scrolled(first)
        calls.setMinimumWidth(em(self, _LEFT))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(12)
        layout.addWidget(calls, 2)
        layout.addLayout(right, 3)
        room = QGuiApplication.primaryScreen().availableGeometry()
        self.resize(min(em(self, _WIDE), room.width()), min(em(self, _HIGH), room.height()))

    def _follow(self) -> None:
        """The call list and the sentence follow what is typed."""
        values = self.form.values()
        self.law.setText(report_rule(values["report_duty"], self._rules))
        self.sentence.setText(self._said(values))
        if self._called != values["where"] or not self.calls.count():
            self._called = values["where"]
            self._call(values["where"])

    def _call(self, where: bytes | None) -> None:
        """Whom to telephone for a place: rescue alone while it is not known."""
        with self._database.reader() as session:
            group = session.get(Group, where) if where else None
            zone = group.zone_id if group else where
            found = call_list(session, zone, self._now.astimezone(CHINA).date())
        empty(self.calls)
        for at, one in enumerate(found):
            self.calls.addWidget(label(one.who, "body", wrap=True), at, 0)
            self.calls.addWidget(selectable(one.phone or "没有登记工作电话", "section"), at, 1)
        self.calls.setColumnStretch(0, 3)
        self.calls.setColumnStretch(1, 2)

    def _said(self, values: Mapping[str, Any]) -> str:
        named = {one.value: one.label.removesuffix("（不分组）") for one in self._places}
        where = named.get(values["where"], "").replace(" ", "")
        people = {name: values[name] for name in _SAID[3:]}
        return situation_reports.sentence(
            self._who, where, values["place"] or "", values["summary"] or "", people
        )

    def _keep(self, values: Mapping[str, Draft]) -> None:
        try:
            self._draft.keep(values)
        except WorldError as error:
            self._tell(f"草稿没有存下：{error}")

    def _tell(self, text: str) -> None:
        tell(self.problem, text)
