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


@dataclass(frozen=True)
class Terms:
    """Years of keeping, each a setting of the township [P, domain §7.7]."""

    visits: int = 3
    """Visits, work logs, photographs and links of a year; their counts stay."""
    matters: int = 5
    """Needs, situations, opinions from the box, disputes and tasks, from the day of their end."""
    evacuees: timedelta = timedelta(days=30)
    """Lists of evacuees, from the day on which their 灾情 is closed; days, not years.
    Source: 突发事件应对法 arts. 84–85, domain §7.7."""
    special_groups: int = 1
    """Rows of special groups, from the day when they end."""
    rights: int = 3
    """Requests and consents, from answer or withdrawal: as long as somebody may complain."""
    conflicts: int = 1
    """Decided conflicts: both values are in the record's history."""


PRESET = Terms()


@dataclass(frozen=True)
class Facts:
    """What the rule looks at: ``done`` says that nothing is open, ``ended_on`` since when.

    ``ended_on`` None: it is not known, or has not ended.
    """

    kind: str
    ended_on: date | None
    done: bool = True


_TERMS: Mapping[str, Callable[[Terms], int | timedelta]] = {
    "visit": lambda terms: terms.visits,
    "work_log": lambda terms: terms.visits,
    "attachment": lambda terms: terms.visits,
    "spot_check": lambda terms: terms.visits,
    "assessment_note": lambda terms: terms.visits,
    "household_link": lambda terms: terms.visits,
    "need": lambda terms: terms.matters,
    "need_progress": lambda terms: terms.matters,
    "situation": lambda terms: terms.matters,
    "evacuee": lambda terms: terms.evacuees,
    "opinion_entry": lambda terms: terms.matters,
    "dispute": lambda terms: terms.matters,
    "dispute_party": lambda terms: terms.matters,
    "dispute_step": lambda terms: terms.matters,
    "task": lambda terms: terms.matters,
    "special_group_member": lambda terms: terms.special_groups,
    "rights_request": lambda terms: terms.rights,
    "consent": lambda terms: terms.rights,
    "conflict": lambda terms: terms.conflicts,
}

STRUCTURE = frozenset({"zone_id", "household_id", "need_id", "target_kind", "target_id", "kept_id"})
"""What stays of a record whose contents are erased: where it hangs. Its stub has to move with its
household, to lie in the right bucket, and to have the household's search entry renewed.
"""

PURGED = tuple(_TERMS)
"""The kinds that have an end, in the order in which people see them."""


def kept_until(facts: Facts, terms: Terms = PRESET) -> date | None:
    """The last day on which a record is kept; None: it is not to be purged.

    Years are counted as 民法典 art. 201–202 do: the first day is not counted, the last one has
    the same number, or is the last of its month where there is none (29 February).
    """
    years = _TERMS.get(facts.kind)
    if years is None or not facts.done or facts.ended_on is None:
        return None
    return _last(facts.ended_on, years(terms))


def expired(facts: Facts, today: date, terms: Terms = PRESET) -> bool:
    """May it go today? On the last day of keeping it may not."""
    last = kept_until(facts, terms)
    return last is not None and today > last


def ended_by(kind: str, today: date, terms: Terms = PRESET) -> date | None:
    """The latest end that has expired today, for asking a database; None for kinds that stay.

    Exactly those records have expired whose end is not after it.
    """
    years = _TERMS.get(kind)
    if years is None:
        return None
    term = years(terms)
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
