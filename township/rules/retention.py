"""How long records are kept: pure, from what a record says of itself to the last day of keeping.

Source: domain §7.7 [P, to be confirmed with the county archive; 档案法 applies], PIPL art. 19.
Nothing is stored: the day follows from kind, state and dates, so that a changed setting holds
for old records too. Kinds that are not named here are never purged.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from township.rules.settings import PRESET, Settings


@dataclass(frozen=True)
class Facts:
    """What the rule looks at: ``done`` says that nothing is open, ``ended_on`` since when.

    ``ended_on`` None: it is not known, or has not ended.
    """

    kind: str
    ended_on: date | None
    done: bool = True


_TERMS: Mapping[str, Callable[[Settings], int | timedelta]] = {
    "visit": lambda one: one.keep_visits,
    "work_log": lambda one: one.keep_visits,
    "attachment": lambda one: one.keep_visits,
    "spot_check": lambda one: one.keep_visits,
    "assessment_note": lambda one: one.keep_visits,
    "household_link": lambda one: one.keep_visits,
    "need": lambda one: one.keep_matters,
    "need_progress": lambda one: one.keep_matters,
    "situation": lambda one: one.keep_matters,
    "evacuee": lambda one: timedelta(days=one.evacuee_days),
    "opinion_entry": lambda one: one.keep_matters,
    "dispute": lambda one: one.keep_matters,
    "dispute_party": lambda one: one.keep_matters,
    "dispute_step": lambda one: one.keep_matters,
    "task": lambda one: one.keep_matters,
    "special_group_member": lambda one: one.keep_groups,
    "rights_request": lambda one: one.keep_rights,
    "consent": lambda one: one.keep_rights,
    "conflict": lambda one: one.keep_conflicts,
}

STRUCTURE = frozenset({"zone_id", "household_id", "need_id", "target_kind", "target_id", "kept_id"})
"""What stays of a record whose contents are erased: where it hangs. Its stub has to move with its
household, to lie in the right bucket, and to have the household's search entry renewed.
"""

PURGED = tuple(_TERMS)
"""The kinds that have an end, in the order in which people see them."""


def kept_until(facts: Facts, settings: Settings = PRESET) -> date | None:
    """The last day on which a record is kept; None: it is not to be purged.

    Years are counted as 民法典 art. 201–202 do: the first day is not counted, the last one has
    the same number, or is the last of its month where there is none (29 February).
    """
    years = _TERMS.get(facts.kind)
    if years is None or not facts.done or facts.ended_on is None:
        return None
    return _last(facts.ended_on, years(settings))


def expired(facts: Facts, today: date, settings: Settings = PRESET) -> bool:
    """May it go today? On the last day of keeping it may not."""
    last = kept_until(facts, settings)
    return last is not None and today > last


def ended_by(kind: str, today: date, settings: Settings = PRESET) -> date | None:
    """The latest end that has expired today, for asking a database; None for kinds that stay.

    Exactly those records have expired whose end is not after it.
    """
    years = _TERMS.get(kind)
    if years is None:
        return None
    term = years(settings)
    if isinstance(term, timedelta):
        return today - term - timedelta(days=1)
    day = years_later(today, -term)
    while years_later(day, term) >= today:
        day = date.fromordinal(day.toordinal() - 1)
    return day


def _last(ended_on: date, term: int | timedelta) -> date:
    """The last day of a term of years or days."""
    if isinstance(term, timedelta):
        return ended_on + term
    return years_later(ended_on, term)


def years_later(day: date, years: int) -> date:
    """The same day so many years later, or the last of its month."""
    year = day.year + years
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))
