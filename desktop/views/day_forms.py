"""The forms of a day without a visit and of a saved visit, as 工作日志 opens them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.views.widgets.choice import Choice
from desktop.views.widgets.form import Form, field_box, field_boxes
from township.records import Group, Visit, WorkLog
from township.usecases.visit_edits import VisitEdit
from township.usecases.work_logs import LogEntry, own_zones
from township.usecases.work_month import companions
from township.usecases.zones import all_zones

_LOG = ("worked_on", "work_kind", "sessions", "places", "summary")
_VISIT = (
    *("session", "way", "purpose", "resident_present", "resident_ok"),
    *("policies_told", "talk", "next_visit_on"),
)


def log_form(session: Session, cadre_id: bytes, start: Mapping[str, Any], today: date) -> Form:
    """Work of a day; the zone is asked for when there are several or none."""
    zones = own_zones(session, cadre_id, today)
    names = dict(all_zones(session))
    groups = _groups(session, zones, names)
    fields = WorkLog.fields()
    boxes = field_boxes(fields, ("worked_on", "work_kind"), today=lambda: today)
    boxes["sessions"] = field_box(replace(fields["sessions"], label="时段（可多选）"))
    rows = [["worked_on", "sessions"], ["work_kind"]]
    if len(zones) != 1:
        offered = zones or list(names)
        choices = [Choice(zone, names[zone]) for zone in offered if zone in names]
        boxes["zone_id"] = field_box(fields["zone_id"], choices)
        rows.append(["zone_id"])
    if groups:
        boxes["places"] = field_box(fields["places"], groups)
        rows.append(["places"])
    boxes["summary"] = field_box(fields["summary"])
    form = Form(boxes, [*rows, ["summary"]])
    form.set_values(start)
    return form


def log_start(log: WorkLog) -> dict[str, Any]:
    """What the form of a saved day begins with."""
    return {name: getattr(log, name) for name in (*_LOG, "zone_id")}


def log_entry(values: Mapping[str, Any]) -> LogEntry:
    """What the form of a day says."""
    return LogEntry(
        worked_on=values["worked_on"],
        work_kind=values["work_kind"],
        sessions=values["sessions"],
        zone_id=values.get("zone_id"),
        places=values.get("places", ()),
        summary=values["summary"],
    )


def visit_form(session: Session, cadre_id: bytes, visit: Visit, today: date) -> Form:
    """A saved visit: all but household and day."""
    fields = Visit.fields()
    boxes = field_boxes(fields, _VISIT, today=lambda: today)
    named = dict(companions(session, cadre_id))
    rows = [["session", "way", "resident_present"], ["purpose", "resident_ok"]]
    if named:
        choices = [Choice(one, name) for one, name in named.items()]
        boxes["companions"] = field_box(fields["companions"], choices)
        rows.append(["companions"])
    form = Form(boxes, [*rows, ["talk"], ["policies_told", "next_visit_on"]])
    form.set_values({name: getattr(visit, name) for name in boxes})
    return form


def visit_entry(values: Mapping[str, Any], visit: Visit) -> VisitEdit:
    """What the form of a saved visit says; companions who are not offered stay."""
    along = values.get("companions", visit.companions or ())
    return VisitEdit(**{name: values[name] for name in _VISIT}, companions=tuple(along))


def _groups(session: Session, zones: Sequence[bytes], names: Mapping[bytes, str]) -> list[Choice]:
    rows = session.execute(
        select(Group.id, Group.zone_id, Group.name)
        .where(Group.zone_id.in_(zones), Group.deleted_at.is_(None))
        .order_by(Group.zone_id, Group.number)
    )
    several = len(zones) > 1
    return [
        Choice(group, f"{names.get(zone, '')}{name or ''}" if several else name or "")
        for group, zone, name in rows
    ]
