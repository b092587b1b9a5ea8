"""The first start on a laptop: where the township's server is, the one-time code, a password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.background import Background, Job
from desktop.parse import Unreadable, read_server
from desktop.theme import restyle
from desktop.views.widgets.basics import button, label, row
from desktop.views.widgets.form import Form
from desktop.views.widgets.progress import ProgressStrip
from desktop.views.widgets.secret_fields import CodeField, PasswordField, differs
from desktop.views.widgets.text import TextField
from township.errors import WorldError
from township.fields import Field, Sensitivity
from township.values import Kind

_FIRST = (
    "登记这台电脑",
    "本机还没有数据。请向镇管理员领取一次性登记码；登记需要连到镇里的网络，以后没有网络也能使用。",
)
_MORE = (
    "添加使用者",
    "几个人合用这台电脑时，每人有自己的登记码、密码和资料，互相看不到。请新使用者本人"
    "向镇管理员领取登记码，在这里登记；登记需要连到镇里的网络。",
)


@dataclass(frozen=True)
class Enrolment:
    """What a person typed to enrol this laptop."""

    server: str
    code: str
    password: str


class EnrolPanel(QWidget):
    """Asks for all that enrolment needs; ``enrolled(object)`` brings what ``enrol`` returned.

    ``enrol(enrolment, job)`` runs in the background, reports its steps and may raise a
    WorldError, whose text is shown. ``password_problem`` judges a new password. ``more``: others
    use this computer already; ``left`` when the person goes back to them.
    """

    enrolled = Signal(object)
    left = Signal()

    def __init__(
        self,
        enrol: Callable[[Enrolment, Job], object],
        password_problem: Callable[[str], str | None],
        background: Background,
        server: str = "",
        more: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._enrol, self._background = enrol, background
        self._back = button("返回", self.left.emit, kind="quiet")
        self._back.setVisible(more)
        first = PasswordField("新密码", password_problem)
        self._form = Form(
            {
                "server": _ServerField(),
                "code": CodeField(),
                "password": first,
                "again": PasswordField("再输一次新密码", lambda text: differs(text, first)),
            },
            [["server"], ["code"], ["password"], ["again"]],
        )
        self._form.set_values({"server": server})
        self._message = label("", "problem", wrap=True)
        self._go = button("登记", self._start, kind="primary", glyph="key")
        self._progress = ProgressStrip()
        self._build(*(_MORE if more else _FIRST))
        self.setFocusProxy(self._form.boxes["code" if server else "server"])

    def _build(self, title: str, how: str) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(36, 28, 36, 20)
        layout.setSpacing(6)
        layout.addStretch(1)
        layout.addWidget(label(title, "title"))
        layout.addWidget(label(how, "caption", wrap=True))
        layout.addSpacing(8)
        layout.addWidget(self._form)
        layout.addWidget(self._message)
        layout.addLayout(row(self._go, self._back, self._progress, 1))
        layout.addStretch(2)

    def _start(self) -> None:
        if not self._form.check():
            return
        values = self._form.values()
        wanted = Enrolment(values["server"], values["code"], values["password"])
        self._busy(True)
        ticket = self._background.run(
            lambda job: self._enrol(wanted, job),
            self.enrolled.emit,
            failed=self._refused,
            progress=self._progress.show_progress,
            finished=lambda: self._busy(False),
            owner=self,
        )
        self._progress.start(ticket, "正在连接镇服务器…")

    def _refused(self, error: WorldError) -> None:
        self._message.setText(str(error))
        restyle(self._message, "tone", "bad")

    def _busy(self, busy: bool) -> None:
        self._form.setEnabled(not busy)
        self._go.setEnabled(not busy)
        self._back.setEnabled(not busy)
        if busy:
            self._message.setText("")
        else:
            self._progress.end()


class _ServerField(TextField):
    def __init__(self) -> None:
        super().__init__(Field(Kind.TEXT, "镇服务器地址", Sensitivity.P, required=True))
        self.editor.setPlaceholderText("如 10.1.2.3:8443")

    def value(self) -> Any:
        try:
            return read_server(self.editor.text()) if self.editor.text().strip() else None
        except Unreadable:
            return None

    def unreadable(self) -> str | None:
        try:
            if self.editor.text().strip():
                read_server(self.editor.text())
        except Unreadable as error:
            return str(error)
        return None
