from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop.background import Background, Job
from desktop.views.enrol import Enrolment, EnrolPanel
from desktop.views.entry import EntryWindow
from desktop.views.unlock import DemoUser, UnlockPanel, User
from township.errors import WorldError, WrongPassword

DEMO = DemoUser("xiangmeihua", "向美华", "村干部", "lianxinqiao-2026")


class Lock:
    """Opens for one password; the second wrong one costs two seconds."""

    def __init__(self) -> None:
        self.tries: list[tuple[str, str]] = []
        self.waiting = 0

    def unlock(self, login: str, password: str) -> str:
        self.tries.append((login, password))
        if password == "nonsense":
            raise WorldError("本机数据文件已损坏")
        if password != DEMO.password:
            raise WrongPassword("密码不对", 2 if len(self.tries) > 1 else 0)
        return f"data of {login}"


Make = Callable[..., UnlockPanel]


@pytest.fixture
def panel(qtbot: QtBot, background: Background) -> Iterator[Make]:
    windows: list[EntryWindow] = []

    def make(lock: Lock, demo: bool = False) -> UnlockPanel:
        window = EntryWindow(unlock_panel(background, lock, demo), "连心桥")
        windows.append(window)
        qtbot.addWidget(window)
        window.show()
        qtbot.waitExposed(window)
        made = window.findChild(UnlockPanel)
        assert isinstance(made, UnlockPanel)
        return made

    yield make


def unlock_panel(background: Background, lock: Lock, demo: bool) -> UnlockPanel:
    return UnlockPanel(
        [User("xiangmeihua", "xiangmeihua"), User("zhoumin", "zhoumin")],
        lock.unlock,
        lambda _: lock.waiting,
        background,
        demo=[DEMO] if demo else [],
    )


def message(made: UnlockPanel) -> str:
    return made._message.text()


def test_the_right_password_opens_by_keyboard_alone(qtbot: QtBot, panel: Make) -> None:
    made = panel(Lock())
    qtbot.waitUntil(made._password.hasFocus, timeout=2000)
    with qtbot.waitSignal(made.unlocked, timeout=2000) as unlocked:
        QTest.keyClicks(made._password, DEMO.password)
        QTest.keyClick(made._password, Qt.Key.Key_Return)
    assert unlocked.args == ["data of xiangmeihua"]
    assert made._password.text() == "", "the password does not stay in the window"


def test_a_wrong_password_is_said_and_costs_a_growing_delay(qtbot: QtBot, panel: Make) -> None:
    lock = Lock()
    made = panel(lock)
    for expected in ("密码不对", "连续输错，请等 2 秒后再试。"):
        QTest.keyClicks(made._password, "x")
        QTest.keyClick(made._password, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda e=expected: message(made) == e, timeout=2000)
    QTest.keyClick(made._password, Qt.Key.Key_Return)
    assert len(lock.tries) == 2, "no try while waiting"
    made._clock.setInterval(10)
    qtbot.waitUntil(lambda: message(made) == "现在可以再试一次。", timeout=2000)
    assert made._enter.isEnabled()


def test_a_delay_from_before_is_counted_from_the_start(qtbot: QtBot, panel: Make) -> None:
    lock = Lock()
    lock.waiting = 890
    made = panel(lock)
    assert message(made) == "连续输错，请等 14 分 50 秒后再试。"
    assert not made._enter.isEnabled()


def test_other_failures_say_their_text(qtbot: QtBot, panel: Make) -> None:
    made = panel(Lock())
    made._password.setText("nonsense")
    made._enter.click()
    qtbot.waitUntil(lambda: message(made) == "本机数据文件已损坏", timeout=2000)
    assert made._enter.isEnabled()


def test_an_empty_password_is_not_tried(qtbot: QtBot, panel: Make) -> None:
    lock = Lock()
    made = panel(lock)
    made._enter.click()
    assert message(made) == "请输入密码。"
    assert lock.tries == []


def test_caps_lock_is_hinted(qtbot: QtBot, panel: Make) -> None:
    made = panel(Lock())
    QTest.keyClick(made._password, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier)
    assert message(made) == ""
    QTest.sendKeyEvent(
        QTest.KeyAction.Click, made._password, Qt.Key.Key_A, "A", Qt.KeyboardModifier.NoModifier
    )
    assert "大写锁定" in message(made)


def test_a_password_can_be_looked_at_and_is_hidden_again(qtbot: QtBot, panel: Make) -> None:
    made = panel(Lock())
    qtbot.waitUntil(made._password.hasFocus, timeout=2000)
    made._password._eye.trigger()
    assert made._password.echoMode() == made._password.EchoMode.Normal
    made._enter.setFocus()
    assert made._password.echoMode() == made._password.EchoMode.Password


def test_only_a_demo_shows_passwords(qtbot: QtBot, panel: Make) -> None:
    def texts(made: UnlockPanel) -> str:
        return " ".join(one.text() for one in made.findChildren(QLabel))

    assert DEMO.password not in texts(panel(Lock()))
    made = panel(Lock(), demo=True)
    assert DEMO.password in texts(made)
    (fill,) = [b for b in made.findChildren(QPushButton) if b.text() == "填入"]
    fill.click()
    assert made._password.text() == DEMO.password


def judge(password: str) -> str | None:
    return None if len(password) >= 10 else "密码至少 10 位"


def fill(made: EnrolPanel, server: str, code: str, password: str, again: str) -> None:
    values = {"server": server, "code": code, "password": password, "again": again}
    for name, text in values.items():
        editor = made._form.boxes[name].editor
        editor.clear()
        QTest.keyClicks(editor, text)


def test_enrolment_hands_over_what_was_typed(qtbot: QtBot, background: Background) -> None:
    given: list[Enrolment] = []

    def enrol(enrolment: Enrolment, job: Job) -> str:
        job.step(1, 2, "正在下载")
        given.append(enrolment)
        return "data"

    made = EnrolPanel(enrol, judge, background)
    qtbot.addWidget(made)
    made.show()
    fill(made, "10.1.2.3:8443", "ABCD 2345", "lianxinqiao", "lianxinqiao")
    with qtbot.waitSignal(made.enrolled, timeout=2000) as enrolled:
        made._go.click()
    assert enrolled.args == ["data"]
    assert given == [Enrolment("https://10.1.2.3:8443", "ABCD2345", "lianxinqiao")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"server": "http://10.1.2.3"}, "加密连接"),
        ({"server": "10.1.2.3:99999"}, "地址应像"),
        ({"code": ""}, "请填写一次性登记码"),
        ({"password": "short", "again": "short"}, "密码至少 10 位"),
        ({"again": "lianxinqiao!"}, "两次输入的密码不一样"),
    ],
)
def test_enrolment_says_what_is_wrong(
    qtbot: QtBot, background: Background, change: dict[str, str], said: str
) -> None:
    made = EnrolPanel(lambda _e, _j: pytest.fail("must not start"), judge, background)
    qtbot.addWidget(made)
    made.show()
    typed = {
        "server": "10.1.2.3:8443",
        "code": "ABCD2345",
        "password": "lianxinqiao",
        "again": "lianxinqiao",
    } | change
    fill(made, typed["server"], typed["code"], typed["password"], typed["again"])
    made._go.click()
    assert said in " ".join(box.shown_problem() for box in made._form.boxes.values())


def test_a_refused_enrolment_can_be_mended(qtbot: QtBot, background: Background) -> None:
    gate = threading.Event()

    def enrol(enrolment: Enrolment, job: Job) -> str:
        gate.wait(2)
        raise WorldError("登记码已用过，请向镇管理员领取新的。")

    made = EnrolPanel(enrol, judge, background, server="10.1.2.3:8443")
    qtbot.addWidget(made)
    made.show()
    fill(made, "10.1.2.3:8443", "ABCD2345", "lianxinqiao", "lianxinqiao")
    made._go.click()
    assert not made._form.isEnabled()
    assert made._progress.isVisible()
    gate.set()
    qtbot.waitUntil(lambda: "登记码已用过" in made._message.text(), timeout=2000)
    assert made._form.isEnabled()
    assert not made._progress.isVisible()
