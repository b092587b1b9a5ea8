"""Two laptops enter the same family: nothing fails, people see it, merge it, take it back."""

from pathlib import Path

import pytest

from sync.server import folder
from tests.sync.laptops import Laptop, enrolled, snapshot
from tests.sync.sample import ZONE
from township.errors import NotFound, WorldError
from township.records import Household, Person, Record, Visit, new_id
from township.usecases import duplicates
from township.usecases.duplicates import OpenDuplicate
from township.values import CHINA

NO = "龙马溪-2-099"
ID_NO = "11010519491231002X"  # the example of GB 11643-1999


@pytest.fixture
def xiang(server: folder.OpenServer, url: str, tmp_path: Path) -> Laptop:
    laptop = enrolled(server, url, tmp_path / "xiang", "xiang")
    laptop.sync()
    return laptop


@pytest.fixture
def tan(server: folder.OpenServer, url: str, tmp_path: Path) -> Laptop:
    laptop = enrolled(server, url, tmp_path / "tan", "tan")
    laptop.sync()
    return laptop


def save(laptop: Laptop, *records: Record) -> None:
    with laptop.database.work(laptop.cadre) as work:
        for record in records:
            work.add(record)
        work.commit()


def family(laptop: Laptop, head: str, **more: str) -> tuple[bytes, bytes]:
    """A household with its head and a visit; ids of household and head."""
    home, person = new_id(), new_id()
    save(
        laptop,
        Household(id=home, zone_id=ZONE, no=NO, group_id=new_id(), head_person_id=person, **more),
        Person(id=person, zone_id=ZONE, household_id=home, name=head, sex="1", relation="02"),
        Visit(
            zone_id=ZONE,
            household_id=home,
            work_log_id=new_id(),
            visited_on=laptop.database.clock().astimezone(CHINA).date(),
            session="am",
            way="in_home",
            purpose="routine",
            resident_present=True,
            talk=f"{head}说水管坏了",
        ),
    )
    return home, person


def cases(laptop: Laptop) -> list[OpenDuplicate]:
    with laptop.database.reader() as session:
        return duplicates.open_duplicates(session)


def visits(laptop: Laptop, home: bytes) -> int:
    with laptop.database.reader() as session:
        return session.query(Visit).filter_by(household_id=home, deleted_at=None).count()


def all_sync(*laptops: Laptop) -> None:
    for laptop in (*laptops, *laptops):
        laptop.sync()


def test_a_family_entered_twice_is_merged_and_taken_apart(xiang: Laptop, tan: Laptop) -> None:
    first, _ = family(xiang, "王大明")
    second, _ = family(tan, "王大明", address="二组 9 号")
    assert cases(xiang) == cases(tan) == []
    all_sync(xiang, tan)
    assert [(c.kind, c.first.id, c.second.id, c.mergeable) for c in cases(xiang)] == [
        ("household", first, second, True)
    ]
    before = snapshot(xiang)

    with tan.database.work(tan.cadre) as work:
        decision = duplicates.merge(work, "household", first, second)
        work.commit()
    all_sync(tan, xiang)
    for laptop in (xiang, tan):
        assert cases(laptop) == []
        assert visits(laptop, first) == 2 and visits(laptop, second) == 0
        with laptop.database.reader() as session:
            kept, other = session.get(Household, first), session.get(Household, second)
            assert kept is not None and kept.address == "二组 9 号"
            assert other is not None and other.deleted_at is not None
            assert [one.id for one in duplicates.merged(session)] == [decision]

    with xiang.database.work(xiang.cadre) as work:
        duplicates.undo(work, decision)
        work.commit()
    all_sync(xiang, tan)
    assert len(cases(tan)) == 1
    assert snapshot(xiang) == snapshot(tan)
    assert contents(snapshot(xiang)) == contents(before)


def contents(rows: dict[str, list[tuple[object, ...]]]) -> object:
    """What people see of visits: whose they are."""
    c = Visit.__table__.c
    place = [column.name for column in c].index("household_id")
    return [row[place] for row in rows["visit"]]


def test_an_identity_number_entered_twice(xiang: Laptop, tan: Laptop) -> None:
    home, one = family(xiang, "王大明")
    all_sync(xiang, tan)
    two = new_id()
    more = {"sex": "1", "relation": "10", "zone_id": ZONE, "household_id": home}
    save(tan, Person(id=two, name="王大民", id_no=ID_NO, **more))
    with xiang.database.work(xiang.cadre) as work:
        person = work.session.get(Person, one)
        assert person is not None
        person.id_no = ID_NO
        work.commit()
    all_sync(xiang, tan)
    (case,) = cases(tan)
    assert ID_NO not in case.what and "1101**********002X" in case.what
    with tan.database.work(tan.cadre) as work:
        duplicates.merge(work, "person", two, one)
        work.commit()
    all_sync(tan, xiang)
    with xiang.database.reader() as session:
        house = session.get(Household, home)
        assert house is not None and house.head_person_id == two


def test_two_that_are_not_the_same_stay_apart(xiang: Laptop, tan: Laptop) -> None:
    family(xiang, "王大明")
    family(tan, "王大民")
    all_sync(xiang, tan)
    (case,) = cases(xiang)
    with xiang.database.work(xiang.cadre) as work:
        duplicates.keep_apart(work, case.kind, case.first.id, case.second.id)
        work.commit()
    all_sync(xiang, tan)
    assert cases(xiang) == cases(tan) == []


def test_edits_after_a_merge_survive_its_undoing(xiang: Laptop) -> None:
    first, _ = family(xiang, "王大明")
    second, person = family(xiang, "王大明")
    third, _ = family(xiang, "王大民")
    with xiang.database.work(xiang.cadre) as work:
        decision = duplicates.merge(work, "household", first, second)
        work.commit()
    with xiang.database.work(xiang.cadre) as work:
        moved = work.session.get(Person, person)
        assert moved is not None and moved.household_id == first
        moved.household_id = third
        work.commit()
    with xiang.database.work(xiang.cadre) as work:
        duplicates.undo(work, decision)
        work.commit()
    with xiang.database.reader() as session:
        moved = session.get(Person, person)
        assert moved is not None and moved.household_id == third
    with xiang.database.work(xiang.cadre) as work, pytest.raises(NotFound, match="撤销"):
        duplicates.undo(work, decision)


def test_records_of_two_zones_are_not_merged(xiang: Laptop) -> None:
    first, _ = family(xiang, "王大明")
    second = new_id()
    save(xiang, Household(id=second, zone_id=new_id(), no=NO, group_id=new_id()))
    (case,) = cases(xiang)
    assert not case.mergeable
    with xiang.database.work(xiang.cadre) as work, pytest.raises(WorldError, match="不同责任区"):
        duplicates.merge(work, "household", first, second)


def test_a_deleted_record_is_no_duplicate(xiang: Laptop) -> None:
    first, _ = family(xiang, "王大明")
    second, _ = family(xiang, "王大明")
    with xiang.database.work(xiang.cadre) as work:
        home = work.session.get(Household, second)
        assert home is not None
        work.delete(home)
        work.commit()
    assert cases(xiang) == []
    with xiang.database.work(xiang.cadre) as work, pytest.raises(NotFound, match="已经被"):
        duplicates.merge(work, "household", first, second)
