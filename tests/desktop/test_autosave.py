from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.views.widgets.autosave import Autosave
from desktop.views.widgets.form import Form, field_boxes
from tests.today import china_today
from township.records.field_work import Visit


@pytest.mark.parametrize("ending", ["flush", "stop", "wait"])
def test_a_half_typed_form_is_kept(qtbot: QtBot, ending: str) -> None:
    form = Form(
        field_boxes(Visit.fields(), ["talk", "visited_on"], today=china_today),
        [["talk"], ["visited_on"]],
    )
    qtbot.addWidget(form)
    form.show()
    saved: list[dict[str, Any]] = []

    def save(draft: Any) -> None:
        saved.append(dict(draft))

    autosave = Autosave(form, save, seconds=0.05 if ending == "wait" else 60)
    autosave.flush()
    assert saved == [], "nothing to keep before the first edit"
    QTest.keyClicks(form.boxes["talk"].editor, "ab")
    if ending == "wait":
        qtbot.waitUntil(lambda: bool(saved), timeout=2000)
    else:
        getattr(autosave, ending)()
    assert saved == ([] if ending == "stop" else [{"talk": "ab"}])
