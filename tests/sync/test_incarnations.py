"""A laptop that was restored or copied goes on: nothing is lost, nothing is taken twice."""

import shutil
from pathlib import Path

import pytest

from sync.server.folder import OpenServer
from tests.sync.laptops import Laptop, enrolled, overlay_rows, snapshot
from tests.sync.sample import ZONE
from township.records import Household, new_id
from township.storage.database import Database


@pytest.fixture
def one(server: OpenServer, url: str, tmp_path: Path) -> Laptop:
    laptop = enrolled(server, url, tmp_path / "one", "xiang")
    laptop.sync()
    return laptop


@pytest.fixture
def two(server: OpenServer, url: str, tmp_path: Path) -> Laptop:
    return enrolled(server, url, tmp_path / "two", "tan")


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
        return sorted(home.no for home in session.query(Household).filter_by(deleted_at=None))


def twin(laptop: Laptop, place: Path) -> Laptop:
    """A copy of a laptop, as a backup or a cloned disk is."""
    database = laptop.database
    with database.writing() as connection:
        connection.exec_driver_sql("SELECT 1")
    database.close()
    shutil.copyfile(database.path, place)
    return Laptop(Database.open(place, database.key), laptop.cadre)


def rest(*laptops: Laptop) -> None:
    for laptop in (*laptops, *laptops):
        laptop.sync()


def incarnation(laptop: Laptop) -> int:
    return laptop.replica.identity().incarnation


def test_restored_from_yesterday_it_gets_its_later_work_back(
    one: Laptop, two: Laptop, tmp_path: Path
) -> None:
    home = add(one, "1")
    edit(one, home, "12345678901")
    backup = twin(one, tmp_path / "backup.db")  # both changesets were not sent yet
    one.sync()
    add(one, "2")
    one.sync()
    edit(backup, home, "12345678902")
    add(backup, "3")
    backup.sync()
    assert incarnation(backup) == 2
    assert numbers(backup) == ["1", "2", "3"]
    rest(backup, two)
    assert snapshot(backup) == snapshot(two)
    assert overlay_rows(backup) == 0
    with two.database.reader() as session:
        assert session.get_one(Household, home).phone == "12345678902"
    assert backup.states() == ["applied", "applied", "moved", "moved", "applied", "applied"]


def test_two_copies_both_go_on(one: Laptop, two: Laptop, tmp_path: Path) -> None:
    home = add(one, "1")
    one.sync()
    copy = twin(one, tmp_path / "copy.db")
    for turn in range(3):
        add(one, f"one {turn}")
        add(copy, f"copy {turn}")
        edit(copy, home, f"1234567890{turn}")
        rest(one, copy)
    rest(one, copy, two)
    assert numbers(two) == ["1", *(f"copy {n}" for n in range(3)), *(f"one {n}" for n in range(3))]
    assert snapshot(one) == snapshot(copy) == snapshot(two)
    assert overlay_rows(one) == overlay_rows(copy) == 0


def test_a_restored_laptop_with_nothing_to_send_only_reads(
    one: Laptop, two: Laptop, tmp_path: Path
) -> None:
    backup = twin(one, tmp_path / "backup.db")
    add(one, "1")
    one.sync()
    backup.sync()
    assert numbers(backup) == ["1"]
    add(backup, "2")
    rest(backup, two)
    assert numbers(two) == ["1", "2"]


def test_a_delete_made_before_the_turn_still_knows_what_it_saw(
    one: Laptop, two: Laptop, tmp_path: Path
) -> None:
    home = add(one, "1")
    one.sync()
    backup = twin(one, tmp_path / "backup.db")
    add(one, "2")
    one.sync()
    edit(backup, home, "12345678901")
    with backup.database.work(backup.cadre) as work:
        work.delete(work.session.get_one(Household, home))
        work.commit()
    rest(backup, two)
    assert numbers(two) == ["2"]
    assert snapshot(backup) == snapshot(two)
