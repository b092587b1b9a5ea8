"""The first messages after a start come on several threads at once."""

import subprocess
import sys
from pathlib import Path

import pytest

CHILD = """
import sys, threading, msgspec
from sync import wire
from sync.server import stamps
from township.storage import pages
sys.setswitchinterval(1e-6)
own = wire.ChainHead(1, 0, bytes(32))
messages = [
    stamps.Stamps(None, 0, None, 0),
    wire.Request(own, [], b"", {}, 1, b""),
    wire.Answer(bytes(32), bytes(16), None, own, [], pages.Page([], [], {}, 0, False), None),
    wire.Sealed(b"", bytes(32)),
    wire.Author(bytes(16), "a", "b"),
    pages.Outcome({1: ["a"]}),
    pages.Manifest(bytes(16), "township/i", 1, []),
]
start = threading.Barrier(16)
def read():
    for message in messages:
        data = msgspec.msgpack.encode(message)
        start.wait()
        msgspec.msgpack.decode(data, type=type(message))
threads = [threading.Thread(target=read) for _ in range(16)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


@pytest.mark.parametrize("attempt", range(6))
def test_threads_may_read_the_first_message_together(attempt: int) -> None:
    """msgspec crashes when two threads are the first to look at a kind of message."""
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", CHILD], cwd=root, check=False).returncode == 0
