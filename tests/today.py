"""The day in China by this machine's clock, for databases that tests fill as of now."""

from __future__ import annotations

from datetime import date

from township.values import CHINA, utc_now


def china_today() -> date:
    """Today's date in China, whatever the time zone of this machine."""
    return utc_now().astimezone(CHINA).date()
