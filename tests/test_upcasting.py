"""Operations of older programs in the words of this one, by made-up steps."""

from typing import Any

import msgspec
import pytest

from township import upcasting
from township.changes import SCHEMA, SEEN, Op, Writers
from township.upcasting import Cast

_STATES = {"good": ("A", 0), "empty": ("A", 1), "bad": ("D", 0)}


def split(value: Any) -> dict[str, Any]:
    safety, away = _STATES.get(value, (value, None)) if isinstance(value, str) else (value, None)
    return {"housing_safety": safety, "away": away}


STEPS: tuple[upcasting.Step, ...] = (
    {("household", "tel"): lambda value: {"telephone": value}},
    {},
    {
        ("household", "telephone"): lambda value: {"phone": value},
        ("household", "house"): split,
    },
)


@pytest.fixture(autouse=True)
def steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upcasting, "STEPS", STEPS)


def cast(schema: int = 1) -> Cast:
    found = upcasting.cast(schema)
    assert found is not None
    return found


def op(action: Any, fields: dict[str, Any], kind: str = "household") -> Op:
    return Op(kind, bytes(16), action, "township/i", fields)


SAW = Writers("7.1.1.0", {"tel": "7.1.2.0", "house": "7.1.3.0", "no": "7.1.4.0"})
SEES = Writers(
    "7.1.1.0",
    {"phone": "7.1.2.0", "housing_safety": "7.1.3.0", "away": "7.1.3.0", "no": "7.1.4.0"},
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            op("insert", {"tel": "1", "house": "empty", "no": "2"}),
            op("insert", {"phone": "1", "housing_safety": "A", "away": 1, "no": "2"}),
        ),
        (
            op("set", {"tel": ["1", "7.1.1.0"], "house": ["bad", None]}),
            op(
                "set",
                {"phone": ["1", "7.1.1.0"], "housing_safety": ["D", None], "away": [0, None]},
            ),
        ),
        (op("delete", {SEEN: SAW.pack()}), op("delete", {SEEN: SEES.pack()})),
        (op("delete", {}), op("delete", {})),
        (op("restore", {}), op("restore", {})),
        (op("insert", {"tel": "1"}, "person"), op("insert", {"tel": "1"}, "person")),
    ],
)
def test_an_operation(old: Op, new: Op) -> None:
    assert cast().op(old) == new


@pytest.mark.parametrize(
    "fields",
    [{"tel": "1"}, {"tel": ["1"]}, {SEEN: b"\xff"}, {SEEN: 3}, {"house": [["x"], None]}],
)
@pytest.mark.parametrize("action", ["set", "delete"])
def test_nonsense_is_left_to_be_judged(action: str, fields: dict[str, Any]) -> None:
    found = cast().op(op(action, fields))
    assert found.action == action


def test_steps_begin_where_the_author_stood() -> None:
    old = op("insert", {"tel": "1", "telephone": "2"})
    assert cast(2).op(old).fields == {"tel": "1", "phone": "2"}
    assert upcasting.cast(4) is None
    assert upcasting.cast(99) is None
    assert cast(-5).steps == cast(1).steps
    assert upcasting.floor() == 4


def test_conflicts_and_merges_speak_of_the_heirs() -> None:
    def packed(value: Any) -> bytes:
        return msgspec.msgpack.encode(value)

    about = {"target_kind": "household", "field_name": "house"}
    conflict = {**about, "kept_value": packed("bad"), "other_value": b"\xc1", "kept_by": b"x"}
    assert cast().values("conflict", conflict) == {
        **conflict,
        "field_name": "housing_safety",
        "kept_value": packed("D"),
    }
    moved = packed([["household", bytes(16), "tel"], ["person", bytes(16), "tel"]])
    expected = packed([["household", bytes(16), "phone"], ["person", bytes(16), "tel"]])
    assert cast().values("duplicate", {"moved": moved}) == {"moved": expected}
    for nonsense in (b"\xc1", b"\x03", 7, None):
        assert cast().values("duplicate", {"moved": nonsense}) == {"moved": nonsense}


def test_the_table_ends_at_the_schema_of_this_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert len(upcasting.STEPS) == SCHEMA - 1
    assert upcasting.floor() <= SCHEMA
