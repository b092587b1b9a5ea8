"""The help on F1: which keys do what."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from desktop.theme import em
from desktop.views.widgets.basics import button, label, row, scrolled

COMMON = [
    ("Ctrl+F", "搜索"),
    ("F5", "刷新本页"),
    ("Ctrl+Z", "撤销刚才的删除"),
    ("Ctrl+E", "紧急情况：电话和登记"),
    ("Ctrl+L", "锁定"),
    ("Ctrl++ / Ctrl+-", "放大 / 缩小文字"),
    ("Ctrl+0", "恢复文字大小"),
    ("Tab / Shift+Tab", "下一项 / 上一项"),
    ("Esc", "关闭窗口、返回"),
    ("F1", "本说明"),
]

Section = tuple[str, Sequence[tuple[str, str]]]


class ShortcutHelp(QDialog):
    """Keys in sections; sections without keys are left out. Closed by Esc or Enter."""

    def __init__(self, sections: Sequence[Section], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("键盘操作")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(20, 16, 20, 8)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        line = 0
        for title, keys in sections:
            if not keys:
                continue
            grid.addWidget(label(title, "section"), line, 0, 1, 2)
            for line, (key, text) in enumerate(keys, line + 1):  # noqa: B020 - goes on counting
                grid.addWidget(label(key), line, 0)
                grid.addWidget(label(text, "caption"), line, 1)
            line += 1
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 12)
        layout.addWidget(scrolled(inside))
        close = button("关闭", self.accept, kind="primary")
        foot = row(1, close)
        foot.setContentsMargins(20, 4, 20, 0)
        layout.addLayout(foot)
        room = self.screen().availableGeometry().height() * 9 // 10
        self.resize(em(self, 24), min(em(self, 27), room))
        close.setFocus()
