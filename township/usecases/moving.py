"""迁到别的责任区: a household goes to another zone, with all that hangs on it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from township.changes import bucket
from township.errors import NotAllowed, NotFound
from township.records import Conflict, Group, Household, record_kinds
from township.storage import tables
from township.storage.work import UnitOfWork
from township.usecases.households import ZoneGroups, zones_with_groups


@dataclass(frozen=True)
class Moved:
    """What has to be known to move a household back."""

    household_id: bytes
    zone_id: bytes
    group_id: bytes


def granted_zones(session: Session) -> frozenset[bytes]:
    """The zones that this laptop holds whole, by the township's grants."""
    names = set(session.scalars(select(tables.bucket_cursor.c.bucket)))
    kinds = record_kinds().values()
    of_zones = (one for one in kinds if one.owner_field == "zone_id" and not one.township_wide)
    classes = {kind.data_class for kind in of_zones}
    places = {name.split("/")[0] for name in names} - {"township"}
    return frozenset(
        zone
        for place in places
        if all(bucket(zone := bytes.fromhex(place), name) in names for name in classes)
    )


def destinations(session: Session, household_id: bytes) -> tuple[ZoneGroups, ...]:
    """Where a household can go from this laptop: other zones that it holds, with their groups.

    Empty when the laptop does not hold the household's zone itself.
    """
    home = session.get(Household, household_id)
    held = granted_zones(session)
    if home is None or home.deleted_at is not None or home.zone_id not in held:
        return ()
    return tuple(
        zone
        for zone in zones_with_groups(session)
        if zone.id in held and zone.id != home.zone_id and zone.groups
    )


def move(work: UnitOfWork, household_id: bytes, zone_id: bytes, group_id: bytes) -> Moved:
    """Move a household and all that belongs to it; uncommitted, alone in its unit of work.

    Raises NotFound, and NotAllowed when this laptop does not hold both zones. Moving it back is
    another move, with what is returned.
    """
    home = work.session.get(Household, household_id)
    if home is None or home.deleted_at is not None:
        raise NotFound("这户已经不在台账里了。请刷新后再看。")
    before = Moved(home.id, home.zone_id, home.group_id)
    if zone_id == home.zone_id:
        raise NotAllowed("这户已经在这个责任区。请选择别的责任区。")
    if not {zone_id, home.zone_id} <= granted_zones(work.session):
        raise NotAllowed("本机没有这两个责任区的权限，不能迁移。请由镇里办理。")
    group = work.session.get(Group, group_id)
    if group is None or group.zone_id != zone_id:
        raise NotAllowed("所选的村民小组不在这个责任区。请重新选择。")
    work.move(home, zone_id, group_id)
    return before


def lost_move(session: Session, conflict: Conflict) -> tuple[Conflict, Conflict] | None:
    """The two conflicts of a move that lost: of the zone and of the group; None for others."""
    if conflict.target_kind != "household" or conflict.field_name not in ("zone_id", "group_id"):
        return None
    same = select(Conflict).where(
        Conflict.target_id == conflict.target_id, Conflict.other_op == conflict.other_op
    )
    found = {one.field_name: one for one in session.scalars(same)}
    zone, group = found.get("zone_id"), found.get("group_id")
    return (zone, group) if zone and group else None


def decide(work: UnitOfWork, lost: tuple[Conflict, Conflict], *, again: bool) -> None:
    """Move the household after all, if somebody wants it ``again``; uncommitted.

    Raises NotAllowed when this laptop does not hold both zones.
    """
    home = work.session.get(Household, lost[0].target_id)
    if home is None or not again:
        return
    zone_id, group_id = (msgspec.msgpack.decode(one.other_value or b"\xc0") for one in lost)
    if not {zone_id, home.zone_id} <= granted_zones(work.session):
        raise NotAllowed("本机没有这两个责任区的权限，不能迁移。请由镇里办理。")
    work.move(home, zone_id, group_id)
