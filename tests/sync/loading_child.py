"""A process that loads a laptop and is killed on the way: see ``test_snapshot_kill``.

``python -m tests.sync.loading_child FILE KEY WHERE NUMBER``: stops itself at the NUMBERth
message that goes out or comes in, or while the NUMBERth part or bucket is being written.
Prints the hashes of the parts that came.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sync import client, wire
from sync.http import HttpCarrier, carrier_to
from sync.wire import Answer, Request
from township.storage import loading, staging
from township.storage.database import Database
from township.storage.replica import Replica


class Killed:
    """Counts, and kills this process at the right moment."""

    def __init__(self, where: str, number: int) -> None:
        self._where, self._left = where, number

    def here(self, where: str) -> None:
        if where == self._where:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def watched(carrier: HttpCarrier, killed: Killed) -> Callable[[bytes], bytes]:
    def carry(message: bytes) -> bytes:
        killed.here("asking")
        asked = wire.unpack(wire.open_envelope(message).body, Request).chunks or []
        given = carrier(message)
        answer = wire.unpack(wire.open_envelope(given).body, Answer)
        for name, data in zip(asked, answer.chunks or [], strict=False):
            if data is not None:
                sys.stdout.write(f"{name.hash.hex()}\n")
                sys.stdout.flush()
        killed.here("answered")
        return given

    return carry


def main(file: str, key: str, where: str, number: str) -> None:
    client.FIRST_BATCH = client.LARGEST_BATCH = 1
    killed = Killed(where, int(number))
    put, switch = staging.put, loading.switch

    def put_and_stop(*given: Any) -> None:
        put(*given)
        if given[1]:
            killed.here("keeping")

    def switch_and_stop(*given: Any) -> set[str]:
        kinds = switch(*given)
        killed.here("loading")
        return kinds

    staging.put, loading.switch = put_and_stop, switch_and_stop
    database = Database.open(Path(file), bytes.fromhex(key))
    replica = Replica(database)
    with carrier_to(replica.identity()) as carrier:
        client.run(replica, watched(carrier, killed))
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
