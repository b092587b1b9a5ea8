"""The disk of a laptop or of the server runs full in the middle of a sync: a real small disk."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sync.server import folder
from sync.server.office import Office
from sync.server.running import ServerThread
from tests.sync.laptops import enrolled
from tests.sync.processes import ENVIRONMENT, ROOT, assert_whole
from tests.sync.sample import ZONE, office_changeset
from tests.sync.snapshots import enter, homes
from township.records import Household, new_id
from township.storage.database import Database

MEGABYTES = 12
MOUNT = 'mount -t tmpfs -o size="$1" none "$2" && shift 2 && exec "$@"'


def own_mounts() -> list[str] | None:
    """A command that gives a process mounts of its own, if this machine lets us."""
    for flags in (["-m"], ["-U", "-r", "-m"]):
        command = ["unshare", *flags]
        if shutil.which("unshare") is None:
            return None
        probe = [*command, "mount", "-t", "tmpfs", "none", "/mnt"]
        if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return command
    return None


@pytest.mark.skipif(own_mounts() is None, reason="this machine lets nobody mount a small disk")
@pytest.mark.parametrize(
    ("which", "refusal"),
    [
        ("laptop", "DiskFull: 磁盘空间不足，没有保存。请清理磁盘后再保存一次；原有数据完好。"),
        ("server", "Refused: 镇服务器的磁盘满了，这次没有收下。"),
    ],
    ids=["laptop", "server"],
)
def test_full_in_the_middle_of_a_sync(tmp_path: Path, which: str, refusal: str) -> None:
    data = tmp_path / "server"
    folder.init(data, "屈原镇")
    server = folder.open_server(data)
    office = Office(server)
    office.load([office_changeset(office)])
    enter(server, *homes(1500, address="龙马溪村二组老井旁边" * 8))
    with ServerThread(server) as thread:
        laptop = enrolled(server, thread.url, tmp_path / "laptop", "xiang")
        other = enrolled(server, thread.url, tmp_path / "other", "xiang")
        url = thread.url
    for number in range(300):
        with laptop.database.work(laptop.cadre) as work:
            home = Household(
                id=new_id(), zone_id=ZONE, group_id=bytes(16), no=f"4-{number}", address="三组" * 40
            )
            work.add(home)
            work.commit()
    file, key = laptop.database.path, laptop.database.key
    laptop.database.close()
    server.close()

    told = on_small_disk(tmp_path, which, str(file), key.hex(), str(data), url)
    assert [(text or "")[: len(refusal)] for text in told] == [refusal, refusal, ""]
    laptop.database = Database.open(file, key)
    opened = folder.open_server(data)
    for _ in (1, 2):
        for one in (laptop, other):
            one.sync(opened.service.exchange)
    assert_whole(opened, laptop, other)
    opened.close()
    for one in (laptop, other):
        one.database.close()


def on_small_disk(tmp_path: Path, *rest: str) -> list[str | None]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounts = own_mounts()
    assert mounts is not None
    mounting = [*mounts, "sh", "-c", MOUNT, "sh", f"{MEGABYTES}m", str(disk)]
    child = [sys.executable, "-m", "tests.sync.full_disk_child", str(disk), *rest]
    done = subprocess.run(
        [*mounting, *child],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=ENVIRONMENT,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    told: list[str | None] = json.loads(done.stdout)
    return told
