"""Picking a household by the search, as every form does it that needs one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from desktop.views.widgets.choice import Choice
from desktop.views.widgets.finder import FinderField
from township.fields import Field
from township.storage.database import Database
from township.usecases.work_month import find_households, household_names


def household_field(database: Database, cadre_id: bytes, field: Field) -> FinderField:
    """A field for a household, shown as this cadre may see it."""

    def find(text: str) -> Sequence[Choice]:
        with database.reader() as session:
            return [Choice(*found) for found in find_households(session, text, by=cadre_id)]

    def describe(household: Any) -> Choice | None:
        with database.reader() as session:
            found = household_names(session, [household], by=cadre_id).get(household)
        return Choice(household, *found) if found else None

    return FinderField(field, find, describe)
