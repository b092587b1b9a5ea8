"""What the software must not do is not there to be done. Source: domain §7.6.

Names and texts are looked through by their words (``forbidden.py``); who adds a field, table,
address, command or text with one of them hears of it here. What fits no word is held by closed
lists: kinds of value, addresses, and who may talk to a network.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import msgspec
import pytest
import typer.main
from litestar import Litestar
from sqlalchemy import Float, MetaData, Numeric, select

from cli.commands import app as commands
from sync import wire
from sync.http import HttpCarrier
from sync.server import folder
from sync.server import tables as township_tables
from sync.server.app import make_app
from sync.server.enrolment import Enrolment
from tests import device
from tests.forbidden import RULES, in_name, in_text
from township import codes
from township.changes import Op, decode_op
from township.records import Base, Household, Zone, new_id, record_kinds
from township.records.sealed import SEALED_FIELDS
from township.storage import file_tables, tables
from township.storage.database import Database
from township.values import Kind

ROOT = Path(__file__).parent.parent
ROOMS = ("township", "sync", "reports", "desktop", "cli")
ALLOWED_TEXTS = {
    "帮助整理考勤和欠条，转劳动监察部门受理。": "demo: a resident who was not paid for work",
}
"""Text → why it may stand."""
ADDRESSES = {
    *("/v1/exchange", "/v1/enrol", "/v1/welcome"),
    *("/openapi.json", "/v1/openapi.json"),  # what the three above take and give
    *("/", "/{path:str}"),  # the framework's own: not found
}
TALKS = {
    "sync/http.py": {"httpx"},  # to the township's server, and nobody else
    "sync/server/running.py": {"socket"},  # listens
    "cli/serving.py": {"socket"},  # looks for a free port of this machine
}
NETWORK = {
    *("socket", "ssl", "http", "urllib", "urllib3", "httpx", "requests", "aiohttp", "ftplib"),
    *("smtplib", "poplib", "imaplib", "telnetlib", "xmlrpc", "websockets", "websocket", "paramiko"),
    *("grpc", "pycurl", "boto3", "sentry_sdk", "opentelemetry", "posthog", "statsd", "zeroconf"),
}
HARMLESS = {("sync/enrol.py", "urllib.parse"), ("sync/http.py", "ssl")}
QT_NEVER = ("QtNetwork", "QtPositioning", "QtLocation", "QtMultimedia", "QtBluetooth", "QtNfc")
QT_NEVER += ("QtWebEngineCore", "QtWebEngineWidgets", "QtWebSockets", "QtSensors", "QtSerialPort")
SEES = {"cv2", "face_recognition", "dlib", "mediapipe", "insightface", "torch", "onnxruntime"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def declared() -> Iterator[tuple[str, str]]:
    """Every name that data or an address has here: where, and the name."""
    for kind, record in record_kinds().items():
        yield "record", kind
        for name in record.fields():
            yield f"field of {kind}", name
    for metadata in (Base.metadata, township_tables.metadata):
        for table in metadata.tables.values():
            yield "table", table.name
            for column in table.columns:
                yield f"column of {table.name}", column.name
    for name, value in vars(wire).items():
        if isinstance(value, type) and issubclass(value, msgspec.Struct):
            yield "message", name
            for field in msgspec.structs.fields(value):
                yield f"message {name}", field.name
    for name, value in vars(codes).items():
        if isinstance(value, codes.CodeList):
            yield "code list", name
            for code in value:
                yield f"code list {name}", code


def labels() -> Iterator[tuple[str, str]]:
    """Every text that fields and codes show."""
    for kind, record in record_kinds().items():
        yield kind, record.label
        for name, field in record.fields().items():
            yield f"{kind}.{name}", field.label
    for name, value in vars(codes).items():
        if isinstance(value, codes.CodeList):
            for code in value:
                yield name, value.label(code)


def texts(tree: ast.Module) -> Iterator[str]:
    """The texts in a module that people may read: all but docstrings."""
    documents = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if id(node) not in documents and not node.value.isascii():
            yield node.value


def commands_and_options() -> Iterator[tuple[str, str]]:
    """Every command and option, and the words of each."""

    def walk(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
        yield name, command.help or ""
        for parameter in command.params:
            yield f"{name} {parameter.name}", getattr(parameter, "help", None) or ""
        for one, below in getattr(command, "commands", {}).items():
            yield from walk(below, f"{name} {one}")

    return walk(typer.main.get_command(commands), "")


def test_no_field_table_message_or_code_is_named_so() -> None:
    found = [(where, name, in_name(name)) for where, name in declared() if in_name(name)]
    assert not found
    assert sum(1 for _ in declared()) > 500, "the lists were found"


def test_no_label_says_so() -> None:
    assert not [(where, text) for where, text in labels() if in_text(text)]


def test_no_text_of_the_program_says_so() -> None:
    found = [
        (file, text)
        for file, tree in sources()
        for text in texts(tree)
        if in_text(text) and text not in ALLOWED_TEXTS
    ]
    assert not found


def test_no_command_or_option_does_so() -> None:
    words = list(commands_and_options())
    assert not [(name, help_) for name, help_ in words if in_name(name) or in_text(help_)]
    assert len(words) > 60


@pytest.mark.parametrize(
    "name",
    [
        "last_lat",
        "homeLongitude",
        "check_in_at",
        "clock_in",
        "cadre_track",
        "online_minutes",
        "last_seen_at",
        "risk_score",
        "person_rank",
        "is_blacklisted",
        "religion",
        "ethnic_group",
        "pregnant",
        "face_vector",
        "marital_status",
        "wechat_id",
    ],
)
def test_such_a_name_would_be_found(name: str) -> None:
    assert in_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "住址经纬度",
        "干部签到",
        "走访轨迹",
        "在线时长（分）",
        "户积分",
        "本月排名",
        "列入黑名单",
        "重点人员",
        "是否信教",
        "民族",
        "生育情况",
        "人脸识别",
        "婚姻状况",
        "息访承诺书",
    ],
)
def test_such_a_text_would_be_found(text: str) -> None:
    assert in_text(text)


def test_every_rule_is_planted_at_least_once() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_no_value_can_hold_a_place_on_earth() -> None:
    """There are whole numbers, texts and bytes only; a new kind of value is a new question."""
    assert {kind.name for kind in Kind} == {
        *("NAME", "TEXT", "LONG_TEXT", "NUMBER", "FLAG", "DATE", "MOMENT", "CODE", "CODES"),
        *("REF", "REFS", "PHONE", "ID_NO", "PACKED"),
    }
    metadatas: tuple[MetaData, ...] = (Base.metadata, township_tables.metadata)
    assert file_tables.content.metadata in metadatas and tables.device.metadata in metadatas
    assert not [
        column
        for metadata in metadatas
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Float | Numeric)
    ]


def test_the_server_has_these_addresses_only(tmp_path: Path) -> None:
    folder.init(tmp_path, "屈原镇")
    server = folder.open_server(tmp_path)
    try:
        app = make_app(server.service, Enrolment(server.service, server.name, "", ""))
        assert isinstance(app.inner, Litestar)
        found = {route.path for route in app.inner.routes}
    finally:
        server.close()
    assert found <= ADDRESSES, "a new address needs a reason here, and a look at domain 7.6"
    assert {"/v1/exchange", "/v1/enrol", "/v1/welcome"} <= found


def test_only_the_carrier_talks_to_a_network() -> None:
    found = {
        (file, module)
        for file, tree in sources()
        for module in imported(tree)
        if module.split(".")[0] in NETWORK
        and module not in TALKS.get(file, ())
        and (file, module) not in HARMLESS
    }
    tls = {("sync/server/running.py", "ssl"), ("sync/server/tls.py", "ssl")}
    assert not found - tls


def test_no_camera_no_position_no_faces() -> None:
    found = [
        (file, module)
        for file, tree in sources()
        for module in imported(tree)
        if module.split(".")[0] in SEES or module.removeprefix("PySide6.") in QT_NEVER
    ]
    assert not found


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "PySide6":
                yield from (f"PySide6.{alias.name}" for alias in node.names)


def test_no_host_is_written_into_the_program() -> None:
    """Addresses come from the person who enrols the laptop; texts may show an example."""
    hosts = ("http://", "https://", "www.")
    found = {
        (file, node.value)
        for file, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and any(host in node.value for host in hosts)
    }
    bare = {(file, text) for file, text in found if text.isascii() and " " not in text.strip()}
    assert {file for file, _ in bare} <= {"sync/enrol.py", "desktop/parse.py"} | SERVING
    assert not {text for _, text in bare if "." in text and "127.0.0.1" not in text}


SERVING = {"sync/server/running.py"}
"""Tells its own address."""


def test_the_carrier_goes_to_no_other_host() -> None:
    with HttpCarrier("http://127.0.0.1:9", None) as carrier:
        line = carrier._client
        assert not line.follow_redirects and not line.trust_env


def test_every_record_keeps_who_made_and_changed_it_and_when() -> None:
    for kind, record in record_kinds().items():
        columns = record.__table__.columns.keys()
        assert {"created_by", "created_at", "updated_by", "updated_at", "deleted_at"} <= {
            *columns
        }, kind


BALLOT_KINDS = ("evaluation", "evaluation_total", "ballot_tally", "ballot_comments")


def test_no_record_can_tell_who_voted_what() -> None:
    """Domain §4.5: no author, no time finer than the day, no order, and no single ballot."""
    for kind in BALLOT_KINDS:
        fields = record_kinds()[kind].fields()
        assert Kind.MOMENT not in {field.kind for field in fields.values()}, kind
        targets = {field.target for field in fields.values() if field.target}
        assert targets <= {"zone", "evaluation", "cadre"}, "no household, no person"
        if kind != "evaluation":
            assert "cadre" not in targets, "tellers are known by the changeset's author only"
        assert not {"position", "order", "serial", "sequence", "slip", "ballot_id"} & fields.keys()
    for kind in ("ballot_tally", "ballot_comments"):
        record = record_kinds()[kind]
        assert (record.township_wide, record.data_class) == (True, "r"), "on no zone's laptop"
    known = {kind for kind in record_kinds() if "ballot" in kind or "evaluation" in kind}
    assert known == {*BALLOT_KINDS}, "a new kind is a new question"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.create(tmp_path / "laptop.db", bytes(32), clock=lambda: NOW)
    with database.writing() as connection:
        device.enter(connection)
    yield database
    database.close()


NOW = datetime(2026, 5, 3, 6, 5, tzinfo=UTC)
ME = bytes(range(16))


def test_nothing_is_deleted_or_back_dated_silently(database: Database) -> None:
    """A deletion leaves the record and a changeset; the program, not the person, writes when."""
    long_ago = NOW - timedelta(days=400)
    with database.work(ME) as work:
        zone = Zone(
            code="420527103210", name="龙马溪村", zone_kind="village", hotline="0717-2881234"
        )
        work.add(zone)
        home = Household(zone_id=zone.id, group_id=new_id(), no="1-001")
        home.created_at = home.updated_at = long_ago
        work.add(home)
        work.commit()
        key = home.id
    with database.work(ME) as work:
        one = work.session.get_one(Household, key)
        one.phone, one.updated_at = "0717-2881234", long_ago
        work.commit()
    with database.work(ME) as work:
        work.delete(work.session.get_one(Household, key))
        work.commit()
    with database.reader() as session:
        left = session.get_one(Household, key)
        assert left.deleted_at == NOW and left.updated_at == NOW and left.no == "1-001"
        assert left.created_at == NOW
        ops: list[Op] = [
            decode_op(op)
            for packed in session.scalars(select(tables.changeset.c.ops)).all()
            for op in msgspec.msgpack.decode(packed)
        ]
    assert [op.action for op in ops if op.record == key] == ["insert", "set", "delete"]
    assert not {"created_at", "updated_at"} & {name for op in ops for name in op.fields}


def test_a_sealed_matter_has_no_field_in_the_clear() -> None:
    """Domain §2, class X: the record says who may open it and nothing else."""
    fields = record_kinds()["sealed_entry"].fields()
    assert {name: field.kind for name, field in fields.items()} == {
        "reader_id": Kind.REF,
        "sealed": Kind.PACKED,
    }
    sealed = {name for name in SEALED_FIELDS if name not in ("text", "subject", "zone_id")}
    others = {kind: record.fields() for kind, record in record_kinds().items()}
    assert not [(kind, name) for kind, found in others.items() for name in found if name in sealed]


def test_what_is_sealed_is_written_by_the_sealing_alone() -> None:
    """No page or use-case keeps a draft, a file or an index of what is sealed."""
    never = {"drafts", "Autosave", "search", "tempfile", "write_text", "write_bytes", "open"}
    for file, tree in sources():
        if "sealed" not in Path(file).name and Path(file).name != "passing_on.py":
            continue
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        names |= {alias for module in imported(tree) for alias in module.split(".")}
        assert not names & never, file
