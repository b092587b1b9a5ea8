"""What one person sees of residents in whose zone. Source: domain §2, §4, §7.3.

What is sensitive is masked for everybody (``Field.show``); here is who sees names and restricted
fields, and who may have a masked field shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from township.masks import masked_name
from township.rules.permissions import Act, may, sees_class

_OFFICES = frozenset({"PGO", "PET", "SAF", "TOP", "CLK"})
"""They serve all zones."""
_NAMES_ONLY = frozenset({"PO", "JO"})
"""Police and justice see name, group and telephone of a resident. Source: domain §4."""


@dataclass(frozen=True)
class Viewer:
    """Somebody with these roles, who serves in these zones."""

    roles: frozenset[str]
    zones: frozenset[bytes]

    def near(self, zone: bytes | None) -> bool:
        """Is the person of the zone's staff, or of an office that serves all zones?"""
        return bool(self.roles & _OFFICES) or zone in self.zones

    def name(self, name: str | None, zone: bytes | None) -> str:
        """A resident's name: clear to who is near, elsewhere 王*."""
        return (name or "") if self.near(zone) else masked_name(name)

    def restricted(self, zone: bytes | None) -> bool:
        """Does the person see a household's restricted fields? Others see its group only."""
        return self.near(zone) and sees_class(self.roles - _NAMES_ONLY, "r")

    def may(self, act: Act, kind: str, zone: bytes | None, *, own: bool = False) -> bool:
        """May the person do this with a record that lies in this zone?"""
        return self.near(zone) and may(self.roles, act, kind, own=own)
