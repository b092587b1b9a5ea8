"""Settings: every one declared once, within bounds, in force from its day on, never backwards."""

from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from township.rules.setting_changes import APPROVED, REFUSED, Change, decide_problem, settings_on
from township.rules.settings import DECLARED, GROUPS, PRESET, Settings
from township.rules.workdays import read_years, write_years

DAY = date(2026, 6, 1)
DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"
_HEAD = (
    "# 镇设置\n\n由 `township/rules/settings.py` 生成（`python -m tests.rules.test_settings`）。"
    "党政办提出，镇主要领导同意后从生效日期起执行，不追溯。\n"
)


def document() -> str:
    """All settings by group, for people."""
    parts = [_HEAD]
    for group in GROUPS:
        parts.append(f"\n## {group}\n\n| 设置项 | 预设值 | 可以填 | 来源 |\n|---|---|---|---|")
        for one in DECLARED.values():
            if one.group == group:
                cells = (one.label, one.shape.show(one.preset), one.shape.bounds, one.source)
                parts.append(f"| {' | '.join(cells)} |")
    return "\n".join(parts) + "\n"


def test_the_document_says_what_is_declared() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document()


def change(name: str = "village_halves", value: str | None = "7.5", **other: object) -> Change:
    given = {"decision": APPROVED, "decided_on": date(2026, 5, 20), "valid_from": DAY, **other}
    return Change(bytes(16), name, value, **given)  # type: ignore[arg-type]


def test_every_setting_is_declared() -> None:
    """A field that the township cannot change is no setting."""
    assert DECLARED.keys() == {one.name for one in fields(Settings)}
    assert {one.group for one in DECLARED.values()} <= set(GROUPS)
    labels = [one.label for one in DECLARED.values()]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("name", list(DECLARED))
def test_a_preset_is_within_its_bounds(name: str) -> None:
    declared = DECLARED[name]
    text = declared.shape.write(declared.preset)
    assert declared.shape.read(text) == declared.preset == getattr(PRESET, name)
    assert declared.shape.show(declared.preset) and declared.shape.bounds and declared.source


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("village_halves", "7.5", 15),
        ("village_halves", " 22 ", 44),
        ("village_halves", "7.25", None),
        ("village_halves", "22.5", None),
        ("village_halves", "0.5", None),
        ("village_halves", "八", None),
        ("unmask_minutes", "30", 30),
        ("unmask_minutes", "31", None),
        ("unmask_minutes", "-1", None),
        ("unmask_minutes", "５", None),
        ("export_rows", "200", 200),
        ("export_rows", "201", None),  # 侵犯公民个人信息解释: never more than the preset
        ("evaluation_quorum", "3/4", (3, 4)),
        ("evaluation_quorum", "1/3", None),
        ("evaluation_half_yearly", "yes", True),
        ("evaluation_half_yearly", "maybe", None),
        ("evaluation_dimensions", "style duty", ("duty", "style")),
        ("evaluation_dimensions", "outcome", None),  # the township's rule asks for the two
        ("evaluation_weights", "100 60 0", (100, 60, 0)),
        ("evaluation_weights", "60 100 0", None),
        ("evaluation_weights", "100 60", None),
        ("second_factor_roles", "ADM SEC AUD", frozenset({"ADM", "SEC", "AUD"})),
        ("second_factor_roles", "VC", None),
        ("second_factor_roles", "ADM SEC AUD XX", None),
    ],
)
def test_what_fits(name: str, text: str, value: object) -> None:
    shape = DECLARED[name].shape
    if value is None:
        with pytest.raises(ValueError, match=r"[\u4e00-\u9fff]"):
            shape.read(text)
    else:
        assert shape.read(text) == value
        assert shape.read(shape.write(value)) == value


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "至少写一年"),
        ("2027", "写法"),
        ("2027 放假 1.32", "没有“1.32”"),
        ("2027 放假 1.3-1.1", "反了"),
        ("2027 放假 元旦", "看不懂“元旦”"),
        ("2027 放假 1.1 上班 1.4", "不是星期六"),
        ("2027 放假 1.1-1.3 上班 1.2", "既写了放假又写了上班"),
        ("2027 放假 1.1\n2027 放假 1.2", "第 2 行：2027 年写了两次"),
    ],
)
def test_holidays_that_do_not_fit(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_years(text)


def test_holidays_are_written_as_they_are_read() -> None:
    text = "2026 放假 1.1-1.3 4.4 上班 1.4\n2027 放假 1.1"
    assert write_years(read_years(text)) == text


@pytest.mark.parametrize(
    ("day", "halves"),
    [(date(2026, 5, 31), 16), (DAY, 15), (date(2026, 12, 31), 15)],
)
def test_from_its_day_on(day: date, halves: int) -> None:
    assert settings_on([change()], day).village_halves == halves


@pytest.mark.parametrize(
    "other",
    [
        {"decision": None, "decided_on": None},
        {"decision": REFUSED},
        {"decision": "later", "decided_on": DAY},  # a newer program's
        {"value": None},
        {"value": "99"},
        {"value": "七"},
        {"name": "of_a_newer_program"},
        {"valid_from": date(2026, 6, 2)},
        {"decided_on": date(2026, 6, 2)},  # approved later: not backwards
    ],
)
def test_what_is_not_in_force(other: dict[str, object]) -> None:
    assert settings_on([change(**other)], DAY) == PRESET  # type: ignore[arg-type]


def test_the_one_that_began_last() -> None:
    older = change(value="9", valid_from=date(2026, 5, 21))
    assert settings_on([change(), older], date(2026, 5, 25)).village_halves == 18
    assert settings_on([change(), older], DAY).village_halves == 15
    back = change(value=None, valid_from=date(2026, 7, 1))
    assert settings_on([back, change(), older], date(2026, 7, 1)) == PRESET
    bad = change(value="1000", valid_from=date(2026, 7, 1))
    assert settings_on([bad, change(), older], date(2026, 7, 1)) == PRESET, "not the one before"


def test_who_decides() -> None:
    waiting = change(decision=None, decided_on=None)
    assert decide_problem(waiting, b"office", b"mayor") is None
    assert "提出人" in (decide_problem(waiting, b"mayor", b"mayor") or "")
    assert "审定过" in (decide_problem(change(), b"office", b"mayor") or "")


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
