"""责任区: special groups with their 三个清楚, who is to be contacted, and open matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from PySide6.QtWidgets import QWidget
from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.models.table import Column
from desktop.theme import Tone
from desktop.views.matter import Shown
from desktop.views.step_form import Action
from desktop.views.widgets.basics import EmptyState, row
from desktop.views.widgets.choice import Choice
from desktop.views.widgets.finder import FinderEdit
from desktop.views.zone_part import Cells, Scope, ZonePart, lines, required
from township.fields import Field
from township.records import Household, Person, SpecialGroupMember
from township.rules.permissions import Act
from township.storage import search
from township.storage.database import Database
from township.storage.work import UnitOfWork
from township.usecases import link_homes, links, open_homes, special_groups
from township.usecases.paper_facts import lived_there
from township.usecases.special_groups import ALL, ASKED, CONTACT, OPEN, UNCLEAR, MemberRow
from township.usecases.viewers import viewer_of
from township.usecases.zones import held_zones

FILTERS = (
    Choice(UNCLEAR, "三个清楚不全"),
    Choice(CONTACT, "该联系了"),
    Choice(ALL, "全部"),
    Choice(OPEN, "有未办结事项户"),
)
COMPLETE = "complete"
_MOST_FOUND = 10
Day = tuple[date | None, date]


def _day_text(day: Day) -> str:
    return str(day[0] or "")


def _day_tone(day: Day) -> Tone | None:
    return Tone.WARN if day[0] is not None and day[0] <= day[1] else None


Clear = tuple[str, Tone | None]
"""What is said under 三个清楚; for a household that is in no group, what is open there."""


def _clear(missing: str) -> Clear:
    return (f"缺{missing}", Tone.WARN) if missing else ("齐", Tone.GOOD)


COLUMNS = (
    Column("zone", "责任区", 5, spare=True, sortable=False),
    Column("home", "户", 10, sortable=False),
    Column("kind", "类别", 5, sortable=False),
    Column("who", "对象", 4, spare=True, sortable=False),
    Column(
        "unclear",
        "三个清楚",
        12,
        lambda clear: clear[0],
        lambda clear: clear[1],
        grow=True,
        sortable=False,
    ),
    Column("helper", "帮扶干部", 5, spare=True, sortable=False),
    Column("next", "下次联系", 7, _day_text, _day_tone, sortable=False),
)


class SpecialPart(ZonePart):
    """Members of special groups. The line above the list enters a new one for a household."""

    kinds = frozenset(
        {
            *("special_group_member", "household", "person", "visit", "cadre"),
            *("need", "opinion_entry"),
        }
    )
    nothing: ClassVar = {
        UNCLEAR: ("没有三个清楚不全的", "登记过的都填齐了；没有登记的，在上面找到户再登记。"),
        CONTACT: ("没有到期要联系的", "下次联系日期到了的会列在这里。"),
        OPEN: ("没有有未办结事项的户", "有署名意见、接访诉求没有办结的户会列在这里。"),
    }

    def __init__(
        self, database: Database, cadre_id: bytes, scope: Scope, parent: QWidget | None = None
    ) -> None:
        self._members: dict[bytes, MemberRow] = {}
        self.finder = FinderEdit(self._find, "给哪一户登记：姓名、拼音首字母、户编号")
        self.finder.setAccessibleName("给哪一户登记特殊群体")
        empty = EmptyState("hand-heart", "还没有登记特殊群体", "在上面找到户，再登记。")
        super().__init__(database, cadre_id, scope, COLUMNS, FILTERS, empty, parent)
        self.finder.chosen.connect(self._begin_for)

    def cells(self, session: Session) -> Cells:
        zones, today = self.zones(session), self.today()
        by = self.cadre_id
        if self.which() == OPEN:
            names = dict(held_zones(session))
            return {
                one.id: (
                    *(names.get(one.zone_id, ""), one.home, "", ""),
                    *(("、".join(one.matters), None), "", (None, today)),
                )
                for one in open_homes.open_homes(session, zones, by=by)
            }
        found = special_groups.member_rows(
            session, self.which(), zones, today, by=by, settings=self.settings(session)
        )
        self._members = {one.id: one for one in found}
        return {one.id: _cells(one, today) for one in found}

    def detail(self, record: bytes) -> Shown:
        with self.database.reader() as session:
            if session.get(SpecialGroupMember, record) is None:
                return self._of_household(session, record)
            one, found = special_groups.member(
                session, record, by=self.cadre_id, settings=self.settings(session)
            )
            own = one.created_by == self.cadre_id
            may = self.can(session, Act.EDIT, "special_group_member", own=own)
            actions = self._steps(session, found.household_id, one) if may else []
        seen = f"上次 {found.last_on or '没有'}，下次 {found.next_on or '未定'}"
        facts = (
            ("还差", found.unclear),
            ("对象", found.who),
            ("对象范围", one.scope or ""),
            ("目标任务", one.goal or ""),
            ("沟通渠道", one.channel or ""),
            ("帮扶干部 · 联系", f"{found.helper or '未定'} · {seen}"),
            ("来源 · 依据", f"{one.shown('source')} · {one.evidence or ''}"),
            ("起止", f"{one.from_on or ''} 至 {one.until_on or ''}"),
        )
        return Shown(f"{found.kind}　{found.home}", facts, actions)

    def _of_household(self, session: Session, record: bytes) -> Shown:
        """A household that one enters a member for, or whose open matters are listed."""
        today = self.today()
        known = link_homes.homes(session, [record], today, by=self.cadre_id)
        matters = {
            one.id: one
            for one in open_homes.open_homes(session, self.zones(session), by=self.cadre_id)
        }
        may = self.can(session, Act.CREATE, "special_group_member")
        actions = self._steps(session, record, None) if may else []
        still = matters[record].matters if record in matters else ()
        facts = (
            ("已有的特殊群体", "、".join(known[0].special) if known else ""),
            ("未办结事项（办结当天移出）", lines(still)),
        )
        return Shown(known[0].label if known else "", facts, actions)

    def _steps(
        self, session: Session, household: bytes, one: SpecialGroupMember | None
    ) -> list[Action]:
        choices = self._choices(session, household, one.group_kind if one else None)
        start = {name: getattr(one, name) for name in ASKED} if one else {"from_on": self.today()}
        member_id = one.id if one else None

        def run(work: UnitOfWork, _: bytes, given: Mapping[str, Any]) -> None:
            special_groups.save(work, household, given, member_id)

        fields = _open(SpecialGroupMember.fields())
        text = "补齐三个清楚" if one else "登记特殊群体"
        said = "已存，三个清楚齐了"
        steps = [Action(COMPLETE, text, said, run, fields, ASKED, choices, start)]
        if one is not None:
            steps.append(_end(self.today()))
        return steps

    def _choices(
        self, session: Session, household: bytes, kind: str | None
    ) -> dict[str, Sequence[Choice]]:
        today = self.today()
        viewer = viewer_of(session, self.cadre_id)
        home = session.get(Household, household)
        zone = home.zone_id if home else None
        people = session.execute(
            select(Person.id, Person.name).where(
                Person.household_id == household, lived_there(today)
            )
        )
        cadres = links.names_of_linkers(session, [zone] if zone else [], today)
        return {
            "person_id": [
                Choice(one, special_groups.name_shown(viewer, kind, name, zone))
                for one, name in people
            ],
            "helper_id": [Choice(cadre, name) for cadre, name in cadres],
        }

    def _begin_for(self) -> None:
        household = self.finder.value()
        if isinstance(household, bytes):
            self.begin_for(household)

    def begin_for(self, household: bytes) -> None:
        """Open the form of a new member of a household."""
        self._show(household)
        if COMPLETE in self.buttons:
            self.buttons[COMPLETE].click()

    def _find(self, text: str) -> Sequence[Choice]:
        with self.database.reader() as session:
            ids = search.household_ids(session, text, _MOST_FOUND)
            found = link_homes.homes(session, ids, self.today(), by=self.cadre_id)
        return [Choice(one.id, one.label) for one in found]

    def _build(self) -> None:
        super()._build()
        self.left.insertLayout(1, row(self.finder))
        with self.database.reader() as session:
            self.finder.setVisible(self.can(session, Act.CREATE, "special_group_member"))


def _open(fields: Mapping[str, Field]) -> dict[str, Field]:
    """The step says itself what it lacks: its form lets everything be empty but the group."""
    return {
        name: field if name == "group_kind" else replace(field, required=False)
        for name, field in fields.items()
    }


def _end(today: date) -> Action:
    return Action(
        "end",
        "退出",
        "已登记退出",
        lambda work, one, given: special_groups.end(work, one, given["until_on"]),
        required(SpecialGroupMember.fields(), "until_on"),
        ("until_on",),
        start={"until_on": today},
    )


def _cells(one: MemberRow, today: date) -> Sequence[Any]:
    return (
        one.zone,
        one.home,
        one.kind,
        one.who,
        _clear(one.unclear),
        one.helper,
        (one.next_on, today),
    )
