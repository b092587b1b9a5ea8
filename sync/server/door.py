"""Between the socket and the township: how often one may come, and a note of who was refused."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from sync.server.enrolment import Enrolment
from sync.server.limits import Limits
from sync.server.rates import RateLimit
from sync.server.refusals import Refusals
from sync.server.service import Asked, Service
from sync.wire import Answer, BadMessage


class Door:
    """Answers messages from the network; ``address`` is where one came from."""

    def __init__(self, service: Service, enrolment: Enrolment, limits: Limits) -> None:
        self._service = service
        self._enrolment = enrolment
        self._devices = RateLimit(limits.exchange)
        self._addresses = RateLimit(limits.enrol_address)
        self.refusals = Refusals(service.store, service.township_id, service.clock)

    def exchange(self, address: str, data: bytes) -> bytes:
        """A laptop's message and its answer. Raises BadMessage."""
        return self._noting(address, data, self._exchange)

    def enrol(self, address: str, data: bytes) -> bytes:
        """A new laptop's question and its answer. Raises BadMessage."""
        return self._noting(address, data, self._enrol)

    def _noting(self, address: str, data: bytes, answer: Callable[[str, bytes], bytes]) -> bytes:
        try:
            return answer(address, data)
        except BadMessage as error:
            self.refusals.note(error.code, address, error.sender)
            raise

    def _exchange(self, address: str, data: bytes) -> bytes:
        asked = self._service.read(data)
        try:
            allow(self._devices, asked.device.number)
            answer = self._service.answer(asked)
        except BadMessage as error:
            error.sender = asked.device.number
            raise
        for code in _refused(asked, answer):
            self.refusals.note(code, address, asked.device.number)
        return self._service.sealed(answer)

    def _enrol(self, address: str, data: bytes) -> bytes:
        allow(self._addresses, address)
        return self._enrolment.answer(data)


def allow(limit: RateLimit, key: object) -> None:
    """Count one more of this key. Raises BadMessage when it is one too many."""
    wait = limit.wait(key)
    if wait:
        raise BadMessage("too_many", again=ceil(wait))


def _refused(asked: Asked, answer: Answer) -> list[str]:
    """What of a sound message was not done, each reason once."""
    reasons = [v.reason for v in answer.verdicts if v.reason and not v.repeated]
    reasons += asked.foreign
    if answer.refused == "fork":
        reasons.append("fork")
    return list(dict.fromkeys(reasons))
