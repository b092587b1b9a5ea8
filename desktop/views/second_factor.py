"""手机验证码: setting it up with a square picture, and asking for a code after the password."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from desktop.background import Background
from desktop.theme import em, restyle
from desktop.views.widgets.basics import button, empty, label, row, selectable
from desktop.views.widgets.form import Form
from desktop.views.widgets.text import TextField
from township.errors import WorldError, WrongPassword
from township.fields import Field, Sensitivity
from township.values import Kind

_HOW = (
    "用手机上的验证器（如微信小程序“腾讯身份验证器”）扫描方块，或手工输入密钥；"
    "再把手机上显示的 6 位数字填在右边。验证时手机不用联网。"
)
_ONCE = (
    "这 10 个恢复码只显示这一次。手机丢了、坏了或时钟不准时，用一个恢复码代替验证码，"
    "每个只能用一次。请打印或抄下来，锁在柜子里，不要贴在电脑上。"
)
_QUIET = 4
"""Modules of white around the picture. Source: ISO/IEC 18004."""


@dataclass(frozen=True)
class SetUp:
    """One try to set it up; ``confirm`` runs in the background and may raise WrongPassword.

    ``confirm(code)`` returns the rescue codes; ``printed(codes)`` shows them as paper.
    """

    address: str
    secret: str
    confirm: Callable[[str], list[str]]
    printed: Callable[[Sequence[str], QWidget], None]


class OneTimeField(TextField):
    """A code of the telephone or a rescue code."""

    editor: QLineEdit

    def __init__(self, name: str = "验证码") -> None:
        super().__init__(Field(Kind.TEXT, name, Sensitivity.S, required=True, max_length=20))
        self.editor.setPlaceholderText("手机上的 6 位数字")


class SetUpPanel(QWidget):
    """Picture, secret and a code; then the rescue codes.

    ``done`` when it holds, ``put_off`` for later, ``left`` when the person locks. ``later`` is
    the text of the button that puts it off; empty: it cannot be put off any more.
    """

    done = Signal()
    put_off = Signal()
    left = Signal()

    def __init__(
        self,
        asked: SetUp,
        background: Background,
        *,
        why: str = "",
        later: str = "",
        leaving: str = "锁定",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._asked, self._background = asked, background
        self.codes: list[str] = []
        self.form = Form({"code": OneTimeField()}, [["code"]])
        self.message = _message()
        self.go = button("确认", self._confirm, kind="primary", glyph="check")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(36, 24, 36, 20)
        self._layout.setSpacing(8)
        self._layout.addWidget(label("设置手机验证码", "title"))
        if why:
            self._layout.addWidget(label(why, "caption", wrap=True))
        self._layout.addWidget(label(_HOW, "caption", wrap=True))
        self._layout.addLayout(self._pair())
        self._layout.addWidget(self.message)
        put_off = button(later, self.put_off.emit, kind="quiet")
        put_off.setVisible(bool(later))
        lock = button(leaving, self.left.emit, kind="quiet")
        self._layout.addLayout(row(self.go, put_off, lock, 1))
        self._layout.addStretch(1)
        self.setFocusProxy(self.form.boxes["code"].editor)

    def _pair(self) -> QHBoxLayout:
        """The picture, and beside it the secret and the line for the code."""
        secret = selectable(self._asked.secret)
        secret.setAccessibleName("密钥")
        side = QVBoxLayout()
        side.addWidget(label("密钥", "label"))
        side.addWidget(secret)
        side.addStretch(1)
        side.addWidget(self.form)
        picture = qr_label(self._asked.address, em(self, 11))
        pair = row(picture, spacing=14)
        pair.setAlignment(picture, Qt.AlignmentFlag.AlignTop)
        pair.addLayout(side, 1)
        return pair

    def _confirm(self) -> None:
        if not self.form.check():
            return
        code = self.form.values()["code"]
        self.go.setEnabled(False)
        self._background.run(
            lambda _: self._asked.confirm(code),
            self._confirmed,
            failed=lambda error: _say(self.message, str(error)),
            finished=lambda: self.go.setEnabled(True),
            owner=self,
        )

    def _confirmed(self, codes: list[str]) -> None:
        self.codes = codes
        empty(self._layout)
        shown = RescueCodes(codes, self._asked.printed)
        shown.done.connect(self.done)
        self._layout.addWidget(shown)
        shown.show()
        shown.go.setFocus()
        self._layout.addStretch(1)


class RescueCodes(QWidget):
    """The codes, once: to be printed or copied by hand before going on; then ``done``."""

    done = Signal()

    def __init__(
        self, codes: Sequence[str], printed: Callable[[Sequence[str], QWidget], None]
    ) -> None:
        super().__init__()
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        for number, code in enumerate(codes):
            line, column = divmod(number, 2)
            grid.addWidget(selectable(f"{number + 1}. {code}"), line, column)
        self.paper = button("打印…", lambda: printed(codes, self), glyph="printer")
        self.go = button("已经收好，继续", self.done.emit, kind="primary", glyph="check")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(label("请收好恢复码", "title"))
        layout.addWidget(label(_ONCE, wrap=True))
        layout.addLayout(grid)
        layout.addLayout(row(self.go, self.paper, 1))


class CodePanel(QWidget):
    """Asks for the code after the password. ``passed``, or ``left`` when the person locks.

    ``prove(code)`` runs in the background and may raise WrongPassword with a delay; ``wait()``
    gives the delay that is left.
    """

    passed = Signal()
    left = Signal()

    def __init__(
        self,
        prove: Callable[[str], None],
        wait: Callable[[], int],
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._prove, self._wait, self._background = prove, wait, background
        field = self._field = OneTimeField("手机验证码")
        self.form = Form({"code": field}, [["code"]])
        self.message = _message()
        self.go = button("继续", self._try, kind="primary", glyph="lock-simple-open")
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self._rest)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(36, 32, 36, 24)
        layout.setSpacing(8)
        layout.addStretch(1)
        layout.addWidget(label("手机验证码", "title"))
        layout.addWidget(
            label(
                "密码对了。请输入手机验证器上现在显示的 6 位数字；手机不在身边时，"
                "输入一个恢复码。都没有时请锁定，用“忘记密码…”请镇里帮忙。",
                "caption",
                wrap=True,
            )
        )
        layout.addWidget(self.form)
        layout.addWidget(self.message)
        layout.addLayout(row(self.go, button("锁定", self.left.emit, kind="quiet"), 1))
        layout.addStretch(2)
        field.editor.returnPressed.connect(self._try)
        self.setFocusProxy(field.editor)
        self._rest()

    def _try(self) -> None:
        if not self.go.isEnabled() or not self.form.check():
            return
        code = self.form.values()["code"]
        self.go.setEnabled(False)
        self._background.run(
            lambda _: self._prove(code),
            lambda _: self.passed.emit(),
            failed=self._refused,
            finished=self._rest,
            owner=self,
        )

    def _refused(self, error: WorldError) -> None:
        _say(self.message, str(error))
        if isinstance(error, WrongPassword):
            self._field.editor.selectAll()

    def _rest(self) -> None:
        """The button rests as long as wrong codes make wait."""
        seconds = self._wait()
        if seconds:
            self._clock.start()
            _say(self.message, f"连续输错，请等 {seconds} 秒后再试。")
        elif self._clock.isActive():
            self._clock.stop()
            _say(self.message, "现在可以再试一次。")
        self.go.setEnabled(not seconds)


def qr_label(text: str, side: int) -> QLabel:
    """The text as a square picture of about this many pixels, for the camera of a telephone."""
    import segno

    rows = [list(line) for line in segno.make(text, error="m").matrix]
    modules = len(rows) + 2 * _QUIET
    scale = max(2, side // modules)
    picture = QPixmap(modules * scale, modules * scale)
    picture.fill(QColor("white"))
    painter = QPainter(picture)
    for y, line in enumerate(rows, _QUIET):
        for x, dark in enumerate(line, _QUIET):
            if dark:
                painter.fillRect(x * scale, y * scale, scale, scale, QColor("black"))
    painter.end()
    made = QLabel()
    made.setPixmap(picture)
    made.setFixedSize(picture.size())
    made.setAccessibleName("用手机验证器扫描的二维码；也可以手工输入旁边的密钥")
    return made


def _message() -> QLabel:
    made = label("", "problem", wrap=True)
    made.setAlignment(Qt.AlignmentFlag.AlignTop)
    made.setAccessibleName("提示")
    return made


def _say(message: QLabel, text: str) -> None:
    message.setText(text)
    restyle(message, "tone", "bad" if text else "")
