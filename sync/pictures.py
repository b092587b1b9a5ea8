"""Pictures in a sync: after the records, in small pieces, and only as long as they move."""

from __future__ import annotations

from sync import problems
from township.storage.file_pages import Files, FilesTold
from township.storage.replica import Replica


class Pictures:
    """What a laptop has asked and heard about its pictures in one sync.

    ``told`` are records of which the township said how far it has them; ``tried`` those that
    are left alone until the next sync: it has nothing of them, or takes nothing.
    """

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self._told: set[bytes] = set()
        self._tried: set[bytes] = set()
        self._got: dict[bytes, int] = {}

    def ask(self, pushed: int, *, pieces: bool) -> Files | None:
        """What to say in the next request; without ``pieces`` no bytes of pictures go.

        ``pushed``: own records up to this number are with the township by then.
        """
        return self._replica.files(self._told, self._tried, pushed, pieces=pieces)

    def left(self, pushed: int) -> int:
        """How many pictures still move in this sync, at least."""
        files = self.ask(pushed, pieces=True)
        if files is None:
            return 0
        return len({*files.offers, *(part.record for part in files.parts)}) + len(files.wants)

    def heard(
        self, asked: Files | None, given: FilesTold | None, *, pieces: bool
    ) -> FilesTold | None:
        """What to take of an answer: every picture moves on or is left alone.

        Raises SyncProblem.
        """
        if asked is None:
            return None
        given = given or FilesTold([], [])
        sent = {part.record: part.at for part in reversed(asked.parts)}
        _check(asked, given)
        for stand in given.stands:
            self._told.add(stand.record)
            stuck = not stand.whole and stand.have <= sent.get(stand.record, -1)
            if stand.refused or stuck:
                self._tried.add(stand.record)
        fresh = []
        for piece in given.parts:
            if not piece.data or piece.at <= self._got.get(piece.record, -1):
                self._tried.add(piece.record)  # not to be had, or it came already and was wrong
            else:
                self._got[piece.record] = piece.at
                fresh.append(piece)
        if pieces and not given.stands and not given.parts:
            self._tried |= {*asked.offers, *sent, *(want.record for want in asked.wants)}
        return FilesTold(given.stands, fresh)


def _check(asked: Files, given: FilesTold) -> None:
    """An answer speaks of what was asked, in that order."""
    records = [*asked.offers, *dict.fromkeys(part.record for part in asked.parts)]
    wanted = [(want.record, want.at) for want in asked.wants[: len(given.parts)]]
    if [stand.record for stand in given.stands] not in ([], records):
        raise problems.nonsense()
    if [(piece.record, piece.at) for piece in given.parts] != wanted:
        raise problems.nonsense()
