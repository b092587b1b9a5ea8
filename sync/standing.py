"""Where a laptop will stand after an answer: what its next request would ask for."""

from __future__ import annotations

from dataclasses import dataclass

from sync.wire import Answer


@dataclass(frozen=True)
class Standing:
    """Cursors of the buckets followed, mark of the grants, size of the log at the checkpoint."""

    cursors: dict[str, int]
    scope: bytes
    history: int

    def after(self, answer: Answer) -> Standing:
        """The same once this answer is applied."""
        cursors, scope = self.cursors, self.scope
        if answer.scope is not None:
            scope = answer.scope.mark
            cursors = {name: cursors.get(name, 0) for name in answer.scope.buckets}
        if answer.page is not None:
            cursors = {**cursors, **answer.page.cursors}
        size = answer.history.size if answer.history else self.history
        return Standing(cursors, scope, size)


def is_last(answer: Answer) -> bool:
    """Does nothing follow: was the end of the log reached under unchanged grants?"""
    return answer.page is not None and not answer.page.more and answer.scope is None
