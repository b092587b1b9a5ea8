"""``lianxinqiao demo``: a made-up township with its server, a cadre's laptop and the clerk's.

Nobody in it is real. The records are made by the township office, go through the real
sequencer, and reach both laptops by enrolment and sync over a real, encrypted socket.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cli.serving import free_port
from sync import client
from sync.enrol import enrol
from sync.http import carrier_to
from sync.server import admin, folder, snapshots
from sync.server.folder import OpenServer
from sync.server.office import Office
from sync.server.running import ServerThread
from township.demo.generate import generate
from township.demo.load import changesets
from township.demo.staff import CADRE_LOGIN, CLERK_LOGIN
from township.errors import WorldError
from township.storage import contact, search, second_factor
from township.storage.folder import LaptopFolder
from township.storage.keyring import Cost, write_atomically
from township.storage.laptop import Unlocked
from township.storage.replica import Replica
from township.storage.settings import keep

TOWNSHIP = "屈原镇"
PARTS = ("server", "laptop-cadre", "laptop-clerk")
Step = Callable[[str], None]
_DEMO_DAYS = 3650
"""A demo is opened without its server after weeks; nobody in it is real."""


@dataclass(frozen=True)
class DemoUser:
    """A made-up user, shown on the demo's unlock window."""

    login: str
    name: str
    post: str
    password: str
    laptop: str


USERS = (
    DemoUser(CADRE_LOGIN, "向美华", "龙马溪村 村干部", "Longmaxi-2026", "laptop-cadre"),
    DemoUser(CLERK_LOGIN, "周敏", "党政办 台账管理员", "Zhoumin-2026", "laptop-clerk"),
)


@dataclass(frozen=True)
class Demo:
    """A complete demo folder."""

    path: Path
    port: int

    @property
    def server(self) -> Path:
        return self.path / "server"

    def laptop(self, user: DemoUser) -> LaptopFolder:
        return LaptopFolder(self.path / user.laptop)

    @property
    def card(self) -> Path:
        """The file with the made-up users; its presence means that the demo is complete."""
        return self.path / "demo.json"


def existing(path: Path) -> Demo:
    """A demo made earlier. Raises WorldError when there is none or it is incomplete."""
    card = path / "demo.json"
    try:
        return Demo(path, int(json.loads(card.read_text("utf-8"))["port"]))
    except (OSError, ValueError, KeyError) as error:
        raise WorldError(
            f"{path} 里没有完整的演示数据。请先运行 lianxinqiao demo {path}。"
        ) from error


def make(
    path: Path,
    households: int,
    years: int,
    seed: int,
    step: Step,
    today: date | None = None,
    *,
    cost: Cost | None = None,
) -> Demo:
    """Make a demo; what an interrupted try left behind is made anew. Raises WorldError.

    ``cost`` is the price of a try at a password, None: the usual one.
    """
    demo = Demo(path, free_port())
    if demo.card.exists():
        raise WorldError(f"{path} 里已经有演示数据。请换一个文件夹，或先删除它。")
    path.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        shutil.rmtree(path / part, ignore_errors=True)
    step("建立镇服务器")
    folder.init(demo.server, TOWNSHIP)
    server = folder.open_server(demo.server)
    try:
        _fill(server, households, years, seed, step, today)
        with ServerThread(server, encrypted=True, port=demo.port) as running:
            for user in USERS:
                step(f"登记并同步{user.name}的笔记本")
                _laptop(server, running.url, demo, user, cost)
    finally:
        server.close()
    _write_card(demo)
    return demo


def _fill(
    server: OpenServer, households: int, years: int, seed: int, step: Step, today: date | None
) -> None:
    step(f"生成 {households} 户、{years} 年的记录并送入镇服务器")
    office = Office(server)
    head = office.head()
    rows = generate(seed, households, years, today, device=office.number)
    office.load(changesets(rows, office.number, head.incarnation, head.dseq))
    service = server.service
    snapshots.refresh(service.store, service.township_id, service.key, service.clock())


def _laptop(server: OpenServer, url: str, demo: Demo, user: DemoUser, cost: Cost | None) -> None:
    code = admin.issue_code(server, [user.login])
    laptop = enrol(demo.laptop(user), url, code, user.password, cost=cost)
    try:
        with laptop.database.writing() as connection:
            keep(connection, contact.LIMIT, str(_DEMO_DAYS))
            keep(connection, second_factor.LIMIT, "0")
        sync(laptop)
    finally:
        laptop.database.close()


def sync(laptop: Unlocked, step: Step | None = None) -> client.Progress:
    """Sync an open laptop and bring its search index up to date. Raises SyncProblem."""
    replica = Replica(laptop.database)
    with carrier_to(replica.identity()) as carrier:
        told = (lambda p: step(p.in_words())) if step else None
        progress = client.run(replica, carrier, told)
    search.catch_up(laptop.database)
    return progress


def _write_card(demo: Demo) -> None:
    users = [
        {"login": u.login, "name": u.name, "post": u.post, "password": u.password} for u in USERS
    ]
    content = {"port": demo.port, "users": users}
    write_atomically(demo.card, json.dumps(content, ensure_ascii=False, indent=1).encode())
