"""Lines that break, servers that are away or somebody else's, and certificates."""

import http.server
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from sync import client, enrol, problems
from sync.http import HttpCarrier, _date, carrier_to
from sync.server import admin, folder
from sync.server.folder import OpenServer
from sync.server.running import ServerThread
from tests.sync.laptops import CHEAP, PASSWORD, Laptop, enrolled, overlay_rows, snapshot
from tests.sync.proxy import CuttingProxy
from tests.sync.sample import ZONE
from township.errors import WorldError
from township.records import Household, new_id
from township.storage.folder import LaptopFolder


@pytest.fixture
def database() -> None:
    """What carries messages does not know where the township keeps them."""


@pytest.fixture
def laptop(server: OpenServer, url: str, tmp_path: Path) -> Iterator[Laptop]:
    laptop = enrolled(server, url, tmp_path / "laptop", "xiang")
    yield laptop
    laptop.database.close()


def add_homes(laptop: Laptop, count: int) -> None:
    for number in range(count):
        with laptop.database.work(laptop.cadre) as work:
            work.add(
                Household(
                    id=new_id(), zone_id=ZONE, group_id=bytes(16), no=f"1-{number}", address="二组"
                )
            )
            work.commit()


def patient(url: str) -> HttpCarrier:
    return HttpCarrier(url, None, pauses=(0, 0, 0), sleep=lambda _: None)


@pytest.mark.parametrize(
    ("up", "down"),
    [([300, 600], []), ([], [20, 200]), ([0], [0]), ([800], [])],
    ids=["request cut", "answer cut", "nothing passes", "most of a body passes"],
)
def test_a_cut_line_costs_a_repetition_and_nothing_else(
    server: OpenServer, url: str, tmp_path: Path, laptop: Laptop, up: list[int], down: list[int]
) -> None:
    add_homes(laptop, 20)
    with CuttingProxy(url, up, down) as proxy, patient(proxy.url) as carrier:
        client.run(laptop.replica, carrier)
        assert proxy.connections > 1
    assert laptop.states() == ["applied"] * 20
    other = enrolled(server, url, tmp_path / "other", "xiang")
    other.sync()
    assert snapshot(other) == snapshot(laptop)
    assert overlay_rows(laptop) == 0
    other.database.close()


def test_a_server_away_leaves_the_work_for_later(laptop: Laptop) -> None:
    add_homes(laptop, 1)
    with patient("http://127.0.0.1:9") as carrier, pytest.raises(problems.ServerAway, match="网络"):
        client.run(laptop.replica, carrier)
    assert laptop.states() == ["pending"]
    laptop.sync()
    assert laptop.states() == ["applied"]


class Stranger(http.server.BaseHTTPRequestHandler):
    """Any web server, such as a hotel's login page."""

    body, kind, status = b"<html>login</html>", "text/html", 200

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(self.status)
        self.send_header("content-type", self.kind)
        self.send_header("content-length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:
        pass


MESSAGE = "application/vnd.lianxinqiao.message"
PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("kind", "body", "status", "problem"),
    [
        ("text/html", b"<html>login</html>", 200, problems.ServerNonsense),
        ("text/html", b"moved", 302, problems.ServerNonsense),
        ("text/html", b"oops", 500, problems.ServerNonsense),
        ("text/html", b"later", 503, problems.ServerAway),
        (MESSAGE, b"", 200, problems.ServerNonsense),
        (MESSAGE, b"\x95garbage", 200, problems.ServerNonsense),
        (PROBLEM, b"{", 400, problems.ServerNonsense),
        (PROBLEM, b'{"type": "about:blank"}', 400, problems.ServerNonsense),
        (PROBLEM, b'{"type": "urn:lianxinqiao:problem:revoked"}', 403, problems.Revoked),
        (PROBLEM, b'{"type": "urn:lianxinqiao:problem:protocol"}', 400, problems.Refused),
    ],
)
def test_what_is_not_the_township_is_told_apart(
    laptop: Laptop,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    body: bytes,
    status: int,
    problem: type[problems.SyncProblem],
) -> None:
    for name, value in (("kind", kind), ("body", body), ("status", status)):
        monkeypatch.setattr(Stranger, name, value)
    add_homes(laptop, 1)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        with (
            patient(f"http://127.0.0.1:{web.server_address[1]}") as carrier,
            pytest.raises(problem),
        ):
            client.run(laptop.replica, carrier)
        web.shutdown()
    assert laptop.states() == ["pending"]


def test_an_answer_to_another_request_is_refused(laptop: Laptop) -> None:
    kept: list[bytes] = []
    with carrier_to(laptop.replica.identity()) as real:

        def recording(message: bytes) -> bytes:
            kept.append(real(message))
            return kept[-1]

        client.run(laptop.replica, recording)
        add_homes(laptop, 1)
        with pytest.raises(problems.ServerNonsense):
            client.run(laptop.replica, lambda _: kept[0])
    assert laptop.states() == ["pending"]


@pytest.fixture
def secure(server: OpenServer) -> Iterator[str]:
    with ServerThread(server, encrypted=True) as thread:
        yield thread.url


def test_enrolment_pins_the_township_s_own_authority(
    server: OpenServer, secure: str, tmp_path: Path
) -> None:
    laptop = enrolled(server, secure, tmp_path / "secure", "xiang")
    identity = laptop.replica.identity()
    assert (identity.server_ca or "").startswith("-----BEGIN CERTIFICATE")
    assert laptop.sync().round_trips == 1
    folder.init(tmp_path / "false server", "屈原镇")
    other = folder.open_server(tmp_path / "false server")
    with ServerThread(other, encrypted=True) as thread:
        wrong = HttpCarrier(thread.url, identity.server_ca, pauses=())
        with wrong, pytest.raises(problems.WrongCertificate, match="证书"):
            client.run(laptop.replica, wrong)
    other.close()
    laptop.database.close()


def test_a_man_in_the_middle_of_enrolment_is_found_out(
    server: OpenServer, url: str, tmp_path: Path
) -> None:
    code = admin.issue_code(server, ["xiang"])
    folder.init(tmp_path / "false server", "屈原镇")
    other = folder.open_server(tmp_path / "false server")
    target = LaptopFolder(tmp_path / "laptop")
    with ServerThread(other) as thread, pytest.raises(problems.CodeRefused):
        enrol.enrol(target, thread.url, code, PASSWORD, cost=CHEAP)
    other.close()

    def forging(message: bytes) -> bytes:
        with patient(url) as carrier:
            answer = bytearray(carrier.enrol(message))
        answer[len(answer) // 2] ^= 1
        return bytes(answer)

    with pytest.raises(problems.ServerNonsense):
        enrol.ask(forging, code, url)
    assert not target.enrolled()
    assert not target.keyring.exists()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.168.1.10:8443", "https://192.168.1.10:8443"),
        ("https://xz.example:8443/", "https://xz.example:8443"),
        ("http://127.0.0.1:80", "http://127.0.0.1:80"),
        ("http://192.168.1.10", None),
        ("ftp://192.168.1.10", None),
        ("https://", None),
    ],
)
def test_addresses(address: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(WorldError):
            enrol.server_address(address)
    else:
        assert enrol.server_address(address) == expected


def test_enrolment_says_what_is_wrong(server: OpenServer, url: str, tmp_path: Path) -> None:
    target = LaptopFolder(tmp_path / "laptop")
    for code, password, words in (
        ("ABC", PASSWORD, "登记码"),
        ("A" * 20, PASSWORD, "登记码"),
        (admin.issue_code(server, ["xiang"]), "short", "密码"),
    ):
        with pytest.raises(WorldError, match=words):
            enrol.enrol(target, url, code, password, cost=CHEAP)
        assert not target.enrolled()


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("Fri, 27 Nov 2026 20:00:00 GMT", datetime(2026, 11, 27, 20, tzinfo=UTC)),
        ("Fri, 27 Nov 2026 20:00:00 -0000", None),  # of no place: it cannot be compared
        ("Fri, 99 Nov 2026 20:00:00 GMT", None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_the_time_in_an_answer(told: str, expected: datetime | None) -> None:
    assert _date(httpx.Response(200, headers={"date": told})) == expected
    assert _date(httpx.Response(200)) is None
