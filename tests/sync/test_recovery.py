"""A forgotten password: the township opens the laptop once, nobody else, and nothing is lost."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select

from sync.server import admin, recovering
from sync.server.folder import OpenServer
from tests.sync.laptops import CHEAP, PASSWORD, Laptop, enrolled
from tests.sync.sample import ZONE
from township.errors import WorldError, WrongPassword
from township.records import Household, new_id
from township.storage import recovery
from township.storage.folder import LaptopFolder
from township.storage.laptop import unlock

NEW = "Qingming-2027"


@pytest.fixture
def here(server: OpenServer, url: str, tmp_path: Path) -> LaptopFolder:
    """A laptop with a household that nobody has been told of yet, locked."""
    laptop = enrolled(server, url, tmp_path / "one", "xiang")
    with laptop.database.work(laptop.cadre) as work:
        work.add(Household(id=new_id(), zone_id=ZONE, group_id=bytes(16), no="1-001"))
        work.commit()
    laptop.database.close()
    return LaptopFolder(tmp_path / "one")


def ask(folder: LaptopFolder, place: Path, password: str = NEW) -> str:
    return recovery.read(recovery.ask(folder, "xiang", password, place, CHEAP).path)


def answer(server: OpenServer, request: str) -> str:
    return recovering.recover(server, request, "张管理").text


def test_a_new_password_opens_the_unsent_work(
    server: OpenServer, here: LaptopFolder, place: Path
) -> None:
    asked = recovery.ask(here, "xiang", NEW, place, CHEAP)
    assert unlock(here, "xiang", PASSWORD).database.close() is None, "nothing changed so far"
    found = recovering.recover(server, recovery.read(asked.path), "张管理")
    assert (found.device, found.login, found.code) == (2, "xiang", asked.code)
    assert found.name, "the administrator sees whom to look for"
    assert recovery.use(here, found.text, NEW, CHEAP) == "xiang"
    opened = unlock(here, "xiang", NEW)
    laptop = Laptop(opened.database, opened.cadre_id)
    with opened.database.reader() as session:
        assert session.scalars(select(Household.no)).all() == ["1-001"]
    assert laptop.sync().pushed == 1
    opened.database.close()
    with pytest.raises(WrongPassword):
        unlock(here, "xiang", PASSWORD)
    (line,) = recovering.answered(server)
    assert (line.by, line.device, line.login) == ("张管理", 2, "xiang") and line.at


def test_an_answer_is_good_once(server: OpenServer, here: LaptopFolder, place: Path) -> None:
    request = ask(here, place)
    text = answer(server, request)
    with pytest.raises(WorldError, match=r"已由张管理在 .* 答复过"):
        answer(server, request)
    with pytest.raises(WrongPassword):
        recovery.use(here, text, "somebody else", CHEAP)
    recovery.use(here, text, NEW, CHEAP)
    with pytest.raises(WorldError, match="只能用一次"):
        recovery.use(here, text, NEW, CHEAP)
    assert len(recovering.answered(server)) == 1


def test_a_newer_request_kills_the_older(
    server: OpenServer, here: LaptopFolder, place: Path
) -> None:
    old = answer(server, ask(here, place))
    new = answer(server, ask(here, place))
    with pytest.raises(WorldError, match="不是给本机最近一次请求的"):
        recovery.use(here, old, NEW, CHEAP)
    assert recovery.use(here, new, NEW, CHEAP) == "xiang"


def test_wrong_passwords_for_an_answer_cost_as_at_the_lock(
    server: OpenServer, here: LaptopFolder, place: Path
) -> None:
    text = answer(server, ask(here, place))
    waits = []
    for _ in range(4):
        with pytest.raises(WrongPassword) as caught:
            recovery.use(here, text, "wrong", CHEAP)
        waits.append(caught.value.wait)
    assert waits == [0, 0, 0, 30]
    with pytest.raises(WrongPassword, match="请等"):
        unlock(here, "xiang", PASSWORD)


def test_the_files_give_nothing_away(
    server: OpenServer, url: str, here: LaptopFolder, place: Path, tmp_path: Path
) -> None:
    request = ask(here, place)
    text = answer(server, request)
    key = here.keyring.unlock("xiang", PASSWORD)
    for content in (request, text, here.keyring.path.read_text()):
        assert key.hex() not in content and "AGE-SECRET-KEY" not in content
    other = enrolled(server, url, tmp_path / "two", "xiang")
    other.database.close()
    with pytest.raises(WorldError, match="没有在等答复"):
        recovery.use(LaptopFolder(tmp_path / "two"), text, NEW, CHEAP)
    ask(LaptopFolder(tmp_path / "two"), place)
    with pytest.raises(WorldError, match="不是给本机"):
        recovery.use(LaptopFolder(tmp_path / "two"), text, NEW, CHEAP)


def test_a_request_cannot_name_another_laptop(
    server: OpenServer, url: str, here: LaptopFolder, place: Path, tmp_path: Path
) -> None:
    enrolled(server, url, tmp_path / "two", "xiang").database.close()
    stolen = LaptopFolder(tmp_path / "two")
    admin.revoke(server, 3)
    with pytest.raises(WorldError, match=r"3 号笔记本已停用.*--found"):
        answer(server, ask(stolen, place))
    content = stolen.keyring.load()
    content["recovery"]["device"] = 2
    stolen.keyring.save(content)
    with pytest.raises(WorldError, match="冒用了别的笔记本"):
        answer(server, ask(stolen, place))
    assert recovering.answered(server) == []


def test_a_found_laptop_is_recovered_when_the_administrator_says_so(
    server: OpenServer, here: LaptopFolder, place: Path
) -> None:
    admin.revoke(server, 2)
    found = recovering.recover(server, ask(here, place), "张管理", found=True)
    assert recovery.use(here, found.text, NEW, CHEAP) == "xiang"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda text: text[:60], "不是连心桥找回密码的请求文件"),
        (lambda text: text.replace("请求（1）", "答复（1）"), "请求文件"),
        (lambda text: text.replace("-----\nl", "-----\n*"), "请求文件"),
        (lambda _: "", "请求文件"),
        (lambda text: text[:-60] + "AAAA" + text[-56:], "打不开|请求文件"),
    ],
)
def test_a_damaged_request_is_refused(
    server: OpenServer, here: LaptopFolder, place: Path, change: object, told: str
) -> None:
    text = ask(here, place)
    with pytest.raises(WorldError, match=told):
        answer(server, change(text))  # type: ignore[operator]
    assert recovering.answered(server) == []


@pytest.mark.parametrize("by", ["", "  ", "长" * 41])
def test_who_answers_is_written_down(
    server: OpenServer, here: LaptopFolder, place: Path, by: str
) -> None:
    with pytest.raises(WorldError, match="--by"):
        recovering.recover(server, ask(here, place), by)


def test_what_cannot_be_asked(here: LaptopFolder, place: Path) -> None:
    for login, password, told in (("nobody", NEW, "没有这个用户"), ("xiang", "short", "至少")):
        with pytest.raises(WorldError, match=told):
            recovery.ask(here, login, password, place, CHEAP)
    with pytest.raises(WorldError, match="写不进去"):
        recovery.ask(here, "xiang", NEW, place / "gone", CHEAP)
    content = here.keyring.load()
    del content["recovery"]
    here.keyring.save(content)
    with pytest.raises(WorldError, match="没有留下找回密码的办法"):
        recovery.ask(here, "xiang", NEW, place, CHEAP)


def test_an_answer_with_another_key_changes_nothing(
    server: OpenServer, here: LaptopFolder, place: Path, tmp_path: Path
) -> None:
    request, body = recovery.opened_request(ask(here, place))
    wrong = recovery.answer_text(request, body, bytes(32))
    before = here.keyring.path.read_bytes()
    with pytest.raises(WorldError, match="打不开本机的数据"):
        recovery.use(here, wrong, NEW, CHEAP)
    assert here.keyring.path.read_bytes() == before
    shutil.rmtree(tmp_path / "one" / "backups", ignore_errors=True)
    assert unlock(here, "xiang", PASSWORD).database.close() is None


def test_the_table_holds_no_more_than_it_says(
    server: OpenServer, here: LaptopFolder, place: Path
) -> None:
    from sync.server import tables

    answer(server, ask(here, place))
    with server.service.store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.recovery)) == 1
    assert set(tables.recovery.columns.keys()) == {
        *("township_id", "request", "device", "login", "by", "at")
    }
