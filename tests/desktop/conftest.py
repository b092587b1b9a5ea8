"""One QApplication in the program's own look, and a background that fails the test on a bug."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from desktop import theme
from desktop.background import Background

FONTS = Path(__file__).parents[2] / "reports" / "assets" / "fonts"


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    theme.load_fonts(sorted(FONTS.glob("*.ttf")))
    theme.apply(qapp)
    return qapp


@pytest.fixture
def bugs() -> Iterator[list[BaseException]]:
    found: list[BaseException] = []
    yield found
    assert not found


@pytest.fixture
def background(qapp: QApplication, bugs: list[BaseException]) -> Iterator[Background]:
    def tell(error: Exception) -> None:
        bugs.append(error)

    worker = Background(tell, bugs.append)
    yield worker
    worker.close()
