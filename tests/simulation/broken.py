"""What a run raises when the sync did not do what it promises."""

from __future__ import annotations


class Broken(AssertionError):
    """A promise that was not kept, by its number in design §4; 0: the program failed."""

    def __init__(self, promise: int, text: str) -> None:
        super().__init__(f"promise {promise}: {text}")
        self.promise = promise
