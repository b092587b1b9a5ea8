"""The slow line of the benchmarks: late, but the same bytes."""

import socket
import threading
from time import monotonic

import pytest

from benchmarks.link import SlowLink

TEXT = bytes(range(256)) * 40


def echo(listener: socket.socket) -> None:
    with listener, listener.accept()[0] as line:
        while data := line.recv(4096):
            line.sendall(data)


@pytest.mark.parametrize("loss", [0.0, 0.3])
def test_bytes_come_back_unchanged_and_late(loss: float) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    server = threading.Thread(target=echo, args=(listener,))
    server.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    bits = 2_000_000
    with SlowLink(url, round_trip_s=0.05, bits_per_s=bits, loss=loss) as link:
        begun = monotonic()
        with socket.create_connection(("127.0.0.1", int(link.url.rpartition(":")[2]))) as line:
            line.sendall(TEXT)
            line.shutdown(socket.SHUT_WR)
            found = b""
            while data := line.recv(4096):
                found += data
        seconds = monotonic() - begun
    server.join()
    assert found == TEXT
    assert link.bytes == 2 * len(TEXT)
    assert seconds >= 2 * 0.05 + len(TEXT) * 8 / bits
