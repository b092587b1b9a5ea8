"""A laptop that is only its sync: the real client over memory instead of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from random import Random

from township import changes
from township.changes import GENESIS, Changeset, Header, Op, bucket, encode, op_id, salted
from township.demo.rows import Row
from township.storage.checkpoints import Checkpoint
from township.storage.enrolling import Membership
from township.storage.file_pages import Files
from township.storage.outbox import Outbox, Place
from township.storage.pages import ChunkName
from township.storage.replica import Identity, Replica, Told
from township.storage.restored import Head
from township.storage.staging import Staged

VISITS, LOGS, NEEDS, EDITS = 30, 5, 5, 5
"""A cadre's week: 45 changesets, 40 records."""
RECORDS = VISITS + LOGS + NEEDS
CHANGESETS = RECORDS + EDITS


@dataclass
class PaperLaptop(Replica):
    """One enrolled laptop: its chain, its verdicts, its cursors, and what it has pulled."""

    member: Membership
    changesets: list[Changeset] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    verdicts: dict[int, str] = field(default_factory=dict)
    pulled: list[int] = field(default_factory=list)
    ops: int = 0

    def __post_init__(self) -> None:
        self._cursors = dict.fromkeys(self.member.scope.buckets, 0)
        self._mark = self.member.scope.mark
        self._checkpoint: Checkpoint | None = None
        self._heard = 0

    def identity(self) -> Identity:
        member = self.member
        head = self.hashes[-1] if self.hashes else GENESIS
        return Identity(
            member.township_id,
            member.township_public,
            member.number,
            1,
            len(self.changesets),
            head,
            member.signing_key,
            member.server_url,
            member.server_ca,
        )

    def answered(self) -> Place:
        return Place(1, max(self.verdicts, default=0))

    def waiting(self) -> int:
        return len(self.changesets) - len(self.verdicts)

    def outbox(self, after: Place, budget: int) -> Outbox:
        size, end = 0, after.dseq
        while end < len(self.changesets) and size < budget:
            size += sum(map(len, self.changesets[end].ops))
            end += 1
        last = self.hashes[end - 1] if end > after.dseq else b""
        own = Head(1, len(self.changesets), self.hashes[-1] if self.hashes else GENESIS)
        taken = self.changesets[after.dseq : end]
        return Outbox(taken, own, end, last, end == len(self.changesets), len(taken))

    def cursors(self) -> dict[str, int]:
        return dict(self._cursors)

    def scope_mark(self) -> bytes:
        return self._mark

    def epoch(self) -> bytes:
        return self.member.epoch

    def rereading(self) -> bool:
        return False

    def heard(self) -> int:
        return self._heard

    def staged(self) -> list[Staged]:
        return []

    def staged_parts(self) -> list[ChunkName]:
        return []

    def load_staged(self) -> frozenset[str]:
        return frozenset()

    def files(
        self, told: Set[bytes], tried: Set[bytes], pushed: int, *, pieces: bool
    ) -> Files | None:
        """It has no pictures."""
        return None

    def checkpoint(self) -> Checkpoint | None:
        return self._checkpoint

    def apply(self, told: Told) -> frozenset[str]:
        self.verdicts |= {verdict.dseq: verdict.status for verdict in told.verdicts}
        if told.scope is not None:
            self._mark = told.scope.mark
            self._cursors = {b: self._cursors.get(b, 0) for b in told.scope.buckets}
        if told.page is not None:
            self.pulled += [entry.seq for entry in told.page.entries]
            self.ops += sum(len(entry.ops) for entry in told.page.entries)
            self._cursors |= told.page.cursors
            self._heard = told.page.heard
        self._checkpoint = told.checkpoint
        return frozenset()

    def make_indexes(self) -> None:
        """It has no tables."""

    def finished(self, problem: str | None) -> None:
        """Nobody reads it here."""

    def work_a_week(self, zone: bytes, models: Mapping[str, Sequence[Row]], monday_ms: int) -> None:
        """Save a cadre's week in this zone, with the words of others."""
        random = Random(self.member.number)
        cadre = self.member.authors[0][1]
        made: list[Op] = []
        for kind, count in (("work_log", LOGS), ("visit", VISITS), ("need", NEEDS)):
            for model in random.choices(models[kind], k=count):
                record = _new_id(random, monday_ms)
                fields = model.fields | {"zone_id": zone}
                made.append(Op(kind, record, "insert", _bucket(zone, kind), fields))
        for number, op in enumerate(made[LOGS : LOGS + EDITS], LOGS + 1):
            talk = f"{op.fields.get('talk') or ''}已回访。"
            base = op_id(self.member.number, 1, number, 0)
            made.append(Op("visit", op.record, "set", op.bucket, {"talk": [talk, base]}))
        for dseq, op in enumerate(made, 1):
            header = Header(
                changes.SCHEMA, self.member.number, 1, dseq, cadre, monday_ms + dseq * 600_000, 1
            )
            changeset = Changeset(encode(header), [encode(salted(op))])
            self.hashes.append(changeset.hash(self.hashes[-1] if self.hashes else GENESIS))
            self.changesets.append(changeset)

    def inserted(self) -> set[bytes]:
        """The records of the week."""
        ops = [changes.decode_op(op) for changeset in self.changesets for op in changeset.ops]
        return {op.record for op in ops if op.action == "insert"}


def _bucket(zone: bytes, kind: str) -> str:
    return bucket(zone, "i" if kind == "work_log" else "r")


def _new_id(random: Random, wall_ms: int) -> bytes:
    number = (wall_ms + random.randrange(5 * 86_400_000)) << 80 | 7 << 76
    number |= random.getrandbits(12) << 64 | 2 << 62 | random.getrandbits(62)
    return number.to_bytes(16, "big")
