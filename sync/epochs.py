"""The laptop hears that its township was restored from a backup."""

from __future__ import annotations

from sync import history
from sync.wire import Answer
from township.storage.checkpoints import Checkpoint
from township.storage.restored import Head, Restored


def told(
    answer: Answer,
    before: bytes,
    found: Checkpoint,
    held: Checkpoint | None,
    *,
    certain: bool = True,
) -> Restored:
    """What an answer with ``epoch`` says to a laptop that named the epoch ``before``.

    ``found`` is the checkpoint in it, ``held`` the laptop's newest (None: it has seen nothing
    of the log), which the request named; unless that is not ``certain``.
    """
    proof = answer.history.proof if answer.history else []
    continues = certain and (
        held is None or history.consistent(held.size, held.root, found.size, found.root, proof)
    )
    chains = [Head(one.incarnation, one.dseq, one.hash) for one in answer.chains or ()]
    return Restored(before, answer.epoch, chains, found, continues)
