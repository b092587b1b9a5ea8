from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QIcon
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop import theme
from desktop.icons import FOLDER, icon, pixmap
from desktop.theme import Tone
from desktop.views.widgets.basics import button, label
from desktop.views.widgets.chips import Chip
from desktop.views.widgets.flow import FlowLayout
from desktop.views.widgets.stat import StatCard


def contrast(one: str, other: str) -> float:
    """Contrast ratio. Source: WCAG 2.1, 1.4.3."""

    def light(colour: str) -> float:
        parts = (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF())
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tone", Tone)
def test_every_tone_can_be_read(tone: Tone) -> None:
    assert contrast(tone.ink, tone.wash) >= 4.5
    assert contrast(tone.ink, theme.PAPER) >= 4.5
    assert (FOLDER / f"{tone.icon}.svg").exists()


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        (theme.INK, theme.GROUND),
        (theme.MUTED, theme.GROUND),
        (theme.MUTED, theme.PAPER),
        (theme.PAPER, theme.ACCENT),
        (theme.ACCENT, theme.PAPER),
        (theme.ACCENT_DARK, theme.WASH),
        (theme.DANGER, theme.GROUND),
    ],
)
def test_text_can_be_read_on_its_ground(ink: str, ground: str) -> None:
    assert contrast(ink, ground) >= 4.5


def test_the_style_sheet_is_complete(qtbot: QtBot) -> None:
    assert "${" not in theme.style_sheet(100)
    assert "font-size: 30px" in theme.style_sheet(150), "20 px at 150 %"


def test_icons_are_tinted_and_sharp(qtbot: QtBot) -> None:
    picture = pixmap("check-circle", "#ff0000", 40)
    image = picture.toImage()
    inked = {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }
    assert inked == {"#ff0000"}
    shown = icon("house")
    assert shown.pixmap(64, 64).width() == 64
    normal, disabled = (shown.pixmap(20, 20, m) for m in (QIcon.Mode.Normal, QIcon.Mode.Disabled))
    assert normal.toImage() != disabled.toImage()
    with pytest.raises(FileNotFoundError):
        pixmap("no-such-icon")


def test_texts_are_never_read_as_html(qtbot: QtBot) -> None:
    assert label("<b>王大明</b>").textFormat() == Qt.TextFormat.PlainText


def test_a_button_names_its_keys(qtbot: QtBot) -> None:
    pressed: list[int] = []
    made = button("打印", lambda: pressed.append(1), keys="Ctrl+P", glyph="printer")
    qtbot.addWidget(made)
    made.click()
    assert pressed == [1]
    assert made.toolTip() == "打印（Ctrl+P）"


def test_flow_goes_on_in_the_next_line(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    layout = FlowLayout(host)
    buttons = [QPushButton("特殊群体走访") for _ in range(5)]
    for one in buttons:
        layout.addWidget(one)
    width = buttons[0].sizeHint().width()
    assert layout.heightForWidth(width * 6) == buttons[0].sizeHint().height()
    assert layout.heightForWidth(width * 3) > 1.5 * buttons[0].sizeHint().height()
    layout.setGeometry(QRect(0, 0, width * 3 + 20, 200))
    assert len({one.y() for one in buttons}) == 2
    buttons[0].hide()
    assert layout.minimumSize().width() == width


def test_chip_shows_and_hides_its_word(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    chip = Chip("困难户", Tone.WARN, host)
    host.show()
    assert chip.isVisible()
    chip.show_word("", Tone.QUIET)
    assert not chip.isVisible()


def test_stat_card_speaks_and_opens_by_keyboard(qtbot: QtBot) -> None:
    card = StatCard("本月下队", opens=True)
    qtbot.addWidget(card)
    card.show_value("5.5 / 8", "还差 2.5 天", Tone.WARN)
    card.show()
    assert card.accessibleName() == "本月下队：5.5 / 8，还差 2.5 天"
    assert card._mark.isVisible(), "the tone is also an icon"
    for act in (
        lambda: QTest.keyClick(card, Qt.Key.Key_Return),
        lambda: QTest.mouseClick(card, Qt.MouseButton.LeftButton),
    ):
        with qtbot.waitSignal(card.pressed, timeout=1000):
            act()
