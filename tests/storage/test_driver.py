"""Binding values fast must not change what reaches the file."""

import pytest

from township.storage.driver import sqlcipher


@pytest.mark.parametrize(
    ("value", "kind", "read"),
    [
        (b"\x00\xff", "blob", b"\x00\xff"),
        (b"", "blob", b""),
        (True, "integer", 1),
        (False, "integer", 0),
        (None, "null", None),
        (2**62, "integer", 2**62),
        ("户", "text", "户"),
    ],
)
def test_values_are_stored_as_they_are(value: object, kind: str, read: object) -> None:
    file = sqlcipher.connect(":memory:")
    try:
        for many in (False, True):
            if many:
                file.executemany("INSERT INTO kept VALUES (?)", [(value,)])
            else:
                file.execute("CREATE TABLE kept(value)")
                file.execute("INSERT INTO kept VALUES (?)", (value,))
        found = file.execute("SELECT value, typeof(value) FROM kept").fetchall()
        assert found == [(read, kind)] * 2
        assert file.execute("SELECT ? IS value FROM kept", (value,)).fetchone() == (1,)
    finally:
        file.close()
