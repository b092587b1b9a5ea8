"""The row that says who a laptop is, for tests of what needs no township."""

from sqlalchemy import Connection, insert

from township.storage import tables

DEVICE = {
    "id": 1,
    "number": 7,
    "incarnation": 1,
    "last_dseq": 0,
    "last_hash": bytes(32),
    "township_id": bytes(16),
    "township_name": "屈原镇",
    "signing_key": bytes(32),
    "sealing_key": bytes(32),
    "server_url": "https://localhost",
}


def enter(connection: Connection) -> None:
    """Make a laptop one of the township's, as if it had enrolled."""
    connection.execute(insert(tables.device).values(**DEVICE))
