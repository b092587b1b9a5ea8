"""The encrypted file: opened, refused, upgraded, backed up and restored."""

from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlcipher3 import dbapi2 as sqlcipher

from tests.schema import made_once
from tests.storage.sample import AUTHOR, KEY, Village
from township.errors import DamagedDatabase, NewerDatabase, WorldError
from township.records import Base, Household
from township.storage import backup, migrate
from township.storage.database import SCHEMA_HEAD, Database, make_engine


def test_the_head_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(migrate.config()).get_current_head() == SCHEMA_HEAD


def test_migrations_make_what_the_records_declare(database: Database) -> None:
    inspector = inspect(database.engine)
    for table in Base.metadata.sorted_tables:
        found = {column["name"] for column in inspector.get_columns(table.name)}
        assert found == set(table.columns.keys()), table.name


def test_nothing_can_be_read_from_the_files(
    database: Database, village: Village, tmp_path: Path
) -> None:
    backup.make(database, tmp_path / "backups")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 2
    for text in ("王大明", "12345678901", "龙马溪"):
        for encoded in (text.encode(), text.encode("utf-16-le")):
            assert not any(encoded in path.read_bytes() for path in files)


@pytest.mark.parametrize("key", [bytes(32), KEY[::-1]])
def test_a_wrong_key_is_told_plainly(database: Database, key: bytes) -> None:
    with pytest.raises(DamagedDatabase, match="备份"):
        Database.open(database.path, key)


def test_a_broken_file_is_told_plainly_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "laptop.db"
    path.write_bytes(b"\x01" * 8192)
    with pytest.raises(DamagedDatabase):
        Database.open(path, KEY)
    assert path.read_bytes() == b"\x01" * 8192


def test_a_missing_file_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(DamagedDatabase, match="找不到"):
        Database.open(tmp_path / "laptop.db", KEY)


def test_a_newer_file_is_refused(database: Database) -> None:
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerDatabase, match="升级程序"):
        Database.open(database.path, KEY)


def test_an_existing_file_is_never_made_again(database: Database) -> None:
    with pytest.raises(WorldError, match="已经有"):
        Database.create(database.path, KEY)


def test_restore_brings_the_state_of_the_backup(
    database: Database, village: Village, tmp_path: Path
) -> None:
    copy = backup.make(database, tmp_path / "backups")
    with database.work(AUTHOR) as work:
        work.session.get_one(Household, village.home).phone = "12345678902"
        work.commit()
    database.close()
    kept = backup.restore(copy, database.path, KEY)
    assert kept is not None
    assert kept.exists()
    again = Database.open(database.path, KEY)
    with again.reader() as session:
        assert session.get_one(Household, village.home).phone == "12345678901"
    again.close()


def test_a_damaged_backup_changes_nothing(
    database: Database, village: Village, tmp_path: Path
) -> None:
    copy = backup.make(database, tmp_path / "backups")
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(content)
    with pytest.raises(DamagedDatabase, match="已损坏"):
        backup.restore(copy, database.path, KEY)
    with database.reader() as session:
        assert session.get_one(Household, village.home).phone == "12345678901"


def test_daily_backups_are_made_once_a_day(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    made = backup.make_daily(database, folder)
    assert made is not None
    assert [one.at.isoformat() for one in backup.listed(folder)] == ["2026-05-03T14:05:00+08:00"]
    assert backup.make_daily(database, folder) is None
    assert backup.found(folder) == [made]


def test_backups_of_the_same_second_have_an_order(tmp_path: Path) -> None:
    for name in (
        "20260503-140500-manual",
        "20260503-140500-before-restore",
        "20260502-090000-daily",
    ):
        (tmp_path / f"{name}.db").touch()
    assert [one.why for one in backup.listed(tmp_path)] == ["恢复之前", "手工", "每天自动"]


def test_the_file_is_sqlcipher_not_plain(database: Database) -> None:
    plain = sqlcipher.connect(str(database.path))
    with pytest.raises(sqlcipher.DatabaseError):
        plain.execute("SELECT 1 FROM sqlite_master")
    plain.close()


def test_the_quick_schema_is_that_of_the_migrations(tmp_path: Path) -> None:
    """Most tests get their files by it: see ``tests.schema``."""

    def by_alembic(connection: Connection) -> None:
        command.upgrade(migrate.config(connection), "head")
        connection.commit()

    quick = made_once(by_alembic)
    found = []
    for name in ("first", "second"):
        engine = make_engine(tmp_path / name, KEY).execution_options(writing=True)
        with engine.connect() as connection:
            quick(connection)
            rows = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master")
            found.append({*map(tuple, rows), *_versions(connection)})
        engine.dispose()
    assert found[0] == found[1]


def _versions(connection: Connection) -> list[tuple[str]]:
    return [(row[0],) for row in connection.exec_driver_sql("SELECT * FROM alembic_version")]
