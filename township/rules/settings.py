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
    unmask_minutes: int = 10
    """So long a field stays clear after a look with a reason. Source: domain §7.3."""
    unmask_alert: int = 30
    """More looks of one person in a day are told to the auditor and to the person."""
    export_rows: int = 200
    """One export has so many households at most. Source: domain §7.1."""

    second_factor_roles: frozenset[str] = frozenset(
        {"LL", "PGO", "PET", "SAF", "TOP", "CLK", "DIS", "ADM", "SEC", "AUD"}
    )
    """Whose laptops ask for a second factor: leaders, offices, administrators. Domain §4.1 [P]."""
    second_factor_days: int = 14
    """Days in which it may be put off after the first question [P]."""


PRESET = Settings()
