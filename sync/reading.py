"""Answers that come late: on a stick, days after the question, perhaps twice or overtaken.

Everything is looked at before anything is taken. Then verdicts, grants and pages are applied
as far as they go on from where the laptop stands by now; the rest comes with a later sync.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sync import epochs, problems, standing
from sync.bundle import BadBundle
from sync.problems import SyncProblem
from sync.proving import answer_in, continues, signed_checkpoint
from sync.standing import Standing
from sync.wire import Answer, BadMessage
from township.storage.checkpoints import Checkpoint
from township.storage.letters import Letter, Letters
from township.storage.pages import Page, Verdict
from township.storage.replica import Identity, Replica, Told


@dataclass
class Taken:
    """What an answer brought: own changesets answered, and changesets of others.

    ``more``: the township holds more than fitted into the file. ``restored``: it was put back
    from a backup, and took nothing. ``minimum``: it demands a program of this record schema of
    who pulls. All zero: it was all known.
    """

    answered: int = 0
    refused: int = 0
    pulled: int = 0
    more: bool = False
    restored: bool = False
    minimum: int = 0
    kinds: set[str] = field(default_factory=set)

    def in_words(self) -> str:
        """For people."""
        if self.restored:
            return (
                "镇服务器从备份恢复过，这次没有收下内容。本机的改动都还在，"
                "它缺的会重新上报：请再存一次上报文件、再读一次答复。"
            )
        if self.minimum:
            return f"镇里收下了本机 {self.answered} 次改动。{problems.too_old(self.minimum)}"
        if not (self.answered or self.pulled or self.kinds or self.more):
            return "这份答复里没有新内容，本机都已有了。"
        text = f"已读入：镇里收下了本机 {self.answered - self.refused} 次改动"
        text += f"，{self.refused} 次没有接收" if self.refused else ""
        text += f"；收到各方 {self.pulled} 次改动。"
        return text + ("镇里还有没装下的，请再存一次、再读一次。" if self.more else "")


def opened(message: bytes, identity: Identity) -> Answer:
    """One answer, proven to be the township's. Raises BadBundle."""
    try:
        return answer_in(message, identity)
    except BadMessage as error:
        raise BadBundle("foreign") from error


@dataclass(frozen=True)
class Reply:
    """Answers that fit a letter, and what the township signed of its log with each of them."""

    letter: Letter
    line: Sequence[Checkpoint | None]
    """The checkpoint before the first answer, then the one of each answer."""


def check(messages: Sequence[bytes], letters: Letters, replica: Replica) -> Reply:
    """Look at a whole bundle. Raises SyncProblem; nothing is changed by it."""
    identity, epoch = replica.identity(), replica.epoch()
    answers = [_head(opened(message, identity)) for message in messages]
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
    return Reply(letter, _line(answers, letter, identity, replica))


def _head(answer: Answer) -> Answer:
    """The answer without its load: a file may hold more pages than memory should."""
    return Answer(
        answer.request, answer.epoch, answer.refused, answer.chain, [], None, None, answer.history
    )


def _line(
    answers: Sequence[Answer], letter: Letter, identity: Identity, replica: Replica
) -> list[Checkpoint | None]:
    """The checkpoints, each proven to continue the one before it. Raises SyncProblem."""
    newest = replica.checkpoint()
    line = [letter.checkpoint]
    for answer in answers:
        try:
            found = signed_checkpoint(answer, identity)
        except SyncProblem as error:
            raise BadBundle("foreign") from error
        other_view = (
            newest is not None
            and (newest.epoch, newest.size) == (found.epoch, found.size)
            and newest.root != found.root
        )
        if other_view or not continues(line[-1], found, answer):
            replica.suspect(found)
            raise problems.rewritten()
        line.append(found)
    return line


class Reading:
    """The answers of one bundle on their way into the laptop, in order."""

    def __init__(self, reply: Reply, letters: Letters, replica: Replica) -> None:
        letter = reply.letter
        size = letter.checkpoint.size if letter.checkpoint else 0
        self.taken = Taken()
        self.moved = False
        """Did anything of this laptop change?"""
        self.finished = False
        """Was the end of the log reached, from where this laptop stood?"""
        self._letters, self._replica = letters, replica
        self._letters_epoch = letter.epoch
        self._standing = Standing(letter.cursors or {}, letter.scope, size, letter.heard)
        self._line = list(reply.line)

    def take(self, answer: Answer) -> None:
        """Apply what of an answer still goes on from here."""
        before, self._standing = self._standing, self._standing.after(answer)
        known, found = self._line.pop(0), self._line[0]
        if answer.refused == "gap":
            self._letters.offer_again(answer.chain.incarnation, answer.chain.dseq)
            self.moved = True
        if answer.refused == "epoch":
            self._restored(answer, known, found)
            return
        verdicts = self._news(answer)
        fits = self._replica.checkpoint() in (known, found)  # else nothing proves that it goes on
        unchanged = fits and self._replica.scope_mark() == before.scope
        scope = answer.scope if unchanged else None
        page = answer.page if fits and self._starts_here(answer.page, before) else None
        self._count(answer, page)
        self.taken.minimum = answer.minimum
        if verdicts or scope or _moves(page, before) or (page and page.decided):
            self.moved = True
            checkpoint = found if fits else None
            told = Told(
                verdicts,
                scope,
                page,
                before.cursors,
                answer.epoch,
                checkpoint,
                incarnation=answer.chain.incarnation,
                heard=before.heard,
            )
            self.taken.kinds |= self._replica.apply(told)

    def _restored(self, answer: Answer, known: Checkpoint | None, found: Checkpoint | None) -> None:
        """The township is in a new epoch; if this laptop has not heard of it, it does now."""
        assert found is not None
        before = self._letters_epoch
        if self._replica.epoch() != before:
            return
        same = self._replica.checkpoint() == known  # else the proof is about another one
        told = epochs.told(answer, before, found, known if same else None, certain=same)
        self.taken.kinds |= self._replica.restored(told)
        self.taken.restored = self.moved = True

    def _news(self, answer: Answer) -> list[Verdict]:
        """Those that the laptop lacks; one that it has and does not doubt may be the newer one."""
        incarnation = answer.chain.incarnation
        numbers = [verdict.dseq for verdict in answer.verdicts]
        waiting = self._letters.unanswered(incarnation, numbers)
        doubted = self._letters.doubtful(incarnation)
        first = [verdict for verdict in answer.verdicts if verdict.dseq in waiting]
        self.taken.answered += len(first)
        self.taken.refused += sum(v.status in ("rejected", "quarantined") for v in first)
        return [v for v in answer.verdicts if v.dseq in waiting or v.dseq in doubted]

    def _starts_here(self, page: Page | None, before: Standing) -> bool:
        here, asked = self._replica.cursors(), before.cursors
        return page is not None and all(here.get(name) == asked.get(name) for name in page.cursors)

    def _count(self, answer: Answer, page: Page | None) -> None:
        self.finished = page is not None and standing.is_last(answer)
        if page is not None:
            self.taken.pulled += len(page.entries)
            self.taken.more = not self.finished


def _moves(page: Page | None, before: Standing) -> bool:
    return page is not None and any(before.cursors.get(n) != c for n, c in page.cursors.items())
