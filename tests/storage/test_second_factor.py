"""The second factor: codes of a telephone, rescue codes, waits, clocks; on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

import pyotp
import pytest

from township.errors import WrongPassword
from township.records import new_id
from township.storage import backup, second_factor
from township.storage.database import Database
from township.storage.second_factor import LIMIT, RESCUES, SecondFactor
from township.storage.settings import keep, setting

KEY = bytes(range(32))
CLERK = frozenset({"CLK"})
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
START = datetime(2026, 5, 3, 6, 5, tzinfo=UTC)


class Clocks:
    """The laptop's clock, the telephone's, and the time since the computer was switched on."""

    def __init__(self) -> None:
        self.laptop = self.phone = START
        self.up = 0.0

    def pass_(self, seconds: float) -> None:
        self.laptop += timedelta(seconds=seconds)
        self.phone += timedelta(seconds=seconds)
        self.up += seconds


CLOCKS = Clocks()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("laptop") / "laptop.db"
    database = Database.create(path, KEY, lambda: CLOCKS.laptop)
    yield database
    database.close()


@pytest.fixture
def clocks() -> Clocks:
    CLOCKS.__init__()  # type: ignore[misc]
    return CLOCKS


@pytest.fixture
def factor(database: Database, clocks: Clocks) -> SecondFactor:
    """Of a user whom no other test knows."""
    return SecondFactor(
        database, new_id().hex()[:20], lambda: clocks.laptop.timestamp(), lambda: clocks.up
    )


@pytest.fixture
def secret() -> str:
    """Always the same: no test meets a code by chance."""
    return SECRET


def code(secret: str, clocks: Clocks, seconds: float = 0) -> str:
    """What the telephone shows, or showed."""
    return pyotp.TOTP(secret).at(clocks.phone + timedelta(seconds=seconds))


@cache
def wrong() -> str:
    """A code that ``SECRET`` does not make for days."""
    totp, first = pyotp.TOTP(SECRET), int(START.timestamp()) // 30 - 12_000
    near = {totp.generate_otp(first + step) for step in range(24_000)}
    return next(text for number in range(10**6) if (text := f"{number:06}") not in near)


def test_a_code_opens_once_within_one_step(
    factor: SecondFactor, secret: str, clocks: Clocks
) -> None:
    factor.set_up(secret, code(secret, clocks))
    with pytest.raises(WrongPassword, match="已经用过"):
        factor.prove(code(secret, clocks))
    clocks.pass_(60)
    for away in (-30, 0, 30):
        factor.prove(code(secret, clocks, away))
        with pytest.raises(WrongPassword, match="已经用过"):
            factor.prove(code(secret, clocks, away))
    clocks.pass_(120)
    for away in (-60, 60):
        with pytest.raises(WrongPassword, match="差了约 1 分钟"):
            factor.prove(code(secret, clocks, away))


def test_a_rescue_code_opens_once_and_new_ones_end_the_old(
    factor: SecondFactor, secret: str, clocks: Clocks
) -> None:
    codes = factor.set_up(secret, code(secret, clocks))
    assert len(set(codes)) == RESCUES and all(len(one) == 9 for one in codes)
    factor.prove(codes[0].lower().replace("-", " "))
    with pytest.raises(WrongPassword, match="恢复码不对，或者已经用过"):
        factor.prove(codes[0])
    assert factor.standing(CLERK).rescues == RESCUES - 1
    more = factor.renew_rescue(codes[1])
    assert factor.standing(CLERK).rescues == RESCUES and not set(more) & set(codes)
    with pytest.raises(WrongPassword):
        factor.prove(codes[2])


@pytest.mark.parametrize(("typed", "told"), [("12345", "6 位数字"), ("１２３４５６", "6 位数字")])
def test_what_is_no_code_is_told(
    factor: SecondFactor, secret: str, clocks: Clocks, typed: str, told: str
) -> None:
    factor.set_up(secret, code(secret, clocks))
    with pytest.raises(WrongPassword, match=told):
        factor.prove(typed)


def test_wrong_codes_wait_as_passwords_do(
    factor: SecondFactor, secret: str, clocks: Clocks
) -> None:
    codes = factor.set_up(secret, code(secret, clocks))
    for wait in (0, 0, 0, 30, 900):
        with pytest.raises(WrongPassword, match="恢复码不对") as told:
            factor.prove("AAAA-AAAA")
        assert told.value.wait == factor.wait() == wait
        clocks.pass_(min(wait, 30))
    with pytest.raises(WrongPassword, match="请等 870 秒"):
        factor.prove(codes[0])  # a right one must wait too
    clocks.laptop += timedelta(days=1)  # setting the clock gains nothing
    assert factor.wait() == 870
    clocks.laptop -= timedelta(days=1)
    clocks.pass_(870)
    factor.prove(codes[0])
    assert factor.wait() == 0


@pytest.mark.parametrize(
    ("off", "told"),
    [
        (timedelta(days=3), "差了约 3 天"),
        (timedelta(days=-3), "差了约 3 天"),
        (timedelta(hours=-8), "差了约 8 小时"),
    ],
)
def test_a_wrong_clock_is_told_and_a_rescue_code_helps(
    factor: SecondFactor, secret: str, clocks: Clocks, off: timedelta, told: str
) -> None:
    codes = factor.set_up(secret, code(secret, clocks))
    clocks.pass_(3600)
    clocks.laptop += off
    with pytest.raises(WrongPassword, match=told) as said:
        factor.prove(code(secret, clocks))
    assert "时钟可能不准：电脑现在是 2026-0" in str(said.value)
    assert "恢复码" in str(said.value) and said.value.wait == 0
    factor.prove(codes[0])


def test_a_secret_must_be_proven_to_begin(
    factor: SecondFactor, secret: str, clocks: Clocks
) -> None:
    with pytest.raises(WrongPassword, match="验证码不对"):
        factor.set_up(secret, wrong())
    assert factor.standing(CLERK).since is None
    factor.prove("anything")  # there is none to ask for


def test_who_must_and_until_when(
    database: Database, factor: SecondFactor, secret: str, clocks: Clocks
) -> None:
    for roles in (None, frozenset({"VC"}), frozenset({"VS", "TC"})):
        assert factor.standing(roles).days is None
    assert factor.standing(CLERK).days == 14
    clocks.pass_(13.5 * 86_400)
    assert factor.standing(CLERK).days == 1
    clocks.pass_(86_400)
    assert factor.standing(CLERK).days == 0
    with database.writing() as connection:
        keep(connection, LIMIT, "0")
    assert factor.standing(CLERK).days is None
    with database.writing() as connection:
        keep(connection, LIMIT, "14")
    factor.set_up(secret, code(secret, clocks))
    assert factor.standing(CLERK).days is None and factor.standing(CLERK).since == clocks.laptop
    clocks.pass_(30)
    factor.end(code(secret, clocks))
    assert factor.standing(CLERK).since is None


def test_an_older_backup_is_no_way_around_it(
    database: Database, factor: SecondFactor, secret: str, clocks: Clocks
) -> None:
    folder = database.path.parent / "backups"
    before = backup.make(database, folder)
    codes = factor.set_up(secret, code(secret, clocks))
    factor.prove(codes[0])
    name = second_factor.key(factor._login)
    with database.reader() as session:
        held = setting(session.connection(), name)
    database.engine.dispose()
    kept = backup.restore(before, database.path, KEY)
    assert kept is not None
    with database.reader() as session:
        assert setting(session.connection(), name) == held
    with pytest.raises(WrongPassword):
        factor.prove(codes[0])
    factor.prove(codes[1])


def test_the_picture_says_who_and_where() -> None:
    secret = second_factor.fresh_secret()
    assert len(secret) == 32 and secret != second_factor.fresh_secret()
    uri = second_factor.address(secret, "zhou")
    parsed = pyotp.parse_uri(uri)
    assert (parsed.secret, parsed.name, parsed.issuer) == (secret, "zhou", "连心桥")
    assert second_factor.grouped(secret).replace(" ", "") == secret
