"""A township with designated persons, and laptops of theirs and of others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from sync.server import folder, sealing_keys
from sync.server.folder import OpenServer
from sync.server.office import Office
from sync.server.running import ServerThread
from tests.sync.laptops import Laptop, enrolled
from tests.sync.sample import ZONE, office_changeset
from tests.sync.snapshots import enter
from township.changes import Op
from township.records import Designation, SealedEntry, new_id
from township.usecases import designations, passing_on, sealed_entries, sealed_matters
from township.usecases.sealed_entries import Receipt
from township.usecases.sealed_matters import Matter, Reading

PEOPLE = {
    "ji": ("纪正", "DIS"),
    "pan": ("潘信", "PET"),
    "ding": ("丁访", "PET"),
    "ren": ("任书", "TOP"),
    "tong": ("童护", "CHD"),
    "anquan": ("安全", "SEC"),
    "zhang": ("张三", "VC"),
    "shuji": ("村书", "VC VS"),
    "zhou": ("周敏", "CLK"),
    "wei": ("卫芳", "HW"),
}


@dataclass
class Town:
    """A server, and the laptops that were enrolled so far, by name."""

    server: OpenServer
    url: str
    path: Path
    ids: dict[str, bytes] = field(default_factory=dict)
    laptops: dict[str, Laptop] = field(default_factory=dict)

    def laptop(self, login: str, name: str = "") -> Laptop:
        """A laptop of this cadre, made and synced when it is first asked for."""
        name = name or login
        if name not in self.laptops:
            made = enrolled(self.server, self.url, self.path / name, login)
            made.sync()
            self.laptops[name] = made
        return self.laptops[name]

    def sync(self, *names: str) -> None:
        """These laptops sync as the program does it: with what follows from a changed circle."""
        for name in names or self.laptops:
            one = self.laptops[name]
            one.sync()
            if passing_on.pass_on(one.database, one.cadre):
                one.sync()

    def close(self) -> None:
        for one in self.laptops.values():
            one.database.close()


@contextmanager
def open_town(path: Path) -> Iterator[Town]:
    """A served township in which all cadres are known and nobody is designated yet."""
    server = new_server(path / "server")
    with ServerThread(server) as thread:
        found = Town(server, thread.url, path, enter_people(server))
        yield found
        found.close()
    server.close()


def enter_people(server: OpenServer) -> dict[str, bytes]:
    """Let the office enter all cadres; their ids by login."""
    ids = {login: new_id() for login in PEOPLE}
    ops = []
    for login, (name, roles) in PEOPLE.items():
        fields = {"login": login, "name": name, "roles": roles, "status": "active", "post": "干部"}
        if {"VC", "CHD", "HW"}.intersection(roles.split()):
            fields["zones"] = ZONE.hex()
        ops.append(Op("cadre", ids[login], "insert", "township/i", fields))
    enter(server, *ops)
    return ids


def new_server(path: Path) -> OpenServer:
    folder.init(path, "屈原镇")
    server = folder.open_server(path)
    office = Office(server)
    office.load([office_changeset(office)])
    return server


def designate(made: Town, subject: str, *logins: str, to_on: date | None = None) -> None:
    """As if the security administrator had done it long ago."""
    ops = []
    for login in logins:
        fields = {"subject": subject, "cadre_id": made.ids[login], "from_on": "2026-01-01"}
        if to_on:
            fields["to_on"] = to_on.isoformat()
        ops.append(Op("designation", new_id(), "insert", "township/i", fields))
    enter(made.server, *ops)
    service = made.server.service
    sealing_keys.publish(service.store, service.township_id, service.clock())


def end(made: Town, laptop: Laptop, login: str) -> None:
    """The security administrator ends all designations of a cadre."""
    with laptop.database.work(laptop.cadre) as work:
        found = work.session.scalars(
            select(Designation.id).where(Designation.cadre_id == made.ids[login])
        )
        for one in found.all():
            designations.end(work, one)
        work.commit()


def write(laptop: Laptop, subject: str = "accusation", **values: Any) -> Receipt:
    """A first entry."""
    with laptop.database.work(laptop.cadre) as work:
        receipt = sealed_entries.record(work, {"subject": subject, **values})
        work.commit()
    return receipt


def add(laptop: Laptop, matter: Matter, act: str, text: str = "", **values: Any) -> Receipt:
    """A further entry."""
    given = {"text": text, **values}
    with laptop.database.work(laptop.cadre) as work:
        receipt = sealed_entries.add(work, matter.id, act, given)
        work.commit()
    return receipt


def reading(laptop: Laptop) -> Reading:
    with laptop.database.reader() as session:
        return sealed_matters.read(session, laptop.cadre)


def matter_of(laptop: Laptop, receipt: Receipt) -> Matter:
    """The matter of a receipt, which this laptop's person reads."""
    return next(one for one in reading(laptop).matters if one.first.no == receipt.no)


def texts(laptop: Laptop, receipt: Receipt) -> list[str]:
    """What this laptop's person can read of a matter, the oldest first."""
    matters = [one for one in reading(laptop).matters if one.first.no == receipt.no]
    return [one.text.text for matter in matters for one in matter.entries]


def rows(laptop: Laptop) -> int:
    """How many rows of sealed entries the laptop holds at all."""
    with laptop.database.reader() as session:
        return len(session.scalars(select(SealedEntry.id)).all())
