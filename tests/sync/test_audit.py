"""A rewritten history is noticed: by laptops at their next sync, by the audit at once."""

from pathlib import Path

import pytest
from sqlalchemy import update

from sync.problems import Rewritten
from sync.server import audit, folder, segments, tables
from sync.server.history import BLOCK
from sync.server.log import Log
from sync.server.rewriting import rewrite
from sync.server.service import Service
from tests.sync.laptops import Laptop, enrolled
from tests.sync.sample import ZONE
from township.changes import Changeset, op_hash
from township.records import Household
from township.storage import settings

MANY = 2 * BLOCK + 40


@pytest.fixture
def laptop(server: folder.OpenServer, url: str, tmp_path: Path) -> Laptop:
    laptop = enrolled(server, url, tmp_path / "laptop", "xiang")
    laptop.sync()
    return laptop


def enter_homes(laptop: Laptop, times: int) -> None:
    """Enter so many households, one changeset each."""
    for number in range(times):
        with laptop.database.work(laptop.cadre) as work:
            work.add(Household(zone_id=ZONE, group_id=bytes(16), no=f"龙马溪-2-{number:03}"))
            work.commit()


def audited(server: folder.OpenServer) -> audit.Audited:
    with server.service.store.reading() as connection:
        return audit.verify(connection, server.service.township_id)


def test_a_true_history_passes(server: folder.OpenServer, laptop: Laptop) -> None:
    enter_homes(laptop, MANY)
    laptop.sync()
    laptop.sync()
    held = laptop.replica.checkpoint()
    found = audited(server)
    assert found.finding is None and found.size > MANY
    assert held is not None and (held.size, held.root) == (found.size, found.root)
    with server.service.store.reading() as connection:
        blocks = connection.execute(tables.history_block.select()).all()
        township = server.service.township_id
        for size in (1, 200, BLOCK, BLOCK + 1, 2 * BLOCK, found.size):
            root = audit.Tree(connection, township, size).root(0, size)
            assert audit.contradicts(connection, township, size, root) is None
            assert audit.contradicts(connection, township, size, bytes(32)) is not None
        assert audit.contradicts(connection, township, found.size + 1, bytes(32)) is not None
    assert sorted((block.level, block.number) for block in blocks) == [(0, 0), (0, 1), (1, 0)]


SEGMENT = tables.segment


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"data": "without operations"}, "内容"),
        ({"status": "rejected"}, "处理结果"),
        ({"salts": b"salt" * 4}, "处理结果"),
        ({"leaves": bytes(32)}, "处理结果"),
        ({"dseq": 77}, "不相连"),
        ({"signature": bytes(64)}, "签名"),
        ({"signature": None}, "签名"),
    ],
)
def test_the_first_altered_entry_is_named(
    server: folder.OpenServer, laptop: Laptop, change: dict[str, object], problem: str
) -> None:
    for _ in range(3):
        enter_homes(laptop, 1)
        laptop.sync()
    size = audited(server).size
    at = size if "signature" in change else size - 1
    with server.service.store.writing() as connection:
        row = connection.execute(SEGMENT.select().where(SEGMENT.c.seq == at)).one()
        if "data" in change:
            change = {"data": segments.pack([Changeset(segments.unpack(row.data)[0].header, [])])}
        connection.execute(update(SEGMENT).where(SEGMENT.c.seq == at).values(change))
    finding = audited(server).finding
    assert finding is not None
    assert finding.seq == at and problem in finding.text


def test_a_missing_entry_is_named(server: folder.OpenServer, laptop: Laptop) -> None:
    for _ in range(3):
        enter_homes(laptop, 1)
        laptop.sync()
    with server.service.store.writing() as connection:
        connection.execute(SEGMENT.delete().where(SEGMENT.c.seq == 3))
    finding = audited(server).finding
    assert finding is not None and "缺第 3 条" in finding.text


def test_entries_missing_at_the_end_are_named(server: folder.OpenServer, laptop: Laptop) -> None:
    for _ in range(3):
        enter_homes(laptop, 1)
        laptop.sync()
    size = audited(server).size
    with server.service.store.writing() as connection:
        connection.execute(SEGMENT.delete().where(SEGMENT.c.seq >= size - 1))
    finding = audited(server).finding
    assert finding is not None and finding.seq == size - 1


def test_a_laptop_notices_a_rewritten_log(server: folder.OpenServer, laptop: Laptop) -> None:
    for _ in range(2):
        enter_homes(laptop, 1)
        laptop.sync()
    before = laptop.replica.checkpoint()
    with server.service.store.writing() as connection:
        connection.execute(update(SEGMENT).where(SEGMENT.c.seq == 2).values(leaves=bytes(32)))
    enter_homes(laptop, 1)
    service = server.service
    anew = Service(  # one that runs remembers
        service.store, service.township_id, service.key, service.vault
    )
    with pytest.raises(Rewritten, match="历史记录"):
        laptop.sync(anew.exchange)
    assert laptop.replica.checkpoint() == before
    with laptop.database.reader() as session:
        kept = settings.setting(session.connection(), "sync.checkpoint.suspect")
    assert before is not None and kept is not None
    assert kept.split(" ")[1] == str(before.size + 1)


def test_an_erased_content_leaves_the_tree_whole(server: folder.OpenServer, laptop: Laptop) -> None:
    enter_homes(laptop, 3)
    laptop.sync()
    root = audited(server).root
    with server.service.store.writing() as connection:
        service = server.service
        entry = Log(connection, service.township_id).at(3)
        assert entry is not None
        hashes = [op_hash(op) for op in entry.ops]
        rewrite(connection, service.township_id, {3: Changeset(entry.header, hashes)})
        with pytest.raises(LookupError):
            rewrite(connection, service.township_id, {entry.seq + 2: Changeset(b"", [])})
    found = audited(server)
    assert found.finding is None and found.root == root and found.erased == (3,)
    enter_homes(laptop, 1)
    laptop.sync()
