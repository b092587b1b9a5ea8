"""Values that the storage tests share."""

from dataclasses import dataclass

from township.records import new_id

KEY = bytes(range(32))
AUTHOR = new_id()


@dataclass(frozen=True)
class Village:
    zone: bytes
    group: bytes
    home: bytes
    head: bytes
