"""The tour: what it makes, that nothing leaks, and that cutting it off costs nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from cli import demo as demos
from cli.laptops import opened
from cli.tour import NEED, SITUATION, TALK
from reports.raster import page_count, page_text
from tests.sync.laptops import CHEAP
from township.records import Need, Person, Situation, Visit

ROOT = Path(__file__).parents[2]
POINTS = int(os.environ.get("LIANXINQIAO_KILL_POINTS", "1"))
"""How many random points the tour is killed at; the long proof sets 20."""


def tour(folder: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cli", "tour", str(folder), "--json", *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        start_new_session=True,
    )


def finished(process: subprocess.Popen[str]) -> dict[str, object]:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    answer: dict[str, object] = json.loads(out)
    return answer


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo that no tour has seen."""
    path = tmp_path_factory.mktemp("demo") / "untouched"
    demos.make(path, 60, 1, 1, lambda _: None, cost=CHEAP)
    return path


@pytest.fixture(scope="module")
def toured(demo: Path) -> Iterator[tuple[Path, dict[str, object]]]:
    path = demo.with_name("toured")
    shutil.copytree(demo, path)
    yield path, finished(tour(path))


def story(path: Path, user: demos.DemoUser) -> dict[str, list[str]]:
    """What a laptop holds of the tour's visit, without ids and times."""
    folder = demos.existing(path).laptop(user).path
    with opened(folder, user.login, user.password) as laptop, laptop.database.reader() as session:
        visits = session.scalars(select(Visit).where(Visit.talk == TALK)).all()
        needs = session.scalars(select(Need).where(Need.text == NEED)).all()
        seen = session.scalars(select(Situation).where(Situation.summary == SITUATION)).all()
        return {
            "visits": [f"{v.session} {v.way} {v.purpose}" for v in visits],
            "needs": [f"{n.topic} {n.state} {n.no}" for n in needs],
            "situations": [f"{s.situation_kind} {s.place}" for s in seen],
        }


def test_the_papers_say_what_was_typed(toured: tuple[Path, dict[str, object]]) -> None:
    path, answer = toured
    report = (path / str(answer["visit_report"])).read_bytes()
    text = page_text(report, 0).replace("\n", "").replace("\r", "")
    for expected in ("王大明", "路灯不亮", TALK[:12], "第 1 页 共 1 页"):
        assert expected in text
    ledger = (path / str(answer["ledger"])).read_bytes()
    pages = [page_text(ledger, page) for page in range(page_count(ledger))]
    assert any("王大明" in page and "路灯不亮" in page.replace("\n", "") for page in pages)
    assert f"第 1 页 共 {len(pages)} 页" in pages[0]


def test_the_answer_is_complete(toured: tuple[Path, dict[str, object]]) -> None:
    path, answer = toured
    assert set(answer) == {
        "visit_report", "ledger", "screenshots", "pushed", "pulled", "days_counted", "seconds",
    }  # fmt: skip
    assert answer["pushed"] == 1
    assert int(str(answer["pulled"])) >= 1
    pictures = answer["screenshots"]
    assert isinstance(pictures, list)
    assert len(pictures) >= 14
    assert all((path / picture).stat().st_size > 10_000 for picture in pictures)


def test_both_laptops_tell_the_same_story(toured: tuple[Path, dict[str, object]]) -> None:
    path, _ = toured
    cadre, clerk = (story(path, user) for user in demos.USERS)
    assert cadre == clerk
    assert [len(part) for part in cadre.values()] == [1, 1, 1]


def test_no_personal_text_lies_open_in_the_laptops(
    toured: tuple[Path, dict[str, object]],
) -> None:
    path, _ = toured
    user = demos.USERS[0]
    with (
        opened(demos.existing(path).laptop(user).path, user.login, user.password) as laptop,
        laptop.database.reader() as session,
    ):
        names = [name for name in session.scalars(select(Person.name)) if len(name) > 2]
        phones = [phone for phone in session.scalars(select(Person.phone)) if phone]
    words = [*names[:200], *phones[:200], TALK, NEED, SITUATION, "路灯不亮"]
    for folder in ("laptop-cadre", "laptop-clerk", "server"):
        for file in (path / folder).rglob("*"):
            if file.is_file():
                content = file.read_bytes()
                for word in words:
                    assert word.encode() not in content, file
                    assert word.encode("utf-16-le") not in content, file


@pytest.mark.parametrize("point", range(POINTS))
def test_killed_anywhere_it_ends_in_the_same_state(
    demo: Path, toured: tuple[Path, dict[str, object]], point: int
) -> None:
    whole, answer = toured
    path = demo.with_name(f"killed-{point}")
    shutil.copytree(demo, path)
    random = Random(point)
    for more in ((), ("--resume",)):
        process = tour(path, *more)
        time.sleep(random.uniform(0.3, float(str(answer["seconds"])) * 1.1))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    again = finished(tour(path, "--resume"))
    for user in demos.USERS:
        assert story(path, user) == story(whole, user)
    assert again["days_counted"] == answer["days_counted"]
    shutil.rmtree(path)
