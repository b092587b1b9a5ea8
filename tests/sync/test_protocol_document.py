"""docs/sync-protocol.md says what the code does: messages, limits, codes, reasons, kinds."""

import re
from pathlib import Path

import msgspec
import pytest

from sync import bundle, wire
from sync.server import letting_go, reading, refusing
from sync.server.checks import ADMISSION, SERVER_KINDS
from township import changes
from township.records import Conflict, record_kinds
from township.rules import photos
from township.storage import file_pages, files, letters, pages
from township.values import Kind

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "sync-protocol.md").read_text("utf-8")
STRUCTS = {
    name: struct
    for module in (wire, bundle, pages, file_pages, changes, refusing)
    for name, struct in vars(module).items()
    if isinstance(struct, type)
    and issubclass(struct, msgspec.Struct)
    and struct.__module__ == module.__name__
}
_DEFAULTS = {"None": "nil", "False": "false", "0": "0", "b''": "empty", "()": "empty"}
LIMITS = [name for name in vars(wire) if name.startswith("MAX_")]


def section(title: str) -> str:
    """The text below a heading, up to the next one."""
    found = re.search(rf"^#+ (?:[\d.]+ )?{re.escape(title)}\n(.*?)(?=^#|\Z)", TEXT, re.M | re.S)
    assert found, f"docs/sync-protocol.md has no section {title}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of all table rows, without code marks."""
    lines = [line.strip().strip("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.split(" | ")] for line in lines]


def first_cells(text: str, heading: str) -> list[list[str]]:
    """The rows of the table whose header row begins with this cell."""
    table = re.search(rf"^\| {re.escape(heading)} \|.*?\n\|[-|]+\n((?:\|.*\n)+)", text, re.M)
    assert table, f"docs/sync-protocol.md has no table {heading}"
    return rows(table[1])


@pytest.mark.parametrize("name", STRUCTS)
def test_a_message_stands_there_field_by_field(name: str) -> None:
    struct = STRUCTS[name]
    found = first_cells(section(name), "#")
    assert [row[1] for row in found] == list(struct.__struct_fields__)
    places = [str(n) for n in range(len(found))]
    expected = places if struct.__struct_config__.array_like else ["–"] * len(found)
    assert [row[0] for row in found] == expected


@pytest.mark.parametrize("name", sorted(STRUCTS.keys() - {"Outcome", "Problem"}))
def test_defaults_are_named(name: str) -> None:
    told = {row[1]: row[-1] for row in first_cells(section(name), "#")}
    for field in msgspec.structs.fields(STRUCTS[name]):
        if field.default is not msgspec.NODEFAULT:
            assert f"default {_DEFAULTS[repr(field.default)]}" in told[field.name]


def test_limits() -> None:
    told = {name: int(value) for name, value, _ in first_cells(TEXT, "limit")}
    names = [*LIMITS, "CODE_LENGTH", "CODE_ID_LENGTH"]
    values = {name: getattr(wire, name) for name in names}
    assert told == values | {"LONGEST_TEXT": reading.LONGEST_TEXT}
    assert wire.CODE_ALPHABET in TEXT
    assert wire.CONTENT_TYPE in TEXT


def test_problems() -> None:
    told = {code: status for code, status, *_ in first_cells(TEXT, "code")}
    known = {code: str(status) for code, (status, _) in refusing.PROBLEMS.items()}
    assert told == known | {"http": "any"}
    assert refusing.PROBLEM_PREFIX in TEXT


def test_every_problem_that_is_raised_has_a_document() -> None:
    raised = re.compile(r'BadMessage\(\s*"(\w+)"')
    found = {code for source in sources() for code in raised.findall(source)}
    assert found == refusing.PROBLEMS.keys()


def test_reasons() -> None:
    told = {(status, reason) for status, reason, _ in first_cells(TEXT, "status")}
    raised = re.compile(r'Refused\(\s*"(\w+)",\s*"(\w+)"')
    assert told == {pair for source in sources() for pair in raised.findall(source)}
    assert {reason for _, reason in told} == wire.REASONS.keys()


def sources() -> list[str]:
    return [path.read_text("utf-8") for path in (ROOT / "sync").rglob("*.py")]


def test_kinds_of_record_and_of_value() -> None:
    told = {kind: (class_, wide) for kind, class_, wide in first_cells(TEXT, "kind")}
    assert told == {
        kind: (record.data_class, "yes" if record.township_wide else "no")
        for kind, record in record_kinds().items()
    }
    outgoing = {kind for kind, record in record_kinds().items() if record.outgoing}
    (line,) = (line for line in TEXT.splitlines() if "are **outgoing**" in line)
    assert set(re.findall(r"`(\w+)`", line)) == outgoing
    assert [row[0] for row in first_cells(TEXT, "Kind")] == [kind.value for kind in Kind]


def test_conflict_records() -> None:
    told = [row[0] for row in first_cells(section("Merge"), "field")]
    assert sorted(told) == sorted(Conflict.fields())
    assert {"conflict", ADMISSION} == SERVER_KINDS
    assert f"`{ADMISSION}`" in section("Out of quarantine")


def test_every_address_stands_there() -> None:
    told = {row[0] for row in first_cells(TEXT, "address")}
    source = (ROOT / "sync" / "server" / "app.py").read_text("utf-8")
    served = re.findall(r'@(get|post)\("([^"]+)"', source)
    assert told == {f"{method.upper()} {path}" for method, path in served} | {"GET /openapi.json"}


@pytest.mark.parametrize("status", pages.Status.__args__)  # type: ignore[attr-defined]
def test_statuses(status: str) -> None:
    assert f"`{status}`" in section("Verdict")


def test_actions_and_purposes() -> None:
    told = {row[0] for row in first_cells(TEXT, "action")}
    assert told == set(changes.Action.__args__)  # type: ignore[attr-defined]
    for prefix in (b"lianxinqiao chain 1\\n", b"lianxinqiao message 1\\n", b"lianxinqiao code 1"):
        assert f'"{prefix.decode()}"' in TEXT


def test_bundles() -> None:
    text = section("Bundle") + section("Bundles")
    for line in (bundle.OUTBOX, bundle.ANSWER):
        assert f'"{line.decode().replace(chr(10), chr(92) + "n")}"' in text
    assert f"1 to {bundle.MAX_MESSAGES:,} `Envelope`s" in text
    assert f"({bundle.MAX_BUNDLE} bytes)" in text
    assert f"have {bundle.FULL >> 20} MiB" in text
    assert f"newest {letters.MOST}" in text
    assert bundle.SUFFIX in text


def test_pictures() -> None:
    text = section("Pictures")
    assert f"1 to {photos.MOST_BYTES} bytes" in text
    assert f"at most {photos.LONGEST_SIDE} pixels" in text
    assert f"{letting_go.GRACE.days} days after" in text
    told = {row[0] for row in first_cells(text, "`refused`")}
    source = (ROOT / "sync" / "server" / "files.py").read_text("utf-8")
    assert told == set(re.findall(r'refused(?:\[piece.record\] )?=\s?"(\w+)"', source))
    assert told >= set(files.LASTING)
