"""手机验证码 in 设置: setting it up, again, new rescue codes, and doing without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from desktop.background import Background
from desktop.theme import em, restyle
from desktop.views.second_factor import OneTimeField, RescueCodes, SetUp, SetUpPanel
from desktop.views.widgets.basics import Card, button, label, row
from desktop.views.widgets.form import Form
from township.errors import WorldError
from township.storage.second_factor import Standing
from township.values import local_text

_HOW = (
    "解锁时输完密码，再输手机验证器上的 6 位数字，别人看到了密码也打不开。"
    "镇里各办公室、领导和管理员要设置，其他人可以自愿设置。"
)
_FEW = 3


@dataclass(frozen=True)
class Factor:
    """What the card works with; all but ``standing`` and ``begin`` run in the background.

    ``prove``, ``renew`` and ``end`` take a code and may raise WrongPassword. ``demanded``: the
    roles need it, so that there is no doing without.
    """

    standing: Callable[[], Standing]
    begin: Callable[[], SetUp]
    prove: Callable[[str], None]
    renew: Callable[[str], list[str]]
    end: Callable[[str], None]
    demanded: Callable[[], bool]


class SecondFactorCard(Card):
    """Says how it stands; every change needs a code of the telephone or a rescue code."""

    def __init__(
        self, factor: Factor, background: Background, parent: QWidget | None = None
    ) -> None:
        super().__init__("手机验证码", parent)
        self._factor, self._background = factor, background
        self.state = label("", wrap=True)
        self.form = Form({"code": OneTimeField("验证码或恢复码")}, [["code"]])
        self.message = label("", "problem", wrap=True)
        restyle(self.message, "tone", "bad")
        self.message.hide()
        self.begin = button("设置…", self._begin, glyph="shield-check")
        self.again = button("换手机，重新设置…", partial(self._with, factor.prove, self._proven))
        self.renew = button("换一批恢复码…", partial(self._with, factor.renew, self._renewed))
        self.end = button("停用", partial(self._with, factor.end, self._ended), kind="quiet")
        self.body.addWidget(label(_HOW, "caption", wrap=True))
        self.body.addWidget(self.state)
        self.body.addWidget(self.form)
        self.body.addWidget(self.message)
        self.body.addLayout(row(self.begin, self.again, self.renew, self.end, 1))
        self.reload()

    def reload(self) -> None:
        """Look again how it stands."""
        found = self._factor.standing()
        held = found.since is not None
        text = "还没有设置。"
        if found.since is not None:
            text = f"{local_text(found.since)} 设置，还有 {found.rescues} 个恢复码。"
            text += "恢复码不多了，请换一批。" if found.rescues < _FEW else ""
        elif found.days is not None:
            text = f"还没有设置，请在 {found.days} 天内设置。"
        self.state.setText(text)
        for one in (self.form, self.again, self.renew):
            one.setVisible(held)
        self.begin.setVisible(not held)
        self.end.setVisible(held and not self._factor.demanded())

    def _with(self, work: Callable[[str], object], done: Callable[[object], None]) -> None:
        if not self.form.check():
            return
        code = self.form.values()["code"]
        self._say("")
        self._background.run(
            lambda _: work(code),
            done,
            failed=self._refused,
            finished=self.reload,
            owner=self,
        )
        self.form.set_values({"code": None})

    def _refused(self, error: WorldError) -> None:
        self._say(str(error))

    def _proven(self, _: object) -> None:
        self._begin()

    def _begin(self) -> None:
        panel = SetUpPanel(self._factor.begin(), self._background, leaving="取消")
        self._open(panel, panel.done, panel.left)

    def _renewed(self, codes: object) -> None:
        assert isinstance(codes, list)
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(36, 24, 36, 20)
        shown = RescueCodes(codes, self._factor.begin().printed)
        layout.addWidget(shown)
        self._open(holder, shown.done)

    def _ended(self, _: object) -> None:
        self._say("")

    def _open(self, content: QWidget, *closing: SignalInstance) -> None:
        dialog = QDialog(self.window())
        dialog.setWindowTitle("手机验证码")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setMinimumWidth(em(self, 32))
        layout = QVBoxLayout(dialog)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(content)
        for signal in closing:
            signal.connect(dialog.accept)
        dialog.finished.connect(self.reload)
        dialog.open()

    def _say(self, text: str) -> None:
        self.message.setText(text)
        self.message.setVisible(bool(text))
