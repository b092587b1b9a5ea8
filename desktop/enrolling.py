"""Enrolling this laptop from its first window: keys, membership, and the first load."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from desktop.background import Job

if TYPE_CHECKING:
    from desktop.views.enrol import Enrolment
    from township.storage.laptop import Unlocked
    from township.storage.persons import Persons


def enroller(persons: Persons) -> Callable[[Enrolment, Job], Unlocked]:
    """What the enrol window calls in the background for one more person on this computer.

    It raises a WorldError when the township does not let the laptop in. A first load that
    breaks off is no failure: the laptop is enrolled, and the next sync goes on.
    """

    def enrol(asked: Enrolment, job: Job) -> Unlocked:
        from sync.enrol import enrol  # httpx is only for the first start and for syncing

        job.step(0, 0, "正在登记")
        laptop = enrol(persons.free(), asked.server, asked.code, asked.password)
        _first_load(laptop, job)
        return laptop

    return enrol


def _first_load(laptop: Unlocked, job: Job) -> None:
    from sync import client
    from sync.http import carrier_to
    from sync.problems import SyncProblem
    from township.storage import search
    from township.storage.replica import Replica

    replica = Replica(laptop.database)

    def step(progress: client.Progress) -> None:
        total = progress.pulled + progress.behind
        job.step(progress.pulled, total, "正在接收本责任区的资料")

    try:
        with carrier_to(replica.identity()) as carrier:
            client.run(replica, carrier, step, lambda: job.cancelled)
    except SyncProblem:
        return  # noted in the database; the sync page tells it
    search.catch_up(laptop.database, lambda done, all_: job.step(done, all_, "建立搜索"))
