"""The township's side of a sync by stick: an outbox comes in, an answer goes back.

Each request is answered as over the network. After the last one the township goes on with the
pages that the laptop would ask for next, because there will be no next request for days.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from sync import bundle, standing, wire
from sync.bundle import BadBundle
from sync.server import devices
from sync.server.folder import OpenServer
from sync.server.refusing import PROBLEMS
from sync.server.service import Asked, Service
from sync.standing import Standing
from sync.wire import Answer, BadMessage


@dataclass(frozen=True)
class Answered:
    """What became of an outbox; counts are changesets.

    ``old``: the township has newer work of this laptop already, nothing was taken. ``more``:
    not all that the laptop lacks fitted into the answer. ``restored``: the laptop does not know
    yet that the township was restored from a backup; nothing was taken, the answer tells it.
    """

    path: Path
    device: int
    taken: int
    repeated: int
    refused: int
    given: int
    old: bool
    more: bool
    restored: bool


def answer_outbox(
    server: OpenServer, source: Path, place: Path, room: int = bundle.FULL
) -> Answered:
    """Read a laptop's outbox and write the answer to ``place``, a file or a folder.

    ``room``: bytes of messages after which no further page is added. Raises BadBundle; an
    outbox that does not fit changes nothing. The same outbox again gets an answer again.
    """
    key = server.folder.sealing_key.read_bytes()
    messages = bundle.unseal("outbox", bundle.load(source), key)
    service = server.service
    try:
        _check(service, messages)
        answers = _Answers(service, messages, room)
    except BadMessage as error:
        raise BadBundle(error.code, _refused(error)) from error
    path = bundle.target(place, f"连心桥答复-{bundle.tag(answers.name)}{bundle.SUFFIX}")
    with service.store.reading() as connection:
        public = devices.sealing_public(connection, service.township_id, answers.device)
    bundle.store(path, bundle.seal("answer", answers.sealed, public))
    return answers.summary(path)


def _check(service: Service, messages: list[bytes]) -> None:
    """Look at everything before anything is taken. Raises BadMessage."""
    senders = {service.read(message).device.number for message in messages}
    if len(senders) != 1:
        raise BadMessage("malformed", "several senders")


def _refused(error: BadMessage) -> str:
    _, title = PROBLEMS[error.code]
    return f"镇服务器没有接受这个文件：{title}。没有读入任何内容。"


class _Answers:
    """The answers to one outbox in the making, one request in memory at a time."""

    def __init__(self, service: Service, messages: list[bytes], room: int) -> None:
        self.sealed: list[bytes] = []
        self._service = service
        self._statuses: list[tuple[str, bool]] = []
        self._given = 0
        known: int | None = None
        for message in messages:
            asked = service.read(message)
            answer = self._add(asked, history=known)
            known = answer.history.size if answer.history else None
        self.name, self.device = asked.name, asked.device.number
        self._old, self._restored = answer.refused == "fork", answer.refused == "epoch"
        self._more = self._go_on(asked, answer, room)

    def _add(self, asked: Asked, **changed: object) -> Answer:
        """Answer a request; later ones as from a laptop that has the answers before."""
        changed = {name: value for name, value in changed.items() if value is not None}
        request = msgspec.structs.replace(asked.request, **changed)
        answer = self._service.answer(Asked(asked.device, request, asked.name))
        self.sealed.append(self._service.sealed(answer))
        self._statuses += [(verdict.status, verdict.repeated) for verdict in answer.verdicts]
        self._given += len(answer.page.entries) if answer.page else 0
        return answer

    def _go_on(self, asked: Asked, answer: Answer, room: int) -> bool:
        """Add the following pages; returns whether something is left."""
        request = asked.request
        if request.cursors is None or answer.page is None:
            return answer.refused is None and not answer.minimum
        here = Standing(request.cursors, request.scope, request.history, request.heard).after(
            answer
        )
        while not standing.is_last(answer):
            full = sum(map(len, self.sealed)) >= room
            if full or len(self.sealed) == bundle.MAX_MESSAGES:
                return True
            answer = self._add(
                asked,
                changesets=[],
                head_signature=b"",
                cursors=here.cursors,
                page_bytes=wire.MAX_PAGE // 2,
                scope=here.scope,
                history=here.history,
                heard=here.heard,
            )
            if answer.refused is not None:
                self.sealed.pop()  # the laptop came by network meanwhile: it gets the rest there
                return True
            here = here.after(answer)
        return False

    def summary(self, path: Path) -> Answered:
        """For people."""
        fresh = [status for status, repeated in self._statuses if not repeated]
        refused = sum(status in ("rejected", "quarantined") for status in fresh)
        return Answered(
            path,
            self.device,
            len(fresh),
            len(self._statuses) - len(fresh),
            refused,
            self._given,
            self._old,
            self._more,
            self._restored,
        )
