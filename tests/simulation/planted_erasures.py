"""Planted bugs about erasures: contents that stay somewhere, and records that are lost by them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from unittest.mock import patch

from sync.server import erasing, taking
from sync.server.engine import Store
from township.storage import erasing as laptop_erasing

Patch = tuple[Any, str, Any]


def _own_work_stays() -> list[Patch]:
    """The laptop keeps what it wrote itself."""
    return [(laptop_erasing, "_erase_own_work", lambda *_: None)]


def _done_before_gone() -> list[Patch]:
    """The erasure is noted as done before the log is rewritten: a crash between leaves it there."""

    def sweep(store: Store, township_id: bytes, now: datetime) -> int:
        found, head = erasing._begin(store, township_id, now)
        seqs, _ = erasing._past(store, township_id, found, head)
        done = erasing._say(store, township_id, found, 1 << 62, now)
        for seq in seqs:
            erasing._erase(store, township_id, [seq], found)
        return done

    return [(erasing, "sweep", sweep)]


def _stub_not_put() -> list[Patch]:
    """Nobody is shown what stays of an erased record."""
    real = taking.Taking.renew

    def renew(self: taking.Taking, *given: Any) -> None:
        with patch.object(taking.Taking, "_write_parts", lambda *_: None):
            real(self, *given)

    return [(taking.Taking, "renew", renew)]


def _old_parts_stay() -> list[Patch]:
    """Snapshots made before keep their parts."""
    return [(erasing, "_drop_snapshots", lambda *_: None)]


def _former_zones_forgotten() -> list[Patch]:
    """Snapshots of zones that a record has left keep it."""
    return [(erasing, "_former", lambda *_: [])]


def _leaving_goes_too() -> list[Patch]:
    """That a record left a bucket, and what stayed of it, goes with its past."""
    return [(erasing, "_bare", lambda _: False)]


def _not_again() -> list[Patch]:
    """A restored township lets live what it had erased: the deletion is only a hash by now."""
    return [(taking, "again", lambda *_: [])]


def _stubs_passed_over() -> list[Patch]:
    """It looks at what lives only: a stub keeps the field that was emptied."""
    return [(taking, "bared", lambda *_: [])]


ERASURES: dict[str, Callable[[], list[Patch]]] = {
    made.__name__.removeprefix("_"): made
    for made in (
        _own_work_stays,
        _done_before_gone,
        _stub_not_put,
        _old_parts_stay,
        _former_zones_forgotten,
        _leaving_goes_too,
        _not_again,
        _stubs_passed_over,
    )
}
