"""The sync over a real socket with everything on: TLS, signatures, chain, history, merge.

10,000 and 100,000 visits pushed by one laptop and pulled by another, each visit a changeset of
its own; nothing new; 100 of 100,000 visits changed; a day's work; the full township onto an
empty laptop; a 2G line. The floor is a bare push and pull of the same visits between the same
kind of encrypted files; the peer is Anki, whose notes hold them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from benchmarks import sync_rounds as rounds
from benchmarks import towns
from benchmarks.harness import (
    Goal,
    Measured,
    Options,
    Report,
    Result,
    medians,
    workplace,
)
from benchmarks.peers import anki

FEW, MANY = 10_000, 100_000


def run(options: Options) -> Report:
    """Goals of issue and design: see ``_goals``."""
    parts: dict[str, Callable[[Path], rounds.Cases]] = {
        f"{FEW} ": partial(rounds.ours, FEW),
        f"{MANY} ": partial(rounds.ours, MANY),
        "": partial(rounds.floor, MANY),
        "full ": rounds.first_load,
        "2G ": rounds.slow_link,
    }
    if options.peers:
        parts["anki "] = anki.prepared(towns.visits(MANY))
    runs: dict[str, list[Measured]] = {}
    for _ in range(max(3, options.rounds)):
        for prefix, part in parts.items():
            for name, measured in _alone(part).items():
                runs.setdefault(prefix + name, []).append(measured)
    if options.records:
        for name, measured in _alone(partial(rounds.ours, options.records)).items():
            runs[f"{options.records} {name}"] = [measured]
    return report({name: medians(each) for name, each in runs.items()}, options.records)


def _alone(part: Callable[[Path], rounds.Cases]) -> rounds.Cases:
    with workplace() as folder:
        try:
            return part(Path(folder))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def report(found: Mapping[str, Measured], more: int = 0) -> Report:
    """Ratios and goals from the medians of all cases, by name.

    ``more``: so many visits were synced besides.
    """
    push, pull = _rate(found[f"{MANY} push"]), _rate(found[f"{MANY} pull"])
    ratios = {
        "push_vs_floor": push / _rate(found["floor_push"]),
        "pull_vs_floor": pull / _rate(found["floor_pull"]),
        "push_flat": push / _rate(found[f"{FEW} push"]),
        "pull_flat": pull / _rate(found[f"{FEW} pull"]),
    }
    if more:
        ratios["push_flat_more"] = _rate(found[f"{more} push"]) / push
        ratios["pull_flat_more"] = _rate(found[f"{more} pull"]) / pull
    if "anki push" in found:
        ratios["push_vs_anki"] = push / _rate(found["anki push"])
        ratios["pull_vs_anki"] = pull / _rate(found["anki pull"])
    return Report("sync", [_result(*item) for item in found.items()], ratios, _goals(found, ratios))


def _goals(found: Mapping[str, Measured], ratios: Mapping[str, float]) -> list[Goal]:
    many = {name: found[f"{MANY} {name}"] for name in ("push", "pull")}
    bytes_each = max(_bytes(each) / _records(each) for each in many.values())
    goals = [
        Goal("sync.push_vs_floor", 0.4, ratios["push_vs_floor"]),
        Goal("sync.pull_vs_floor", 0.4, ratios["pull_vs_floor"]),
        Goal("sync.bytes_per_record", 90, bytes_each, at_least=False),
        Goal("sync.noop_roundtrips", 1, found[f"{MANY} noop"]["round_trips"], at_least=False),
        Goal("sync.day_roundtrips", 3, found[f"{MANY} day"]["round_trips"], at_least=False),
        Goal("sync.edits_push_ms", 25, _cpu_ms(found[f"{MANY} edits_push"]), at_least=False),
        Goal("sync.edits_pull_ms", 25, _cpu_ms(found[f"{MANY} edits_pull"]), at_least=False),
        Goal("sync.first_load_s", 10, found["full first_load"]["s"], at_least=False),
        Goal("sync.first_load_mb", 250, _memory(found["full first_load"]), at_least=False),
    ]
    if "push_vs_anki" in ratios:
        goals += [
            Goal("sync.push_vs_anki", 1.0, ratios["push_vs_anki"]),
            Goal("sync.pull_vs_anki", 1.0, ratios["pull_vs_anki"]),
        ]
    return goals


def _result(name: str, measured: Measured) -> Result:
    more = dict(measured)
    if _records(measured) >= FEW:
        if size := _bytes(measured):  # how much a peer sends is not counted
            more["bytes_per_record"] = size / _records(measured)
        for used in ("cpu_s", "server_cpu_s"):
            if used in measured:
                more[used.replace("_s", "_us_each")] = measured[used] * 1e6 / _records(measured)
        return Result(name, _rate(measured), "records/s", more)
    return Result(name, measured["s"] * 1000, "ms", more)


def _records(measured: Measured) -> float:
    """What was moved; a changeset holds one visit where nothing else was counted."""
    if "records" in measured:
        return float(measured["records"])
    return float(max(measured["pushed"], measured["pulled"]))


def _bytes(measured: Measured) -> float:
    if "bytes" in measured:
        return float(measured["bytes"])
    return float(measured["sent"] + measured["received"])


def _rate(measured: Measured) -> float:
    return _records(measured) / float(measured["s"])


def _cpu_ms(measured: Measured) -> float:
    """The CPU time of the end that needs more: neither may need long."""
    return 1000 * max(float(measured["cpu_s"]), float(measured["server_cpu_s"]))


def _memory(measured: Measured) -> float:
    """The larger end."""
    return float(max(measured["peak_mb"], measured["server_peak_mb"]))
