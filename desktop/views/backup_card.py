"""备份: the backups of this laptop with time and size, one more now, and going back to one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desktop.models.backup_desk import BackupDesk
from desktop.theme import em, restyle
from desktop.views.widgets.basics import Card, button, empty, label, row
from desktop.views.widgets.fitted import FittedDialog
from township.storage.backup import KEPT, Backup
from township.usecases.leaving import Unsent
from township.values import local_text

_HOW = (
    f"每天自动备份一次，留最近 {KEPT} 天的；文件加密，存在数据文件夹的 backups 里。"
    "电脑坏了备份也会一起坏：请常同步，重要时另存一份到别处。"
)
_MOST = 12
"""So many are listed; older ones stay in the folder."""


class BackupCard(Card):
    """Lists the backups of a ``BackupDesk``; ``restore(backup)`` puts one in place."""

    def __init__(
        self,
        desk: BackupDesk,
        unsent: Callable[[], Unsent],
        restore: Callable[[Backup], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("备份", parent)
        self._desk, self._unsent, self._restore = desk, unsent, restore
        self.go = button("现在备份", desk.now, glyph="floppy-disk")
        self.message = label("", "problem", wrap=True)
        self.lines = QVBoxLayout()
        self.body.addWidget(label(_HOW, "caption", wrap=True))
        self.body.addLayout(row(self.go, 1))
        self.body.addWidget(self.message)
        self.body.addLayout(self.lines)
        self.message.hide()
        desk.changed.connect(self.reload)
        desk.made.connect(self._tell)
        desk.failed.connect(lambda text: self._tell(text, False))
        self.reload()

    def reload(self) -> None:
        """Look into the folder again."""
        self.go.setEnabled(not self._desk.running)
        empty(self.lines)
        found = self._desk.listed()
        if not found:
            self.lines.addWidget(label("还没有备份。", "caption"))
            return
        self.lines.addWidget(self._table(found[:_MOST]))
        if len(found) > _MOST:
            text = f"更早的 {len(found) - _MOST} 份没有列出，仍在文件夹里。"
            self.lines.addWidget(label(text, "caption"))

    def ask(self, backup: Backup) -> RestoreDialog:
        """Say what going back means, and ask."""
        dialog = RestoreDialog(backup, self._unsent(), self.window())
        dialog.accepted.connect(lambda: self._restore(backup))
        dialog.open()
        return dialog

    def _table(self, found: list[Backup]) -> QWidget:
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(2)
        for line, one in enumerate(found):
            at = local_text(one.at)
            grid.addWidget(label(at), line, 0)
            grid.addWidget(label(size_text(one.size)), line, 1, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(label(one.why, "caption"), line, 2)
            back = button("恢复…", partial(self.ask, one), kind="quiet")
            back.setAccessibleName(f"恢复 {at} 的备份")
            back.setEnabled(not self._desk.running)
            grid.addWidget(back, line, 3)
        grid.setColumnStretch(4, 1)
        return made

    def _tell(self, text: str, fine: bool) -> None:
        self.message.setText(text)
        self.message.show()
        restyle(self.message, "tone", "" if fine else "bad")


class RestoreDialog(FittedDialog):
    """What is lost and what is not; Esc leaves everything as it is."""

    def __init__(self, backup: Backup, left: Unsent, over: QWidget | None) -> None:
        super().__init__(over)
        self.setWindowTitle("恢复备份")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        at = local_text(backup.at)
        self.text = label(_warning(at, left), wrap=True)
        self.go = button("恢复这一份", self.accept, kind="danger", glyph="arrow-counter-clockwise")
        self.stay = button("不恢复", self.reject, kind="primary")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(label(f"恢复 {at} 的备份", "section"))
        layout.addWidget(self.text)
        layout.addStretch(1)
        layout.addLayout(row(1, self.go, self.stay))
        self.setMinimumWidth(em(self, 30))
        self.stay.setFocus()


def _warning(at: str, left: Unsent) -> str:
    lost = (
        f"现在还有 {left.in_words()}；其中在备份以后填写的，恢复后看不到。请先同步，再恢复。\n"
        if left
        else ""
    )
    return (
        f"本机会回到 {at} 的样子。{lost}"
        "已经上报的不会丢：恢复后同步一次就会取回。\n"
        "现在的数据会先放进备份列表（“恢复之前”），需要时还能恢复回来。恢复时窗口会关上，"
        "完成后请用密码重新解锁；备份以后改过密码的，仍用现在的密码。"
    )


def size_text(size: int) -> str:
    """Bytes for people."""
    return f"{size / 1048576:.1f} MB" if size >= 1048576 else f"{max(1, size // 1024)} KB"
