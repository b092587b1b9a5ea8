"""What only PostgreSQL can do to a township: refuse to serialize, go away, hold other townships."""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from sqlalchemy import Engine, event, make_url, select, update

from sync import chain, wire
from sync.server import admin, folder, postgres, tables
from sync.server.engine import Store
from sync.server.folder import OpenServer
from sync.server.office import Office
from sync.server.running import ServerThread
from sync.wire import Answer, Enrol, Sealed
from tests.postgres import new_database
from tests.sync.conftest import in_postgres
from tests.sync.sample import HOME, TAN, XIANG, ZONE, office_changeset
from tests.sync.stranger import Stranger, household
from tests.sync.test_transactions import head, laptop, log_numbers, push_often, served
from township.changes import Op
from township.errors import NewerDatabase, WorldError
from township.records import new_id


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    with in_postgres(request) as address:
        yield address


def failures(engine: Engine) -> list[str]:
    """The SQLSTATE of every failure from now on."""
    found: list[str] = []

    def failed(context: Any) -> None:
        found.append(str(getattr(context.original_exception, "sqlstate", None)))

    event.listen(engine, "handle_error", failed)
    return found


def strict(server: OpenServer, database: str) -> Engine:
    """Let the database refuse whatever two transactions cannot have done one after the other."""
    server.service.store.close()
    engine = postgres._engine(postgres.address(database))
    writer = engine.execution_options(isolation_level="SERIALIZABLE")
    server.service.store = Store(engine, writer, nullcontext())
    return writer


LOCK = select(tables.township.c.head_seq).with_for_update()


def when_it_waits(address: str, running: Future[Answer], action: str) -> None:
    """Do this to the one transaction that waits for a lock, as soon as there is one."""
    query = f"SELECT {action} FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"
    url = make_url(address).set(drivername="postgresql", database="postgres")
    with psycopg.connect(url.render_as_string(), autocommit=True) as connection:
        while not connection.execute(query.encode(), [make_url(address).database]).fetchall():
            assert not running.done()


def test_what_cannot_be_serialized_is_tried_again_and_answered_once(
    server: OpenServer, url: str, database: str
) -> None:
    one = laptop(server, url, "xiang")
    before = head(server)
    told = failures(strict(server, database))
    other = postgres.open_postgres(postgres.address(database))
    with ThreadPoolExecutor(1) as pool:
        with other.writing() as connection:
            connection.execute(LOCK)
            running = pool.submit(one.push, household(ZONE, HOME), author=XIANG)
            when_it_waits(database, running, "pid")
            connection.execute(update(tables.township).values(next_device=9))
        answer = running.result()
    other.close()
    assert told == ["40001"]
    assert [(v.seq, v.repeated) for v in answer.verdicts] == [(before + 1, False)]
    assert log_numbers(server) == list(range(1, before + 2))


def test_a_stricter_database_gives_numbers_without_gaps_too(
    server: OpenServer, tmp_path: Path, database: str
) -> None:
    second = folder.open_server(tmp_path / "server")
    told = [failures(strict(opened, database)) for opened in (server, second)]
    with served(server, second) as urls, ThreadPoolExecutor(2) as pool:
        one, two = laptop(server, urls[0], "xiang"), laptop(server, urls[1], "tan")
        before = head(server)
        given = [s for seqs in pool.map(push_often, (one, two), (XIANG, TAN)) for s in seqs]
    second.close()
    assert set(told[0] + told[1]) <= {"40001"}
    assert sorted(given) == list(range(before + 1, head(server) + 1))
    assert log_numbers(server) == list(range(1, head(server) + 1))


def test_waiting_for_the_head_never_fails(server: OpenServer, tmp_path: Path) -> None:
    second = folder.open_server(tmp_path / "server")
    told = [failures(opened.service.store._writer) for opened in (server, second)]
    with served(server, second) as urls, ThreadPoolExecutor(2) as pool:
        one, two = laptop(server, urls[0], "xiang"), laptop(server, urls[1], "tan")
        list(pool.map(push_often, (one, two), (XIANG, TAN)))
    second.close()
    assert told == [[], []]


def hang_up(address: str) -> int:
    """End all connections to this database, as a restart of PostgreSQL does."""
    url = make_url(address).set(drivername="postgresql", database="postgres")
    with psycopg.connect(url.render_as_string(), autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
            [make_url(address).database],
        )
        return len(ended.fetchall())


def test_lost_connections_are_made_anew(server: OpenServer, url: str, database: str) -> None:
    one = laptop(server, url, "xiang")
    for _ in range(2):
        assert hang_up(database) > 0
        answer = one.push(household(ZONE, new_id()), author=XIANG)
        assert [verdict.repeated for verdict in answer.verdicts] == [False]


def test_a_push_that_loses_its_connection_while_it_waits_is_taken_once(
    server: OpenServer, url: str, database: str
) -> None:
    one = laptop(server, url, "xiang")
    before = head(server)
    other = postgres.open_postgres(postgres.address(database))
    with ThreadPoolExecutor(1) as pool:
        with other.writing() as connection:
            connection.execute(LOCK)
            running = pool.submit(one.push, household(ZONE, HOME), author=XIANG)
            when_it_waits(database, running, "pg_terminate_backend(pid)")
        answer = running.result()
    other.close()
    assert [(v.seq, v.repeated) for v in answer.verdicts] == [(before + 1, False)]
    assert head(server) == before + 1


def test_a_database_that_stays_away_means_later(
    server: OpenServer, url: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.server.trying._PAUSES", (0.01, 0.01))
    one = laptop(server, url, "xiang")
    admin_url = make_url(database).set(drivername="postgresql", database="postgres")
    name = make_url(database).database
    with psycopg.connect(admin_url.render_as_string(), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        hang_up(database)
        response = one.post("exchange", one.message())
        assert response.status_code == 503
        assert response.json()["type"].endswith(":away")
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
    assert one.push(household(ZONE, HOME), author=XIANG).verdicts[0].status == "applied"


def test_two_townships_share_a_database(
    server: OpenServer, url: str, database: str, tmp_path: Path
) -> None:
    folder.init(tmp_path / "next", "邻镇", database=database)
    neighbour = folder.open_server(tmp_path / "next")
    office = Office(neighbour)
    office.load([office_changeset(office)])  # the very same records
    one = laptop(server, url, "xiang")
    with ServerThread(neighbour) as thread:
        two = laptop(neighbour, thread.url, "xiang")
        first = one.push(household(ZONE, HOME), author=XIANG).verdicts[0]
        second = two.push(household(ZONE, HOME), author=XIANG).verdicts[0]
        assert (first.status, first.seq) == (second.status, second.seq) == ("applied", 2)
        assert two.send(two.message()).page == one.send(one.message()).page
        assert (
            Stranger(thread.url, one.key, one.enrolled)
            .post("exchange", one.message())
            .json()["type"]
            .endswith(":township")
        )
    neighbour.close()


def test_two_servers_may_make_the_tables_at_the_same_time(database: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(postgres.open_postgres, [postgres.address(database)] * 4))
    for store in stores:
        store.close()


def test_text_that_postgresql_cannot_hold_is_refused_like_any_other(
    server: OpenServer, url: str
) -> None:
    one = laptop(server, url, "xiang")
    for kind in ("house\0hold", "h" * 4000):
        op = Op(kind, HOME, "set", f"{ZONE.hex()}/i", {"no": ["1", None]})
        assert one.push(op, author=XIANG).verdicts[0].reason == "unreadable"
    assert one.push(household(ZONE, HOME, no="1\0"), author=XIANG).verdicts[0].status == "applied"


def enrol_as(url: str, code: str, code_id: str, name: str) -> int:
    key = chain.code_key(wire.tidy_code(code))
    body = wire.pack(Enrol(wire.PROTOCOL, code_id, bytes(16), bytes(32), bytes(32), name))
    proof = chain.code_proof(key, "ask", bytes(16), body)
    sealed = msgspec.msgpack.encode(Sealed(body, proof))
    return Stranger(url).post("enrol", sealed).status_code


def test_names_of_laptops_and_codes_that_postgresql_cannot_hold(
    server: OpenServer, url: str
) -> None:
    code = admin.issue_code(server, ["xiang"])
    assert enrol_as(url, code, "A\0\0B", "笔记本") == 403
    assert enrol_as(url, code, code[:4], "笔记\0本" * 15) == 200
    assert admin.device_list(server)[-1].name == "笔记本" * 15


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "elsewhere"
    yield place
    assert not place.exists(), "a folder without a township"


@pytest.mark.parametrize(
    "address",
    ["", "postgresql", "mysql://x/y", "postgresql+psycopg2://x/y", "postgresql://host", "a://["],
)
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(WorldError, match=r"postgresql\+psycopg://"):
        postgres.address(address)


@pytest.mark.parametrize(
    ("given", "query"),
    [
        ("postgresql://u:p@db.xz.gov.cn/lxq", {"sslmode": "require"}),
        ("postgresql://u@10.0.0.1:6432/lxq?sslmode=verify-full", {"sslmode": "verify-full"}),
        ("postgresql+psycopg://u@127.0.0.1/lxq", {}),
        ("postgresql://u@localhost/lxq", {}),
        ("postgresql:///lxq", {}),
        ("postgresql:///lxq?host=/run/postgresql", {"host": "/run/postgresql"}),
        ("postgresql:///lxq?host=db", {"host": "db", "sslmode": "require"}),
    ],
)
def test_other_machines_are_spoken_to_encrypted(given: str, query: dict[str, str]) -> None:
    url = postgres.address(given)
    assert (url.drivername, dict(url.query)) == ("postgresql+psycopg", query)


def test_passwords_are_not_kept(database: str, tmp_path: Path) -> None:
    secret = make_url(database).set(password="geheim").update_query_dict({"password": "auch"})
    place = tmp_path / "server"
    folder.init(place, "屈原镇", database=secret.render_as_string(hide_password=False))
    kept = json.loads((place / "server.json").read_text("utf-8"))["database"]
    assert make_url(kept) == make_url(database).set(drivername="postgresql+psycopg")
    assert not (place / "server.key").exists(), "a key of nothing"
    folder.open_server(place).close()
    folder.open_server(place, database=str(secret)).close()


def test_without_psycopg_it_says_what_to_install(
    database: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(WorldError, match=r"pip install \"psycopg\[binary\]\""):
        folder.init(place, "屈原镇", database=database)


def test_a_database_that_does_not_answer_leaves_no_folder(
    database: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.server.trying._PAUSES", ())
    with pytest.raises(WorldError, match="数据库现在用不了"):
        folder.init(place, "屈原镇", database=f"{database}-nowhere")
    with pytest.raises(WorldError, match="最长"):
        folder.init(place, "镇" * 41, database=database)


def test_another_encoding_is_refused(database: str, postgres: str, place: Path) -> None:
    url = make_url(postgres).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin ENCODING LATIN1 TEMPLATE template0")
    with pytest.raises(WorldError, match="LATIN1"):
        folder.init(place, "屈原镇", database=str(url.set(database="latin")))


def test_a_user_without_rights_is_told(database: str, place: Path) -> None:
    url = make_url(database).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(), autocommit=True) as connection:
        connection.execute("CREATE ROLE guest LOGIN")
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        connection.execute("GRANT USAGE ON SCHEMA public TO guest")
    with pytest.raises(WorldError, match="不能建表"):
        folder.init(place, "屈原镇", database=str(url.set(username="guest")))


def test_a_database_of_others_is_told(server: OpenServer, database: str, tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="没有本镇的数据"):
        folder.open_server(tmp_path / "server", database=new_database(database))
    folder.init(tmp_path / "file", "屈原镇")
    with pytest.raises(WorldError, match="在它的文件夹里"):
        folder.open_server(tmp_path / "file", database=database)
    with server.service.store.writing() as connection:
        connection.execute(update(tables.server_schema).values(version=99))
    with pytest.raises(NewerDatabase):
        folder.open_server(tmp_path / "server")
