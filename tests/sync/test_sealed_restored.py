"""Sealed matters outlive a restored township and a copied laptop like everything else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.server import audit, folder
from sync.server.office import Office
from tests.sync import sealed
from tests.sync.laptops import Laptop, overlay_rows
from tests.sync.restoring import Town
from tests.sync.sample import office_changeset
from tests.sync.sealed import add, designate, matter_of, texts, write
from tests.sync.test_incarnations import twin
from township.usecases import passing_on


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    path = tmp_path / "server"
    folder.init(path, "屈原镇")
    found = Town(path, folder.open_server(path))
    office = Office(found.server)
    office.load([office_changeset(office)])
    yield found
    found.server.close()


def readers(town: Town) -> dict[str, bytes]:
    """All cadres are known; two receive accusations."""
    cadres = sealed.enter_people(town.server)
    designate(sealed.Town(town.server, "", town.path, cadres), "accusation", "ji", "pan")
    return cadres


def sync(town: Town, *laptops: Laptop) -> None:
    for one in laptops:
        town.sync(one)
        if passing_on.pass_on(one.database, one.cadre):
            town.sync(one)


def test_a_restored_township_and_a_copied_laptop(town: Town, tmp_path: Path) -> None:
    readers(town)
    ji, pan, author = (town.laptop(login) for login in ("ji", "pan", "xiang"))
    everybody = (author, ji, pan)
    sync(town, *everybody)
    town.keep()
    receipt = write(author, text="昨天以后写的")
    sync(town, *everybody)
    add(ji, matter_of(ji, receipt), "note", "备份以后补充")
    sync(town, *everybody)
    town.put_back()
    sync(town, *everybody, *everybody, *everybody)
    for reader in (ji, pan):
        assert texts(reader, receipt) == ["昨天以后写的", "备份以后补充"]
        assert overlay_rows(reader) == 0
    copy = twin(ji, tmp_path / "copy.db")
    ji = Laptop(type(copy.database).open(ji.database.path, ji.database.key), ji.cadre)
    add(ji, matter_of(ji, receipt), "decision", "这台写的")
    sync(town, ji)
    add(copy, matter_of(copy, receipt), "closing", "那台写的")
    sync(town, copy, ji, pan, copy)
    expected = ["昨天以后写的", "备份以后补充", "这台写的", "那台写的"]
    for reader in (ji, copy, pan):
        assert sorted(texts(reader, receipt)) == sorted(expected)
        assert overlay_rows(reader) == 0
    service = town.server.service
    with service.store.reading() as connection:
        assert audit.verify(connection, service.township_id).finding is None
    for one in (author, ji, pan, copy):
        one.database.close()
