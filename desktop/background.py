"""Long work outside the window's thread: plain callables, progress, cancel, results.

One ``Background`` lives as long as the program; its one queued signal brings everything back
to the main thread. Jobs know no widgets: they take values and return values.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from township.errors import WorldError

T = TypeVar("T")

_PROGRESS_EVERY = 0.05
"""Seconds between two progress messages; a bar need not move faster."""


class Cancelled(Exception):
    """The person cancelled; raised inside the job by ``Job.step``."""


@dataclass(frozen=True)
class Progress:
    """How far a job is: ``done`` of ``total`` (0: unknown), and what it is doing."""

    done: int
    total: int
    text: str


class Job:
    """What a running callable may do to the outside: report a step, ask whether to stop."""

    def __init__(self, report: Callable[[Progress], None]) -> None:
        self._report = report
        self._stop = threading.Event()
        self._reported = 0.0
        self._text = ""

    @property
    def cancelled(self) -> bool:
        return self._stop.is_set()

    def cancel(self) -> None:
        """Ask the job to stop at its next step."""
        self._stop.set()

    def step(self, done: int, total: int, text: str = "") -> None:
        """Report progress. Raises Cancelled when the person cancelled."""
        if self.cancelled:
            raise Cancelled
        now = time.monotonic()
        text = text or self._text
        if done < total and text == self._text and now - self._reported < _PROGRESS_EVERY:
            return
        self._reported, self._text = now, text
        self._report(Progress(done, total, text))


@dataclass(frozen=True)
class _Call:
    """What the main thread shall do when a job's outcome arrives."""

    done: Callable[[Any], None] | None
    failed: Callable[[WorldError], None] | None
    progress: Callable[[Progress], None] | None
    finished: Callable[[], None] | None
    owner: QObject | None

    def wanted(self) -> bool:
        """False once the widget that asked is gone."""
        return self.owner is None or isValid(self.owner)


class Ticket:
    """The asking side of a job."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self.running = True

    def cancel(self) -> None:
        """Ask the job to stop; nothing but ``finished`` is called for it any more."""
        self._job.cancel()

    @property
    def cancelled(self) -> bool:
        return self._job.cancelled


@dataclass(frozen=True)
class _Outcome:
    ticket: Ticket
    call: _Call
    value: Any = None
    error: BaseException | None = None
    progress: Progress | None = None


class Background(QObject):
    """Runs jobs on a few threads and brings their outcomes to the main thread.

    ``tell`` shows a failure of the world to which the asking side gave no answer of its own,
    ``crash`` takes failures of ours.
    """

    _arrived = Signal(object)

    def __init__(
        self,
        tell: Callable[[WorldError], None],
        crash: Callable[[BaseException], None],
        threads: int = 3,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tell, self._crash = tell, crash
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="work")
        self._tickets: set[Ticket] = set()
        self._then: Callable[[], None] | None = None
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[Job], T],
        done: Callable[[T], None] | None = None,
        *,
        failed: Callable[[WorldError], None] | None = None,
        progress: Callable[[Progress], None] | None = None,
        finished: Callable[[], None] | None = None,
        owner: QObject | None = None,
    ) -> Ticket:
        """Start ``work`` and return its ticket.

        In the main thread follow any number of ``progress``, then one of ``done`` (result),
        ``failed`` (the world's error) or nothing (cancelled), then ``finished`` in any case.
        All are dropped once ``owner`` is destroyed.
        """
        call = _Call(done, failed, progress, finished, owner)
        job = Job(lambda p: self._arrived.emit(_Outcome(ticket, call, progress=p)))
        ticket = Ticket(job)
        self._tickets.add(ticket)
        self._pool.submit(self._work, work, job, ticket, call)
        return ticket

    @property
    def busy(self) -> bool:
        return bool(self._tickets)

    def settle(self, then: Callable[[], None]) -> None:
        """Cancel all jobs and call ``then`` once none is left, at once when none runs."""
        for ticket in self._tickets:
            ticket.cancel()
        self._then = then
        self._rest()

    def close(self) -> None:
        """Cancel all jobs and wait until their threads have stopped; nothing is delivered."""
        self._arrived.disconnect(self._deliver)
        for ticket in self._tickets:
            ticket.cancel()
        self._tickets.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _work(self, work: Callable[[Job], Any], job: Job, ticket: Ticket, call: _Call) -> None:
        try:
            outcome = _Outcome(ticket, call, value=work(job))
        except Exception as error:  # noqa: BLE001 - the thread's boundary
            outcome = _Outcome(ticket, call, error=error)
        self._arrived.emit(outcome)

    def _deliver(self, outcome: _Outcome) -> None:
        ticket, call = outcome.ticket, outcome.call
        if outcome.progress is not None:
            if call.progress and call.wanted() and ticket.running and not ticket.cancelled:
                call.progress(outcome.progress)
            return
        ticket.running = False
        self._tickets.discard(ticket)
        try:
            self._settle(outcome)
        finally:
            if call.finished and call.wanted():
                call.finished()
            self._rest()

    def _rest(self) -> None:
        if self._then is not None and not self._tickets:
            then, self._then = self._then, None
            then()

    def _settle(self, outcome: _Outcome) -> None:
        call, error = outcome.call, outcome.error
        if isinstance(error, Cancelled):
            return
        if isinstance(error, WorldError):
            if not outcome.ticket.cancelled and call.wanted():
                (call.failed or self._tell)(error)
        elif error is not None:
            self._crash(error)
        elif call.done and call.wanted() and not outcome.ticket.cancelled:
            call.done(outcome.value)
