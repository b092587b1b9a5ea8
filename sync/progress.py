"""How far a sync has come, for bars and for people."""

from __future__ import annotations

from dataclasses import dataclass, field

from sync.fetching import Load
from sync.wire import Answer


@dataclass
class Progress:
    """How far a sync has come, for people. Counts changesets; ``kinds`` are those that changed.

    ``load`` is how far the snapshots of a first sync have come, ``photos`` how many pictures
    are still to move. ``comparing``: the township was restored from a backup, and what this
    laptop holds is compared with it.
    """

    pushed: int = 0
    pulled: int = 0
    waiting: int = 0
    behind: int = 0
    refused: int = 0
    round_trips: int = 0
    kinds: set[str] = field(default_factory=set)
    load: Load = field(default_factory=Load)
    photos: int = 0
    comparing: bool = False

    def count(self, answer: Answer, asked: int) -> None:
        """What an answer says that is done and that is left; so many waited and were sent."""
        fresh = [verdict for verdict in answer.verdicts if not verdict.repeated]
        self.pushed += len(fresh)
        self.waiting = max(0, self.waiting - (asked if answer.verdicts else 0))
        self.refused += sum(v.status in ("rejected", "quarantined") for v in fresh)
        if answer.page is not None:
            self.pulled += len(answer.page.entries)
            reached = min(answer.page.cursors.values(), default=answer.page.head)
            self.behind = answer.page.head - reached

    def how_far(self) -> tuple[int, int]:
        """Steps done and all that are known of, for a bar."""
        if self.load.running:
            return self.load.records, self.load.of_records
        done = self.pushed + self.pulled
        return done, done + self.waiting + self.behind

    def in_words(self) -> str:
        """The same for people."""
        if self.load.running:
            return self.load.in_words()
        photos = f"，还有 {self.photos} 张照片在传" if self.photos else ""
        text = f"已上报 {self.pushed} 次改动，已收到 {self.pulled} 次{photos}"
        return f"镇服务器从备份恢复过，正在核对：{text}" if self.comparing else text
