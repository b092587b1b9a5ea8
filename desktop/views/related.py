"""Matters that a matter names, as links to their pages."""

from __future__ import annotations

from collections.abc import Iterable

from desktop.views.matter import Link
from township.usecases.came_of import Related

_PAGES = {
    "need": "needs",
    "situation": "situations",
    "dispute": "disputes",
    "task": "tasks",
    "household": "households",
}


def links(found: Iterable[Related | None], before: str = "") -> list[Link]:
    """A link to each, whose first words say how the two belong together."""
    return [Link(f"{before}{one.head}", one.text, _PAGES[one.kind], one.id) for one in found if one]
