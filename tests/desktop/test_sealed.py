"""密件 through the real windows, and the canary: what was typed is nowhere but where it may be."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
import zstandard
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop import failures
from desktop.background import Background
from desktop.models.sync_desk import SyncDesk
from desktop.views.households import HouseholdsPage
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.needs import NeedsPage
from desktop.views.preview import Preview
from desktop.views.sealed import SealedPage
from desktop.views.sync import SyncPage
from desktop.views.today import TodayPage
from desktop.views.widgets.picks import PicksField
from reports.monthly_ledger import monthly_ledger
from reports.page import PrintStamp
from reports.raster import page_count, page_text
from sync import bundle, stick
from sync.http import carrier_to
from sync.server import tables as township
from sync.server.stick import answer_outbox
from tests.sync.canary import Canaries, Wiretap
from tests.sync.laptops import Laptop
from tests.sync.sealed import Town, designate, end, matter_of, open_town, reading, texts, write
from tests.sync.snapshots import enter, homes
from township.records import AccessEntry
from township.storage import backup, search, tables
from township.usecases import documents, own_work, passing_on

TEXT, PERSON = "麒麟补助截留叁仟元", "谯亹夔"
CANARIES = Canaries((TEXT, PERSON, "qiaoweikui"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Accusations are received by two; for letters in the box nobody is designated."""
    with open_town(tmp_path_factory.mktemp("town")) as found:
        designate(found, "accusation", "ji", "pan")
        for login in ("ji", "pan", "xiang", "shuji", "zhou", "zhang", "anquan"):
            found.laptop(login)
        enter(found.server, *homes(3))
        found.sync()
        yield found


def window(qtbot: QtBot, laptop: Laptop, background: Background) -> MainWindow:
    database, cadre = laptop.database, laptop.cadre
    desk = SyncDesk(database, background, None, cadre)
    specs = [
        PageSpec("today", "今日", "house", lambda: TodayPage(database, cadre, ())),
        PageSpec(
            "households",
            "户台账",
            "house-line",
            lambda: HouseholdsPage(database, cadre, background, frozenset()),
        ),
        PageSpec("needs", "诉求", "chat-circle-text", lambda: NeedsPage(database, cadre)),
        PageSpec("sealed", "密件", "lock-simple", lambda: SealedPage(database, cadre, background)),
        PageSpec("sync", "同步", "arrows-clockwise", lambda: SyncPage(database, cadre, desk)),
    ]
    made = MainWindow(specs, Who("", ""))
    desk.setParent(made)
    desk.changed.connect(lambda _: None)
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    return made


def sealed_page(found: MainWindow) -> SealedPage:
    found.show_page("sealed")
    page = found.page("sealed")
    assert isinstance(page, SealedPage)
    return page


def shown(widget: QWidget) -> str:
    """All texts that a window holds, visible or not."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    parts = [one.text() for one in widget.findChildren(QLabel)]
    parts += [one.text() for one in widget.findChildren(QLineEdit)]
    parts += [one.toPlainText() for one in widget.findChildren(QPlainTextEdit)]
    parts += [one.currentText() for one in widget.findChildren(QComboBox)]
    return "\n".join(parts)


def type_in(qtbot: QtBot, page: SealedPage, subject: str, accused: bytes) -> None:
    boxes = page.form.form.boxes
    boxes["subject"].set_value(subject)
    boxes["subject"].changed.emit()
    for name, text in (("text", TEXT), ("concerned", PERSON)):
        boxes[name].setFocus()
        editor = boxes[name].editor
        assert isinstance(editor, QPlainTextEdit)
        editor.insertPlainText(text)
    picks = boxes["accused"]
    assert isinstance(picks, PicksField)
    picks.pick(accused)
    picks.pick(next(iter(picks.labels)))
    picks.findChildren(QPushButton)[-1].click()
    assert picks.value() == (accused,)


def test_scenario_17_the_canary_is_found_by_the_designated_alone(
    qtbot: QtBot, background: Background, made: Town
) -> None:
    author = made.laptop("xiang")
    found = window(qtbot, author, background)
    page = sealed_page(found)
    failures.start_log(made.path / "xiang" / "logs")
    try:
        type_in(qtbot, page, "accusation", made.ids["zhang"])
        assert "纪正（纪检监督）" in page.form.goes_to.text()
        page.form.seal.click()
        failures.note(ValueError("a bug while it was in memory"))
    finally:
        failures.stop_log()
    assert "交给 2 位指定人员；本机不再能查看" in page.form.receipt.text()
    check_author(found, author)
    place = made.path / "stick"
    place.mkdir()
    written = stick.write_outbox(author.database, place)
    answered = answer_outbox(made.server, written.path, place)
    heard = sync_all(made)
    found.show_page("sync")
    check_author(found, author)
    private = made.server.folder.sealing_key.read_bytes()
    inside = bundle.unseal("outbox", bundle.load(written.path), private)
    assert not CANARIES.in_messages(inside) and not CANARIES.in_messages(heard)
    assert len(heard) >= 12 and answered
    for name, laptop in made.laptops.items():
        backup.make(laptop.database, made.path / name / "backups")
        assert not CANARIES.in_tables(laptop.database.engine), name
        if name not in ("ji", "pan"):
            assert not reading(laptop).matters, name
    with made.server.service.store.reading() as connection:
        assert not CANARIES.in_tables(connection.engine)
    assert not CANARIES.in_files(made.path)
    for login in ("ji", "pan"):
        (matter,) = reading(made.laptop(login)).matters
        assert (matter.first.text, matter.first.concerned) == (TEXT, PERSON)
    check_papers_and_search(made.laptop("zhou"))


def sync_all(made: Town) -> list[bytes]:
    heard: list[bytes] = []
    for laptop in made.laptops.values():
        with carrier_to(laptop.replica.identity()) as http:
            tap = Wiretap(http)
            laptop.sync(tap)
        passing_on.pass_on(laptop.database, laptop.cadre)
        search.catch_up(laptop.database)
        heard += tap.heard
    return heard


def check_author(found: MainWindow, author: Laptop) -> None:
    """No page of the author's shows it, no draft holds it, and no list names it."""
    for key in ("today", "households", "needs", "sealed", "sync"):
        found.show_page(key)
    assert not CANARIES.inside(shown(found).encode())
    with author.database.reader() as session:
        assert not session.execute(select(tables.draft)).all()
        assert not own_work.waiting(session) and not own_work.not_taken(session, author.cadre)
    assert not CANARIES.in_tables(author.database.engine)


def check_papers_and_search(clerk: Laptop) -> None:
    with clerk.database.reader() as session:
        ledger = documents.monthly_ledger(session, None, 2026, 11, by=clerk.cadre)
        assert not search.household_ids(session, PERSON)
        assert not search.household_ids(session, "qwk")
    pdf = monthly_ledger(ledger, PrintStamp(clerk.database.clock(), "周敏", "1"))
    said = "".join(page_text(pdf, page) for page in range(page_count(pdf)))
    assert not CANARIES.inside(said.encode()) and not CANARIES.inside(pdf)


def test_the_search_for_canaries_finds_them() -> None:
    for coding in ("utf-8", "utf-16-le", "gb18030"):
        assert CANARIES.inside(b"\1" + TEXT.encode(coding)) == [TEXT]
    nested = msgspec.msgpack.encode([msgspec.msgpack.encode({"text": TEXT})])
    assert CANARIES.inside(nested) == [TEXT]
    assert CANARIES.inside(b"head" + zstandard.compress(nested)) == [TEXT]


def test_a_reader_opens_adds_closes_and_prints(
    qtbot: QtBot, background: Background, made: Town
) -> None:
    receipt = write(made.laptop("xiang"), text=TEXT, accused=(made.ids["zhang"],))
    made.sync("xiang", "ji")
    ji = made.laptop("ji")
    found = window(qtbot, ji, background)
    page = sealed_page(found)
    assert page.matters.isVisible() and page.parts is not None
    assert TEXT not in shown(page), "a list shows no content"
    page.matters.table.select_id(matter_of(ji, receipt).id)
    page.matters.table.setFocus()
    qtbot.keyClick(page.matters.table, Qt.Key.Key_Return)
    assert TEXT in shown(page) and "张三" in shown(page)
    page.matters.acts["decision"].click()
    assert page.matters.form is not None
    page.matters.form.set_values({"text": "已初核"})
    page.matters.save("decision")
    page.matters.begin("closing")
    assert page.matters.form is not None
    page.matters.form.set_values({"text": "已答复"})
    page.matters.save("closing")
    assert texts(ji, receipt) == [TEXT, "已初核", "已答复"]
    assert matter_of(ji, receipt).closed
    page.matters.print_opened()
    qtbot.waitUntil(lambda: bool(page.findChildren(Preview)), timeout=10_000)
    preview = page.findChildren(Preview)[0]
    pdf = preview._pdf
    said = "".join(page_text(pdf, number) for number in range(page_count(pdf)))
    assert TEXT in said.replace("\r", "").replace("\n", "")
    preview.close()
    found.leave_pages()
    assert TEXT not in shown(page)
    assert not CANARIES.in_tables(ji.database.engine)
    found.show_page("sync")
    syncs = found.page("sync")
    assert isinstance(syncs, SyncPage)
    with qtbot.waitSignal(syncs.desk.ended, timeout=20_000) as ended:
        syncs.go.click()
    qtbot.waitUntil(lambda: not syncs.desk.running)
    assert ended.args == [None]
    assert acts(made) == ["open_sealed", "print"]
    made.sync("pan")
    assert texts(made.laptop("pan"), receipt) == [TEXT, "已初核", "已答复"]


def acts(made: Town) -> list[str]:
    """What the township's access log says, in order."""
    c = township.record.c
    with made.server.service.store.reading() as connection:
        rows = connection.scalars(
            select(c.state).where(c.kind == AccessEntry.kind()).order_by(c.seq)
        )
        return [msgspec.msgpack.decode(row)["act"] for row in rows]


def test_what_cannot_be_sealed_stays_in_the_form(
    qtbot: QtBot, background: Background, made: Town
) -> None:
    before = made.laptop("xiang").states()
    page = sealed_page(window(qtbot, made.laptop("xiang"), background))
    type_in(qtbot, page, "box_note", made.ids["zhang"])
    assert "还没有为这类事项指定接收人" in page.form.goes_to.text()
    page.form.seal.click()
    assert "没有保存" in page.form.problem.text() and page.form.problem.isVisible()
    assert TEXT in shown(page)
    assert made.laptop("xiang").states() == before
    page.leave()
    assert TEXT not in shown(page), "locked or left: nothing stays"


def test_the_security_administrator_designates_in_the_window(
    qtbot: QtBot, background: Background, made: Town
) -> None:
    security = made.laptop("anquan")
    found = window(qtbot, security, background)
    page = sealed_page(found)
    page.show_part("name")
    card = page.names
    card.subject.set_value("child_harm")
    card.subject.chosen.emit()
    card.person.set_value(made.ids["tong"])
    with qtbot.waitSignal(page.said):
        card.start.click()
    assert "童护（儿童主任）" in shown(card) and "还没有登记" in shown(card)
    card.designate()
    assert card.problem.text() == "请选择事项和人员"
    security.sync()
    made.laptop("tong")
    made.sync("anquan")
    page.reload(frozenset())
    assert "还没有登记" not in shown(card)
    end(made, security, "tong")
    card.reload()
    assert "止" in shown(card)


def test_refused_it_is_a_word_without_content_to_its_author(
    qtbot: QtBot, background: Background, made: Town
) -> None:
    author = made.laptop("xiang")
    write(author, text=TEXT)
    with author.database.writing() as connection:
        pending = tables.changeset.update().where(tables.changeset.c.state == "pending")
        connection.execute(pending.values(state="quarantined", reason="not_permitted"))
    with author.database.reader() as session:
        (work,) = own_work.not_taken(session, author.cadre)
        assert work.kinds == ("密件",) and own_work.content(session, *work.place) == []
        assert not own_work.not_taken(session, made.ids["zhang"])
    found = window(qtbot, author, background)
    found.show_page("sync")
    page = found.page("sync")
    assert isinstance(page, SyncPage)
    assert "暂存待核：密件" in shown(page.refused) and "纪正" not in shown(page.refused)


def test_the_service_asks_first_and_is_no_choice_where_there_is_none(
    qtbot: QtBot, background: Background, made: Town
) -> None:
    """Scenario 8: given she says no, nothing is stored."""
    author = made.laptop("xiang")
    page = sealed_page(window(qtbot, author, background))
    assert "孕情" not in chips(page)
    designate(made, "care", "wei")
    made.sync("xiang")
    before = author.states()
    page = sealed_page(window(qtbot, author, background))
    assert "孕情服务（本人愿意）" in chips(page)
    boxes = page.form.form.boxes
    boxes["subject"].set_value("care")
    boxes["subject"].changed.emit()
    assert boxes["willing"].isVisible() and not boxes["who"].isVisible()
    boxes["willing"].set_value(False)
    boxes["willing"].changed.emit()
    assert "什么都不保存" in page.form.goes_to.text() and not page.form.seal.isEnabled()
    page.form.save()
    assert author.states() == before
    boxes["willing"].set_value(True)
    boxes["willing"].changed.emit()
    assert boxes["who"].isVisible() and boxes["help"].isVisible()


def chips(page: SealedPage) -> str:
    box = page.form.form.boxes["subject"]
    return "\n".join(one.text() for one in box.findChildren(QPushButton))
