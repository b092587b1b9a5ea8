"""Enrolling a laptop with a one-time code.

The code proves both sides to each other, so the first contact needs no trusted certificate:
a stranger in between can neither learn the code nor put in an authority of its own.
"""

from __future__ import annotations

import hmac
import os
import platform
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync import chain, problems, wire
from sync.client import Carrier
from sync.http import HttpCarrier
from sync.wire import BadMessage, Enrol, Enrolled, Sealed
from township.errors import WorldError
from township.storage import enrolling, reenrolling
from township.storage.enrolling import Membership
from township.storage.folder import LaptopFolder
from township.storage.keyring import Cost
from township.storage.laptop import Unlocked
from township.storage.replica import Replica
from township.values import utc_now


def enrol(
    folder: LaptopFolder,
    server_url: str,
    code: str,
    password: str,
    *,
    cost: Cost | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Unlocked:
    """Make this folder the data folder of an enrolled laptop, and open it.

    Raises SyncProblem or another WorldError; then nothing is left behind. The records come
    with the first sync.
    """
    enrolling.check(folder, password)
    url = server_address(server_url)
    with HttpCarrier(url, None) as carrier:
        member = ask(carrier.enrol, code, url)
    return enrolling.create(folder, member, password, cost, clock)


def reenrol(laptop: Unlocked, code: str, server_url: str | None = None) -> Unlocked:
    """Give an open laptop a new number with a fresh code; its unsent work goes on under that.

    ``server_url`` None: the server that it knows. Raises SyncProblem or another WorldError; then
    it is as before.
    """
    url = (
        server_address(server_url) if server_url else Replica(laptop.database).identity().server_url
    )
    with HttpCarrier(url, None) as carrier:
        member = ask(carrier.enrol, code, url)
    return reenrolling.change(laptop, member)


def server_address(text: str) -> str:
    """The address to talk to: HTTPS, or plain HTTP on this machine only. Raises WorldError."""
    parts = urlsplit(text if "://" in text else f"https://{text}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WorldError("服务器地址不对，应像 https://192.168.1.10:8443。")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise WorldError("不加密的地址（http://）只能用于本机，请改用 https://。")
    return f"{parts.scheme}://{parts.netloc}"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def ask(carrier: Carrier, code: str, server_url: str) -> Membership:
    """Present a code with fresh keys; returns what the township gave. Raises SyncProblem."""
    code = wire.tidy_code(code)
    if len(code) != wire.CODE_LENGTH:
        raise problems.of_code("code", "")
    signing, sealing = Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
    nonce, key = os.urandom(16), chain.code_key(code)
    body = wire.pack(
        Enrol(
            wire.PROTOCOL,
            code[: wire.CODE_ID_LENGTH],
            nonce,
            signing.public_key().public_bytes_raw(),
            sealing.public_key().public_bytes_raw(),
            platform.node()[:60],
        )
    )
    question = Sealed(body, chain.code_proof(key, "ask", nonce, body))
    enrolled = _opened(carrier(msgspec.msgpack.encode(question)), key, nonce)
    if server_url.startswith("https:") and not enrolled.authority:
        raise problems.nonsense()  # nothing to pin: anybody could be the server from now on
    return Membership(
        enrolled.township,
        enrolled.township_name,
        enrolled.township_public,
        enrolled.device,
        signing.private_bytes_raw(),
        sealing.private_bytes_raw(),
        server_url,
        enrolled.authority or None,
        [(author.login, author.cadre) for author in enrolled.authors],
        enrolled.scope,
        enrolled.recovery,
        enrolled.sealing_public,
        enrolled.epoch,
    )


def _opened(data: bytes, key: bytes, nonce: bytes) -> Enrolled:
    """The answer, proven to come from the server that issued the code."""
    try:
        sealed = wire.parse(data, Sealed)
        if not hmac.compare_digest(
            chain.code_proof(key, "answer", nonce, sealed.body), sealed.proof
        ):
            raise BadMessage("code")
        enrolled = wire.unpack(sealed.body, Enrolled)
    except BadMessage as error:
        raise problems.nonsense() from error
    if not enrolled.authors:
        raise problems.nonsense()
    return enrolled
