"""同步 by stick: two laptops whose only way to the township is a folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.background import Background
from desktop.models.sync_desk import SyncDesk
from desktop.theme import Tone
from desktop.views.stick_card import stick_folder
from desktop.views.sync import SyncPage
from sync.server import folder
from sync.server.office import Office
from sync.server.running import ServerThread
from sync.server.stick import answer_outbox
from tests.sync.laptops import Laptop, enrolled
from tests.sync.sample import office_changeset
from tests.sync.test_laptops import add, home


@pytest.fixture
def server(tmp_path: Path) -> Iterator[folder.OpenServer]:
    folder.init(tmp_path / "server", "屈原镇")
    server = folder.open_server(tmp_path / "server")
    office = Office(server)
    office.load([office_changeset(office)])
    yield server
    server.close()


@pytest.fixture
def xiang(server: folder.OpenServer, tmp_path: Path) -> Iterator[Laptop]:
    with ServerThread(server) as thread:
        laptop = enrolled(server, thread.url, tmp_path / "xiang", "xiang")
    yield laptop  # from here on there is no network
    laptop.database.close()


@pytest.fixture
def page(qtbot: QtBot, background: Background, xiang: Laptop) -> Iterator[SyncPage]:
    desk = SyncDesk(xiang.database, background)
    page = SyncPage(xiang.database, xiang.cadre, desk)
    desk.brought.connect(page.reload)
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    yield page
    qtbot.waitUntil(lambda: not desk.running)


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def wait(qtbot: QtBot, page: SyncPage, start: object, path: Path) -> tuple[str, bool]:
    assert callable(start)
    with qtbot.waitSignal(page.desk.carried, timeout=20_000) as carried:
        start(path)
        assert not page.stick.store.isEnabled()
        assert not page.stick.fetch.isEnabled()
    qtbot.waitUntil(lambda: not page.desk.running)
    assert carried.args is not None
    assert page.stick.outcome.isVisible()
    assert page.stick.outcome.text() == carried.args[0]
    assert page.stick.store.isEnabled()
    assert page.go.isEnabled()
    assert not page.progress.isVisible()
    assert not page.stop.isVisible()
    return carried.args[0], carried.args[1]


def test_there_and_back(
    qtbot: QtBot, page: SyncPage, xiang: Laptop, server: folder.OpenServer, stick: Path
) -> None:
    add(xiang, home())
    text, fine = wait(qtbot, page, page.stick.store_in, stick)
    (sent,) = stick.iterdir()
    assert fine
    assert f"“{sent.name}”，内有 1 次改动" in text
    assert page.headline.text() == "1 条待同步"
    answer = answer_outbox(server, sent, stick).path
    text, fine = wait(qtbot, page, page.stick.fetch_from, answer)
    assert fine
    assert text == "已读入：镇里收下了本机 1 次改动；收到各方 1 次改动。"
    assert page.headline.text().startswith("已全部同步")
    assert Tone.GOOD.ink in page.stick.outcome.styleSheet()


def test_the_wrong_file_is_told_and_changes_nothing(
    qtbot: QtBot, page: SyncPage, xiang: Laptop, stick: Path
) -> None:
    add(xiang, home())
    wait(qtbot, page, page.stick.store_in, stick)
    (sent,) = stick.iterdir()
    text, fine = wait(qtbot, page, page.stick.fetch_from, sent)
    assert not fine
    assert "要拿到镇里读入" in text
    assert Tone.WARN.ink in page.stick.outcome.styleSheet()
    assert page.headline.text() == "1 条待同步"
    text, fine = wait(qtbot, page, page.stick.store_in, stick / "pulled out")
    assert not fine
    assert "写不进去" in text
    assert xiang.states() == ["pending"]


@pytest.mark.parametrize("which", ["store", "fetch"])
def test_the_dialogs_choose_a_folder_or_a_file(
    qtbot: QtBot, page: SyncPage, which: str, stick: Path
) -> None:
    getattr(page.stick, which).click()
    (dialog,) = page.findChildren(QFileDialog)
    modes = {"store": QFileDialog.FileMode.Directory, "fetch": QFileDialog.FileMode.ExistingFile}
    assert dialog.fileMode() is modes[which]
    with qtbot.waitSignal(page.desk.carried, timeout=20_000) as carried:
        dialog.fileSelected.emit(str(stick))
    assert carried.args is not None
    assert carried.args[1] is (which == "store")
    dialog.reject()


def test_the_dialog_starts_in_a_folder_that_exists() -> None:
    assert stick_folder() == "" or Path(stick_folder()).is_absolute()
