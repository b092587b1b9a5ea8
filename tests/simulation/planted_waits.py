"""Planted bugs about quarantine and about programs that are too old."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from sync.server import quarantine, readmission, service
from sync.server.sequencer import Taken
from township.storage import decisions
from township.storage.pages import Page

Patch = tuple[Any, str, Any]


def _grant_unnoticed() -> list[Patch]:
    """What a grant covers goes on waiting."""
    return [(readmission._Round, "_due", lambda _: False)]


def _let_in_out_of_order() -> list[Patch]:
    """Work is let in although earlier work on the same record waits."""
    return [(readmission, "_keys", lambda _: set())]


def _let_in_twice() -> list[Patch]:
    """Nobody notes that something was decided."""
    return [(quarantine, "decided", lambda *_: None)]


def _let_in_under_new_names() -> list[Patch]:
    """Laptops see the township's word instead of the author's work."""
    return [(quarantine, "shown", lambda *given: given[2])]


def _decisions_unheard() -> list[Patch]:
    """A laptop notes that it has heard the decisions, and not what they are."""
    real = decisions.take

    def take(connection: Connection, page: Page, after: int) -> None:
        real(connection, Page([], [], {}, page.head, page.more, [], page.heard), after)

    return [(decisions, "take", take)]


def _decisions_passed_over() -> list[Patch]:
    """The server takes all for heard that the laptop's cursors have passed."""
    real = quarantine.told

    def told(connection: Connection, device: Any, heard: int, page: Page) -> Page:
        return real(connection, device, max(heard, page.head - 1), page)

    return [(quarantine, "told", told)]


def _old_programs_shut_out() -> list[Patch]:
    """A program that is too old to pull cannot push either."""
    real = service.Service._push

    def push(self: service.Service, device: Any, request: Any) -> Taken:
        with self.store.reading() as connection:
            town = connection.execute(service._TOWN, {"township": self.township_id}).one()
        if service._lacking(town.minimum, request.schema):
            with self.store.reading() as connection:
                return self._compare(connection, device, request)
        return real(self, device, request)

    return [(service.Service, "_push", push)]


PLANTED_WAITS: dict[str, Callable[[], list[Patch]]] = {
    made.__name__.removeprefix("_"): made
    for made in (
        _grant_unnoticed,
        _let_in_out_of_order,
        _let_in_twice,
        _let_in_under_new_names,
        _decisions_unheard,
        _decisions_passed_over,
        _old_programs_shut_out,
    )
}
