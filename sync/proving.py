"""What the township signs of its log with each answer, and whether it goes on from before."""

from __future__ import annotations

from sync import chain, history, problems
from sync.wire import Answer
from township.storage.checkpoints import Checkpoint
from township.storage.replica import Identity


def signed_checkpoint(answer: Answer, identity: Identity) -> Checkpoint:
    """What the township says of its log, with its signature. Raises SyncProblem."""
    new = answer.history
    if new is None:
        raise problems.nonsense()
    text = history.checkpoint_bytes(identity.township_id, new.size, new.root)
    if not chain.verify(identity.township_public, new.signature, text):
        raise problems.nonsense()
    return Checkpoint(answer.epoch, new.size, new.root, new.signature)


def continues(old: Checkpoint | None, found: Checkpoint, answer: Answer) -> bool:
    """Does the answer prove that its log goes on from ``old``? Epochs need no proof."""
    if old is None or old.epoch != found.epoch:
        return True
    proof = answer.history.proof if answer.history else []
    return history.consistent(old.size, old.root, found.size, found.root, proof)
