"""The command line on a real laptop folder."""

import json
from pathlib import Path

import pytest
from sqlalchemy import insert

from cli.__main__ import main
from reports.raster import page_text
from tests import device
from township.records import Cadre, Group, Household, Person, Visit, WorkLog, Zone, new_id
from township.storage import tables
from township.storage.database import Database
from township.storage.folder import LaptopFolder
from township.storage.keyring import Cost
from township.values import CHINA

PASSWORD = "Longma-2026"
DEVICE = {
    "id": 1,
    "number": 7,
    "incarnation": 1,
    "last_dseq": 0,
    "last_hash": bytes(32),
    "township_id": bytes(16),
    "township_name": "屈原镇",
    "signing_key": bytes(32),
    "sealing_key": bytes(32),
    "server_url": "",
}
SECRETARY = {
    "login": "xiang",
    "name": "向美华",
    "post": "村书记",
    "roles": ("VC", "VS"),
    "status": "active",
}


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> tuple[LaptopFolder, str]:
    """A laptop with one visit; the folder and the visit's id in hex."""
    folder = LaptopFolder(tmp_path_factory.mktemp("laptop"))
    key = folder.keyring.create("xiang", PASSWORD, Cost(1, 64, 1))
    database = Database.create(folder.database, key)
    zone = Zone(code="420527103210", name="龙马溪村", zone_kind="village", hotline="0717-2881234")
    zone.id = new_id()
    cadre = Cadre(zones=(zone.id,), **SECRETARY)
    with database.writing() as connection:
        device.enter(connection)
    with database.work(bytes(16)) as work:
        work.add(zone)
        work.add(cadre)
        group = Group(zone_id=zone.id, number=2, name="二组")
        work.add(group)
        home = Household(zone_id=zone.id, no="龙马溪-2-017", group_id=group.id)
        home.phone = "12812341234"
        work.add(home)
        head = Person(zone_id=zone.id, household_id=home.id, name="王大明", sex="1", relation="02")
        work.add(head)
        home.head_person_id = head.id
        log = WorkLog(
            zone_id=zone.id,
            cadre_id=cadre.id,
            worked_on=database.clock().astimezone(CHINA).date(),
            sessions=("am",),
            work_kind="household_visit",
            state="submitted",
        )
        work.add(log)
        visit = Visit(
            zone_id=zone.id,
            work_log_id=log.id,
            household_id=home.id,
            visited_on=log.worked_on,
            session="am",
            way="in_home",
            purpose="routine",
            talk="门前路灯不亮，晚上接孩子看不清路。",
            resident_present=True,
        )
        work.add(visit)
        work.commit()
    with database.writing() as connection:
        connection.execute(insert(tables.local_author).values(login="xiang", cadre_id=cadre.id))
    database.close()
    return folder, visit.id.hex()


def run(folder: LaptopFolder, *arguments: str) -> int:
    given = [*arguments, "--folder", str(folder.path), "--login", "xiang", "--password", PASSWORD]
    try:
        return main(given)
    except SystemExit as end:
        return int(end.code or 0)


def test_visit_report(laptop: tuple[LaptopFolder, str], tmp_path: Path) -> None:
    folder, visit = laptop
    out = tmp_path / "papers" / "visit.pdf"
    assert run(folder, "report", "visit", visit, "--out", str(out)) == 0
    text = page_text(out.read_bytes(), 0)
    for expected in ("入户走访记录", "王大明", "路灯不亮", "向美华", "第 1 页 共 1 页"):
        assert expected in text


def test_what_is_kept_about_a_resident(
    laptop: tuple[LaptopFolder, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "mine.pdf"
    words = ("report", "my-record", "王大明", "--household", "龙马溪-2-017", "--out", str(out))
    assert run(laptop[0], *words) == 0
    assert "只交给本人" in capsys.readouterr().out
    assert "仅交本人" in page_text(out.read_bytes(), 0)


def test_ledger_as_json(
    laptop: tuple[LaptopFolder, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = laptop
    out = tmp_path / "ledger.pdf"
    code = run(
        folder, "report", "ledger", "2026-11", "--zone", "龙马溪村", "--out", str(out), "--json"
    )
    assert code == 0
    assert json.loads(capsys.readouterr().out) == {"file": str(out), "pages": 1}
    assert "王大明" in page_text(out.read_bytes(), 0)


def test_papers_in_full_need_a_reason(
    laptop: tuple[LaptopFolder, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, visit = laptop
    out = tmp_path / "visit.pdf"
    given = ("report", "visit", visit, "--out", str(out))
    assert run(folder, *given, "--reason", "核对身份") == 1
    assert "至少两个字" in capsys.readouterr().err and not out.exists()
    assert run(folder, *given, "--reason", "核对身份", "--reason-text", "医保登记") == 0
    text = page_text(out.read_bytes(), 0)
    assert "12812341234" in text and "含个人信息，注意保密" in text


def test_export(
    laptop: tuple[LaptopFolder, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = laptop
    out, why = tmp_path / "list.csv", ("--reason", "other", "--reason-text", "六月核对")
    assert run(folder, "export", "households", "--out", str(out), *why, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"file": str(out), "rows": 1}
    text = out.read_text("utf-8-sig")
    assert "龙马溪-2-017,王大明" in text and "12812341234" not in text
    out = tmp_path / "ledger.xlsx"
    place = ("--zone", "龙马溪村", "--group", "二组")
    assert run(folder, "export", "ledger", "2026-11", "--out", str(out), *place, *why) == 0
    assert out.read_bytes().startswith(b"PK")
    for wrong, told in (
        (("--out", "list.txt", *why), "xlsx 或 .csv"),
        (("--out", str(out), "--group", "九组", *why), "九组"),
        (("--out", str(out), "--reason", "other"), "至少两个字"),
    ):
        assert run(folder, "export", "households", *wrong) == 1
        assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("report", "visit", "xyz", "--out", "a.pdf"), "32 位"),
        (("report", "visit", "0" * 32, "--out", "a.pdf"), "走访"),
        (("report", "my-record", "张三", "--out", "a.pdf"), "张三"),
        (("report", "ledger", "2026-13", "--out", "a.pdf"), "2026-05"),
        (("report", "ledger", "2026-05", "--zone", "长江村", "--out", "a.pdf"), "长江村"),
        (("restore", "missing.db"), "missing.db"),
    ],
)
def test_mistakes_are_told_in_chinese(
    laptop: tuple[LaptopFolder, str],
    arguments: tuple[str, ...],
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(laptop[0], *arguments) == 1
    captured = capsys.readouterr()
    assert told in captured.err
    assert "Traceback" not in captured.err


def test_the_own_history_is_checked(
    laptop: tuple[LaptopFolder, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(laptop[0], "audit", "own", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["fits"] is True and answer["size"] >= 1


def test_a_wrong_password_is_told(
    laptop: tuple[LaptopFolder, str], capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["backup", "--folder", str(laptop[0].path), "--login", "xiang", "--password", "no"]
    assert main(given) == 1
    assert "密码不对" in capsys.readouterr().err


def test_backup_and_restore(
    laptop: tuple[LaptopFolder, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(laptop[0], "backup", "--json") == 0
    made = json.loads(capsys.readouterr().out)["file"]
    assert run(laptop[0], "restore", made) == 0
    assert run(laptop[0], "backup") == 0


def test_doctor_finds_a_healthy_laptop(
    laptop: tuple[LaptopFolder, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--folder", str(laptop[0].path), "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert all(finding["fine"] for finding in findings)
    assert len(findings) >= 7


def test_doctor_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--folder", str(tmp_path)]) == 1
    assert "登记" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("nonsense", "没有“nonsense”这个命令。用法见：lianxinqiao --help"),
        ("report ledger", "缺少 month。用法见：lianxinqiao report ledger --help"),
        ("report ledger 2026-05 --zone", "--zone 后面要写内容"),
        ("report ledger --month 2026-05", "没有 --month 这个选项（有：--json、--out、--zone）"),
        ("doctor --folder here one two", "多写了：one two"),
        ("server run --port high", "--port 要写整数"),
    ],
)
def test_what_is_typed_wrong_is_told_in_chinese(
    given: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(given.split()) == 2
    said = capsys.readouterr()
    assert told in said.err
    assert not said.out


def test_help_has_chinese_headings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "ledger", "--help"]) == 0
    said = capsys.readouterr().out
    assert "参数" in said
    assert "选项" in said
    assert "Options" not in said
