"""How the program looks: colours, the two faces of its type, and one small style sheet.

Contrast of text on its ground is at least 4.5 to 1 everywhere (WCAG 2.1, level AA).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from string import Template

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

INK = "#1F2933"
MUTED = "#56636F"
FAINT = "#768390"
LINE = "#E3E8ED"
BORDER = "#B4BFC9"
GROUND = "#F5F7F9"
PAPER = "#FFFFFF"
HOVER = "#F0F4F7"
ACCENT = "#1A66A8"
ACCENT_DARK = "#14528A"
WASH = "#E4F0FA"
DANGER = "#B42318"

FAMILY = "Noto Sans SC"
RARE_FAMILY = "Lianxinqiao Rare Han"
"""Characters of names that the first face lacks."""
BODY_PX = 14
TEXT_PERCENTS = (100, 110, 125, 150, 175, 200)
"""Text sizes that people can choose, in per cent of the body size."""

_STYLE = Path(__file__).parent / "assets" / "style.qss"


@dataclass(frozen=True)
class _Shade:
    ink: str
    wash: str
    icon: str


class Tone(Enum):
    """What a colour means; always beside a word or an icon, never alone."""

    QUIET = _Shade(MUTED, "#EDF1F4", "info")
    INFO = _Shade("#1B5A92", WASH, "info")
    GOOD = _Shade("#1B6B48", "#E1F3E9", "check-circle")
    WARN = _Shade("#8F4508", "#FCEFDF", "warning")
    BAD = _Shade("#A8201A", "#FCEAE8", "warning-circle")

    @property
    def ink(self) -> str:
        return self.value.ink

    @property
    def wash(self) -> str:
        return self.value.wash

    @property
    def icon(self) -> str:
        """Name of the icon that says the same as the colour."""
        return self.value.icon


def load_fonts(files: Iterable[Path]) -> None:
    """Make the fonts that the package carries known to Qt; a missing file is passed over."""
    for file in files:
        if file.exists():
            QFontDatabase.addApplicationFont(str(file))


def apply(app: QApplication, percent: int = 100) -> None:
    """Give the whole program its look at a text size of 100–200 %."""
    app.setStyle("Fusion")
    app.setPalette(_palette())
    set_text_size(app, percent)


def set_text_size(app: QApplication, percent: int) -> None:
    """Change the size of all text, and of what is measured by it."""
    font = QFont(FAMILY)
    font.setFamilies([FAMILY, RARE_FAMILY])
    font.setPixelSize(scaled(BODY_PX, percent))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    app.setFont(font)
    app.setStyleSheet(style_sheet(percent))


def style_sheet(percent: int) -> str:
    """The style sheet with colours and sizes filled in."""
    sizes = {f"px{n}": f"{scaled(n, percent)}px" for n in (12, 13, 15, 20, 28)}
    colours = {
        name.lower(): value
        for name, value in globals().items()
        if name.isupper() and isinstance(value, str) and value.startswith("#")
    }
    assets = (_STYLE.parent / "icons").as_posix()
    return Template(_STYLE.read_text("utf-8")).substitute(sizes, icons=assets, **colours)


def scaled(pixels: int, percent: int) -> int:
    """A length that grows with the text."""
    return round(pixels * percent / 100)


def em(widget: QWidget, times: float = 1.0) -> int:
    """A length in the height of the widget's own text, so that it grows with the text."""
    return round(widget.fontMetrics().height() * times)


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and let it look again; empty is unset."""
    before = widget.property(name)
    if before == value or (before is None and value == ""):
        return
    widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)


def _palette() -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, GROUND),
        (role.Base, PAPER),
        (role.AlternateBase, HOVER),
        (role.Button, PAPER),
        (role.WindowText, INK),
        (role.Text, INK),
        (role.ButtonText, INK),
        (role.ToolTipBase, INK),
        (role.ToolTipText, PAPER),
        (role.PlaceholderText, FAINT),
        (role.Highlight, ACCENT),
        (role.HighlightedText, PAPER),
        (role.Link, ACCENT),
        (role.Accent, ACCENT),
    ):
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(FAINT))
    return palette
