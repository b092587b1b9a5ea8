"""The township's records; importing this package maps them all.

Without ``from __future__ import annotations``: SQLAlchemy would have to compile every annotation
again from its text, a sixth of the time that the mapping takes at each start.
"""

from township.records.access import AccessEntry
from township.records.assessment import (
    AssessmentLine,
    AssessmentNote,
    AssessmentSheet,
    SpotCheck,
)
from township.records.attachment import Attachment
from township.records.base import Base, Record, new_id, record_kinds
from township.records.cadre import Cadre, HouseholdLink, ZoneStaff
from township.records.card import ContactCard
from township.records.conflict import Conflict
from township.records.dispute import Dispute, DisputeParty, DisputeStep
from township.records.duplicate import Duplicate
from township.records.erasure import Erasure, MonthSummary
from township.records.evaluation import (
    Accountability,
    BallotComments,
    BallotTally,
    Evaluation,
    EvaluationTotal,
)
from township.records.field_work import Visit, WorkLog
from township.records.household import Household, Person, SpecialGroupMember
from township.records.meeting import AgendaItem, Meeting, Resolution
from township.records.need import Need, NeedProgress
from township.records.opinion import BoxOpening, OpinionEntry
from township.records.rights import Consent, RightsRequest
from township.records.sealed import Designation, SealedEntry, SealingKey, ServiceCount
from township.records.situation import Evacuee, Situation
from township.records.task import Task
from township.records.township_setting import TownshipSetting
from township.records.zone import Group, Zone

__all__ = [
    "AccessEntry",
    "Accountability",
    "AgendaItem",
    "AssessmentLine",
    "AssessmentNote",
    "AssessmentSheet",
    "Attachment",
    "BallotComments",
    "BallotTally",
    "Base",
    "BoxOpening",
    "Cadre",
    "Conflict",
    "Consent",
    "ContactCard",
    "Designation",
    "Dispute",
    "DisputeParty",
    "DisputeStep",
    "Duplicate",
    "Erasure",
    "Evacuee",
    "Evaluation",
    "EvaluationTotal",
    "Group",
    "Household",
    "HouseholdLink",
    "Meeting",
    "MonthSummary",
    "Need",
    "NeedProgress",
    "OpinionEntry",
    "Person",
    "Record",
    "Resolution",
    "RightsRequest",
    "SealedEntry",
    "SealingKey",
    "ServiceCount",
    "Situation",
    "SpecialGroupMember",
    "SpotCheck",
    "Task",
    "TownshipSetting",
    "Visit",
    "WorkLog",
    "Zone",
    "ZoneStaff",
    "new_id",
    "record_kinds",
]
