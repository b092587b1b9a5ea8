import json
import subprocess
from collections.abc import Callable

import pytest

from benchmarks.harness import (
    Goal,
    Measured,
    Report,
    Result,
    alternate,
    dumps,
    medians,
    names,
    parse_options,
    percentile,
    run_case,
)


def test_the_json_has_the_agreed_shape() -> None:
    report = Report(
        "ledger",
        [Result("ours", 1.5, "CPU ms/page", {"pages": 450})],
        {"longtable_vs_ours": 12.0},
        [Goal("ledger.vs_longtable", 5.0, 12.0), Goal("save.p95_ms", 16.0, 20.0, at_least=False)],
    )
    told = json.loads(dumps(report))
    assert list(told) == ["benchmark", "machine", "results", "ratios", "goals"]
    assert {"cpu", "cores", "memory_mb", "system", "python"} == set(told["machine"])
    assert told["results"] == [{"case": "ours", "value": 1.5, "unit": "CPU ms/page", "pages": 450}]
    assert told["ratios"] == {"longtable_vs_ours": 12.0}
    assert told["goals"] == [
        {"name": "ledger.vs_longtable", "goal": 5.0, "value": 12.0, "met": True},
        {"name": "save.p95_ms", "goal": 16.0, "value": 20.0, "met": False},
    ]
    assert "NOT MET" in report.as_text()


def test_cases_take_turns_at_least_three_times() -> None:
    order: list[str] = []

    def case(name: str) -> Callable[[], Measured]:
        def run() -> Measured:
            order.append(name)
            return {"s": float(len(order))}

        return run

    runs = alternate({"ours": case("ours"), "peer": case("peer")}, rounds=1)
    assert order == ["ours", "peer"] * 3
    assert medians(runs["ours"]) == {"s": 3.0}


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1), (0.5, 51), (0.95, 96), (1.0, 100)])
def test_percentile(share: float, expected: float) -> None:
    assert percentile(list(range(1, 101)), share) == expected


def test_benchmarks_are_found_by_name() -> None:
    assert "ledger" in names()
    name, options, as_json = parse_options(["ledger", "--peers", "--json"])
    assert (name, options.peers, options.rounds, as_json) == ("ledger", True, 3, True)
    assert parse_options(["storm", "--laptops", "40"])[1].laptops == 40


def test_a_case_that_fails_says_why() -> None:
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run_case("benchmarks.no_such_case")
    assert "no_such_case" in "".join(caught.value.__notes__)
