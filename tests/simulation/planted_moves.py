"""Planted bugs around households that move: what is lost, stays behind, comes late or leaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sync.server import entries, feed, moving
from township.storage import arrival, later, overlay, replica, whereabouts
from township.storage.folding import Change

Patch = tuple[Any, str, Any]


def _moved_out_forgotten() -> list[Patch]:
    """A laptop keeps what has left its zone."""
    return [(Change, "leave", lambda _: None), (later, "_replaced", lambda *_: None)]


def _moved_out_not_told() -> list[Patch]:
    """The township tells nobody that a record has left."""
    real = moving.Moving.carry_out

    def carry_out(self: moving.Moving, seq: int) -> Any:
        return [], real(self, seq)[1]

    return [(moving.Moving, "carry_out", carry_out)]


def _late_page_clobbers() -> list[Patch]:
    """A bucket that is pulled later writes over what is known of a record elsewhere."""
    return [(whereabouts, "among", lambda *_: frozenset())]


def _child_stays_behind() -> list[Patch]:
    """Only the household moves."""
    return [(moving.Moving, "_children", lambda *_: {})]


def _late_child_stays_behind() -> list[Patch]:
    """What the old zone enters later does not follow."""
    return [(moving.Moving, "follows", lambda *_: False)]


def _put_leaks() -> list[Patch]:
    """The old zone gets to read where its household went and what is written there."""
    real = entries.Entries.place

    def place(self: Any, turn: Any, buckets: Any, told: Any, *, altered: bool) -> None:
        old = sorted(set(buckets)) if turn.header.device == 0 and len(set(buckets)) > 1 else []
        if not old:
            real(self, turn, buckets, told, altered=altered)
        for name in old:
            real(self, turn, [name] * len(buckets), told, altered=altered)

    return [(entries.Entries, "place", place)]


def _stray_not_told() -> list[Patch]:
    """Whoever edits a record that has left never hears what became of it."""
    return [(moving.Moving, "strays", lambda *_: None)]


def _move_back_by_itself() -> list[Patch]:
    """A laptop forgets that what it moved early was only pending."""
    real = feed._own

    def own(log: Any, plan: Any) -> Any:
        return [
            run if run.indexes is None else type(run)(run.seq, run.dseq, run.count)
            for run in real(log, plan)
        ]

    return [(feed, "_own", own)]


def _put_beneath_old_edits() -> list[Patch]:
    """An edit that a put holds already stays on top of it."""
    return [(arrival, "taken_in", lambda *_: set())]


def _refused_move_stays() -> list[Patch]:
    """When a move is refused, only the household goes back."""
    real = overlay.pending_among

    def homes(*given: Any) -> Any:
        """Those that the changeset names, when it is a move."""
        return {
            i: one for i, one in real(*given).items() if one.kind == "household" or one.inserted
        }

    return [(replica, "pending_among", homes)]


MOVES: dict[str, Callable[[], list[Patch]]] = {
    made.__name__.removeprefix("_"): made
    for made in (
        _moved_out_forgotten,
        _moved_out_not_told,
        _late_page_clobbers,
        _child_stays_behind,
        _late_child_stays_behind,
        _put_leaks,
        _stray_not_told,
        _move_back_by_itself,
        _put_beneath_old_edits,
        _refused_move_stays,
    )
}
