"""A lost laptop gets nothing; when it is found, what it had not sent comes back with it."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from sync import problems
from sync.client import Carrier, Client
from sync.enrol import reenrol
from sync.http import carrier_to
from sync.server import admin, folder
from sync.server.folder import OpenServer
from sync.server.office import Office
from sync.server.running import ServerThread
from tests.sync.laptops import PASSWORD, Laptop, enrolled, overlay_rows, snapshot
from tests.sync.restoring import Town
from tests.sync.sample import ZONE, office_changeset
from township.errors import WorldError
from township.records import Household, new_id
from township.storage import backup, contact
from township.storage.folder import LaptopFolder
from township.storage.laptop import Unlocked, unlock


def add(laptop: Laptop, no: str) -> bytes:
    home = Household(id=new_id(), zone_id=ZONE, group_id=bytes(16), no=no)
    with laptop.database.work(laptop.cadre) as work:
        work.add(home)
        work.commit()
    return home.id


def edit(laptop: Laptop, record: bytes, phone: str) -> None:
    with laptop.database.work(laptop.cadre) as work:
        work.session.get_one(Household, record).phone = phone
        work.commit()


def numbers(laptop: Laptop) -> list[str]:
    with laptop.database.reader() as session:
        return sorted(session.scalars(select(Household.no)))


def found(server: OpenServer, laptop: Laptop, place: Path, url: str | None = None) -> Laptop:
    """The administrator gives a new code for it."""
    code = admin.issue_code(server, ["xiang"])
    before = Unlocked(LaptopFolder(place), laptop.database, "xiang", laptop.cadre)
    after = reenrol(before, code, url)
    return Laptop(after.database, after.cadre_id)


def why(laptop: Laptop) -> str | None:
    with laptop.database.reader() as session:
        return contact.standing(session.connection(), laptop.database.clock()).why


def rest(*laptops: Laptop) -> None:
    for laptop in (*laptops, *laptops):
        laptop.sync()


def test_a_revoked_laptop_gets_nothing_and_brings_its_work_back(
    server: OpenServer, one: Laptop, two: Laptop, tmp_path: Path
) -> None:
    old = add(one, "1-001")
    rest(one, two)
    edit(one, old, "13800000001")
    add(one, "1-002")
    number = one.replica.identity().device
    admin.revoke(server, number)
    add(two, "1-003")
    two.sync()
    with pytest.raises(problems.Revoked):
        one.sync()
    assert numbers(one) == ["1-001", "1-002"] and one.states().count("pending") == 2
    assert why(one) == "revoked"
    one = found(server, one, tmp_path / "one")
    assert one.replica.identity().device not in (number, two.replica.identity().device)
    assert why(one) is None
    assert one.sync().pushed == 2
    rest(one, two)
    assert numbers(one) == numbers(two) == ["1-001", "1-002", "1-003"]
    assert snapshot(one) == snapshot(two) and overlay_rows(one) == 0
    with two.database.reader() as session:
        assert session.get_one(Household, old).phone == "13800000001"


def test_work_whose_answer_was_lost_is_not_there_twice(
    server: OpenServer, one: Laptop, two: Laptop, tmp_path: Path
) -> None:
    home = add(one, "1-001")
    edit(one, home, "13800000001")
    with pytest.raises(problems.ServerAway):
        one.sync(deaf(one))
    assert one.states() == ["pending", "pending"]
    admin.revoke(server, one.replica.identity().device)
    one = found(server, one, tmp_path / "one")
    rest(one, two)
    assert numbers(one) == numbers(two) == ["1-001"]
    assert snapshot(one) == snapshot(two) and overlay_rows(one) == 0
    with two.database.reader() as session:
        assert session.get_one(Household, home).phone == "13800000001"


def test_what_was_answered_but_had_not_come_back_is_there_once(
    server: OpenServer, one: Laptop, two: Laptop, tmp_path: Path
) -> None:
    home = add(one, "1-001")
    rest(one, two)
    edit(two, home, "13800000002")
    two.sync()
    edit(one, home, "13800000001")  # a conflict: the township keeps the other value
    add(one, "1-002")
    with carrier_to(one.replica.identity()) as carrier:
        client = Client(one.replica, snapshots=False)
        client._cursors = {}  # only push: no page comes with the verdicts
        client.receive(carrier(client.request()))
        client.apply()
    assert "pending" not in one.states()
    admin.revoke(server, one.replica.identity().device)
    one = found(server, one, tmp_path / "one")
    rest(one, two)
    assert numbers(one) == numbers(two) == ["1-001", "1-002"]
    assert snapshot(one) == snapshot(two) and overlay_rows(one) == 0


def test_from_a_backup_of_the_lost_laptop(
    server: OpenServer, one: Laptop, two: Laptop, tmp_path: Path
) -> None:
    add(one, "1-001")
    one.sync()
    add(one, "1-002")
    made = backup.make(one.database, tmp_path / "one" / "backups")
    admin.revoke(server, one.replica.identity().device)
    new = tmp_path / "new"  # another computer: the backup and the file of keys
    new.mkdir()
    shutil.copy(tmp_path / "one" / "keys.json", new)
    here = LaptopFolder(new)
    backup.restore(made, here.database, here.keyring.unlock("xiang", PASSWORD))
    opened = unlock(here, "xiang", PASSWORD)
    again = found(server, Laptop(opened.database, opened.cadre_id), new)
    rest(again, two)
    assert numbers(again) == numbers(two) == ["1-001", "1-002"]
    assert snapshot(again) == snapshot(two)
    again.database.close()


def test_a_restored_township_gets_back_what_was_written_under_the_new_number(
    tmp_path: Path, database: str | None
) -> None:
    path = tmp_path / "server"
    folder.init(path, "屈原镇", database=database)
    town = Town(path, folder.open_server(path), database)
    office = Office(town.server)
    office.load([office_changeset(office)])
    one, two = town.laptop("xiang"), town.laptop("tan")
    add(one, "1-001")
    town.sync(one, two)
    admin.revoke(town.server, one.replica.identity().device)
    with ServerThread(town.server) as thread:
        place = one.database.path.parent
        one = found(town.server, one, place, thread.url)
    add(one, "1-002")
    town.sync(one, two)
    town.keep()
    add(one, "1-003")
    town.sync(one, two)
    town.put_back()
    town.sync(one, two, one, two)
    assert numbers(one) == numbers(two) == ["1-001", "1-002", "1-003"]
    assert snapshot(one) == snapshot(two) and "pending" not in one.states()
    assert overlay_rows(one) == 0
    for laptop in (one, two):
        laptop.database.close()
    town.server.close()


def test_a_code_that_does_not_fit_changes_nothing(
    server: OpenServer, one: Laptop, tmp_path: Path
) -> None:
    add(one, "1-001")
    opened = Unlocked(LaptopFolder(tmp_path / "one"), one.database, "xiang", one.cadre)
    for code, told in (
        (admin.issue_code(server, ["tan"]), "不是给 xiang 的"),
        ("X" * 20, "登记码"),
    ):
        with pytest.raises(WorldError, match=told):
            reenrol(opened, code)
    assert one.replica.identity().device == 2 and one.states() == ["pending"]
    assert one.sync().pushed == 1


def test_a_found_laptop_can_be_recovered_under_its_new_number(
    server: OpenServer, url: str, tmp_path: Path
) -> None:
    laptop = enrolled(server, url, tmp_path / "one", "xiang")
    laptop = found(server, laptop, tmp_path / "one")
    kept = LaptopFolder(tmp_path / "one").keyring.load()["recovery"]
    assert kept["device"] == laptop.replica.identity().device
    laptop.database.close()


def deaf(laptop: Laptop) -> Carrier:
    """Brings messages to the township and loses every answer."""

    def carry(message: bytes) -> bytes:
        with carrier_to(laptop.replica.identity()) as http:
            http(message)
        raise problems.server_away()

    return carry
