"""离开这台电脑: removing one's own data from a computer, with a password and a last look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from desktop.background import Background
from desktop.theme import em, restyle
from desktop.views.widgets.basics import Card, button, label, row
from desktop.views.widgets.fitted import FittedDialog
from desktop.views.widgets.form import Form
from desktop.views.widgets.secret_fields import PasswordField
from township.errors import WorldError
from township.usecases.leaving import Unsent

_HOW = (
    "只删除这台电脑上您的资料和密码，已经上报的都在镇里，别的使用者不受影响。"
    "换了电脑或调离时使用；以后要再用，请镇管理员发新的登记码。"
)
_SAFE = "您的内容都已上报，可以移除。移除以后这台电脑上没有您的资料，请告诉镇管理员停用它的编号。"


@dataclass(frozen=True)
class Leaving:
    """What the card works with. ``proven`` runs in the background and may raise WrongPassword.

    ``begin`` closes the data and removes them; with a place a backup is stored there first.
    """

    unsent: Callable[[], Unsent]
    proven: Callable[[str], object]
    begin: Callable[[Path | None], None]


class LeaveCard(Card):
    """Says what it does, and opens the dialog."""

    def __init__(
        self, leaving: Leaving, background: Background, parent: QWidget | None = None
    ) -> None:
        super().__init__("离开这台电脑", parent)
        self._leaving, self._background = leaving, background
        self.go = button("移除我的资料…", self.ask, glyph="trash")
        self.body.addWidget(label(_HOW, "caption", wrap=True))
        self.body.addLayout(row(self.go, 1))

    def ask(self) -> None:
        """Open the dialog."""
        LeaveDialog(self._leaving, self._background, self.window()).open()


class LeaveDialog(FittedDialog):
    """What would be lost, a place for a backup of it, and the password."""

    def __init__(self, leaving: Leaving, background: Background, over: QWidget | None) -> None:
        super().__init__(over)
        self.setWindowTitle("移除我的资料")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._leaving, self._background = leaving, background
        self.place: Path | None = None
        self._left = leaving.unsent()
        self.text = label(self._words(), wrap=True)
        self.where = label("", "caption", wrap=True)
        self.choose = button("选择备份存到哪里…", self._choose, glyph="usb")
        self.form = Form({"password": PasswordField("密码")}, [["password"]])
        self.message = label("", "problem", wrap=True)
        restyle(self.message, "tone", "bad")
        self.go = button("移除", self._start, kind="danger", glyph="trash")
        self._build()

    def keep_in(self, place: Path) -> None:
        """A backup goes there before anything is removed."""
        self.place = place
        self.where.setText(f"备份存到：{place}")
        self.go.setEnabled(True)
        self.fit()

    def _words(self) -> str:
        if not self._left:
            return _SAFE
        return (
            f"还有 {self._left.in_words()}，只在这台电脑上。最好先同步再移除。"
            "不能同步时，先存一份加密备份（内有数据和密钥文件，用原来的密码打开），"
            "请妥善保管，交给镇管理员后可以取回。"
        )

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(10)
        layout.addWidget(label("从这台电脑移除我的资料", "section"))
        layout.addWidget(self.text)
        layout.addLayout(row(self.choose, 1))
        layout.addWidget(self.where)
        layout.addWidget(self.form)
        layout.addWidget(self.message)
        layout.addStretch(1)
        layout.addLayout(row(1, button("取消", self.reject, kind="quiet"), self.go))
        self.choose.setVisible(bool(self._left))
        self.go.setEnabled(not self._left)
        self.setMinimumWidth(em(self, 28))

    def _start(self) -> None:
        if not self.form.check():
            return
        password = self.form.values()["password"]
        self.go.setEnabled(False)
        self._background.run(
            lambda _: self._leaving.proven(password),
            lambda _: self._proven(),
            failed=self._refused,
            owner=self,
        )

    def _proven(self) -> None:
        self.accept()
        self._leaving.begin(self.place)

    def _refused(self, error: WorldError) -> None:
        self.go.setEnabled(True)
        self.message.setText(str(error))
        self.fit()

    def _choose(self) -> None:
        from desktop.views.sticks import stick_folder

        dialog = QFileDialog(self, "备份存到哪里", stick_folder())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda path: self.keep_in(Path(path)))
        dialog.open()
