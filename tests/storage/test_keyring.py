"""Passwords open the data key; wrong ones cost time and reveal nothing."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from township.errors import DamagedDatabase, WorldError, WrongPassword
from township.storage.keyring import Cost, Keyring, password_problem

CHEAP = Cost(passes=1, memory=64, lanes=1)
PASSWORD = "Longma-2026"
UP = 5_000.0
"""Seconds since this computer was switched on."""


START = 1_000_000.0


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keyring(tmp_path: Path, clock: Clock) -> Keyring:
    return Keyring(tmp_path / "keys.json", clock, lambda: UP + clock.now - START)


def test_each_user_opens_the_same_key(keyring: Keyring) -> None:
    key = keyring.create("xiang", PASSWORD, CHEAP)
    keyring.add("zhou", "Another-2026", key, CHEAP)
    assert keyring.logins() == ["xiang", "zhou"]
    assert keyring.unlock("xiang", PASSWORD) == keyring.unlock("zhou", "Another-2026") == key
    assert key.hex() not in keyring.path.read_text()


def test_the_file_is_for_its_owner_alone(keyring: Keyring) -> None:
    keyring.create("xiang", PASSWORD, CHEAP)
    assert keyring.path.stat().st_mode & 0o077 == 0


def test_failures_make_people_wait_longer(keyring: Keyring, clock: Clock) -> None:
    keyring.create("xiang", PASSWORD, CHEAP)
    waits = []
    for _ in range(6):
        with pytest.raises(WrongPassword) as caught:
            keyring.unlock("xiang", "wrong")
        waits.append(caught.value.wait)
        clock.now += caught.value.wait
    assert waits == [0, 0, 0, 30, 900, 900]
    assert keyring.unlock("xiang", PASSWORD)
    assert keyring.wait("xiang") == 0


def test_the_right_password_waits_too(keyring: Keyring, clock: Clock) -> None:
    keyring.create("xiang", PASSWORD, CHEAP)
    for _ in range(4):
        with pytest.raises(WrongPassword):
            keyring.unlock("xiang", "wrong")
    with pytest.raises(WrongPassword, match="30 秒"):
        keyring.unlock("xiang", PASSWORD)


def test_an_unknown_user_is_told_the_same(keyring: Keyring) -> None:
    keyring.create("xiang", PASSWORD, CHEAP)
    with pytest.raises(WrongPassword, match="密码不对"):
        keyring.unlock("nobody", PASSWORD)


@pytest.mark.parametrize("content", ["", "{}", '{"format": 1}', "[]"])
def test_a_broken_key_file_is_told_plainly(keyring: Keyring, content: str) -> None:
    keyring.path.write_text(content)
    with pytest.raises(DamagedDatabase, match=r"keys\.json"):
        keyring.logins()


def test_keys_are_never_made_over(keyring: Keyring) -> None:
    keyring.create("xiang", PASSWORD, CHEAP)
    with pytest.raises(WorldError):
        keyring.create("xiang", PASSWORD, CHEAP)


@pytest.mark.parametrize(
    ("password", "problem"),
    [("short", "至少 10 位"), ("aaaaaaaaaaaa", "太简单"), (PASSWORD, None)],
)
def test_new_passwords(password: str, problem: str | None) -> None:
    told = password_problem(password)
    assert told is None if problem is None else problem in (told or "")


def fail(keyring: Keyring, times: int) -> int:
    wait = 0
    for _ in range(times):
        with pytest.raises(WrongPassword) as caught:
            keyring.unlock("xiang", "wrong")
        wait = caught.value.wait
    return wait


@pytest.mark.parametrize(
    ("wall", "uptime", "left"),
    [
        (0, 0, 30),
        (30, 30, 0),
        (9_000_000, 0, 30),  # only the clock on the wall was set forward
        (-9_000_000, 20, 10),  # set back: nobody waits longer for it
        (9_000_000, -4_000, 0),  # switched off overnight
        (20, -4_990, 10),  # switched on again within the wait
        (-9_000_000, -4_990, 20),  # and set back: what it has been on for counts
        (-9_000_000, -4_000, 0),
    ],
)
def test_the_wait_is_served_whatever_the_clock_says(
    keyring: Keyring, clock: Clock, wall: float, uptime: float, left: int
) -> None:
    keyring.create("xiang", PASSWORD, CHEAP)
    assert fail(keyring, 4) == 30
    later = Keyring(keyring.path, lambda: clock.now + wall, lambda: UP + uptime)  # after a restart
    assert later.wait("xiang") == left
    if left:
        with pytest.raises(WrongPassword, match="请等"):
            later.unlock("xiang", PASSWORD)
    else:
        assert later.unlock("xiang", PASSWORD)


def test_a_new_password_opens_the_same_data(keyring: Keyring) -> None:
    key = keyring.create("xiang", PASSWORD, CHEAP)
    keyring.add("zhou", "Another-2026", key, CHEAP)
    keyring.change("xiang", PASSWORD, "Qingming-2027", CHEAP)
    assert keyring.unlock("xiang", "Qingming-2027") == keyring.unlock("zhou", "Another-2026") == key
    with pytest.raises(WrongPassword):
        keyring.unlock("xiang", PASSWORD)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("wrong", "Qingming-2027", "密码不对"),
        (PASSWORD, "short", "至少 10 位"),
        (PASSWORD, "aaaaaaaaaaaa", "太简单"),
        (PASSWORD, PASSWORD, "和原密码一样"),
    ],
)
def test_a_password_that_is_not_changed(keyring: Keyring, old: str, new: str, told: str) -> None:
    keyring.create("xiang", PASSWORD, CHEAP)
    with pytest.raises(WorldError, match=told):
        keyring.change("xiang", old, new, CHEAP)
    assert keyring.unlock("xiang", PASSWORD)


def test_wrong_old_passwords_count_as_at_the_lock(keyring: Keyring) -> None:
    keyring.create("xiang", PASSWORD, CHEAP)
    waits = []
    for _ in range(4):
        with pytest.raises(WrongPassword) as caught:
            keyring.change("xiang", "wrong", "Qingming-2027", CHEAP)
        waits.append(caught.value.wait)
    assert waits == [0, 0, 0, 30]
    with pytest.raises(WrongPassword):
        keyring.unlock("xiang", PASSWORD)


class PowerCut(BaseException):
    pass


@pytest.mark.parametrize("call", range(1, 10))
def test_a_power_cut_leaves_the_old_or_the_new_password(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    key = keyring.create("xiang", PASSWORD, CHEAP)
    calls = 0

    def cut(real: Callable[..., object]) -> Callable[..., object]:
        def maybe(*args: object, **named: object) -> object:
            nonlocal calls
            calls += 1
            if calls == call:
                raise PowerCut
            return real(*args, **named)

        return maybe

    with monkeypatch.context() as patch:
        for owner, what in (
            (Path, "unlink"),
            (Path, "touch"),
            (Path, "open"),
            (os, "fsync"),
            (Path, "replace"),
        ):
            patch.setattr(owner, what, cut(getattr(owner, what)))
        with suppress(PowerCut):
            keyring.change("xiang", PASSWORD, "Qingming-2027", CHEAP)
    opened = {}
    for password in (PASSWORD, "Qingming-2027"):
        with suppress(WrongPassword):
            opened[password] = Keyring(keyring.path).unlock("xiang", password)
    assert list(opened.values()) == [key]
    assert call < 9 or (calls < call and "Qingming-2027" in opened), "each step was cut once"
    Keyring(keyring.path).change("xiang", *opened, "Duanwu-2028!", CHEAP)
