"""Photographs at a server that was restored, or that has lost the key of its pictures."""

import shutil
from pathlib import Path

import pytest

from sync.problems import ServerAway
from sync.server import restoring
from sync.server.folder import ServerFolder, open_server
from tests.pictures import jpeg
from tests.sync.laptops import Laptop
from tests.sync.pictures import LARGE, add_visit, at_server, kept, loose, photos, record_of
from tests.sync.restoring import Town
from tests.sync.snapshots import enter
from tests.sync.test_erasing import CLERK, erase, swept
from tests.sync.test_quarantine import home, refuse, waits
from tests.sync.test_restored import one, town, two
from township.changes import Op
from township.errors import DamagedDatabase
from township.records import Attachment, Household, new_id
from township.usecases.photos import take_away

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


def test_a_picture_comes_again_though_its_deletion_was_sent_back(
    town: Town, one: Laptop, two: Laptop
) -> None:
    town.keep()
    household = home(two)
    town.sync(two)
    visit = add_visit(one, jpeg(LARGE))
    town.sync(one)
    with one.database.work(one.cadre) as work:
        take_away(work, record_of(one, visit).id)
        lost = work.session.get_one(Household, household)  # not in the backup
        lost.phone = "12345678901"
        work.commit()
    town.put_back()
    town.sync(one)
    (seq,) = waits(town.server)
    refuse(town.server, seq, "请重新填写")
    at_rest(town, one, two)
    assert len(kept(two)) == 1


def test_an_erased_picture_does_not_wait_to_be_sent(town: Town, one: Laptop) -> None:
    enter(town.server, Op("cadre", new_id(), "insert", "township/i", CLERK))
    clerk = town.laptop("clerk")
    visit = add_visit(one, jpeg(LARGE))
    town.cut_at = town.calls + 2
    with pytest.raises(ServerAway):
        town.sync(one)
    town.keep()  # the record is in it, the picture is not
    town.sync(one, clerk)
    erase(clerk, Attachment, record_of(one, visit).id)
    town.put_back()
    town.sync(clerk, one)
    assert len(kept(clerk)) == 1  # the only copies: somebody may bring the record back
    assert swept(town.server) == 1
    town.sync(clerk, one)
    assert kept(clerk) == kept(one) == {}
    at_rest(town, clerk, one)
    clerk.database.close()


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
