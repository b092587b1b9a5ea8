"""Domain §9 (b): a laptop's clock is wrong by three days.

Deadlines use the township's time after the sync, and the row is flagged.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sync.server.folder import OpenServer
from tests.scenarios.alarm import GROUP, answerable
from tests.scenarios.test_06_disaster import alarms, page_of
from tests.scenarios.test_07_police_and_opinion import stored
from tests.scenarios.town import Clock, Seat, Sit, shown, step

REPORTED = datetime(2026, 5, 20, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize("days", [-3, 3])
def test_a_clock_that_goes_wrong_after_the_last_sync(
    sit: Sit, server: OpenServer, clock: Clock, days: int
) -> None:
    """Nobody knows it when the report is made; the next sync puts it right."""
    answerable(server, clock)
    clock.go_to(5, 20)
    wrong = [timedelta(0)]
    cadre = sit("tan", lambda: clock() + wrong[0])
    safety = sit("safety")
    wrong[0] = timedelta(days=days)
    reported(cadre)
    assert stored(page_of(cadre), "disaster").reported_at == REPORTED + wrong[0]
    cadre.sync()
    found = stored(page_of(cadre), "disaster")
    assert (found.reported_at, found.clocked_at) == (REPORTED, REPORTED + wrong[0])
    safety.sync()
    flagged(safety)
    known_from_now_on(cadre, wrong[0])


def reported(cadre: Seat) -> None:
    page = page_of(cadre)
    page.new.click()
    step(page, "new.disaster", where=GROUP, level="abnormal", summary="屋后落石")


def flagged(safety: Seat) -> None:
    """The other laptop counts from the true time, and says that the clock was wrong."""
    page = page_of(safety)
    assert "待接收·核对时钟" in [page.model.index(0, at).data() for at in range(8)]
    assert "报送的电脑时钟相差 3 天" in shown(page) and "2026-05-20 13:00" in shown(page)
    [line] = [one for one in alarms(safety) if "待接收" in one]
    assert line == "待接收：灾情·异常 天龙村 三组：屋后落石"


def known_from_now_on(cadre: Seat, wrong: timedelta) -> None:
    """The laptop has learnt how wrong its clock is: later stamps are right at once."""
    page = page_of(cadre)
    step(page, "receive")
    assert stored(page, "disaster").received_at == REPORTED
    assert page.now() == REPORTED and page.database.clock() == REPORTED + wrong
