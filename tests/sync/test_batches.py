"""How much goes in one message, and messages made before it is known that they are next."""

import pytest

from sync import client, parcels, wire
from sync.client import Client
from sync.server.folder import OpenServer
from sync.wire import Request
from tests.sync import moves
from tests.sync.laptops import Laptop
from tests.sync.sample import ZONE

WAITING = 40


@pytest.fixture
def packed(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """Every request that is packed and signed from now on; few changesets go in each."""
    monkeypatch.setattr(client, "FIRST_BATCH", 600)
    monkeypatch.setattr(client, "LARGEST_BATCH", 600)
    found: list[Request] = []
    real = parcels._parcel

    def parcel(body: Request, *rest: object) -> parcels.Parcel:
        found.append(body)
        return real(body, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(parcels, "_parcel", parcel)
    return found


def work(laptop: Laptop, count: int = WAITING) -> None:
    for _ in range(count):
        moves.add(laptop, moves.home(ZONE))


def asked(message: bytes) -> Request:
    return wire.unpack(wire.open_envelope(message).body, Request)


def test_a_message_made_ahead_is_the_one_that_is_sent(
    server: OpenServer, one: Laptop, packed: list[Request]
) -> None:
    one.sync(server.service.exchange)
    work(one)
    packed.clear()
    sent: list[Request] = []

    def carrier(message: bytes) -> bytes:
        sent.append(asked(message))
        return server.service.exchange(message)

    assert one.sync(carrier).pushed == WAITING
    assert len(sent) > 4
    assert [body.own for body in packed] == [body.own for body in sent]  # none was made twice
    assert set(one.states()) == {"applied"}


def test_it_is_made_anew_when_somebody_else_came_first(
    server: OpenServer, one: Laptop, two: Laptop, packed: list[Request]
) -> None:
    one.sync(server.service.exchange)
    work(one)
    work(two, 1)
    sent: list[Request] = []

    def carrier(message: bytes) -> bytes:
        sent.append(asked(message))
        if len(sent) == 2:
            two.sync(server.service.exchange)
        return server.service.exchange(message)

    assert one.sync(carrier).pushed == WAITING
    assert set(one.states()) == {"applied"}
    known = [body.history for body in sent if body.changesets]
    with server.service.store.reading() as connection:
        head = connection.exec_driver_sql("SELECT head_seq FROM township").scalar_one()
    assert known == sorted(set(known)) and known[-1] <= head


def test_what_is_saved_meanwhile_goes_with_a_later_message(
    server: OpenServer, one: Laptop, packed: list[Request]
) -> None:
    work(one, 12)

    def carrier(message: bytes) -> bytes:
        if len(one.states()) < WAITING:
            work(one, 1)
        return server.service.exchange(message)

    one.sync(carrier)
    one.sync(server.service.exchange)
    assert one.states() == ["applied"] * len(one.states()) and len(one.states()) > 12


@pytest.mark.parametrize(
    ("seconds", "bytes_"),
    [
        ([0.1, 0.1, 0.1, 0.1], [1, 2, 4, 8, 8]),  # a good line
        ([0.1, 5.0, 5.0, 0.1], [1, 2, 4, 4, 4]),  # neither
        ([0.1, 0.1, 9.0, 9.0, 9.0, 9.0], [1, 2, 4, 8, 4, 2, 1]),  # becomes bad
    ],
)
def test_messages_are_as_large_as_the_line_is_good(
    server: OpenServer,
    one: Laptop,
    monkeypatch: pytest.MonkeyPatch,
    seconds: list[float],
    bytes_: list[int],
) -> None:
    monkeypatch.setattr(client, "FIRST_BATCH", 600)
    monkeypatch.setattr(client, "LARGEST_BATCH", 4800)
    work(one, 60)
    running = Client(one.replica)
    found: list[int] = []
    for took in [*seconds, 0.0]:
        message = running.request()
        found.append(asked(message).page_bytes // 600)
        running.receive(server.service.exchange(message), took)
        running.apply()
    assert found == bytes_
