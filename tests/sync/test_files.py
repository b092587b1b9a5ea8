"""Photographs: two laptops and a township, lines that break, and machines that stop."""

from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from sync import client, wire
from sync.problems import ServerAway
from sync.server import admin, letting_go, tables
from sync.server.folder import OpenServer
from tests.pictures import jpeg
from tests.sync.laptops import Laptop, enrolled
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
    stopping,
)
from tests.sync.stores import copied
from tests.sync.test_erasing import clerk, erase, swept
from township.errors import NotFound
from township.records import Attachment
from township.storage.database import Database
from township.usecases.photos import bring_back, take_away

__all__ = ["clerk"]  # a fixture


def test_a_picture_gets_to_the_other_laptop(server: OpenServer, one: Laptop, two: Laptop) -> None:
    data = jpeg(LARGE)
    visit = add_visit(one, data)
    assert [(p.caption, p.state) for p in photos(one, visit)] == [("水渠", "待上传")]
    one.sync(Line(server))
    assert [p.state for p in photos(one, visit)] == [""]
    assert at_server(server) == {sha256(data).hexdigest(): data}
    two.sync(Line(server))
    assert kept(two) == kept(one) == at_server(server)
    assert [p.state for p in photos(two, visit)] == [""]
    assert loose(one) == loose(two) == pieces_at_server(server) == 0
    assert one.sync(Line(server)).round_trips == two.sync(Line(server)).round_trips == 1


def test_over_a_real_socket(one: Laptop, two: Laptop) -> None:
    visit = add_visit(one, jpeg(LARGE, 1), jpeg(1_000, 2))
    one.sync()
    assert "attachment" in two.sync().kinds
    assert kept(two) == kept(one) and len(photos(two, visit)) == 2


def test_records_go_first_and_pictures_in_small_pieces(server: OpenServer, one: Laptop) -> None:
    for seed in range(4):
        add_visit(one, jpeg(LARGE, seed))
    line = Line(server)
    one.sync(line)
    first, *rest = line.talk
    assert first[0].changesets and first[0].files and not first[0].files.parts
    assert len(first[0].files.offers) == 4
    assert all(not asked.changesets and asked.cursors is None for asked, _ in rest)
    sizes = [sum(len(p.data) for p in asked.files.parts) for asked, _ in rest if asked.files]
    assert max(sizes) <= wire.MAX_FILE_BYTES
    assert sum(sizes) == 4 * LARGE


def test_new_work_does_not_wait_for_pictures(server: OpenServer, one: Laptop) -> None:
    add_visit(one, jpeg(LARGE), jpeg(LARGE, 1))
    line, seen = Line(server), []

    def step(progress: client.Progress) -> None:
        seen.append(progress.in_words())
        if len(seen) == 2:
            add_visit(one)

    client.run(one.replica, line, step)
    pushed = [number for number, (asked, _) in enumerate(line.talk) if asked.changesets]
    assert pushed == [0, 3]  # the message after the save, with pictures still to go
    assert "张照片在传" in seen[0] and "照片" not in seen[-1]
    assert set(one.states()) == {"applied"} and loose(one) == 0


def test_a_picture_that_nobody_has_holds_nothing_up(
    server: OpenServer, one: Laptop, two: Laptop
) -> None:
    visit = add_visit(one, jpeg(LARGE))
    with pytest.raises(ServerAway):
        one.sync(Line(server, cut_at=2))
    assert two.sync(Line(server)).round_trips == 2
    assert [p.state for p in photos(two, visit)] == ["待下载"]
    assert two.sync(Line(server)).round_trips == 1
    one.sync(Line(server))
    two.sync(Line(server))
    assert kept(one) == kept(two)


@pytest.mark.parametrize("arrives", [False, True])
def test_a_line_that_breaks_anywhere(
    server: OpenServer, one: Laptop, two: Laptop, arrives: bool
) -> None:
    for cut in range(1, 6):
        pictures = [jpeg(LARGE, 10 * cut), jpeg(LARGE, 10 * cut + 1)]
        add_visit(one, *pictures)
        for laptop in (one, two):
            lines = [Line(server, cut, arrives), Line(server)]
            with suppress(ServerAway):
                laptop.sync(lines[0])
            laptop.sync(lines[1])
            assert sum(line.up + line.down for line in lines) == 2 * LARGE  # nothing goes twice
        assert kept(one) == kept(two) == at_server(server)
        assert loose(one) == loose(two) == pieces_at_server(server) == 0


def test_laptops_that_stop_at_any_commit(server: OpenServer, one: Laptop, two: Laptop) -> None:
    for at in range(1, 8):
        visit = add_visit(one, jpeg(LARGE, at))
        for laptop in (one, two):
            with stopping(laptop.database.engine, at):
                laptop.sync(Line(server))
            laptop.sync(Line(server))
        assert [p.state for p in photos(two, visit)] == [""]
    assert kept(one) == kept(two) == at_server(server)
    assert loose(one) == loose(two) == 0


def test_a_server_that_stops_at_any_commit(server: OpenServer, one: Laptop) -> None:
    for at in range(1, 5):
        add_visit(one, jpeg(LARGE, at))
        with stopping(server.service.store._writer, at):
            one.sync(Line(server))
        one.sync(Line(server))
    assert kept(one) == at_server(server)
    assert loose(one) == pieces_at_server(server) == 0


def test_a_record_and_its_bytes_are_saved_together(one: Laptop) -> None:
    with stopping(one.database.engine, 1):
        add_visit(one, jpeg(1_000))
    one.database.close()
    one.database = Database.open(one.database.path, one.database.key)
    assert kept(one) == {} and loose(one) == 0


def test_the_same_picture_twice_is_kept_once(server: OpenServer, one: Laptop, two: Laptop) -> None:
    data = jpeg(LARGE)
    visits = [add_visit(one, data), add_visit(one, data)]
    one.sync(Line(server))
    line = Line(server)
    two.sync(line)
    assert line.down == LARGE
    assert kept(two) == kept(one) == at_server(server) and len(kept(one)) == 1
    assert [p.state for visit in visits for p in photos(two, visit)] == ["", ""]


def test_two_laptops_bring_the_same_picture(server: OpenServer, one: Laptop, two: Laptop) -> None:
    for laptop in (one, two):
        add_visit(laptop, jpeg(LARGE))
        with pytest.raises(ServerAway):
            laptop.sync(Line(server, cut_at=3))
    for laptop in (one, two, one):
        laptop.sync(Line(server))
    assert kept(one) == kept(two) == at_server(server)
    assert loose(one) == loose(two) == pieces_at_server(server) == 0


def test_a_zone_that_is_taken_away_leaves_no_picture(
    server: OpenServer, one: Laptop, two: Laptop
) -> None:
    visit = add_visit(one, jpeg(LARGE), jpeg(LARGE, 1))
    with pytest.raises(ServerAway):
        one.sync(Line(server, cut_at=3))
    _take_zones_away(server, one)
    one.sync(Line(server))  # what it brought is still taken: nobody else has it
    assert photos(one, visit) == [] and kept(one) == {} and loose(one) == 0
    two.sync(Line(server))
    assert [p.state for p in photos(two, visit)] == ["", ""]


def test_a_zone_that_is_taken_away_is_not_given_out(
    server: OpenServer, one: Laptop, two: Laptop
) -> None:
    add_visit(one, jpeg(LARGE), jpeg(LARGE, 1))
    one.sync(Line(server))
    with pytest.raises(ServerAway):
        two.sync(Line(server, cut_at=3))
    assert loose(two) > 0
    _take_zones_away(server, two)
    line = Line(server)
    two.sync(line)
    assert line.down == 0
    assert kept(two) == {} and loose(two) == 0


def _take_zones_away(server: OpenServer, laptop: Laptop) -> None:
    number = laptop.replica.identity().device
    c = tables.device_grant.c
    with server.service.store.writing() as connection:
        connection.execute(
            tables.device_grant.delete().where(c.device == number, c.bucket.like("________%/_"))
        )


def test_a_removed_picture_leaves_at_once_and_can_be_brought_back(
    server: OpenServer, one: Laptop, two: Laptop
) -> None:
    visit = add_visit(one, jpeg(LARGE))
    one.sync(Line(server))
    two.sync(Line(server))
    record = record_of(one, visit).id
    with one.database.work(one.cadre) as work:
        take_away(work, record)
        work.commit()
    one.sync(Line(server))
    two.sync(Line(server))
    assert kept(one) == kept(two) == {}
    assert _swept(server, timedelta(0)) == 0
    with two.database.work(two.cadre) as work:
        bring_back(work, record)
        work.commit()
    two.sync(Line(server))
    one.sync(Line(server))
    assert [p.state for p in photos(one, visit)] == [p.state for p in photos(two, visit)] == [""]
    assert _swept(server, letting_go.GRACE * 2) == 0


def test_an_erased_picture_cannot_be_brought_back(
    server: OpenServer, one: Laptop, clerk: Laptop
) -> None:
    visit = add_visit(one, jpeg(LARGE))
    one.sync(Line(server))
    clerk.sync(Line(server))
    record = record_of(one, visit).id
    erase(clerk, Attachment, record)
    clerk.sync(Line(server))
    assert swept(server) == 1
    one.sync(Line(server))
    with one.database.work(one.cadre) as work, pytest.raises(NotFound, match="已依法彻底删除"):
        bring_back(work, record)


def test_the_township_lets_go_of_what_no_record_names(server: OpenServer, one: Laptop) -> None:
    visit = add_visit(one, jpeg(LARGE))
    one.sync(Line(server))
    with one.database.work(one.cadre) as work:
        take_away(work, record_of(one, visit).id)
        work.commit()
    one.sync(Line(server))
    assert _swept(server, timedelta(0)) == _swept(server, letting_go.GRACE * 0.9) == 0
    assert len(at_server(server)) == 1
    assert _swept(server, letting_go.GRACE * 1.1) == 1
    assert at_server(server) == {}


def test_uploads_that_ended_are_let_go(server: OpenServer, one: Laptop) -> None:
    add_visit(one, jpeg(LARGE))
    with pytest.raises(ServerAway):
        one.sync(Line(server, cut_at=2, arrives=True))
    assert pieces_at_server(server) == 2
    _swept(server, letting_go.GRACE * 0.9)
    assert pieces_at_server(server) == 2
    _swept(server, letting_go.GRACE * 1.1)
    assert pieces_at_server(server) == 0
    one.sync(Line(server))
    assert kept(one) == at_server(server)


def _swept(server: OpenServer, later: timedelta) -> int:
    service = server.service
    return letting_go.sweep(service.store, service.township_id, service.clock() + later)


def test_a_new_epoch_brings_lost_pictures_back(
    server: OpenServer, one: Laptop, two: Laptop, tmp_path: Path
) -> None:
    visit = add_visit(one, jpeg(LARGE))
    with pytest.raises(ServerAway):
        one.sync(Line(server, cut_at=2))
    old = copied(server, tmp_path / "copy")
    one.sync(Line(server))
    with old.service.store.writing() as connection:
        connection.execute(tables.township.update().values(epoch=bytes(15) + b"\x02"))
    assert at_server(old) == {}
    one.sync(Line(old))
    two.sync(Line(old))
    assert kept(one) == kept(two) == at_server(old)
    assert [p.state for p in photos(two, visit)] == [""]
    old.close()


def test_a_new_laptop_gets_all_pictures(
    server: OpenServer, one: Laptop, url: str, tmp_path: Path
) -> None:
    for seed in range(70):
        add_visit(one, jpeg(2_000, seed))
    one.sync(Line(server))
    assert len(at_server(server)) == 70
    three = enrolled(server, url, tmp_path / "three", "tan")
    three.sync(Line(server))
    assert kept(three) == kept(one)
    three.database.close()


def test_a_lost_laptop_is_not_served(server: OpenServer, one: Laptop) -> None:
    add_visit(one, jpeg(LARGE))
    one.sync(Line(server))
    admin.revoke(server, one.replica.identity().device)
    add_visit(one, jpeg(LARGE, 1))
    with pytest.raises(Exception, match="revoked"):
        one.sync(Line(server))
    assert len(at_server(server)) == 1
