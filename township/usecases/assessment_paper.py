"""下队工作日志考核表: what the paper says, from what was signed, or from the records before."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from township.documents import AssessedLine, AssessmentPaper
from township.errors import NotFound
from township.records import AssessmentSheet
from township.rules.days import day_text
from township.usecases.assessment_lines import Line, counted, frozen
from township.usecases.assessment_people import Unit, staff_of_month
from township.usecases.paper_facts import cadre_names, township_name
from township.usecases.township_settings import settings_of_month
from township.usecases.zones import all_zones
from township.values import CHINA


def signed_paper(session: Session, sheet_id: bytes) -> AssessmentPaper:
    """A signed sheet as it was signed, whatever was changed since. Raises NotFound."""
    sheet = session.get(AssessmentSheet, sheet_id)
    if sheet is None or sheet.deleted_at is not None:
        raise NotFound("这张考核表不在本机，可能还没有同步。")
    unit = Unit(sheet.part, sheet.zone_id)
    return AssessmentPaper(
        township=township_name(session),
        unit=staff_of_month(session, sheet.year, sheet.month).title(unit),
        year=sheet.year,
        month=sheet.month,
        revision=sheet.revision,
        lines=_lines(session, unit, frozen(session, [sheet.id])[sheet.id]),
        assessor=cadre_names(session).get(sheet.signed_by, ""),
        signed_on=sheet.signed_at.astimezone(CHINA).date(),
    )


def open_paper(session: Session, unit: Unit, year: int, month: int) -> AssessmentPaper:
    """A month that nobody has signed, as the records are now. Raises NotFound."""
    staff = staff_of_month(session, year, month)
    members = staff.members(unit)
    if not members:
        raise NotFound("这个月这张考核表上没有人。")
    now = counted(session, members, year, month, settings_of_month(session, year, month))
    return AssessmentPaper(
        township=township_name(session),
        unit=staff.title(unit),
        year=year,
        month=month,
        revision=0,
        lines=_lines(session, unit, [one.line for one in now]),
        assessor="",
        signed_on=None,
    )


def _lines(session: Session, unit: Unit, lines: Sequence[Line]) -> tuple[AssessedLine, ...]:
    zones = dict(all_zones(session)) if unit.zone_id is None else {}
    return tuple(
        AssessedLine(
            name=one.name,
            post="\n".join(filter(None, (zones.get(one.zone_id), one.post))),
            target=day_text(one.target),
            days=day_text(one.counted),
            late=one.late,
            households=one.households,
            links=(one.linked, one.links),
            needs=(one.needs, one.fed_back),
            spot_checks=(one.confirmed, one.not_confirmed, one.unreachable),
            explained=one.explained,
        )
        for one in lines
    )
