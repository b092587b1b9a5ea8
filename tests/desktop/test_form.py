from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCalendarWidget, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from desktop.views.widgets.choice import Choice, ChoiceEdit
from desktop.views.widgets.codes import ChipsField, ChoiceField
from desktop.views.widgets.dates import DateField
from desktop.views.widgets.field import FieldBox
from desktop.views.widgets.finder import FinderField
from desktop.views.widgets.form import Form, field_box, field_boxes
from desktop.views.widgets.text import LongTextField
from township.codes import CodeList
from township.fields import Field, Sensitivity
from township.records.field_work import Visit
from township.records.household import Person
from township.values import CHINA, Kind

TODAY = date(2026, 5, 6)
COLOURS = CodeList("colour", {str(n): label for n, label in enumerate("红橙黄绿青蓝紫")})
FEW = CodeList("few", {"am": "上午", "pm": "下午", "eve": "晚上"})


def field(kind: Kind, **more: Any) -> Field:
    return Field(kind, "某项", Sensitivity.I, **more)


def show(qtbot: QtBot, box: FieldBox) -> FieldBox:
    qtbot.addWidget(box)
    box.show()
    qtbot.waitExposed(box)
    box.setFocus()
    return box


def type_into(box: FieldBox, text: str) -> None:
    """As an input method does it: Chinese arrives as a whole."""
    editor = box.editor
    if isinstance(editor, QLineEdit):
        editor.insert(text)
        editor.textEdited.emit(editor.text())
    elif isinstance(editor, QPlainTextEdit):
        editor.insertPlainText(text)


def leave(box: FieldBox) -> None:
    box.left()


SAMPLES: list[tuple[Field, Any]] = [
    (field(Kind.NAME), "王𠮷明"),
    (field(Kind.TEXT), "二组公路塌方"),
    (field(Kind.LONG_TEXT, max_length=500), "第一行\n第二行"),
    (field(Kind.NUMBER), 12),
    (field(Kind.NUMBER), 0),
    (field(Kind.FLAG), True),
    (field(Kind.FLAG), False),
    (field(Kind.DATE), date(2026, 5, 3)),
    (field(Kind.MOMENT), datetime(2026, 5, 3, 14, 5, tzinfo=CHINA)),
    (field(Kind.CODE, codes=FEW), "pm"),
    (field(Kind.CODE, codes=COLOURS), "3"),
    (field(Kind.CODES, codes=COLOURS), ("1", "4")),
    (field(Kind.PHONE), "0717-2881234"),
    (field(Kind.ID_NO), "11010519491231002X"),
]


@pytest.mark.parametrize(("declared", "value"), SAMPLES, ids=lambda v: getattr(v, "kind", None))
def test_each_kind_keeps_value_and_draft(qtbot: QtBot, declared: Field, value: Any) -> None:
    box = show(qtbot, field_box(declared, today=lambda: TODAY))
    box.set_value(value)
    assert box.value() == value
    assert box.check(), box.shown_problem()
    other = show(qtbot, field_box(declared, today=lambda: TODAY))
    other.set_draft(box.draft())
    assert other.value() == value
    box.set_value(() if declared.kind is Kind.CODES else None)
    assert box.value() in (None, ())
    assert box.draft() is None


def test_references_as_chips_list_and_search(qtbot: QtBot) -> None:
    people = [Choice(bytes([n]) * 16, f"干部{n}") for n in range(8)]
    one = show(qtbot, field_box(field(Kind.REF, target="cadre"), people))
    several = show(qtbot, field_box(field(Kind.REFS, target="cadre"), people[:3]))
    found = show(
        qtbot,
        FinderField(
            field(Kind.REF, target="cadre"),
            lambda text: [p for p in people if text in p.label],
            lambda value: next((p for p in people if p.value == value), None),
        ),
    )
    for box in (one, found):
        box.set_value(bytes([5]) * 16)
        assert box.draft() == "05" * 16
        box.set_value(None)
        box.set_draft("06" * 16)
        assert box.value() == bytes([6]) * 16
    several.set_value((bytes(16), bytes([2]) * 16))
    assert several.value() == (bytes(16), bytes([2]) * 16)
    again = show(qtbot, field_box(field(Kind.REFS, target="cadre"), people[:3]))
    again.set_draft(several.draft())
    assert again.value() == several.value()


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (Kind.PHONE, "１３８ ００１３ ８０００", "13800138000"),
        (Kind.ID_NO, "11010519491231002x", "11010519491231002X"),
        (Kind.NAME, "阿依•古丽", "阿依·古丽"),
        (Kind.NUMBER, "１２", 12),
        (Kind.DATE, "5-3", date(2026, 5, 3)),
        (Kind.DATE, "昨天", date(2026, 5, 5)),
        (Kind.TEXT, "  村口  ", "村口"),
    ],
)
def test_typing_is_mended(qtbot: QtBot, kind: Kind, typed: str, kept: Any) -> None:
    box = show(qtbot, field_box(field(kind), today=lambda: TODAY))
    type_into(box, typed)
    assert box.value() == kept
    leave(box)
    assert box.shown_problem() == ""
    assert isinstance(box.editor, QLineEdit)
    assert box.editor.text() == str(kept), "the person sees what will be kept"


@pytest.mark.parametrize(
    ("declared", "typed", "said"),
    [
        (field(Kind.PHONE), "2881", "电话应为 11 位手机号"),
        (field(Kind.ID_NO), "110105194912310021", "校验位不符"),
        (field(Kind.DATE), "20260231", "没有这一天"),
        (field(Kind.DATE), "上回", "看不懂这个日期"),
        (field(Kind.MOMENT), "5-3", "请写日期和时间"),
        (field(Kind.NUMBER), "三", "请输入整数"),
        (field(Kind.NUMBER), "-1", "不能小于 0"),
        (field(Kind.TEXT, max_length=3), "一二三四", "最多 3 字，现在 4 字"),
        (field(Kind.LONG_TEXT, max_length=3), "一二三四", "最多 3 字，现在 4 字"),
    ],
)
def test_problems_are_hints_while_typing_and_red_after(
    qtbot: QtBot, declared: Field, typed: str, said: str
) -> None:
    box = show(qtbot, field_box(declared, today=lambda: TODAY))
    type_into(box, typed)
    assert said in box.shown_problem()
    assert not box.editor.property("tone")
    leave(box)
    assert said in box.shown_problem()
    assert box.editor.property("tone") == "bad"
    assert said in box.editor.accessibleDescription(), "screen readers hear it too"
    assert not box.check()


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [(Kind.PHONE, "13800", "手机号还差 6 位"), (Kind.ID_NO, "429999", "还差 12 位")],
)
def test_missing_digits_are_counted_while_typing(
    qtbot: QtBot, kind: Kind, typed: str, said: str
) -> None:
    box = show(qtbot, field_box(field(kind)))
    qtbot.waitUntil(box.editor.hasFocus, timeout=2000)
    type_into(box, typed)
    assert box.shown_problem() == said


def test_required_is_said_only_after_an_attempt(qtbot: QtBot) -> None:
    box = show(qtbot, field_box(field(Kind.TEXT, required=True)))
    assert box.shown_problem() == ""
    type_into(box, "一")
    box.editor.clear()
    assert box.shown_problem() == ""
    assert not box.check()
    assert box.shown_problem() == "请填写某项"


def test_date_explains_itself_and_moves_by_arrows(qtbot: QtBot) -> None:
    box = show(qtbot, DateField(field(Kind.DATE), lambda: TODAY))
    QTest.keyClick(box.editor, Qt.Key.Key_Down)
    assert box.value() == TODAY, "an empty date begins today"
    QTest.keyClick(box.editor, Qt.Key.Key_Down)
    QTest.keyClick(box.editor, Qt.Key.Key_Down)
    assert box.value() == date(2026, 5, 4)
    assert box._aside.text() == "星期一 · 前天"


def test_calendar_takes_a_day(qtbot: QtBot) -> None:
    box = DateField(field(Kind.DATE), lambda: TODAY)
    show(qtbot, box)
    box.open_calendar()
    calendar = QApplication.activePopupWidget().findChild(QCalendarWidget)
    assert isinstance(calendar, QCalendarWidget)
    calendar.clicked.emit(calendar.selectedDate().addDays(2))
    assert box.value() == date(2026, 5, 8)


def test_long_text_counts_and_grows(qtbot: QtBot) -> None:
    box = LongTextField(field(Kind.LONG_TEXT, max_length=500))
    show(qtbot, box)
    low = box.editor.height()
    type_into(box, "\n".join("一" * 10 for _ in range(6)))
    qtbot.waitUntil(lambda: box.editor.height() > low, timeout=2000)
    assert box._aside.text() == "65/500 字"
    box.insert("已宣讲医保政策。")
    assert box.value().endswith("已宣讲医保政策。")


@pytest.mark.parametrize(
    ("keys", "picked"),
    [("2", "pm"), ("w", "eve"), ("s", "am"), ("  ", None), ("33", None)],
)
def test_chips_by_keyboard(qtbot: QtBot, keys: str, picked: str | None) -> None:
    box = show(qtbot, field_box(field(Kind.CODE, codes=FEW)))
    qtbot.waitUntil(box.editor.hasFocus, timeout=2000)
    for key in keys:
        QTest.keyClicks(QApplication.focusWidget(), key)
    assert box.value() == picked, "pressing the chosen chip again clears an optional field"


def test_required_chips_cannot_be_cleared_and_arrows_move(qtbot: QtBot) -> None:
    box = show(qtbot, field_box(field(Kind.CODE, codes=FEW, required=True)))
    qtbot.waitUntil(box.editor.hasFocus, timeout=2000)
    assert not box.check()
    assert box.shown_problem() == "请选择某项"
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Space):
        QTest.keyClick(QApplication.focusWidget(), key)
    assert box.value() == "pm"
    assert box.shown_problem() == ""
    assert isinstance(box, ChipsField)


def test_several_chips_toggle_each(qtbot: QtBot) -> None:
    box = show(qtbot, field_box(field(Kind.CODES, codes=FEW)))
    qtbot.waitUntil(box.editor.hasFocus, timeout=2000)
    for key in "312":
        QTest.keyClicks(QApplication.focusWidget(), key)
    QTest.keyClicks(QApplication.focusWidget(), "1")
    assert box.value() == ("pm", "eve"), "in the order of the list"


@pytest.mark.parametrize("typed", ["绿", "l", "L", "3"])
def test_choice_is_found_by_text_initials_or_words(qtbot: QtBot, typed: str) -> None:
    choices = [Choice(code, label, code) for code, label in COLOURS.labels.items()]
    edit = ChoiceEdit(choices)
    qtbot.addWidget(edit)
    edit.show()
    edit.setFocus()
    with qtbot.waitSignal(edit.chosen, timeout=1000):
        edit.insert(typed)
        edit.textEdited.emit(edit.text())
        edit._settle()
    assert edit.value() == "3"
    assert edit.text() == "绿"


def test_choice_opens_and_picks_by_keyboard(qtbot: QtBot) -> None:
    box = ChoiceField(
        field(Kind.CODE, codes=COLOURS), [Choice(c, COLOURS.label(c)) for c in COLOURS]
    )
    show(qtbot, box)
    QTest.keyClick(box.editor, Qt.Key.Key_Down)
    popup = box.editor.completer().popup()
    assert popup.isVisible()
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: box.editor.text() == "橙", timeout=1000)
    assert box.value() == "1"
    type_into(box, "没有的")
    assert box.value() is None
    assert not box.check()
    assert "请从列表里选" in box.shown_problem()


def test_finder_asks_at_each_key_and_enter_takes_the_first(qtbot: QtBot) -> None:
    asked: list[str] = []

    def find(text: str) -> list[Choice]:
        asked.append(text)
        return [Choice(b"1" * 16, "王大明", "二组"), Choice(b"2" * 16, "王大敏", "三组")]

    box = FinderField(field(Kind.REF, required=True, target="household"), find, lambda _: None)
    show(qtbot, box)
    QTest.keyClicks(box.editor, "wdm")
    assert asked == ["w", "wd", "wdm"]
    assert not box.check()
    assert "请从列表里选" in box.shown_problem()
    QTest.keyClick(box.editor, Qt.Key.Key_Return)
    assert box.value() == b"1" * 16
    assert box.editor.text() == "王大明"
    assert box.check()


@pytest.fixture
def visit_form(qtbot: QtBot) -> Form:
    names = ["visited_on", "session", "way", "purpose", "policies_told", "talk", "next_visit_on"]
    boxes = field_boxes(Visit.fields(), names, today=lambda: TODAY)
    form = Form(
        boxes,
        [
            ["visited_on", "session", "way"],
            ["purpose"],
            ["policies_told"],
            ["talk"],
            ["next_visit_on"],
        ],
    )
    qtbot.addWidget(form)
    form.show()
    qtbot.waitExposed(form)
    return form


def test_form_values_and_first_problem(qtbot: QtBot, visit_form: Form) -> None:
    visit_form.set_values({"visited_on": TODAY, "talk": "在家"})
    assert not visit_form.dirty
    assert not visit_form.check()
    qtbot.waitUntil(visit_form.boxes["session"].editor.hasFocus, timeout=2000)
    visit_form.set_values({"session": "am", "way": "in_home", "purpose": "routine"})
    assert visit_form.check()
    assert visit_form.values() == {
        "visited_on": TODAY,
        "session": "am",
        "way": "in_home",
        "purpose": "routine",
        "policies_told": (),
        "talk": "在家",
        "next_visit_on": None,
    }


def test_form_changes_are_told_and_drafts_come_back(qtbot: QtBot, visit_form: Form) -> None:
    with qtbot.waitSignal(visit_form.changed, timeout=1000):
        type_into(visit_form.boxes["talk"], "半句")
    type_into(visit_form.boxes["visited_on"], "5-")
    assert visit_form.dirty
    draft = visit_form.draft()
    assert draft == {"visited_on": "5-", "talk": "半句"}, "unreadable text is kept as well"
    visit_form.clear()
    assert visit_form.draft() == {}
    visit_form.set_draft(draft)
    assert visit_form.draft() == draft


def test_a_date_without_year_lies_ahead_where_the_field_does(visit_form: Form) -> None:
    type_into(visit_form.boxes["visited_on"], "8-1")
    type_into(visit_form.boxes["next_visit_on"], "8-1")
    assert visit_form.values()["visited_on"] == date(2025, 8, 1)
    assert visit_form.values()["next_visit_on"] == date(2026, 8, 1)


def test_problems_of_a_use_case_find_their_field(visit_form: Form) -> None:
    rest = visit_form.show_problems({"way": "当天没有入户", "zone_id": "不是您的责任区"})
    assert visit_form.boxes["way"].shown_problem() == "当天没有入户"
    assert rest == {"zone_id": "不是您的责任区"}


def test_hidden_fields_are_not_checked(qtbot: QtBot) -> None:
    boxes = field_boxes(Person.fields(), ["name", "sex"])
    form = Form(boxes, [["name", "sex"]])
    qtbot.addWidget(form)
    form.show()
    form.set_values({"name": "王大明"})
    assert not form.check()
    boxes["sex"].hide()
    assert form.check()


def test_tab_goes_through_the_form_in_order(qtbot: QtBot, visit_form: Form) -> None:
    visit_form.boxes["visited_on"].setFocus()
    order: list[str] = []
    for _ in range(7):
        focused = QApplication.focusWidget()
        order += [n for n, box in visit_form.boxes.items() if box.isAncestorOf(focused)]
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert order == list(visit_form.boxes)
