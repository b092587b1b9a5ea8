"""What a report of 五情 can be turned into in one step: a need, or a dispute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from desktop.views.step_form import Action
from desktop.views.widgets.choice import Choice
from township.records import Dispute, DisputeParty, Need, Situation
from township.rules.permissions import Act
from township.storage.work import UnitOfWork
from township.usecases import situation_followup
from township.usecases.disputes import DisputeEntry

TO_NEED, TO_DISPUTE = "to_need", "to_dispute"
_ENTRY = (
    *("summary", "dispute_type", "home_id", "others", "party_kind", "people_count", "place"),
    *("level", "nature", "found_by"),
)


def to_need(one: Situation) -> Action:
    """转为诉求; the report's words are there already."""

    def run(work: UnitOfWork, record: bytes, given: Mapping[str, Any]) -> None:
        situation_followup.to_need(work, record, given["topic"], given["text"])

    return Action(
        TO_NEED,
        "转为诉求",
        "已转为诉求，在“诉求”里接着办",
        run,
        {"topic": Need.field("topic"), "text": Need.field("text")},
        ("text", "topic"),
        start={"text": one.summary, "topic": "other"},
        act=Act.CREATE,
        kind=Need.kind(),
    )


def to_dispute(session: Session, one: Situation, homes: Sequence[Choice]) -> Action:
    """转为纠纷: what the report knows is there already; who is at odds has to be said."""
    fields = dict(Dispute.fields())
    home = DisputeParty.field("home_id")
    fields["home_id"] = replace(home, label="当事人一方（本村的户）", required=False)
    others = DisputeParty.field("name")
    fields["others"] = replace(
        others, label="其他当事人（多个用顿号分开）", required=True, max_length=200
    )
    fields["party_kind"] = replace(DisputeParty.field("party_kind"), label="其他当事人是")

    def run(work: UnitOfWork, record: bytes, given: Mapping[str, Any]) -> None:
        entry = DisputeEntry(**{name: given[name] for name in _ENTRY})
        situation_followup.to_dispute(work, record, entry)

    return Action(
        TO_DISPUTE,
        "转为纠纷",
        "已转为纠纷，在“矛盾纠纷”里接着办",
        run,
        fields,
        _ENTRY,
        {"home_id": homes},
        situation_followup.dispute_start(session, one),
        act=Act.CREATE,
        kind=Dispute.kind(),
    )
