"""Carrying messages over HTTP: pinned certificate, time limits, patience with bad lines."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType

import httpx
import msgspec

from sync import problems, wire
from sync.problems import SyncProblem
from township.storage.replica import Identity

_TIMEOUT = httpx.Timeout(30.0, connect=10.0, read=120.0, write=120.0)
_PAUSES = (0.5, 2.0, 5.0)
"""Seconds before each further try."""
_BUSY = (408, 429, 502, 503, 504)
_LONGEST_WAIT = 10
"""Seconds that a sync waits by itself when the server names a time; for more, people decide."""
_PROBLEM = "application/problem+json"
_PROBLEM_PREFIX = "urn:lianxinqiao:problem:"


class _Problem(msgspec.Struct):
    """The parts of a problem document that matter here."""

    type: str
    detail: str = ""


_KNOWN = msgspec.json.Decoder(_Problem)  # see wire.DECODERS


class HttpCarrier:
    """Brings messages to one server. Use with ``with``; safe to use by one thread at a time.

    ``authority`` is the PEM of the only certificate authority to trust. None trusts any: for
    plain HTTP on this machine, and for enrolment, which proves itself by the one-time code.
    """

    def __init__(
        self,
        url: str,
        authority: str | None,
        *,
        pauses: tuple[float, ...] = _PAUSES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url = url.rstrip("/")
        self._pauses = pauses
        self._sleep = sleep
        self._client = _client(_verifying(authority) if authority else _trusting())
        self._told: tuple[datetime, float] | None = None

    def __enter__(self) -> HttpCarrier:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def __call__(self, message: bytes) -> bytes:
        """Exchange one message; the same bytes again when the line breaks. Raises SyncProblem."""
        return self._patiently("exchange", message)

    def enrol(self, message: bytes) -> bytes:
        """Present a one-time code. Raises SyncProblem."""
        return self._patiently("enrol", message)

    def township_time(self) -> datetime | None:
        """What the township's clock says now, going by its last answer; None: it said nothing."""
        if self._told is None:
            return None
        told, at = self._told
        return told + timedelta(seconds=time.monotonic() - at)

    def _patiently(self, address: str, message: bytes) -> bytes:
        for pause in self._pauses:
            try:
                return self._post(address, message)
            except problems.TooMany as told:
                if told.seconds > _LONGEST_WAIT:
                    raise
                self._sleep(told.seconds)
            except problems.ServerAway:
                self._sleep(pause)
        return self._post(address, message)

    def _post(self, address: str, message: bytes) -> bytes:
        headers = {"content-type": wire.CONTENT_TYPE}
        try:
            with self._client.stream(
                "POST", f"{self._url}/v1/{address}", content=message, headers=headers
            ) as response:
                told, at = _date(response), time.monotonic()
                content = _content(response)
                self._told = (told, at) if told else None
                return content
        except httpx.ConnectError as error:
            raise _connect_problem(error) from error
        except httpx.TransportError as error:
            raise problems.server_away() from error
        except httpx.HTTPError as error:
            raise problems.nonsense() from error


def carrier_to(identity: Identity) -> HttpCarrier:
    """A carrier to the server with which this laptop enrolled."""
    return HttpCarrier(identity.server_url, identity.server_ca)


def _content(response: httpx.Response) -> bytes:
    kind = response.headers.get("content-type", "").split(";")[0].strip()
    if response.status_code in _BUSY and not (response.status_code == 429 and kind == _PROBLEM):
        raise problems.server_away()
    data = b""
    for part in response.iter_bytes():
        data += part
        if len(data) > wire.MAX_BODY:
            raise problems.nonsense()
    if response.status_code == 200 and kind == wire.CONTENT_TYPE:
        return data
    told = _told(kind, data)
    if isinstance(told, problems.TooMany):
        raise problems.too_many(_seconds(response.headers.get("retry-after", "")))
    raise told


def _date(response: httpx.Response) -> datetime | None:
    try:
        found = parsedate_to_datetime(response.headers.get("date", ""))
    except ValueError:
        return None
    return found if found.tzinfo else None  # "-0000": a time of no place


def _seconds(text: str) -> int:
    """What Retry-After says; a minute when it says nothing that fits."""
    return min(int(text), 3600) if text.isascii() and text.isdigit() and len(text) < 6 else 60


def _told(kind: str, data: bytes) -> SyncProblem:
    """The problem that a server tells in a problem document. Source: RFC 9457."""
    if kind != _PROBLEM:
        return problems.nonsense()
    try:
        problem = _KNOWN.decode(data)
    except msgspec.MsgspecError:
        return problems.nonsense()
    if not problem.type.startswith(_PROBLEM_PREFIX):
        return problems.nonsense()
    return problems.of_code(problem.type.removeprefix(_PROBLEM_PREFIX), problem.detail)


def _connect_problem(error: BaseException) -> SyncProblem:
    """A wrong certificate is told apart from a server that is away."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            if "not yet valid" in str(cause) or "expired" in str(cause):
                return problems.wrong_clock()
            return problems.wrong_certificate()
        cause = cause.__cause__ or cause.__context__
    return problems.server_away()


def _verifying(authority: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=authority)
    return context


def _trusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _client(verify: ssl.SSLContext) -> httpx.Client:
    # No proxies and credentials of the environment: the township's server stands in the LAN.
    return httpx.Client(verify=verify, timeout=_TIMEOUT, trust_env=False, follow_redirects=False)
