"""Every machine gets the versions we test with."""

import importlib.metadata
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


def declared() -> list[Requirement]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    extras = project["project"]["optional-dependencies"].values()
    groups = [project["build-system"]["requires"], project["project"]["dependencies"], *extras]
    return [Requirement(text) for group in groups for text in group]


def wanted_by(requirement: Requirement) -> Iterator[Requirement]:
    for text in importlib.metadata.requires(requirement.name) or []:
        wanted = Requirement(text)
        marker = wanted.marker
        extras = ["", *requirement.extras]
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
            yield wanted


def closure(requirements: list[Requirement]) -> set[str]:
    found: set[str] = set()
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = list(requirements)
    while waiting:
        requirement = waiting.pop()
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if key not in seen:
            seen.add(key)
            found.add(key[0])
            waiting.extend(wanted_by(requirement))
    return found


def test_each_declared_dependency_is_pinned_within_its_range() -> None:
    pinned = pins()
    for requirement in declared():
        version = pinned.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is missing in constraints.txt"
        assert version in requirement.specifier, f"{requirement.name} {version}"


def test_all_that_is_needed_is_installed_as_pinned() -> None:
    needed = closure([req for req in declared() if req.name != "setuptools"])
    installed = {name: importlib.metadata.version(name) for name in needed}
    pinned = pins()
    assert installed == {name: pinned.get(name) for name in needed}


def test_constraints_are_plain_and_sorted() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    names = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[A-Za-z0-9.+]+", line) for line in names)
    assert names == sorted(names, key=lambda line: line.split("==")[0])
