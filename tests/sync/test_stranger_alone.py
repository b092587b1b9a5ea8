"""A client made from docs/sync-protocol.md alone: plain lists and bytes, none of our modules.

The township's side (``server``, ``url``, the code) is real; only the test that starts it knows it.
"""

import hmac
import os
from hashlib import sha256
from typing import Any

import httpx
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec.msgpack import decode, encode

from sync.server import admin, folder
from tests.pictures import jpeg
from tests.sync.holding import Held, Holding
from tests.sync.sample import OTHER_ZONE, XIANG, ZONE

TYPE = "application/vnd.lianxinqiao.message"
BUCKET = f"{ZONE.hex()}/i"


def u64(number: int) -> bytes:
    return number.to_bytes(8, "big")


def packed(message: Any) -> bytes:
    return zstandard.ZstdCompressor().compress(encode(message))


def unpacked(body: bytes) -> Any:
    return decode(zstandard.ZstdDecompressor().decompress(body))


class Alone:
    """State of section 7, as far as one session needs it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = Ed25519PrivateKey.generate()
        self.dseq, self.hash = 0, bytes(32)
        self.township = self.public = b""
        self.device = 0
        self.authors: list[bytes] = []
        self.cursors: dict[str, int] = {}
        self.holding = Holding()

    def post(self, where: str, message: Any) -> Any:
        answer = httpx.post(
            f"{self.url}/v1/{where}", content=encode(message), headers={"content-type": TYPE}
        )
        assert (answer.status_code, answer.headers["content-type"]) == (200, TYPE), answer.text
        return decode(answer.content)

    def enrol(self, typed: str) -> None:
        """Section 8."""
        code = typed.replace("-", "")
        key = hmac.digest(b"lianxinqiao code 1", code.encode("ascii"), "sha256")
        nonce = os.urandom(16)
        signing = self.key.public_key().public_bytes_raw()
        sealing = X25519PrivateKey.generate().public_key().public_bytes_raw()
        body = packed([1, code[:4], nonce, signing, sealing, "别处的程序"])
        proof = hmac.digest(key, b"ask\n" + nonce + sha256(body).digest(), "sha256")
        body, proof = self.post("enrol", [body, proof])
        assert proof == hmac.digest(key, b"answer\n" + nonce + sha256(body).digest(), "sha256")
        enrolled = unpacked(body)
        self.township, _, self.public, _, self.device = enrolled[:5]
        _, buckets, self.authors = enrolled[7]
        self.cursors = dict.fromkeys(buckets, 0)

    def changeset(self, *ops: list[Any]) -> list[Any]:
        """Section 6: bytes made once, hung on the chain."""
        self.dseq += 1
        header = encode([1, self.device, 1, self.dseq, self.authors[0], 0, len(ops)])
        made = [encode(op) for op in ops]
        parts = b"".join(sha256(data).digest() for data in (header, *made))
        self.hash = sha256(self.hash + parts).digest()
        self.holding.own[self.dseq] = [header, made]
        return [header, made]

    def exchange(self, *changesets: list[Any]) -> Any:
        """Section 9."""
        text = b"lianxinqiao chain 1\n" + self.township
        text += u64(self.device) + u64(1) + u64(self.dseq) + self.hash
        signature = self.key.sign(text) if changesets else b""
        return self._send([changesets, signature, self.cursors, 1 << 20, b""])

    def pictures(self, offers: list[bytes], parts: list[Any], wants: list[Any]) -> Any:
        """Section 9.11: after the records; no snapshots, no epoch, no decisions heard."""
        files = [offers, parts, wants]
        return self._send([[], b"", None, 1 << 20, b"", 0, None, b"", 0, 1, files])[12]

    def _send(self, rest: list[Any]) -> Any:
        body = packed([[1, self.dseq, self.hash], *rest])
        signature = self.key.sign(self._text(self.device, body))
        reply = self.post("exchange", [1, self.township, self.device, signature, body])
        protocol, township, sender, signature, answer = reply
        assert (protocol, township, sender) == (1, self.township, 0)
        key = Ed25519PublicKey.from_public_bytes(self.public)
        key.verify(signature, self._text(0, answer))
        found = unpacked(answer)
        assert found[0] == sha256(body).digest()
        if found[5] is not None:
            self.holding.take(found[5], self.cursors)
            self.cursors.update(found[5][2])
        return found

    def _text(self, sender: int, body: bytes) -> bytes:
        return b"lianxinqiao message 1\n" + self.township + u64(sender) + body


def test_the_document_is_enough(server: folder.OpenServer, url: str) -> None:
    one, two = Alone(url), Alone(url)
    for laptop in (one, two):
        laptop.enrol(admin.issue_code(server, ["xiang"]))
    assert one.authors == [XIANG]

    home = os.urandom(16)
    new = {"away": 0, "no": "龙马溪-2-017", "zone_id": ZONE}
    answer = one.exchange(one.changeset(["household", home, "insert", BUCKET, new]))
    assert [verdict[:2] for verdict in answer[4]] == [[1, "applied"]]
    assert [run[1:3] for run in answer[5][1]] == [[1, 1]], "own work comes back as a run"

    (entry,) = [e for e in two.exchange()[5][0] if decode(e[1])[1] == one.device]
    assert decode(entry[2][0]) == ["household", home, "insert", BUCKET, new]

    base = f"{one.device}.1.1.0"
    edits = ({"phone": ["12345678901", base]}, {"phone": ["12345678902", base]})
    statuses = [
        laptop.exchange(laptop.changeset(["household", home, "set", BUCKET, edit]))[4][0][1]
        for laptop, edit in zip((one, two), edits, strict=True)
    ]
    assert statuses == ["applied", "conflict"]
    ops = [decode(op) for entry in one.exchange()[5][0] for op in entry[2]]
    (conflict,) = [op for op in ops if op[0] == "conflict"]
    assert (conflict[3], conflict[4]["target_id"]) == (BUCKET, home)
    assert decode(conflict[4]["other_value"]) == "12345678902"

    seen = encode([base, {"phone": f"{one.device}.1.2.0"}])
    delete = one.changeset(["household", home, "delete", BUCKET, {"seen": seen}])
    assert one.exchange(delete)[4][0][1] == "applied"
    assert two.exchange()[5][4] is False


def test_it_is_enough_for_pictures(server: folder.OpenServer, url: str) -> None:
    one, two = Alone(url), Alone(url)
    for laptop in (one, two):
        laptop.enrol(admin.issue_code(server, ["xiang"]))
    data, photo, bucket = jpeg(200_000), os.urandom(16), f"{ZONE.hex()}/r"
    new = {"zone_id": ZONE, "sha256": sha256(data).hexdigest(), "size": len(data)}
    one.exchange(one.changeset(["attachment", photo, "insert", bucket, new]))

    assert one.pictures([photo], [], []) == [[[photo, 0, False, None]], []]
    assert two.pictures([], [], [[photo, 0]]) == [[], [[photo, 0, b""]]]
    piece = 131_072
    halves = [[photo, 0, data[:piece]], [photo, piece, data[piece:]]]
    assert one.pictures([], halves[1:], []) == [[[photo, 0, False, None]], []], "out of order"
    assert one.pictures([], halves[:1], []) == [[[photo, piece, False, None]], []]
    assert one.pictures([], halves[:1], []) == [[[photo, piece, False, None]], []], "again"
    assert one.pictures([], halves[1:], []) == [[[photo, len(data), True, None]], []]

    came = b""
    while len(came) < len(data):
        _, [[record, at, fresh]] = two.pictures([], [], [[photo, len(came)]])
        assert (record, at) == (photo, len(came)) and 0 < len(fresh) <= piece
        came += fresh
    assert sha256(came).hexdigest() == new["sha256"]


def test_it_is_enough_for_moves(server: folder.OpenServer, url: str) -> None:
    """A household that moves leaves one client, comes to another, and stays with a third."""
    zones = {"mover": [ZONE, OTHER_ZONE], "old": [ZONE], "new": [OTHER_ZONE]}
    clients = {name: Alone(url) for name in zones}
    for name, laptop in clients.items():
        laptop.enrol(admin.issue_code(server, ["xiang"], zones[name]))
    mover, old, new = clients.values()

    home, person, group = os.urandom(16), os.urandom(16), os.urandom(16)
    house = {"group_id": os.urandom(16), "no": "龙马溪-2-017", "zone_id": ZONE}
    someone = {"household_id": home, "name": "王大明", "zone_id": ZONE}
    made = [["household", home, "insert", BUCKET, house]]
    made.append(["person", person, "insert", BUCKET, someone])
    assert mover.exchange(mover.changeset(*made))[4][0][1] == "applied"
    old.exchange()
    edit = {"phone": ["12345678901", f"{mover.device}.1.1.1"]}
    assert (
        old.exchange(old.changeset(["person", person, "set", BUCKET, edit]))[4][0][1] == "applied"
    )
    mover.exchange()
    assert set(old.holding.records) == set(mover.holding.records) > {("person", person)}
    assert ("person", person) not in new.holding.records

    base = f"{mover.device}.1.1.0"
    moves = {"group_id": [group, base], "zone_id": [OTHER_ZONE, base]}
    answer = mover.exchange(mover.changeset(["household", home, "move", BUCKET, moves]))
    assert [verdict[1] for verdict in answer[4]] == ["applied"]
    old.exchange()
    new.exchange()

    there, op_id = f"{OTHER_ZONE.hex()}/i", f"{mover.device}.1.2.0"
    moved = Held(
        there,
        {**house, "group_id": group, "zone_id": OTHER_ZONE},
        base,
        {"group_id": op_id, "zone_id": op_id},
    )
    along = Held(
        there,
        {**someone, "phone": "12345678901", "zone_id": OTHER_ZONE},
        f"{mover.device}.1.1.1",
        {"phone": f"{old.device}.1.1.0"},
    )
    for laptop in (mover, new):
        assert laptop.holding.records["household", home] == moved
        assert laptop.holding.records["person", person] == along
    assert not {("household", home), ("person", person)} & old.holding.records.keys()
