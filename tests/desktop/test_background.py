from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from desktop.background import Background, Cancelled, Job, Progress
from township.errors import DiskFull, WorldError


def test_result_arrives_in_the_main_thread(qtbot: QtBot, background: Background) -> None:
    seen: list[Any] = []
    background.run(
        lambda _: threading.get_ident(),
        lambda ident: seen.append((ident, threading.get_ident())),
        finished=lambda: seen.append("finished"),
    )
    qtbot.waitUntil(lambda: "finished" in seen, timeout=2000)
    (worker, main), _ = seen
    assert main == threading.get_ident() != worker
    assert not background.busy


def test_progress_comes_in_order_and_before_the_result(
    qtbot: QtBot, background: Background
) -> None:
    seen: list[Any] = []

    def count(job: Job) -> str:
        for i in range(1, 2001):
            job.step(i, 2000, "写入")
        return "ok"

    background.run(count, seen.append, progress=seen.append)
    qtbot.waitUntil(lambda: "ok" in seen, timeout=2000)
    assert seen[0] == Progress(1, 2000, "写入")
    assert seen[-2:] == [Progress(2000, 2000, "写入"), "ok"]
    assert len(seen) < 100, "two thousand steps must not flood the window"


def test_cancel_stops_at_the_next_step(qtbot: QtBot, background: Background) -> None:
    seen: list[Any] = []
    gate = threading.Event()
    stopped: list[bool] = []

    def endless(job: Job) -> None:
        gate.wait(2)
        try:
            job.step(1, 2)
        except Cancelled:
            stopped.append(True)
            raise

    ticket = background.run(endless, seen.append, finished=lambda: seen.append("finished"))
    ticket.cancel()
    gate.set()
    qtbot.waitUntil(lambda: not ticket.running, timeout=2000)
    assert stopped == [True]
    assert seen == ["finished"]


def test_a_result_that_came_too_late_for_cancel_is_dropped(
    qtbot: QtBot, background: Background
) -> None:
    seen: list[Any] = []
    ticket = background.run(lambda _: 1, seen.append)
    ticket.cancel()
    qtbot.waitUntil(lambda: not ticket.running, timeout=2000)
    assert seen == []


@pytest.mark.parametrize("own_answer", [True, False])
def test_the_worlds_failure_is_told(qtbot: QtBot, qapp: QObject, own_answer: bool) -> None:
    told: list[str] = []
    answered: list[str] = []
    worker = Background(lambda e: told.append(str(e)), pytest.fail)
    failed: Callable[[WorldError], None] | None = (
        (lambda e: answered.append(str(e))) if own_answer else None
    )

    def full(job: Job) -> None:
        raise DiskFull("磁盘已满")

    worker.run(full, failed=failed)
    qtbot.waitUntil(lambda: bool(told or answered), timeout=2000)
    assert (answered if own_answer else told) == ["磁盘已满"]
    worker.close()


def test_our_failure_is_a_crash_even_when_the_owner_is_gone(qtbot: QtBot, qapp: QObject) -> None:
    crashed: list[BaseException] = []
    worker = Background(pytest.fail, crashed.append)
    owner = QObject()
    worker.run(lambda _: 1 / 0, owner=owner)
    delete(owner)
    qtbot.waitUntil(lambda: bool(crashed), timeout=2000)
    assert isinstance(crashed[0], ZeroDivisionError)
    worker.close()


def test_nothing_is_called_on_a_destroyed_owner(qtbot: QtBot, background: Background) -> None:
    owner = QObject()
    gate = threading.Event()
    ticket = background.run(
        lambda _: gate.wait(2), lambda _: pytest.fail("owner is gone"), owner=owner
    )
    delete(owner)
    gate.set()
    qtbot.waitUntil(lambda: not ticket.running, timeout=2000)


def test_close_waits_for_running_jobs_and_delivers_nothing(qtbot: QtBot, qapp: QObject) -> None:
    worker = Background(pytest.fail, pytest.fail)
    ended = threading.Event()
    started = threading.Event()

    def work(job: Job) -> None:
        started.set()
        while not job.cancelled:
            time.sleep(0.001)
        ended.set()

    worker.run(work, lambda _: pytest.fail("closed"))
    started.wait(2)
    worker.close()
    assert ended.is_set()


def _number(number: int, job: Job) -> int:
    return number


def test_a_thousand_small_jobs_all_arrive(qtbot: QtBot, background: Background) -> None:
    seen: list[int] = []
    for i in range(1000):
        background.run(partial(_number, i), seen.append)
    qtbot.waitUntil(lambda: len(seen) == 1000, timeout=5000)
    assert sorted(seen) == list(range(1000))
