"""docs/coverage.md and the program name the same things: pages, modules, tests, papers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "coverage.md"
HEAD = ("内容", "页面", "模块", "测试", "打印")
TOOLS = {
    *("bars", "embedding", "faces", "fonts", "form", "linebreak", "official", "outline", "page"),
    *("pdf", "raster", "sheet", "sheets", "table", "truetype"),
}
"""What papers are made with; each other module of ``reports`` is a paper."""
SYSTEMS = ("责任区", "干部下队", "五情", "民情联系会议", "测评", "各系统共用")


def lines() -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Each line of the tables: its system, and the names in each column."""
    system = ""
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            system = line[3:].rpartition("、")[2]
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and tuple(cells) != HEAD:
            assert len(cells) == len(HEAD), line
            names = zip(HEAD, (re.findall(r"`([^`]+)`", cell) for cell in cells), strict=True)
            yield system, dict(names)


def named(column: str) -> set[str]:
    return {name for _, line in lines() for name in line[column]}


def pages() -> set[str]:
    source = (ROOT / "desktop" / "pages.py").read_text(encoding="utf-8")
    return set(re.findall(r'PageSpec\(\s*"(\w+)"', source))


def test_every_system_has_its_table() -> None:
    assert tuple(dict.fromkeys(system for system, _ in lines())) == SYSTEMS


def test_pages_are_those_of_the_program() -> None:
    assert named("页面") == pages()


def test_papers_are_those_of_the_program() -> None:
    modules = {path.stem for path in (ROOT / "reports").glob("*.py")} - {"__init__"}
    assert modules >= TOOLS
    assert named("打印") == modules - TOOLS


@pytest.mark.parametrize("column", ["模块", "测试"])
def test_files_are_there(column: str) -> None:
    assert [name for name in sorted(named(column)) if not (ROOT / name).is_file()] == []


def test_every_line_is_whole() -> None:
    for _, line in lines():
        assert line["页面"] and line["模块"] and line["测试"], line
    tests = named("测试")
    assert all(Path(one).name.startswith("test_") for one in tests)
