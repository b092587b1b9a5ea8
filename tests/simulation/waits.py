"""Quarantine, from the protocol's text: what waits, what the township decided, who knows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from sync.server import devices
from tests.simulation.things import Broken
from township.changes import Op, decode_header, decode_op, is_erased
from township.storage import tables as laptop_tables

Place = tuple[int, int, int]
"""Device, incarnation, number."""


def word(row: Any) -> Op | None:
    """What a log row says about quarantined work."""
    if row.device != 0 or is_erased(row.ops[0]):
        return None
    op = decode_op(row.ops[0])
    return op if op.kind == "admission" else None


def let_in(rows: Sequence[Any], row: Any) -> Any:
    """The row whose ops take effect here: itself, or the one that it lets in; else None."""
    said = word(row)
    if said is None:
        return row
    return _named(rows, said, row) if said.fields["decision"] == "admitted" else None


def _named(rows: Sequence[Any], said: Op, row: Any) -> Any:
    place = tuple(said.fields[name] for name in ("device", "incarnation", "dseq"))
    found = rows[said.fields["seq"] - 1]
    if (found.device, found.incarnation, found.dseq) != place or found.seq >= row.seq:
        raise Broken(3, f"entry {row.seq} names {place}, which entry {found.seq} is not")
    if found.status != "quarantined":
        raise Broken(3, f"entry {row.seq} lets in {place}, which is {found.status}")
    return found


def fates(rows: Iterable[Any]) -> dict[Place, str]:
    """What has become of each changeset by now. Raises Broken when one is decided twice."""
    rows = list(rows)
    found = {(row.device, row.incarnation, row.dseq): str(row.status) for row in rows}
    decided: set[Place] = set()
    for row in rows:
        said = word(row)
        if said is None:
            continue
        original = _named(rows, said, row)
        place = (original.device, original.incarnation, original.dseq)
        if place in decided:
            raise Broken(5, f"entry {row.seq} decides {place} a second time")
        decided.add(place)
        found[place] = row.status if said.fields["decision"] == "admitted" else "rejected"
    _in_order(rows, decided)
    return found


def _in_order(rows: Sequence[Any], decided: set[Place]) -> None:
    """Work of one device on one record is let in in the order in which it was written."""
    newest: dict[tuple[int, str, bytes], int] = {}
    for row in rows:
        said = word(row)
        if said is None or said.fields["decision"] != "admitted":
            continue
        for data in rows[said.fields["seq"] - 1].ops:
            if is_erased(data):
                continue
            op = decode_op(data)
            key = (said.fields["device"], op.kind, op.record)
            if newest.get(key, 0) > said.fields["seq"]:
                raise Broken(3, f"entry {row.seq} lets in work after what was built on it")
            newest[key] = said.fields["seq"]


def check(machine: Any, rows: Iterable[Any]) -> None:
    """A laptop at rest knows what has become of its own work. Raises Broken."""
    due = fates(rows)
    c = laptop_tables.changeset.c
    with machine.database.reader() as session:
        own = session.execute(select(c.incarnation, c.dseq, c.state)).all()
    for incarnation, dseq, state in own:
        if state == "moved":
            continue
        expected = due[machine.seat.number, incarnation, dseq]
        if state != expected:
            raise Broken(
                3, f"{machine.seat.login} takes {incarnation}.{dseq} for {state}, it is {expected}"
            )


def nothing_waits_that_fits(world: Any, machine: Any, rows: Sequence[Any], model: Any) -> None:
    """What a laptop's grants cover by now has been let in, unless earlier work waits. Broken."""
    service, number = world.server.service, machine.seat.number
    with service.store.reading() as connection:
        device = devices.find(connection, service.township_id, number)
        assert device is not None
        granted = devices.grants(connection, device)
        authors = devices.authors(connection, device)
    due = fates(rows)
    held: set[tuple[str, bytes]] = set()
    for row in rows:
        place = (row.device, row.incarnation, row.dseq)
        if row.device != number or due[place] != "quarantined":
            continue
        ops = [decode_op(data) for data in row.ops if not is_erased(data)]
        keys = {(op.kind, op.record) for op in ops}
        fits = device.any_author or decode_header(row.header).author in authors
        if fits and not keys & held and _fit(ops, granted, model.things):
            raise Broken(3, f"{machine.seat.login}'s entry {row.seq} waits although it fits")
        held |= keys


def _fit(ops: Sequence[Op], granted: Any, things: Any) -> bool:
    made: dict[tuple[str, bytes], str] = {}
    for op in ops:
        key = (op.kind, op.record)
        known = made.get(key) or (things[key].bucket if key in things else None)
        if (op.action == "insert") == (known is not None):
            return False
        made[key] = known or op.bucket
        if op.kind == "access_entry" or (op.kind, op.action) == ("sealed_entry", "insert"):
            continue  # everybody may send these in
        if made[key] not in granted or (op.action == "move" and not _both(op, granted, known)):
            return False
    return True


def _both(op: Op, granted: Any, known: str | None) -> bool:
    """A move needs both zones, in both classes."""
    zones = ((known or op.bucket).split("/")[0], op.fields["zone_id"][0].hex())
    return all(f"{zone}/{name}" in granted for zone in zones for name in "ir")
