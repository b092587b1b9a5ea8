"""The values that the township has set for itself, over the presets of domain §5."""

from __future__ import annotations

from sqlalchemy.orm import Session

from township.rules.settings import PRESET, Settings


def settings_of(session: Session) -> Settings:
    """The settings in force on this laptop."""
    del session
    return PRESET
