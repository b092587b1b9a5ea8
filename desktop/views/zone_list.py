"""责任区: the zones with their people, card and numbers; each number leads to its rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, ClassVar

from PySide6.QtWidgets import QWidget
from sqlalchemy.orm import Session

from desktop.models.table import Column
from desktop.theme import Tone, restyle
from desktop.tips import tip
from desktop.views import zone_steps
from desktop.views.matter import Shown
from desktop.views.papers import Papers
from desktop.views.step_form import Action
from desktop.views.widgets.basics import EmptyState, button, label
from desktop.views.widgets.choice import Choice
from desktop.views.widgets.flow import flowing
from desktop.views.zone_part import Cells, Scope, ZonePart, lines
from township.rules.permissions import Act
from township.storage.database import Database
from township.storage.roles import roles_of
from township.usecases import needs, opinion_list, zone_view
from township.usecases.cards import CardState
from township.usecases.households import VISITED, HouseholdFilter
from township.usecases.special_groups import ALL, OPEN
from township.usecases.zone_staff import Serving
from township.usecases.zone_view import ZoneDetail
from township.usecases.zones_due import BOX, LINKS, PAGE, SPECIAL, UNLINKED, Place

FILTERS = (Choice("all", "全部"), Choice("lacking", "要处理的"))


def _gap_text(gaps: tuple[str, ...]) -> str:
    return "；".join(gaps) or "齐"


def _gap_tone(gaps: tuple[str, ...]) -> Tone:
    return Tone.BAD if gaps else Tone.GOOD


def _card_tone(state: CardState) -> Tone:
    if state.card is None or state.stale:
        return Tone.BAD
    return Tone.WARN if state.card.approved_by is None else Tone.GOOD


Box = tuple[date | None, bool]


def _box_text(box: Box) -> str:
    if box[0] is None:
        return ""
    return f"{box[0]} 前" if not box[1] else "该开箱了"


COLUMNS = (
    Column("name", "责任区", 6, sortable=False),
    Column("people", "人员", 3, lambda count: f"{count} 人", sortable=False),
    Column("gaps", "人员缺口", 12, _gap_text, _gap_tone, grow=True, sortable=False),
    Column("card", "联系群众卡", 11, lambda state: state.words, _card_tone, sortable=False),
    Column(
        "box",
        "下次开意见箱",
        9,
        _box_text,
        lambda box: Tone.WARN if box[1] else None,
        spare=True,
        sortable=False,
    ),
)


@dataclass(frozen=True)
class _Number:
    """A button with a number, and where its rows are."""

    text: str
    count: int
    page: str
    target: object


class ZoneList(ZonePart):
    """All zones of the township; numbers only for those whose households are here."""

    kinds = frozenset(
        {
            *("zone", "village_group", "zone_staff", "cadre", "contact_card", "household"),
            *("household_link", "visit", "need", "box_opening", "opinion_entry"),
            *("special_group_member", "person"),
        }
    )

    nothing: ClassVar = {
        "lacking": (
            "没有要处理的责任区",
            "缺人员、联系群众卡要换、意见箱到期没有开的，会列在这里。",
        ),
    }

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        scope: Scope,
        papers: Papers,
        reachable: Callable[[], frozenset[str]],
        parent: QWidget | None = None,
    ) -> None:
        self._papers, self._reachable = papers, reachable
        self.found: ZoneDetail | None = None
        self.numbers: dict[str, Any] = {}
        empty = EmptyState("house-line", "没有符合条件的责任区", "点上面的“全部”看所有责任区。")
        super().__init__(database, cadre_id, scope, COLUMNS, FILTERS, empty, parent)
        with database.reader() as session:
            held = self.zones(session)
        if len(held) == 1:
            self.table.select_id(held[0])  # one's own, among all of the township

    def cells(self, session: Session) -> Cells:
        today = self.today()
        found = zone_view.zone_rows(session, today, self.settings(session))
        if self.which() == "lacking":
            found = [one for one in found if one.gaps or one.card.problem or _late(one, today)]
        picked = self._scope()
        return {
            one.id: (one.name, one.people, one.gaps, one.card, (one.box_on, _late(one, today)))
            for one in found
            if picked in (None, one.id)
        }

    def detail(self, record: bytes) -> Shown:
        today = self.today()
        with self.database.reader() as session:
            found = zone_view.zone_detail(
                session, record, today, by=self.cadre_id, settings=self.settings(session)
            )
            actions = zone_steps.of_zone(
                session, found, roles_of(session, self.cadre_id) or frozenset(), today
            )
        self.found = found
        return Shown(found.zone.name, _facts(found), actions)

    def open_action(self, action: Action) -> None:
        """The households for the form of handing over are read when it is opened."""
        if action.key == zone_steps.DELIVER and self.found is not None:
            with self.database.reader() as session:
                today = self.today()
                missed = zone_steps.not_reached(session, self.found, today, self.cadre_id)
                action = zone_steps.deliver(session, self.found, today, missed)
        super().open_action(action)

    def print_card(self, *, door: bool = False, preview: bool = False) -> None:
        """Make the card of the zone that is shown, ten on a sheet or one for the door."""
        if self._shown is not None:
            self._papers.print_card(self._shown, self, door=door, preview=preview)

    def _fill(self, shown: Shown, begun: Sequence[Action]) -> None:
        super()._fill(shown, begun)
        found = self.found
        if found is None:
            return
        at = self.panel.body.indexOf(self.problem) + 2  # behind the place of the form
        self.numbers = {}
        if found.gaps:
            gaps = label("；".join(found.gaps), "problem", wrap=True)
            restyle(gaps, "tone", "bad")
            self.panel.body.insertWidget(at, gaps)
            at += 1
        if found.numbers is not None:
            self.panel.body.insertWidget(at, self._number_buttons(found))
            at += 1
        self.panel.body.insertWidget(at, self._card_buttons(found.card))

    def _number_buttons(self, found: ZoneDetail) -> QWidget:
        pages = self.rights.pages(self._reachable())
        for one in _numbers(found):
            made = button(
                f"{one.text} {one.count}",
                partial(self.wanted.emit, one.page, one.target),
                kind="quiet",
            )
            made.setEnabled(one.page in pages)
            self.numbers[one.text] = made
        return flowing(*self.numbers.values(), spacing=2)

    def _card_buttons(self, state: CardState) -> QWidget:
        preview = button("预览联系卡", lambda: self.print_card(preview=True), glyph="eye")
        ten = button("打印联系卡", self.print_card, glyph="printer")
        door = button("打印门贴卡", lambda: self.print_card(door=True), glyph="printer")
        for made in (ten, door):
            may = self.rights.offer(made, Act.PRINT, "contact_card", able=not state.problem)
            if not may and state.problem:
                made.setToolTip(tip(state.problem))
                made.setAccessibleDescription(state.problem)
        self.printers = {"preview": preview, "ten": ten, "door": door}
        return flowing(preview, ten, door)


def _late(one: zone_view.ZoneRow, today: date) -> bool:
    return one.box_on is not None and one.box_on <= today


def _numbers(found: ZoneDetail) -> list[_Number]:
    zone, count = found.zone.id, dict(found.numbers or {})
    homes = HouseholdFilter(zone_id=zone)
    visited = HouseholdFilter(zone_id=zone, only=VISITED)
    return [
        _Number("户", count[zone_view.HOUSEHOLDS], "households", homes),
        _Number("人", count[zone_view.PERSONS], "households", homes),
        _Number("联系户", count[zone_view.LINKS], PAGE, Place(LINKS, zone_id=zone)),
        _Number("没人联系的户", count[zone_view.UNLINKED], PAGE, Place(UNLINKED, zone_id=zone)),
        _Number("今年已入户", count[zone_view.VISITED], "households", visited),
        _Number("未办结诉求", count[zone_view.NEEDS], "needs", (needs.OPEN, zone)),
        _Number(
            "特殊群体户", count[zone_view.SPECIAL], PAGE, Place(SPECIAL, zone_id=zone, which=ALL)
        ),
        _Number(
            "有未办结事项户",
            count[zone_view.OPEN_HOMES],
            PAGE,
            Place(SPECIAL, zone_id=zone, which=OPEN),
        ),
        _Number(
            "待答复意见",
            count[zone_view.PAPERS],
            PAGE,
            Place(BOX, zone_id=zone, which=opinion_list.OPEN),
        ),
    ]


def _facts(found: ZoneDetail) -> Sequence[tuple[str, str]]:
    zone, card = found.zone, found.card
    groups = f"{len(found.groups)} 个：{'、'.join(found.groups)}" if found.groups else ""
    coming = lines([f"{day} 起{text}" for day, text in found.coming])
    opened = f"上次 {found.opened_on}" if found.opened_on else "还没有开过"
    box = "，".join(filter(None, (opened, f"{found.box_on} 前要开" if found.box_on else "")))
    known = found.numbers is not None and bool(zone.box_place)
    return (
        ("将要出现的缺口", coming),
        ("联系群众卡", _card_text(found)),
        ("不能打印的原因", card.problem),
        ("人员", lines([_person(one) for one in found.staff])),
        ("服务热线 · 意见箱位置", f"{zone.hotline or '未填'} · {zone.box_place or '未填'}"),
        ("意见箱", box * known),
        ("村民小组", groups),
        ("以前的人员", lines([_person(one) for one in reversed(found.former)], 8)),
    )


def _card_text(found: ZoneDetail) -> str:
    card = found.card.card
    if card is None:
        return found.card.words
    made = f"制作 {found.card_made_by}" if found.card_made_by else ""
    approved = f"{card.approved_on} 审定" if card.approved_by else "待审定"
    here = bool(card.approved_by) and found.numbers is not None
    reached = f"已送达 {found.delivered} 户" if here else ""
    parts = (f"第 {card.version} 版", f"{card.valid_from} 启用", made, approved, reached)
    return " · ".join(filter(None, parts))


def _person(one: Serving) -> str:
    return "　".join(filter(None, (f"{one.role_label} {one.name}", one.phone, one.span)))
