"""The first start on a laptop: enrolled and loaded from a real server."""

from pathlib import Path

import pytest
from sqlalchemy import select

from desktop.background import Cancelled, Job, Progress
from desktop.enrolling import enroller
from desktop.views.enrol import Enrolment
from sync.problems import CodeRefused
from sync.server import admin, folder
from sync.server.office import Office
from sync.server.running import ServerThread
from tests.sync.sample import office_changeset
from township.records import Zone
from township.storage.folder import LaptopFolder
from township.storage.persons import Persons


def test_a_new_laptop_gets_its_zone(tmp_path: Path) -> None:
    folder.init(tmp_path / "server", "屈原镇")
    server = folder.open_server(tmp_path / "server")
    office = Office(server)
    office.load([office_changeset(office)])
    code = admin.issue_code(server, ["xiang"])
    steps: list[Progress] = []
    here = LaptopFolder(tmp_path / "laptop")
    with ServerThread(server, encrypted=True) as running:
        wrong = Enrolment(running.url, code[:-1] + "?", "Longmaxi-2026")
        with pytest.raises(CodeRefused):
            enroller(Persons(here))(wrong, Job(steps.append))
        assert not here.enrolled()
        laptop = enroller(Persons(here))(
            Enrolment(running.url, code, "Longmaxi-2026"), Job(steps.append)
        )
    server.close()
    with laptop.database.reader() as session:
        assert len(session.scalars(select(Zone.id)).all()) == 2
    laptop.database.close()
    assert steps[0].text == "正在登记"


def test_cancelling_before_it_begins_leaves_nothing(tmp_path: Path) -> None:
    job = Job(lambda _: None)
    job.cancel()
    with pytest.raises(Cancelled):
        enroller(Persons(LaptopFolder(tmp_path)))(Enrolment("https://localhost:1", "A", "B"), job)
    assert list(tmp_path.iterdir()) == []
