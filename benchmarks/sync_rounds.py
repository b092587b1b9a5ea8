"""One round of the sync benchmark: each case once, on fresh copies."""

from __future__ import annotations

from pathlib import Path

from benchmarks import towns
from benchmarks.harness import Measured, medians, run_case
from benchmarks.link import SlowLink
from benchmarks.processes import Told, Watched, serving, told

DAY, EDITS = 30, 100

Cases = dict[str, Measured]


def ours(visits: int, folder: Path) -> Cases:
    """All that two laptops of the same clerk do with each other's work."""
    town = towns.with_outbox(visits).copy(folder / "ours")
    with (
        serving("benchmarks.sync_server", str(town.server)) as server,
        told("benchmarks.sync_laptop", str(town.laptop("pusher").path), server.url) as pusher,
        told("benchmarks.sync_laptop", str(town.laptop("puller").path), server.url) as puller,
    ):
        found = {
            "push": _sync(pusher, server),
            "pull": _sync(puller, server),
            "noop": _sync(pusher, server),
        }
        found |= _edits(pusher, puller, server)
        pusher.do(f"visit {DAY}")
        found["day"] = _sync(pusher, server)
    return found


def _edits(pusher: Told, puller: Told, server: Watched) -> Cases:
    """Medians of three: the first pays what is paid once, and one may meet SQLite's folding of
    its WAL, which the many records before have left to do.
    """
    pushes, pulls = [], []
    for _ in range(3):
        pusher.do(f"edit {EDITS}")
        pushes.append(_sync(pusher, server))
        pulls.append(_sync(puller, server))
    return {"edits_push": medians(pushes), "edits_pull": medians(pulls)}


def slow_link(folder: Path) -> Cases:
    """A laptop's day over 2G: nothing new, thirty visits, and these at another laptop."""
    town = towns.with_outbox(DAY).copy(folder / "slow")
    with (
        serving("benchmarks.sync_server", str(town.server)) as server,
        SlowLink(server.url) as link,
        told("benchmarks.sync_laptop", str(town.laptop("pusher").path), link.url) as pusher,
        told("benchmarks.sync_laptop", str(town.laptop("puller").path), link.url) as puller,
    ):
        found = {}
        for name, laptop in (("noop", puller), ("day_push", pusher), ("day_pull", puller)):
            before = link.bytes
            found[name] = laptop.do("sync") | {"carried": link.bytes - before}
    return found


def first_load(folder: Path) -> Cases:
    """The full township with its years of work onto an empty laptop: by snapshots, by the log."""
    found = {}
    for name, line in (("first_load", "sync"), ("first_load_log", "sync log")):
        town = towns.full().copy(folder / name)
        with (
            serving("benchmarks.sync_server", str(town.server)) as server,
            told("benchmarks.sync_laptop", str(town.laptop("newcomer").path), server.url) as laptop,
        ):
            found[name] = _sync(laptop, server, line) | laptop.do("count")
    return found


def floor(visits: int, folder: Path) -> Cases:
    """The same visits by the driver alone."""
    town = towns.with_outbox(visits).copy(folder / "floor")
    found = {}
    with serving("benchmarks.sync_floor_server", str(folder / "floor-server")) as server:
        for action, laptop in (("push", "pusher"), ("pull", "puller")):
            server.look()
            path = str(town.laptop(laptop).path)
            measured = run_case("benchmarks.sync_floor", action, path, server.url)
            found[f"floor_{action}"] = measured | server.look()
    return found


def _sync(laptop: Told, server: Watched, line: str = "sync") -> Measured:
    server.look()
    measured = laptop.do(line)
    return measured | server.look()
