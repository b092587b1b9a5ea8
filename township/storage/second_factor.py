"""The second factor of a user of this laptop: the code that a telephone shows, after the password.

Codes are those of RFC 6238 (TOTP), made by any authenticator without a network. The secret lies in
the encrypted database: it holds against a colleague who has seen the password, not against
somebody who has the data key. Decision 036, docs/security.md.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, delete

from township.errors import Busy, DiskFull, WorldError, WrongPassword
from township.rules.settings import Settings
from township.storage import patience, tables
from township.storage.database import Database
from township.storage.patience import Patience
from township.storage.settings import keep, setting
from township.storage.township_settings import settings_in
from township.values import CHINA, local_text, moment_from_text, moment_text

LIMIT = "second.days"
"""Setting: another number of days in which it must be set up; 0: this laptop does not ask."""
RESCUES = 10
"""One-time codes for a lost telephone or a wrong clock."""
PREFIX = "second."
"""What the settings kept here begin with."""
_ISSUER = "连心桥"
_STEP, _AROUND, _DIGITS = 30, 1, 6
_USED = 40
"""So many codes are remembered as spent; they are valid for three steps."""
_FAR = timedelta(days=4)
"""A code of so far away tells that a clock is wrong."""
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_RESCUE_LENGTH = 8


class State(msgspec.Struct):
    """What is kept of one user."""

    secret: str
    since: str
    used: list[int] = []
    rescue: list[str] = []
    """SHA-256 of the codes that are left, in hexadecimal."""
    failure: dict[str, Any] | None = None


@dataclass(frozen=True)
class Standing:
    """``since`` when it is set up, None: it is not. ``rescues`` are left.

    ``days``: in so many it must be set up; None: the roles do not ask for it.
    """

    since: datetime | None
    rescues: int
    days: int | None


def demanded(roles: frozenset[str] | None, settings: Settings) -> bool:
    """Do these roles need one?"""
    return bool((roles or frozenset()) & settings.second_factor_roles)


class SecondFactor:
    """The second factor of one user in one open database."""

    def __init__(
        self,
        database: Database,
        login: str,
        now: Callable[[], float] = time.time,
        uptime: Callable[[], float] = patience.uptime,
    ) -> None:
        self._database, self._login = database, login
        self._patience = Patience(now, uptime)

    def standing(self, roles: frozenset[str] | None) -> Standing:
        """Whether it is set up, and whether it must be; counting begins with the first question."""
        now = self._database.clock()
        with self._database.reader() as session:
            connection = session.connection()
            state = self._state(connection)
            left = days_left(connection, self._login, roles, now)
            asked = setting(connection, _asked(self._login))
        if state is not None:
            return Standing(moment_from_text(state.since), len(state.rescue), None)
        if left is not None and asked is None:
            with suppress(DiskFull, Busy), self._database.writing() as connection:
                keep(connection, _asked(self._login), moment_text(now))
        return Standing(None, 0, left)

    def wait(self) -> int:
        """Seconds until the next try."""
        with self._database.reader() as session:
            state = self._state(session.connection())
        return self._patience.left(state.failure) if state else 0

    def set_up(self, secret: str, code: str) -> list[str]:
        """Begin with a secret, proven by a code; returns the rescue codes, to be seen once.

        An earlier secret ends. Raises WrongPassword; then nothing is changed.
        """
        now = self._database.clock()
        step = _step_of(secret, code, now)
        if step is None:
            raise WrongPassword(_wrong(secret, code, now))
        state = State(secret, moment_text(now), [step])
        codes = _renew(state)
        self._save(state)
        return codes

    def prove(self, code: str) -> None:
        """Check a code of the telephone, or a rescue code, which is spent by it.

        Wrong ones count and cost as passwords do. Raises WrongPassword with the delay.
        """
        now = self._database.clock()
        with self._database.reader() as session:
            state = self._state(session.connection())
        if state is None:
            return
        if (wait := self._patience.left(state.failure)) > 0:
            raise WrongPassword(f"连续输错，请等 {wait} 秒后再试。", wait)
        problem = _spend(state, code, now)
        if problem is None:
            state.failure = None
            with suppress(DiskFull, Busy):  # no room shall not keep anybody out
                self._save(state)
            return
        state.failure = self._patience.after(state.failure)
        self._save(state)
        wait = state.failure["wait"]
        more = f"连续输错 {state.failure['count']} 次，请等 {wait} 秒后再试。" if wait else ""
        raise WrongPassword(problem + more, wait)

    def renew_rescue(self, code: str) -> list[str]:
        """New rescue codes in place of the old ones, for who proves himself. As ``prove``."""
        state = self._proven(code)
        codes = _renew(state)
        self._save(state)
        return codes

    def end(self, code: str) -> None:
        """Go on without, for who proves himself. As ``prove``."""
        self._proven(code)
        with self._database.writing() as connection:
            forget(connection, self._login)

    def _proven(self, code: str) -> State:
        self.prove(code)
        with self._database.reader() as session:
            state = self._state(session.connection())
        if state is None:
            raise WorldError("手机验证码已经停用。请关闭这一页再打开。")
        return state

    def _state(self, connection: Connection) -> State | None:
        kept = setting(connection, key(self._login))
        return msgspec.json.decode(kept, type=State) if kept else None

    def _save(self, state: State) -> None:
        with self._database.writing() as connection:
            keep(connection, key(self._login), msgspec.json.encode(state).decode())


def days_left(
    connection: Connection, login: str, roles: frozenset[str] | None, now: datetime
) -> int | None:
    """In so many days it must be set up; None: it is, or the roles do not ask for it."""
    settings = settings_in(connection, now.astimezone(CHINA).date())
    limit = int(setting(connection, LIMIT) or settings.second_factor_days)
    if not limit or not demanded(roles, settings) or setting(connection, key(login)):
        return None
    asked = setting(connection, _asked(login))
    passed = (now - moment_from_text(asked)).days if asked else 0
    return max(0, limit - passed)


def _asked(login: str) -> str:
    return f"{PREFIX}asked.{login}"


def key(login: str) -> str:
    """Under which name the settings keep it."""
    return f"{PREFIX}of.{login}"


def forget(connection: Connection, login: str) -> None:
    """The user has none any more."""
    connection.execute(delete(tables.setting).where(tables.setting.c.key == key(login)))


def fresh_secret() -> str:
    """160 random bits as letters, for ``set_up``."""
    import pyotp  # 24 ms: only who has a second factor pays for it

    return pyotp.random_base32()


def address(secret: str, login: str) -> str:
    """What the square picture says to the telephone."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=_ISSUER)


def grouped(secret: str) -> str:
    """The secret in groups of four, for who types it."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _spend(state: State, typed: str, now: datetime) -> str | None:
    """Use a code up; returns what is wrong with it, None when it is good."""
    code = "".join(filter(str.isalnum, typed)).upper()
    if len(code) == _RESCUE_LENGTH:
        if (name := _hash(code)) not in state.rescue:
            return "恢复码不对，或者已经用过。每个恢复码只能用一次。"
        state.rescue.remove(name)
        return None
    step = _step_of(state.secret, code, now)
    if step is None:
        return _wrong(state.secret, code, now)
    if step in state.used:
        return "这个验证码已经用过，请等手机上换了下一个再输。"
    state.used = [*state.used, step][-_USED:]
    return None


def _step_of(secret: str, code: str, now: datetime, steps: int = _AROUND) -> int | None:
    """Which step near now makes this code."""
    import pyotp

    totp, middle = pyotp.TOTP(secret), int(now.timestamp()) // _STEP
    for away in sorted(range(-steps, steps + 1), key=abs):
        if secrets.compare_digest(totp.generate_otp(middle + away).encode(), code.encode()):
            return middle + away
    return None


def _wrong(secret: str, code: str, now: datetime) -> str:
    """A code that is of another time speaks of a clock."""
    if len(code) != _DIGITS or not code.isascii() or not code.isdigit():
        return f"验证码是手机上显示的 {_DIGITS} 位数字；恢复码是 {_RESCUE_LENGTH} 位字母和数字。"
    step = _step_of(secret, code, now, int(_FAR.total_seconds()) // _STEP)
    if step is None:
        return "验证码不对。请看手机上现在显示的，趁它没换时输入。"
    away = abs(step - int(now.timestamp()) // _STEP) * _STEP
    return (
        f"验证码的时间对不上，电脑或手机的时钟可能不准：电脑现在是 {local_text(now)}，"
        f"和手机差了约 {_long(away)}。请先把日期和时间调对再输；调不了就用一个恢复码代替。"
    )


def _long(seconds: int) -> str:
    if seconds >= 86_400:
        return f"{round(seconds / 86_400)} 天"
    return f"{round(seconds / 3600)} 小时" if seconds >= 5_400 else f"{seconds // 60 or 1} 分钟"


def _renew(state: State) -> list[str]:
    codes = [
        "".join(secrets.choice(_LETTERS) for _ in range(_RESCUE_LENGTH)) for _ in range(RESCUES)
    ]
    state.rescue = [_hash(code) for code in codes]
    return [f"{code[:4]}-{code[4:]}" for code in codes]


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
