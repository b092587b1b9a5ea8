"""矛盾纠纷: recording one with its parties. Domain §4.6, §5.5."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from township.errors import InvalidInput
from township.records import Dispute, DisputeParty, new_id
from township.rules import disputes as rules
from township.rules.settings import Settings
from township.storage.work import UnitOfWork
from township.usecases.given_numbers import given
from township.usecases.township_settings import settings_of

OPEN, AGREED, ENDED, CLOSED = "open", "agreed", "ended", "closed"
_BETWEEN = re.compile(r"[、，,；;\n]+")


@dataclass(frozen=True)
class DisputeEntry:
    """What a form gives. ``home_id`` is the household that is one party; ``others`` names the
    other parties, with a comma between them, and ``party_kind`` says what they are."""

    dispute_type: str | None
    summary: str | None
    level: str | None = "blue"
    people_count: int | None = 2
    home_id: bytes | None = None
    others: str | None = None
    party_kind: str | None = "person"
    level_reason: str | None = None
    place: str | None = None
    nature: str | None = "mediation"
    found_by: str | None = "other"


def problems(entry: DisputeEntry, settings: Settings) -> dict[str, str]:
    """What an entry lacks, by field."""
    names = ("dispute_type", "summary", "level", "people_count", "place", "nature", "found_by")
    found = {name: Dispute.field(name).problem(getattr(entry, name)) for name in names}
    found["party_kind"] = DisputeParty.field("party_kind").problem(entry.party_kind)
    parties = [*_BETWEEN.split((entry.others or "").strip())]
    if not entry.home_id and len([one for one in parties if one]) < 2:
        found["others"] = "请写明双方当事人，用顿号分开"
    elif not any(parties):
        found["others"] = "请写明另一方当事人"
    else:
        longest = DisputeParty.field("name")
        found["others"] = next(filter(None, map(longest.problem, parties)), None)
    if not found["level"] and entry.people_count:
        least = rules.proposed(entry.people_count, settings)
        if rules.is_lower(entry.level or "", least):
            label = Dispute.field("level").show(least)
            found["level"] = f"涉及 {entry.people_count} 人，等级至少为{label}"
    return {name: text for name, text in found.items() if text}


def record(
    work: UnitOfWork,
    zone_id: bytes,
    entry: DisputeEntry,
    found_on: date,
    visit_id: bytes | None = None,
    no: str | None = None,
    situation_id: bytes | None = None,
) -> bytes:
    """Record a dispute with its parties; returns its id, uncommitted. Raises InvalidInput.

    ``no`` is a number that was given already, where several come at once; ``situation_id`` is
    the report that it came of.
    """
    wrong = problems(entry, settings_of(work.session))
    if found_on > work.today():
        wrong["found_on"] = "发现日期不能晚于今天"
    if wrong:
        raise InvalidInput(wrong)
    made = Dispute(
        id=new_id(),
        zone_id=zone_id,
        no=no or given(work, Dispute, found_on.year)[0],
        visit_id=visit_id,
        situation_id=situation_id,
        found_by=entry.found_by,
        found_on=found_on,
        dispute_type=entry.dispute_type,
        people_count=entry.people_count,
        place=entry.place,
        summary=entry.summary,
        level=entry.level,
        level_reason=entry.level_reason or rules.CRITERIA[entry.level or "blue"],
        level_since=found_on,
        nature=entry.nature,
        mediators=(work.author,),
        state=OPEN,
    )
    work.add(made)
    for position, party in enumerate(_parties(entry), 1):
        work.add(DisputeParty(zone_id=zone_id, dispute_id=made.id, position=position, **party))
    return made.id


def _parties(entry: DisputeEntry) -> Iterator[dict[str, Any]]:
    if entry.home_id:
        yield {"party_kind": "person", "home_id": entry.home_id}
    for name in _BETWEEN.split((entry.others or "").strip()):
        if name.strip():
            yield {"party_kind": entry.party_kind, "name": name.strip()}


def course(found: Dispute) -> rules.Course:
    """The dates that the clock of a dispute looks at."""
    stopped = found.agreed_on or found.ended_on or found.closed_on
    return rules.Course(
        found.level or "blue", found.level_since or found.found_on, found.due_on, stopped
    )
