"""责任区: how far each cadre is with the year's households, and the households without anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from PySide6.QtWidgets import QWidget
from sqlalchemy.orm import Session

from desktop.models.table import Column, Rows, Sort
from desktop.theme import Tone
from desktop.views.matter import Shown
from desktop.views.step_form import Action
from desktop.views.widgets.basics import EmptyState
from desktop.views.widgets.choice import Choice
from desktop.views.zone_part import Cells, Scope, ZonePart, lines
from township.codes import ROLE
from township.errors import NotFound
from township.fields import Field, Sensitivity
from township.records import HouseholdLink
from township.rules import links as rules
from township.rules.permissions import Act
from township.rules.settings import Settings
from township.storage.database import Database
from township.storage.work import UnitOfWork
from township.usecases import link_homes, links
from township.usecases.household_detail import household_detail
from township.usecases.link_homes import Home
from township.usecases.links import Linker
from township.values import Kind

SHORT, ALL = "short", "all"
NOBODY, CROWDED = "nobody", "crowded"
_KINDS = frozenset(
    {
        *("household_link", "household", "person", "visit", "work_log", "zone_staff", "cadre"),
        "special_group_member",
    }
)
_SUGGESTED = 8
_CROWDED = "今年的联系干部太多，请结束多余的。"
Progress = tuple[int, int, bool | None]
"""Visited, wanted, and on the last day of the year whether it was reached."""


def _progress_tone(progress: Progress) -> Tone | None:
    judged = progress[2]
    return None if judged is None else Tone.GOOD if judged else Tone.BAD


LINK_COLUMNS = (
    Column("zone", "责任区", 5, spare=True, sortable=False),
    Column("name", "干部", 5, sortable=False),
    Column("role", "角色", 5, ROLE.label, spare=True, sortable=False),
    Column("linked", "已联系", 5, lambda pair: f"{pair[0]}/{pair[1]}", sortable=False),
    Column(
        "visited",
        "已入户",
        5,
        lambda one: f"{one[0]}/{one[1]}",
        _progress_tone,
        sortable=False,
    ),
    Column("note", "说明", 12, grow=True, sortable=False),
)


class LinksPart(ZonePart):
    """One row for each cadre of a zone who links. Nobody is ranked: the order is by need."""

    kinds = _KINDS
    nothing: ClassVar = {SHORT: ("每名干部都联系够了", "联系户数不够的干部会列在这里。")}

    def __init__(
        self, database: Database, cadre_id: bytes, scope: Scope, parent: QWidget | None = None
    ) -> None:
        self._linkers: dict[bytes, Linker] = {}
        empty = EmptyState("link", "没有要联系户的干部", "责任区登记了村干部、机关干部后列在这里。")
        filters = (Choice(ALL, "全部"), Choice(SHORT, "还没联系够"))
        super().__init__(database, cadre_id, scope, LINK_COLUMNS, filters, empty, parent)

    def cells(self, session: Session) -> Cells:
        today = self.today()
        found = links.linkers(session, self.zones(session), today, self.settings(session))
        self._linkers = {one.zone_id + one.cadre_id: one for one in found}
        if self.which() == SHORT:
            found = [one for one in found if one.linked < one.wanted]
        return {one.zone_id + one.cadre_id: self._cells(one) for one in found}

    def _cells(self, one: Linker) -> Sequence[Any]:
        today = self.today()
        judged = rules.judged(one.visited, one.wanted, today.year, today)
        short = one.wanted - one.linked
        note = f"还差 {short} 户没有联系" if short > 0 else ""
        progress = (one.visited, one.wanted, judged)
        return (one.zone, one.name, one.role, (one.linked, one.wanted), progress, note)

    def detail(self, record: bytes) -> Shown:
        one = self._linkers.get(record)
        if one is None:
            raise NotFound("这名干部已不在这个责任区。")
        today = self.today()
        with self.database.reader() as session:
            settings = self.settings(session)
            own = link_homes.homes_of(session, one.cadre_id, one.zone_id, today, by=self.cadre_id)
            free = []
            if one.linked < one.wanted:
                free = link_homes.unlinked(
                    session, [one.zone_id], today, by=self.cadre_id, most=_SUGGESTED
                )
            actions = self._steps(one, own) if self._may_link(session) else []
        line = rules.pro_rata(one.wanted, today)
        judged = rules.judged(one.visited, one.wanted, today.year, today)
        said = "只在 12 月 31 日评定" if judged is None else "达标" if judged else "未达标"
        facts = (
            ("本年已入户", f"{one.visited}/{one.wanted}（按时间进度约 {line} 户，{said}）"),
            ("联系的户（没入户的在前）", lines([_line(home, settings) for home in own])),
            ("建议联系：没有人联系的户，特殊群体在前", lines([home.label for home in free])),
        )
        return Shown(f"{one.name}　{ROLE.label(one.role)}　{one.zone}", facts, actions)

    def open_action(self, action: Action) -> None:
        """All households of the zone are offered; they are read when the form is opened."""
        one = self._linkers.get(self._shown or b"")
        if action.key == "link" and one is not None:
            with self.database.reader() as session:
                action = _link(one, self._offered(session, one))
        super().open_action(action)

    def _may_link(self, session: Session) -> bool:
        return self.can(session, Act.CREATE, "household_link")

    def _steps(self, one: Linker, own: Sequence[Home]) -> list[Action]:
        ending = [Choice(home.id, home.label) for home in own]
        return [_link(one, ()), *([_unlink(one, ending)] if ending else [])]

    def _offered(self, session: Session, one: Linker) -> list[Choice]:
        """Those without anybody first, then those of others."""
        today = self.today()
        free = link_homes.unlinked(session, [one.zone_id], today, by=self.cadre_id)
        others = link_homes.linked_by_others(
            session, one.zone_id, one.cadre_id, today, by=self.cadre_id
        )
        named = [
            Choice(home.id, f"{home.label}（已由{'、'.join(home.cadres)}联系）") for home in others
        ]
        return [*(Choice(home.id, home.label) for home in free), *named]


def _line(home: Home, settings: Settings) -> str:
    seen = f"{home.visited_on} 入户" if home.visited_on else "还没入户"
    many = (
        f"　多头联系：{'、'.join(home.cadres)}"
        if rules.too_many(len(home.cadres), settings)
        else ""
    )
    return f"{home.label}　{seen}{many}"


def _link(one: Linker, offered: Sequence[Choice]) -> Action:
    field = Field(Kind.REFS, "新联系的户", Sensitivity.I, required=True, target="household")
    return Action(
        "link",
        "加联系户",
        "已加联系户",
        lambda work, _, given: _nothing(links.link(work, one.cadre_id, given["homes"] or ())),
        {"homes": field},
        ("homes",),
        {"homes": offered},
    )


def _unlink(one: Linker, own: Sequence[Choice]) -> Action:
    field = Field(Kind.REF, "不再联系的户", Sensitivity.I, required=True, target="household")
    return Action(
        "unlink",
        "结束联系",
        "已结束联系",
        lambda work, _, given: links.unlink(work, one.cadre_id, given["home"]),
        {"home": field},
        ("home",),
        {"home": own},
    )


HOME_COLUMNS = (
    Column("zone", "责任区", 5, spare=True, sortable=False),
    Column("group", "小组", 3, spare=True, sortable=False),
    Column("no", "户编号", 8, sortable=False),
    Column("head", "户主", 4, sortable=False),
    Column(
        "special",
        "特殊群体",
        9,
        "、".join,
        lambda one: Tone.WARN if one else None,
        grow=True,
        sortable=False,
    ),
    Column("cadres", "联系干部", 8, "、".join, spare=True, sortable=False),
)


class UnlinkedPart(ZonePart):
    """Households with which nobody is linked, special groups first; and 多头联系."""

    kinds = _KINDS
    nothing: ClassVar = {
        CROWDED: ("没有多头联系的户", "联系干部超过规定人数的户会列在这里。"),
    }

    def __init__(
        self, database: Database, cadre_id: bytes, scope: Scope, parent: QWidget | None = None
    ) -> None:
        empty = EmptyState("house-line", "没有这样的户", "本机上还没有安排联系干部的户会列在这里。")
        filters = (Choice(NOBODY, "没有人联系"), Choice(CROWDED, "多头联系"))
        super().__init__(database, cadre_id, scope, HOME_COLUMNS, filters, empty, parent)

    def rows(self) -> Rows:
        return _HomeRows(self)

    def ids(self, session: Session) -> list[bytes]:
        """The households of the list in their order: in a township there are thousands."""
        zones, today = self.zones(session), self.today()
        if self.which() == CROWDED:
            return link_homes.crowded_ids(session, zones, today, self.settings(session))
        return link_homes.unlinked_ids(session, zones, today)

    def detail(self, record: bytes) -> Shown:
        today = self.today()
        with self.database.reader() as session:
            found = household_detail(session, record, today, by=self.cadre_id)
            (home,) = link_homes.homes(session, [record], today, by=self.cadre_id)
            settings = self.settings(session)
            cadres = links.linkers(session, [home.zone_id], today, settings)
            linked = links.cadres_of(session, record, today)
            may = self.can(session, Act.CREATE, "household_link")
        row = found.row
        seen = str(row.last_visit or "今年还没有走访")
        facts = (
            (
                "多头联系",
                "今年的联系干部太多，请结束多余的。" if rules.too_many(len(linked)) else "",
            ),
            ("联系干部", "、".join(home.cadres) or "没有"),
            ("特殊群体", "、".join(home.special)),
            ("人口 · 最近走访 · 未办结诉求", f"{row.persons} 人 · {seen} · {row.open_needs} 件"),
        )
        title = " ".join(filter(None, (home.head or "未登记户主", home.no, home.group)))
        return Shown(title, facts, _of_home(cadres, linked) if may else [])


class _HomeRows:
    def __init__(self, part: UnlinkedPart) -> None:
        self._part = part

    def ids(self, sort: Sort | None) -> Sequence[bytes]:
        with self._part.database.reader() as session:
            return self._part.ids(session)

    def fetch(self, ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Any]]:
        part = self._part
        with part.database.reader() as session:
            found = link_homes.homes(session, ids, part.today(), by=part.cadre_id)
        return {
            one.id: (one.zone, one.group, one.no, one.head, one.special, one.cadres)
            for one in found
        }


def _of_home(cadres: Sequence[Linker], linked: frozenset[bytes]) -> list[Action]:
    """Give the household to somebody, those first who have the fewest."""
    free = [one for one in cadres if one.cadre_id not in linked]
    mine = [one for one in cadres if one.cadre_id in linked]
    field = HouseholdLink.field("cadre_id")
    steps = []
    if free:
        named = [
            Choice(one.cadre_id, f"{one.name} {ROLE.label(one.role)} {one.linked}/{one.wanted}")
            for one in free
        ]
        steps.append(
            Action(
                "give",
                "安排联系干部",
                "已安排联系干部",
                lambda work, home, given: _nothing(links.link(work, given["cadre_id"], [home])),
                {"cadre_id": field},
                ("cadre_id",),
                {"cadre_id": named},
                {"cadre_id": named[0].value},
            )
        )
    if mine:

        def end(work: UnitOfWork, home: bytes, given: Mapping[str, Any]) -> None:
            links.unlink(work, given["cadre_id"], home)

        named = [Choice(one.cadre_id, one.name) for one in mine]
        steps.append(
            Action(
                "take",
                "结束联系",
                "已结束联系",
                end,
                {"cadre_id": field},
                ("cadre_id",),
                {"cadre_id": named},
            )
        )
    return steps


def _nothing(_: object) -> None:
    """A step gives nothing back to its page."""
