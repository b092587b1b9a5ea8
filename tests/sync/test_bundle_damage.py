"""Files that are not what they should be: refused with a reason, and nothing is changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from sync import bundle, chain, wire
from sync.bundle import BadBundle
from sync.server import folder, tables
from sync.server.folder import OpenServer
from sync.server.log import Log
from sync.server.office import Office
from sync.server.running import ServerThread
from sync.server.stick import answer_outbox
from sync.wire import Envelope
from tests.sync.laptops import Laptop, enrolled, snapshot
from tests.sync.sample import office_changeset
from tests.sync.sticks import back, out
from tests.sync.test_laptops import add, home
from township.storage import sealing


@dataclass
class World:
    """A township with two laptops, an outbox and its answer, and a second township."""

    server: OpenServer
    laptop: Laptop
    other: Laptop
    abroad: OpenServer
    stick: Path
    outbox: bytes
    answer: bytes

    @property
    def laptop_key(self) -> bytes:
        return X25519PrivateKey.from_private_bytes(sealing_key(self.laptop)).private_bytes_raw()

    def state(self) -> object:
        with self.server.service.store.reading() as connection:
            log = list(Log(connection, self.server.service.township_id).walk())
            chains = connection.execute(select(tables.chain)).all()
        replica = self.laptop.replica
        return log, chains, snapshot(self.laptop), self.laptop.states(), replica.cursors()


def sealing_key(laptop: Laptop) -> bytes:
    from township.storage.letters import Letters

    return Letters(laptop.database).sealing_key()


def public(private: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def township(path: Path, name: str) -> OpenServer:
    folder.init(path, name)
    server = folder.open_server(path)
    office = Office(server)
    office.load([office_changeset(office)])
    return server


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    path = tmp_path_factory.mktemp("bundles")
    server, abroad = township(path / "server", "屈原镇"), township(path / "abroad", "邻镇")
    with ServerThread(server) as thread:
        laptop = enrolled(server, thread.url, path / "one", "xiang")
        other = enrolled(server, thread.url, path / "two", "tan")
    add(laptop, home())
    stick = path / "stick"
    stick.mkdir()
    sent = out(laptop, stick).path
    twin = path / "twin"  # the answer is made by a copy: the township must still take the outbox
    shutil.copytree(path / "server", twin)
    copy = folder.open_server(twin)
    answer = answer_outbox(copy, sent, stick).path
    copy.close()
    yield World(server, laptop, other, abroad, stick, sent.read_bytes(), answer.read_bytes())
    for opened in (laptop, other):
        opened.database.close()
    server.close()
    abroad.close()


def township_key(world: World) -> bytes:
    return world.server.folder.sealing_key.read_bytes()


def laptop_refuses(world: World, data: bytes) -> str:
    path, before = world.stick / "in.lxq", world.state()
    path.write_bytes(data)
    with pytest.raises(BadBundle) as told:
        back(world.laptop, path)
    assert world.state() == before
    return told.value.code


def township_refuses(world: World, data: bytes) -> str:
    path, before = world.stick / "in.lxq", world.state()
    path.write_bytes(data)
    with pytest.raises(BadBundle) as told:
        answer_outbox(world.server, path, world.stick / "none.lxq")
    assert world.state() == before
    assert not (world.stick / "none.lxq").exists()
    assert "。" in str(told.value)
    return told.value.code


DAMAGE: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("empty", lambda data: data[:0], "not_a_bundle"),
    ("another file", lambda data: b"%PDF-1.7\n" + data, "not_a_bundle"),
    ("half the first line", lambda data: data[:12], "not_a_bundle"),
    ("first line only", lambda data: data[: data.index(b"\n") + 1], "damaged"),
    ("a later version", lambda data: data.replace(b"bundle 1 ", b"bundle 2 ", 1), "version"),
    ("cut in the header", lambda data: data[:100], "damaged"),
    ("cut in the middle", lambda data: data[: len(data) // 2], "damaged"),
    ("last byte lost", lambda data: data[:-1], "damaged"),
    ("something behind", lambda data: data + b"\0", "damaged"),
    ("twice", lambda data: data + data, "damaged"),
    ("zeros at the end", lambda data: data[:-200] + bytes(200), "damaged"),
    ("a block lost", lambda data: data[:400] + data[500:], "damaged"),
    ("not age", lambda data: data[: data.index(b"\n") + 1] + bytes(1000), "damaged"),
]


@pytest.mark.parametrize(("damage", "code"), [d[1:] for d in DAMAGE], ids=[d[0] for d in DAMAGE])
def test_damaged_files(world: World, damage: Callable[[bytes], bytes], code: str) -> None:
    assert laptop_refuses(world, damage(world.answer)) == code
    assert township_refuses(world, damage(world.outbox)) == code


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_flipped_bits(world: World, data: st.DataObject) -> None:
    """Checked where bytes are judged, before any database is asked."""
    whole, direction, key = data.draw(
        st.sampled_from(
            [
                (world.outbox, "outbox", township_key(world)),
                (world.answer, "answer", world.laptop_key),
            ]
        )
    )
    flips = data.draw(
        st.lists(
            st.tuples(st.integers(0, len(whole) - 1), st.integers(1, 255)),
            min_size=1,
            max_size=4,
            unique_by=lambda flip: flip[0],
        )
    )
    changed = bytearray(whole)
    for place, mask in flips:
        changed[place] ^= mask
    with pytest.raises(BadBundle):
        bundle.unseal(direction, bytes(changed), key)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(tail=st.binary(max_size=300), keep=st.integers(0, 400))
def test_any_tail(world: World, tail: bytes, keep: int) -> None:
    if not world.answer.startswith(changed := world.answer[:keep] + tail):
        with pytest.raises(BadBundle):
            bundle.unseal("answer", changed, world.laptop_key)


def test_every_single_bit_of_the_readable_part(world: World) -> None:
    for place in range(world.outbox.index(b"\n---") + 60):
        changed = bytearray(world.outbox)
        changed[place] ^= 1
        with pytest.raises(BadBundle):
            bundle.unseal("outbox", bytes(changed), township_key(world))


def test_the_wrong_way_round(world: World) -> None:
    assert laptop_refuses(world, world.outbox) == "is_outbox"
    assert township_refuses(world, world.answer) == "is_answer"
    swapped = world.answer.replace(bundle.ANSWER, bundle.OUTBOX, 1)
    assert township_refuses(world, swapped) == "not_ours"


def test_of_another_laptop_or_township(world: World) -> None:
    path = world.stick / "foreign.lxq"
    path.write_bytes(world.answer)
    with pytest.raises(BadBundle, match="不是给这里的"):
        back(world.other, path)
    path.write_bytes(world.outbox)
    with pytest.raises(BadBundle, match="不是给这里的"):
        answer_outbox(world.abroad, path, world.stick)


def answers(world: World) -> list[bytes]:
    return bundle.unseal("answer", world.answer, world.laptop_key)


def for_laptop(world: World, *messages: bytes) -> bytes:
    return bundle.seal("answer", list(messages), public(world.laptop_key))


def signed(world: World, message: bytes, **changed: object) -> bytes:
    """The same envelope with other fields, properly signed by the township."""
    envelope = msgspec.structs.replace(wire.open_envelope(message), **changed)
    key = world.server.service.key
    return wire.parcel(chain.seal(key, envelope.township, envelope.sender, envelope.body))


def test_answers_that_the_township_did_not_write_for_this_laptop(world: World) -> None:
    (message,) = answers(world)
    envelope = wire.open_envelope(message)
    stranger = Ed25519PrivateKey.generate()
    forged = wire.parcel(chain.seal(stranger, envelope.township, 0, envelope.body))
    plain = wire.pack(msgspec.structs.replace(body_of(message), request=bytes(32)))
    bomb = zstandard.ZstdCompressor().compress(bytes(wire.MAX_PLAIN + 1))
    cases = {
        "foreign": [
            forged,
            signed(world, message, township=bytes(16)),
            signed(world, message, sender=2),
            signed(world, message, body=b"not zstd"),
            signed(world, message, body=bomb),
            wire.parcel(Envelope(2, *(getattr(envelope, n) for n in ENVELOPE_REST))),
            b"\x90",
            bytes(wire.MAX_BODY + 1),
        ],
        "unasked": [signed(world, message, body=plain)],
    }
    for code, messages in cases.items():
        for wrong in messages:
            assert laptop_refuses(world, for_laptop(world, wrong)) == code
            if code == "foreign":
                assert laptop_refuses(world, for_laptop(world, message, wrong)) == code


ENVELOPE_REST = ("township", "sender", "signature", "body")


def body_of(message: bytes) -> wire.Answer:
    return wire.unpack(wire.open_envelope(message).body, wire.Answer)


def test_what_was_sealed_must_be_a_bundle(world: World) -> None:
    for content in (
        b"",
        b"\x90",
        b"\x91\x90",
        b"\x91\x91\xa1x",
        msgspec.msgpack.encode([[b"x"] * 1001]),
    ):
        sealed = bundle.ANSWER + sealing.seal(content, public(world.laptop_key))
        assert laptop_refuses(world, sealed) == "damaged"
        sealed = bundle.OUTBOX + sealing.seal(content, public(township_key(world)))
        assert township_refuses(world, sealed) == "damaged"


def test_outboxes_that_no_laptop_of_ours_wrote(world: World) -> None:
    (message,) = bundle.unseal("outbox", world.outbox, township_key(world))
    envelope = wire.open_envelope(message)
    bomb = zstandard.ZstdCompressor().compress(bytes(wire.MAX_PLAIN + 1))
    identity = world.laptop.replica.identity()
    key = Ed25519PrivateKey.from_private_bytes(identity.signing_key)

    def by_laptop(**changed: object) -> bytes:
        new = msgspec.structs.replace(envelope, **changed)
        return wire.parcel(chain.seal(key, new.township, new.sender, new.body))

    request = wire.unpack(envelope.body, wire.Request)
    other = by_other(world, request)
    cases = [
        ("signature", [wire.parcel(msgspec.structs.replace(envelope, signature=bytes(64)))]),
        ("signature", [by_laptop(sender=world.other.replica.identity().device)]),
        ("unknown_device", [by_laptop(sender=0)]),
        ("unknown_device", [by_laptop(sender=99)]),
        ("township", [by_laptop(township=bytes(16))]),
        ("too_large", [by_laptop(body=bomb)]),
        ("too_large", [message, bytes(wire.MAX_BODY + 1)]),
        ("compression", [message, by_laptop(body=b"x")]),
        ("malformed", [message, b"\x90"]),
        ("malformed", [message, other]),
        ("chain_signature", [by_laptop(body=wire.pack(without_signature(request)))]),
    ]
    for code, messages in cases:
        data = bundle.seal("outbox", messages, public(township_key(world)))
        assert township_refuses(world, data) == code


def without_signature(request: wire.Request) -> wire.Request:
    return msgspec.structs.replace(request, head_signature=bytes(64))


def by_other(world: World, request: wire.Request) -> bytes:
    identity = world.other.replica.identity()
    key = Ed25519PrivateKey.from_private_bytes(identity.signing_key)
    empty = msgspec.structs.replace(request, changesets=[], head_signature=b"")
    return wire.parcel(chain.seal(key, identity.township_id, identity.device, wire.pack(empty)))


def test_files_that_are_too_large(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MAX_BUNDLE", len(world.answer))
    assert laptop_refuses(world, world.answer + b"x") == "too_large"
    assert township_refuses(world, world.outbox + bytes(5000)) == "too_large"


def test_files_that_are_not_there(world: World) -> None:
    for path in (world.stick, world.stick / "missing.lxq"):
        with pytest.raises(BadBundle, match="U盘"):
            back(world.laptop, path)
        with pytest.raises(BadBundle, match="U盘"):
            answer_outbox(world.server, path, world.stick)


def test_a_stick_that_cannot_be_written_keeps_what_it_had(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = world.stick / "full.lxq"
    path.write_bytes(b"before")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(BadBundle, match="空间"):
            bundle.store(path, b"after")
    assert path.read_bytes() == b"before"
    assert not path.with_name("full.lxq.new").exists()
    with pytest.raises(BadBundle, match="空间"):
        bundle.store(world.stick / "no folder" / "x.lxq", b"after")


def test_no_text_of_anybody_is_readable(world: World) -> None:
    for data in (world.outbox, world.answer):
        for word in ("龙马溪", "xiang", "向美华", "屈原"):
            assert word.encode() not in data


def test_all_is_well_with_the_files_themselves(world: World) -> None:
    """Last, because it takes them: so the refusals above were about the changes alone."""
    path = world.stick / "good.lxq"
    path.write_bytes(world.outbox)
    assert answer_outbox(world.server, path, world.stick / "again.lxq").taken == 1
    path.write_bytes(world.answer)
    assert back(world.laptop, path).answered == 1
    assert laptop_refuses(world, world.answer) == "read_before"
