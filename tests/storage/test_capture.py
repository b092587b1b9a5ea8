"""What a unit of work leaves behind: records, one changeset, and what lies beneath edits."""

import msgspec
import pytest
from sqlalchemy import delete, select, update

from tests.storage.sample import AUTHOR, Village
from township import changes
from township.changes import Op, Writers
from township.errors import InvalidInput, WorldError
from township.records import Household, Person
from township.storage import tables
from township.storage.database import Database


def outbox(database: Database) -> list[tuple[changes.Header, list[Op], bytes]]:
    with database.reader() as session:
        rows = session.execute(select(tables.changeset).order_by(tables.changeset.c.dseq)).all()
    return [
        (
            changes.decode_header(row.header),
            [changes.decode_op(op) for op in msgspec.msgpack.decode(row.ops)],
            row.hash,
        )
        for row in rows
    ]


def acknowledge(database: Database) -> None:
    """As if the township had taken everything."""
    with database.writing() as connection:
        connection.execute(delete(tables.pending))
        connection.execute(delete(tables.shadow))
        connection.execute(update(tables.changeset).values(state="applied"))


def test_one_action_is_one_changeset(database: Database, village: Village) -> None:
    ((header, ops, _),) = outbox(database)
    assert (header.device, header.incarnation, header.dseq, header.author) == (7, 1, 1, AUTHOR)
    assert [op.kind for op in ops] == ["zone", "village_group", "household", "person"]
    assert {op.action for op in ops} == {"insert"}
    assert ops[2].fields["head_person_id"] == village.head
    assert ops[0].bucket == "township/i"
    assert ops[2].bucket == f"{village.zone.hex()}/i"


def test_an_edit_names_its_base_and_keeps_what_lies_beneath(
    database: Database, village: Village
) -> None:
    acknowledge(database)
    for phone in ("12345678902", "12345678903"):
        with database.work(AUTHOR) as work:
            home = work.session.get_one(Household, village.home)
            home.phone = phone
            assert work.commit().kinds == {"household"}
    second, third = outbox(database)[1:]
    assert second[1][0].fields == {"phone": ["12345678902", "7.1.1.2"]}
    assert third[1][0].fields == {"phone": ["12345678903", "7.1.2.0"]}
    with database.reader() as session:
        ((value, writer),) = session.execute(
            select(tables.shadow.c.value, tables.shadow.c.writer).where(
                tables.shadow.c.field == "phone"
            )
        ).all()
        home = session.get_one(Household, village.home)
    assert (msgspec.msgpack.decode(value), writer) == ("12345678901", "7.1.1.2")
    assert Writers.unpack(home.writers).of("phone") == "7.1.3.0"
    assert Writers.unpack(home.writers).of("no") == "7.1.1.2"


def test_nothing_lies_beneath_a_record_the_township_does_not_know(
    database: Database, village: Village
) -> None:
    with database.work(AUTHOR) as work:
        work.session.get_one(Household, village.home).phone = "12345678902"
        work.commit()
    with database.reader() as session:
        assert session.execute(select(tables.shadow)).all() == []


def test_the_chain_links_every_changeset_to_the_one_before(
    database: Database, village: Village
) -> None:
    with database.work(AUTHOR) as work:
        work.session.get_one(Household, village.home).away = True
        work.commit()
    previous = changes.GENESIS
    with database.reader() as session:
        rows = session.execute(select(tables.changeset).order_by(tables.changeset.c.dseq)).all()
        device = session.execute(select(tables.device)).one()
    for row in rows:
        previous = changes.Changeset(row.header, msgspec.msgpack.decode(row.ops)).hash(previous)
        assert row.hash == previous
    assert (device.last_dseq, device.last_hash) == (2, previous)


def test_delete_leaves_a_stub_and_restore_brings_it_back(
    database: Database, village: Village
) -> None:
    with database.work(AUTHOR) as work:
        work.delete(work.session.get_one(Person, village.head))
        work.commit()
    with database.work(AUTHOR) as work:
        person = work.session.get_one(Person, village.head)
        assert person.deleted_at is not None
        work.restore(person)
        work.commit()
    deleted, restored = (ops[0] for _, ops, _ in outbox(database)[1:])
    assert (deleted.action, restored.action) == ("delete", "restore")
    assert Writers.unpack(deleted.fields[changes.SEEN]).of("name") == "7.1.1.3"
    assert restored.fields == {}


def test_added_and_deleted_in_one_action_is_nothing(database: Database, village: Village) -> None:
    with database.work(AUTHOR) as work:
        home = Household(zone_id=village.zone, no="龙马溪-2-018", group_id=village.group)
        work.add(home)
        work.delete(home)
        assert work.commit().dseq is None
    assert len(outbox(database)) == 1


def test_an_action_that_changes_nothing_makes_no_changeset(
    database: Database, village: Village
) -> None:
    with database.work(AUTHOR) as work:
        home = work.session.get_one(Household, village.home)
        home.phone = "".join(["1234567", "8901"])
        assert work.commit().dseq is None
    assert len(outbox(database)) == 1


def test_bad_values_are_refused_in_chinese_and_nothing_changes(
    database: Database, village: Village
) -> None:
    with database.work(AUTHOR) as work, pytest.raises(InvalidInput, match="手机号") as caught:
        work.session.get_one(Household, village.home).phone = "123"
        work.commit()
    assert set(caught.value.problems) == {"phone"}
    with database.reader() as session:
        assert session.get_one(Household, village.home).phone == "12345678901"


def test_leaving_without_commit_rolls_back(database: Database, village: Village) -> None:
    with database.work(AUTHOR) as work:
        work.session.get_one(Household, village.home).phone = "12345678909"
        work.session.flush()
    with database.reader() as session:
        assert session.get_one(Household, village.home).phone == "12345678901"


def test_a_laptop_without_enrolment_cannot_save(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(delete(tables.device))
    with database.work(AUTHOR) as work, pytest.raises(WorldError, match="登记"):
        work.add(Household(zone_id=bytes(16), no="1", group_id=bytes(16)))
        work.commit()
