"""记一份密件: what is typed here is kept nowhere, and sealed when it is saved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget
from sqlalchemy import select

from desktop.theme import Tone, restyle
from desktop.views.widgets.basics import Card, button, glyph, label, row, selectable, tell
from desktop.views.widgets.choice import Choice
from desktop.views.widgets.field import FieldBox
from desktop.views.widgets.form import Form, field_boxes
from desktop.views.widgets.picks import PicksField
from desktop.views.widgets.text import LongTextField
from township.errors import InvalidInput, WorldError
from township.protection_codes import SEALED_SUBJECT
from township.records import Cadre, Zone
from township.records.sealed import SEALED_FIELDS
from township.rules import sealed as rules
from township.storage.database import Database
from township.usecases import care, designations, sealed_entries

_SECRET = (
    "这里不存草稿：没有保存就锁定、退出，内容就没有了。保存时加密给指定人员，"
    "保存以后本机也看不到，请不要另存、另抄。"
)
_CALL_FIRST = "请先报告，再填写：孩子有危险打 110，并告诉民政、教育部门。"
_NO_SERVICE = "镇里还没有开通孕情服务，请不要记录孕情。本人有需要时，请她直接联系卫生院。"
_NOT_WILLING = "不愿意：什么都不保存，请不要另外记下。"
_ROWS = (
    ("subject",),
    ("willing",),
    ("zone_id", "who"),
    ("help",),
    ("wish",),
    ("noticed_at", "report_organ"),
    ("report_person", "report_at"),
    ("text",),
    ("concerned",),
    ("accused",),
)
_CLOCK_MS = 20_000


class SealedForm(Card):
    """The form of a first entry. ``handed_over`` after it was sealed."""

    handed_over = Signal()

    def __init__(self, database: Database, cadre_id: bytes, parent: QWidget | None = None) -> None:
        super().__init__("记一份密件", parent)
        self._database, self._cadre = database, cadre_id
        with database.reader() as session:
            cadre = session.get(Cadre, cadre_id)
        self._own_zone = cadre.zones[0] if cadre and len(cadre.zones) == 1 else None
        self._offered = self._subjects()
        self.form = Form(self._boxes(), _ROWS)
        self.call_first = label(_CALL_FIRST, "problem", wrap=True)
        restyle(self.call_first, "tone", "bad")
        self.clock = label("", "label")
        self.goes_to = label("", "caption", wrap=True)
        self.problem = label("", "problem", wrap=True)
        self.receipt = selectable("", "section")
        self.done = QWidget()
        self.typing = QWidget()
        self._build()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._follow()

    def save(self) -> None:
        """Seal what is typed and forget it, or say what is wrong."""
        if not self.form.check():
            return
        try:
            with self._database.work(self._cadre) as work:
                receipt = sealed_entries.record(work, self.form.values())
                work.commit()
        except InvalidInput as error:
            self._tell("；".join(self.form.show_problems(error.problems).values()))
        except WorldError as error:
            self._tell(str(error))
        else:
            self.forget()
            self.receipt.setText(
                f"已密封，交给 {receipt.readers} 位指定人员；本机不再能查看。\n"
                f"收条编号：{receipt.no}"
            )
            self._show(done=True)
            self.handed_over.emit()

    def forget(self) -> None:
        """Empty the form and what this laptop has of it in memory."""
        self.form.clear()
        self._offer_subjects()
        self._follow()

    def begin(self) -> None:
        """Another one."""
        self.leave()
        self.form.boxes["subject"].setFocus()

    def begin_care(self) -> None:
        """Ask whether she wants to be contacted, or say that there is no such service."""
        self.leave()
        with self._database.reader() as session:
            offered = care.offered(session, self._today())
        if offered:
            self.form.boxes["subject"].set_value(rules.CARE)
            self._follow()
            self.form.boxes["willing"].setFocus()
        else:
            self._tell(_NO_SERVICE)

    def drop_refusal(self) -> None:
        """Whoever comes back to the form was not told that there is no such service."""
        if self.problem.text() == _NO_SERVICE:
            self._tell("")

    def begin_with(self, subject: str, text: str) -> None:
        """Another one of a subject, with a text that another page passes on from its memory."""
        self.leave()
        self.form.set_values({"subject": subject, "text": text or None})
        self._follow()
        self.form.boxes["text"].setFocus()

    def leave(self) -> None:
        """Empty the form, and let nobody see which matter was sealed here."""
        self.forget()
        self.receipt.setText("")
        self._show(done=False)

    def refresh(self) -> None:
        """Who receives may have changed, and with that what can be sealed at all."""
        if not self.form.dirty:
            self._offer_subjects()
        self._follow()

    def _boxes(self) -> dict[str, FieldBox]:
        names = [name for names in _ROWS for name in names]
        given = {"subject": self._offered, "zone_id": zone_choices(self._database)}
        plain = [one for one in names if one not in ("accused", "text")]
        made = field_boxes(SEALED_FIELDS, plain, given, self._database.today)
        made["text"] = LongTextField(SEALED_FIELDS["text"], lines=6)
        made["accused"] = PicksField(SEALED_FIELDS["accused"], cadre_choices(self._database))
        return made

    def _subjects(self) -> list[Choice]:
        """The service is no choice where the township does not have it."""
        with self._database.reader() as session:
            offered = care.offered(session, self._today())
        codes = [code for code in SEALED_SUBJECT if code != rules.CARE or offered]
        return [Choice(code, SEALED_SUBJECT.label(code)) for code in codes]

    def _offer_subjects(self) -> None:
        """A service that began or ended after this page was made: the form is made anew."""
        offered = self._subjects()
        if offered == self._offered:
            return
        self._offered = offered
        old, self.form = self.form, Form(self._boxes(), _ROWS)
        self.form.changed.connect(self._follow)
        layout = self.typing.layout()
        assert layout is not None
        layout.replaceWidget(old, self.form)
        old.hide()
        old.deleteLater()

    def _today(self) -> date:
        return self._database.today()

    def _build(self) -> None:
        inner = QVBoxLayout(self.typing)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addLayout(
            row(glyph("lock-simple", Tone.INFO.ink), label(_SECRET, "caption", wrap=True))
        )
        inner.addWidget(self.call_first)
        inner.addWidget(self.clock)
        inner.addWidget(self.form)
        self.form.changed.connect(self._follow)
        inner.addWidget(self.goes_to)
        inner.addWidget(self.problem)
        self.seal = button(
            "密封保存", self.save, kind="primary", glyph="lock-simple", keys="Ctrl+S"
        )
        inner.addLayout(row(self.seal, button("清空", self.forget, kind="quiet"), 1))
        after = QVBoxLayout(self.done)
        after.setContentsMargins(0, 0, 0, 0)
        after.addWidget(self.receipt)
        told = "请把编号抄给本人，可凭编号向指定人员询问。下次同步时送出。"
        after.addWidget(label(told, "caption", wrap=True))
        self.another = button("再记一份", self.begin)
        after.addLayout(row(self.another, 1))
        self.body.addWidget(self.typing)
        self.body.addWidget(self.done)
        self.body.addStretch(1)
        self._show(done=False)

    def _show(self, *, done: bool) -> None:
        self.done.setVisible(done)
        self.typing.setVisible(not done)

    def _follow(self) -> None:
        """Ask what the subject needs, and say to whom it will go."""
        subject = self.form.boxes["subject"].value()
        asked = ("subject", *rules.ASKED.get(subject or "", ()))
        refused = subject == rules.CARE and self.form.boxes["willing"].value() is not True
        if refused:
            asked = ("subject", "willing")
        for name, box in self.form.boxes.items():
            box.setVisible(name in asked)
        zone = self.form.boxes["zone_id"]
        if "zone_id" in asked and zone.value() is None and self._own_zone:
            zone.set_value(self._own_zone)
        child = subject == "child_harm"
        self.call_first.setVisible(child)
        self.clock.setVisible(child)
        self._timer.start(_CLOCK_MS) if child else self._timer.stop()
        self._tick()
        self._tell("")
        self.seal.setEnabled(subject is not None and not refused)
        self._say_receivers(None if refused else subject)
        if refused and self.form.boxes["willing"].value() is False:
            self.goes_to.setText(_NOT_WILLING)

    def _tick(self) -> None:
        """The minutes since somebody noticed; the report is due at once."""
        noticed = self.form.boxes["noticed_at"].value()
        reported = self.form.boxes["report_at"].value()
        if noticed is None:
            self.clock.setText("")
            return
        since = rules.minutes_text(noticed, reported or self._database.clock())
        text = f"发现后 {since}报告" if reported else f"发现至今已过 {since}"
        self.clock.setText(text if since else "")

    def _say_receivers(self, subject: str | None) -> None:
        if subject is None:
            self.goes_to.setText("")
            return
        accused = self.form.boxes["accused"].value()
        with self._database.reader() as session:
            found = designations.circle_of(session, subject, accused, self._today())
            names = designations.names_of(session, found.readers)
        bad = rules.lacking(found)
        recused = "被反映的干部已自动回避。" if found.recused and not bad else ""
        self.goes_to.setText(bad or f"将密封交给：{'、'.join(names)}。{recused}")
        restyle(self.goes_to, "tone", "bad" if bad else "")

    def _tell(self, text: str) -> None:
        tell(self.problem, text)


def zone_choices(database: Database) -> Sequence[Choice]:
    """The township's zones."""
    with database.reader() as session:
        zones = session.execute(select(Zone.id, Zone.name).where(Zone.deleted_at.is_(None))).all()
    return [Choice(zone.id, zone.name) for zone in zones]


def cadre_choices(database: Database) -> Sequence[Choice]:
    """All cadres, to be found by name or initials."""
    with database.reader() as session:
        return [Choice(cadre, text) for cadre, text in designations.everybody(session)]
