"""手机验证码 in the windows: set up, put off, asked for, changed in 设置, reset by the township."""

from __future__ import annotations

import os
from pathlib import Path

import pyotp
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import update

from cli.__main__ import main
from desktop.program import Program
from desktop.views.forgotten import ForgottenPanel
from desktop.views.preview import Preview
from desktop.views.second_factor import CodePanel, RescueCodes, SetUpPanel
from desktop.views.second_factor_card import SecondFactorCard
from desktop.views.unlock import UnlockPanel
from sync.server import folder, recovering
from tests.desktop.accounts.windows import (
    Start,
    child,
    enter,
    opened,
    press,
    settings,
    shoot,
    texts,
)
from tests.sync.laptops import PASSWORD
from tests.sync.sample import XIANG
from township.records import Cadre
from township.storage import recovery, second_factor
from township.storage.folder import LaptopFolder
from township.storage.laptop import Unlocked, unlock
from township.storage.second_factor import SecondFactor
from township.values import utc_now

NEW = "Qingming-2027"


def make_clerk(here: LaptopFolder) -> None:
    """The township makes her one of those who need it."""
    laptop = unlock(here, "xiang", PASSWORD)
    with laptop.database.writing() as connection:
        connection.execute(update(Cadre).where(Cadre.id == XIANG).values(roles=("CLK",)))
    laptop.database.close()


def set_up(here: LaptopFolder) -> tuple[str, list[str]]:
    """Set up already; the code of one minute ago is spent for it."""
    secret = second_factor.fresh_secret()
    laptop = unlock(here, "xiang", PASSWORD)
    codes = SecondFactor(laptop.database, "xiang").set_up(secret, pyotp.TOTP(secret).at(utc_now()))
    laptop.database.close()
    return secret, codes


def waiting(qtbot: QtBot, program: Program[Unlocked], kind: type[QWidget]) -> QWidget:
    def there() -> bool:
        return program.entry is not None and program.entry.findChild(kind) is not None

    qtbot.waitUntil(there, timeout=10_000)
    assert program.main is None
    return child(program, kind)


def test_it_is_set_up_after_the_first_unlocking(
    qtbot: QtBot, start: Start, here: LaptopFolder
) -> None:
    make_clerk(here)
    program = start()
    enter(qtbot, program)
    panel = waiting(qtbot, program, SetUpPanel)
    assert isinstance(panel, SetUpPanel)
    assert "您的角色要求" in texts(panel)
    shoot(panel.window(), "factor-setup")
    secret = panel._asked.secret.replace(" ", "")
    assert secret in panel._asked.address and len(panel._asked.secret.split()) == 8
    panel.form.set_values({"code": "12"})
    panel.go.click()
    qtbot.waitUntil(lambda: "6 位数字" in panel.message.text(), timeout=5000)
    qtbot.waitUntil(panel.go.isEnabled, timeout=5000)
    panel.form.set_values({"code": pyotp.TOTP(secret).at(utc_now())})
    panel.go.click()
    qtbot.waitUntil(lambda: bool(panel.codes), timeout=5000)
    (shown,) = panel.findChildren(RescueCodes)
    assert isinstance(shown, RescueCodes)
    assert all(code in texts(shown) for code in panel.codes)
    shoot(panel.window(), "factor-codes")
    shown.paper.click()
    (paper,) = panel.window().findChildren(Preview)
    shoot(paper, "factor-paper")
    paper.reject()
    shown.go.click()
    opened(qtbot, program)
    for path in (one for one in here.path.rglob("*") if one.is_file()):
        assert secret.encode() not in path.read_bytes(), path.name
    program.lock()
    enter(qtbot, program)
    waiting(qtbot, program, CodePanel)


def test_it_can_be_put_off_until_it_cannot(qtbot: QtBot, start: Start, here: LaptopFolder) -> None:
    make_clerk(here)
    program = start()
    enter(qtbot, program)
    press(waiting(qtbot, program, SetUpPanel), "以后再设（还有 14 天）")
    opened(qtbot, program)
    card = settings(program).findChild(SecondFactorCard)
    assert isinstance(card, SecondFactorCard) and "请在 14 天内设置" in card.state.text()
    program.lock()
    laptop = unlock(here, "xiang", PASSWORD)
    with laptop.database.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE setting SET value = '2026-01-01T00:00:00Z' WHERE key LIKE 'second.asked.%'"
        )
    laptop.database.close()
    enter(qtbot, program)
    panel = waiting(qtbot, program, SetUpPanel)
    assert "以后再设" not in texts(panel)
    press(panel, "锁定")
    waiting(qtbot, program, UnlockPanel)


def test_a_code_is_asked_for_after_the_password(
    qtbot: QtBot, start: Start, here: LaptopFolder
) -> None:
    secret, codes = set_up(here)
    program = start()
    enter(qtbot, program)
    panel = waiting(qtbot, program, CodePanel)
    assert isinstance(panel, CodePanel)
    for typed, told in ((pyotp.TOTP(secret).at(utc_now()), "已经用过"), ("123", "6 位数字")):
        panel.form.set_values({"code": typed})
        panel.go.click()
        qtbot.waitUntil(lambda told=told: told in panel.message.text(), timeout=5000)
        qtbot.waitUntil(panel.go.isEnabled, timeout=5000)
    for _ in range(2):
        panel.form.set_values({"code": "ABCD-EFGH"})
        panel.go.click()
        qtbot.waitUntil(lambda: "恢复码不对" in panel.message.text(), timeout=5000)
        qtbot.waitUntil(lambda: panel._background.busy is False, timeout=5000)
    assert not panel.go.isEnabled() and panel._wait() > 0
    shoot(panel.window(), "factor-asked")
    press(panel, "锁定")
    laptop = unlock(here, "xiang", PASSWORD)
    with laptop.database.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE setting SET value = json_set(value, '$.failure', json('null'))"
            " WHERE key LIKE 'second.of.%'"
        )
    laptop.database.close()
    enter(qtbot, program)
    panel = waiting(qtbot, program, CodePanel)
    assert isinstance(panel, CodePanel)
    panel.form.set_values({"code": codes[0]})
    qtbot.keyClick(panel._field.editor, "\r")
    opened(qtbot, program)


def test_the_settings_change_it_for_who_proves_himself(
    qtbot: QtBot, start: Start, here: LaptopFolder
) -> None:
    program = start()  # a village cadre: of her own will
    enter(qtbot, program)
    opened(qtbot, program)
    card = settings(program).findChild(SecondFactorCard)
    assert isinstance(card, SecondFactorCard)
    assert card.state.text() == "还没有设置。" and card.again.isHidden()
    shoot(card.window(), "factor-card")
    card.begin.click()
    panel = card.window().findChild(SetUpPanel)
    assert isinstance(panel, SetUpPanel)
    secret = panel._asked.secret.replace(" ", "")
    panel.form.set_values({"code": pyotp.TOTP(secret).at(utc_now())})
    panel.go.click()
    qtbot.waitUntil(lambda: bool(panel.codes), timeout=5000)
    codes = list(panel.codes)
    panel.findChild(RescueCodes).go.click()  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: "还有 10 个恢复码" in card.state.text(), timeout=5000)
    card.form.set_values({"code": "nonsense"})
    card.renew.click()
    qtbot.waitUntil(lambda: "恢复码不对" in card.message.text(), timeout=5000)
    card.form.set_values({"code": codes[0]})
    card.renew.click()
    qtbot.waitUntil(lambda: bool(card.window().findChildren(RescueCodes)), timeout=5000)
    shown = card.window().findChildren(RescueCodes)[-1]
    assert isinstance(shown, RescueCodes) and codes[1] not in texts(shown)
    newest = texts(shown).split("1. ")[1][:9]
    shown.go.click()
    card.form.set_values({"code": newest})
    card.end.click()
    qtbot.waitUntil(lambda: card.state.text() == "还没有设置。", timeout=5000)


def test_the_township_resets_it_with_the_password(
    qtbot: QtBot, start: Start, here: LaptopFolder, server: folder.OpenServer, tmp_path: Path
) -> None:
    set_up(here)
    asked = recovery.ask(here, "xiang", NEW, tmp_path)
    done = recovering.recover(server, recovery.read(asked.path), "张管理")
    recovery.write(tmp_path / "answer.txt", done.text)
    program = start()
    press(child(program, UnlockPanel), "忘记密码…")
    panel = child(program, ForgottenPanel)
    assert isinstance(panel, ForgottenPanel) and "手机验证码" in texts(panel)
    panel.form.set_values({"new": NEW, "again": NEW})
    panel.fetch_from(tmp_path / "answer.txt")
    opened(qtbot, program)
    laptop = unlock(here, "xiang", NEW)
    assert SecondFactor(laptop.database, "xiang").standing(None).since is None
    laptop.database.close()


def test_commands_that_show_records_ask_too(
    here: LaptopFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, codes = set_up(here)
    user = ["--folder", str(here.path), "--login", "xiang", "--password", PASSWORD]
    ledger = ["report", "ledger", "2026-05", *user, "--out", str(tmp_path / "ledger.pdf")]

    def run(code: str, *arguments: str) -> int:
        os.environ["LIANXINQIAO_CODE"] = code
        try:
            return main(list(arguments))
        except SystemExit as end:
            return int(end.code or 0)
        finally:
            del os.environ["LIANXINQIAO_CODE"]

    assert run("000", *ledger) == 1
    assert "6 位数字" in capsys.readouterr().err and not (tmp_path / "ledger.pdf").exists()
    assert run(codes[0], *ledger) == 0
    assert run("", "backup", *user) == 0  # shows nothing
    assert run(codes[0], *ledger) == 1
