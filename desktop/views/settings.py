"""设置: how large the text is, and what this program is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.theme import TEXT_PERCENTS
from desktop.views.page import Page
from desktop.views.password_card import PasswordCard
from desktop.views.widgets.basics import Card, label, scrolled, selectable
from desktop.views.widgets.choice import Choice
from desktop.views.widgets.codes import ToggleChips

_SAMPLE = "老人独自在家，血压药还有半个月，儿子下月初回来。"


class SettingsPage(Page):
    """``resize`` changes the text of the whole program; ``about`` are lines of facts.

    ``cards`` are about the person's account and data, such as a ``PasswordCard``.
    """

    title = "设置"
    icon = "gear"

    def __init__(
        self,
        percent: int,
        resize: Callable[[int], object],
        about: list[str],
        cards: Sequence[QWidget] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._resize = resize
        sizes = [Choice(size, f"{size}%") for size in TEXT_PERCENTS]
        self._sizes = ToggleChips(sizes, clearable=False)
        self._sizes.setAccessibleName("文字大小")
        self._sizes.edited.connect(self._picked)
        size = Card("文字大小")
        size.body.addWidget(label("Ctrl++ 放大，Ctrl+- 缩小，Ctrl+0 恢复。", "caption"))
        size.body.addWidget(self._sizes)
        size.body.addWidget(label(_SAMPLE, wrap=True))
        facts = Card("关于")
        for line in about:
            facts.body.addWidget(selectable(line, "caption"))
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(size)
        for card in cards:
            if isinstance(card, PasswordCard):
                card.said.connect(lambda text: self.said.emit(text, None))
            layout.addWidget(card)
        layout.addWidget(facts)
        layout.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))
        self.show_percent(percent)

    def show_percent(self, percent: int) -> None:
        """Mark the size in use, also when it was changed by keyboard."""
        self._sizes.set_values((percent,))

    def _picked(self) -> None:
        values = self._sizes.values()
        if values and isinstance(values[0], int):
            self._resize(values[0])
