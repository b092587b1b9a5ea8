"""Who is working, in words, and what this person's roles allow."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QWidget
from sqlalchemy import func, select

from desktop.tips import tip
from desktop.views.main import Who
from township.records.cadre import Cadre
from township.records.zone import Zone
from township.rules import permissions, refusals
from township.rules.permissions import Act
from township.storage.database import Database
from township.storage.roles import roles_of

PAGES = {
    "today": ((Act.SEE, "work_log"), (Act.SEE, "household")),
    "households": ((Act.SEE, "household"),),
    "zones": ((Act.SEE, "contact_card"),),
    "worklog": ((Act.SEE, "work_log"),),
    "assessment": ((Act.PRINT, "assessment_sheet"),),
    "situations": ((Act.SEE, "situation"),),
    "needs": ((Act.SEE, "need"),),
    "disputes": ((Act.SEE, "dispute"),),
    "tasks": ((Act.SEE, "task"),),
    "meetings": ((Act.SEE, "meeting"),),
    "evaluation": ((Act.SEE, "evaluation"),),
    "access_log": ((Act.SEE, "access_entry"),),
    "purge": ((Act.CREATE, "erasure"),),
    "township_settings": ((Act.SEE, "township_setting"),),
}
"""What somebody must be allowed to do for a page; pages not named here are everybody's."""


def who(database: Database, cadre_id: bytes) -> Who:
    """A cadre's name, and the zones and post under it."""
    with database.reader() as session:
        cadre = session.get(Cadre, cadre_id)
        if cadre is None:
            return Who("", "")
        total = session.scalar(select(func.count()).select_from(Zone)) or 0
        names = list(session.scalars(select(Zone.name).where(Zone.id.in_(cadre.zones))))
    place = "全镇" if total > 1 and len(names) == total else "、".join(names)
    return Who(cadre.name, " · ".join(part for part in (place, cadre.post or "") if part))


class Rights:
    """What one cadre's roles allow, from the same table by which the township judges.

    It shows what there is to offer; saving and printing ask again. A cadre whom this laptop does
    not know yet is offered everything: the township judges.
    """

    def __init__(self, database: Database, cadre_id: bytes) -> None:
        self._database, self.cadre_id = database, cadre_id
        self.roles: frozenset[str] | None = None
        self.refresh()

    def refresh(self, kinds: frozenset[str] = frozenset()) -> bool:
        """Read the roles again if records of these kinds may have changed them; did they?"""
        if kinds and "cadre" not in kinds:
            return False
        before = self.roles
        with self._database.reader() as session:
            self.roles = roles_of(session, self.cadre_id)
        return self.roles != before

    def may(self, act: Act, kind: str, author: bytes | None = None) -> bool:
        """May the person do this with a record of this kind, which ``author`` made?

        Without ``author``: with one of the person's own.
        """
        own = author is None or author == self.cadre_id
        return self.roles is None or permissions.may(self.roles, act, kind, own=own)

    def why_not(self, act: Act, kind: str, author: bytes | None = None) -> str:
        """Why not, and who can; empty when it is allowed."""
        if self.may(act, kind, author):
            return ""
        return refusals.not_offered(self.roles or frozenset(), act, kind)

    def offer(
        self,
        widget: QWidget,
        act: Act,
        kind: str,
        author: bytes | None = None,
        *,
        able: bool = True,
    ) -> bool:
        """Let a button be pressed if it may; else its tool tip says who can.

        ``able`` False: it rests for a reason of its own. Returns whether it can be pressed.
        """
        why_not = self.why_not(act, kind, author)
        usual = widget.property("usual_tip")
        if usual is None:
            usual = widget.toolTip()
            widget.setProperty("usual_tip", usual)
        widget.setToolTip(tip(why_not) if why_not else usual)
        widget.setAccessibleDescription(why_not)
        widget.setEnabled(able and not why_not)
        return able and not why_not

    def pages(self, keys: Iterable[str]) -> frozenset[str]:
        """Those of these pages that the person's duties are on."""
        if self.roles is None:
            return frozenset(keys) - {"access_log", "purge"}  # which nobody sees by accident
        return frozenset(
            key for key in keys if all(self.may(*right) for right in PAGES.get(key, ()))
        )
