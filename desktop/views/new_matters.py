"""The windows in which a need, a dispute or a task is written down without a visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from PySide6.QtWidgets import QWidget
from sqlalchemy.orm import Session

from desktop.views.entry_dialog import EntryDialog
from desktop.views.household_field import household_field
from desktop.views.widgets.choice import Choice
from desktop.views.widgets.form import field_boxes
from township.errors import InvalidInput
from township.fields import Field
from township.records import Cadre, Dispute, DisputeParty, Household, Need, Task
from township.rules import tasks as task_rules
from township.storage.database import Database
from township.storage.work import UnitOfWork
from township.usecases import disputes, tasks
from township.usecases.disputes import DisputeEntry
from township.usecases.meeting_people import people
from township.usecases.need_entry import RaisedNeed, raise_need
from township.usecases.tasks import Origin, TaskEntry
from township.usecases.township_settings import settings_of
from township.usecases.zones import held_zones

_CHANNELS = ("phone", "meeting", "box", "reception", "other")
"""A need of a visit is written down with the visit."""
_NO_ZONE = {"zone_id": "请选择户；不选户的请选择责任区"}


def new_need(database: Database, cadre_id: bytes, over: QWidget) -> EntryDialog:
    """登记诉求: by telephone, in a meeting, out of the box; anonymous without a household."""
    where = _Where(database, cadre_id)
    channel = Need.field("channel")
    labels = channel.codes.label if channel.codes else str
    choices = {"channel": [Choice(one, labels(one)) for one in _CHANNELS]}
    names = ("text", "topic", "channel", "raised_on")
    boxes = where.boxes("户（不填就是匿名）") | field_boxes(
        Need.fields(), names, choices, where.today
    )
    start = {"channel": "phone", "raised_on": where.today(), "zone_id": where.first}

    def save(work: UnitOfWork, given: Mapping[str, Any]) -> bytes:
        entry = {name: given[name] for name in (*names, "household_id")}
        return raise_need(work, RaisedNeed(**entry, zone_id=where.zone(work.session, given)))

    rows = [["text"], ["topic", "channel", "raised_on"], where.row]
    return EntryDialog(database, cadre_id, "need", "登记诉求", boxes, rows, start, save, over)


def new_dispute(database: Database, cadre_id: bytes, over: QWidget) -> EntryDialog:
    """登记矛盾纠纷: parties, what it is about, how serious it is."""
    where = _Where(database, cadre_id)
    names = (
        *("summary", "dispute_type", "people_count", "place", "level", "level_reason"),
        *("nature", "found_by", "found_on"),
    )
    fields = dict(Dispute.fields())
    fields["level_reason"] = replace(fields["level_reason"], required=False)
    fields["others"] = _others("其他当事人（多个用顿号分开）")
    fields["party_kind"] = replace(DisputeParty.field("party_kind"), label="其他当事人是")
    boxes = where.boxes("当事人一方（本村的户）") | field_boxes(
        fields, (*names, "others", "party_kind"), None, where.today
    )
    start = {
        "level": "blue",
        "people_count": 2,
        "party_kind": "person",
        "nature": "mediation",
        "found_by": "other",
        "found_on": where.today(),
        "zone_id": where.first,
    }

    def save(work: UnitOfWork, given: Mapping[str, Any]) -> bytes:
        asked = (*(one for one in names if one != "found_on"), "others", "party_kind")
        entry = DisputeEntry(**{name: given[name] for name in asked}, home_id=given["household_id"])
        zone = where.zone(work.session, given)
        if zone is None or given["found_on"] is None:
            raise InvalidInput(_NO_ZONE)
        return disputes.record(work, zone, entry, given["found_on"])

    rows = [
        where.row,
        ["others", "party_kind"],
        ["summary"],
        ["dispute_type", "people_count", "place"],
        ["level", "level_reason"],
        ["nature"],
        ["found_by", "found_on"],
    ]
    return EntryDialog(
        database, cadre_id, "dispute", "登记矛盾纠纷", boxes, rows, start, save, over
    )


def new_task(database: Database, cadre_id: bytes, over: QWidget) -> EntryDialog:
    """交办任务: to oneself or to somebody of the zone."""
    where = _Where(database, cadre_id)
    with database.reader() as session:
        days = settings_of(session)
        zones = [where.first] if where.first else [zone for zone, _ in where.zones]
        choices = {"owner_id": owners(session, cadre_id, zones, where.today())}
    names = ("text", "owner_id", "due_on")
    boxes = where.boxes("户（可不填）") | field_boxes(Task.fields(), names, choices, where.today)
    due = task_rules.default_due(where.today(), days)
    start = {"owner_id": cadre_id, "due_on": due, "zone_id": where.first}

    def save(work: UnitOfWork, given: Mapping[str, Any]) -> bytes:
        zone = where.zone(work.session, given)
        if zone is None:
            raise InvalidInput(_NO_ZONE)
        entry = TaskEntry(**{name: given[name] for name in names})
        return tasks.give(work, Origin(zone, household_id=given["household_id"]), entry)

    rows = [["text"], ["owner_id", "due_on"], where.row]
    return EntryDialog(database, cadre_id, "task", "交办任务", boxes, rows, start, save, over)


def owners(session: Session, cadre_id: bytes, zones: Sequence[bytes], today: date) -> list[Choice]:
    """Who may carry out a task: oneself, and who serves in these zones today."""
    me = session.get(Cadre, cadre_id)
    found = {one.id: one.label for zone in zones for one in people(session, zone, today)}
    others = [Choice(one, text) for one, text in found.items() if one != cadre_id]
    return [Choice(cadre_id, f"{me.name}（本人）" if me else "本人"), *others]


def _others(text: str) -> Field:
    return replace(DisputeParty.field("name"), label=text, required=True, max_length=200)


class _Where:
    """The household of a form, or the zone where no household is picked.

    ``first`` is the only zone that this person has to do with; then no zone is asked for.
    """

    def __init__(self, database: Database, cadre_id: bytes) -> None:
        self._database, self._cadre = database, cadre_id
        with database.reader() as session:
            me = session.get(Cadre, cadre_id)
            held = held_zones(session)
            mine = [one for one in held if me is not None and one[0] in me.zones]
        self.zones = mine or list(held)
        self.first = self.zones[0][0] if len(self.zones) == 1 else None

    @property
    def row(self) -> list[str]:
        """The line of the form."""
        return ["household_id"] if self.first else ["household_id", "zone_id"]

    def boxes(self, text: str) -> dict[str, Any]:
        """The fields of that line."""
        field = replace(Need.field("household_id"), label=text, required=False)
        made: dict[str, Any] = {"household_id": household_field(self._database, self._cadre, field)}
        if not self.first:
            zone = replace(Need.field("zone_id"), label="责任区（没有选户时）", required=False)
            choices = {"zone_id": [Choice(*one) for one in self.zones]}
            made |= field_boxes({"zone_id": zone}, ("zone_id",), choices)
        return made

    def today(self) -> date:
        """The day in China, by the laptop's clock."""
        return self._database.today()

    def zone(self, session: Session, given: Mapping[str, Any]) -> bytes | None:
        """The zone that a form's values name."""
        if given["household_id"]:
            home = session.get(Household, given["household_id"])
            return home.zone_id if home else None
        return self.first or given.get("zone_id")
