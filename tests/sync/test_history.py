"""The log's Merkle tree against RFC 9162: roots, inclusion and consistency, and forged proofs."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import history
from sync.server.history import BLOCK, Memory

# The leaves and roots of the reference test data of Certificate Transparency.
DATA = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [history.leaf(bytes.fromhex(text)) for text in DATA]
MANY = [history.leaf(sha256(bytes([n])).digest()) for n in range(70)]


def root(low: int, high: int) -> bytes:
    return history.root_of(MANY[low:high])


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_of_the_reference_data(size: int) -> None:
    assert history.root_of(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_an_empty_log_has_the_hash_of_nothing() -> None:
    assert history.root_of([]) == sha256(b"").digest() == history.EMPTY


sizes = st.integers(1, len(MANY))


@given(st.data(), sizes)
def test_every_entry_is_proven_to_be_included(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = history.inclusion(index, size, root)
    assert history.included(MANY[index], index, size, proof, root(0, size))
    assert not history.included(MANY[index] + b"x", index, size, proof, root(0, size))
    assert not history.included(MANY[index], index, size, [*proof, EMPTY], root(0, size))
    other = data.draw(st.integers(0, size))
    if other != index:
        assert not history.included(MANY[index], other, size, proof, root(0, size))


EMPTY = history.EMPTY


@given(st.data(), sizes)
def test_every_older_log_is_proven_to_be_continued(data: st.DataObject, size: int) -> None:
    old = data.draw(st.integers(0, size))
    proof = history.consistency(old, size, root)
    assert history.consistent(old, root(0, old), size, root(0, size), proof)
    if proof:
        assert not history.consistent(old, root(0, old), size, root(0, size), proof[:-1])
        assert not history.consistent(old, root(0, old), size, root(0, size), [*proof, EMPTY])
    if old:
        assert not history.consistent(old, EMPTY, size, root(0, size), proof)
        assert not history.consistent(old, root(0, old), size, EMPTY, proof)


@given(st.data(), st.integers(2, len(MANY)))
def test_a_rewritten_entry_is_never_consistent(data: st.DataObject, size: int) -> None:
    old = data.draw(st.integers(1, size))
    at = data.draw(st.integers(0, old - 1))
    forged = [*MANY[:at], history.leaf(b"forged"), *MANY[at + 1 :]]

    def lie(low: int, high: int) -> bytes:
        return history.root_of(forged[low:high])

    proof = history.consistency(old, size, lie)
    assert not history.consistent(old, root(0, old), size, lie(0, size), proof)


def test_a_shorter_log_is_no_continuation() -> None:
    assert not history.consistent(5, root(0, 5), 4, root(0, 4), [])


@given(st.lists(st.integers(1, 700), min_size=1, max_size=8), st.data())
def test_what_is_remembered_are_the_first_leaves_of_each_block(
    pushes: list[int], data: st.DataObject
) -> None:
    log = [sha256(b"%d" % n).digest() for n in range(sum(pushes))]
    memory, size = Memory(), 0
    for count in pushes:
        noted = data.draw(st.booleans())  # another process may have taken the push
        if noted:
            memory.grown(size, log[size : size + count])
        size += count
        for block in range(size // BLOCK + 1):
            known = memory.leaves(block)
            assert list(known) == log[block * BLOCK :][: len(known)]
            assert len(known) <= BLOCK
        if noted and count >= BLOCK:
            last = (size - 1) // BLOCK
            assert len(memory.leaves(last)) == size - last * BLOCK
