"""Dialogs for failures: the world's, with what to do, and our own, with how to report them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.icons import pixmap
from desktop.theme import Tone, em
from desktop.views.widgets.basics import Button, button, label, row, selectable
from desktop.views.widgets.fitted import FittedDialog


class Notice(FittedDialog):
    """A text that the person must have seen; Enter or Esc closes it."""

    def __init__(
        self, title: str, text: str, tone: Tone = Tone.WARN, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("连心桥")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        mark = QLabel()
        mark.setPixmap(pixmap(tone.icon, tone.ink, 32))
        mark.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.text = selectable(text)
        words = QVBoxLayout()
        words.addWidget(label(title, "section"))
        words.addWidget(self.text)
        words.addStretch(1)
        upper = QHBoxLayout()
        upper.setSpacing(16)
        upper.addWidget(mark)
        upper.addLayout(words, 1)
        self._close = button("知道了", self.accept, kind="primary")
        self._buttons = row(1, self._close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(16)
        layout.addLayout(upper, 1)
        layout.addLayout(self._buttons)
        self.setMinimumWidth(em(self, 22))
        self._close.setFocus()

    def add_action(self, action: Button) -> None:
        """One more button, left of 知道了."""
        self._buttons.insertWidget(0, action)


def failure_notice(text: str, parent: QWidget | None) -> Notice:
    """The world failed: ``text`` says what happened and what to do."""
    return Notice("没有完成", text, Tone.WARN, parent)


def done_notice(text: str, parent: QWidget | None) -> Notice:
    """Something is done whose outcome the person must have seen."""
    return Notice("已完成", text, Tone.GOOD, parent)


def crash_notice(description: str, log: Path | None, parent: QWidget | None) -> Notice:
    """We failed; ``description`` has no personal data and can be copied."""
    where = f"\n\n详细情况已写入日志（不含居民信息）：\n{log}" if log else ""
    notice = Notice(
        "程序出了错",
        "刚才的操作可能没有完成；此前保存的数据没有受影响，可以继续使用。"
        "如果再次出现，请把诊断信息发给镇管理员。" + where,
        Tone.BAD,
        parent,
    )
    copy = button(
        "复制诊断信息", lambda: QGuiApplication.clipboard().setText(description), kind="quiet"
    )
    notice.add_action(copy)
    return notice
