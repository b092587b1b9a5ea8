"""What happens to an operation against a record's state."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.merge import Decision, State, apply, decide, join_sets
from township.changes import SEEN, Op, Writers
from township.values import Value

ORDERS = {"sessions": ("am", "pm", "eve")}
WROTE: dict[str, Value] = {"1.1.1.0": "am", "9.1.1.0": "am eve"}


def base_of(field: str, op_id: str) -> tuple[Value] | None:
    return (WROTE[op_id],) if field == "sessions" and op_id in WROTE else None


def state(deleted: bool = False, **writers: str) -> State:
    values: dict[str, Value] = {"name": "王大明", "phone": "110", "sessions": "am pm"}
    return State(values, Writers("1.1.1.0", writers), deleted)


def op(action: Any, **fields: Any) -> Op:
    return Op("person", bytes(16), action, "township/i", fields)


@pytest.mark.parametrize(
    ("before", "operation", "expected"),
    [
        (state(), op("set", name=["王明", "1.1.1.0"]), Decision({"name": "王明"})),
        (state(), op("set", address=["二组", "1.1.1.0"]), Decision({"address": "二组"})),
        (
            state(name="2.1.1.0"),
            op("set", name=["王大明", "1.1.1.0"]),
            Decision({"name": "王大明"}),
        ),
        (state(name="2.1.1.0"), op("set", name=["王明", "1.1.1.0"]), Decision(lost=("name",))),
        (state(name="2.1.1.0"), op("set", name=["王明", None]), Decision(lost=("name",))),
        (
            state(name="2.1.1.0"),
            op("set", name=["王明", "1.1.1.0"], phone=["119", "1.1.1.0"]),
            Decision({"phone": "119"}, ("name",)),
        ),
        (
            state(sessions="2.1.1.0"),
            op("set", sessions=["am eve", "1.1.1.0"]),
            Decision({"sessions": "am pm eve"}, (), {"sessions": "am pm eve"}),
        ),
        (
            state(sessions="2.1.1.0"),
            op("set", sessions=["eve", "7.7.7.7"]),
            Decision(lost=("sessions",)),
        ),
        (state(True), op("set", name=["王明", "1.1.1.0"]), Decision(lost=("name",))),
        (state(True), op("set", name=["王大明", "1.1.1.0"]), Decision({"name": "王大明"})),
        (state(), op("delete"), Decision(deleted=True)),
        (state(), op("delete", **{SEEN: Writers("1.1.1.0").pack()}), Decision(deleted=True)),
        (
            state(name="1.1.1.0"),
            op("delete", **{SEEN: Writers("1.1.1.0").pack()}),
            Decision(deleted=True),
        ),
        (
            state(name="2.1.1.0"),
            op("delete", **{SEEN: Writers("1.1.1.0").pack()}),
            Decision(refused=True),
        ),
        (state(True), op("restore"), Decision(deleted=False)),
    ],
    ids=[
        "base is the writer",
        "a field not there yet",
        "the same value",
        "another was faster",
        "never seen",
        "field by field",
        "sets join",
        "sets of an unknown base do not",
        "edit of a deleted record",
        "the same value in a deleted record",
        "delete without sight",
        "delete of what was seen",
        "delete, default spelled out",
        "delete without sight of an edit",
        "restore",
    ],
)
def test_decision(before: State, operation: Op, expected: Decision) -> None:
    decision = decide(before, operation, ORDERS, base_of)
    assert decision == expected
    assert decision.conflict == bool(expected.lost or expected.refused)


def test_a_merged_value_has_a_writer_of_its_own() -> None:
    before = state(sessions="2.1.1.0")
    apply(
        before,
        decide(before, op("set", sessions=["am eve", "1.1.1.0"]), ORDERS, base_of),
        "3.1.1.0",
    )
    assert before.values["sessions"] == "am pm eve"
    assert before.writers.of("sessions") == "3.1.1.0m"
    again = decide(before, op("set", sessions=["eve", "3.1.1.0"]), ORDERS, lambda *_: ("am eve",))
    assert again.write == {"sessions": "pm eve"}, "its author had not seen pm, so it stays"


CODES = st.sets(st.sampled_from(["am", "pm", "eve", "x", "y"]))


def words(codes: set[str]) -> Value:
    return " ".join(sorted(codes)) or None


@given(CODES, CODES, CODES)
def test_joined_sets_hold_both_sides_additions_and_removals(
    now: set[str], mine: set[str], base: set[str]
) -> None:
    joined = join_sets(words(now), words(mine), words(base), ("am", "pm", "eve"))
    found = set(joined.split()) if isinstance(joined, str) else set()
    assert (mine - base) <= found
    assert not (base - mine) & found
    assert found == join_again(now, mine, base)


def join_again(now: set[str], mine: set[str], base: set[str]) -> set[str]:
    return {code for code in now | mine if (code in mine if code in mine ^ base else code in now)}


VALUES = st.sampled_from(["a", "b", "c", None])
WRITERS = st.sampled_from(["1.1.1.0", "2.1.1.0", "3.1.1.0"])
EDITS = st.dictionaries(st.sampled_from("pqr"), st.tuples(VALUES, WRITERS).map(list), min_size=1)


@given(st.dictionaries(st.sampled_from("pqr"), VALUES), EDITS, st.booleans())
def test_every_value_is_written_or_kept_in_conflict(
    values: dict[str, Value], edits: dict[str, Any], deleted: bool
) -> None:
    before = State(dict(values), Writers("1.1.1.0"), deleted)
    decision = decide(before, op("set", **edits), {}, base_of)
    assert decision.write.keys() | set(decision.lost) == edits.keys()
    assert not decision.write.keys() & set(decision.lost)
    apply(before, decision, "9.1.1.0")
    assert before.deleted == deleted, "set never revives"
    for name in decision.lost:
        assert before.values.get(name) == values.get(name)


@given(EDITS)
def test_the_same_edit_twice_changes_nothing_more(edits: dict[str, Any]) -> None:
    before = State({}, Writers("1.1.1.0"))
    apply(before, decide(before, op("set", **edits), {}, base_of), "9.1.1.0")
    once = dict(before.values)
    again = decide(before, op("set", **edits), {}, base_of)
    apply(before, again, "9.1.2.0")
    assert before.values == once
