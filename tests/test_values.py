"""What a field accepts, how it is stored and how people read it."""

from datetime import UTC, date, datetime

import pytest

from township.codes import SESSION
from township.fields import Field, Sensitivity
from township.records import Person, Situation, Visit, record_kinds
from township.values import (
    Kind,
    from_stored,
    id_check_digit,
    id_no_problem,
    local_text,
    moment_text,
    phone_problem,
    to_stored,
)

TODAY = date(2026, 5, 3)


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("11010519491231002X", None),  # the example of GB 11643-1999
        ("429999197001010014", "校验位"),
        ("11010519491231002x", "18 位"),
        ("1101051949123100", "18 位"),
        ("110105194902310026", "出生日期"),
        ("110105203001010022", "晚于今天"),
        ("422727194912310020", None),  # an abolished county is not judged
    ],
)
def test_identity_numbers(number: str, problem: str | None) -> None:
    if problem is None:
        number = number[:17] + id_check_digit(number[:17])
        assert id_no_problem(number, TODAY) is None
    else:
        assert problem in (id_no_problem(number, TODAY) or "")


@pytest.mark.parametrize("number", ["13812345678", "0717-2881234", "07172881234", "110", "12345"])
def test_telephone_numbers(number: str) -> None:
    assert phone_problem(number) is None


@pytest.mark.parametrize(
    "number", ["1381234567", "2881234", "0717 2881234", "abc", "１３８１２３４５６７８"]
)
def test_bad_telephone_numbers(number: str) -> None:
    assert "11 位手机号" in (phone_problem(number) or "")


def test_made_up_mobiles_are_for_tests_only() -> None:
    assert phone_problem("12345678901") is None
    assert phone_problem("12345678901", test_numbers=False)


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        (Kind.TEXT, "路灯不亮", "路灯不亮"),
        (Kind.TEXT, "", None),
        (Kind.FLAG, False, 0),
        (Kind.NUMBER, 0, 0),
        (Kind.DATE, date(2026, 2, 28), "2026-02-28"),
        (Kind.MOMENT, datetime(2026, 5, 3, 6, 5, tzinfo=UTC), "2026-05-03T06:05:00Z"),
        (Kind.CODES, ("am", "pm"), "am pm"),
        (Kind.CODES, (), None),
        (Kind.REFS, (b"\x02" * 16, b"\x01" * 16), "01" * 16 + " " + "02" * 16),
        (Kind.REF, bytes(16), bytes(16)),
    ],
)
def test_stored_forms(kind: Kind, value: object, stored: object) -> None:
    assert to_stored(kind, value) == stored
    if kind is Kind.REFS:
        assert set(from_stored(kind, "01" * 16 + " " + "02" * 16)) == set(value)  # type: ignore[call-overload]
    elif value != "":
        assert from_stored(kind, to_stored(kind, value)) == value


def test_a_time_without_zone_is_a_bug() -> None:
    with pytest.raises(ValueError, match="time zone"):
        moment_text(datetime(2026, 5, 3))


def test_people_read_china_time() -> None:
    assert local_text(datetime(2026, 5, 3, 18, 5, tzinfo=UTC)) == "2026-05-04 02:05"


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        (Field(Kind.TEXT, "地点", Sensitivity.I, required=True), "", "请填写地点"),
        (
            Field(Kind.TEXT, "地点", Sensitivity.I, max_length=3),
            "天龙村三组",
            "最多 3 字，现在 5 字",
        ),
        (Field(Kind.TEXT, "地点", Sensitivity.I), "a\x00b", "控制字符"),
        (Field(Kind.NUMBER, "户数", Sensitivity.I), -1, "不能小于 0"),
        (Field(Kind.CODES, "时段", Sensitivity.I, codes=SESSION), ("noon",), "不在可选范围"),
    ],
)
def test_problems_say_what_to_mend(field: Field, value: object, problem: str) -> None:
    assert problem in (field.problem(value) or "")


@pytest.mark.parametrize("value", [0, False])
def test_zero_and_no_are_answers(value: object) -> None:
    assert Field(Kind.FLAG, "户内有人", Sensitivity.I, required=True).problem(value) is None


def test_every_record_field_is_declared_with_a_chinese_label() -> None:
    for name, kind in record_kinds().items():
        assert kind.fields(), name
        for field in kind.fields().values():
            assert any("\u4e00" <= c <= "\u9fff" for c in field.label)


@pytest.mark.parametrize(
    "word",
    ["religion", "ethnic", "marital", "diagnosis", "criminal", "bank", "employer", "vehicle",
     "social_account", "face", "fingerprint", "latitude", "longitude", "pregnan", "maternal"],
)  # fmt: skip
def test_what_must_never_be_recorded_has_no_field(word: str) -> None:
    for kind in record_kinds().values():
        assert not any(word in name for name in kind.fields())


def test_rumours_have_no_speaker_and_maternal_matters_no_report() -> None:
    assert "people" not in Situation.fields()
    assert "maternal" not in (Situation.field("situation_kind").codes or ())
    assert Visit.data_class == "r"
    assert Person.field("id_no").sensitivity is Sensitivity.S
