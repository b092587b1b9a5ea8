"""Photographs together with moves, quarantine, copies, snapshots, sticks and old programs."""

from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select, update

from sync import client
from sync.problems import ServerAway, TooOld
from sync.server import admin, tables
from sync.server.folder import OpenServer
from sync.server.stick import answer_outbox
from sync.stick import read_answer, write_outbox
from tests.pictures import jpeg
from tests.sync.laptops import Laptop, enrolled
from tests.sync.moves import add, full, home, move, settle
from tests.sync.pictures import (
    LARGE,
    Line,
    add_visit,
    at_server,
    kept,
    loose,
    photos,
    pieces_at_server,
    record_of,
)
from tests.sync.sample import ZONE
from tests.sync.snapshots import enter, homes, refresh
from tests.sync.test_incarnations import twin
from tests.sync.test_quarantine import admit, give, refuse, take_away, waits
from township.records import Visit
from township.storage import file_tables, files
from township.usecases.photos import PhotoEntry, add_photos


def photograph(laptop: Laptop, visit: bytes, *pictures: bytes) -> None:
    """Somebody adds photographs to a visit that is there."""
    with laptop.database.work(laptop.cadre) as work:
        add_photos(work, work.session.get_one(Visit, visit), [PhotoEntry(p) for p in pictures])
        work.commit()


def states(laptop: Laptop, visit: bytes) -> list[str]:
    return [photo.state for photo in photos(laptop, visit)]


def cut(laptop: Laptop, server: OpenServer, at: int) -> None:
    """A sync whose line breaks."""
    with pytest.raises(ServerAway):
        laptop.sync(Line(server, at))


# Old programs


def test_an_old_program_sends_pictures_and_gets_none(
    server: OpenServer, one: Laptop, two: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = add_visit(two, jpeg(LARGE, 1))
    cut(two, server, 2)
    one.sync(Line(server))
    two.sync(Line(server))
    assert states(one, theirs) == ["待下载"]
    monkeypatch.setattr(admin, "SCHEMA", 2)
    admin.demand(server, 2)
    mine = add_visit(one, jpeg(LARGE, 2))
    line = Line(server)
    with pytest.raises(TooOld):
        one.sync(line)
    assert (line.up, line.down) == (LARGE, 0)
    assert (states(one, mine), states(one, theirs)) == ([""], ["待下载"])
    again = Line(server)
    with pytest.raises(TooOld):
        one.sync(again)
    assert again.calls == 1
    monkeypatch.setattr(client, "SCHEMA", 2)
    one.sync(Line(server))
    assert kept(one) == at_server(server)


# Records first


def test_no_picture_rides_with_records_or_snapshots(
    server: OpenServer, one: Laptop, two: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = add_visit(two, jpeg(LARGE))
    cut(two, server, 2)
    one.sync(Line(server))
    two.sync(Line(server))
    monkeypatch.setattr(client, "FIRST_BATCH", 600)
    monkeypatch.setattr(client, "LARGEST_BATCH", 600)
    for _ in range(6):
        add_visit(one)
    line = Line(server)
    one.sync(line)
    moving = [number for number, (asked, _) in enumerate(line.talk) if asked.changesets]
    first = next(n for n, (_, told) in enumerate(line.talk) if _sent(told))
    assert len(moving) >= 2 and first > max(moving)
    assert states(one, visit) == [""]


def test_a_picture_is_offered_once_its_record_is_sent(
    server: OpenServer, one: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "FIRST_BATCH", 600)
    monkeypatch.setattr(client, "LARGEST_BATCH", 600)
    visits = [add_visit(one, jpeg(2_000, seed)) for seed in range(5)]
    line = Line(server)
    one.sync(line)
    assert sum(bool(asked.changesets) for asked, _ in line.talk) > 1
    assert [states(one, visit) for visit in visits] == [[""]] * 5


def test_a_visit_saved_while_the_next_request_is_made(server: OpenServer, one: Laptop) -> None:
    going = client.Client(one.replica)
    add_visit(one)
    first = going.request()
    going.prepare()
    visit = add_visit(one, jpeg(2_000))
    for _ in range(9):
        going.receive(server.service.exchange(first))
        going.apply()
        if going.done:
            break
        first = going.request()
    one.sync(Line(server))
    assert states(one, visit) == [""]


def _sent(told: client.Answer) -> bool:
    return any(part.data for part in (told.files.parts if told.files else ()))


def test_pictures_follow_a_snapshot(
    server: OpenServer, one: Laptop, url: str, tmp_path: Path
) -> None:
    enter(server, *homes(40))
    visit = add_visit(one, jpeg(LARGE))
    one.sync(Line(server))
    assert f"{ZONE.hex()}/r" in refresh(server)
    new = enrolled(server, url, tmp_path / "new", "tan")
    line = Line(server)
    new.sync(line)
    loading = [n for n, (asked, _) in enumerate(line.talk) if asked.chunks]
    coming = [n for n, (_, told) in enumerate(line.talk) if _sent(told)]
    assert loading and max(loading) < min(coming)
    assert states(new, visit) == [""] and kept(new) == kept(one)
    new.database.close()


# Quarantine


def test_work_that_is_let_in_brings_its_picture(
    server: OpenServer, one: Laptop, two: Laptop
) -> None:
    one.sync(Line(server))
    take_away(server, one)
    visit = add_visit(one, jpeg(LARGE))
    one.sync(Line(server))
    assert one.states() == ["quarantined"]
    assert photos(one, visit) == [] and at_server(server) == {}
    assert len(kept(one)) == 1  # nobody else has it
    give(server, one)
    one.sync(Line(server))
    two.sync(Line(server))
    assert states(one, visit) == states(two, visit) == [""]
    assert kept(one) == kept(two) == at_server(server)


def test_let_in_by_hand_it_is_sent_and_then_leaves_the_laptop(
    server: OpenServer, one: Laptop, two: Laptop
) -> None:
    one.sync(Line(server))
    take_away(server, one)
    visit = add_visit(one, jpeg(LARGE))
    one.sync(Line(server))
    admit(server, waits(server)[0])
    one.sync(Line(server))
    two.sync(Line(server))
    assert states(two, visit) == [""]
    assert kept(one) == {} and loose(one) == 0


def test_a_picture_waits_as_long_as_its_work(
    server: OpenServer, one: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_MOST_MISSES", 3)
    one.sync(Line(server))
    take_away(server, one)
    add_visit(one, jpeg(LARGE))
    for _ in range(5):
        one.sync(Line(server))
    assert len(kept(one)) == 1
    refuse(server, waits(server)[0], "不是本村的")
    one.sync(Line(server))
    assert one.states() == ["rejected"]
    assert kept(one) == {} and loose(one) == 0


# Moves


def test_a_picture_moves_with_its_household(
    server: OpenServer, office: Laptop, old: Laptop, new: Laptop
) -> None:
    house, below = full(old)
    photograph(old, below[1].id, jpeg(LARGE), jpeg(2_000))
    settle(old, office, new)
    assert len(kept(old)) == len(kept(office)) == 2 and kept(new) == {}
    move(office, house.id)
    settle(office, old, new)
    assert kept(old) == {} and loose(old) == 0
    assert kept(new) == kept(office) == at_server(server)
    assert states(new, below[1].id) == ["", ""]


def test_a_picture_that_was_not_sent_follows(
    server: OpenServer, office: Laptop, old: Laptop, new: Laptop
) -> None:
    house, below = full(old)
    settle(old, office, new)
    photograph(old, below[1].id, jpeg(LARGE))
    cut(old, server, 3)  # the record is through, its first pieces are
    move(office, house.id)
    settle(office, old, new)
    assert kept(old) == {} and loose(old) == pieces_at_server(server) == 0
    assert states(new, below[1].id) == states(office, below[1].id) == [""]


def test_a_picture_of_a_household_that_had_moved_already(
    server: OpenServer, office: Laptop, old: Laptop, new: Laptop
) -> None:
    house, below = full(old)
    settle(old, office, new)
    move(office, house.id)
    office.sync()
    photograph(old, below[1].id, jpeg(LARGE))
    settle(old, new, office)
    assert kept(old) == {} and loose(old) == 0
    assert states(new, below[1].id) == states(office, below[1].id) == [""]


def test_other_zones_see_nothing_of_a_move(
    server: OpenServer, office: Laptop, old: Laptop, new: Laptop
) -> None:
    stays = home()
    add(old, stays)
    settle(old, office, new)
    visit = add_visit(old, jpeg(LARGE))
    settle(old, office, new)
    assert states(office, visit) == [""] and kept(new) == {}


# Copies


def test_both_copies_of_a_laptop_may_bring_a_picture(
    server: OpenServer, one: Laptop, two: Laptop, tmp_path: Path
) -> None:
    one.sync(Line(server))
    visit = add_visit(one, jpeg(LARGE))
    copy = twin(one, tmp_path / "copy.db")
    cut(one, server, 3)
    other = add_visit(copy, jpeg(LARGE, 1))
    for laptop in (copy, one, two, copy):
        laptop.sync(Line(server))
    for laptop in (copy, one, two):
        assert states(laptop, visit) == states(laptop, other) == [""]
        assert kept(laptop) == at_server(server) and loose(laptop) == 0
    assert pieces_at_server(server) == 0
    copy.database.close()


def test_a_laptop_put_back_gets_its_pictures_again(
    server: OpenServer, one: Laptop, tmp_path: Path
) -> None:
    one.sync(Line(server))
    before = twin(one, tmp_path / "before.db")
    visit = add_visit(one, jpeg(LARGE))
    one.sync(Line(server))
    unsent = add_visit(before, jpeg(1_000))
    before.sync(Line(server))
    assert states(before, visit) == states(before, unsent) == [""]
    assert kept(before) == at_server(server)
    before.database.close()


# Sticks


def test_a_stick_carries_records_and_leaves_pictures_to_the_network(
    server: OpenServer, one: Laptop, two: Laptop, place: Path
) -> None:
    visit = add_visit(one, jpeg(LARGE))
    outbox = write_outbox(one.database, place)
    assert outbox.path.stat().st_size < 10_000
    read_answer(one.database, answer_outbox(server, outbox.path, place).path)
    assert one.states() == ["applied"] and states(one, visit) == ["待上传"]
    two.sync(Line(server))
    assert states(two, visit) == ["待下载"]
    one.sync(Line(server))
    two.sync(Line(server))
    assert states(one, visit) == states(two, visit) == [""]


# Damage at the township


def test_damaged_pieces_are_sent_again(server: OpenServer, one: Laptop) -> None:
    visit = add_visit(one, jpeg(LARGE))
    with suppress(ServerAway):
        one.sync(Line(server, 2, arrives=True))
    assert pieces_at_server(server) == 2
    with server.service.store.writing() as connection:
        connection.execute(update(tables.file_part).values(sealed=bytes(50)))
    one.sync(Line(server))
    one.sync(Line(server))
    assert states(one, visit) == [""] and kept(one) == at_server(server)


def test_a_damaged_picture_holds_no_record_up(server: OpenServer, one: Laptop, two: Laptop) -> None:
    visit = add_visit(one, jpeg(LARGE))
    one.sync(Line(server))
    with server.service.store.writing() as connection:
        connection.execute(update(tables.file).values(sealed=bytes(50)))
    line = Line(server)
    two.sync(line)
    assert states(two, visit) == ["待下载"] and line.calls <= 2
    assert record_of(two, visit).size == LARGE


def test_pieces_of_a_refused_request_are_not_taken(
    server: OpenServer, one: Laptop, tmp_path: Path
) -> None:
    one.sync(Line(server))
    copy = twin(one, tmp_path / "copy.db")
    add_visit(copy, jpeg(LARGE))
    copy.sync(Line(server))
    with server.service.store.writing() as connection:
        connection.execute(tables.file.delete())
    with copy.database.writing() as connection:
        files.offer_again(connection)
    going = client.Client(copy.replica)
    for _ in range(2):
        message = going.request()
        going.receive(server.service.exchange(message))
        going.apply()
    assert not going.done
    last = going.request()  # brings pieces
    add_visit(one)
    one.sync(Line(server))  # the other copy goes on: what is on its way is refused
    before = pieces_at_server(server)
    server.service.exchange(last)
    assert pieces_at_server(server) == before
    with copy.database.reader() as session:
        assert len(session.execute(select(file_tables.out)).all()) == 1
    copy.database.close()
