"""忘记密码: a request for the township with a new password in mind, and using its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from desktop.background import Background
from desktop.theme import restyle
from desktop.views.widgets.basics import button, label, row
from desktop.views.widgets.form import Form
from desktop.views.widgets.secret_fields import PasswordField, differs
from township.errors import WorldError

if TYPE_CHECKING:
    from township.storage.recovery import Asked

STEPS = (
    "密码不能查询，也没有备用密码；可以请镇里帮忙换一个，本机的内容都不会丢，"
    "没有上报的也在。\n"
    "1. 想好一个新密码，在下面输两次，点“存请求文件…”，存到U盘或能发给镇里的地方。\n"
    "2. 把请求文件交给镇管理员，并把核对码念给他听。他核对是您本人后给您一个答复文件。\n"
    "3. 回到这里输入同一个新密码，点“读入答复…”，就能打开。答复只能在这台电脑上用一次。\n"
    "手机验证码也这样取消：手机和恢复码都没有时，用这个办法换密码，打开后重新设置。\n"
    "想起了原密码也可以照常解锁，请求就不用了。"
)


@dataclass(frozen=True)
class Recovery:
    """What the panel works with; both run in the background and may raise a WorldError.

    ``ask(key, password, folder)`` writes a user's request; ``use(key, file, password)`` uses the
    answer and returns what unlocking returns.
    """

    ask: Callable[[str, str, Path], Asked]
    use: Callable[[str, Path, str], object]
    problem: Callable[[str], str | None]


class ForgottenPanel(QWidget):
    """Steps, a new password and two buttons; ``unlocked(object)`` when the data is open."""

    unlocked = Signal(object)

    def __init__(
        self,
        recovery: Recovery,
        key: Callable[[], str],
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._recovery, self._key, self._background = recovery, key, background
        new = PasswordField("新密码", recovery.problem)
        self.form = Form(
            {
                "new": new,
                "again": PasswordField("再输一次新密码", lambda text: differs(text, new)),
            },
            [["new", "again"]],
        )
        self.message = label("", "problem", wrap=True)
        self.message.setAccessibleName("找回密码的提示")
        self.store = button("存请求文件…", self._choose_folder, glyph="usb")
        self.fetch = button("读入答复…", self._choose_file, glyph="download-simple")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addWidget(label(STEPS, "caption", wrap=True))
        layout.addWidget(self.form)
        layout.addLayout(row(self.store, self.fetch, 1))
        layout.addWidget(self.message)

    def store_in(self, folder: Path) -> None:
        """Write the request into this folder."""
        key, password = self._key(), self.form.values()["new"]
        self._run(lambda: self._recovery.ask(key, password, folder), self._asked)

    def fetch_from(self, file: Path) -> None:
        """Use this answer."""
        key, password = self._key(), self.form.values()["new"]
        self._run(lambda: self._recovery.use(key, file, password), self._opened)

    def _run(self, work: Callable[[], object], done: Callable[[object], None]) -> None:
        self._busy(True)
        self._say("请稍候…")
        self._background.run(
            lambda _: work(),
            done,
            failed=self._refused,
            finished=lambda: self._busy(False),
            owner=self,
        )

    def _asked(self, asked: object) -> None:
        path, code = asked.path, asked.code  # type: ignore[attr-defined]
        self._say(
            f"已存好“{path.name}”，核对码 {code}。请把文件交给镇管理员，并把核对码念给他听。"
            "记住刚才的新密码：读入答复时要用。"
        )

    def _opened(self, result: object) -> None:
        self.form.set_values({"new": None, "again": None})
        self._say("")
        self.unlocked.emit(result)

    def _refused(self, error: WorldError) -> None:
        self._say(str(error), bad=True)

    def _busy(self, busy: bool) -> None:
        for one in (self.form, self.store, self.fetch):
            one.setEnabled(not busy)

    def _say(self, text: str, *, bad: bool = False) -> None:
        self.message.setText(text)
        restyle(self.message, "tone", "bad" if bad else "")

    def _choose_folder(self) -> None:
        if self.form.check():
            dialog = self._dialog("请求文件存到哪里")
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
            dialog.fileSelected.connect(lambda path: self.store_in(Path(path)))
            dialog.open()

    def _choose_file(self) -> None:
        if self.form.check():
            dialog = self._dialog("选择镇里给的答复文件")
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.setNameFilter("找回密码的文件 (*.txt)")
            dialog.fileSelected.connect(lambda path: self.fetch_from(Path(path)))
            dialog.open()

    def _dialog(self, title: str) -> QFileDialog:
        from desktop.views.sticks import stick_folder

        dialog = QFileDialog(self, title, stick_folder())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog
