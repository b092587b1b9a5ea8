"""Answers that a restored township may have given anew, to another copy of this laptop.

What it has of an own chain was in its backup, with the answer known here; or a copy of this laptop
has offered it again since then, and it got another. The laptop cannot tell which, and asks for all
of these answers once more. Until they come the old ones stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from township.storage.pages import Verdict
from township.storage.settings import drop, keep, setting

_DOUBTFUL = "sync.doubtful"


class Span(NamedTuple):
    """Own changesets of an incarnation after one number, up to another."""

    after: int
    upto: int

    def __contains__(self, dseq: object) -> bool:
        return isinstance(dseq, int) and self.after < dseq <= self.upto


NONE = Span(0, 0)
_spans = msgspec.json.Decoder(dict[int, Span])


def begin(connection: Connection, kept: Mapping[int, int]) -> None:
    """Doubt all answers up to these numbers, by incarnation, and no others."""
    _save(connection, {number: Span(0, dseq) for number, dseq in kept.items()})


def span(connection: Connection, incarnation: int) -> Span:
    """What is still to be asked in an incarnation."""
    return _load(connection).get(incarnation, NONE)


def oldest(connection: Connection, after: tuple[int, int]) -> tuple[int, int] | None:
    """The first place to be asked after this one, in the order of incarnations; None if none."""
    for number, (told, upto) in sorted(_load(connection).items()):
        first = number, told + 1
        if first <= after:
            first = after[0], after[1] + 1
        if first <= (number, upto):
            return first
    return None


def told(connection: Connection, incarnation: int, verdicts: Sequence[Verdict]) -> None:
    """These answers have come, to changesets that follow each other."""
    known = _load(connection)
    found = known.get(incarnation, NONE)
    if found is NONE or not verdicts or verdicts[0].dseq > found.after + 1:
        return
    known[incarnation] = Span(max(found.after, verdicts[-1].dseq), found.upto)
    _save(connection, known)


def forget(connection: Connection) -> None:
    """Nothing is asked any more."""
    drop(connection, _DOUBTFUL)


def _load(connection: Connection) -> dict[int, Span]:
    packed = setting(connection, _DOUBTFUL)
    return _spans.decode(packed) if packed else {}


def _save(connection: Connection, spans: Mapping[int, Span]) -> None:
    left = {number: span for number, span in spans.items() if span.after < span.upto}
    if left:
        keep(connection, _DOUBTFUL, msgspec.json.encode(left).decode())
    else:
        forget(connection)
