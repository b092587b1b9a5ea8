"""What must not succeed: each is refused, changes nothing, and is noted at the server."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from sync import chain, wire
from sync.server import admin, folder, refusals, tables
from sync.wire import Request, Sealed
from tests.pictures import jpeg
from tests.sync.sample import HOME, OTHER_ZONE, TAN, XIANG, ZONE
from tests.sync.stranger import Stranger, edit, household
from tests.sync.test_files_refused import get, named, put
from township.changes import Op
from township.records import new_id
from township.storage.pages import ChunkName
from township.values import utc_now

SEALED = "sealed"


@dataclass
class Scene:
    """A laptop of one zone, one of another, and their server."""

    server: folder.OpenServer
    url: str
    mine: Stranger
    theirs: Stranger

    def noted(self) -> list[tuple[str, int | None]]:
        service = self.server.service
        rows = refusals.newest(service.store, service.township_id, 100)
        assert all(row.address == "127.0.0.1" and row.times == 1 for row in rows)
        return [(row.code, row.device) for row in rows]

    def standing(self) -> list[object]:
        """What a refused attempt must leave as it is."""
        with self.server.service.store.reading() as connection:
            return [
                connection.scalar(select(tables.township.c.head_seq)),
                *connection.execute(select(func.count()).select_from(tables.record)).one(),
                *connection.execute(select(func.count()).select_from(tables.device)).one(),
                connection.execute(select(tables.chain).order_by("device")).all(),
            ]


@pytest.fixture
def scene(server: folder.OpenServer, url: str) -> Scene:
    laptops = []
    for login, zone in (("xiang", ZONE), ("tan", OTHER_ZONE)):
        laptop = Stranger(url)
        laptop.enrol(admin.issue_code(server, [login], [zone]))
        laptops.append(laptop)
    laptops[1].push(household(OTHER_ZONE, HOME), author=TAN)
    return Scene(server, url, *laptops)


def number(laptop: Stranger) -> int:
    assert laptop.enrolled is not None
    return laptop.enrolled.device


def township(laptop: Stranger) -> bytes:
    assert laptop.enrolled is not None
    return laptop.enrolled.township


def signed(laptop: Stranger, request: Request, *, name: int | None = None) -> bytes:
    sender = number(laptop) if name is None else name
    return wire.parcel(chain.seal(laptop.key, township(laptop), sender, wire.pack(request)))


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


# Messages that are refused as a whole.


def unknown_sender(scene: Scene) -> bytes:
    return signed(scene.mine, Request(scene.mine.head, [], b"", {}, 1, b""), name=77)


def in_the_name_of_the_township(scene: Scene) -> bytes:
    return signed(scene.mine, Request(scene.mine.head, [], b"", {}, 1, b""), name=0)


def another_one_s_cursors(scene: Scene) -> bytes:
    """Signed by one laptop, sent in the name of another."""
    request = Request(scene.theirs.head, [], b"", scene.theirs.cursors, 1, b"")
    return signed(scene.mine, request, name=number(scene.theirs))


def another_one_s_signature(scene: Scene) -> bytes:
    """A right signature on another message than the one it was made for."""
    theirs = wire.open_envelope(scene.theirs.message())
    body = wire.pack(Request(scene.theirs.head, [], b"", {"township/i": 0}, 1, b""))
    return wire.parcel(msgspec.structs.replace(theirs, body=body))


def another_township(scene: Scene) -> bytes:
    body = wire.pack(Request(scene.mine.head, [], b"", {}, 1, b""))
    return wire.parcel(chain.seal(scene.mine.key, os.urandom(16), number(scene.mine), body))


def forged_chain(scene: Scene) -> bytes:
    changeset = scene.mine.changeset(household(ZONE, new_id()), author=XIANG)
    scene.mine.grow(changeset)
    return scene.mine.message(changeset, key=Ed25519PrivateKey.generate())


def replayed_chain_signature(scene: Scene) -> bytes:
    """The signature over one changeset on another one with the same number."""
    one, two = (scene.mine.changeset(household(ZONE, new_id()), author=XIANG) for _ in range(2))
    before = scene.mine.head
    scene.mine.grow(one)
    text = chain.head_bytes(township(scene.mine), number(scene.mine), 1, 1, scene.mine.head.hash)
    signature = scene.mine.key.sign(text)
    scene.mine.head = before
    scene.mine.grow(two)
    return signed(scene.mine, Request(scene.mine.head, [two], signature, None, 1, b""))


def changeset_of_another_laptop(scene: Scene) -> bytes:
    """Another laptop's changeset in one's own message."""
    stolen = scene.theirs.changeset(household(OTHER_ZONE, new_id()), author=TAN)
    scene.mine.grow(stolen)
    return scene.mine.message(stolen)


@pytest.mark.parametrize(
    ("make", "status", "code", "sender"),
    [
        (unknown_sender, 401, "unknown_device", lambda _: 77),
        (in_the_name_of_the_township, 401, "unknown_device", lambda _: 0),
        (another_one_s_cursors, 401, "signature", lambda scene: number(scene.theirs)),
        (another_one_s_signature, 401, "signature", lambda scene: number(scene.theirs)),
        (another_township, 404, "township", lambda scene: number(scene.mine)),
        (forged_chain, 400, "chain_signature", lambda scene: number(scene.mine)),
        (replayed_chain_signature, 400, "chain_signature", lambda scene: number(scene.mine)),
        (changeset_of_another_laptop, 400, "malformed", lambda scene: number(scene.mine)),
    ],
)
def test_a_false_message_is_refused_and_noted(
    scene: Scene,
    make: Callable[[Scene], bytes],
    status: int,
    code: str,
    sender: Callable[[Scene], int],
) -> None:
    before = scene.standing()
    answer = scene.mine.post("exchange", make(scene))
    assert code_of(answer) == (status, code)
    assert scene.standing() == before
    assert scene.noted() == [(code, sender(scene))]


def test_a_revoked_laptop_is_refused_and_noted(scene: Scene) -> None:
    admin.revoke(scene.server, number(scene.mine))
    before = scene.standing()
    changeset = scene.mine.changeset(household(ZONE, new_id()), author=XIANG)
    scene.mine.grow(changeset)
    answer = scene.mine.post("exchange", scene.mine.message(changeset))
    assert code_of(answer) == (403, "revoked")
    assert scene.standing() == before
    assert scene.noted() == [("revoked", number(scene.mine))]


# Changes that are kept, but not let in.


@pytest.mark.parametrize(
    ("op", "author", "reason"),
    [
        (household(OTHER_ZONE, new_id()), XIANG, "not_granted"),
        (edit(OTHER_ZONE, HOME, "phone", "110", "1.1.1.1"), XIANG, "not_granted"),
        (Op("household", HOME, "delete", f"{OTHER_ZONE.hex()}/i", {}), XIANG, "not_granted"),
        (edit(ZONE, HOME, "phone", "110", "1.1.1.1"), XIANG, None),
        (household(ZONE, new_id()), TAN, "author"),
        (Op("household", new_id(), "insert", f"{ZONE.hex()}/{SEALED}", {}), XIANG, "bucket"),
        (Op("household", new_id(), "insert", "township/i", {"zone_id": ZONE}), XIANG, "bucket"),
        (Op("note", new_id(), "insert", f"{ZONE.hex()}/x", {}), XIANG, "not_granted"),
        (Op("note", new_id(), "insert", "township/r", {}), XIANG, "not_granted"),
        (edit(ZONE, new_id(), "zone_id", OTHER_ZONE, "1.1.1.1"), XIANG, "zone_change"),
        (Op("conflict", new_id(), "insert", f"{ZONE.hex()}/i", {}), XIANG, "action"),
        (Op("admission", new_id(), "insert", "township/i", {}), XIANG, "action"),
        (
            Op(
                "situation",
                new_id(),
                "insert",
                f"{ZONE.hex()}/r",
                {"zone_id": ZONE, "situation_kind": "maternal"},
            ),
            XIANG,
            "forbidden",
        ),
    ],
    ids=range(13),
)
def test_a_change_beyond_one_s_place_changes_no_record(
    scene: Scene, op: Op, author: bytes, reason: str | None
) -> None:
    records = scene.standing()[1]
    theirs = state(scene, HOME)
    verdict = scene.mine.push(op, author=author).verdicts[0]
    assert verdict.status in ("quarantined", "rejected")
    assert scene.standing()[1] == records
    assert state(scene, HOME) == theirs
    assert scene.noted() == [(verdict.reason, number(scene.mine))]
    if reason:
        assert verdict.reason == reason


def state(scene: Scene, record: bytes) -> bytes | None:
    c = tables.record.c
    with scene.server.service.store.reading() as connection:
        return connection.scalar(select(c.state).where(c.id == record))


# Reading what is not one's own.


def test_other_buckets_give_nothing(scene: Scene) -> None:
    foreign = {f"{OTHER_ZONE.hex()}/i": 0, f"{OTHER_ZONE.hex()}/r": 0, "township/r": 0}
    chunks = [ChunkName(f"{OTHER_ZONE.hex()}/i", os.urandom(32))]
    for request in (
        Request(scene.mine.head, [], b"", foreign, wire.MAX_PAGE, b""),
        Request(scene.mine.head, [], b"", None, wire.MAX_PAGE, b"", chunks=chunks),
    ):
        answer = scene.mine.send(signed(scene.mine, request))
        assert answer.page is None or answer.page.entries == []
        assert answer.chunks in (None, [None])
        assert not answer.offers
    assert ("bucket", number(scene.mine)) in scene.noted()


def test_other_laptops_pictures_give_nothing(scene: Scene) -> None:
    data = jpeg(9_000)
    photo = named(data, OTHER_ZONE)
    scene.theirs.push(photo, author=TAN)
    assert put(scene.theirs, photo, data).whole
    assert get(scene.theirs, photo) == data
    assert get(scene.mine, photo) == b""
    assert scene.noted() == [("file", number(scene.mine))]


def test_an_old_message_again_gives_and_takes_nothing(scene: Scene) -> None:
    """Once its laptop has moved on; the very last one may be repeated, for broken lines."""
    changeset = scene.mine.changeset(household(ZONE, new_id()), author=XIANG)
    scene.mine.grow(changeset)
    old = scene.mine.message(changeset)
    assert scene.mine.send(old).verdicts[0].status == "applied"
    scene.mine.push(household(ZONE, new_id()), author=XIANG)
    before = scene.standing()
    answer = scene.mine.send(old)
    assert (answer.refused, answer.page, answer.scope) == ("fork", None, None)
    assert scene.standing() == before
    assert scene.noted() == [("fork", number(scene.mine))]


# Enrolment.


def enrolment(code: str, *, key: Ed25519PrivateKey | None = None) -> bytes:
    code = wire.tidy_code(code)
    public = (key or Ed25519PrivateKey.generate()).public_key().public_bytes_raw()
    nonce = os.urandom(16)
    body = wire.pack(wire.Enrol(wire.PROTOCOL, code[:4], nonce, public, os.urandom(32), "新"))
    proof = chain.code_proof(chain.code_key(code), "ask", nonce, body)
    return msgspec.msgpack.encode(Sealed(body, proof))


def reused(scene: Scene) -> bytes:
    code = admin.issue_code(scene.server, ["xiang"])
    Stranger(scene.url).enrol(code)
    return enrolment(code)


def expired(scene: Scene) -> bytes:
    code = admin.issue_code(scene.server, ["xiang"])
    late(scene)
    return enrolment(code)


def spent_and_expired(scene: Scene) -> bytes:
    """Even the laptop that spent it does not get the answer for ever."""
    code, laptop = admin.issue_code(scene.server, ["xiang"]), Stranger(scene.url)
    laptop.enrol(code)
    late(scene)
    return enrolment(code, key=laptop.key)


def of_a_revoked_laptop(scene: Scene) -> bytes:
    code, laptop = admin.issue_code(scene.server, ["xiang"]), Stranger(scene.url)
    laptop.enrol(code)
    admin.revoke(scene.server, number(laptop))
    return enrolment(code, key=laptop.key)


def made_up(scene: Scene) -> bytes:
    return enrolment("0000" * 5)


def only_the_open_part(scene: Scene) -> bytes:
    return enrolment(admin.issue_code(scene.server, ["xiang"])[:4] + "0" * 16)


def changed_on_the_way(scene: Scene) -> bytes:
    """Somebody in between puts in a key of his own."""
    sealed = msgspec.msgpack.decode(
        enrolment(admin.issue_code(scene.server, ["xiang"])), type=Sealed
    )
    asked = wire.unpack(sealed.body, wire.Enrol)
    body = wire.pack(msgspec.structs.replace(asked, signing_public=os.urandom(32)))
    return msgspec.msgpack.encode(Sealed(body, sealed.proof))


def late(scene: Scene) -> None:
    scene.server.service.clock = lambda: utc_now() + timedelta(days=4)


@pytest.mark.parametrize(
    ("make", "status", "code"),
    [
        (reused, 403, "code_used"),
        (expired, 403, "code_expired"),
        (spent_and_expired, 403, "code_expired"),
        (of_a_revoked_laptop, 403, "revoked"),
        (made_up, 403, "code"),
        (only_the_open_part, 403, "code"),
        (changed_on_the_way, 403, "code"),
    ],
)
def test_a_false_enrolment_is_refused_and_noted(
    scene: Scene, make: Callable[[Scene], bytes], status: int, code: str
) -> None:
    content = make(scene)
    before = scene.standing()
    assert code_of(scene.mine.post("enrol", content)) == (status, code)
    assert scene.standing() == before
    assert scene.noted() == [(code, None)]


# The note itself.


def test_knocking_cannot_fill_the_note(scene: Scene) -> None:
    service = scene.server.service
    now = [utc_now().replace(second=1)]
    note = refusals.Refusals(service.store, service.township_id, lambda: now[0])
    for sender in range(1000):
        for _ in range(3):
            note.note("signature", "10.0.0.1", sender)
    now[0] += timedelta(minutes=1)
    note.note("revoked", "10.0.0.2", 2**64 - 1)
    note.close()
    rows = refusals.newest(service.store, service.township_id, 100)[::-1]
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) == 2 * refusals.MOST_A_MINUTE + 2
    assert sum(row.times for row in rows) == 3001
    assert (rows[-1].code, rows[-1].device) == ("revoked", None)
    assert ("more", "", None, 980 * 3) in {
        (row.code, row.address, row.device, row.times) for row in rows
    }


def test_a_note_says_nothing_of_residents(scene: Scene) -> None:
    secret = "龙马溪李大爷"
    op = household(OTHER_ZONE, new_id(), address=secret)
    scene.mine.push(op, author=XIANG)
    service = scene.server.service
    (row,) = refusals.newest(service.store, service.township_id, 10)
    assert secret not in repr(row)
