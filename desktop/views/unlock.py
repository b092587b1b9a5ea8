"""The unlock window: who, password, and in a demo the demo's names and passwords."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from desktop.background import Background
from desktop.theme import em, restyle
from desktop.views.widgets.basics import button, label, row
from desktop.views.widgets.choice import Choice, ChoiceEdit
from desktop.views.widgets.password import PasswordEdit
from township.errors import WorldError, WrongPassword

if TYPE_CHECKING:
    from desktop.views.forgotten import ForgottenPanel, Recovery


@dataclass(frozen=True)
class DemoUser:
    """A made-up user whose password may be shown, in a demo folder only."""

    login: str
    name: str
    post: str
    password: str


@dataclass(frozen=True)
class User:
    """Somebody who can unlock data here; ``key`` tells the program who."""

    key: str
    shown: str


class UnlockPanel(QWidget):
    """Asks for user and password; ``unlocked(object)`` brings what ``unlock`` returned.

    ``added`` when somebody wants to be added to this computer; offered if ``more``.
    ``unlock(key, password)`` runs in the background and may raise WrongPassword with a
    delay, which is counted down, or another WorldError, whose text is shown. ``wait(key)``
    gives the delay in seconds that is left from earlier tries. ``recovery`` is asked when the
    person has forgotten the password.
    """

    unlocked = Signal(object)
    added = Signal()

    def __init__(
        self,
        users: Sequence[User],
        unlock: Callable[[str, str], object],
        wait: Callable[[str], int],
        background: Background,
        *,
        demo: Sequence[DemoUser] = (),
        recovery: Callable[[], Recovery] | None = None,
        more: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._unlock, self._wait, self._background = unlock, wait, background
        self._demo = {user.login: user for user in demo}
        self._seconds = 0
        self._busy = False
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self._tick)
        self._who = ChoiceEdit([self._choice(user) for user in users])
        self._who.set_value(users[0].key)
        self._who.setAccessibleName("用户")
        self._single = label(self._who.text())
        self._password = PasswordEdit()
        self._password.setAccessibleName("密码")
        self._message = label("", "problem", wrap=True)
        self._message.setAccessibleName("提示")
        self._enter = button("解锁", self._try, kind="primary", glyph="lock-simple-open")
        self._recovery = recovery
        self._help: ForgottenPanel | None = None
        self._forgotten = QVBoxLayout()
        self._build(several=len(users) > 1, more=more)
        self._connect()
        self._user_changed()

    def focus(self) -> None:
        """Put the cursor where typing goes on."""
        self._password.setFocus()

    def _build(self, *, several: bool, more: bool) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(36, 32, 36, 24)
        layout.setSpacing(8)
        layout.addStretch(1)
        layout.addWidget(label("解锁本机数据", "title"))
        layout.addSpacing(8)
        layout.addWidget(label("用户", "label"))
        layout.addWidget(self._who if several else self._single)
        self._single.setVisible(not several)
        layout.addWidget(label("密码", "label"))
        layout.addWidget(self._password)
        self._message.setMinimumHeight(em(self, 1.4))
        self._message.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._message)
        forgotten = button("忘记密码…", self._toggle_help, kind="quiet")
        forgotten.setVisible(self._recovery is not None)
        add = button("添加使用者…", self.added.emit, kind="quiet")
        add.setVisible(more)
        layout.addLayout(row(self._enter, forgotten, 1, add))
        layout.addLayout(self._forgotten)
        if self._demo:
            layout.addSpacing(12)
            layout.addWidget(self._demo_box())
        layout.addStretch(2)

    def _demo_box(self) -> QFrame:
        box = QFrame()
        box.setProperty("role", "card")
        grid = QGridLayout(box)
        grid.setContentsMargins(14, 10, 14, 10)
        grid.setVerticalSpacing(4)
        grid.addWidget(label("演示数据，人物均为虚构。任选一个账号：", "caption"), 0, 0, 1, 3)
        for line, user in enumerate(self._demo.values(), 1):
            grid.addWidget(label(f"{user.name}  {user.post}"), line, 0)
            grid.addWidget(label(user.password, "caption"), line, 1)
            use = button("填入", partial(self._fill, user), kind="quiet")
            use.setAccessibleName(f"填入{user.name}的密码")
            grid.addWidget(use, line, 2)
        grid.setColumnStretch(0, 1)
        return box

    def _connect(self) -> None:
        self._who.chosen.connect(self._user_changed)
        self._password.caps_lock.connect(lambda _: self._hint())
        self._password.textEdited.connect(lambda: self._hint())
        self._password.returnPressed.connect(self._try)
        self.setFocusProxy(self._password)

    def _choice(self, user: User) -> Choice:
        demo = self._demo.get(user.key)
        shown = f"{demo.name}（{user.key}）" if demo else user.shown
        return Choice(user.key, shown, user.key)

    def _fill(self, user: DemoUser) -> None:
        self._who.set_value(user.login)
        self._user_changed()
        self._password.setText(user.password)
        self._enter.setFocus()

    def _key(self) -> str:
        return str(self._who.value() or "")

    def _user_changed(self) -> None:
        self._say("")
        self._count_down(self._wait(self._key()) if self._key() else 0)

    def _try(self) -> None:
        if self._busy or self._seconds:
            return
        key, password = self._key(), self._password.text()
        if not key:
            self._say("请先选择用户。", bad=True)
        elif not password:
            self._say("请输入密码。", bad=True)
        else:
            self._set_busy(True)
            self._say("正在解锁…")
            self._background.run(
                lambda _: self._unlock(key, password),
                self._opened,
                failed=self._refused,
                finished=lambda: self._set_busy(False),
                owner=self,
            )

    def _opened(self, result: object) -> None:
        self._password.clear()
        self._say("")
        self.unlocked.emit(result)

    def _refused(self, error: WorldError) -> None:
        self._say(str(error), bad=True)
        self._password.selectAll()
        if isinstance(error, WrongPassword):
            self._count_down(error.wait)
        self._password.setFocus()

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self._enable()

    def _enable(self) -> None:
        self._enter.setEnabled(not self._busy and not self._seconds)

    def _count_down(self, seconds: int) -> None:
        self._seconds = seconds
        if seconds:
            self._clock.start()
            self._say(_wait_text(seconds), bad=True)
        else:
            self._clock.stop()
        self._enable()

    def _tick(self) -> None:
        self._count_down(self._seconds - 1)
        if not self._seconds:
            self._say("现在可以再试一次。")

    def _hint(self) -> None:
        if not self._seconds:
            self._say("大写锁定可能已打开（Caps Lock）。" if self._password.caps else "")

    def _say(self, text: str, *, bad: bool = False) -> None:
        self._message.setText(text)
        restyle(self._message, "tone", "bad" if bad else "")

    def _toggle_help(self) -> None:
        if self._help is None and self._recovery is not None:
            from desktop.views.forgotten import ForgottenPanel  # forms: not for every start

            self._help = ForgottenPanel(self._recovery(), self._key, self._background)
            self._help.unlocked.connect(self.unlocked)
            self._forgotten.addWidget(self._help)
            self._help.show()
        elif self._help is not None:
            self._help.setVisible(not self._help.isVisible())


def _wait_text(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    left = f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"
    return f"连续输错，请等 {left}后再试。"
