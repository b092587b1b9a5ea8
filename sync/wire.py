"""Messages between a laptop and the township: their structs, bytes and limits.

A message is ``Envelope``: who speaks, a signature, and a zstd frame with a msgpack body. The
same bytes travel over HTTP and on a stick. Decoding checks sizes before it allocates and the
signature before it decompresses; whatever is wrong raises ``BadMessage``.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec
import zstandard
from msgspec import Meta

from township.changes import MAX_CHANGESET, MAX_OP, Changeset
from township.storage.file_pages import MAX_FILE_BYTES, Files, FilesTold
from township.storage.file_pages import MAX_FILES as MAX_FILES  # limits of the wire too
from township.storage.file_pages import MAX_PART as MAX_PART
from township.storage.pages import (
    BucketName,
    ChunkName,
    Count,
    Hash,
    Id,
    Offer,
    Page,
    Scope,
    Verdict,
)

PROTOCOL = 1
"""Grows when messages change in a way that older programs cannot read."""

CONTENT_TYPE = "application/vnd.lianxinqiao.message"

MAX_BODY = 4 << 20
"""Bytes of a whole message as sent."""
MAX_PLAIN = 16 << 20
"""Bytes of a body after decompression."""
MAX_CHANGESETS = 10_000
MAX_OPS = 20_000
"""Operations of all changesets in one message."""
MAX_HEADER = 256
MAX_PAGE = 2 << 20
"""The most bytes of operations a laptop may ask for in one page."""
MAX_CHUNKS = 256
"""Parts of snapshots that one message may ask for."""
MAX_GIVEN = 3_500_000
"""Bytes of such parts in one answer, which holds fewer than asked for rather than more."""
COMPRESSION_LEVEL = 3

CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Of one-time codes; Crockford's: no letters that look like digits."""
CODE_LENGTH = 20
CODE_ID_LENGTH = 4
"""Leading characters that name a code and are not secret; 80 secret bits follow."""

REASONS: dict[str, str] = {
    "unreadable": "内容无法读取",
    "author": "填写人不能在本机上报",
    "not_granted": "本机没有这个责任区的权限",
    "not_permitted": "填写人的角色不能这样填写或修改这类记录",
    "bucket": "内容与责任区不符",
    "value": "有字段的内容不合规定",
    "unknown_record": "原记录不在镇服务器上",
    "record_exists": "同一编号的记录已经存在",
    "zone_change": "责任区不能在本机改动",
    "action": "本程序不认识的操作",
    "forbidden": "这类内容不得保存",
    "erased": "内容已依法彻底删除，不能恢复",
}
"""Why a changeset was quarantined or rejected: code → text for people."""


class BadMessage(Exception):
    """A message that breaks the protocol; ``code`` names how. Nothing was changed by it.

    ``again``: seconds after which the same may be tried. ``sender`` is the device that the
    message names, true or not, as far as it was read.
    """

    def __init__(self, code: str, detail: str = "", *, again: int = 0) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.again = again
        self.sender: int | None = None


class Envelope(msgspec.Struct, array_like=True, frozen=True):
    """``sender`` is a device number, 0 for the township itself; see ``chain.envelope_bytes``."""

    protocol: int
    township: Id
    sender: Count
    signature: Annotated[bytes, Meta(min_length=64, max_length=64)]
    body: bytes


class ChainHead(msgspec.Struct, array_like=True, frozen=True):
    """Where a device's chain stands: ``hash`` is that of changeset ``dseq`` (0: none yet)."""

    incarnation: Count
    dseq: Count
    hash: Hash


class Request(msgspec.Struct, array_like=True, frozen=True):
    """A laptop's turn: whole changesets in order, and how far it has pulled.

    ``own`` is the head of the laptop's own chain, sent or not. ``head_signature`` signs the
    hash of the last changeset here. ``cursors`` None asks for no page; ``scope`` is the mark
    of the last scope that the laptop applied; ``history`` the size of the log at the last
    checkpoint that it holds. ``chunks`` are the parts of snapshots that it wants now; None: it
    wants no snapshots, and none shall be offered. ``epoch`` is the one that cursors, history
    and answered work belong to; empty before the first is known. ``heard``: decisions about its
    quarantined work are known up to this number of the log. ``schema``: the newest record
    schema that this program understands; 0: it does not say. ``files`` are pictures to go and
    to come.
    """

    own: ChainHead
    changesets: Annotated[list[Changeset], Meta(max_length=MAX_CHANGESETS)]
    head_signature: Annotated[bytes, Meta(max_length=64)]
    cursors: dict[BucketName, Count] | None
    page_bytes: Annotated[int, Meta(ge=1, le=MAX_PAGE)]
    scope: Annotated[bytes, Meta(max_length=32)]
    history: Count = 0
    chunks: Annotated[list[ChunkName], Meta(max_length=MAX_CHUNKS)] | None = None
    epoch: Annotated[bytes, Meta(max_length=16)] = b""
    heard: Count = 0
    schema: Count = 0
    files: Files | None = None


class History(msgspec.Struct, array_like=True, frozen=True):
    """A checkpoint: the log had ``size`` entries with this Merkle root, signed by the township.

    ``proof`` shows that it continues the log that the laptop named; see ``sync.history``.
    """

    size: Count
    root: Hash
    signature: Annotated[bytes, Meta(min_length=64, max_length=64)]
    proof: Annotated[list[Hash], Meta(max_length=128)]


class Answer(msgspec.Struct, array_like=True, frozen=True):
    """The township's turn.

    ``request`` is the SHA-256 of the request's compressed body. ``refused`` is None, ``gap``
    (send from ``chain.dseq`` + 1), ``fork`` (the township holds another history of this
    device) or ``epoch`` (the township was restored from a backup since the request's epoch);
    then nothing was taken. ``chain`` is what the township has of this device, ``chains`` (with
    ``epoch`` only) what it has of each of its incarnations.
    ``offers`` are snapshots of buckets that the page leaves out for them; ``chunks`` the parts
    asked for, in order, as many as fit; None for one that is not to be had (any more).
    ``minimum``, if not 0, is the record schema that a program must understand to pull: then
    there is no page and there are no parts, while all that was pushed is taken.
    """

    request: Hash
    epoch: Id
    refused: str | None
    chain: ChainHead
    verdicts: list[Verdict]
    page: Page | None
    scope: Scope | None
    history: History | None = None
    offers: list[Offer] | None = None
    chunks: list[bytes | None] | None = None
    chains: list[ChainHead] | None = None
    minimum: Count = 0
    files: FilesTold | None = None


class Enrol(msgspec.Struct, array_like=True, frozen=True):
    """A new laptop presents its public keys; ``code_id`` is the open part of its one-time code."""

    protocol: int
    code_id: Annotated[str, Meta(min_length=4, max_length=4)]
    nonce: Id
    signing_public: Hash
    sealing_public: Hash
    name: Annotated[str, Meta(max_length=60)]


class Author(msgspec.Struct, array_like=True, frozen=True):
    """A cadre who may work on a laptop."""

    cadre: Id
    login: str
    name: str


class Enrolled(msgspec.Struct, array_like=True, frozen=True):
    """What a new laptop gets.

    ``authority`` is the PEM of the township's own certificate authority, empty without TLS;
    ``recovery`` the age recipient for the township's copy of the laptop's data key;
    ``sealing_public`` the raw X25519 key to which bundles for the township are sealed.
    """

    township: Id
    township_name: str
    township_public: Hash
    epoch: Id
    device: Count
    authority: str
    authors: list[Author]
    scope: Scope
    recovery: str
    sealing_public: Hash


class Sealed(msgspec.Struct, array_like=True, frozen=True):
    """A packed body with proof that its maker knows the one-time code; see ``chain.code_proof``."""

    body: bytes
    proof: Hash


class Welcome(msgspec.Struct, frozen=True):
    """What the server tells anyone: its program and protocol."""

    program: str
    protocol: int


DECODERS: dict[type, msgspec.msgpack.Decoder[Any]] = {
    kind: msgspec.msgpack.Decoder(kind)
    for kind in (Envelope, Request, Answer, Enrol, Enrolled, Sealed)
}
"""Made while there is one thread: making the first for a type is not safe in several at once."""

T = TypeVar("T")


def tidy_code(code: str) -> str:
    """A one-time code as issued, whatever hyphens, blanks and look-alikes were typed."""
    text = code.upper().translate(str.maketrans("OIL", "011"))
    return "".join(c for c in text if c in CODE_ALPHABET)


def pack(message: msgspec.Struct) -> bytes:
    """A message's body: msgpack in one zstd frame that names its size."""
    plain = msgspec.msgpack.encode(message)
    return zstandard.ZstdCompressor(level=COMPRESSION_LEVEL).compress(plain)


def unpack(body: bytes, kind: type[T]) -> T:
    """The message in a body. Raises BadMessage for bombs and for what does not fit ``kind``."""
    try:
        size = zstandard.get_frame_parameters(body).content_size
        if size > MAX_PLAIN:  # an unknown size is reported as 2**64 - 1
            raise BadMessage("too_large", "decompressed body")
        decompressor = zstandard.ZstdDecompressor(max_window_size=MAX_PLAIN)
        plain = decompressor.decompress(body, max_output_size=MAX_PLAIN, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise BadMessage("compression") from error
    return parse(plain, kind)


def parse(data: bytes, kind: type[T]) -> T:
    """An uncompressed message. Raises BadMessage."""
    decoder: msgspec.msgpack.Decoder[T] = DECODERS.get(kind) or msgspec.msgpack.Decoder(kind)
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BadMessage("malformed", type(error).__name__) from error


def parcel(envelope: Envelope) -> bytes:
    """An envelope's bytes."""
    return msgspec.msgpack.encode(envelope)


def open_envelope(data: bytes) -> Envelope:
    """The envelope around a message, its body still closed. Raises BadMessage."""
    if len(data) > MAX_BODY:
        raise BadMessage("too_large", "message")
    envelope = parse(data, Envelope)
    if envelope.protocol != PROTOCOL:
        raise BadMessage("protocol", str(envelope.protocol))
    return envelope


def check_limits(request: Request) -> None:
    """Raises BadMessage when the operations of a request are too many or too large."""
    if request.files and sum(len(part.data) for part in request.files.parts) > MAX_FILE_BYTES:
        raise BadMessage("too_large", "files")
    ops = 0
    for changeset in request.changesets:
        ops += len(changeset.ops)
        if ops > MAX_OPS or len(changeset.header) > MAX_HEADER:
            raise BadMessage("too_large", "operations")
        for op in changeset.ops:
            if len(op) > MAX_OP:
                raise BadMessage("too_large", "operation")
        if sum(map(len, changeset.ops)) > MAX_CHANGESET:
            raise BadMessage("too_large", "changeset")
