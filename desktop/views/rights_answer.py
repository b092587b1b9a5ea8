"""办理申请: the office answers a resident, does what was asked for, or says why not."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from desktop.theme import em
from desktop.views.widgets.basics import button, label, row, rule, scrolled, tell
from desktop.views.widgets.choice import Choice
from desktop.views.widgets.codes import ToggleChips
from desktop.views.widgets.form import Form, field_boxes
from township.errors import InvalidInput, NotAllowed, WorldError
from township.records import Person, RightsRequest
from township.rules import rights as rules
from township.storage.database import Database
from township.storage.work import UnitOfWork
from township.usecases import rights
from township.usecases.purging import CONFIRMATION, check_confirmation
from township.usecases.rights import RequestLine

_WIDE, _HIGH = 38, (25, 31)
"""Text heights; the second for requests that ask for more."""
_WHY = ("reasons", "legal_basis")
_PAIRS = [
    *(["name", "sex"], ["relation"], ["birth_date", "id_no"]),
    *(["phone"], ["education"], ["residence"]),
]
_ERASED = "删除的内容在镇服务器和各笔记本上都彻底清除，不能撤销。"


class AnswerDialog(QDialog):
    """Shows what fits the request. Esc closes it. ``committed`` (frozenset of kinds) once done."""

    committed = Signal(object)

    def __init__(
        self, database: Database, cadre_id: bytes, line: RequestLine, over: QWidget
    ) -> None:
        super().__init__(over)
        self.setWindowTitle(f"办理申请：{line.kind}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._database, self._cadre, self._line = database, cadre_id, line
        self.problem = label("", "problem", wrap=True)
        self.why = Form(
            field_boxes(RightsRequest.fields(), _WHY, today=database.today), [[one] for one in _WHY]
        )
        self.refuse = button("不予办理，答复本人", self._refuse)
        self.correction: Form | None = None
        self.what: ToggleChips | None = None
        self.typed = QLineEdit()
        text, deed = self._main()
        erases = line.code in ("delete", "withdraw")
        self.go = button(text, deed, kind="danger" if erases else "primary")
        self._build()
        self.why.set_values(
            {"reasons": rules.STATUTORY_REASON, "legal_basis": rules.STATUTORY_BASIS}
        )

    def _main(self) -> tuple[str, Callable[[], object]]:
        """What the main button says and does."""
        return {
            "correct": ("更正并办结", self._correct),
            "delete": ("彻底删除并办结", self._erase),
            "withdraw": ("清除并办结", self._withdraw),
        }.get(self._line.code, ("已提供，办结", self._provide))

    def _build(self) -> None:
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 8, 0)
        inner.setSpacing(8)
        for part in self._parts():
            inner.addWidget(part)
        inner.addLayout(row(self.go, 1))
        if self._line.code != "withdraw":
            inner.addWidget(rule())
            inner.addWidget(label("不能办理的，写明理由和依据", "section"))
            inner.addWidget(self.why)
            inner.addLayout(row(self.refuse, 1))
        inner.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(8)
        layout.addWidget(label(f"{self._line.person} 申请{self._line.kind}", "section", wrap=True))
        if self._line.text:
            layout.addWidget(label(self._line.text, wrap=True))
        layout.addWidget(scrolled(body), 1)
        layout.addWidget(self.problem)
        layout.addLayout(row(1, button("关闭", self.reject, kind="quiet")))
        self.problem.hide()
        room = QGuiApplication.primaryScreen().availableGeometry()
        high = em(self, _HIGH[self._line.code in ("correct", "delete")])
        self.resize(min(em(self, _WIDE), room.width()), min(high, room.height()))

    def _parts(self) -> list[QWidget]:
        """What the request needs beside the button."""
        if self._line.code == "correct":
            return [self._correction()]
        if self._line.code == "delete":
            told = label(f"要删除的内容。{_ERASED}", "caption", wrap=True)
            return [told, self._choice(), self._confirmation()]
        if self._line.code == "withdraw":
            rests = f"撤回同意的内容已经停止使用。清除：电话和照片的现值和旧值。{_ERASED}"
            return [label(rests, "caption", wrap=True), self._confirmation()]
        given = "已经打印“我的信息”交给本人，或已当面说明的，可以办结。"
        return [label(given, "caption", wrap=True)]

    def _correction(self) -> Form:
        names = [name for pair in _PAIRS for name in pair]
        self.correction = Form(
            field_boxes(Person.fields(), names, today=self._database.today), _PAIRS
        )
        with self._database.reader() as session:
            person = session.get(Person, self._line.person_id)
        if person is not None:
            self.correction.set_values({name: getattr(person, name) for name in names})
        return self.correction

    def _choice(self) -> ToggleChips:
        fields = Person.fields()
        choices = [Choice(name, fields[name].label) for name in rules.ERASABLE]
        choices.append(Choice(rights.WHOLE, "本人全部记录"))
        self.what = ToggleChips(choices, several=True)
        self.what.setAccessibleName("要删除的内容")
        self.what.edited.connect(self._settle)
        return self.what

    def _settle(self) -> None:
        """全部 stands for itself."""
        if self.what is not None and rights.WHOLE in self.what.values():
            self.what.set_values((rights.WHOLE,))

    def _confirmation(self) -> QWidget:
        self.typed.setAccessibleName(f"输入“{CONFIRMATION}”确认")
        self.typed.setPlaceholderText(f"输入“{CONFIRMATION}”确认")
        self.typed.setFixedWidth(em(self, 12))
        return self.typed

    def _provide(self) -> None:
        self._run(lambda work: rights.decide(work, self._line.id, "granted"))

    def _refuse(self) -> None:
        why = self._reasons()
        self._run(lambda work: rights.decide(work, self._line.id, "refused", *why))

    def _correct(self) -> None:
        form = self.correction
        if form is not None and form.check():
            self._run(lambda work: rights.correct(work, self._line.id, form.values()))

    def _erase(self) -> None:
        names = frozenset(str(one) for one in (self.what.values() if self.what else ()))
        if not names:
            self._tell("请选择要删除的内容")
        elif self._confirmed():
            self._run(lambda work: rights.erase(work, self._line.id, names))

    def _withdraw(self) -> None:
        if self._confirmed():
            self._run(lambda work: rights.finish_withdrawal(work, self._line.id))

    def _confirmed(self) -> bool:
        try:
            check_confirmation(self.typed.text())
        except NotAllowed as error:
            self._tell(str(error))
            self.typed.setFocus()
            return False
        return True

    def _reasons(self) -> tuple[str, str]:
        values = self.why.values()
        return values["reasons"] or "", values["legal_basis"] or ""

    def _run(self, step: Callable[[UnitOfWork], object]) -> None:
        try:
            with self._database.work(self._cadre) as work:
                step(work)
                kinds = work.commit().kinds
        except InvalidInput as error:
            form = self.correction or self.why
            rest = form.show_problems(error.problems)
            self._tell("；".join(rest.values()))
        except WorldError as error:
            self._tell(str(error))
        else:
            self.accept()
            self.committed.emit(kinds)

    def _tell(self, text: str) -> None:
        tell(self.problem, text)
