"""``lianxinqiao tour``: the main job from end to end, with real windows, files and sockets.

A village cadre logs a visit without network, prints its report and syncs later; the clerk
sees it and prints the month's ledger. Every step looks first whether it is done already, so
that a tour that was cut off at any point ends in the same state when it is run again.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from cli import demo as demos
from cli import papers
from cli.demo import Demo, DemoUser
from cli.laptops import opened
from cli.serving import server_process
from township.errors import WorldError
from township.records import Visit, WorkLog
from township.storage.keyring import write_atomically
from township.storage.laptop import Unlocked
from township.usecases.work_month import work_month
from township.values import CHINA, utc_now

if TYPE_CHECKING:
    from desktop.driver import Driver, Widget
    from desktop.views.work_log import WorkLogPage

VILLAGE = "龙马溪村"
HOST = "王大明"
TALK = "老人说晚上去村口接孙子，路灯不亮看不清路；今年脐橙挂果好，担心采摘时缺劳力。"
NEED = "村口路灯不亮，晚上接孩子看不清路，希望尽快修好。"
SITUATION = "二组公路内侧有少量落石，未影响通行，已提醒过往车辆。"
Step = Callable[[str], None]


@dataclass
class Log:
    """What the tour remembers between tries: its day, and how many such visits were there."""

    day: str
    before: int | None = None
    pushed: int = 0
    pulled: int = 0


@dataclass
class Result:
    """What the tour made; paths are relative to its folder."""

    visit_report: str = ""
    ledger: str = ""
    screenshots: list[str] = field(default_factory=list)
    pushed: int = 0
    pulled: int = 0
    days_counted: float = 0.0
    seconds: float = 0.0


def run(path: Path, *, resume: bool, step: Step, households: int, years: int) -> Result:
    """Take the tour. Raises WorldError."""
    begun = time.monotonic()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if not (path / "demo.json").exists():
        demos.make(path, households, years, 1, step)
    tour = Tour(demos.existing(path), resume, step)
    tour.offline()
    tour.sync_cadre()
    tour.clerk()
    tour.result.seconds = round(time.monotonic() - begun, 1)
    return tour.result


class Tour:
    """One tour through one demo folder."""

    def __init__(self, demo: Demo, resume: bool, step: Step) -> None:
        self.result = Result()
        self._demo, self._step = demo, step
        self._out = demo.path / "out"
        self._out.mkdir(exist_ok=True)
        self._file = self._out / "tour.json"
        self._log = self._read() if resume and self._file.exists() else self._fresh()

    def offline(self) -> None:
        """The cadre logs a visit; no server is running."""
        cadre = demos.USERS[0]
        self._step(f"没有网络：{cadre.name}解锁笔记本，按 wdm 找到{HOST}，登记走访")
        with self._drive(cadre) as driver:
            driver.unlock(cadre.password, lambda window: self._shot(driver, "01-解锁", window))
            self._pages(driver, 2, ("today", "今日"), ("households", "户台账"))
            self._log_visit(driver)
            self._pages(
                driver, 6, ("worklog", "工作日志"), ("situations", "五情"), ("needs", "诉求")
            )
            self._pages(driver, 9, ("sync", "同步-待上报"), ("settings", "设置"))
        self._step("打印入户走访记录")
        self._print_visit(cadre)

    def sync_cadre(self) -> None:
        """The laptop reaches the township and syncs."""
        cadre = demos.USERS[0]
        self._step("有了网络：干部笔记本与镇服务器同步")
        with server_process(self._demo.server, self._demo.port), self._drive(cadre) as driver:
            driver.unlock(cadre.password)
            pushed, _ = self._sync(driver)
            self._shot(driver, "11-同步-完成")
        self._keep(pushed=self._log.pushed + pushed)

    def clerk(self) -> None:
        """The clerk's computer shows the visit and prints the month's ledger."""
        clerk = demos.USERS[1]
        self._step(f"{clerk.name}的电脑同步后看到走访、诉求和五情")
        with server_process(self._demo.server, self._demo.port), self._drive(clerk) as driver:
            driver.unlock(clerk.password)
            _, pulled = self._sync(driver)
            self._keep(pulled=self._log.pulled + pulled)
            self._pages(driver, 12, ("today", "台账员-今日"))
            self._find_host(driver)
            self._shot(driver, "13-台账员-户台账")
            self._pages(driver, 14, ("needs", "台账员-诉求"), ("situations", "台账员-五情"))
        self._step(f"打印{VILLAGE}本月户台账月报")
        self._print_ledger(clerk)
        self.result.pushed, self.result.pulled = self._log.pushed, self._log.pulled

    def _log_visit(self, driver: Driver) -> None:
        from desktop.views.work_log import WorkLogPage

        self._find_host(driver)
        self._shot(driver, "04-按拼音找户")
        if self._is_logged():
            return
        driver.keys("Ctrl+N")
        page = driver.main.page("worklog")
        assert isinstance(page, WorkLogPage)
        assert page.form is not None
        self._write(driver, page)
        self._shot(driver, "05-走访表单")
        driver.keys("Ctrl+S")
        driver.until(lambda: page.form is None)

    def _write(self, driver: Driver, page: WorkLogPage) -> None:
        """Fill the visit form: talk, a need, a situation report."""
        if page.form is not None and page.form.form.values()["talk"]:
            page.form.throw_away()  # a draft that an interrupted tour left behind
            page.close_form()
            self._find_host(driver)
            driver.keys("Ctrl+N")
        form = page.form
        assert form is not None
        boxes = form.form.boxes
        driver.type(boxes["talk"].editor, TALK)
        boxes["sessions"].set_value(("am", "pm"))
        form.parts.add("needs")
        driver.type(boxes["needs.0.text"].editor, NEED)
        boxes["needs.0.topic"].set_value("road")
        form.parts.add("situations")
        boxes["situations.0.kind"].set_value("disaster")
        boxes["situations.0.level"].set_value("normal")
        driver.type(boxes["situations.0.place"].editor, "二组公路内侧")
        driver.type(boxes["situations.0.summary"].editor, SITUATION)

    def _find_host(self, driver: Driver) -> None:
        from desktop.views.households import HouseholdsPage

        page = driver.show("households")
        assert isinstance(page, HouseholdsPage)
        driver.keys("Ctrl+F")
        page.search.clear()
        driver.type(page.search, "wdm")

    def _sync(self, driver: Driver) -> tuple[int, int]:
        """Press 立即同步 and wait; returns changesets pushed and pulled. Raises WorldError."""
        from desktop.views.sync import SyncPage

        page = driver.show("sync")
        assert isinstance(page, SyncPage)
        page.go.click()
        driver.until(lambda: not page.desk.running)
        if page.desk.last is None:
            raise WorldError(page.problem.text())
        driver.rest()
        return page.desk.last.pushed, page.desk.last.pulled

    def _pages(self, driver: Driver, first: int, *pages: tuple[str, str]) -> None:
        for number, (key, name) in enumerate(pages, first):
            driver.show(key)
            self._shot(driver, f"{number:02}-{name}")

    def _shot(self, driver: Driver, name: str, window: Widget | None = None) -> None:
        file = driver.picture(self._out / "screenshots" / f"{name}.png", window)
        self.result.screenshots.append(self._relative(file))

    def _print_visit(self, user: DemoUser) -> None:
        with opened(self._demo.laptop(user).path, user.login, user.password) as laptop:
            file = self._out / "入户走访记录.pdf"
            papers.visit(laptop, self._visits(laptop)[-1].hex(), file)
            self.result.visit_report = self._relative(file)
            with laptop.database.reader() as session:
                month = work_month(session, laptop.cadre_id, self._day.year, self._day.month)
            self.result.days_counted = month.counted / 2

    def _print_ledger(self, user: DemoUser) -> None:
        with opened(self._demo.laptop(user).path, user.login, user.password) as laptop:
            file = self._out / "户台账月报.pdf"
            papers.ledger(laptop, f"{self._day:%Y-%m}", VILLAGE, file)
            self.result.ledger = self._relative(file)

    def _is_logged(self) -> bool:
        user = demos.USERS[0]
        with opened(self._demo.laptop(user).path, user.login, user.password) as laptop:
            found = len(self._visits(laptop))
        if self._log.before is None:
            self._keep(before=found)
        assert self._log.before is not None
        return found > self._log.before

    def _visits(self, laptop: Unlocked) -> list[bytes]:
        """The tour's visits on its day, oldest first."""
        with laptop.database.reader() as session:
            return list(
                session.scalars(
                    select(Visit.id)
                    .join(WorkLog, WorkLog.id == Visit.work_log_id)
                    .where(
                        WorkLog.cadre_id == laptop.cadre_id,
                        Visit.visited_on == self._day,
                        Visit.talk == TALK,
                        Visit.deleted_at.is_(None),
                    )
                    .order_by(Visit.id)
                )
            )

    @property
    def _day(self) -> date:
        return date.fromisoformat(self._log.day)

    def _read(self) -> Log:
        try:
            return Log(**json.loads(self._file.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return self._fresh()

    def _fresh(self) -> Log:
        return Log(utc_now().astimezone(CHINA).date().isoformat())

    def _keep(self, **values: Any) -> None:
        self._log = replace(self._log, **values)
        write_atomically(self._file, json.dumps(asdict(self._log)).encode())

    def _relative(self, file: Path) -> str:
        return file.relative_to(self._demo.path).as_posix()

    def _drive(self, user: DemoUser) -> Driver:
        from desktop.driver import Driver

        return Driver(self._demo.laptop(user), self._demo.card)
