"""密件: everybody may seal something; who is designated reads, the security administrator names."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.background import Background
from desktop.views.designations import DesignationsCard
from desktop.views.page import Page
from desktop.views.sealed_form import SealedForm
from desktop.views.sealed_matters import SealedMatters
from desktop.views.widgets.basics import label, scrolled
from desktop.views.widgets.choice import Choice
from desktop.views.widgets.codes import ToggleChips
from township.records import Cadre
from township.rules.permissions import Act, may
from township.rules.sealed import CARE
from township.storage.database import Database
from township.usecases import care, designations

_WRITE, _READ, _NAME = "write", "read", "name"
_TITLES = {_WRITE: "记一份", _READ: "查阅", _NAME: "指定人员"}
_KINDS = frozenset({"sealed_entry", "designation", "sealing_key", "cadre", "service_count"})


class SealedPage(Page):
    """One part at a time; most people have only the form and see no choice of parts."""

    title = "密件"
    icon = "lock-simple"

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._database, self._cadre = database, cadre_id
        self.form = SealedForm(database, cadre_id)
        self.matters = SealedMatters(database, cadre_id, background)
        self.names = DesignationsCard(database, cadre_id)
        for part in (self.matters, self.names):
            part.committed.connect(self.committed)
            part.said.connect(lambda text: self.said.emit(text, None))
        self.form.handed_over.connect(lambda: self.committed.emit(frozenset({"sealed_entry"})))
        self.services = label("", "caption", wrap=True)
        self.keys = label("", "caption", wrap=True)
        self._stack = QStackedWidget()
        for shown in (scrolled(self.form), self.matters, scrolled(self.names)):
            self._stack.addWidget(shown)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._stack, 1)
        self._layout.addWidget(self.services)
        self._layout.addWidget(self.keys)
        self.parts: ToggleChips | None = None
        self.reload(frozenset())
        if _READ in self._available():
            self.show_part(_READ)

    def reload(self, kinds: frozenset[str]) -> None:
        if kinds and not kinds & _KINDS:
            return
        self._offer_parts()
        self.form.refresh()
        self.matters.reload()
        self.names.reload()
        self._say_keys()
        self._say_services()

    def show_target(self, target: object) -> None:
        """A part; or a subject with what was typed of it elsewhere, which was kept nowhere."""
        if isinstance(target, tuple):
            subject, text = target
            self.show_part(_WRITE)
            self.form.begin_with(str(subject), str(text))
        if target in _TITLES:
            self.show_part(str(target))
        elif target == CARE:
            self.show_part(_WRITE)
            self.form.begin_care()

    def show_part(self, part: str) -> None:
        """Show the form, the matters or the designated persons."""
        if part not in self._available():
            return
        if self.parts is not None:
            self.parts.set_values((part,))
        self._stack.setCurrentIndex(list(_TITLES).index(part))
        self.keys.setVisible(part == _READ)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.form.drop_refusal()

    def leave(self) -> None:
        self.form.leave()
        self.matters.forget()

    def shortcuts(self) -> list[tuple[str, str]]:
        return [("Ctrl+S", "密封保存"), ("Enter", "打开选中的密件")]

    def _available(self) -> list[str]:
        """Whoever is no reader and no administrator has the form alone."""
        with self._database.reader() as session:
            roles = designations.roles_of(session, self._cadre)
            named = any(one.cadre == self._cadre for one in designations.appointed(session))
        parts = [_WRITE]
        if named or self.matters.reading.matters:
            parts.append(_READ)
        if may(roles, Act.CREATE, "designation"):
            parts.append(_NAME)
        return parts

    def _offer_parts(self) -> None:
        available = self._available()
        shown = [one for one in available if len(available) > 1]
        old = self.parts
        if old is not None:
            if [choice.value for choice in old.choices] == shown:
                return
            self._layout.removeWidget(old)
            old.hide()
            old.deleteLater()
            self.parts = None
        current = list(_TITLES)[self._stack.currentIndex()]
        if shown:
            made = ToggleChips([Choice(one, _TITLES[one]) for one in shown], clearable=False)
            made.setAccessibleName("密件的部分")
            made.edited.connect(partial(self._picked, made))
            self._layout.insertWidget(0, made)
            self.parts = made
        self.show_part(current if current in available else _WRITE)

    def _picked(self, chips: ToggleChips) -> None:
        self.show_part(str(next(iter(chips.values()), _WRITE)))

    def _say_keys(self) -> None:
        """A reader sees for which laptops things are sealed to him: a strange one is an alarm."""
        with self._database.reader() as session:
            mine = [key.device for key in designations.keys(session) if key.cadre == self._cadre]
            here = designations.device_number(session)
        names = [f"第 {one} 号{'（本机）' if one == here else ''}" for one in mine]
        text = f"发给您的密件封给这些笔记本：{'、'.join(names)}。"
        if here not in mine:
            text = "本机还不能收密件：指定以后要同步两次，镇里公布本机的密钥后才能收到。"
        elif len(mine) > 1:
            text += "有不认识的编号，请马上告诉安全管理员。"
        self.keys.setText(text)

    def _say_services(self) -> None:
        """The village secretary knows that there is a service, and no small number."""
        today = self._database.today()
        with self._database.reader() as session:
            cadre = session.get(Cadre, self._cadre)
            roles = designations.roles_of(session, self._cadre)
            shown = "VS" in roles and cadre is not None and care.offered(session, today)
            number = care.told(session, cadre.zones) if shown and cadre else ""
        self.services.setText(f"孕情服务（由卫生院联系本人）：本责任区未结 {number} 件。")
        self.services.setVisible(shown)
