"""The laptop's side of a sync by stick: an outbox leaves in a file, an answer comes back in one.

Network and stick mix in any order: verdicts, pages and grants are taken only where they go on
from what the laptop has by then, and what is not taken comes again with the next sync.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from sync import bundle, chain, problems, standing, wire
from sync.bundle import BadBundle
from sync.client import Client
from sync.standing import Standing
from sync.wire import Answer, BadMessage, Request
from township.storage.database import Database
from township.storage.letters import Letter, Letters
from township.storage.pages import Page
from township.storage.replica import Identity, Replica, Told
from township.values import CHINA

Step = Callable[[int, int], None]
"""Hears how many of how many parts are done; may raise to stop."""


@dataclass(frozen=True)
class Written:
    """An outbox on the stick: how many changesets it holds, and how many did not fit."""

    path: Path
    changesets: int
    left: int


@dataclass
class Taken:
    """What an answer brought: own changesets answered, and changesets of others.

    ``more``: the township holds more than fitted into the file. All zero: it was all known.
    """

    answered: int = 0
    refused: int = 0
    pulled: int = 0
    more: bool = False
    kinds: set[str] = field(default_factory=set)


def in_words(taken: Taken) -> str:
    """What an answer brought, for people."""
    if not (taken.answered or taken.pulled or taken.kinds or taken.more):
        return "这份答复里没有新内容，本机都已有了。"
    text = f"已读入：镇里收下了本机 {taken.answered - taken.refused} 次改动"
    text += f"，{taken.refused} 次没有接收" if taken.refused else ""
    text += f"；收到各方 {taken.pulled} 次改动。"
    return text + ("镇里还有没装下的，请再存一次、再读一次。" if taken.more else "")


def write_outbox(database: Database, place: Path, step: Step | None = None) -> Written:
    """Put all unanswered work and what this laptop lacks into a file for the township.

    ``place`` is the file, or a folder for a file with a name of its own. Raises BadBundle;
    then there is no file.
    """
    letters, replica = Letters(database), Replica(database)
    township = letters.township_sealing()
    if township is None:
        raise BadBundle("no_key")
    messages, letter, count = _requests(replica, step)
    letters.keep(letter)  # before the file can leave
    stamp = database.clock().astimezone(CHINA).strftime("%Y%m%d-%H%M")
    path = bundle.target(place, f"连心桥上报-{stamp}-{bundle.tag(letter.names[-1])}{bundle.SUFFIX}")
    bundle.store(path, bundle.seal("outbox", messages, township))
    return Written(path, count, max(0, replica.waiting() - count))


def _requests(replica: Replica, step: Step | None) -> tuple[list[bytes], Letter, int]:
    client, epoch, waiting = Client(replica), replica.epoch(), replica.waiting()
    messages: list[bytes] = []
    names: list[bytes] = []
    count = 0
    while True:
        messages.append(client.request())
        body = wire.open_envelope(messages[-1]).body
        request = wire.unpack(body, Request)
        names.append(sha256(body).digest())
        count += len(request.changesets)
        if step:
            step(count, max(count, waiting))
        full = sum(map(len, messages)) >= bundle.FULL or len(messages) == bundle.MAX_MESSAGES
        if full or request.cursors is not None:
            incarnation = request.own.incarnation
            return (
                messages,
                Letter(incarnation, tuple(names), request.cursors, request.scope, epoch),
                count,
            )


def read_answer(database: Database, path: Path, step: Step | None = None) -> Taken:
    """Take in what the township answered to an outbox of this laptop.

    Raises SyncProblem; a file that does not fit changes nothing. When it is interrupted,
    reading the same file again goes on from there.
    """
    letters, replica = Letters(database), Replica(database)
    messages = bundle.unseal("answer", bundle.load(path), letters.sealing_key())
    letter = _letter(messages, letters, replica)
    reading = _Reading(letters, replica, letter)
    for number, message in enumerate(messages):
        if step:
            step(number, len(messages))
        reading.take(_answer(message, replica.identity()))
    if reading.moved:  # else the next outbox may have the very same name
        letters.mark_read(letter)
    if reading.finished:
        replica.finished(None)
    return reading.taken


def _letter(messages: list[bytes], letters: Letters, replica: Replica) -> Letter:
    """The letter that is answered, after all was looked at. Raises SyncProblem."""
    identity, epoch = replica.identity(), replica.epoch()
    answers = [_heads(_answer(message, identity)) for message in messages]
    letter = letters.find(answers[-1].request)
    if letter is None or letter.incarnation != identity.incarnation:
        raise BadBundle("unasked")
    names = [answer.request for answer in answers]
    further = len(names) - len(letter.names)
    if names != [*letter.names, *[letter.names[-1]] * further]:
        raise BadBundle("unasked")
    if letter.read:
        raise BadBundle("read_before")
    for answer in answers:
        if answer.epoch != epoch != letter.epoch:
            raise BadBundle("unasked")  # from before the township was restored
        at = answer.chain
        if answer.refused == "fork" and not letters.wrote(at.incarnation, at.dseq, at.hash):
            raise problems.diverged()
    return letter


def _answer(message: bytes, identity: Identity) -> Answer:
    """One answer, proven to be the township's. Raises BadBundle."""
    try:
        envelope = wire.open_envelope(message)
        if (envelope.township, envelope.sender) != (identity.township_id, 0):
            raise BadBundle("foreign")
        chain.check_envelope(envelope, identity.township_public)
        return wire.unpack(envelope.body, Answer)
    except BadMessage as error:
        raise BadBundle("foreign") from error


def _heads(answer: Answer) -> Answer:
    """The answer without its load: a file may hold more pages than memory should."""
    return Answer(answer.request, answer.epoch, answer.refused, answer.chain, [], None, None)


class _Reading:
    """Answers of one bundle on their way into the laptop."""

    def __init__(self, letters: Letters, replica: Replica, letter: Letter) -> None:
        self.taken = Taken()
        self.moved = False
        """Did anything of this laptop change?"""
        self.finished = False
        """Was the end of the log reached, from where this laptop stood?"""
        self._letters, self._replica = letters, replica
        self._standing = Standing(letter.cursors or {}, letter.scope)

    def take(self, answer: Answer) -> None:
        """Apply what of an answer still goes on from here."""
        before, self._standing = self._standing, self._standing.after(answer)
        if answer.refused == "gap":
            self._letters.offer_again(answer.chain.incarnation, answer.chain.dseq)
            self.moved = True
        waiting = self._letters.unanswered(verdict.dseq for verdict in answer.verdicts)
        verdicts = [verdict for verdict in answer.verdicts if verdict.dseq in waiting]
        scope = answer.scope if self._replica.scope_mark() == before.scope else None
        page = self._fitting(answer.page, before)
        self.finished = page is not None and standing.is_last(answer)
        if page is not None:
            self.taken.pulled += len(page.entries)
            self.taken.more = page.more or answer.scope is not None
        self.taken.answered += len(verdicts)
        self.taken.refused += sum(v.status in ("rejected", "quarantined") for v in verdicts)
        moved = page is not None and any(
            before.cursors.get(n) != c for n, c in page.cursors.items()
        )
        if verdicts or scope or moved:
            self.moved = True
            told = Told(verdicts, scope, page, before.cursors, answer.epoch)
            self.taken.kinds |= self._replica.apply(told)

    def _fitting(self, page: Page | None, before: Standing) -> Page | None:
        """The page, if it starts where the laptop stands now."""
        if page is None:
            return None
        here, asked = self._replica.cursors(), before.cursors
        return page if all(here.get(name) == asked.get(name) for name in page.cursors) else None
