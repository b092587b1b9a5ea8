"""Work that was put into quarantine comes in after all, or is sent back, and its author hears."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from sync.server import admin, audit, devices, quarantine, readmission, tables
from sync.server.checks import Refused
from sync.server.folder import OpenServer
from sync.server.readmission import Blocked, Unknown
from sync.server.stick import answer_outbox
from sync.stick import read_answer, write_outbox
from tests.sync.laptops import Laptop, enrolled, overlay_rows, snapshot
from tests.sync.sample import OTHER_ZONE, ZONE
from township.records import Conflict, Household, new_id
from township.storage import tables as laptop_tables

NAMES = [f"{ZONE.hex()}/i", f"{ZONE.hex()}/r"]


@pytest.fixture
def tan(server: OpenServer, url: str, tmp_path: Path) -> Iterator[Laptop]:
    laptop = enrolled(server, url, tmp_path / "tan", "tan")
    yield laptop
    laptop.database.close()


def take_away(server: OpenServer, laptop: Laptop, names: list[str] = NAMES) -> None:
    c, number = tables.device_grant.c, laptop.replica.identity().device
    with server.service.store.writing() as connection:
        connection.execute(
            delete(tables.device_grant).where(c.device == number, c.bucket.in_(names))
        )


def give(server: OpenServer, laptop: Laptop, names: list[str] = NAMES) -> None:
    number = laptop.replica.identity().device
    with server.service.store.writing() as connection:
        devices.grant(connection, server.service.township_id, number, names, [])


def home(laptop: Laptop, zone: bytes = ZONE, **fields: object) -> bytes:
    record = Household(id=new_id(), zone_id=zone, group_id=bytes(16), no="龙马溪-2-017", **fields)
    with laptop.database.work(laptop.cadre) as work:
        work.add(record)
        work.commit()
    return record.id


def edit(laptop: Laptop, record: bytes, **fields: object) -> None:
    with laptop.database.work(laptop.cadre) as work:
        found = work.session.get_one(Household, record)
        for name, value in fields.items():
            setattr(found, name, value)
        work.commit()


def phone(laptop: Laptop, record: bytes) -> str | None:
    with laptop.database.reader() as session:
        found = session.get(Household, record)
        return found.phone if found else None


def waits(server: OpenServer) -> list[int]:
    with server.service.store.reading() as connection:
        found = quarantine.waiting(connection, server.service.township_id)
    return [one.seq for one, _ in found]


def admit(server: OpenServer, seq: int) -> str:
    service = server.service
    return readmission.admit(service.store, service.township_id, seq, service.clock()).status


def refuse(server: OpenServer, seq: int, text: str) -> None:
    service = server.service
    readmission.refuse(service.store, service.township_id, seq, text, service.clock())


def in_order(server: OpenServer) -> None:
    """The history stands by itself."""
    with server.service.store.reading() as connection:
        assert audit.verify(connection, server.service.township_id).finding is None


def test_a_grant_lets_in_what_it_covers(server: OpenServer, one: Laptop, two: Laptop) -> None:
    one.sync()
    take_away(server, one)
    house = home(one, phone="12345678901")
    edit(one, house, phone="12345678902")
    one.sync()
    assert one.states() == ["quarantined", "quarantined"]
    assert phone(one, house) is None
    give(server, one)
    progress = one.sync()
    assert "household" in progress.kinds
    assert one.states() == ["applied", "applied"]
    assert phone(one, house) == "12345678902"
    two.sync()
    assert snapshot(one) == snapshot(two)
    assert overlay_rows(one) == 0
    assert waits(server) == []
    assert one.sync().round_trips == 1
    in_order(server)


def test_what_its_author_writes_later_goes_on_from_it(server: OpenServer, one: Laptop) -> None:
    one.sync()
    take_away(server, one)
    house = home(one, phone="12345678901")
    one.sync()
    give(server, one)
    one.sync()
    edit(one, house, phone="12345678902")
    one.sync()
    assert one.states() == ["applied", "applied"]
    assert phone(one, house) == "12345678902"


def test_an_edit_made_before_the_verdict_was_heard_follows(
    server: OpenServer, one: Laptop, two: Laptop
) -> None:
    """It is pushed in the very exchange that lets the first one in."""
    one.sync()
    take_away(server, one)
    house = home(one, phone="12345678901")
    with pytest.raises(ConnectionError):
        one.sync(_deaf(server))
    edit(one, house, phone="12345678902")
    give(server, one)
    one.sync()
    assert one.states() == ["applied", "applied"]
    two.sync()
    assert phone(two, house) == phone(one, house) == "12345678902"


def _deaf(server: OpenServer):  # type: ignore[no-untyped-def]
    def carry(data: bytes) -> bytes:
        server.service.exchange(data)
        raise ConnectionError

    return carry


def test_the_administrator_lets_in_what_no_grant_covers(
    server: OpenServer, one: Laptop, two: Laptop
) -> None:
    one.sync()
    take_away(server, one)
    house = home(one, phone="12345678901")
    one.sync()
    [seq] = waits(server)
    assert admit(server, seq) == "applied"
    with pytest.raises(Unknown):
        admit(server, seq)
    two.sync()
    assert phone(two, house) == "12345678901"
    one.sync()
    assert one.states() == ["applied"]
    assert phone(one, house) is None  # it may not hold the zone
    in_order(server)


def test_work_of_one_device_comes_in_in_its_order(server: OpenServer, one: Laptop) -> None:
    one.sync()
    take_away(server, one)
    house = home(one, phone="12345678901")
    edit(one, house, phone="12345678902")
    other = home(one)
    one.sync()
    first, second, third = waits(server)
    with pytest.raises(Blocked) as blocked:
        admit(server, second)
    assert blocked.value.seq == first
    assert admit(server, third) == "applied"
    assert admit(server, first) == "applied"
    assert admit(server, second) == "applied"
    give(server, one)
    one.sync()
    assert one.states() == ["applied"] * 3
    assert phone(one, house) == "12345678902"
    assert phone(one, other) is None


def test_what_does_not_fit_any_more_waits(server: OpenServer, one: Laptop) -> None:
    one.sync()
    take_away(server, one)
    house = home(one, phone="12345678901")
    edit(one, house, phone="12345678902")
    one.sync()
    first, second = waits(server)
    refuse(server, first, "请到村里重新核对")
    with pytest.raises(Refused, match="unknown_record"):
        admit(server, second)
    give(server, one)
    one.sync()
    assert waits(server) == [second]
    assert one.states() == ["rejected", "quarantined"]
    c = laptop_tables.decision.c
    with one.database.reader() as session:
        assert session.execute(select(c.dseq, c.status, c.text)).all() == [
            (1, "rejected", "请到村里重新核对")
        ]
    in_order(server)


def test_a_colleague_s_edit_meanwhile_is_a_conflict(
    server: OpenServer, one: Laptop, two: Laptop
) -> None:
    house = home(one, phone="12345678901")
    one.sync()
    two.sync()
    take_away(server, one)
    edit(one, house, phone="12345678902")
    one.sync()
    assert one.states() == ["applied", "quarantined"]
    edit(two, house, phone="12345678903")
    two.sync()
    give(server, one)
    one.sync()
    two.sync()
    assert one.states() == ["applied", "conflict"]
    assert phone(one, house) == phone(two, house) == "12345678903"
    with two.database.reader() as session:
        found = session.scalars(select(Conflict)).one()
        assert (found.other_by, found.kept_by) == (one.cadre, two.cadre)
    assert snapshot(one) == snapshot(two)
    in_order(server)


def test_by_stick(server: OpenServer, one: Laptop, place: Path) -> None:
    one.sync()
    take_away(server, one)
    kept = home(one, phone="12345678901")
    lost = home(one, phone="12345678902")
    one.sync()
    out = write_outbox(one.database, place)
    first, second = waits(server)
    admit(server, first)
    refuse(server, second, "重复")
    answer = answer_outbox(server, out.path, place)
    read_answer(one.database, answer.path)
    assert one.states() == ["applied", "rejected"]
    give(server, one)
    answer = answer_outbox(server, write_outbox(one.database, place).path, place)
    read_answer(one.database, answer.path)
    assert phone(one, kept) == "12345678901"
    assert phone(one, lost) is None
    assert one.sync().round_trips == 1


def test_a_foreign_author_comes_in_by_hand_only(
    server: OpenServer, url: str, one: Laptop, tan: Laptop
) -> None:
    tan.sync()
    one.sync()
    with one.database.work(tan.cadre) as work:
        work.add(Household(id=new_id(), zone_id=ZONE, group_id=bytes(16), no="龙马溪-2-018"))
        work.commit()
    one.sync()
    assert one.states() == ["quarantined"]
    [seq] = waits(server)
    give(server, one, [f"{OTHER_ZONE.hex()}/i"])
    one.sync()
    assert waits(server) == [seq]
    assert admit(server, seq) == "applied"
    one.sync()
    assert one.states() == ["applied"]


def test_the_server_looks_by_itself(server: OpenServer, one: Laptop, two: Laptop) -> None:
    """A laptop that never comes again has not worked for nothing."""
    service = server.service
    one.sync()
    take_away(server, one)
    house = home(one, phone="12345678901")
    one.sync()
    assert readmission.sweep(service.store, service.township_id, service.clock()) == 0
    give(server, one)
    assert readmission.sweep(service.store, service.township_id, service.clock()) == 1
    two.sync()
    assert phone(two, house) == "12345678901"
    admin.revoke(server, one.replica.identity().device)
    assert readmission.sweep(service.store, service.township_id, service.clock()) == 0


def test_many_come_in_several_steps(
    server: OpenServer, one: Laptop, two: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readmission, "TOGETHER", 2)
    monkeypatch.setattr(quarantine, "MOST_TOLD", 2)
    one.sync()
    take_away(server, one)
    houses = [home(one, phone=f"1234567890{n}") for n in range(5)]
    for house in houses:
        edit(one, house, phone="12345678909")
    one.sync()
    give(server, one)
    one.sync()
    assert one.states() == ["applied"] * 10
    two.sync()
    assert snapshot(one) == snapshot(two)
