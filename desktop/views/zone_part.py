"""A part of 责任区: a list with steps, of the zones that are picked above it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from PySide6.QtWidgets import QWidget
from sqlalchemy.orm import Session

from desktop.models.table import Column, Rows, Sort
from desktop.views.matter import MatterPage
from desktop.views.widgets.basics import EmptyState
from desktop.views.widgets.choice import Choice
from township.fields import Field
from township.rules.permissions import Act, may
from township.rules.settings import Settings
from township.storage.database import Database
from township.storage.roles import roles_of
from township.usecases.township_settings import settings_of
from township.usecases.zones import held_zones
from township.values import CHINA

Scope = Callable[[], bytes | None]
"""The zone that is picked above the parts; None: all that this laptop holds."""
Cells = Mapping[bytes, Sequence[Any]]


class ZonePart(MatterPage):
    """Base of the parts. Its list is read at once: a township's is short."""

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        scope: Scope,
        columns: Sequence[Column],
        filters: Sequence[Choice],
        empty: EmptyState,
        parent: QWidget | None = None,
    ) -> None:
        self._scope = scope
        self._made: bytes | None = None
        super().__init__(database, cadre_id, columns, filters, empty, parent)

    def cells(self, session: Session) -> Cells:
        """The rows of the list in their order."""
        raise NotImplementedError

    def rows(self) -> Rows:
        return _Rows(self)

    def today(self) -> date:
        """The day in China by the clock of the data."""
        return self.database.clock().astimezone(CHINA).date()

    def zones(self, session: Session) -> list[bytes]:
        """The zones of the list."""
        picked = self._scope()
        held = [zone for zone, _ in held_zones(session)]
        return [zone for zone in held if picked in (None, zone)]

    def settings(self, session: Session) -> Settings:
        """What the township has set for itself."""
        return settings_of(session)

    def can(self, session: Session, act: Act, kind: str, *, own: bool = False) -> bool:
        """Do the person's roles allow this? The steps that they do not are left out."""
        roles = roles_of(session, self.cadre_id)
        return roles is None or may(roles, act, kind, own=own)

    def reload_list(self) -> None:
        """A form for something that is in no row stays open while the list is read anew."""
        if self.step is not None and self._shown != self.table.current_id():
            self.table.blockSignals(True)
            self.table.reload()
            self.table.blockSignals(False)
            return
        super().reload_list()


class _Rows:
    def __init__(self, part: ZonePart) -> None:
        self._part = part
        self._cells: Cells = {}

    def ids(self, sort: Sort | None) -> Sequence[bytes]:
        with self._part.database.reader() as session:
            self._cells = self._part.cells(session)
        return list(self._cells)

    def fetch(self, ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Any]]:
        return {one: self._cells[one] for one in ids if one in self._cells}


def required(fields: Mapping[str, Field], *names: str) -> dict[str, Field]:
    """These fields as a form asks for them: what a record may lack, this step may not."""
    return {**fields, **{name: replace(fields[name], required=True) for name in names}}


def lines(texts: Sequence[str], most: int = 0) -> str:
    """Texts below each other; of more than ``most`` the first ones and a count."""
    if most and len(texts) > most:
        return "\n".join((*texts[:most], f"……共 {len(texts)} 条"))
    return "\n".join(texts)
