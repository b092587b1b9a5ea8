"""镇设置: what the township changes of the program's presets. Domain §2: class I, by PGO and TOP.

A change is proposed by the office and holds once the head of the township approves it; it is
never edited afterwards, so that the records are the history (decision 046). What a setting may
hold is declared in ``rules.settings``; here its value is a text, as newer programs may know more.
"""

from datetime import date

from sqlalchemy.orm import Mapped

from township.codes import SETTING_DECISION
from township.fields import Sensitivity, column
from township.records.base import Record
from township.values import Kind

I = Sensitivity.I  # noqa: E741


class TownshipSetting(Record):
    """One proposed change of one setting; ``value`` is empty when it goes back to the preset."""

    __tablename__ = "township_setting"
    label = "镇设置"
    township_wide = True

    name: Mapped[str] = column(Kind.TEXT, "设置项", I, required=True, max_length=40, index=True)
    value: Mapped[str | None] = column(Kind.LONG_TEXT, "改为", I, max_length=2000)
    valid_from: Mapped[date] = column(Kind.DATE, "生效日期", I, required=True)
    reason: Mapped[str] = column(Kind.LONG_TEXT, "改动理由", I, required=True, max_length=300)
    decision: Mapped[str | None] = column(Kind.CODE, "审定意见", I, codes=SETTING_DECISION)
    decision_note: Mapped[str | None] = column(Kind.LONG_TEXT, "审定说明", I, max_length=300)
    decided_by: Mapped[bytes | None] = column(Kind.REF, "审定人", I, target="cadre")
    decided_on: Mapped[date | None] = column(Kind.DATE, "审定日期", I)
