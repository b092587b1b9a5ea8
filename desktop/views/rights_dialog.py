"""居民权利: what a resident agreed to and asked for, and the paper with what is kept of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from desktop.theme import em
from desktop.views.papers import Papers
from desktop.views.rights_answer import AnswerDialog
from desktop.views.widgets.basics import button, empty, label, row, rule, scrolled, selectable, tell
from desktop.views.widgets.choice import Choice
from desktop.views.widgets.codes import ToggleChips
from desktop.views.widgets.form import Form, field_boxes
from township.errors import WorldError
from township.protection_codes import CONSENT_BY, CONSENT_ITEM
from township.records import Cadre, RightsRequest
from township.rules.permissions import ERASERS
from township.storage.work import UnitOfWork
from township.usecases import consents, rights
from township.usecases.consents import ConsentLine
from township.usecases.rights import RequestLine

_WIDE, _HIGH = 40, 30
_ASKED = ("request_kind", "text")


class RightsDialog(QDialog):
    """Consents and requests of one person. Esc closes it.

    ``committed`` (frozenset of kinds) after each change.
    """

    committed = Signal(object)

    def __init__(self, papers: Papers, person: bytes, name: str, over: QWidget) -> None:
        super().__init__(over)
        self.setWindowTitle("居民权利")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._papers, self._person, self._name = papers, person, name
        with papers.database.reader() as session:
            cadre = session.get(Cadre, papers.cadre_id)
            self._office = bool(cadre and ERASERS.intersection(cadre.roles or ()))
        self.problem = label("", "problem", wrap=True)
        self.item = ToggleChips([Choice(code, CONSENT_ITEM.label(code)) for code in CONSENT_ITEM])
        self.speaker = ToggleChips(
            [Choice(code, CONSENT_BY.label(code)) for code in CONSENT_BY], clearable=False
        )
        self.agree = button("登记同意", lambda: self._consent("given"))
        self.refuse = button("登记不同意", lambda: self._consent("refused"), kind="quiet")
        boxes = field_boxes(RightsRequest.fields(), _ASKED, today=papers.database.today)
        self.form = Form(boxes, [[one] for one in _ASKED])
        self.ask = button("登记申请", self._request, glyph="plus")
        self.print = button("打印“我的信息”", self._print, glyph="printer")
        self._said, self._asked = QVBoxLayout(), QVBoxLayout()
        self._build()
        self.reload()
        self.print.setFocus()

    def reload(self) -> None:
        """Show what is recorded now."""
        with self._papers.database.reader() as session:
            said = consents.consents_of(session, self._person)
            asked = rights.requests_of(session, self._person, self._papers.database.today())
        empty(self._said)
        for one in said:
            self._said.addLayout(self._line(_consent_text(one), self._withdrawer(one)))
        if not said:
            self._said.addWidget(label("还没有登记过。没有登记不影响办理任何事项。", "caption"))
        empty(self._asked)
        for line in asked:
            self._asked.addLayout(self._line(_request_text(line), self._answerer(line)))
        if not asked:
            self._asked.addWidget(label("没有申请。", "caption"))

    def answer(self, line: RequestLine) -> AnswerDialog:
        """Open the dialog in which the office answers a request."""
        dialog = AnswerDialog(self._papers.database, self._papers.cadre_id, line, self)
        dialog.committed.connect(self._changed)
        dialog.open()
        return dialog

    def _build(self) -> None:
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 8, 0)
        inner.setSpacing(8)
        inner.addWidget(label("同意和不同意", "section"))
        inner.addLayout(self._said)
        self.item.setAccessibleName("事项")
        self.speaker.setAccessibleName("由谁表示")
        self.speaker.set_values(("self",))
        inner.addLayout(row(label("事项", "label"), self.item, 1))
        who = row(label("由谁表示", "label"), self.speaker, self.agree, self.refuse, 1)
        inner.addLayout(who)
        inner.addWidget(rule())
        inner.addWidget(label("申请和答复", "section"))
        inner.addLayout(self._asked)
        inner.addWidget(self.form)
        inner.addLayout(row(self.ask, 1))
        inner.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(8)
        layout.addLayout(row(label(self._name, "section"), 1, self.print))
        told = (
            "可以查阅、复制、更正、删除自己的信息，可以要求解释，可以随时撤回同意。"
            "镇里 15 日内答复，不予办理的写明理由。"
        )
        layout.addWidget(label(told, "caption", wrap=True))
        layout.addWidget(scrolled(body), 1)
        layout.addWidget(self.problem)
        layout.addLayout(row(1, button("关闭", self.accept, kind="primary")))
        self.problem.hide()
        room = QGuiApplication.primaryScreen().availableGeometry()
        self.resize(min(em(self, _WIDE), room.width()), min(em(self, _HIGH), room.height()))

    def _line(self, text: str, action: QWidget | None) -> QVBoxLayout:
        made = QVBoxLayout()
        line = row(selectable(text))
        line.setStretch(0, 1)
        if action is not None:
            line.addWidget(action, 0, Qt.AlignmentFlag.AlignTop)
        made.addLayout(line)
        return made

    def _withdrawer(self, one: ConsentLine) -> QWidget | None:
        if not one.can_withdraw:
            return None
        return button("撤回", lambda: self._run(lambda work: rights.withdraw(work, one.id)))

    def _answerer(self, line: RequestLine) -> QWidget | None:
        if not line.open:
            return None
        if not self._office:
            return label("由镇里办理", "caption")
        return button("办理…", lambda: self.answer(line))

    def _consent(self, state: str) -> None:
        items, speakers = self.item.values(), self.speaker.values()
        item, by = str(items[0]) if items else "", str(speakers[0])
        if self._run(lambda w: rights.record_consent(w, self._person, item, state, by)):
            self.item.set_values(())

    def _request(self) -> None:
        values = self.form.values()
        kind, text = values["request_kind"] or "", values["text"] or ""
        if self._run(lambda work: rights.request(work, self._person, kind, text)):
            self.form.clear()

    def _print(self) -> None:
        self._papers.print_my_record(self._person, self)

    def _run(self, step: Callable[[UnitOfWork], object]) -> bool:
        """One step in a unit of work of its own; what is wrong is told here."""
        try:
            with self._papers.database.work(self._papers.cadre_id) as work:
                step(work)
                kinds = work.commit().kinds
        except WorldError as error:
            self._tell(str(error))
            return False
        self._tell("")
        self._changed(kinds)
        return True

    def _changed(self, kinds: frozenset[str]) -> None:
        self.reload()
        self.committed.emit(kinds)

    def _tell(self, text: str) -> None:
        tell(self.problem, text)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _consent_text(one: ConsentLine) -> str:
    what = f"{one.item}（{one.purpose}）" if one.purpose else one.item
    until = f"，{_day(one.withdrawn_on)} 撤回" if one.withdrawn_on else ""
    holds = "" if one.standing else "（已被后来的表示代替）"
    return f"{what}：{one.state} · {one.given_by} · {_day(one.given_on)}{until}{holds}"


def _request_text(line: RequestLine) -> str:
    head = f"{line.kind} · {_day(line.received_on)} 收到"
    if line.open:
        late = "，已超期" if line.overdue else ""
        return "\n".join(filter(None, (f"{head} · {_day(line.due_on)} 前答复{late}", line.text)))
    answer = f"{_day(line.decided_on)} {line.decision}"
    basis = f"依据：{line.legal_basis}" if line.legal_basis else ""
    return "\n".join(filter(None, (f"{head} · {answer}", line.text, line.reasons, basis)))
