"""What the benchmark of the sync concludes from its measurements."""

import pytest

from benchmarks.harness import Measured
from benchmarks.sync import FEW, MANY, report


def ours(count: int, seconds: float) -> dict[str, Measured]:
    moved: Measured = {
        "s": seconds,
        "sent": 60 * count,
        "received": 5 * count,
        "round_trips": 42,
        "pushed": count,
        "pulled": 0,
        "peak_mb": 100.0,
        "server_peak_mb": 200.0,
        "cpu_s": count * 20e-6,
        "server_cpu_s": count * 50e-6,
    }
    small = moved | {"s": 0.02, "round_trips": 1, "pushed": 30, "cpu_s": 0.01}
    small["server_cpu_s"] = 0.03
    return {
        "push": moved,
        "pull": moved | {"pushed": 0, "pulled": count},
        **dict.fromkeys(("noop", "edits_push", "edits_pull", "day"), small),
    }


def other(seconds: float) -> Measured:
    return {"s": seconds, "records": MANY, "bytes": 0}


def test_rates_ratios_and_goals() -> None:
    found = {f"{FEW} {name}": each for name, each in ours(FEW, 0.5).items()}
    found |= {f"{MANY} {name}": each for name, each in ours(MANY, 5.0).items()}
    found |= {"floor_push": other(2.5), "floor_pull": other(4.0)}
    found |= {"anki push": other(10.0), "anki pull": other(4.0)}
    found["full first_load"] = found[f"{MANY} pull"] | {"s": 9.0, "records": 230_000}
    told = report(found)
    assert told.ratios == pytest.approx(
        {
            "push_vs_floor": 0.5,
            "pull_vs_floor": 0.8,
            "push_flat": 1.0,
            "pull_flat": 1.0,
            "push_vs_anki": 2.0,
            "pull_vs_anki": 0.8,
        }
    )
    missed = {"sync.edits_push_ms", "sync.edits_pull_ms", "sync.pull_vs_anki"}
    assert {goal.name for goal in told.goals if not goal.met} == missed
    values = {goal.name: goal.value for goal in told.goals}
    assert values["sync.bytes_per_record"] == 65
    assert values["sync.first_load_mb"] == 200
    assert values["sync.edits_push_ms"] == 30, "the slower end counts"
    by_case = {result.case: result for result in told.results}
    assert by_case[f"{MANY} push"].value == 20_000
    assert by_case[f"{MANY} push"].more["server_cpu_us_each"] == pytest.approx(50)
    assert by_case["full first_load"].unit == "records/s"
    assert "bytes_per_record" not in by_case["anki push"].more
