"""Serving an open township on a socket: until told to stop, or in a thread."""

from __future__ import annotations

import gc
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType

import uvicorn

from sync import collector, turns
from sync.server import lines, tls
from sync.server.app import make_app
from sync.server.enrolment import Enrolment
from sync.server.folder import OpenServer, open_server
from sync.server.keeping import Keeper
from sync.server.limits import LIMITS, Limits
from township.errors import WorldError

_START_SECONDS = 20.0
_OTHER_FILES = 256
"""Open files besides connections, with those of TLS that are just being made."""

Ready = Callable[[str], None]
"""Hears the address once laptops can come."""


def run(
    path: Path,
    host: str,
    port: int,
    *,
    encrypted: bool = True,
    ready: Ready | None = None,
    database: str | None = None,
) -> None:
    """Serve a server folder until the process is asked to stop (Ctrl+C, SIGTERM).

    ``ready`` hears the address once laptops can come. Without ``encrypted`` only a loopback
    ``host`` is allowed. ``database``: see ``open_server``. Raises WorldError when the address
    cannot be used.
    """
    server = open_server(path, database=database)
    try:
        with _listen(host, port, encrypted=encrypted) as listener:
            web = _web(server, _with_room(LIMITS), encrypted=encrypted)
            if ready:
                ready(_url(listener, host, encrypted=encrypted))
            gc.freeze()
            with collector.seldom(), turns.quick(), Keeper(server.service):
                web.run(sockets=[listener])
    finally:
        server.close()


class ServerThread:
    """An open server on a real socket, in a thread of this process. Use with ``with``."""

    def __init__(
        self,
        server: OpenServer,
        *,
        encrypted: bool = False,
        port: int = 0,
        limits: Limits = LIMITS,
    ) -> None:
        self._keeper = Keeper(server.service)
        self._web = _web(server, limits, encrypted=encrypted)
        self._listener = _listen("127.0.0.1", port, encrypted=encrypted)
        self._thread = threading.Thread(
            target=self._web.run, kwargs={"sockets": [self._listener]}, name="server", daemon=True
        )
        self.url = _url(self._listener, "127.0.0.1", encrypted=encrypted)

    def __enter__(self) -> ServerThread:
        self._keeper.__enter__()
        self._thread.start()
        return self  # the socket listens already: a connection waits until the loop runs

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._keeper.__exit__(kind, error, trace)
        self._web.should_exit = True
        self._thread.join(_START_SECONDS)
        self._listener.close()


def _listen(host: str, port: int, *, encrypted: bool) -> socket.socket:
    if not encrypted and not _is_loopback(host):
        raise WorldError("不加密的连接只能在本机使用（127.0.0.1）。请去掉这个选项。")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named so that asyncio sees TCP and sends each answer without waiting for
    # the laptop's acknowledgement of its head, which Nagle's algorithm makes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise WorldError(
            f"地址 {host}:{port} 不能使用（{error.strerror}）。请换一个端口。"
        ) from error
    return listener


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _url(listener: socket.socket, host: str, *, encrypted: bool) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if encrypted else 'http'}://{shown}:{listener.getsockname()[1]}"


def _with_room(limits: Limits) -> Limits:
    """Limits that the system lets this process reach: each connection is an open file."""
    if sys.platform == "win32":
        return limits
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = limits.connections + _OTHER_FILES
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return replace(limits, connections=min(limits.connections, max(1, soft - _OTHER_FILES)))


def _web(server: OpenServer, limits: Limits, *, encrypted: bool) -> uvicorn.Server:
    folder = server.folder.tls
    authority = tls.authority_pem(folder) if encrypted else ""
    enrolment = Enrolment(server.service, server.name, authority, server.recovery, limits)
    config = uvicorn.Config(
        make_app(server.service, enrolment, limits),
        http=lines.protocol(limits),
        h11_max_incomplete_event_size=lines.MOST_HEAD,
        ssl_certfile=folder / "server.pem" if encrypted else None,
        ssl_keyfile=folder / "server.key" if encrypted else None,
        log_config=None,
        log_level="error",  # what strangers send is no reason to write anything
        access_log=False,
        server_header=False,
        date_header=False,  # the guard tells the township's clock
        ws="none",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
    )
    return uvicorn.Server(config)
