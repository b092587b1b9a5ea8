"""责任区: zones, linked households, special groups and the boxes for opinions, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.background import Background
from desktop.models.who import Rights
from desktop.theme import em
from desktop.views.page import Page
from desktop.views.papers import Papers
from desktop.views.widgets.basics import row
from desktop.views.widgets.choice import Choice, ChoiceEdit
from desktop.views.widgets.codes import ToggleChips
from desktop.views.zone_box import BoxPart
from desktop.views.zone_links import LinksPart, UnlinkedPart
from desktop.views.zone_list import ZoneList
from desktop.views.zone_part import ZonePart
from desktop.views.zone_special import SpecialPart
from township.rules.permissions import Act
from township.storage.database import Database
from township.usecases.zones import held_zones
from township.usecases.zones_due import BOX, LINKS, PAGE, SPECIAL, UNLINKED, ZONES, Place

TITLES = {
    ZONES: "责任区",
    LINKS: "联系户",
    UNLINKED: "没人联系的户",
    SPECIAL: "特殊群体",
    BOX: "意见箱",
}
_NEEDED = {
    LINKS: "household_link",
    UNLINKED: "household_link",
    SPECIAL: "special_group_member",
    BOX: "opinion_entry",
}
"""What somebody must see for a part."""
_CHOICE_EM = 9


class ZonesPage(Page):
    """The parts under one choice of the zone; ``show_target`` takes a ``Place``."""

    title = "责任区"
    icon = "identification-card"

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        background: Background,
        reachable: frozenset[str] = frozenset(),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._database, self._reachable = database, reachable
        self._rights = Rights(database, cadre_id)
        self.zone = ChoiceEdit()
        papers = Papers(database, cadre_id, background)
        known = (database, cadre_id, self._picked)
        self._makers: Mapping[str, Callable[[], ZonePart]] = {
            ZONES: lambda: ZoneList(*known, papers, lambda: self._reachable),
            LINKS: lambda: LinksPart(*known),
            UNLINKED: lambda: UnlinkedPart(*known),
            SPECIAL: lambda: SpecialPart(*known),
            BOX: lambda: BoxPart(*known),
        }
        self._parts: dict[str, ZonePart] = {}
        self._news: dict[str, frozenset[str]] = {}
        """Kinds that changed while a part was not shown; empty stands for all."""
        offered = [
            Choice(key, text)
            for key, text in TITLES.items()
            if key not in _NEEDED or self._rights.may(Act.SEE, _NEEDED[key])
        ]
        self.chips = ToggleChips(offered, clearable=False)
        self.chips.setAccessibleName("责任区的部分")
        self._stack = QStackedWidget()
        self._build()
        self.show_part(ZONES)

    def reload(self, kinds: frozenset[str]) -> None:
        self._rights.refresh(kinds)
        if not kinds or "zone" in kinds:
            self._offer_zones()
        self._tell(kinds)

    def show_target(self, target: object) -> None:
        if not isinstance(target, Place):
            self.current().show_target(target)
            return
        if target.zone_id is not None and not self.zone.isHidden():
            self.zone.set_value(target.zone_id)
            self._zone_chosen()
        self.show_part(target.part)
        if target.which is not None:
            self.current().show_target(target.which)
        if target.record is not None:
            self.current().show_target(target.record)

    def show_part(self, key: str) -> None:
        """Show one of the parts."""
        self.chips.set_values((key,))
        self._show_current()

    def current(self) -> ZonePart:
        """The part that is shown; it is made on its first visit."""
        key = str(next(iter(self.chips.values()), ZONES))
        if key not in self._parts:
            part = self._parts[key] = self._makers[key]()
            self._stack.addWidget(part)
            part.said.connect(self.said)
            part.wanted.connect(self._wanted)
            part.committed.connect(self._committed)
        return self._parts[key]

    def _show_current(self) -> None:
        part = self.current()
        key = str(next(iter(self.chips.values()), ZONES))
        if key in self._news:
            part.reload(self._news.pop(key))
        self._stack.setCurrentWidget(part)

    def leave(self) -> None:
        for part in self._parts.values():
            part.leave()

    def shortcuts(self) -> list[tuple[str, str]]:
        return [("Enter", "到右侧的下一步"), ("Tab", "到下一个按钮或字段")]

    def _build(self) -> None:
        self.zone.setAccessibleName("责任区")
        self.zone.setToolTip("只看一个责任区")
        self.zone.setFixedWidth(em(self, _CHOICE_EM))
        self.zone.chosen.connect(self._zone_chosen)
        self.chips.edited.connect(self._show_current)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        above = row(self.chips, self.zone)
        above.setStretch(0, 1)
        layout.addLayout(above)
        layout.addWidget(self._stack, 1)
        self._offer_zones()

    def _wanted(self, page: str, target: object) -> None:
        """A number leads to a part here, or to another page."""
        if page == PAGE:
            self.show_target(target)
        else:
            self.wanted.emit(page, target)

    def _committed(self, kinds: frozenset[str]) -> None:
        self._tell(kinds)
        self.committed.emit(kinds)

    def _tell(self, kinds: frozenset[str]) -> None:
        """The part that is shown reads anew at once, the others when they are shown."""
        shown = self.current()
        for key, part in self._parts.items():
            if part is shown:
                part.reload(kinds)
            elif kinds and self._news.get(key, kinds):
                self._news[key] = self._news.get(key, frozenset()) | kinds
            else:
                self._news[key] = frozenset()

    def _picked(self) -> bytes | None:
        value = self.zone.value()
        return value if isinstance(value, bytes) and value else None

    def _zone_chosen(self) -> None:
        if self.zone.value() is None:
            self.zone.set_value(b"")
        self._tell(frozenset())

    def _offer_zones(self) -> None:
        with self._database.reader() as session:
            held = held_zones(session)
        before = self.zone.value()
        self.zone.set_choices(
            [Choice(b"", "全部责任区"), *(Choice(zone, name) for zone, name in held)]
        )
        known = {zone for zone, _ in held}
        self.zone.set_value(before if before in known else b"")
        self.zone.setVisible(len(held) > 1)
