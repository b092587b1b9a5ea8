"""A forgotten password: the township opens its copy of the data key, for this laptop, once.

At enrolment the data key is sealed to the township's recovery key, together with the number of
the laptop: a copy cannot pass for another laptop's. Who has forgotten a password chooses a new one
and writes a request; with it goes that copy and a fresh key, which waits here wrapped by the new
password. The answer is sealed to the fresh key. So a request or an answer in wrong hands opens
nothing, and an answer that was used opens nothing any more.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pyrage

from township.errors import DamagedDatabase, WorldError
from township.storage import keyring
from township.storage.folder import LaptopFolder
from township.storage.keyring import Cost, Keyring, password_problem

LARGEST = 20_000
"""Bytes of a file; real ones have a tenth of that."""
_LINE = "-----"
_REQUEST = "连心桥找回密码：请求（1）"
_ANSWER = "连心桥找回密码：答复（1）"
NOT_ONE = "这不是连心桥找回密码的{}文件，或者没有拷贝完整。请重新选择。"


class Copy(msgspec.Struct, array_like=True, frozen=True):
    """What is sealed to the township at enrolment."""

    township: bytes
    device: int
    key: bytes


class Request(msgspec.Struct, array_like=True, frozen=True):
    """``copy`` is a sealed ``Copy``, ``recipient`` the fresh age key for the answer."""

    township: bytes
    device: int
    login: str
    copy: bytes
    recipient: str


class Answer(msgspec.Struct, array_like=True, frozen=True):
    """``request`` is the name of the request that it answers."""

    request: bytes
    key: bytes


@dataclass(frozen=True)
class Asked:
    """A request as it leaves: its file, and the code by which people know it again."""

    path: Path
    code: str


def keep_copy(ring: Keyring, copy: Copy, recipient: str) -> None:
    """Seal the data key to the township (its age public key)."""
    sealed = pyrage.encrypt(
        msgspec.msgpack.encode(copy), [pyrage.x25519.Recipient.from_str(recipient)]
    )
    content = ring.load()
    content["recovery"] = {
        "township": copy.township.hex(),
        "device": copy.device,
        "sealed": base64.b64encode(sealed).decode(),
    }
    content.pop("recovering", None)  # a request for the copy before
    ring.save(content)


def ask(
    folder: LaptopFolder, login: str, password: str, place: Path, cost: Cost | None = None
) -> Asked:
    """Write a request for a user who wants this new password; an earlier request dies.

    ``place`` is a folder, such as a stick's. Nothing changes at the lock until the answer is
    used. Raises WorldError.
    """
    if problem := password_problem(password):
        raise WorldError(problem)
    ring = folder.keyring
    content = ring.load()
    if login not in content["users"]:
        raise WorldError("本机没有这个用户。")
    kept = content.get("recovery")
    if not kept:
        raise WorldError("本机登记时镇里没有留下找回密码的办法，不能这样找回。请联系镇管理员。")
    identity = pyrage.x25519.Identity.generate()
    request = Request(
        bytes.fromhex(kept["township"]),
        kept["device"],
        login,
        base64.b64decode(kept["sealed"]),
        str(identity.to_public()),
    )
    body = msgspec.msgpack.encode(request)
    content["recovering"] = {
        "login": login,
        "request": name(body).hex(),
        "entry": keyring.wrap(str(identity).encode(), password, cost or Cost()),
    }
    ring.save(content)  # before the request can leave
    path = place / f"连心桥找回密码-{request.device}号-请求.txt"
    says = (
        f"{request.device} 号笔记本，用户 {login}，核对码 {code(body)}。\n"
        "请把这个文件交给镇管理员，当面或打电话核对是本人、核对码一致。\n"
        "镇管理员运行：lianxinqiao server recover 本文件 答复放哪里 --data 服务器文件夹 --by 姓名"
    )
    write(path, _text(_REQUEST, says, body))
    return Asked(path, code(body))


def use(folder: LaptopFolder, text: str, password: str, cost: Cost | None = None) -> str:
    """Use the township's answer with the new password; returns the user who has it now.

    The file of keys is replaced once, as a whole. A wrong password counts as at the lock. Raises
    WrongPassword and other WorldErrors; then the lock is as before.
    """
    ring = folder.keyring
    content = ring.load()
    waiting = content.get("recovering")
    if not waiting:
        raise WorldError("本机没有在等答复的请求：答复只能用一次。请重新存一份请求文件。")
    login, sealed = waiting["login"], _body(text, _ANSWER)
    if sealed is None:
        raise WorldError(NOT_ONE.format("答复"))
    identity = ring.opened(content, login, waiting["entry"], password).decode()
    try:
        opened = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity)])
        answer = msgspec.msgpack.decode(opened, type=Answer)
    except (pyrage.DecryptError, msgspec.MsgspecError) as error:
        raise WorldError(
            "这份答复不是给本机最近一次请求的。请核对文件，或重新存一份请求。"
        ) from error
    if answer.request.hex() != waiting["request"]:
        raise WorldError("这份答复对应的是更早的请求。请用最近一次请求的答复。")
    _check(folder, answer.key, login)
    content["users"][login] = keyring.wrap(answer.key, password, cost or Cost())
    content["failures"].pop(login, None)
    del content["recovering"]
    ring.save(content)
    return str(login)


def read(path: Path) -> str:
    """A request or an answer as text. Raises WorldError."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise WorldError("读不出这个文件。请检查U盘是否插好，文件是否选对。") from error


def write(path: Path, text: str) -> None:
    """Store a request or an answer as a whole. Raises WorldError."""
    try:
        keyring.write_atomically(path, text.encode("utf-8"))
    except OSError as error:
        raise WorldError("写不进去。请检查U盘的剩余空间和写保护，或换一个地方。") from error


def opened_request(text: str) -> tuple[Request, bytes]:
    """A request and its bytes. Raises WorldError."""
    body = _body(text, _REQUEST)
    try:
        if body is not None:
            return msgspec.msgpack.decode(body, type=Request), body
    except msgspec.MsgspecError:
        pass
    raise WorldError(NOT_ONE.format("请求"))


def answer_text(request: Request, body: bytes, key: bytes) -> str:
    """The answer to a request, as its file holds it. Raises WorldError."""
    try:
        recipient = pyrage.x25519.Recipient.from_str(request.recipient)
    except pyrage.RecipientError as error:
        raise WorldError(NOT_ONE.format("请求")) from error
    sealed = pyrage.encrypt(msgspec.msgpack.encode(Answer(name(body), key)), [recipient])
    says = (
        f"给 {request.device} 号笔记本、用户 {request.login} 的请求 {code(body)}。\n"
        "在那台笔记本的解锁窗口点“忘记密码…”，再点“读入答复…”。只能用一次。"
    )
    return _text(_ANSWER, says, sealed)


def name(body: bytes) -> bytes:
    """A request's name."""
    return hashlib.sha256(body).digest()


def code(body: bytes) -> str:
    """Eight letters of a request's name, to be read out."""
    letters = base64.b32encode(name(body)).decode()
    return f"{letters[:4]}-{letters[4:8]}"


def _text(title: str, says: str, body: bytes) -> str:
    packed = base64.encodebytes(body).decode()
    return f"{title}\n{says}\n{_LINE}\n{packed}{_LINE}\n"


def _body(text: str, title: str) -> bytes | None:
    parts = text.replace("\r\n", "\n").split(f"\n{_LINE}\n")
    if not text.startswith(title) or len(parts) < 2:
        return None
    try:
        return base64.b64decode("".join(parts[1].removesuffix(_LINE).split()), validate=True)
    except binascii.Error:
        return None


def _check(folder: LaptopFolder, key: bytes, login: str) -> None:
    """Does this key open the data? Then the user needs no second factor. Raises WorldError.

    The township has seen the person; the telephone is often lost together with the password.
    """
    from township.storage import second_factor
    from township.storage.database import raw_connection, told

    try:
        with told():
            connection = raw_connection(folder.database, key)
            connection.execute("DELETE FROM setting WHERE key = ?", (second_factor.key(login),))
            connection.close()
    except DamagedDatabase as error:
        raise WorldError("答复里的钥匙打不开本机的数据，没有改动。请联系镇管理员。") from error
