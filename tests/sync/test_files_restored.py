"""Photographs at a server that was restored, or that has lost the key of its pictures."""

import shutil
from pathlib import Path

import pytest

from sync.problems import ServerAway
from sync.server import restoring
from sync.server.folder import ServerFolder, open_server
from tests.pictures import jpeg
from tests.sync.laptops import Laptop
from tests.sync.pictures import LARGE, add_visit, at_server, kept, loose, photos
from tests.sync.restoring import Town
from tests.sync.test_restored import one, town, two
from township.errors import DamagedDatabase

__all__ = ["one", "town", "two"]  # fixtures


@pytest.fixture
def database() -> None:
    """It is the folder of the server that matters here."""


def at_rest(town: Town, *laptops: Laptop) -> None:
    """Every laptop and the township hold the same pictures."""
    town.sync(*laptops, *laptops)
    for laptop in laptops:
        assert kept(laptop) == at_server(town.server)
        assert loose(laptop) == 0


def test_a_backup_holds_pictures_and_their_key(town: Town, one: Laptop, tmp_path: Path) -> None:
    add_visit(one, jpeg(LARGE))
    town.sync(one)
    copy = restoring.backup(town.path, tmp_path / "backup")
    assert ServerFolder(copy).files_key.stat().st_mode & 0o777 == 0o600
    restoring.restore(tmp_path / "elsewhere", copy)
    other = open_server(tmp_path / "elsewhere")
    assert at_server(other) == kept(one)
    other.close()


def test_pictures_that_came_after_the_backup_come_again(
    town: Town, one: Laptop, two: Laptop
) -> None:
    before = add_visit(one, jpeg(LARGE))
    town.sync(one, two)
    town.keep()
    after = add_visit(one, jpeg(LARGE, 1))
    town.sync(one, two)
    town.put_back()
    assert len(at_server(town.server)) == 1
    at_rest(town, one, two)
    for laptop in (one, two):
        assert [p.state for visit in (before, after) for p in photos(laptop, visit)] == ["", ""]


def test_who_holds_a_picture_brings_it_when_its_author_has_no_laptop_any_more(
    town: Town, one: Laptop, two: Laptop
) -> None:
    visit = add_visit(one, jpeg(LARGE))
    town.cut_at = town.calls + 2
    with pytest.raises(ServerAway):
        town.sync(one)
    town.keep()  # the record is in it, the picture is not
    town.sync(one, two)
    town.put_back()
    at_rest(town, two)
    assert [p.state for p in photos(two, visit)] == [""]


def test_a_picture_on_its_way_when_the_server_was_restored(
    town: Town, one: Laptop, two: Laptop
) -> None:
    town.keep()
    add_visit(one, jpeg(LARGE), jpeg(LARGE, 1))
    town.cut_at = town.calls + 3
    with pytest.raises(ServerAway):
        town.sync(one)
    town.put_back()
    at_rest(town, one, two)
    assert len(kept(two)) == 2


def test_a_lost_key_comes_from_the_backup(town: Town, one: Laptop, two: Laptop) -> None:
    add_visit(one, jpeg(LARGE))
    town.sync(one)
    town.keep()
    town.server.close()
    town.server.folder.files_key.unlink()
    with pytest.raises(DamagedDatabase, match=r"files\.key"):
        open_server(town.path)
    shutil.copyfile(Path(town.kept[0]) / "files.key", town.server.folder.files_key)
    town.server = open_server(town.path)
    at_rest(town, one, two)


def test_without_a_backup_laptops_bring_their_pictures_again(
    town: Town, one: Laptop, two: Laptop
) -> None:
    add_visit(one, jpeg(LARGE), jpeg(2_000))
    town.sync(one, two)
    town.server.close()
    town.server.folder.files_key.unlink()
    restoring.declare(town.path)
    town.server = open_server(town.path)
    assert at_server(town.server) == {}
    at_rest(town, one, two)
    assert len(kept(one)) == 2
    assert town.server.folder.files_key.stat().st_mode & 0o777 == 0o600


def test_a_backup_brings_the_key_of_its_own_pictures(town: Town, one: Laptop, two: Laptop) -> None:
    add_visit(one, jpeg(LARGE))
    town.sync(one)
    town.keep()
    town.server.close()
    town.server.folder.files_key.unlink()
    restoring.declare(town.path)  # another key from now on
    town.server = open_server(town.path)
    town.put_back()
    assert at_server(town.server) == kept(one)
    at_rest(town, one, two)
