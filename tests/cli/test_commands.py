"""The command line on a real laptop folder."""

import json
from pathlib import Path

import pytest
from sqlalchemy import insert

from cli.__main__ import main
from reports.raster import page_text
from tests import device
from township.records import Cadre, Group, Household, Person, Visit, WorkLog, Zone
from township.storage import tables
from township.storage.database import Database
from township.storage.folder import LaptopFolder
from township.storage.keyring import Cost

PASSWORD = "Longma-2026"


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> tuple[LaptopFolder, str]:
    """A laptop with one visit; the folder and the visit's id in hex."""
    folder = LaptopFolder(tmp_path_factory.mktemp("laptop"))
    key = folder.keyring.create("xiang", PASSWORD, Cost(1, 64, 1))
    database = Database.create(folder.database, key)
    zone = Zone(code="420527103210", name="龙马溪村", zone_kind="village", hotline="0717-2881234")
    cadre = Cadre(login="xiang", name="向美华", post="村委委员", roles=("VC",), status="active")
    with database.writing() as connection:
        device.enter(connection)
    with database.work(bytes(16)) as work:
        work.add(zone)
        work.add(cadre)
        group = Group(zone_id=zone.id, number=2, name="二组")
        work.add(group)
        home = Household(zone_id=zone.id, no="龙马溪-2-017", group_id=group.id)
        work.add(home)
        head = Person(zone_id=zone.id, household_id=home.id, name="王大明", sex="1", relation="02")
        work.add(head)
        home.head_person_id = head.id
        log = WorkLog(
            zone_id=zone.id,
            cadre_id=cadre.id,
            worked_on=database.clock().date(),
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


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("report", "visit", "xyz", "--out", "a.pdf"), "32 位"),
        (("report", "visit", "0" * 32, "--out", "a.pdf"), "走访"),
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
    with pytest.raises(SystemExit) as end:
        main(["doctor", "--folder", str(laptop[0].path), "--json"])
    assert not end.value.code
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert all(finding["fine"] for finding in findings)
    assert len(findings) >= 7


def test_doctor_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["doctor", "--folder", str(tmp_path)])
    assert end.value.code == 1
    assert "登记" in capsys.readouterr().out
