"""矛盾纠纷预警单: what the paper of one dispute says. Source: domain §6, §7.3.

Parties stand there by their role only, also where a text names them; numbers of telephones and
identity cards in texts are masked. Nobody is judged: the level is one of the matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.dispute_codes import DISPUTE_LEVEL
from township.masks import masked_text
from township.records import Dispute, DisputeParty, Household, Person, Zone
from township.rules import disputes as rules
from township.usecases.dispute_list import DisputeDetail, dispute_detail, side
from township.usecases.disputes import AGREED, ENDED, OPEN
from township.usecases.paper_facts import township_name
from township.usecases.township_settings import settings_of


@dataclass(frozen=True)
class DisputeSheet:
    """One dispute on paper; ``level`` is a code, for the colour, and ``level_name`` its word.

    What has not happened yet is empty and leaves room to write by hand.
    """

    township: str
    zone: str
    no: str
    level: str
    level_name: str
    since: str
    kind: str
    people: int
    found: str
    place: str
    parties: tuple[str, ...]
    matter: str
    judgement: str
    measures: tuple[str, ...]
    owner: str
    mediators: str
    due: str
    review: str
    result: str


def dispute_sheet(session: Session, dispute_id: bytes, today: date, *, by: bytes) -> DisputeSheet:
    """The paper of a dispute as of today. Raises NotFound."""
    found = dispute_detail(session, dispute_id, today, by=by)
    one, now = found.dispute, found.standing
    zone = session.get(Zone, one.zone_id)
    hide = _Roles(session, dispute_id)
    return DisputeSheet(
        township=township_name(session),
        zone=(zone.name if zone else "") or "",
        no=one.no or "",
        level=now.level,
        level_name=DISPUTE_LEVEL.label(now.level),
        since=_since(found),
        kind=one.shown("dispute_type"),
        people=one.people_count or 0,
        found=f"{one.found_on}　{one.shown('found_by')}",
        place=hide(one.place),
        parties=hide.parties,
        matter=hide(one.summary),
        judgement=f"建议途径：{one.shown('nature')}。定级理由：{hide(one.level_reason)}",
        measures=tuple(map(hide, _measures(found))),
        owner=found.owner,
        mediators="、".join(filter(None, map(found.name, one.mediators or ()))),
        due=str(now.due_on) if one.state == OPEN else "",
        review="\n".join(filter(None, map(hide, _review(session, found)))),
        result="\n".join(filter(None, map(hide, _result(one)))),
    )


class _Roles:
    """The parties of a dispute by their role, and texts without their names and numbers."""

    def __init__(self, session: Session, dispute_id: bytes) -> None:
        rows = session.execute(
            select(DisputeParty, Household.no, Person.name)
            .outerjoin(Household, Household.id == DisputeParty.home_id)
            .outerjoin(Person, Person.id == Household.head_person_id)
            .where(DisputeParty.dispute_id == dispute_id, DisputeParty.deleted_at.is_(None))
            .order_by(DisputeParty.position, DisputeParty.id)
        ).all()
        self.parties = tuple(
            f"{side(at)}（{one.shown('party_kind')}）" for at, (one, _, _) in enumerate(rows)
        )
        names = [
            (name, side(at))
            for at, (one, no, head) in enumerate(rows)
            for name in (one.name, no, head)
            if name
        ]
        self._names = sorted(names, key=lambda pair: -len(pair[0]))

    def __call__(self, text: str | None) -> str:
        shown = text or ""
        for name, role in self._names:
            shown = shown.replace(name, role)
        return masked_text(shown)


def _since(found: DisputeDetail) -> str:
    one, now = found.dispute, found.standing
    if now.risen:
        before = DISPUTE_LEVEL.label(one.level)
        return f"{now.since} 起（原{before}，超期未化解已升级）"
    return f"{now.since} 起"


def _measures(found: DisputeDetail) -> Iterator[str]:
    one = found.dispute
    for on, kind, text, _ in found.steps:
        yield f"{on} {kind}：{text}"
    if one.refused_on:
        yield f"{one.refused_on} 一方拒绝调解：{one.refused_note or ''}"


def _review(session: Session, found: DisputeDetail) -> Iterator[str]:
    """The level that was lowered, and the visit afterwards."""
    one = found.dispute
    if lowered := found.name(one.level_by):
        yield f"降级审核人：{lowered}"
    if one.revisited_on:
        yield f"{one.revisited_on} 回访：{one.revisit_note or ''}"
    elif one.state in (AGREED, ENDED) and (ended := one.agreed_on or one.ended_on):
        yield f"应在 {rules.revisit_on(ended, settings_of(session))} 前回访"


def _result(one: Dispute) -> Sequence[str]:
    agreed = f"{one.agreed_on} 达成{one.shown('agreement')}：{one.terms or ''}"
    ended = f"{one.ended_on} 终止调解"
    confirmed = f"{one.confirm_asked_on} 双方共同申请司法确认"
    return (
        agreed if one.agreed_on else "",
        confirmed if one.confirm_asked_on else "",
        ended if one.ended_on else "",
        one.shown("result"),
        f"已告知：{one.remedies_told}" if one.remedies_told else "",
        f"{one.closed_on} 办结" if one.closed_on else "",
    )
