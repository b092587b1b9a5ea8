"""The house stays as docs/architecture.md describes it."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("township", "sync", "reports", "desktop", "cli", "benchmarks", "tests")
MAX_FILE = 400
MAX_FUNCTION = 60
# Path under the root, or path::function, with the reason why it may be longer.
LONG_ON_PURPOSE: dict[str, str] = {}

MACHINE_PATH = re.compile(r"/(work|root|home|Users)/\w|[A-Z]:\\Users\\\w")


def python_files() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_migration(path: Path) -> bool:
    """A released migration tells of a whole schema at once and is never edited again."""
    return "versions" in path.parts


def test_imports_point_down() -> None:
    # In a process of its own, because import-linter sets up logging anew.
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from importlinter.cli import lint_imports; "
            "sys.exit(lint_imports(no_cache=True, no_logo=True))",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_one_subject_per_file() -> None:
    long = {
        name_of(path): lines
        for path in python_files()
        if (lines := path.read_text(encoding="utf-8").count("\n")) >= MAX_FILE
        and not is_migration(path)
    }
    assert long.keys() <= LONG_ON_PURPOSE.keys(), f"look for the second subject in {long}"


def test_annotations_of_records_are_no_texts() -> None:
    late = "from __future__ import annotations"
    records = (ROOT / "township" / "records").glob("*.py")
    assert not [path.name for path in records if f"\n{late}\n" in path.read_text("utf-8")]


def test_one_job_per_function() -> None:
    long = {
        f"{name_of(path)}::{node.name}": lines
        for path in python_files()
        if not is_migration(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) >= MAX_FUNCTION
    }
    assert long.keys() <= LONG_ON_PURPOSE.keys(), f"too long: {long}"


def tracked_files() -> list[Path]:
    try:
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    names = listing.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def test_the_tree_names_no_machine() -> None:
    found = [
        f"{name_of(path)}: {match[0]}"
        for path in tracked_files()
        if (content := path.read_bytes()) and b"\0" not in content[:8192]
        for match in [MACHINE_PATH.search(content.decode("utf-8", errors="replace"))]
        if match
    ]
    assert not found
