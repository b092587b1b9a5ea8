"""Whoever has the disk of a laptop without a password reads nothing on it, wherever they look."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from desktop import failures
from sync import stick
from sync.server.folder import OpenServer
from tests.pictures import jpeg
from tests.sync.laptops import PASSWORD, Laptop, enrolled
from tests.sync.moves import GROUPS
from tests.sync.sample import ZONE
from township.records import Household, Person
from township.storage import backup, recovery, search, tables
from township.storage.folder import LaptopFolder
from township.usecases import drafts
from township.usecases.photos import PhotoEntry
from township.usecases.visits import NeedEntry, VisitEntry, log_visit
from township.values import CHINA

NAME, STREET, PHONE, ID_NO = "谯亹夔", "麒麟巷柒号", "13912345678", "110101199003070011"
TALK, DRAFT, CAPTION, NEED = "低保证明遗失", "半写的谈话内容", "堂屋漏雨", "引水管冻裂求助"
CANARIES = (NAME, STREET, PHONE, ID_NO, TALK, DRAFT, CAPTION, NEED, "qiaoweikui", "qwk")
PICTURE = jpeg(60_000, 4)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where everything temporary goes."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def live(laptop: Laptop) -> None:
    """A day of work with the canaries in every kind of place."""
    today = datetime.now(UTC).astimezone(CHINA).date()
    with laptop.database.work(laptop.cadre) as work:
        home = Household(zone_id=ZONE, group_id=GROUPS[ZONE], no="1-001", address=STREET)
        work.add(home)
        person = Person(zone_id=ZONE, household_id=home.id, name=NAME, phone=PHONE, id_no=ID_NO)
        person.sex, person.relation = "2", "02"
        work.add(person)
        home.head_person_id = person.id
        work.commit()
        key = home.id
    entry = VisitEntry(
        key,
        today,
        ("am",),
        "in_home",
        "routine",
        talk=TALK,
        resident_ok="satisfied",
        needs=(NeedEntry(NEED, "water"),),
        photos=(PhotoEntry(PICTURE, CAPTION),),
    )
    with laptop.database.work(laptop.cadre) as work:
        log_visit(work, entry)
        work.commit()
    search.catch_up(laptop.database)
    with laptop.database.writing() as connection:
        drafts.keep(connection, "visit", key.hex(), {"talk": DRAFT}, laptop.database.clock())


def report_a_bug(folder: LaptopFolder) -> None:
    """A failure of ours with records in its message goes to the log."""
    failures.start_log(folder.logs)
    try:
        raise ValueError(" ".join(CANARIES))
    except ValueError as error:
        failures.note(error)
    finally:
        failures.stop_log()


def readable(path: Path) -> list[str]:
    """What of the canaries stands in a file, in any usual coding."""
    content = path.read_bytes()
    found = [
        text
        for text in CANARIES
        for coding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
        if text.encode(coding) in content
        and not (text == "qwk" and path.suffix not in (".log", ".json", ".txt"))
    ]
    names = [text for text in CANARIES if not text.isascii()]  # the others were looked for
    found += ["escaped" for text in names if json.dumps(text)[1:-1].encode() in content]
    return found + ["picture"] * (PICTURE[200:264] in content)


def test_no_text_on_the_disk(
    server: OpenServer,
    url: str,
    groups: None,
    temporary: Path,
    home: Path,
    tmp_path: Path,
    place: Path,
    database: str | None,
) -> None:
    laptop = enrolled(server, url, tmp_path / "one", "xiang")
    here = LaptopFolder(tmp_path / "one")
    laptop.sync()
    live(laptop)
    stick.write_outbox(laptop.database, place)
    laptop.sync()
    live_on(laptop)
    made = backup.make(laptop.database, here.backups)
    recovery.ask(here, "xiang", "Qingming-2027", place)
    report_a_bug(here)
    wal = here.database.with_name("laptop.db-wal")
    assert wal.stat().st_size > 0 and made.stat().st_size > 0 and list(here.logs.iterdir())
    folders = [here.path, temporary, home, place]
    if database is None:  # a PostgreSQL is encrypted by its own disk: docs/postgresql.md
        folders.append(server.folder.path)
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert len(files) >= 8
    assert not {path.name: found for path in files if (found := readable(path))}
    check_keys(laptop, here, files)
    laptop.database.close()


def live_on(laptop: Laptop) -> None:
    """More work after the sync: it lies in the WAL when the laptop is stolen."""
    with laptop.database.work(laptop.cadre) as work:
        home = work.session.scalars(select(Household)).one()
        home.address = STREET + "后院"
        work.commit()
    with laptop.database.reader() as session:
        assert session.scalars(select(Person.name).order_by(Person.id_no)).all() == [NAME]


def check_keys(laptop: Laptop, here: LaptopFolder, files: list[Path]) -> None:
    """Neither the data key nor the laptop's own keys lie anywhere in the clear."""
    with laptop.database.reader() as session:
        device = session.execute(select(tables.device)).one()
    assert here.keyring.unlock("xiang", PASSWORD) == laptop.database.key
    for key in (laptop.database.key, device.signing_key, device.sealing_key):
        for path in files:
            content = path.read_bytes()
            assert key not in content and key.hex().encode() not in content, path.name


def test_the_search_would_find_it(tmp_path: Path) -> None:
    for number, coding in enumerate(("utf-8", "utf-16-le", "gb18030")):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(b"\0\1" + TALK.encode(coding) + b"\2")
        assert readable(path) == [TALK]
    (tmp_path / "a.json").write_text(json.dumps({"talk": DRAFT}))
    assert "escaped" in readable(tmp_path / "a.json")
