"""What laptop and township sign for each other, and whether the log goes on from before."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import chain, history, problems, wire
from sync.wire import Answer, BadMessage
from township.storage.checkpoints import Checkpoint
from township.storage.outbox import Outbox
from township.storage.replica import Identity


def signing_key(identity: Identity) -> Ed25519PrivateKey:
    """What a laptop signs with."""
    return Ed25519PrivateKey.from_private_bytes(identity.signing_key)


def head_signature(identity: Identity, outbox: Outbox) -> bytes:
    """One signature over the hash of the last changeset covers all before it."""
    if not outbox.changesets:
        return b""
    return signing_key(identity).sign(
        chain.head_bytes(
            identity.township_id,
            identity.device,
            outbox.own.incarnation,
            outbox.last_dseq,
            outbox.hash,
        )
    )


def answer_in(data: bytes, identity: Identity) -> Answer:
    """The answer in a message, proven to be the township's own. Raises BadMessage."""
    envelope = wire.open_envelope(data)
    if (envelope.township, envelope.sender) != (identity.township_id, 0):
        raise BadMessage("township")
    chain.check_envelope(envelope, identity.township_public)
    return wire.unpack(envelope.body, Answer)


def answer_to(request: bytes, data: bytes, identity: Identity) -> Answer:
    """The township's answer to the request of this name. Raises SyncProblem."""
    try:
        answer = answer_in(data, identity)
    except BadMessage as error:
        raise problems.nonsense() from error
    if answer.request != request:
        raise problems.nonsense()
    return answer


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
