"""What a township may set for itself, with the presets of the source or of domain §5.1 [P]."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Targets are half days per calendar month: 8.0 days are 16 halves."""

    village_halves: int = 16
    township_halves: int = 6
    free_late_days: int = 7
    """A log entered more days after its date counts only with the assessor's consent."""
    village_split_day: int = 15
    """Last day of the first window of a village's meetings; the second ends with the month.
    Source: half-monthly by the township's rule, the days by domain §5.3 [P]."""
    meeting_soon_days: int = 2
    """A window without a meeting is shown as due soon so many days before its last working day.
    Source: domain §5.3 [P], §9 scenario 11."""
    resolution_days: int = 15
    """Term that the form proposes for a resolution, in calendar days. Source: domain §5.7 [P]."""


PRESET = Settings()
