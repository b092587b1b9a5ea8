"""责任区: the boxes for opinions, their openings, and each paper until its answer is posted.

Whether a paper is about a cadre is asked first: the field for its text appears after *no*, and
*yes* goes over to the sealed form, without anything in a draft.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from PySide6.QtWidgets import QWidget
from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.models.table import Column
from desktop.theme import Tone
from desktop.views.matter import Shown
from desktop.views.step_form import Action
from desktop.views.widgets.basics import EmptyState, button
from desktop.views.widgets.choice import Choice
from desktop.views.zone_part import Cells, Scope, ZonePart, lines, required
from township.fields import Field, Sensitivity
from township.records import BoxOpening, Household, Need, OpinionEntry, Zone
from township.rules.permissions import Act
from township.storage.database import Database
from township.storage.work import UnitOfWork
from township.usecases import link_homes, opinion_list, opinions
from township.usecases.meeting_people import people
from township.usecases.opinion_list import ALL, OPEN, OPENINGS, PaperDetail
from township.usecases.paper_facts import cadre_names
from township.values import Kind

FILTERS = (Choice(OPEN, "未答复"), Choice(ALL, "全部意见"), Choice(OPENINGS, "开箱"))
OPEN_BOX, WRITE, ANSWER, APPROVE, POST, TO_NEED, REMOVE = (
    *("open_box", "write", "answer", "approve", "post"),
    *("to_need", "remove"),
)
_ABOUT = Field(Kind.FLAG, "这张纸条反映的是干部吗", Sensitivity.X, required=True)
_AFTER = ("text", "household_id", "receipt_code")
"""What is asked once it is clear that the paper is about no cadre."""
State = tuple[str, bool]


def _state_tone(state: State) -> Tone:
    words, late = state
    if late:
        return Tone.BAD
    done = words in ("已张贴答复", "诉求已答复", "已开箱")
    return Tone.GOOD if done else Tone.INFO


COLUMNS = (
    Column("zone", "责任区", 5, spare=True, sortable=False),
    Column("on", "开箱日期", 6, sortable=False),
    Column("text", "意见内容", 14, grow=True, sortable=False),
    Column("who", "署名", 8, spare=True, sortable=False),
    Column("due", "期限", 6, sortable=False),
    Column("state", "状态", 7, lambda state: state[0], _state_tone, sortable=False),
)


class BoxPart(ZonePart):
    """Papers, or the boxes with their openings. ``sealed`` papers leave for their own page."""

    kinds = frozenset(
        {"box_opening", "opinion_entry", "need", "zone", "household", "cadre", "zone_staff"}
    )
    nothing: ClassVar = {
        OPEN: ("没有要答复的意见", "在“开箱”里登记开箱，再逐张登记纸条。"),
        OPENINGS: ("还没有意见箱", "在“责任区”里填写意见箱的位置，这里就列出开箱日期。"),
    }

    def __init__(
        self, database: Database, cadre_id: bytes, scope: Scope, parent: QWidget | None = None
    ) -> None:
        self._need: Need | None = None
        empty = EmptyState("tray", "没有符合条件的意见", "在“开箱”里登记开箱，再逐张登记纸条。")
        super().__init__(database, cadre_id, scope, COLUMNS, FILTERS, empty, parent)

    def cells(self, session: Session) -> Cells:
        zones, today = self.zones(session), self.today()
        settings = self.settings(session)
        if self.which() == OPENINGS:
            return {**self._boxes(session, zones), **self._openings(session, zones)}
        rows = opinion_list.paper_rows(
            session, self.which(), zones, by=self.cadre_id, settings=settings
        )
        return {
            one.id: (
                one.zone,
                str(one.opened_on),
                one.text,
                one.who,
                str(one.due_on or ""),
                (one.state, one.due_on is not None and one.due_on < today),
            )
            for one in rows
        }

    def _boxes(self, session: Session, zones: Sequence[bytes]) -> dict[bytes, Sequence[Any]]:
        """A row for each box: when it was opened last, and by when it is opened next."""
        days = opinion_list.box_days(session, zones, self.settings(session))
        last, today = opinion_list.last_openings(session), self.today()
        names = session.execute(
            select(Zone.id, Zone.name, Zone.box_place).where(Zone.id.in_(zones))
        ).all()
        found: dict[bytes, Sequence[Any]] = {}
        for zone, name, place in sorted(names, key=lambda one: days.get(one[0], date.max)):
            day = days.get(zone)
            state = "没有填位置" if day is None else "该开箱了" if day <= today else "未到期"
            late = day is not None and day < today
            found[zone] = (
                name,
                str(last.get(zone, "")),
                f"意见箱：{place or '还没有填位置'}",
                "",
                str(day or ""),
                (state, late),
            )
        return found

    def _openings(self, session: Session, zones: Sequence[bytes]) -> dict[bytes, Sequence[Any]]:
        return {
            one.id: (
                one.zone,
                str(one.opened_on),
                f"登记意见 {one.papers} 条" if one.papers else "没有登记意见",
                one.openers,
                "",
                ("已开箱", False),
            )
            for one in opinion_list.opening_rows(session, zones)
        }

    def detail(self, record: bytes) -> Shown:
        self._need = None
        with self.database.reader() as session:
            zone = session.get(Zone, record)
            if zone is not None:
                return self._of_box(session, zone)
            opening = opinion_list.opening_of(session, record)
            if opening is not None:
                return self._of_opening(session, opening)
            found = opinion_list.paper(session, record, by=self.cadre_id)
            self._need = found.need
            return _of_paper(found, self._paper_steps(session, found))

    def _of_box(self, session: Session, zone: Zone) -> Shown:
        last = opinion_list.last_openings(session).get(zone.id)
        facts = (
            ("位置", zone.box_place or ""),
            ("上次开箱", str(last or "还没有登记过开箱")),
            ("要求", "两人在场开箱，当场逐张登记；反映干部的纸条密封，不登记在这里。"),
        )
        may = self.can(session, Act.CREATE, "box_opening")
        return Shown(f"{zone.name}意见箱", facts, [self._open_step(session, zone.id)] * may)

    def _of_opening(self, session: Session, opening: BoxOpening) -> Shown:
        names = cadre_names(session)
        who = (names.get(one or b"", "") for one in (opening.opener_one, opening.opener_two))
        rows = opinion_list.paper_rows(session, ALL, [opening.zone_id], by=self.cadre_id)
        ids = set(
            session.scalars(select(OpinionEntry.id).where(OpinionEntry.opening_id == opening.id))
        )
        papers = [f"{one.text}（{one.who}，{one.state}）" for one in rows if one.id in ids]
        mine = self.cadre_id in (opening.opener_one, opening.opener_two)
        facts = (("开箱人", "、".join(who)), ("登记的意见", lines(papers)))
        return Shown(f"{opening.opened_on} 开箱", facts, [_write(())] * mine)

    def _open_step(self, session: Session, zone: bytes) -> Action:
        def run(work: UnitOfWork, one: bytes, given: Mapping[str, Any]) -> None:
            self._made = opinions.open_box(
                work, one, given["opened_on"], given["opener_one"], given["opener_two"]
            )

        staff = people(session, zone, self.today())
        office = [one for one in people(session, None, self.today()) if "PET" in one.roles]
        known = {one.id: one.label for one in (*staff, *office)}
        known.setdefault(self.cadre_id, cadre_names(session).get(self.cadre_id, ""))
        choices = [Choice(one, text) for one, text in known.items()]
        return Action(
            OPEN_BOX,
            "登记开箱",
            "已登记开箱，请逐张登记纸条",
            run,
            BoxOpening.fields(),
            ("opened_on", "opener_one", "opener_two"),
            {"opener_one": choices, "opener_two": choices},
            {"opened_on": self.today(), "opener_one": self.cadre_id},
        )

    def _paper_steps(self, session: Session, found: PaperDetail) -> list[Action]:
        one = found.entry
        edits = self.can(session, Act.EDIT, "opinion_entry")
        own = edits or self.can(
            session, Act.EDIT, "opinion_entry", own=one.created_by == self.cadre_id
        )
        if one.posted_on is not None or one.need_id is not None:
            return []
        steps = []
        if one.answer is None:
            steps += [_answer(one)] * edits + [_to_need()] * own
            return steps + [_REMOVE] * own
        if one.approved_by is None:
            if self.can(session, Act.APPROVE, "opinion_entry") and (
                one.answered_by != self.cadre_id
            ):
                steps.append(_APPROVE)
        elif edits:
            steps.append(_post(self.today()))
        return steps + [_answer(one)] * edits + [_to_need()] * own

    def open_action(self, action: Action) -> None:
        """The households of the zone are read when the form is opened."""
        if action.key == WRITE and self._shown is not None:
            with self.database.reader() as session:
                action = _write(self._homes(session, self._shown))
        super().open_action(action)

    def _homes(self, session: Session, opening: bytes) -> list[Choice]:
        found = opinion_list.opening_of(session, opening)
        if found is None:
            return []
        here = (Household.zone_id == found.zone_id, Household.deleted_at.is_(None))
        ids = list(session.scalars(select(Household.id).where(*here)))
        known = link_homes.homes(session, ids, self.today(), by=self.cadre_id)
        return [Choice(one.id, one.label) for one in known]

    def _ask(self, action: Action) -> None:
        super()._ask(action)
        if action.key == WRITE and self.step is not None:
            self.step.form.changed.connect(self._follow)
            self._follow()

    def _follow(self) -> None:
        """After *yes* the paper is sealed, after *no* written down here."""
        step = self.step
        if step is None:
            return
        boxes = step.form.boxes
        about = boxes["about_cadre"].value()
        for name in _AFTER:
            boxes[name].setVisible(about is False)
        if about:
            typed = str(boxes["text"].value() or "")
            step.draft.throw_away()
            self._drop_step()
            self._show(self._shown)
            self.wanted.emit("sealed", ("box_note", typed))

    def _run(self, action: Action, values: Mapping[str, Any]) -> None:
        self._made = None
        super()._run(action, values)
        if self._made is not None and self.step is None:
            self.table.select_id(self._made)

    def _fill(self, shown: Shown, begun: Sequence[Action]) -> None:
        super()._fill(shown, begun)
        need = self._need
        if need is not None:
            at = self.panel.body.count() - 1
            made = button(
                f"打开诉求 {need.no}", lambda: self.wanted.emit("needs", need.id), kind="quiet"
            )
            self.panel.body.insertWidget(at, made)


def _of_paper(found: PaperDetail, steps: Sequence[Action]) -> Shown:
    one, names = found.entry, found.names
    need = f"{found.need.no}，{found.need.shown('state')}" if found.need else ""
    facts = (
        ("意见内容", one.text or ""),
        ("署名", found.row.who),
        ("收条编号", one.receipt_code or ""),
        ("答复期限", str(found.row.due_on or "")),
        ("答复", one.answer or ""),
        ("答复人", names.get(one.answered_by or b"", "")),
        ("审定人", names.get(one.approved_by or b"", "")),
        ("张贴日期", str(one.posted_on or "")),
        ("转成的诉求", need),
    )
    return Shown(f"{found.row.zone}　{one.opened_on} 开箱　{found.row.state}", facts, steps)


def _write(homes: Sequence[Choice]) -> Action:
    return Action(
        WRITE,
        "登记一张纸条",
        "已登记，收条编号在右侧",
        lambda work, opening, given: _nothing(
            opinions.write_down(
                work,
                opening,
                given["text"],
                given["household_id"],
                given["receipt_code"],
                about_cadre=given["about_cadre"],
            )
        ),
        {**OpinionEntry.fields(), "about_cadre": _ABOUT},
        ("about_cadre", *_AFTER),
        {"household_id": homes},
    )


def _answer(one: OpinionEntry) -> Action:
    return Action(
        ANSWER,
        "改答复" if one.answer else "答复",
        "已写答复，待综治信访办审定",
        lambda work, entry, given: opinions.answer(work, entry, given["answer"]),
        required(OpinionEntry.fields(), "answer"),
        ("answer",),
        start={"answer": one.answer},
    )


def _to_need() -> Action:
    return Action(
        TO_NEED,
        "转为诉求",
        "已转为诉求，在“诉求”页办理",
        lambda work, entry, given: _nothing(opinions.to_need(work, entry, given["topic"])),
        Need.fields(),
        ("topic",),
    )


def _post(today: date) -> Action:
    return Action(
        POST,
        "登记张贴",
        "已登记张贴",
        lambda work, entry, given: opinions.post(work, entry, given["posted_on"]),
        required(OpinionEntry.fields(), "posted_on"),
        ("posted_on",),
        start={"posted_on": today},
    )


_APPROVE = Action(
    APPROVE,
    "审定答复",
    "答复已审定，可以张贴",
    lambda work, entry, _: opinions.approve(work, entry),
)
_REMOVE = Action(
    REMOVE,
    "删除",
    "已删除这条意见",
    lambda work, entry, _: opinions.remove(work, entry),
    undo=opinions.bring_back,
)


def _nothing(_: object) -> None:
    """A step gives nothing back to its page."""
