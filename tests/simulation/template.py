"""The township that every run begins with: made once in a process, copied for each run.

Two zones, a server, three cadres' laptops and one of the township office, all really enrolled
over a socket. Ids that decide about order are fixed, so that a seed means the same everywhere.
"""

from __future__ import annotations

import gc
import os
import shutil
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from tempfile import mkdtemp

from sync.client import run
from sync.enrol import enrol
from sync.http import carrier_to
from sync.server import admin, folder
from sync.server.office import Office
from sync.server.running import ServerThread
from tests.sync.laptops import CHEAP, PASSWORD
from township.changes import SCHEMA, Changeset, Header, Op, encode
from township.storage.database import Database
from township.storage.folder import LaptopFolder
from township.storage.replica import Replica

ZONES = [bytes([0xA0 + n]) * 16 for n in range(2)]
LOGINS = ("xiang", "tan", "deng", "zhou")
CADRES = {login: bytes([0xC0 + n]) * 16 for n, login in enumerate(LOGINS)}
_OFFICE = "zhou"
_MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Seat:
    """A laptop of the template."""

    login: str
    cadre: bytes
    file: Path
    key: bytes
    number: int


@dataclass(frozen=True)
class Template:
    """Files to copy."""

    server: Path
    seats: tuple[Seat, ...]
    blank: Path
    """A laptop's file before it is enrolled."""
    blank_key: bytes


@cache
def template() -> Template:
    """The files of this process's template."""
    place = Path(mkdtemp(prefix="lianxinqiao-", dir=_MEMORY if _MEMORY.is_dir() else None))
    Finalize(None, shutil.rmtree, (place, True), exitpriority=0)  # also in a pool's processes
    folder.init(place / "server", "屈原镇")
    server = folder.open_server(place / "server")
    office = Office(server)
    office.load([_beginning(office)])
    with ServerThread(server) as thread:
        seats = tuple(_seat(server, thread.url, place, login) for login in LOGINS)
    server.close()
    key = os.urandom(32)
    Database.create(place / "blank.db", key).close()
    gc.collect()
    gc.freeze()  # the modules stay; to look through them again and again takes time
    return Template(place / "server", seats, place / "blank.db", key)


def fresh_copy(place: Path) -> Template:
    """The template's files again, in another folder."""
    source = template()
    shutil.copytree(source.server, place / "server")
    seats = []
    for seat in source.seats:
        file = place / seat.file.name
        shutil.copyfile(seat.file, file)
        seats.append(Seat(seat.login, seat.cadre, file, seat.key, seat.number))
    return replace(source, server=place / "server", seats=tuple(seats))


def _seat(server: folder.OpenServer, url: str, place: Path, login: str) -> Seat:
    code = admin.issue_code(server, [login])
    laptop = enrol(LaptopFolder(place / login), url, code, PASSWORD, cost=CHEAP)
    replica = Replica(laptop.database)
    with carrier_to(replica.identity()) as carrier:
        run(replica, carrier)
    number = replica.identity().device
    key = laptop.database.key
    laptop.database.close()
    file = place / f"{login}.db"
    shutil.copyfile(place / login / "laptop.db", file)
    return Seat(login, laptop.cadre_id, file, key, number)


def _beginning(office: Office) -> Changeset:
    ops = [
        Op(
            "zone",
            zone,
            "insert",
            "township/i",
            {"code": f"42052710321{n}", "name": f"{n}村", "zone_kind": "village", "hotline": "1"},
        )
        for n, zone in enumerate(ZONES)
    ]
    zones = {"xiang": ZONES[:1], "tan": ZONES, "deng": ZONES[1:], "zhou": []}
    ops += [
        Op(
            "cadre",
            CADRES[login],
            "insert",
            "township/i",
            {
                "login": login,
                "name": login,
                "post": "村委委员",
                "roles": "CLK AUD" if login == _OFFICE else "VC VS",
                "status": "active",
                **(
                    {"zones": " ".join(zone.hex() for zone in zones[login])} if zones[login] else {}
                ),
            },
        )
        for login in LOGINS
    ]
    head = office.head()
    header = Header(
        SCHEMA, office.number, head.incarnation, head.dseq + 1, CADRES[_OFFICE], 0, len(ops)
    )
    return Changeset(encode(header), [encode(op) for op in ops])
