"""A laptop written from the messages alone: what a stranger's client would do."""

import os
import ssl
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync import chain, wire
from sync.wire import Answer, ChainHead, Enrol, Enrolled, Request, Sealed
from tests.sync.holding import Holding
from township.changes import GENESIS, SCHEMA, Changeset, Header, Op, encode
from township.storage.file_pages import Files

HEADERS = {"content-type": wire.CONTENT_TYPE}
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For plain HTTP: to read the world's authorities would take longer than the request."""


@dataclass
class Stranger:
    """One laptop: its keys, its chain, and how far it has pulled."""

    url: str
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    enrolled: Enrolled | None = None
    head: ChainHead = field(default_factory=lambda: ChainHead(1, 0, GENESIS))
    cursors: dict[str, int] = field(default_factory=dict)
    holding: Holding = field(default_factory=Holding)

    def enrol(self, code: str) -> Enrolled:
        code = wire.tidy_code(code)
        nonce = os.urandom(16)
        sealing = X25519PrivateKey.generate().public_key().public_bytes_raw()
        public = self.key.public_key().public_bytes_raw()
        body = wire.pack(Enrol(wire.PROTOCOL, code[:4], nonce, public, sealing, "笔记本"))
        proof = chain.code_proof(chain.code_key(code), "ask", nonce, body)
        answer = self.post("enrol", msgspec.msgpack.encode(Sealed(body, proof)))
        answer.raise_for_status()
        sealed = msgspec.msgpack.decode(answer.content, type=Sealed)
        expected = chain.code_proof(chain.code_key(code), "answer", nonce, sealed.body)
        assert sealed.proof == expected
        self.enrolled = wire.unpack(sealed.body, Enrolled)
        self.cursors = dict.fromkeys(self.enrolled.scope.buckets, 0)
        return self.enrolled

    def post(self, where: str, content: bytes) -> httpx.Response:
        url, trust = f"{self.url}/v1/{where}", NO_CERTIFICATES
        return httpx.post(url, content=content, headers=HEADERS, timeout=20, verify=trust)

    def changeset(self, *ops: Op, author: bytes, after: ChainHead | None = None) -> Changeset:
        assert self.enrolled is not None
        head = after or self.head
        header = Header(
            SCHEMA, self.enrolled.device, 1, head.dseq + 1, author, 1_777_000_000_000, len(ops)
        )
        return Changeset(encode(header), [encode(op) for op in ops])

    def grow(self, changeset: Changeset) -> None:
        self.head = ChainHead(1, self.head.dseq + 1, changeset.hash(self.head.hash))
        self.holding.own[self.head.dseq] = [changeset.header, list(changeset.ops)]

    def message(self, *changesets: Changeset, key: Ed25519PrivateKey | None = None) -> bytes:
        assert self.enrolled is not None
        township, number = self.enrolled.township, self.enrolled.device
        signature = b""
        if changesets:
            text = chain.head_bytes(township, number, 1, self.head.dseq, self.head.hash)
            signature = (key or self.key).sign(text)
        request = Request(self.head, list(changesets), signature, self.cursors, wire.MAX_PAGE, b"")
        return wire.parcel(chain.seal(self.key, township, number, wire.pack(request)))

    def about_files(self, files: Files) -> bytes:
        """A message that speaks of pictures only."""
        assert self.enrolled is not None
        request = Request(self.head, [], b"", None, wire.MAX_PAGE, b"", files=files)
        body = wire.pack(request)
        return wire.parcel(chain.seal(self.key, self.enrolled.township, self.enrolled.device, body))

    def send(self, message: bytes) -> Answer:
        assert self.enrolled is not None
        response = self.post("exchange", message)
        assert response.status_code == 200, response.text
        envelope = wire.open_envelope(response.content)
        chain.check_envelope(envelope, self.enrolled.township_public)
        answer = wire.unpack(envelope.body, Answer)
        if answer.page is not None:
            page = msgspec.msgpack.decode(msgspec.msgpack.encode(answer.page))
            self.holding.take(page, self.cursors)
            self.cursors.update(answer.page.cursors)
        return answer

    def push(self, *ops: Op, author: bytes) -> Answer:
        changeset = self.changeset(*ops, author=author)
        self.grow(changeset)
        return self.send(self.message(changeset))


def household(zone: bytes, record: bytes, **fields: Any) -> Op:
    values = {"zone_id": zone, "no": "龙马溪-2-017", "group_id": bytes(16), **fields}
    return Op("household", record, "insert", f"{zone.hex()}/i", values)


def edit(zone: bytes, record: bytes, name: str, value: Any, base: str) -> Op:
    return Op("household", record, "set", f"{zone.hex()}/i", {name: [value, base]})
