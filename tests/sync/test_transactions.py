"""What both databases must give the sequencer: order without gaps, one view, whole retries."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select
from sqlalchemy.exc import OperationalError

from sync.server import admin, folder, tables
from sync.server.engine import Store
from sync.server.folder import OpenServer
from sync.server.log import Log
from sync.server.office import Office
from sync.server.running import ServerThread
from tests.sync.sample import HOME, TAN, XIANG, ZONE
from tests.sync.stranger import Stranger, edit, household
from township.records import new_id

PUSHES = 15
AUTHORS = {"xiang": XIANG, "tan": TAN}


def laptop(server: OpenServer, url: str, login: str) -> Stranger:
    found = Stranger(url)
    found.enrol(admin.issue_code(server, [login]))
    return found


def log_numbers(server: OpenServer) -> list[int]:
    with server.service.store.reading() as connection:
        return [entry.seq for entry in Log(connection, server.service.township_id).walk()]


def head(server: OpenServer) -> int:
    with server.service.store.reading() as connection:
        return connection.execute(select(tables.township.c.head_seq)).scalar_one()


def test_a_township_leads_every_key() -> None:
    for table in tables.metadata.sorted_tables:
        if table is not tables.server_schema:  # it speaks of the database, not of a township
            keys = [table.primary_key, *table.indexes]
            keys += [c for c in table.constraints if hasattr(c, "columns") and c.columns]
            assert {next(iter(key.columns)).name for key in keys} == {"township_id"}, table.name


def test_nothing_is_read_before_the_head_is_locked(server: OpenServer, url: str) -> None:
    first: list[str] = []

    def begun(connection: Connection) -> None:
        connection.info["fresh"] = True

    def told(connection: Connection, _: Any, statement: str, *rest: Any) -> None:
        if connection.info.get("fresh") and not statement.startswith("BEGIN"):
            connection.info["fresh"] = False
            first.append(" ".join(statement.split()))

    writer = server.service.store._writer
    event.listen(writer, "begin", begun)
    event.listen(writer, "before_cursor_execute", told)
    one, two = laptop(server, url, "xiang"), laptop(server, url, "tan")
    one.push(household(ZONE, HOME, phone="12345678901"), author=XIANG)
    base = f"{one.enrolled.device}.1.1.0"  # type: ignore[union-attr]
    one.push(edit(ZONE, HOME, "phone", "12345678902", base), author=XIANG)
    verdicts = two.push(edit(ZONE, HOME, "phone", "12345678903", base), author=TAN).verdicts
    assert verdicts[0].status == "conflict"
    Office(server).load([])
    admin.revoke(server, two.enrolled.device)  # type: ignore[union-attr]
    assert len(first) == 2 * 2 + 3 + 1
    lock = "SELECT township.head_seq FROM township WHERE township.township_id ="
    assert [statement for statement in first if not statement.startswith(lock)] == []
    if writer.dialect.name == "postgresql":
        assert all(statement.endswith("FOR UPDATE") for statement in first)


@pytest.fixture
def twice(server: OpenServer, tmp_path: Path) -> Iterator[tuple[OpenServer, OpenServer]]:
    """Two processes' worth of servers over one township."""
    second = folder.open_server(tmp_path / "server")
    yield server, second
    second.close()


@contextmanager
def served(*servers: OpenServer) -> Iterator[list[str]]:
    threads = [ServerThread(server) for server in servers]
    for thread in threads:
        thread.__enter__()
    try:
        yield [thread.url for thread in threads]
    finally:
        for thread in threads:
            thread.__exit__(None, None, None)


def push_often(pusher: Stranger, author: bytes) -> list[int]:
    answers = [pusher.push(household(ZONE, new_id()), author=author) for _ in range(PUSHES)]
    assert all(v.status == "applied" for answer in answers for v in answer.verdicts)
    return [verdict.seq for answer in answers for verdict in answer.verdicts]


def pulled(reader: Stranger) -> list[int]:
    found: list[int] = []
    more = True
    while more:
        answer = reader.send(reader.message())
        page = answer.page
        assert page is not None
        assert answer.history is not None
        assert answer.history.size == page.head, "an answer shows one state of the township"
        found += [entry.seq for entry in page.entries]
        more = page.more
    return found


def test_pushes_at_the_same_time_get_numbers_without_gaps_and_readers_miss_nothing(
    twice: tuple[OpenServer, OpenServer],
) -> None:
    with served(*twice) as urls, ThreadPoolExecutor(3) as pool:
        pushers = [laptop(twice[0], url, login) for url, login in zip(urls, AUTHORS, strict=True)]
        reader = laptop(twice[0], urls[0], "xiang")
        before = head(twice[0])
        running = [
            pool.submit(push_often, pusher, author)
            for pusher, author in zip(pushers, AUTHORS.values(), strict=True)
        ]
        seen: list[int] = []
        while not all(future.done() for future in running):
            seen += pulled(reader)
        given = [seq for future in running for seq in future.result()]
        seen += pulled(reader)
        assert sorted(given) == list(range(before + 1, before + 2 * PUSHES + 1))
        assert seen == pulled(laptop(twice[0], urls[1], "tan"))
    assert log_numbers(twice[0]) == list(range(1, head(twice[0]) + 1))


def test_a_reader_keeps_its_view_while_others_write(server: OpenServer, url: str) -> None:
    one = laptop(server, url, "xiang")
    query = select(tables.township.c.head_seq)
    with server.service.store.reading() as connection:
        before = connection.scalar(query)
        one.push(household(ZONE, HOME), author=XIANG)
        assert connection.scalar(query) == before
    assert head(server) == before + 1


class BreaksAfterCommit(Store):
    """Loses its connection once a transaction is done, before anybody hears of it."""

    left = 1

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with super().writing() as connection:
            yield connection
        if self.left:
            self.left -= 1
            raise OperationalError("COMMIT", {}, Exception("gone"), connection_invalidated=True)


def test_a_connection_lost_at_the_commit_gives_one_answer(server: OpenServer, url: str) -> None:
    one = laptop(server, url, "xiang")
    before = head(server)
    store = server.service.store
    broken = server.service.store = BreaksAfterCommit(store._readers, store._writer, store._turn)
    answer = one.push(household(ZONE, HOME), author=XIANG)
    assert broken.left == 0
    assert [(v.dseq, v.status, v.seq) for v in answer.verdicts] == [(1, "applied", before + 1)]
    assert head(server) == before + 1
    c = tables.record.c
    with server.service.store.reading() as connection:
        count = connection.scalar(select(func.count()).where(c.id == HOME))
    assert count == 1
