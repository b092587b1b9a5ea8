"""Where a laptop will stand after an answer: what its next request would ask for."""

from __future__ import annotations

from dataclasses import dataclass

from sync.wire import Answer


@dataclass(frozen=True)
class Standing:
    """Cursors of the buckets followed, mark of the grants, size of the log at the checkpoint.

    ``heard``: decisions about its own work are known up to there.
    """

    cursors: dict[str, int]
    scope: bytes
    history: int
    heard: int

    def after(self, answer: Answer) -> Standing:
        """The same once this answer is applied."""
        cursors, scope, heard = self.cursors, self.scope, self.heard
        if answer.scope is not None:
            scope = answer.scope.mark
            cursors = {name: cursors.get(name, 0) for name in answer.scope.buckets}
        if answer.page is not None:
            cursors = {**cursors, **answer.page.cursors}
            heard = answer.page.heard
        size = answer.history.size if answer.history else self.history
        return Standing(cursors, scope, size, heard)


def is_last(answer: Answer) -> bool:
    """Does nothing follow: was the end of the log reached under unchanged grants?"""
    return answer.page is not None and not answer.page.more and answer.scope is None
