"""The simulation in small: Hypothesis drives plans; a few planted bugs must be found."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulation import engines, promises
from tests.simulation.__main__ import breaks, clumsy, shrunk, steps_of
from tests.simulation.kept_plans import FOUND, REGRESSIONS
from tests.simulation.mutations import MUTATIONS
from tests.simulation.plan import (
    ACTIONS,
    ERASING,
    FAULTS,
    SEALING,
    SWITCHED_OFF,
    WEIGHTS,
    Plan,
    Step,
    carry_out,
    plan_of,
)
from tests.simulation.sealed_plans import SEALED_FOUND, SEALED_REGRESSIONS
from tests.simulation.sight import rows_of
from tests.simulation.world import World

ALL_REGRESSIONS = REGRESSIONS | SEALED_REGRESSIONS
ALL_FOUND = FOUND | SEALED_FOUND
STEPS = st.builds(Step, st.sampled_from(sorted(ACTIONS)), st.integers(0, (1 << 30) - 1))


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,  # what has not been seen yet is for the long run
)
@given(st.integers(0, 1 << 20), st.lists(STEPS, min_size=5, max_size=40))
def test_every_promise_holds(seed: int, steps: list[Step]) -> None:
    carry_out(Plan(seed, tuple(steps)))


@pytest.mark.parametrize("seed", range(12))
def test_the_first_seeds_hold(seed: int) -> None:
    carry_out(plan_of(seed))


@pytest.mark.parametrize("name", ALL_REGRESSIONS)
def test_what_once_went_wrong(name: str) -> None:
    seed, steps = ALL_REGRESSIONS[name]
    carry_out(Plan(seed, steps_of(steps)))


@pytest.mark.parametrize("name", ALL_FOUND)
def test_a_planted_bug_is_found(name: str) -> None:
    seed, steps = ALL_FOUND[name]
    plan = Plan(seed, steps_of(steps))
    wrong = breaks(plan, name)
    assert wrong
    assert not clumsy(wrong), wrong
    assert breaks(plan, None) is None


def test_a_failing_plan_shrinks_to_what_matters() -> None:
    seed, steps = FOUND["conflict_dropped"]
    plan = Plan(seed, (*steps_of(steps), *plan_of(1).steps[:10]))
    least = shrunk(plan, "conflict_dropped")
    assert len(least.steps) < len(plan.steps)
    assert breaks(least, "conflict_dropped")
    assert steps_of(" ".join(map(str, least.steps))) == least.steps


def test_erasures_are_in_every_fifth_seed_only() -> None:
    for seed in range(20):
        names = {step.name for step in plan_of(seed).steps}
        assert bool(names & (ERASING.keys() - WEIGHTS.keys())) == (seed % 5 == 4)


def test_sealed_matters_are_in_every_fifth_seed_only() -> None:
    for seed in range(20):
        names = {step.name for step in plan_of(seed).steps}
        assert bool(names & (SEALING.keys() - WEIGHTS.keys())) == (seed % 5 == 3)


def test_the_same_seed_is_the_same_run() -> None:
    def trace(seed: int) -> list[str]:
        found: list[str] = []
        carry_out(plan_of(seed), found.append)
        return found

    assert trace(3) == trace(3)


@pytest.mark.parametrize("seed", [4, 7])
def test_small_engines_are_only_faster(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """They end with the very rows, on every laptop, that whole ones end with."""
    ends: list[list[Any]] = []
    real = promises.check

    def check(world: World, replays: list[int]) -> None:
        ends.append([rows_of(machine.database) for machine in world.machines])
        real(world, replays)

    monkeypatch.setattr(promises, "check", check)
    carry_out(plan_of(seed))
    monkeypatch.setattr(engines, "small_engines", nullcontext)
    carry_out(plan_of(seed))
    small, whole = ends
    assert any(any(rows.values()) for rows in small)
    assert small == whole


def test_every_action_has_its_weight() -> None:
    assert WEIGHTS.keys() | ERASING.keys() | SEALING.keys() | {"first_circle"} == ACTIONS.keys()
    assert ACTIONS.keys() > FAULTS
    assert len(MUTATIONS) >= 20
    assert not SWITCHED_OFF.keys() & ACTIONS.keys()
