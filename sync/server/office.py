"""The township office's own device, in the server's process: no HTTP, the same sequencer."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sync import chain
from sync.server import devices, sequencer
from sync.server.folder import OFFICE_DEVICE, OpenServer
from sync.server.sequencer import Push, lock_head
from sync.server.trying import retrying
from sync.wire import ChainHead
from township.changes import Changeset, decode_header
from township.errors import WorldError
from township.storage.pages import Verdict

_BATCH_BYTES = 1 << 20


class Office:
    """Loads changesets that the office made, each continuing the chain of its device."""

    def __init__(self, server: OpenServer) -> None:
        self._server = server

    @property
    def number(self) -> int:
        return OFFICE_DEVICE

    @retrying
    def head(self) -> ChainHead:
        """Where the office's chain stands: the next changeset is ``dseq`` + 1 after ``hash``."""
        service = self._server.service
        with service.store.reading() as connection:
            device = devices.find(connection, service.township_id, OFFICE_DEVICE)
            assert device is not None
            return devices.chain_head(connection, device, device.incarnation)

    def load(
        self,
        changesets: Iterable[Changeset],
        step: Callable[[int], None] | None = None,
    ) -> int:
        """Take changesets in, in batches; returns how many operations. Raises WorldError.

        ``step`` hears the number of changesets loaded so far.
        """
        batch: list[Changeset] = []
        size = done = ops = 0
        for changeset in changesets:
            batch.append(changeset)
            size += sum(map(len, changeset.ops))
            ops += len(changeset.ops)
            if size >= _BATCH_BYTES:
                self._push(batch)
                done += len(batch)
                if step:
                    step(done)
                batch, size = [], 0
        if batch:
            self._push(batch)
            if step:
                step(done + len(batch))
        return ops

    def _push(self, batch: list[Changeset]) -> list[Verdict]:
        return self._take(self._signed(batch, self.head()))

    def _signed(self, batch: list[Changeset], before: ChainHead) -> Push:
        service = self._server.service
        hashes = chain.hashes(before.hash, batch)
        head = ChainHead(before.incarnation, decode_header(batch[-1].header).dseq, hashes[-1])
        text = chain.head_bytes(
            service.township_id, OFFICE_DEVICE, head.incarnation, head.dseq, head.hash
        )
        return Push(head, batch, self._server.office_key.sign(text))

    @retrying
    def _take(self, incoming: Push) -> list[Verdict]:
        service = self._server.service
        with service.store.writing() as connection:
            lock_head(connection, service.township_id)
            device = devices.find(connection, service.township_id, OFFICE_DEVICE)
            assert device is not None
            taken = sequencer.push(connection, device, incoming, service.clock())
            bad = [v for v in taken.verdicts if v.status in ("rejected", "quarantined")]
            if taken.refused or bad:
                reason = taken.refused or bad[0].reason
                raise WorldError(f"镇服务器没有接受这批数据（{reason}），没有保存。")
        return taken.verdicts
