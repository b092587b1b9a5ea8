"""Residents' rights: what they ask for about their data, and what they agreed to.

Fields: domain §4.2 (consents), §4.7 (RightsRequest). Source: PIPL art. 13–16, 29–31, 44–50.
"""

from datetime import date

from sqlalchemy.orm import Mapped

from township.fields import Sensitivity, column
from township.protection_codes import (
    CONSENT_BY,
    CONSENT_ITEM,
    CONSENT_STATE,
    RIGHTS_DECISION,
    RIGHTS_KIND,
)
from township.records.base import Record
from township.values import Kind

I, R = Sensitivity.I, Sensitivity.R  # noqa: E741


class RightsRequest(Record):
    """居民权利申请: a resident wants to see, correct or delete data, or an explanation.

    Open until ``decision`` is set; ``reasons`` and ``legal_basis`` are required where it is
    refused wholly or in part (PIPL art. 50).
    """

    __tablename__ = "rights_request"
    label = "居民权利申请"
    data_class = "r"

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    household_id: Mapped[bytes] = column(
        Kind.REF, "户", I, required=True, target="household", index=True
    )
    person_id: Mapped[bytes] = column(
        Kind.REF, "申请人", R, required=True, target="person", index=True
    )
    request_kind: Mapped[str] = column(Kind.CODE, "申请事项", I, required=True, codes=RIGHTS_KIND)
    received_on: Mapped[date] = column(Kind.DATE, "收到日期", I, required=True)
    due_on: Mapped[date] = column(Kind.DATE, "答复期限", I, required=True)
    text: Mapped[str | None] = column(Kind.LONG_TEXT, "申请内容", R, max_length=300)
    decision: Mapped[str | None] = column(Kind.CODE, "处理决定", I, codes=RIGHTS_DECISION)
    reasons: Mapped[str | None] = column(Kind.LONG_TEXT, "理由", R, max_length=300)
    legal_basis: Mapped[str | None] = column(Kind.TEXT, "法律依据", I, max_length=200)
    decided_on: Mapped[date | None] = column(Kind.DATE, "答复日期", I)
    handled_by: Mapped[bytes | None] = column(Kind.REF, "经办人", I, target="cadre")


class Consent(Record):
    """个人信息同意: given, refused or withdrawn, for one item and one purpose.

    What is done on statutory duty needs none (PIPL art. 13); the newest record of a person and
    item counts. For a child under 14 a guardian decides (PIPL art. 31).
    """

    __tablename__ = "consent"
    label = "个人信息同意"
    data_class = "r"

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    household_id: Mapped[bytes] = column(
        Kind.REF, "户", I, required=True, target="household", index=True
    )
    person_id: Mapped[bytes] = column(
        Kind.REF, "居民", R, required=True, target="person", index=True
    )
    item: Mapped[str] = column(Kind.CODE, "事项", I, required=True, codes=CONSENT_ITEM)
    purpose: Mapped[str] = column(Kind.TEXT, "用途", I, required=True, max_length=100)
    state: Mapped[str] = column(Kind.CODE, "意愿", I, required=True, codes=CONSENT_STATE)
    given_by: Mapped[str] = column(Kind.CODE, "由谁表示", I, required=True, codes=CONSENT_BY)
    given_on: Mapped[date] = column(Kind.DATE, "表示日期", I, required=True)
    withdrawn_on: Mapped[date | None] = column(Kind.DATE, "撤回日期", I)
    recorded_by: Mapped[bytes | None] = column(Kind.REF, "登记人", I, target="cadre")
