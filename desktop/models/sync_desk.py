"""The sync as the windows see it: one run at a time in the background, and its state in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from desktop.background import Background, Cancelled, Job, Ticket
from desktop.theme import Tone
from township.errors import WorldError
from township.storage import files, search
from township.storage.database import Database
from township.usecases.photos import photo_queue
from township.usecases.syncing import SyncState, sync_state
from township.values import local_text

if TYPE_CHECKING:
    from sync import client
    from sync.reading import Taken
    from sync.stick import Written
    from township.usecases.situation_clock import Clocked

T = TypeVar("T")


class SyncDesk(QObject):
    """Starts and stops the sync of one open laptop.

    Signals: ``changed`` (SyncState) whenever the state may have changed, ``brought`` (frozenset
    of kinds) for records that came, ``moved`` (Progress), ``ended`` (text, or None when done),
    ``carried`` (what became of a file on a stick in words, and whether it went well).
    """

    changed = Signal(object)
    brought = Signal(object)
    moved = Signal(object)
    ended = Signal(object)
    carried = Signal(str, bool)

    def __init__(
        self,
        database: Database,
        background: Background,
        parent: QObject | None = None,
        cadre_id: bytes | None = None,
    ) -> None:
        """``cadre_id`` is who works here: for him sealed matters are passed on after a sync."""
        super().__init__(parent)
        self._database, self._background = database, background
        self._cadre = cadre_id
        self._ticket: Ticket | None = None
        self.last: client.Progress | None = None
        """What the last finished sync moved."""

    @property
    def running(self) -> bool:
        return self._ticket is not None

    def state(self) -> SyncState:
        """How the sync stands now."""
        with self._database.reader() as session:
            return sync_state(session)

    def refresh(self) -> None:
        """Something was saved: tell the new state."""
        self.changed.emit(self.state())

    def start(self) -> None:
        """Sync now, unless a sync runs already."""
        self._begin(self._work, self._done, self._failed)

    def store(self, folder: Path) -> None:
        """Write what waits into a file for the township, unless something runs already."""
        self._begin(partial(self._store, folder), self._stored, self._not_carried)

    def fetch(self, file: Path) -> None:
        """Read the township's answer from a file, unless something runs already."""
        self._begin(partial(self._fetch, file), self._fetched, self._not_carried)

    def _begin(
        self,
        work: Callable[[Job], T],
        done: Callable[[T], None],
        failed: Callable[[WorldError], None],
    ) -> None:
        if self._ticket is None:
            self._ticket = self._background.run(
                work,
                done,
                failed=failed,
                progress=self.moved.emit,
                finished=self._finished,
                owner=self,
            )

    def cancel(self) -> None:
        """Stop at the next round trip; what has come and gone by then stays."""
        if self._ticket is not None:
            self._ticket.cancel()

    def _work(self, job: Job) -> client.Progress:
        from sync import client  # httpx costs 110 ms: only a sync pays for it
        from sync.http import carrier_to
        from township.storage.replica import Replica

        replica = Replica(self._database)

        def step(progress: client.Progress) -> None:
            job.step(*progress.how_far(), progress.in_words())

        job.step(0, 0, "正在连接镇服务器")
        photos, clocked = self._photos(), self._clocked()
        with carrier_to(replica.identity()) as carrier:
            progress = client.run(replica, carrier, step, lambda: job.cancelled)
            put_right = clocked.put_right(carrier.township_time())
            progress.kinds |= put_right
            if not job.cancelled and (self._pass_on() or put_right):
                client.run(replica, carrier, None, lambda: job.cancelled)
        if job.cancelled:
            raise Cancelled
        search.catch_up(self._database, lambda done, all_: job.step(done, all_, "更新搜索"))
        if self._photos() != photos:  # some have gone: their words change
            progress.kinds.add(files.KIND)
        return progress

    def _pass_on(self) -> int:
        """Seal for newcomers what the person at work can read; how many changesets that made."""
        from township.usecases.passing_on import pass_on

        return pass_on(self._database, self._cadre) if self._cadre else 0

    def _clocked(self) -> Clocked:
        from township.usecases.situation_clock import Clocked

        return Clocked(self._database, self._cadre)

    def _photos(self) -> files.Queue:
        with self._database.reader() as session:
            return photo_queue(session)

    def _done(self, progress: client.Progress) -> None:
        self.last = progress
        self.brought.emit(frozenset(progress.kinds))
        self.ended.emit(None)

    def _failed(self, error: WorldError) -> None:
        self.ended.emit(str(error))

    def _store(self, folder: Path, job: Job) -> Written:
        from sync import bundle, stick

        if not folder.is_dir():  # pulled out meanwhile: its name shall not become a file's
            raise bundle.BadBundle("unwritable")
        job.step(0, 0, "正在存到U盘")
        return stick.write_outbox(self._database, folder, lambda done, all_: job.step(done, all_))

    def _stored(self, written: Written) -> None:
        text = f"已存好“{written.path.name}”，内有 {written.changesets} 次改动。"
        if written.left:
            text += f"还有 {written.left} 次没有装下，读入答复后再存一次。"
        text += "请安全弹出U盘，拿到镇里读入，再把镇里给的答复文件读回来。"
        self.carried.emit(text, True)

    def _fetch(self, file: Path, job: Job) -> Taken:
        from sync import stick

        job.step(0, 0, "正在从U盘读入")
        taken = stick.read_answer(self._database, file, lambda done, all_: job.step(done, all_))
        search.catch_up(self._database, lambda done, all_: job.step(done, all_, "更新搜索"))
        self._pass_on()
        return taken

    def _fetched(self, taken: Taken) -> None:
        self.brought.emit(frozenset(taken.kinds))
        self.carried.emit(taken.in_words(), True)

    def _not_carried(self, error: WorldError) -> None:
        self.carried.emit(str(error), False)

    def _finished(self) -> None:
        self._ticket = None
        self.refresh()


def in_words(state: SyncState) -> tuple[str, Tone, str]:
    """The state for the status line: text, tone and icon."""
    if state.refused or state.conflicts:
        return f"{state.refused + state.conflicts} 件需要处理", Tone.WARN, "warning"
    if state.waiting:
        return f"{state.waiting} 条待同步", Tone.INFO, "cloud-arrow-up"
    if state.last_at is None:
        return "尚未同步", Tone.QUIET, "cloud-slash"
    return f"已全部同步 · {local_text(state.last_at)[5:]}", Tone.GOOD, "cloud-check"
