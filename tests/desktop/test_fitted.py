"""No line of a dialog is cut, at any size of text, also when lines come while it is open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop import theme
from desktop.views.backup_card import RestoreDialog
from desktop.views.notices import failure_notice
from desktop.views.widgets.basics import label
from desktop.views.widgets.fitted import FittedDialog
from township.storage.backup import Backup
from township.usecases.leaving import Unsent

LONG = "镇服务器没有回应，改动都在本机，没有丢失。请检查网线和地址，过一会儿再同步一次。" * 3


@pytest.fixture(params=[100, 150, 200])
def percent(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[int]:
    theme.set_text_size(qapp, request.param)
    yield request.param
    theme.set_text_size(qapp, 100)


def cut(widget: QWidget) -> list[str]:
    """The texts that need more height than they have."""
    labels = [one for one in widget.findChildren(QLabel) if one.isVisible() and one.wordWrap()]
    return [one.text() for one in labels if one.height() < one.heightForWidth(one.width())]


@pytest.mark.usefixtures("percent")
def test_the_warning_before_a_restore_is_whole(qtbot: QtBot) -> None:
    backup = Backup(Path("x.db"), datetime(2026, 5, 3, tzinfo=UTC), 10, "手工")
    dialog = RestoreDialog(backup, Unsent(2, 2, 2, 2), None)
    qtbot.addWidget(dialog)
    dialog.show()
    QTest.qWait(20)
    assert not cut(dialog)


@pytest.mark.usefixtures("percent")
def test_a_notice_is_whole(qtbot: QtBot) -> None:
    notice = failure_notice(LONG, None)
    qtbot.addWidget(notice)
    notice.show()
    QTest.qWait(20)
    assert not cut(notice)


@pytest.mark.usefixtures("percent")
def test_lines_that_come_later_have_room(qtbot: QtBot) -> None:
    dialog = FittedDialog()
    qtbot.addWidget(dialog)
    told = label("", wrap=True)
    layout = QVBoxLayout(dialog)
    layout.addWidget(told)
    dialog.setMinimumWidth(300)
    dialog.show()
    told.setText(LONG)
    dialog.fit()
    QTest.qWait(20)
    assert not cut(dialog)
