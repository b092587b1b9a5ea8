"""``python -m tests.simulation``: seeds, one after the other or one alone; see ``--help``."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import repeat

from tests.simulation.mutations import MUTATIONS, mutated
from tests.simulation.plan import Plan, Step, carry_out, plan_of
from tests.simulation.template import template
from tests.simulation.things import Broken

_CHUNK = 25


def outcome(plan: Plan) -> tuple[str | None, int]:
    """What a plan broke, and how many faults it had."""
    try:
        return None, carry_out(plan)
    except Broken as broken:
        return str(broken), 0
    except Exception as error:  # a program that fails keeps no promise
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"promise 0: {type(error).__name__}: {error} ({where.name})", 0


def shrunk(plan: Plan, mutation: str | None = None) -> Plan:
    """The same plan without the steps that are not needed to break a promise."""
    steps = list(plan.steps)
    size = max(1, len(steps) // 2)
    while size:
        at = 0
        while at < len(steps):
            fewer = steps[:at] + steps[at + size :]
            if breaks(Plan(plan.seed, tuple(fewer)), mutation):
                steps = fewer
            else:
                at += size
        size //= 2
    return Plan(plan.seed, tuple(steps))


def breaks(plan: Plan, mutation: str | None) -> str | None:
    """What a plan breaks, perhaps with a planted bug."""
    with ExitStack() as stack:
        if mutation:
            stack.enter_context(mutated(mutation))
        return outcome(plan)[0]


def several(seeds: list[int], mutation: str | None) -> list[tuple[int, str | None, int, int]]:
    """(seed, what it broke, steps, faults) of some seeds, in this process."""
    found = []
    with ExitStack() as stack:
        if mutation:
            stack.enter_context(mutated(mutation))
        for seed in seeds:
            plan = plan_of(seed)
            broken, faults = outcome(plan)
            found.append((seed, broken, len(plan.steps), faults))
    return found


def in_parallel(
    seeds: Iterable[int], jobs: int, mutation: str | None = None
) -> Iterator[tuple[int, str | None, int, int]]:
    """The same over processes, in order."""
    numbers = list(seeds)
    chunks = [numbers[at : at + _CHUNK] for at in range(0, len(numbers), _CHUNK)]
    if jobs == 1:
        for chunk in chunks:
            yield from several(chunk, mutation)
        return
    with ProcessPoolExecutor(jobs) as pool:
        for result in pool.map(several, chunks, [mutation] * len(chunks)):
            yield from result


def many(first: int, count: int, jobs: int) -> int:
    """Run seeds; 0 only if every promise held. The last line sums up."""
    steps = faults = 0
    broken: list[int] = []
    for seed, wrong, taken, had in in_parallel(range(first, first + count), jobs):
        steps, faults = steps + taken, faults + had
        if wrong:
            broken.append(seed)
            print(f"seed {seed}: {wrong}", flush=True)
    print(f"seeds {count} · operations {steps} · faults {faults} · broken promises {len(broken)}")
    return 1 if broken else 0


def one(seed: int, mutation: str | None) -> int:
    """Replay a seed; if it breaks a promise, say with which of its steps."""
    plan = plan_of(seed)
    wrong = breaks(plan, mutation)
    print(wrong or f"seed {seed}: all promises held in {len(plan.steps)} steps")
    if wrong is None:
        return 0
    least = shrunk(plan, mutation)
    print(f"the same with {len(least.steps)} of {len(plan.steps)} steps: {breaks(least, mutation)}")
    for step in least.steps:
        print(f"  {step}")
    return 1


def planted(names: Sequence[str], seeds: int, jobs: int) -> int:
    """Every one of these planted bugs must be found; 0 only then."""
    missed = []
    with ThreadPoolExecutor(jobs) as pool:
        for name, found in zip(names, pool.map(_alone, names, repeat(seeds)), strict=True):
            print(f"{name}: {found or 'NOT FOUND'}", flush=True)
            missed += [] if found else [name]
    print(f"planted bugs {len(names)} · found {len(names) - len(missed)}")
    return 1 if missed else 0


def _alone(mutation: str, seeds: int) -> str | None:
    """In a process of its own: what a bug leaves in memory must not help to find the next."""
    with ProcessPoolExecutor(1) as pool:
        return pool.submit(_first, mutation, seeds).result()


def _first(mutation: str, seeds: int) -> str | None:
    """The first seed that finds a planted bug, and what it says."""
    template()  # without the bug: what breaks while it is made is no promise
    with mutated(mutation):
        for seed in range(seeds):
            wrong = outcome(plan_of(seed))[0]
            if wrong and not clumsy(wrong):
                return f"seed {seed}, {wrong.splitlines()[0]}"
    return None


def clumsy(wrong: str) -> bool:
    """Is it the planted bug that does not fit the program any more, instead of a promise?"""
    return any(name in wrong for name in ("AttributeError", "TypeError", "NameError"))


def steps_of(text: str) -> tuple[Step, ...]:
    """Steps as ``one`` prints them."""
    words = text.replace(")", " ").replace("(", " ").split()
    return tuple(Step(n, int(d)) for n, d in zip(words[::2], words[1::2], strict=True))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seed", type=int, help="replay one seed and shrink it if it fails")
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--mutation", choices=sorted(MUTATIONS), help="plant this bug")
    parser.add_argument("--mutations", action="store_true", help="plant each bug in turn")
    given = parser.parse_args()
    if given.seed is not None:
        return one(given.seed, given.mutation)
    if given.mutation or given.mutations:
        names = [given.mutation] if given.mutation else list(MUTATIONS)
        return planted(names, given.seeds, given.jobs)
    return many(given.start, given.seeds, given.jobs)


if __name__ == "__main__":
    sys.exit(main())
