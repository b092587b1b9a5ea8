"""The log in segments, the feed in stretches: no entry changes, pages are cut anywhere."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from sync.history import root_of
from sync.server import devices, feed, folder, history, tables
from sync.server.folder import OFFICE_DEVICE, OpenServer
from sync.server.log import Log
from sync.server.office import Office
from sync.server.segments import MOST, Logged, Origin
from tests.sync.sample import OTHER_ZONE, XIANG, ZONE, office_changeset
from township.changes import SCHEMA, Changeset, Header, Op, encode
from township.records import new_id
from township.storage.pages import Page

SMALL, LARGE = 600, 30
BUCKETS = [f"{zone.hex()}/i" for zone in (ZONE, OTHER_ZONE)]


@pytest.fixture(scope="module")
def made() -> list[Changeset]:
    """Households of both zones in turn, then some with much text, then one in both zones."""
    ops = [[_home(number % 2)] for number in range(SMALL)]
    ops += [[_home(number % 2, memo="记" * 3000)] for number in range(LARGE)]
    ops.append([_home(0), _home(1)])
    found = []
    for dseq, each in enumerate(ops, 2):
        header = Header(SCHEMA, OFFICE_DEVICE, 1, dseq, XIANG, dseq, len(each))
        found.append(Changeset(encode(header), [encode(op) for op in each]))
    return found


def _home(number: int, **fields: str) -> Op:
    zone = (ZONE, OTHER_ZONE)[number]
    values = {"zone_id": zone, "no": "1", "group_id": bytes(16), **fields}
    return Op("household", new_id(), "insert", BUCKETS[number], values)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, made: list[Changeset]) -> Iterator[OpenServer]:
    place: Path = tmp_path_factory.mktemp("town") / "server"
    folder.init(place, "屈原镇")
    server = folder.open_server(place)
    office = Office(server)
    office.load([office_changeset(office)])
    office.load(made)
    yield server
    server.close()


def lengths(town: OpenServer) -> list[int]:
    c = tables.segment.c
    with town.service.store.reading() as connection:
        return list(connection.scalars(select(c.length).order_by(c.seq)))


def entries(town: OpenServer) -> list[Logged]:
    with town.service.store.reading() as connection:
        return list(Log(connection, town.service.township_id).walk())


def test_many_entries_share_a_segment_of_bounded_size(town: OpenServer) -> None:
    found = lengths(town)
    assert sum(found) == SMALL + LARGE + 2
    assert MOST / 2 < max(found) <= MOST
    assert len(found) < 12
    assert max(found[-LARGE // 8 :]) < 10, "nine thousand bytes an entry fill one soon"


def test_entries_come_out_as_they_went_in(town: OpenServer, made: list[Changeset]) -> None:
    found = entries(town)[1:]
    assert [Changeset(one.header, one.ops) for one in found] == made
    assert [one.seq for one in found] == list(range(2, len(made) + 2))
    assert [one.dseq for one in found] == [one.seq for one in found]
    assert [one.seq for one in found if one.signature] == [len(made) + 1]


def test_one_entry_is_found_by_each_of_its_names(town: OpenServer) -> None:
    all_ = entries(town)
    leaves = [one.leaf for one in all_]
    with town.service.store.reading() as connection:
        for seq in (1, 2, 3, MOST, MOST + 1, SMALL, SMALL + 7, len(all_)):
            log, expected = Log(connection, town.service.township_id), all_[seq - 1]
            origin = Origin(OFFICE_DEVICE, 1, expected.dseq)
            assert log.at(seq) == log.of(origin) == expected
            assert log.hash_of(origin) == expected.hash
            assert [one.hash for one in log.told(origin, expected.dseq + 1)] == [
                one.hash for one in all_[seq - 1 : seq + 1]
            ]
            assert log.leaves(seq - 1, seq + 40) == leaves[seq - 1 : seq + 40]
        assert list(log.walk(SMALL)) == all_[SMALL:]
        assert log.at(0) is log.at(len(all_) + 1) is None
        assert log.of(Origin(OFFICE_DEVICE, 1, len(all_) + 1)) is None
        assert log.of(Origin(OFFICE_DEVICE, 2, 1)) is log.of(Origin(7, 1, 1)) is None


@pytest.mark.parametrize("page_bytes", [1, 700, 40_000, 1 << 20])
@pytest.mark.parametrize("buckets", [BUCKETS, BUCKETS[1:]], ids=["both", "one"])
def test_pages_cut_anywhere_show_each_entry_once(
    town: OpenServer, made: list[Changeset], buckets: Sequence[str], page_bytes: int
) -> None:
    start = 0 if page_bytes > 700 else SMALL - 30
    pages = pulled(town, 99, buckets, page_bytes, start)
    found = {entry.seq: entry.ops for page in pages for entry in page.entries}
    assert len(found) == sum(len(page.entries) for page in pages)
    expected = {}
    for seq, changeset in enumerate(made, 2):
        ops = [op for op in changeset.ops if any(name.encode() in op for name in buckets)]
        if ops and seq > start:
            expected[seq] = ops
    assert found == expected
    for page in pages:
        size = sum(16 + sum(map(len, entry.ops)) for entry in page.entries)
        assert size <= page_bytes or len(page.entries) == 1


@pytest.mark.parametrize("page_bytes", [16 * 7, 1 << 20])
def test_own_work_comes_back_as_runs(town: OpenServer, page_bytes: int) -> None:
    pages = pulled(town, OFFICE_DEVICE, BUCKETS, page_bytes, 0)
    own = [run for page in pages for run in page.own]
    assert not any(page.entries for page in pages)
    assert [seq for run in own for seq in range(run.seq, run.seq + run.count)] == list(
        range(2, SMALL + LARGE + 3)
    )
    assert all(run.seq == run.dseq for run in own)
    assert len(own) == len(pages) or page_bytes == 16 * 7


def pulled(
    town: OpenServer, number: int, buckets: Sequence[str], page_bytes: int, start: int
) -> list[Page]:
    """All pages for a device with this number."""
    with town.service.store.reading() as connection:
        office = devices.find(connection, town.service.township_id, OFFICE_DEVICE)
        assert office is not None
        device = replace(office, number=number)
        cursors, pages = dict.fromkeys(buckets, start), list[Page]()
        while not pages or pages[-1].more:
            pages.append(feed.page(connection, device, 1, cursors, page_bytes))
            cursors.update(pages[-1].cursors)
    return pages


def test_the_tree_reads_leaves_across_segments(town: OpenServer) -> None:
    leaves = [one.leaf for one in entries(town)]
    with town.service.store.reading() as connection:
        tree = history.Tree(connection, town.service.township_id, len(leaves))
        assert tree.root(0, len(leaves)) == root_of(leaves)
        assert connection.scalar(select(func.count()).select_from(tables.history_block)) == 3
