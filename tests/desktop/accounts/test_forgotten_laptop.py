"""A township that has lost a laptop, or changed its user's roles: the windows follow."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from desktop.views.main import MainWindow
from desktop.views.sync import SyncPage
from sync.server import admin, folder
from tests.desktop.accounts.windows import Start, enter, opened
from tests.sync.laptops import PASSWORD
from tests.sync.sample import XIANG
from tests.sync.snapshots import enter as office_enters
from township.changes import Op, Writers
from township.records import Cadre
from township.storage.folder import LaptopFolder
from township.storage.laptop import unlock


def sync_page(qtbot: QtBot, start: Start) -> tuple[SyncPage, MainWindow]:
    program = start()
    enter(qtbot, program)
    opened(qtbot, program)
    assert program.main is not None
    program.main.show_page("sync")
    page = program.main.findChild(SyncPage)
    assert isinstance(page, SyncPage)
    return page, program.main


def test_a_forgotten_laptop_is_enrolled_again_in_the_window(
    qtbot: QtBot, start: Start, here: LaptopFolder, server: folder.OpenServer
) -> None:
    laptop = unlock(here, "xiang", PASSWORD)
    with laptop.database.writing() as connection:
        connection.exec_driver_sql("UPDATE device SET number = 77")
    laptop.database.close()
    page, _ = sync_page(qtbot, start)
    assert page.again.isHidden()
    with qtbot.waitSignal(page.desk.ended, timeout=10_000):
        page.go.click()
    qtbot.waitUntil(lambda: not page.desk.running)
    assert "不认识本机" in page.problem.text() and "lianxinqiao" not in page.problem.text()
    assert page.again.isVisible()
    join = page._join
    assert join is not None
    join.code.set_values({"code": "ABCD"})
    join.join.click()
    qtbot.waitUntil(lambda: "登记码不对" in page.problem.text(), timeout=5000)
    qtbot.waitUntil(join.join.isEnabled, timeout=5000)
    join.code.set_values({"code": admin.issue_code(server, ["xiang"])})
    with qtbot.waitSignal(page.desk.ended, timeout=10_000) as ended:
        join.join.click()
    assert ended.args == [None]
    assert page.again.isHidden() and page.headline.text().startswith("已全部同步")
    with server.service.store.reading() as connection:
        assert connection.exec_driver_sql("SELECT head_seq FROM township").scalar() == 2


def test_new_roles_come_with_a_sync(
    qtbot: QtBot, start: Start, here: LaptopFolder, server: folder.OpenServer
) -> None:
    laptop = unlock(here, "xiang", PASSWORD)
    with laptop.database.reader() as session:
        base = Writers.unpack(session.get_one(Cadre, XIANG).writers).of("roles")
    laptop.database.close()
    page, window = sync_page(qtbot, start)
    assert "needs" in window.offered
    office_enters(server, Op("cadre", XIANG, "set", "township/i", {"roles": ["HW", base]}))
    with qtbot.waitSignal(page.desk.ended, timeout=10_000):
        page.go.click()
    assert "needs" not in window.offered
    assert window.current == "sync"
    assert not {"needs", "situations"} & set(window.offered)
