"""The township's log as a Merkle tree (RFC 9162 chapter 2.1), so that nobody can rewrite it unseen.

Pure functions: hashes, proofs and their verification. ``Root`` gives the hash of the entries
``low`` to ``high`` - 1, counted from 0; the entry with sequence number n is entry n - 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from struct import Struct

Root = Callable[[int, int], bytes]

EMPTY = sha256().digest()
"""The root of a log without entries."""

ENTRY = b"lianxinqiao entry 1\n"
CHECKPOINT = b"lianxinqiao checkpoint 1\n"
_LEAF = b"\x00" + ENTRY
_numbers = Struct(">QQQQ").pack


def entry_bytes(
    seq: int, device: int, incarnation: int, dseq: int, status: str, commitment: bytes
) -> bytes:
    """What a leaf says of an entry: where it came from, what became of it, and a commitment."""
    return ENTRY + _numbers(seq, device, incarnation, dseq) + commitment + status.encode()


def commitment(salt: bytes, chain_hash: bytes) -> bytes:
    """SHA-256(salt ‖ chain hash). Once the salt is forgotten it tells nothing of the content."""
    return sha256(salt + chain_hash).digest()


def entry_leaves(
    seq: int,
    device: int,
    incarnation: int,
    dseq: int,
    status: str,
    salts: Sequence[bytes],
    chain_hashes: Sequence[bytes],
) -> list[bytes]:
    """The leaves of entries that follow each other in the log and in one device's chain.

    Each is the ``leaf`` of its ``entry_bytes``, without a call for each step.
    """
    said = status.encode()
    return [
        sha256(
            _LEAF
            + _numbers(seq + at, device, incarnation, dseq + at)
            + sha256(salt + hash_).digest()
            + said
        ).digest()
        for at, (salt, hash_) in enumerate(zip(salts, chain_hashes, strict=True))
    ]


def checkpoint_bytes(township: bytes, size: int, root: bytes) -> bytes:
    """What the township signs: its log has ``size`` entries with this root."""
    return CHECKPOINT + township + _number(size) + root


def leaf(data: bytes) -> bytes:
    """The hash of one entry."""
    return sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """The largest power of two below ``size``, which is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes."""
    if not leaves:
        return EMPTY
    level = list(leaves)
    while len(level) > 1:
        odd = level[len(level) & ~1 :]  # joins its left neighbours higher up
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [sha256(b"\x01%b%b" % pair).digest() for pair in pairs] + odd
    return level[0]


def inclusion(index: int, size: int, root: Root) -> list[bytes]:
    """Proof that entry ``index`` is in the tree of ``size`` (RFC 9162 §2.1.3.1)."""
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + split(high - low)
        if index < middle:
            path.append(root(middle, high))
            high = middle
        else:
            path.append(root(low, middle))
            low = middle
    return path[::-1]


def included(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Does the proof lead from a leaf to the root (RFC 9162 §2.1.3.2)?"""
    if not 0 <= index < size:
        return False
    first, last, found = index, size - 1, leaf_hash
    for item in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            found = node(item, found)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            found = node(found, item)
        first, last = first >> 1, last >> 1
    return last == 0 and found == root


def consistency(old: int, size: int, root: Root) -> list[bytes]:
    """Proof that the tree of ``size`` continues that of ``old`` (RFC 9162 §2.1.4.1).

    Empty for an ``old`` of 0 or ``size``.
    """
    if old in (0, size):
        return []
    path: list[bytes] = []
    low, high, whole = 0, size, True
    while old != high:
        middle = low + split(high - low)
        if old <= middle:
            path.append(root(middle, high))
            high = middle
        else:
            path.append(root(low, middle))
            low, whole = middle, False
    return ([] if whole else [root(low, high)]) + path[::-1]


def consistent(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Does the proof show that the newer tree continues the older (RFC 9162 §2.1.4.2)?"""
    if old > size or (old == 0 and proof):
        return False
    if old in (0, size):
        return not proof and (old == 0 or old_root == root)
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    first, last = old - 1, size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    was = now = path[0]
    for item in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            was, now = node(item, was), node(item, now)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            now = node(now, item)
        first, last = first >> 1, last >> 1
    return last == 0 and was == old_root and now == root


def _number(value: int) -> bytes:
    return value.to_bytes(8, "big")
