"""Photographs on their way: two laptops, a server, and what the pages say meanwhile."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop.background import Background
from desktop.models.sync_desk import SyncDesk
from desktop.views.sync import SyncPage
from desktop.views.visit_draft import VisitDraft, keep, read
from tests.desktop.test_sync_page import press_and_wait, running, server, tan, xiang
from tests.pictures import jpeg
from tests.sync.laptops import Laptop
from tests.sync.pictures import LARGE, add_visit, photos
from township.storage.file_tables import out
from township.usecases.photos import PhotoEntry

__all__ = ["running", "server", "tan", "xiang"]


def shown(qtbot: QtBot, laptop: Laptop, background: Background) -> SyncPage:
    desk = SyncDesk(laptop.database, background)
    page = SyncPage(laptop.database, laptop.cadre, desk)
    qtbot.addWidget(page)
    page.show()
    return page


def test_they_are_counted_until_they_are_there(
    qtbot: QtBot, background: Background, xiang: Laptop, tan: Laptop
) -> None:
    visit = add_visit(xiang, jpeg(LARGE, 1), jpeg(9000, 2))
    page = shown(qtbot, xiang, background)
    assert page.photos.text().startswith("照片：2 张待上传。")
    with qtbot.waitSignal(page.desk.brought, timeout=20_000) as brought:
        assert press_and_wait(qtbot, page) is None
    assert "attachment" in brought.args[0]  # their words change
    assert not page.photos.isVisible()
    assert [one.state for one in photos(xiang, visit)] == ["", ""]
    other = shown(qtbot, tan, background)
    assert press_and_wait(qtbot, other) is None
    assert [one.state for one in photos(tan, visit)] == ["", ""]
    assert not other.photos.isVisible()


def test_a_sync_without_photographs_reloads_none(
    qtbot: QtBot, background: Background, xiang: Laptop
) -> None:
    page = shown(qtbot, xiang, background)
    assert press_and_wait(qtbot, page) is None
    with qtbot.waitSignal(page.desk.brought, timeout=20_000) as brought:
        assert press_and_wait(qtbot, page) is None
    assert "attachment" not in brought.args[0]


@pytest.mark.parametrize("kept", [True, False])
def test_what_lies_in_the_form_outlives_a_sync(xiang: Laptop, kept: bool) -> None:
    """And what was taken out of the form does not stay on the laptop."""
    draft = VisitDraft({"talk": "半句"}, (PhotoEntry(jpeg(9000), "水渠"),))
    keep(xiang.database, xiang.cadre, draft)
    if not kept:
        keep(xiang.database, xiang.cadre, VisitDraft({"talk": "半句"}))
    add_visit(xiang, jpeg(8000, 3))
    xiang.sync()
    with xiang.database.reader() as session:
        assert len(read(session, xiang.cadre).photos) == kept
        assert not session.execute(out.select()).all()
        held = session.connection().exec_driver_sql("SELECT count(*) FROM file_content").scalar()
    assert held == 1 + kept
