"""Households are found by whatever people remember of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.storage.sample import AUTHOR, Village
from township.records import Household, Person
from township.storage.database import Database
from township.storage.pinyin import keys
from township.storage.search import catch_up, household_ids, tokens
from township.storage.tables import setting as settings


@pytest.fixture
def indexed(database: Database, village: Village) -> Database:
    with database.work(AUTHOR) as work:
        other = Household(
            zone_id=village.zone, no="龙马溪-3-021", group_id=village.group, address="王家湾 8 号"
        )
        work.add(other)
        work.add(
            Person(
                zone_id=village.zone, household_id=other.id, name="单𠮷英", sex="2", relation="02"
            )
        )
        work.session.get_one(Person, village.head).id_no = "11010519491231002X"
        work.commit()
    assert catch_up(database) == 2
    return database


@pytest.mark.parametrize(
    "query",
    [
        "wdm",
        "wangdaming",
        "WDM",
        "wangda",
        "王",
        "大明",
        "王大明",
        "017",
        "8901",
        "12345678901",
        "11010519491231002x",
        "12345678901 王",
        "二组",
        "2组",
        "王大 二组",
        "wdm 017",
        "017 wdm",
        "二组 wang 大明",
    ],
)
def test_found_by(indexed: Database, village: Village, query: str) -> None:
    with indexed.reader() as session:
        assert household_ids(session, query)[0] == village.home


@pytest.mark.parametrize("query", ["shanjy", "sjy", "djy", "chanjy", "𠮷", "单𠮷", "王家湾"])
def test_every_reading_and_rare_characters(indexed: Database, village: Village, query: str) -> None:
    with indexed.reader() as session:
        found = household_ids(session, query)
    assert found
    assert village.home not in found


@pytest.mark.parametrize(
    "query",
    [
        *("", "  ", "wdx", "李", "王大光", "9999", "'\"*)(", "wdm 三组", "017 wdx"),
        *("12345678902", "1234567", "5678901", "1949", "11010519491231002"),  # masked digits
    ],
)
def test_not_found_by(indexed: Database, query: str) -> None:
    with indexed.reader() as session:
        assert household_ids(session, query) == []


def test_names_come_before_other_words(indexed: Database, village: Village) -> None:
    with indexed.reader() as session:
        found = household_ids(session, "王")
    assert found[0] == village.home
    assert len(found) == 2


def test_heads_come_before_others_of_the_household(indexed: Database, village: Village) -> None:
    homes = []
    for names in (("李四", "王大民"), ("温德民",)):
        with indexed.work(AUTHOR) as work:
            home = Household(zone_id=village.zone, no="龙马溪-1-001", group_id=village.group)
            work.add(home)
            for at, name in enumerate(names):
                person = Person(
                    zone_id=village.zone, household_id=home.id, name=name, sex="1", relation="02"
                )
                work.add(person)
                home.head_person_id = home.head_person_id if at else person.id
            work.commit()
        catch_up(indexed)
        homes.append(home.id)
    member, head = homes
    with indexed.reader() as session:
        assert household_ids(session, "wdm") == [village.home, head, member]


def test_a_changed_name_is_found_and_the_old_one_is_not(
    indexed: Database, village: Village
) -> None:
    with indexed.work(AUTHOR) as work:
        work.session.get_one(Person, village.head).name = "王小明"
        work.commit()
    catch_up(indexed)
    with indexed.reader() as session:
        assert household_ids(session, "wxm") == [village.home]
        assert household_ids(session, "wdm") == []


def test_a_deleted_household_is_found_no_more(indexed: Database, village: Village) -> None:
    with indexed.work(AUTHOR) as work:
        work.delete(work.session.get_one(Household, village.home))
        work.commit()
    catch_up(indexed)
    with indexed.reader() as session:
        assert household_ids(session, "王大明") == []


@pytest.mark.parametrize(
    ("name", "key"),
    [("王大明", "wdm"), ("吕布", "lb"), ("吕布", "lvbu"), ("吕布", "lubu"), ("曾国", "zengguo")],
)
def test_pinyin_keys(name: str, key: str) -> None:
    assert key in keys(name)


@given(st.text(alphabet="王大明A1 -", max_size=12))
def test_tokens_never_join_two_runs(text: str) -> None:
    for token in tokens(text).split():
        assert token in text.lower()


def test_an_index_of_an_older_program_is_made_anew(indexed: Database, village: Village) -> None:
    with indexed.writing() as connection:
        connection.execute(settings.delete().where(settings.c.key == "search.form"))
    assert catch_up(indexed) == 2
    assert catch_up(indexed) == 0
