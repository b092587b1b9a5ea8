"""First sync by snapshots: offered, fetched by parts, resumed, and refused when spoilt."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from sync import chain, client, problems, wire
from sync.client import Client
from sync.server import admin, chunking, devices, restoring, snapshots
from sync.server.folder import OpenServer
from sync.wire import Answer, Request
from tests.sync.laptops import Laptop, enrolled, overlay_rows, snapshot
from tests.sync.sample import OTHER_ZONE, ZONE
from tests.sync.snapshots import INTERNAL, Line, enter, homes, kept, parts_of, refresh, staged
from tests.sync.stranger import Stranger
from township.changes import Op
from township.records import Household, new_id
from township.storage import tables
from township.storage.pages import ChunkLine, ChunkName, Manifest, Offer


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few records in a part, one part in an answer."""
    monkeypatch.setattr(chunking, "LEAST", 2000)
    monkeypatch.setattr(chunking, "MOST", 4000)
    monkeypatch.setattr(client, "FIRST_BATCH", 1)
    monkeypatch.setattr(client, "LARGEST_BATCH", 1)


@pytest.fixture
def town(server: OpenServer) -> OpenServer:
    enter(server, *homes(100))
    enter(server, *homes(5, phone="12345678901"))
    refresh(server)
    assert len(parts_of(server)) >= 4
    return server


def by_log(laptop: Laptop, line: Line) -> None:
    """The whole log, however small the pages."""
    client.run(laptop.replica, line, snapshots=False)


def same(one: Laptop, two: Laptop) -> None:
    assert snapshot(one) == snapshot(two)
    assert one.replica.cursors() == two.replica.cursors()
    assert overlay_rows(one) == overlay_rows(two) == 0
    assert staged(one) == {}


def test_a_new_laptop_loads_parts_and_then_the_tail(
    town: OpenServer, one: Laptop, two: Laptop
) -> None:
    enter(town, *homes(3))
    line, steps = Line(town), []
    progress = client.run(
        one.replica, line, lambda p: steps.append((p.how_far(), p.in_words(), p.load.running))
    )
    assert (progress.load.records, progress.load.of_records) == (109, 109)
    assert progress.load.bytes == progress.load.of_bytes > 0
    assert {"household", "zone"} <= progress.kinds
    assert len(line.served) == len(parts_of(town)) + len(parts_of(town, "township/i"))
    loading = [(far, words) for far, words, running in steps if running]
    assert all(0 <= done < all_ == 109 for (done, all_), _ in loading)
    assert "首次装载：已下载" in loading[0][1] and "/ 109 条记录" in loading[0][1]
    by_log(two, Line(town))
    same(one, two)
    assert one.sync(line).round_trips == 1


def test_small_buckets_come_by_the_log(server: OpenServer, one: Laptop) -> None:
    enter(server, *homes(100))
    assert refresh(server, snapshots.WORTH) == []
    progress = one.sync(Line(server))
    assert progress.load.of_bytes == 0


@pytest.mark.parametrize("where", range(2, 9))
def test_a_cut_load_goes_on_where_it_stopped(
    town: OpenServer, one: Laptop, two: Laptop, where: int
) -> None:
    served: list[bytes] = []
    for _ in range(40):
        line = Line(town, cut_at=where)
        try:
            one.sync(line)
        except problems.ServerAway:
            served += line.served
        else:
            served += line.served
            break
    assert len(served) == len(set(served)), "no part is fetched twice"
    assert set(served) >= set(parts_of(town))
    by_log(two, Line(town))
    same(one, two)


def test_a_crash_before_the_last_write_costs_nothing_that_was_kept(
    town: OpenServer, one: Laptop, two: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(town)
    with monkeypatch.context() as patched:
        patched.setattr("township.storage.loading.switch", _crash)
        with pytest.raises(ZeroDivisionError):
            one.sync(line)
    (bucket,) = (b for b, (here, of) in staged(one).items() if here == of)
    assert one.replica.cursors()[bucket] == 0
    again = Line(town)
    one.sync(again)
    assert set(line.served) & set(again.served) <= {line.served[-1]}, "the part on its way"
    by_log(two, Line(town))
    same(one, two)


def _crash(*_: object) -> set[str]:
    raise ZeroDivisionError


def damaged(answer: Answer) -> Answer:
    given = [bytes([data[0] ^ 1]) + data[1:] for data in answer.chunks or [] if data]
    return msgspec.structs.replace(answer, chunks=given) if given else answer


def swapped(answer: Answer) -> Answer:
    return msgspec.structs.replace(answer, chunks=[b"another part"]) if answer.chunks else answer


def too_many(answer: Answer) -> Answer:
    more = [*(answer.chunks or []), b"unasked"]
    return msgspec.structs.replace(answer, chunks=more)


def missing(answer: Answer) -> Answer:
    return msgspec.structs.replace(answer, chunks=None)


@pytest.mark.parametrize("spoil", [damaged, swapped, too_many, missing])
def test_a_spoilt_part_is_refused(
    town: OpenServer, one: Laptop, spoil: Callable[[Answer], Answer]
) -> None:
    with pytest.raises(problems.ServerNonsense):
        one.sync(Line(town, spoil=spoil))
    assert {here for here, _ in staged(one).values()} <= {0}
    assert one.sync(Line(town)).load.records == 106 + 3


Change = Callable[[Manifest], Manifest]
FORGERIES: dict[str, Change] = {
    "another township": lambda m: msgspec.structs.replace(m, township=bytes(16)),
    "another bucket": lambda m: msgspec.structs.replace(m, bucket=f"{OTHER_ZONE.hex()}/i"),
    "beyond the log": lambda m: msgspec.structs.replace(m, seq=10_000),
    "no parts": lambda m: msgspec.structs.replace(m, chunks=[]),
    "a part too large": lambda m: msgspec.structs.replace(
        m, chunks=[ChunkLine(bytes(32), wire.MAX_GIVEN + 1, 1)]
    ),
}


def forged(key: Ed25519PrivateKey, change: Change) -> Callable[[Answer], Answer]:
    def spoil(answer: Answer) -> Answer:
        offers = []
        for offer in answer.offers or []:
            manifest = change(msgspec.msgpack.decode(offer.manifest, type=Manifest))
            packed = msgspec.msgpack.encode(manifest)
            offers.append(Offer(packed, key.sign(chain.snapshot_bytes(packed))))
        return msgspec.structs.replace(answer, offers=offers)

    return spoil


@pytest.mark.parametrize("name", FORGERIES)
def test_a_manifest_that_does_not_fit_is_refused(town: OpenServer, one: Laptop, name: str) -> None:
    with pytest.raises(problems.ServerNonsense):
        one.sync(Line(town, spoil=forged(town.service.key, FORGERIES[name])))
    assert staged(one) == {}


def test_a_manifest_that_somebody_else_signed_is_refused(town: OpenServer, one: Laptop) -> None:
    with pytest.raises(problems.ServerNonsense):
        one.sync(Line(town, spoil=forged(Ed25519PrivateKey.generate(), lambda m: m)))
    assert staged(one) == {}


def test_a_part_of_a_bucket_that_is_not_granted_is_not_given(town: OpenServer, url: str) -> None:
    code = admin.issue_code(town, ["xiang"], [OTHER_ZONE])
    stranger = Stranger(url)
    member = stranger.enrol(code)
    names = [ChunkName(INTERNAL, parts_of(town)[0])]
    names += [ChunkName("township/i", hash_) for hash_ in parts_of(town, "township/i")]
    names += [ChunkName("township/i", bytes(32))]
    request = Request(stranger.head, [], b"", None, 1, b"", 0, names)
    body = wire.pack(request)
    answer = stranger.send(
        wire.parcel(chain.seal(stranger.key, member.township, member.device, body))
    )
    assert answer.chunks is not None
    first, second, third = answer.chunks
    assert (first, third) == (None, None)
    assert second and sha256(second).digest() == names[1].hash


def test_when_snapshots_are_gone_the_next_one_or_the_log_is_taken(
    town: OpenServer, one: Laptop, two: Laptop
) -> None:
    line = Line(town, cut_at=5)
    with pytest.raises(problems.ServerAway):
        one.sync(line)
    enter(town, *homes(60))
    assert INTERNAL in refresh(town)
    refresh(town, later=timedelta(days=4))  # the one that is being loaded is removed
    again = Line(town)
    one.sync(again)
    both = set(line.served) & set(again.served) & set(parts_of(town))
    assert both <= {line.served[-1]}, "the parts they share are not fetched twice"
    by_log(two, Line(town))
    same(one, two)


def test_new_snapshots_come_with_growth_and_old_ones_go(town: OpenServer) -> None:
    first = parts_of(town)
    assert refresh(town) == []
    enter(town, *homes(5))
    assert refresh(town) == [], "not yet a quarter more"
    enter(town, *homes(50))
    assert refresh(town) == [INTERNAL]
    both = parts_of(town)
    assert set(first) < set(both), "laptops may still be loading the first"
    assert refresh(town, later=timedelta(days=2)) == []
    assert (kept(town), set(parts_of(town))) == (2, set(both))
    refresh(town, later=timedelta(days=4))
    assert kept(town) == 1
    assert set(parts_of(town)) <= set(both), "all are shared when the first ended where a part does"
    assert len(set(parts_of(town)) & set(first)) >= len(first) // 2, "unchanged parts are shared"


def test_a_laptop_with_much_work_of_its_own_takes_the_log(
    town: OpenServer, one: Laptop, two: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MUCH_WORK", 2)
    for number in range(3):
        with one.database.work(one.cadre) as work:
            work.add(Household(zone_id=ZONE, group_id=bytes(16), no=f"9-{number}"))
            work.commit()
    line = Line(town)
    progress = one.sync(line)
    assert (progress.load.of_bytes, line.served, progress.pushed) == (0, [], 3)
    by_log(two, Line(town))
    same(one, two)


def test_a_load_that_was_begun_goes_on_whatever_waits(
    town: OpenServer, one: Laptop, two: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(problems.SyncProblem):
        one.sync(Line(town, cut_at=4))
    assert staged(one)
    monkeypatch.setattr(client, "MUCH_WORK", 0)
    with one.database.work(one.cadre) as work:
        work.add(Household(zone_id=ZONE, group_id=bytes(16), no="9-1"))
        work.commit()
    line = Line(town)
    one.sync(line)
    assert line.served
    by_log(two, Line(town))
    same(one, two)


def test_what_was_sent_before_the_snapshot_was_made_is_settled_by_it(
    town: OpenServer, one: Laptop, two: Laptop
) -> None:
    with one.database.work(one.cadre) as work:
        house = Household(id=new_id(), zone_id=ZONE, group_id=bytes(16), no="9-1")
        work.add(house)
        work.commit()
    Line(town)(Client(one.replica).request())  # it arrives, the answer is lost
    enter(town, *homes(60))
    assert INTERNAL in refresh(town)
    running, line = Client(one.replica), Line(town)
    late = False
    while not running.done:
        running.receive(line(running.request()))
        if not late:
            with one.database.work(one.cadre) as work:
                work.session.get_one(Household, house.id).phone = "12345678902"
                work.commit()
            late = True
        running.apply()
    with one.database.reader() as session:
        assert session.get_one(Household, house.id).phone == "12345678902"
    one.sync(line)
    by_log(two, Line(town))
    same(one, two)
    assert one.states() == ["applied", "applied"]


def test_a_lost_zone_leaves_nothing_in_the_staging_area(town: OpenServer, one: Laptop) -> None:
    with pytest.raises(problems.ServerAway):
        one.sync(Line(town, cut_at=4))
    assert INTERNAL in staged(one)
    service = town.service
    with service.store.writing() as connection:
        connection.execute(
            snapshots.tables.device_grant.delete().where(
                snapshots.tables.device_grant.c.bucket == INTERNAL,
                snapshots.tables.device_grant.c.device == one.replica.identity().device,
            )
        )
    one.sync(Line(town))
    assert staged(one) == {}
    with one.database.reader() as session:
        assert session.execute(select(tables.staged_chunk)).all() == []
        assert session.scalars(select(Household)).all() == []
    with service.store.writing() as connection:
        number = one.replica.identity().device
        devices.grant(connection, service.township_id, number, [INTERNAL], [])
    assert one.sync(Line(town)).load.records == 105


def test_a_new_epoch_throws_away_what_was_staged(town: OpenServer, one: Laptop) -> None:
    with pytest.raises(problems.ServerAway):
        one.sync(Line(town, cut_at=4))
    restoring.begin(town)
    with pytest.raises(problems.ServerAway):
        one.sync(Line(town, cut_at=2))
    assert staged(one) == {}
    assert one.sync(Line(town)).load.records == 109


def test_what_only_newer_programs_know_is_kept(server: OpenServer, one: Laptop) -> None:
    strange, home = new_id(), new_id()
    values = {"zone_id": ZONE, "no": "1-1", "group_id": bytes(16), "roof": "tiles"}
    enter(
        server,
        Op("drone", strange, "insert", INTERNAL, {"zone_id": ZONE, "range": 7}),
        Op("household", home, "insert", INTERNAL, values),
        *homes(2),
    )
    enter(server, Op("household", home, "set", INTERNAL, {"roof": ["slate", "1.1.2.1"]}))
    refresh(server)
    one.sync(Line(server))
    c = tables.later_record.c
    with one.database.reader() as session:
        rows = session.execute(select(c.kind, c.record_id, c.state).order_by(c.kind)).all()
        writers = session.get_one(Household, home).writers
    assert [(row.kind, row.record_id) for row in rows] == [("drone", strange), ("household", home)]
    drone, house = (msgspec.msgpack.decode(row.state) for row in rows)
    assert drone[-1] == {"zone_id": [ZONE], "range": [7]}
    assert house[-1] == {"roof": ["slate"]}
    assert msgspec.msgpack.decode(writers) == ["1.1.2.1", {}]


def test_a_bucket_with_parts_too_large_for_a_message_has_no_snapshot(
    server: OpenServer, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "MAX_GIVEN", 100)
    enter(server, *homes(20))
    assert refresh(server) == []
    laptop = enrolled(server, url, tmp_path / "late", "xiang")
    assert laptop.sync().load.of_bytes == 0
    laptop.database.close()
