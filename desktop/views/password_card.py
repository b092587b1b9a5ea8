"""Changing one's own password in the settings."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from desktop.background import Background
from desktop.theme import restyle
from desktop.views.widgets.basics import Card, button, label, row
from desktop.views.widgets.form import Form
from desktop.views.widgets.secret_fields import PasswordField, differs
from township.errors import WorldError, WrongPassword

_HOW = (
    "至少 10 位，至少 4 种不同的字符。改完下次解锁用新密码；数据不用重新加密，马上就好。"
    "镇里看不到密码，也查不出来。"
)


class PasswordCard(Card):
    """Old password, new one twice. ``said`` (text) when it is changed.

    ``change(old, new)`` runs in the background and may raise WrongPassword with a delay, which
    is waited for, or another WorldError, whose text is shown. ``wait()`` gives the delay left.
    """

    said = Signal(str)

    def __init__(
        self,
        change: Callable[[str, str], None],
        wait: Callable[[], int],
        problem: Callable[[str], str | None],
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("修改密码", parent)
        self._change, self._wait, self._background = change, wait, background
        new = PasswordField("新密码", problem)
        self.form = Form(
            {
                "old": PasswordField("原密码"),
                "new": new,
                "again": PasswordField("再输一次新密码", lambda text: differs(text, new)),
            },
            [["old", "new", "again"]],
        )
        self.message = label("", "problem", wrap=True)
        self.go = button("修改密码", self._start, glyph="key")
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self._enable)
        self.body.addWidget(label(_HOW, "caption", wrap=True))
        self.body.addWidget(self.form)
        self.body.addWidget(self.message)
        self.body.addLayout(row(self.go, 1))
        self._enable()

    def _start(self) -> None:
        if not self.form.check():
            return
        values = self.form.values()
        old, new = values["old"], values["new"]
        self.form.setEnabled(False)
        self.go.setEnabled(False)
        self._say("")
        self._background.run(
            lambda _: self._change(old, new),
            lambda _: self._changed(),
            failed=self._refused,
            finished=self._rest,
            owner=self,
        )

    def _changed(self) -> None:
        self.form.set_values({"old": None, "new": None, "again": None})
        self.said.emit("密码已修改，下次解锁用新密码。")

    def _refused(self, error: WorldError) -> None:
        text = str(error)
        if isinstance(error, WrongPassword) and not error.wait:
            text = "原密码不对，没有修改。注意大小写和输入法状态。"
        self._say(text)

    def _rest(self) -> None:
        self.form.setEnabled(True)
        self._enable()

    def _enable(self) -> None:
        """The button rests as long as wrong passwords make wait."""
        waits = self._wait() > 0
        if waits and not self._clock.isActive():
            self._clock.start()
        elif not waits and self._clock.isActive():
            self._clock.stop()
            self._say("现在可以再试一次。")
        self.go.setEnabled(not waits and self.form.isEnabled())

    def _say(self, text: str) -> None:
        self.message.setText(text)
        restyle(self.message, "tone", "bad" if text else "")
