"""How often a household of a special group is contacted, and by when again. Source: domain §4.2:
every 30 days for old people alone and left-behind children, every 90 days for others [P].

Nothing is stored: any contact with the household is one, so that no cadre writes it twice.
"""

from __future__ import annotations

from datetime import date, timedelta

from township.rules.settings import PRESET, Settings

CLOSE = frozenset({"empty_nest", "left_behind"})
"""Groups that are contacted every month."""


def every(kind: str | None, own: int | None, settings: Settings = PRESET) -> int:
    """Days between two contacts; ``own`` is what was agreed for this one."""
    if own:
        return own
    return settings.contact_close_days if kind in CLOSE else settings.contact_days


def next_contact(from_on: date, last: date | None, days: int) -> date:
    """The last day for the next contact, from the newest one since the row began."""
    return max(from_on, last or from_on) + timedelta(days=days)
