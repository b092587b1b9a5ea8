"""What no stranger can do to the server: take its memory, its connections or its time."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest

from sync import problems, wire
from sync.http import HttpCarrier
from sync.server import admin, refusing
from sync.server.folder import OpenServer
from sync.server.limits import LIMITS, Limits, Rate
from sync.server.rates import RateLimit
from sync.server.running import ServerThread
from tests.sync.stranger import HEADERS, NO_CERTIFICATES, Stranger

GIGABYTE = 1 << 30
POST = b"POST /v1/exchange HTTP/1.1\r\nhost: x\r\ncontent-type: " + wire.CONTENT_TYPE.encode()
WELCOME = b"GET /v1/welcome HTTP/1.1\r\nhost: x\r\n\r\n"


@pytest.fixture
def database() -> None:
    """The limits lie before the database."""


@contextmanager
def serving(server: OpenServer, limits: Limits) -> Iterator[tuple[str, int]]:
    with ServerThread(server, limits=limits) as thread:
        yield "127.0.0.1", httpx.URL(thread.url).port or 0


@contextmanager
def connected(place: tuple[str, int]) -> Iterator[socket.socket]:
    with socket.create_connection(place, timeout=20) as line:
        yield line


def heard(line: socket.socket) -> bytes:
    """Everything until the server ends the connection, in whatever way."""
    data = b""
    try:
        while part := line.recv(65536):
            data += part
    except ConnectionError:
        pass
    return data


def welcomed(line: socket.socket) -> bool:
    """Ask who is there and hear the whole answer."""
    line.sendall(WELCOME)
    data = b""
    while not data.endswith(b"}"):
        part = line.recv(65536)
        if not part:
            return False
        data += part
    return data.startswith(b"HTTP/1.1 200")


def told(answer: bytes) -> tuple[int, dict[str, str], dict[str, object]]:
    """Status, headers and problem document of one raw answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, json.loads(body)


def assert_problem(answer: bytes, status: int, code: str) -> None:
    found, headers, problem = told(answer)
    assert (found, problem["status"]) == (status, status)
    assert problem["type"] == refusing.PROBLEM_PREFIX + code
    assert headers["content-type"] == refusing.PROBLEM_TYPE
    assert refusing.HEADERS.items() <= headers.items()


@pytest.mark.parametrize(
    ("head", "before"),
    [
        (f"content-length: {GIGABYTE}", b""),
        ("transfer-encoding: chunked", b"10000\r\n"),
    ],
    ids=["announced", "in pieces"],
)
def test_a_gigabyte_is_cut_off_early(server: OpenServer, head: str, before: bytes) -> None:
    piece = before + bytes(65536) + (b"\r\n" if before else b"")
    sent = 0
    with serving(server, LIMITS) as place, connected(place) as line:
        line.sendall(POST + f"\r\n{head}\r\n\r\n".encode())
        found: list[bytes] = []
        listener = threading.Thread(target=lambda: found.append(heard(line)))
        listener.start()
        try:
            while sent < GIGABYTE:
                line.sendall(piece)
                sent += len(piece)
        except ConnectionError:
            pass
        listener.join()
    most = wire.MAX_BODY + LIMITS.rest_bytes + (16 << 20)  # and what the two systems' buffers take
    assert sent < most
    assert_problem(found[0], 413, "too_large")


def test_a_head_must_come_soon(server: OpenServer) -> None:
    limits = replace(LIMITS, head_seconds=0.4)
    with serving(server, limits) as place:
        for dribble in (b"", b"GET /v1/welcome HTTP/1.1\r\n"):
            begun = time.monotonic()
            with connected(place) as line:
                line.sendall(dribble)
                assert heard(line) == b""
            assert time.monotonic() - begun < 5


def test_a_second_head_must_come_soon_too(server: OpenServer) -> None:
    with serving(server, replace(LIMITS, head_seconds=0.4)) as place, connected(place) as line:
        assert welcomed(line)
        time.sleep(0.8)  # resting between requests is another matter
        assert welcomed(line)
        line.sendall(b"GET /v1/wel")
        assert heard(line) == b""


@pytest.mark.parametrize("rate", [1000, 1_000_000], ids=["too few bytes", "stops at once"])
def test_a_body_must_come_at_some_pace(server: OpenServer, rate: int) -> None:
    limits = replace(LIMITS, body_seconds=0.3, body_rate=rate, rest_seconds=0.2)
    with serving(server, limits) as place, connected(place) as line:
        line.sendall(POST + b"\r\ncontent-length: 100000\r\n\r\n")
        stop = threading.Event()

        def dribble() -> None:
            while not stop.wait(0.05):
                try:
                    line.sendall(b"x")
                except OSError:
                    return

        thread = threading.Thread(target=dribble)
        if rate == 1000:
            thread.start()
        answer = heard(line)
        stop.set()
        if rate == 1000:
            thread.join()
    assert_problem(answer, 408, "slow")


def test_a_slow_body_with_some_pace_is_taken(server: OpenServer) -> None:
    limits = replace(LIMITS, body_seconds=0.2, body_rate=1000)
    with serving(server, limits) as place, connected(place) as line:
        line.sendall(POST + b"\r\ncontent-length: 5000\r\nconnection: close\r\n\r\n")
        for _ in range(10):
            line.sendall(bytes(500))
            time.sleep(0.1)
        assert_problem(heard(line), 400, "malformed")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /v1/welcome HTTP/1.1\r\nhost: x\r\nx: " + b"a" * 40_000 + b"\r\n\r\n", 431),
        (b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n", 431),
        (b"\x16\x03\x01 hello\r\n\r\n", 400),
        (b"GET /v1/welcome HTTP/1.1\r\n\r\n", 400),
        (POST + b"\r\ncontent-length: -1\r\n\r\n", 400),
        (POST + b"\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", 400),
        (POST + b"\r\ntransfer-encoding: gzip\r\n\r\n", 501),
        (b"GET /v1/welcome HTTP/1.1\r\nhost: x\r\nx\0y: z\r\n\r\n", 400),
    ],
    ids=["headers", "address", "TLS", "no host", "negative", "two lengths", "encoding", "NUL"],
)
def test_what_is_not_http_is_refused(server: OpenServer, request_: bytes, status: int) -> None:
    with serving(server, LIMITS) as place, connected(place) as line:
        line.sendall(request_)
        assert_problem(heard(line), status, "http")


def test_a_reader_must_read(server: OpenServer) -> None:
    limits = replace(LIMITS, stalled_seconds=0.4)
    with serving(server, limits) as place, connected(place) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with pytest.raises(ConnectionError):
            while True:
                line.sendall(b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n" * 100)


def test_who_waits_longest_makes_room(server: OpenServer) -> None:
    with serving(server, replace(LIMITS, connections=3)) as place:
        lines = [socket.create_connection(place, timeout=20) for _ in range(3)]
        for line in lines:
            assert welcomed(line)
        with connected(place) as late:
            assert welcomed(late)
        assert heard(lines[0]) == b""
        assert welcomed(lines[1])
        for line in lines:
            line.close()


def test_bodies_share_a_fixed_room(server: OpenServer) -> None:
    half = POST + b"\r\ncontent-length: 1000000\r\n\r\n" + bytes(700_000)
    limits = replace(LIMITS, bodies=1 << 20, rest_seconds=0.2)
    with serving(server, limits) as place, connected(place) as first, connected(place) as second:
        first.sendall(half)
        time.sleep(0.3)
        second.sendall(half)
        answer = heard(second)
        assert_problem(answer, 503, "away")
        assert told(answer)[1]["retry-after"] == "5"
        first.sendall(bytes(300_000))  # the first one has kept its place
        assert first.recv(65536).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize(
    ("method", "path", "headers", "content", "status", "code"),
    [
        ("GET", "/", {}, b"", 404, "http"),
        ("GET", "/schema", {}, b"", 404, "http"),
        ("GET", "/v1/../../etc/passwd", {}, b"", 404, "http"),
        ("GET", "/v1/%00", {}, b"", 404, "http"),
        ("POST", "/v2/exchange", HEADERS, b"", 404, "http"),
        ("GET", "/v1/exchange", {}, b"", 405, "http"),
        ("TRACE", "/v1/welcome", {}, b"", 405, "http"),
        ("DELETE", "/v1/enrol", {}, b"", 405, "http"),
        ("POST", "/v1/exchange", {}, b"x", 415, "content_type"),
        ("POST", "/v1/enrol", {"content-type": "application/json"}, b"{}", 415, "content_type"),
        ("POST", "/v1/exchange", HEADERS, b"", 400, "malformed"),
        ("POST", "/v1/exchange", HEADERS, b"\x91" * 100_000, 400, "malformed"),
        ("POST", "/v1/enrol", HEADERS, b"\x91" * 100_000, 400, "malformed"),
        ("POST", "/v1/exchange", HEADERS, bytes(wire.MAX_BODY + 1), 413, "too_large"),
    ],
)
def test_every_failure_is_a_problem_document(
    url: str,
    method: str,
    path: str,
    headers: dict[str, str],
    content: bytes,
    status: int,
    code: str,
) -> None:
    answer = httpx.request(
        method, url + path, headers=headers, content=content, timeout=20, verify=NO_CERTIFICATES
    )
    assert answer.status_code == status
    assert answer.headers["content-type"] == refusing.PROBLEM_TYPE
    assert answer.json()["type"] == refusing.PROBLEM_PREFIX + code
    assert answer.json()["status"] == status
    assert refusing.HEADERS.items() <= dict(answer.headers).items()
    assert "server" not in answer.headers
    assert ("allow" in answer.headers) == (status == 405)


def test_answers_that_go_well_are_dressed_too(url: str) -> None:
    for path in ("/v1/welcome", "/openapi.json"):
        answer = httpx.get(url + path, verify=NO_CERTIFICATES)
        assert answer.status_code == 200
        assert refusing.HEADERS.items() <= dict(answer.headers).items()
        assert "server" not in answer.headers


def test_a_bug_of_ours_tells_nobody_anything(
    server: OpenServer, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    laptop = Stranger(url)
    laptop.enrol(admin.issue_code(server, ["xiang"]))
    with server.service.store.writing() as connection:
        connection.exec_driver_sql("DROP TABLE device_grant")
    answer = laptop.post("exchange", laptop.message())
    assert answer.status_code == 500
    assert answer.json() == {
        "type": refusing.PROBLEM_PREFIX + "broken",
        "title": "镇服务器出错了",
        "status": 500,
        "detail": "",
    }
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("OperationalError at ")
    assert "devices.py:" in line
    assert "device_grant" not in line


def clock_of(now: list[float]) -> Callable[[], float]:
    return lambda: now[0]


def test_a_rate_gives_places_back_one_by_one() -> None:
    now = [1000.0]
    limit = RateLimit(Rate(3, 60.0), clock_of(now))
    assert [limit.wait("a") for _ in range(4)] == [0, 0, 0, 20.0]
    assert limit.wait("b") == 0
    now[0] += 19
    assert limit.wait("a") == pytest.approx(1.0)
    now[0] += 1
    assert [limit.wait("a"), limit.wait("a")] == [0, 20.0]
    now[0] += 1000
    assert [limit.wait("a") for _ in range(4)] == [0, 0, 0, 20.0]


def test_addresses_are_forgotten_at_last() -> None:
    limit = RateLimit(Rate(1, 60.0), clock_of([0.0]))
    assert limit.wait("first") == 0
    assert limit.wait("first") > 0
    for number in range(5000):
        limit.wait(number)
    assert limit.wait("first") == 0


def test_enrolment_is_limited_by_address_and_by_code(server: OpenServer) -> None:
    limits = replace(LIMITS, enrol_code=Rate(2, 60.0), enrol_address=Rate(5, 60.0))
    code, other = (admin.issue_code(server, ["xiang"]) for _ in range(2))
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    with ServerThread(server, limits=limits) as thread:

        def asked(with_code: str) -> tuple[int, str]:
            try:
                Stranger(thread.url).enrol(with_code)
            except httpx.HTTPStatusError as error:
                return error.response.status_code, error.response.headers.get("retry-after", "")
            return 200, ""

        found = [asked(each) for each in (wrong, wrong, code, "Z" * 20, other, other)]
    assert [status for status, _ in found] == [403, 403, 429, 403, 200, 429]
    by_code, by_address = int(found[2][1]), int(found[5][1])
    assert 20 < by_code <= 30 and 6 < by_address <= 12, "less by what the asking took"


def test_one_laptop_cannot_take_all_turns(server: OpenServer) -> None:
    limits = replace(LIMITS, exchange=Rate(2, 8.0))
    with ServerThread(server, limits=limits) as thread:
        one, two = Stranger(thread.url), Stranger(thread.url)
        for laptop in (one, two):
            laptop.enrol(admin.issue_code(server, ["xiang"]))
        statuses = [one.post("exchange", one.message()).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert two.post("exchange", two.message()).status_code == 200
        forged = two.message()[:-1] + b"\0"  # in the name of the other: counts for nobody
        assert [two.post("exchange", forged).status_code for _ in range(3)] == [401] * 3
        assert two.post("exchange", two.message()).status_code == 200


def test_a_laptop_waits_as_long_as_it_is_told(server: OpenServer) -> None:
    waited: list[float] = []
    limits = replace(LIMITS, exchange=Rate(1, 3.0))
    with ServerThread(server, limits=limits) as thread:
        laptop = Stranger(thread.url)
        laptop.enrol(admin.issue_code(server, ["xiang"]))

        def sleep(seconds: float) -> None:
            waited.append(seconds)
            time.sleep(seconds)

        with HttpCarrier(thread.url, None, sleep=sleep) as carrier:
            carrier(laptop.message())
            carrier(laptop.message())
    assert waited == [3]


def test_a_long_wait_is_told_to_people(server: OpenServer) -> None:
    limits = replace(LIMITS, exchange=Rate(1, 90.0))
    with ServerThread(server, limits=limits) as thread:
        laptop = Stranger(thread.url)
        laptop.enrol(admin.issue_code(server, ["xiang"]))
        with HttpCarrier(thread.url, None) as carrier:
            carrier(laptop.message())
            with pytest.raises(problems.TooMany, match="请过 2 分钟再试一次。本机的数据都已保存"):
                carrier(laptop.message())
