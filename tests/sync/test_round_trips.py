"""How often a laptop has to ask: what a slow line makes people wait for."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from sync.server.folder import OpenServer
from tests.sync.laptops import Laptop, enrolled
from tests.sync.sample import XIANG, ZONE
from township.records import Need, Record, Visit, WorkLog, new_id

DAY = date(2026, 5, 6)
VISITS = 30


@pytest.fixture
def cadre(server: OpenServer, url: str, tmp_path: Path) -> Iterator[Laptop]:
    laptop = enrolled(server, url, tmp_path / "cadre", "xiang")
    laptop.sync()
    yield laptop
    laptop.database.close()


@pytest.fixture
def colleague(server: OpenServer, url: str, tmp_path: Path) -> Iterator[Laptop]:
    laptop = enrolled(server, url, tmp_path / "colleague", "tan")
    laptop.sync()
    yield laptop
    laptop.database.close()


def save(laptop: Laptop, *records: Record) -> None:
    with laptop.database.work(laptop.cadre) as work:
        for record in records:
            work.add(record)
        work.commit()


def work_a_day(laptop: Laptop) -> None:
    """Thirty visits, every third with a need; the first brings the day's log."""
    log = WorkLog(
        id=new_id(),
        zone_id=ZONE,
        cadre_id=XIANG,
        worked_on=DAY,
        sessions=("am", "pm"),
        work_kind="household_visit",
        state="draft",
    )
    save(laptop, log)
    for number in range(VISITS):
        visit = Visit(
            id=new_id(),
            zone_id=ZONE,
            work_log_id=log.id,
            household_id=new_id(),
            visited_on=DAY,
            session="am",
            way="in_home",
            purpose="routine",
            talk=f"第 {number} 户：" + "询问冬小麦收割和医保缴费情况。" * 10,
            resident_present=True,
        )
        need = Need(
            zone_id=ZONE,
            no=f"7-{number}",
            household_id=visit.household_id,
            visit_id=visit.id,
            raised_on=DAY,
            channel="visit",
            text="村口道路积水，请求修排水沟。",
            topic="road",
            state="new",
        )
        save(laptop, visit, *([need] if number % 3 == 0 else []))


def test_nothing_new_takes_one_round_trip(cadre: Laptop) -> None:
    assert cadre.sync().round_trips == 1


def test_a_days_work_takes_at_most_three(cadre: Laptop, colleague: Laptop) -> None:
    work_a_day(cadre)
    sent = cadre.sync()
    assert (sent.pushed, sent.waiting, sent.refused) == (VISITS + 1, 0, 0)
    assert sent.round_trips <= 3
    received = colleague.sync()
    assert received.pulled == VISITS + 1
    assert received.round_trips <= 3
