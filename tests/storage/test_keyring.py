"""Passwords open the data key; wrong ones cost time and reveal nothing."""

from pathlib import Path

import pytest

from township.errors import DamagedDatabase, WorldError, WrongPassword
from township.storage.keyring import Cost, Keyring, password_problem

CHEAP = Cost(passes=1, memory=64, lanes=1)
PASSWORD = "Longma-2026"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keyring(tmp_path: Path, clock: Clock) -> Keyring:
    return Keyring(tmp_path / "keys.json", clock)


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
