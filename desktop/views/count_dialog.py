"""录入计票: one teller's sums for each question, without the other teller's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from desktop.theme import em, restyle
from desktop.views.step_form import StepDraft
from desktop.views.widgets.autosave import Autosave
from desktop.views.widgets.basics import button, label, row, tell
from desktop.views.widgets.field import Draft
from desktop.views.widgets.fitted import FittedDialog
from desktop.views.widgets.form import Form, field_boxes
from township.codes import EVALUATION_DIMENSION
from township.errors import InvalidInput, WorldError
from township.records import BallotTally
from township.rules.evaluations import ANSWERS, Answers, Counts
from township.storage.database import Database
from township.usecases import ballot_counts, evaluation_steps

STEP = "count"
"""Under which name the draft lies."""
_WIDE = 34
_SUM_COLUMNS = 5


class CountForm(Form):
    """A line of numbers for each question, under its name and with its sum."""

    def __init__(self, dimensions: Sequence[str]) -> None:
        names = [[f"{one}.{answer}" for answer in ANSWERS] for one in dimensions]
        fields = {
            f"{one}.{answer}": replace(BallotTally.field(answer), required=False)
            for one in dimensions
            for answer in ANSWERS
        }
        boxes = field_boxes(fields, [name for line in names for name in line])
        super().__init__(boxes, [row for line in names for row in ([], line)])
        self.dimensions = tuple(dimensions)
        self.sums: dict[str, QLabel] = {}
        for at, one in enumerate(dimensions):
            self._head(at, one)
        self.changed.connect(self.add_up)
        self.add_up()

    def counts(self) -> Counts:
        """What is typed; an empty or unreadable number counts as none."""
        typed = self.values()
        return {
            one: Answers(*(typed[f"{one}.{answer}"] or 0 for answer in ANSWERS))
            for one in self.dimensions
        }

    def show_counts(self, counts: Counts) -> None:
        """Show numbers that were entered before."""
        self.set_values(
            {
                f"{one}.{answer}": getattr(answers, answer)
                for one, answers in counts.items()
                for answer in ANSWERS
            }
        )
        self.add_up()

    def complete(self) -> bool:
        """Is there a number in each place? What is missing or unreadable is shown."""
        missing = {name: "请填写" for name, value in self.values().items() if value is None}
        sound = self.check()
        self.show_problems(missing)
        return sound and not missing

    def add_up(self) -> None:
        """Show the sum of each question; sums that are not equal stand out."""
        counts = self.counts()
        equal = len({answers.ballots for answers in counts.values()}) == 1
        for one, shown in self.sums.items():
            shown.setText(f"合计 {counts[one].ballots} 张" + ("" if equal else "（各项应相同）"))
            restyle(shown, "tone", "" if equal else "bad")

    def _head(self, at: int, dimension: str) -> None:
        grid = self.layout()
        assert isinstance(grid, QGridLayout)
        name = EVALUATION_DIMENSION.label(dimension)
        grid.addWidget(label(name, "section"), 2 * at, 0, 1, 12 - _SUM_COLUMNS)
        self.sums[dimension] = shown = label("", "problem")
        shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(shown, 2 * at, 12 - _SUM_COLUMNS, 1, _SUM_COLUMNS)
        for answer in ANSWERS:
            editor = self.boxes[f"{dimension}.{answer}"].editor
            editor.setAccessibleName(f"{name}，{BallotTally.field(answer).label}，必填")


class CountDialog(FittedDialog):
    """Asks for one teller's count. Esc closes it and keeps what is typed as a draft.

    ``saved`` (frozenset of kinds) after the count was entered.
    """

    saved = Signal(object)

    def __init__(
        self, database: Database, cadre_id: bytes, evaluation: bytes, title: str, over: QWidget
    ) -> None:
        super().__init__(over)
        self.setWindowTitle("录入计票")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._database, self._cadre, self._evaluation = database, cadre_id, evaluation
        self._draft = StepDraft(database, cadre_id, evaluation, STEP)
        with database.reader() as session:
            about = evaluation_steps.evaluation(session, evaluation)
            before = ballot_counts.own_count(session, about, cadre_id)
            kept = self._draft.read(session)
        mine = "甲" if cadre_id == about.teller_one else "乙"
        self.form = CountForm(about.dimensions)
        self.note = label("", "caption", wrap=True)
        self.problem = label("", "problem", wrap=True)
        told = (
            f"您是计票人{mine}，发出 {about.issued or 0} 张。先把票打乱，再分项点数；"
            "没有的填 0，空白、多选的填在“无效”。两人都录入之前，谁也看不到对方的数字。"
        )
        self._build(title, told)
        self._show_before(before, kept)
        self.autosave = Autosave(self.form, self._keep)
        self.form.boxes[f"{about.dimensions[0]}.{ANSWERS[0]}"].setFocus()

    def save(self) -> None:
        """Enter the count, or say what is wrong."""
        if not self.form.complete():
            self._tell("每一格都要填数字，没有的填 0。")
            return
        try:
            with self._database.work(self._cadre) as work:
                evaluation_steps.enter_count(work, self._evaluation, self.form.counts())
                self._draft.drop(work.session)
                committed = work.commit()
        except InvalidInput as error:
            self._tell("；".join(error.problems.values()))
        except WorldError as error:
            self._tell(str(error))
        else:
            self.autosave.stop()
            self.accept()
            self.saved.emit(committed.kinds)

    def done(self, result: int) -> None:
        self.autosave.flush()
        super().done(result)

    def _build(self, title: str, told: str) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(8)
        layout.addWidget(label(title, "section", wrap=True))
        layout.addWidget(label(told, "caption", wrap=True))
        layout.addWidget(self.note)
        layout.addWidget(self.form)
        layout.addWidget(self.problem)
        layout.addStretch(1)
        save = button("保存计票", self.save, kind="primary", keys="Ctrl+S")
        layout.addLayout(row(1, button("关闭", self.reject, kind="quiet"), save))
        self.note.hide()
        self.problem.hide()
        room = QGuiApplication.primaryScreen().availableGeometry().width()
        self.setMinimumWidth(min(em(self, _WIDE), room))

    def _show_before(self, before: Counts | None, kept: Mapping[str, Draft] | None) -> None:
        if before is not None:
            self.form.show_counts(before)
            self.note.setText("这是您上次录入的数字，可以更正。")
            self.note.show()
        if kept:
            self.form.set_draft(kept)
            self.form.add_up()
            self.note.setText("已恢复上次没有保存的内容。")
            self.note.show()

    def _keep(self, values: Mapping[str, Draft]) -> None:
        try:
            self._draft.keep(values)
        except WorldError as error:
            self._tell(f"草稿没有存下：{error}")

    def _tell(self, text: str) -> None:
        tell(self.problem, text)
        self.fit()
