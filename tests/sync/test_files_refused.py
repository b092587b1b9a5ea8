"""Pictures that the township does not take or give, and answers that a laptop does not trust."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from sync import chain, wire
from sync.problems import SyncProblem
from sync.server import admin, tables
from sync.server.folder import OpenServer, open_server
from sync.wire import Answer
from tests.pictures import jpeg, segment
from tests.sync.laptops import Laptop
from tests.sync.pictures import (
    LARGE,
    Line,
    add_visit,
    at_server,
    kept,
    loose,
    photos,
    pieces_at_server,
)
from tests.sync.sample import HOME, OTHER_ZONE, TAN, XIANG, ZONE
from tests.sync.snapshots import enter
from tests.sync.stranger import Stranger
from township.changes import Op
from township.errors import DamagedDatabase
from township.records import new_id
from township.rules import photos as rules
from township.storage.file_pages import FilePart, Files, FileStand, FilesTold, FileWant

GOOD = jpeg(200_000)


@pytest.fixture
def stranger(server: OpenServer, url: str) -> Iterator[Stranger]:
    found = Stranger(url)
    found.enrol(admin.issue_code(server, ["xiang"]))
    yield found


def named(data: bytes, zone: bytes = ZONE, **fields: Any) -> Op:
    """The record of a picture."""
    values = {
        "zone_id": zone,
        "household_id": HOME,
        "visit_id": bytes(16),
        "sha256": sha256(data).hexdigest(),
        "size": len(data),
        "media_type": "image/jpeg",
        **fields,
    }
    return Op("attachment", new_id(), "insert", f"{zone.hex()}/r", values)


def put(stranger: Stranger, op: Op, data: bytes) -> FileStand:
    """Send all of a picture; what the township says of it at the end."""
    pieces = [
        FilePart(op.record, at, data[at : at + wire.MAX_PART])
        for at in range(0, len(data), wire.MAX_PART)
    ]
    for at in range(0, len(pieces), 2):
        told = stranger.send(stranger.about_files(Files([], pieces[at : at + 2], []))).files
        assert told is not None
    return told.stands[-1]


def get(stranger: Stranger, op: Op, at: int = 0) -> bytes:
    told = stranger.send(stranger.about_files(Files([], [], [FileWant(op.record, at)]))).files
    assert told is not None
    return told.parts[0].data


def test_the_right_bytes_are_taken_and_given(server: OpenServer, stranger: Stranger) -> None:
    op = named(GOOD)
    stranger.push(op, author=XIANG)
    assert put(stranger, op, GOOD) == FileStand(op.record, len(GOOD), True)
    assert get(stranger, op) + get(stranger, op, wire.MAX_PART) == GOOD
    assert get(stranger, op, len(GOOD)) == get(stranger, op, 10**9) == b""


@pytest.mark.parametrize(
    ("told", "sent"),
    [
        (GOOD, GOOD[:-3] + b"x\xff\xd9"),
        (GOOD, GOOD + b"more"),
        *((bad, bad) for bad in (b"no picture", GOOD[:-1])),
        *((bad, bad) for bad in (jpeg(9_000, extra=segment(0xE1, b"Exif\x00\x00GPS")),)),
        *((bad, bad) for bad in (jpeg(9_000, side=rules.LONGEST_SIDE + 1),)),
    ],
    ids=["other bytes", "more bytes", "no picture", "cut off", "exif", "too many pixels"],
)
def test_wrong_bytes_are_refused(
    server: OpenServer, stranger: Stranger, told: bytes, sent: bytes
) -> None:
    op = named(told)
    stranger.push(op, author=XIANG)
    assert put(stranger, op, sent) == FileStand(op.record, 0, False, "wrong")
    assert at_server(server) == {} and pieces_at_server(server) == 0
    assert get(stranger, op) == b""
    if told == GOOD:
        assert put(stranger, op, GOOD).whole


def test_pieces_out_of_order_change_nothing(server: OpenServer, stranger: Stranger) -> None:
    op = named(GOOD)
    stranger.push(op, author=XIANG)
    first, second = (
        FilePart(op.record, at, GOOD[at : at + wire.MAX_PART]) for at in (0, wire.MAX_PART)
    )
    for piece, have in ((second, 0), (first, len(first.data)), (first, len(first.data))):
        told = stranger.send(stranger.about_files(Files([], [piece], []))).files
        assert told is not None and told.stands == [FileStand(op.record, have)]
    message = stranger.about_files(Files([op.record], [second], []))
    for _ in range(2):
        told = stranger.send(message).files
        assert told is not None and all(stand.whole for stand in told.stands)


@pytest.mark.parametrize("size", [0, -1, rules.MOST_BYTES + 1, 2**40, None])
def test_a_record_may_not_promise_too_much(
    server: OpenServer, stranger: Stranger, size: int | None
) -> None:
    op = named(GOOD, size=size)
    stranger.push(op, author=XIANG)
    assert put(stranger, op, GOOD).refused == "too_large"
    assert pieces_at_server(server) == 0


@pytest.mark.parametrize("name", [None, "", "00", "../../etc/passwd", "G" * 64])
def test_a_record_without_a_name_of_bytes(
    server: OpenServer, stranger: Stranger, name: str | None
) -> None:
    op = named(GOOD, sha256=name)
    stranger.push(op, author=XIANG)
    assert put(stranger, op, GOOD).refused == "unknown"


def test_nothing_without_a_record(server: OpenServer, stranger: Stranger) -> None:
    op = named(GOOD)
    assert put(stranger, op, GOOD).refused == "unknown"
    enter(server, op)
    stranger.push(Op("attachment", op.record, "delete", op.bucket, {}), author=XIANG)
    assert put(stranger, op, GOOD).refused == "unknown"
    assert get(stranger, op) == b"" and pieces_at_server(server) == 0


def test_not_granted(server: OpenServer, url: str, stranger: Stranger, one: Laptop) -> None:
    theirs = named(GOOD, OTHER_ZONE)
    enter(server, theirs)
    assert put(stranger, theirs, GOOD).refused == "not_granted"
    tan = Stranger(url)
    tan.enrol(admin.issue_code(server, ["tan"]))
    mine = named(GOOD)
    tan.push(mine, author=TAN)
    assert put(tan, mine, GOOD).whole
    assert get(stranger, theirs) == b""
    assert get(stranger, mine) == GOOD[: wire.MAX_PART]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (Files([], [FilePart(bytes(16), 0, bytes(wire.MAX_PART + 1))], []), "malformed"),
        (Files([], [FilePart(bytes(16), 0, bytes(wire.MAX_PART))] * 3, []), "too_large"),
        (Files([bytes(16)] * (wire.MAX_FILES + 1), [], []), "malformed"),
        (Files([], [], [FileWant(bytes(15), 0)]), "malformed"),
        (Files([], [], [FileWant(bytes(16), -1)]), "malformed"),
    ],
)
def test_limits(stranger: Stranger, files: Files, code: str) -> None:
    answer = stranger.post("exchange", stranger.about_files(files))
    assert answer.status_code in (400, 413)
    assert answer.json()["type"].endswith(code)


def test_the_database_holds_no_plain_picture(server: OpenServer, stranger: Stranger) -> None:
    op = named(GOOD)
    stranger.push(op, author=XIANG)
    stranger.send(
        stranger.about_files(Files([], [FilePart(op.record, 0, GOOD[: wire.MAX_PART])], []))
    )
    with server.service.store.reading() as connection:
        (sealed,) = connection.scalars(select(tables.file_part.c.sealed))
    assert len(sealed) > wire.MAX_PART and GOOD[:8] not in sealed and GOOD[9000:9020] not in sealed
    put(stranger, op, GOOD)
    with server.service.store.reading() as connection:
        (sealed,) = connection.scalars(select(tables.file.c.sealed))
    assert GOOD[9000:9020] not in sealed
    assert server.folder.files_key.stat().st_mode & 0o777 == 0o600


def test_a_folder_without_the_key_is_told(server: OpenServer, tmp_path: Path) -> None:
    server.folder.files_key.unlink()
    with pytest.raises(DamagedDatabase, match=r"files\.key"):
        open_server(server.folder.path)


class _Spoilt(Line):
    """The township says something else of pictures."""

    spoil: Callable[[FilesTold], FilesTold | None]

    def __call__(self, message: bytes) -> bytes:
        given = super().__call__(message)
        answer = self.talk[-1][1]
        if answer.files is None:
            return given
        other: Answer = msgspec.structs.replace(answer, files=self.spoil(answer.files))
        service = self.server.service
        return wire.parcel(chain.seal(service.key, service.township_id, 0, wire.pack(other)))


def _other_bytes(told: FilesTold) -> FilesTold:
    parts = [FilePart(part.record, part.at, part.data[:-1] + b"\x00") for part in told.parts]
    return FilesTold(told.stands, parts)


def test_wrong_bytes_from_the_township_are_thrown_away(
    server: OpenServer, one: Laptop, two: Laptop
) -> None:
    visit = add_visit(one, jpeg(LARGE))
    one.sync(Line(server))
    line = _Spoilt(server)
    line.spoil = _other_bytes
    two.sync(line)
    assert [p.state for p in photos(two, visit)] == ["待下载"]
    assert kept(two) == {} and line.calls < 6
    two.sync(Line(server))
    assert kept(two) == kept(one)


def _other_stands(told: FilesTold) -> FilesTold:
    return FilesTold([FileStand(new_id(), 0, True)], [])


def _other_parts(told: FilesTold) -> FilesTold:
    return FilesTold(told.stands, [FilePart(new_id(), 0, b"x")])


@pytest.mark.parametrize("spoil", [_other_stands, _other_parts])
def test_answers_about_other_pictures_are_refused(
    server: OpenServer, one: Laptop, spoil: Callable[[FilesTold], FilesTold]
) -> None:
    add_visit(one, jpeg(LARGE))
    line = _Spoilt(server)
    line.spoil = spoil
    with pytest.raises(SyncProblem):
        one.sync(line)
    one.sync(Line(server))
    assert loose(one) == 0


@pytest.mark.parametrize("told", [None, FilesTold([], [])])
def test_a_township_without_pictures_ends_the_sync(
    server: OpenServer, one: Laptop, told: FilesTold | None
) -> None:
    visit = add_visit(one, jpeg(LARGE))
    line = _Spoilt(server)
    line.spoil = lambda _: told
    one.sync(line)
    assert set(one.states()) == {"applied"} and line.calls <= 3
    assert [p.state for p in photos(one, visit)] == ["待上传"]


def test_a_picture_that_is_never_taken_is_shown_and_not_sent_again(
    server: OpenServer, one: Laptop
) -> None:
    visit = add_visit(one, jpeg(1_000))
    line = _Spoilt(server)
    line.spoil = lambda told: FilesTold(
        [FileStand(stand.record, 0, False, "wrong") for stand in told.stands], told.parts
    )
    one.sync(line)
    assert [p.state for p in photos(one, visit)] == ["镇里未接收"]
    again = Line(server)
    one.sync(again)
    assert again.calls == 1 and again.talk[0][0].files is None
