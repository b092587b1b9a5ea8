"""Hostile texts in every text field, through the real sync, onto lists, panels and paper."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import Qt, QTextDocument
from PySide6.QtWidgets import QApplication, QTableView, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop.background import Background
from desktop.views.evaluations import EvaluationsPage
from desktop.views.households import HouseholdsPage
from desktop.views.meetings import MeetingsPage
from desktop.views.needs import NeedsPage
from desktop.views.page import Page
from desktop.views.situations import SituationsPage
from desktop.views.today import TodayPage
from desktop.views.work_log import WorkLogPage
from desktop.views.zones import ZonesPage
from reports.minutes import minutes_pdf
from reports.monthly_ledger import monthly_ledger
from reports.page import PrintStamp
from reports.raster import page_count, page_text, render_page
from reports.visit_report import visit_report
from sync.server import admin
from sync.server.folder import OpenServer
from tests.desktop.conftest import background as background
from tests.desktop.conftest import bugs as bugs
from tests.desktop.conftest import qapp as qapp
from tests.hostile.texts import ROLES, TEXTS, Records
from tests.sync.conftest import database as database
from tests.sync.conftest import made as made
from tests.sync.conftest import made_in_postgres as made_in_postgres
from tests.sync.conftest import server as server
from tests.sync.conftest import url as url
from tests.sync.laptops import Laptop, enrolled, snapshot
from tests.sync.sample import XIANG, ZONE
from tests.sync.snapshots import enter
from tests.sync.stranger import Stranger, household
from tests.today import china_today
from township.changes import Op
from township.records import Household, new_id, record_kinds
from township.storage import search
from township.usecases import documents
from township.usecases.minutes import minutes
from township.usecases.zones_due import BOX, LINKS, SPECIAL, UNLINKED, ZONES, Place
from township.values import utc_now

sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
both = pytest.mark.parametrize("coded", [False, True], ids=["words", "codes"])


@pytest.fixture
def stranger(server: OpenServer, url: str) -> Stranger:
    """The laptop of somebody who may write records of all kinds."""
    roles = {"roles": [" ".join(ROLES), "1.1.1.2"]}
    enter(server, Op("cadre", XIANG, "set", "township/i", roles))
    laptop = Stranger(url)
    laptop.enrol(admin.issue_code(server, ["xiang"]))
    return laptop


@pytest.fixture
def laptop(server: OpenServer, url: str, tmp_path: Path) -> Iterator[Laptop]:
    laptop = enrolled(server, url, tmp_path / "laptop", "xiang")
    yield laptop
    laptop.database.close()


def sent(stranger: Stranger, *, coded: bool) -> list[Records]:
    """All texts in all kinds, as a laptop with a program of its own would send them."""
    made = [Records(text, coded=coded) for text in TEXTS.values()]
    for records in made:
        (verdict,) = stranger.push(*records.ops(), author=XIANG).verdicts
        assert verdict.status == "applied", records.text[:20]
    return made


@both
def test_texts_arrive_as_they_were_sent(stranger: Stranger, laptop: Laptop, coded: bool) -> None:
    made = sent(stranger, coded=coded)
    laptop.sync()
    with laptop.database.reader() as session:
        for records in made:
            for kind, record in records.ids.items():
                table = record_kinds()[kind].__table__
                row = session.execute(select(table).where(table.c.id == record)).one()
                raw = row._mapping
                for name in records.texts(kind):
                    assert _whole(raw[name]) == _whole(records.text), (kind, name)
    own = snapshot(laptop)
    laptop.sync()
    assert snapshot(laptop) == own


def _whole(value: object) -> object:
    """Several codes are kept in order, joined by single blanks."""
    return tuple(value.split()) if isinstance(value, str) else value


def test_what_is_too_long_or_no_text_is_refused_with_a_reason(stranger: Stranger) -> None:
    for no in ("长" * 10_001, "a" * 70_000):
        op = household(ZONE, new_id(), no=no)
        if len(no) > 60_000:
            changeset = stranger.changeset(op, author=XIANG)
            before = stranger.head
            stranger.grow(changeset)
            assert stranger.post("exchange", stranger.message(changeset)).status_code == 413
            stranger.head = before
        else:
            verdict = stranger.push(op, author=XIANG).verdicts[0]
            assert (verdict.status, verdict.reason) == ("rejected", "value")


@sqlite_only
@both
def test_pages_show_them_without_harm(
    stranger: Stranger,
    laptop: Laptop,
    background: Background,
    qtbot: QtBot,
    coded: bool,
) -> None:
    made = sent(stranger, coded=coded)
    laptop.sync()
    search.catch_up(laptop.database)
    reachable = frozenset({"households", "needs", "worklog", "meetings"})
    database = laptop.database
    pages: list[Page] = [
        HouseholdsPage(database, XIANG, background, reachable),
        NeedsPage(database, XIANG),
        SituationsPage(database, XIANG),
        EvaluationsPage(database, XIANG, background),
        WorkLogPage(database, XIANG, background),
        MeetingsPage(database, XIANG, background),
        TodayPage(database, XIANG, reachable),
        ZonesPage(database, XIANG, background, reachable),
    ]
    for page in pages:
        qtbot.addWidget(page)
        page.resize(1150, 640)
        page.show()
        qtbot.wait(30)
        page.grab()
    shown = {"household": pages[0], "need": pages[1], "situation": pages[2]}
    shown |= {"evaluation": pages[3], "meeting": pages[4]}
    for records in made:
        for kind, page in shown.items():
            page.show_target(records.ids[kind])
            qtbot.wait(1)
            page.grab()
            if records.text == TEXTS["html"]:
                assert all(map(_shows_itself, _tips(page)))
        if records.text in [TEXTS[one] for one in ("html", "formula", "long text")]:
            _show_parts(pages[-1], records)
    for page in pages:
        page.close()
    QApplication.processEvents()


def _show_parts(zones: Page, records: Records) -> None:
    """Each part of 责任区 on its record."""
    kinds = {ZONES: "zone", SPECIAL: "special_group_member", BOX: "opinion_entry"}
    for part, kind in kinds.items():
        zones.show_target(Place(part, records.ids[kind]))
        zones.grab()
    for part in (LINKS, UNLINKED):
        zones.show_target(Place(part))
        zones.grab()
    if records.text == TEXTS["html"]:
        assert all(map(_shows_itself, _tips(zones)))


def _tips(page: Page) -> Iterator[str]:
    """All tooltips of a page: of its widgets and of the cells of its list."""
    for widget in page.findChildren(QWidget):
        yield widget.toolTip()
    for view in page.findChildren(QTableView):
        model = view.model()
        for row in range(model.rowCount()):
            for at in range(model.columnCount()):
                yield model.data(model.index(row, at), Qt.ItemDataRole.ToolTipRole) or ""


def _shows_itself(tip: str) -> bool:
    """No part of it is read as HTML."""
    if "img" not in tip or not Qt.mightBeRichText(tip):
        return True
    document = QTextDocument()
    document.setHtml(tip)
    return "<img src='file:///etc/passwd'>" in document.toPlainText()


@sqlite_only
def test_searching_for_them_does_no_harm(stranger: Stranger, laptop: Laptop) -> None:
    made = sent(stranger, coded=False)
    laptop.sync()
    search.catch_up(laptop.database)
    with laptop.database.reader() as session:
        everybody = session.scalars(select(Household.id)).all()
        for records in made:
            found = search.household_ids(session, records.text)
            assert set(found) <= set(everybody)
        assert len(everybody) == len(made)


@sqlite_only
@both
def test_paper_shows_them_without_harm(stranger: Stranger, laptop: Laptop, coded: bool) -> None:
    made = sent(stranger, coded=coded)
    laptop.sync()
    today = china_today()
    stamp = PrintStamp(utc_now(), TEXTS["html"], TEXTS["bidi"])
    with laptop.database.reader() as session:
        ledger = documents.monthly_ledger(session, None, today.year, today.month, by=laptop.cadre)
        reports = [
            documents.visit_report(session, records.ids["visit"], by=laptop.cadre)
            for records in made
        ]
        talks = [minutes(session, records.ids["meeting"]) for records in made]
    papers = [monthly_ledger(ledger, stamp), *(visit_report(one, stamp) for one in reports)]
    papers += [minutes_pdf(one, stamp) for one in talks]
    for pdf in papers:
        assert b"/JavaScript" not in pdf
        assert b"/URI" not in pdf and b"/Launch" not in pdf
        for page in range(page_count(pdf)):
            assert page_text(pdf, page)
        render_page(pdf, 0, 0.5)
