"""The visit form: one visit with all that was raised there, kept while it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QMenu, QVBoxLayout, QWidget

from desktop.models.who import Rights
from desktop.views import visit_draft
from desktop.views import visit_fields as fields
from desktop.views.household_field import household_field
from desktop.views.photo_row import PhotoRow
from desktop.views.picture_catcher import PictureCatcher
from desktop.views.visit_draft import VisitDraft
from desktop.views.visit_fields import SITUATIONS
from desktop.views.visit_parts import Parts
from desktop.views.widgets.autosave import Autosave
from desktop.views.widgets.basics import button, label, row, scrolled, tell
from desktop.views.widgets.field import Draft
from desktop.views.widgets.flow import flowing
from desktop.views.widgets.form import Form
from desktop.views.widgets.text import LongTextField
from township.errors import InvalidInput, WorldError
from township.records import Cadre, Visit
from township.rules.permissions import Act
from township.storage.database import Database
from township.usecases.special_contacts import contact_of
from township.usecases.township_settings import settings_of
from township.usecases.visits import log_visit, previous_talk
from township.usecases.work_month import companions
from township.values import CHINA

_CARRY_OVER = 500


class VisitForm(QWidget):
    """One visit being written down.

    ``saved`` (visit id, kinds, print it?) and ``closed`` (Esc: the draft stays) end it;
    ``cleared`` gives the draft that was thrown away, ``photo_removed`` a picture and its place.
    """

    saved = Signal(object, object, bool)
    closed = Signal()
    cleared = Signal(object)
    photo_removed = Signal(object, int)

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        household: bytes | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._database, self._cadre = database, cadre_id
        self._carried = ""
        with database.reader() as session:
            together = companions(session, cadre_id)
            me = session.get(Cadre, cadre_id)
            draft = visit_draft.read(session, cadre_id)
            most = settings_of(session).visit_photos
        finder = household_field(database, cadre_id, Visit.field("household_id"))
        owners = [(cadre_id, f"{me.name}（本人）" if me else "本人"), *together]
        boxes = fields.boxes(finder, together, owners, self._today)
        self.form = Form(boxes, fields.rows(boxes))
        self.photos = PhotoRow(most)
        self.note = label("", "caption", wrap=True)
        self.special = label("", "caption", wrap=True)
        self.problem = label("", "problem", wrap=True)
        self.warning = label("警情请先拨打 110；紧急情况请先打电话，再在这里登记。", "caption")
        self.parts = Parts(self.form, cadre_id)
        self.parts.shown.connect(self._part_shown)
        self._build()
        self.autosave = Autosave(self.form, self._keep)
        self._offer(Rights(database, cadre_id))
        self.catcher = PictureCatcher(self)
        self.catcher.caught.connect(self.photos.take)
        self.photos.changed.connect(self.form.changed)
        self.photos.grown.connect(self._show_photos)
        self.photos.removed.connect(self.photo_removed)
        boxes["household_id"].changed.connect(self._household_picked)
        self._fill(draft, household)

    def start(self) -> None:
        """Put the focus where typing begins."""
        known = self.form.boxes["household_id"].value() is not None
        self.form.boxes["talk" if known else "household_id"].setFocus()

    def save(self, *, then_print: bool = False) -> None:
        """Check and save; problems are shown and nothing that was typed is lost."""
        values = self.form.values()
        self.parts.hide_blank(values)
        if not self.form.check():
            self._tell("还有内容要补全，见标红的地方")
            return
        try:
            with self._database.work(self._cadre) as work:
                visit = log_visit(work, fields.entry(values, self.photos.entries()))
                visit_draft.drop(work.session, self._cadre)
                committed = work.commit()
        except InvalidInput as error:
            left = self.form.show_problems(fields.placed(error.problems, values))
            self._tell("；".join(left.values()) or "还有内容要改，见标红的地方")
        except WorldError as error:
            self._tell(str(error))
        else:
            self.autosave.stop()
            self.saved.emit(visit, committed.kinds, then_print)

    def throw_away(self) -> None:
        """Forget what is typed and begin anew."""
        draft = VisitDraft(self.form.draft(), self.photos.entries())
        try:
            with self._database.writing() as connection:
                visit_draft.drop(connection, self._cadre)
        except WorldError as error:
            self._tell(str(error))
            return
        self.autosave.stop()
        self.form.clear()
        self.parts.hide_all()
        self._fill(VisitDraft(), None)
        self._tell("")
        self.start()
        self.cleared.emit(draft)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._back()
            return
        super().keyPressEvent(event)

    def _build(self) -> None:
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 8, 0)
        inner.addWidget(self.form)
        inner.addWidget(self.photos)
        phrases = button("插入常用语", lambda: phrases.showMenu(), keys="Alt+Y")
        phrases.setMenu(self._phrases())
        inner.addStretch(1)
        self._print = button(
            "保存并打印走访报告",
            lambda: self.save(then_print=True),
            glyph="printer",
            keys="Ctrl+P",
        )
        self._scroll = scrolled(body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.note)
        layout.addWidget(self.special)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self.warning)
        layout.addWidget(self.problem)
        save = button("保存", self.save, kind="primary", glyph="floppy-disk", keys="Ctrl+S")
        foot = row(
            flowing(save, self._print, *self.parts.buttons.values(), phrases),
            button("清空重填", self.throw_away, kind="quiet"),
            button("返回", self._back, kind="quiet"),
        )
        foot.setStretch(0, 1)
        layout.addLayout(foot)
        self.problem.hide()
        self.warning.hide()
        self.special.hide()

    def _offer(self, rights: Rights) -> None:
        rights.offer(self._print, Act.PRINT, "visit")
        self.parts.offer(rights)

    def _phrases(self) -> QMenu:
        menu = QMenu(self)
        for text in fields.PHRASES:
            menu.addAction(text).triggered.connect(lambda _=False, t=text: self._insert(t))
        return menu

    def _insert(self, text: str) -> None:
        talk = self.form.boxes["talk"]
        if isinstance(talk, LongTextField):
            talk.insert(text)

    def _fill(self, draft: VisitDraft, household: bytes | None) -> None:
        now = self._database.clock()
        usual = {
            "visited_on": now.astimezone(CHINA).date(),
            "sessions": (fields.session_now(now),),
            "way": "in_home",
            "purpose": "routine",
            "resident_present": True,
        }
        self.form.set_values(usual)
        self.note.setText("")
        self._carried = ""
        self.photos.set_entries(draft.photos)
        if draft:
            self._restore(draft.values)
        box = self.form.boxes["household_id"]
        if household is not None and box.value() is None:
            box.set_value(household)
            self._carry_over()
        elif household not in (None, box.value()):
            self.note.setText("还有一次没有保存的走访，请先保存或清空，再登记另一户。")
        self.note.setVisible(bool(self.note.text()))
        self._tell_special()

    def _restore(self, draft: Mapping[str, Draft]) -> None:
        try:
            self.form.set_draft(draft)
        except ValueError:  # a draft of an older program whose codes are gone
            self.note.setText("上次的草稿有一部分读不出来，请核对。")
        else:
            self.note.setText("已恢复上次没有保存的内容。")
        self.parts.show_given(self.form.values())

    def _household_picked(self) -> None:
        box = self.form.boxes["household_id"]
        if box.value() is not None:
            self._carry_over()
            if box.editor.hasFocus():
                self.start()
        self._tell_special()

    def _tell_special(self) -> None:
        """Say that the visit counts as contact of a special group: nobody enters that again."""
        home = self.form.boxes["household_id"].value()
        with self._database.reader() as session:
            found = contact_of(session, home, self._today()) if home else None
        text = ""
        if found:
            last = f"上次联系 {found.last}，" if found.last else ""
            text = (
                f"本户是{'、'.join(found.groups)}户，保存后自动记为一次特殊群体联系（{last}"
                f"每 {found.days} 天联系一次），不用另外登记。"
            )
        self.special.setText(text)
        self.special.setVisible(bool(text))

    def _carry_over(self) -> None:
        """Fill in what was talked about last time, unless the person wrote something there."""
        box = self.form.boxes["carry_over"]
        if (box.value() or "") != self._carried:
            return
        with self._database.reader() as session:
            talk = previous_talk(session, self.form.boxes["household_id"].value())
        self._carried = talk[:_CARRY_OVER].strip()
        with QSignalBlocker(self.form):
            box.set_value(self._carried or None)

    def _part_shown(self) -> None:
        self.warning.setVisible(self.parts.is_shown(SITUATIONS, 0))
        self._scroll_soon()

    def _keep(self, values: Mapping[str, Draft]) -> None:
        try:
            draft = VisitDraft(values, self.photos.entries())
            visit_draft.keep(self._database, self._cadre, draft)
        except WorldError as error:
            self._tell(f"草稿没有存下：{error}")

    def _back(self) -> None:
        self.autosave.flush()
        self.closed.emit()

    def _today(self) -> Any:
        return self._database.today()

    def _tell(self, text: str) -> None:
        tell(self.problem, text)
        self._scroll_soon()

    def _show_photos(self) -> None:
        self.catcher.watch(self.photos)
        QTimer.singleShot(0, self, lambda: self._scroll.ensureWidgetVisible(self.photos, 0, 20))

    def _scroll_soon(self) -> None:
        """Bring the field with the focus into view, once the fields have their places."""
        QTimer.singleShot(0, self, self._scroll_to_focus)

    def _scroll_to_focus(self) -> None:
        focused = QApplication.focusWidget()
        if focused is not None and self._scroll.isAncestorOf(focused):
            self._scroll.ensureWidgetVisible(focused, 0, 60)
