"""What one guess at a password costs whoever has the file of keys: Argon2id at the default cost.

Lanes run in threads of their own, so the time on the clock shrinks with free cores; a guesser
with many cores pays by the CPU. Both are told, and the memory that each guess must have.
"""

from __future__ import annotations

from functools import partial

from benchmarks.harness import Goal, Options, Report, Result, alternate, medians, run_case
from township.storage.keyring import Cost

GOAL = 0.3
"""Seconds of CPU. Source: the issue on protection."""


def run(options: Options) -> Report:
    """Goal: at least 0.3 s of CPU for each try."""
    case = partial(run_case, "benchmarks.guess_ours")
    found = medians(alternate({"guess": case}, options.rounds)["guess"])
    cost = Cost()
    return Report(
        benchmark="guess",
        results=[
            Result("wrong password, CPU", found["cpu_s"], "s", found),
            Result("wrong password, clock", found["clock_s"], "s"),
            Result("memory a guess", cost.memory / 1024, "MiB"),
        ],
        goals=[Goal("guess.cpu_s", GOAL, found["cpu_s"])],
    )
