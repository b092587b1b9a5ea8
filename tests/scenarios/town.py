"""A township of thirteen zones, and its people at their own laptops: real windows, real sync."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.preferences import PreferenceFile
from desktop.program import Program
from desktop.views.due_list import DueLine
from desktop.views.main import MainWindow
from desktop.views.matter import MatterPage
from desktop.views.page import Page
from desktop.views.sync import SyncPage
from desktop.views.today import TodayPage
from desktop.views.unlock import UnlockPanel
from desktop.wiring import parts
from sync.enrol import enrol
from sync.server import admin
from sync.server.folder import OpenServer
from sync.server.office import Office
from tests.sync.laptops import CHEAP, PASSWORD
from township.changes import SCHEMA, Changeset, Header, Op, encode
from township.records import new_id
from township.storage.folder import LaptopFolder
from township.storage.laptop import Unlocked, unlock
from township.usecases import meetings_due

ZONES = (
    *("新滩社区", "链子岩村", "屈原村", "九岭头村", "漆树坪村", "凤凰溪村", "长江村"),
    *("仙女坪村", "西陵峡村", "龙马溪村", "北峰村", "铺坪村", "天龙村"),
)
VILLAGE = "链子岩村"
IDS = {name: new_id() for name in ZONES}
PEOPLE = {
    "secretary": ("向书记", "VC VS", "VS"),
    "cadre": ("李秀英", "VC", "VC"),
    "leader": ("王国良", "LL", "LL"),
    "clerk": ("周敏", "CLK", None),
    "mayor": ("郑镇长", "TOP", None),
    "office": ("陈主任", "PGO", None),
    "official": ("刘干事", "TC", "TC"),
}
CADRES = {login: new_id() for login in PEOPLE}
HOME = new_id()
Kind = TypeVar("Kind", bound=Page)
Now = Callable[[], datetime]


class Clock:
    """The time of all of them; tests set it, in China's hours."""

    def __init__(self) -> None:
        self.go_to(5, 2)

    def __call__(self) -> datetime:
        return self.now

    def go_to(self, month: int, day: int, hour: int = 9) -> None:
        self.now = datetime(2026, month, day, tzinfo=UTC) + timedelta(hours=hour - 8)


def enter(server: OpenServer, clock: Clock, *ops: Op) -> None:
    """The office enters these in one changeset."""
    office = Office(server)
    head = office.head()
    wall = int(clock.now.timestamp() * 1000)
    number = (office.number, head.incarnation, head.dseq + 1)
    header = Header(SCHEMA, *number, CADRES["mayor"], wall, len(ops))
    office.load([Changeset(encode(header), [encode(op) for op in ops])])


def found(server: OpenServer, clock: Clock) -> None:
    """Zones, people and one household in the village."""

    def made(kind: str, record: bytes, place: str = "township", **fields: object) -> Op:
        return Op(kind, record, "insert", f"{place}/i", fields)

    zones = [
        made(
            "zone", IDS[name], name=name, code=f"4205271032{n:02}", zone_kind="village", position=n
        )
        for n, name in enumerate(ZONES, 1)
    ]
    village = IDS[VILLAGE]
    everywhere = " ".join(sorted(one.hex() for one in IDS.values()))
    cadres = [
        made(
            "cadre",
            CADRES[login],
            login=login,
            name=name,
            roles=roles,
            status="active",
            post="干部",
            zones=village.hex() if role else everywhere,
        )
        for login, (name, roles, role) in PEOPLE.items()
    ]
    since = date(2026, 1, 1).isoformat()
    staff = [
        made(
            "zone_staff",
            new_id(),
            zone_id=village,
            cadre_id=CADRES[login],
            role=role,
            from_on=since,
        )
        for login, (_, _, role) in PEOPLE.items()
        if role
    ]
    home = made("household", HOME, village.hex(), zone_id=village, no="链子岩-2-017")
    enter(server, clock, *zones, *cadres, *staff, home)


class Seat:
    """One person at a laptop of their own."""

    def __init__(
        self, qtbot: QtBot, app: QApplication, laptop: LaptopFolder, login: str, clock: Now
    ) -> None:
        self._qtbot = qtbot
        made = replace(
            parts(laptop, laptop.path / "log", None),
            unlock=lambda name, password: unlock(laptop, name, password, clock),
        )
        preferences = PreferenceFile(laptop.path / "desktop.json")
        self.program: Program[Unlocked] = Program(app, made, preferences)
        self.program.start()
        assert self.program.entry is not None
        panel = self.program.entry.findChild(UnlockPanel)
        assert isinstance(panel, UnlockPanel)
        panel._password.setText(PASSWORD)
        panel._enter.click()
        qtbot.waitUntil(lambda: self.program.main is not None, timeout=10_000)

    @property
    def window(self) -> MainWindow:
        assert self.program.main is not None
        return self.program.main

    def page(self, key: str, kind: type[Kind]) -> Kind:
        """Go to a page by the navigation."""
        self.window.show_page(key)
        page = self.window.page(key)
        assert isinstance(page, kind)
        return page

    def today(self, system: str = meetings_due.SYSTEM) -> list[str]:
        """The lines about meetings, or of another system, on 今日, as the person reads them."""
        self.window.show_page("today")
        self.window.reload()
        return [one.text() for one in self._lines(system)]

    def follow(self, words: str, system: str = meetings_due.SYSTEM) -> None:
        """Click the line of 今日 that holds these words."""
        (line,) = [one for one in self._lines(system) if words in one.text()]
        line.click()

    def _lines(self, system: str) -> list[DueLine]:
        QApplication.processEvents()  # new lines are shown, old ones are gone
        lines = self.page("today", TodayPage).dues.lines
        return [one for one in lines if one.due.system == system]

    def sync(self) -> None:
        """Press 立即同步 and wait until all is through."""
        page = self.page("sync", SyncPage)
        page.go.click()
        self._qtbot.waitUntil(lambda: not page.desk.running, timeout=20_000)
        assert page.desk.last is not None, page.problem.text()

    def end(self) -> None:
        """Close the windows and the data."""
        for window in (self.program.main, self.program.entry):
            if window is not None:
                window.close()
                window.deleteLater()
        self.program.end()


def step(page: MatterPage, key: str, **typed: object) -> None:
    """Take a step by its button, typing texts and choosing values, and save it."""
    page.buttons[key].click()
    for name, value in typed.items():
        assert page.form is not None
        box = page.form.boxes[name]
        if isinstance(value, str) and box.editor.metaObject().className() != "ToggleChips":
            write(box.editor, value)
        else:
            box.set_value(value)
    if page.step is not None:
        page.step.submitted.emit()
    assert page.form is None, page.problem.text()


def write(widget: QWidget, text: str) -> None:
    """Type as an input method commits it."""
    widget.setFocus()
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def shown(page: MatterPage) -> str:
    """What the panel says of the current matter."""
    return "\n".join(f"{name}\n{text}" for name, text in page.detail(page._shown or b"").facts)


def take_seat(server: OpenServer, url: str, folder: Path, login: str, clock: Now) -> LaptopFolder:
    """Enrol a laptop of one person; its first sync is to come."""
    laptop = LaptopFolder(folder)
    code = admin.issue_code(server, [login])
    opened = enrol(laptop, url, code, PASSWORD, cost=CHEAP, clock=clock)
    opened.database.close()
    return laptop


Sit = Callable[..., Seat]
