"""Spreadsheets, read back as other programs read them."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest

from reports.sheets import Export, Stamp, csv_file, excel, of_households, of_ledger
from tests.hostile.texts import TEXTS
from tests.reports.documents import busy_row, ledger, quiet_row
from township.usecases.exporting import HouseholdList
from township.usecases.household_rows import HouseholdRow

STAMP = Stamp("李会计 & 王", datetime(2026, 6, 1, 1, 12, tzinfo=UTC), "核对身份：六月核对")
ROW = HouseholdRow(
    no="龙马溪-2-017",
    head="王大明",
    zone="龙马溪村",
    group="二组",
    persons=4,
    special=("空巢老人", "低保户"),
    cadres=("李秀英",),
    last_visit=date(2026, 5, 3),
    visits=3,
    open_needs=0,
)
FORMULAS = (
    '=HYPERLINK("http://x","点")',
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    " =1+1",
)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
Read = list[list[str]]


def listed(*rows: HouseholdRow) -> Export:
    return of_households(HouseholdList("屈原镇", rows), STAMP)


def parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def in_excel(data: bytes) -> Read:
    """The texts and numbers of the first sheet as stored; formulas fail the test."""
    files = parts(data)
    shared = [
        "".join(part.text or "" for part in one.iter(f"{MAIN}t"))
        for one in ElementTree.fromstring(files["xl/sharedStrings.xml"])
    ]
    sheet = ElementTree.fromstring(files["xl/worksheets/sheet1.xml"])
    assert not list(sheet.iter(f"{MAIN}f")) and not list(sheet.iter(f"{MAIN}hyperlink"))
    return [
        [
            shared[int(cell.findtext(f"{MAIN}v") or 0)]
            if cell.get("t") == "s"
            else cell.findtext(f"{MAIN}v") or ""
            for cell in row
        ]
        for row in sheet.iter(f"{MAIN}row")
    ]


def in_csv(data: bytes) -> Read:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_household_list_keeps_its_types() -> None:
    export = listed(ROW, replace(ROW, last_visit=None))
    head, first, second = in_excel(excel(export))
    assert head[:4] == ["责任区", "村民小组", "户编号", "户主"]
    assert first[2:5] == ["龙马溪-2-017", "王大明", "4"]
    assert (first[7], second[7]) == ("46145", "")  # days since 1899-12-30: a date, not a text
    sheet = parts(excel(export))["xl/worksheets/sheet1.xml"]
    assert 'state="frozen"' in sheet and 'orientation="landscape"' in sheet
    assert "第 &amp;P 页" in sheet and "李会计 &amp;&amp; 王" in sheet
    book = parts(excel(export))["xl/workbook.xml"]
    assert "Print_Area" in book and "Print_Titles" in book
    head, first, _, signed = in_csv(csv_file(export))
    assert head[9] == "未办结诉求" and first[5] == "空巢老人、低保户" and first[7] == "2026-05-03"
    assert signed == [
        "内部资料　导出人：李会计 & 王　导出时间：2026-06-01 09:12　事由：核对身份：六月核对"
    ]


def test_the_ledger_has_its_columns() -> None:
    export = of_ledger(ledger(("天龙村", (busy_row(1), quiet_row(2)))), STAMP)
    head, busy, quiet = in_excel(excel(export))
    assert head[-1] == "备注" and busy[10] == "①A类：路灯不亮。\n②申请大病救助。"
    assert busy[9].startswith("2026-05-12：老人说") and busy[13] == "①2026-05-20"
    assert quiet[:4] == ["天龙村", "天龙-1-002", "王大明", "一组"]
    assert in_csv(csv_file(export))[1][10] == busy[10]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_is_never_a_formula(text: str) -> None:
    export = listed(replace(ROW, head=text, cadres=(text,)))
    _, row = in_excel(excel(export))
    assert row[3].replace("_x000D_", "\r") == row[6].replace("_x000D_", "\r") == text
    _, row, _ = in_csv(csv_file(export))
    assert row[3] == row[6] == f"'{text}"
    files = parts(excel(export))
    assert 'quotePrefix="1"' in files["xl/styles.xml"]


def test_numbers_below_zero_stay_numbers() -> None:
    export = replace(listed(ROW), rows=[(-3, "x")])
    assert in_excel(excel(export))[1] == ["-3", "x"]
    assert in_csv(csv_file(export))[1] == ["-3", "x"]


def test_hostile_texts_come_out_as_they_are() -> None:
    export = listed(*(replace(ROW, head=text, zone="zone") for text in TEXTS.values()))
    texts = [row[3] for row in in_csv(csv_file(export))[1:-1]]
    assert [text.removeprefix("'") for text in texts] == [
        text.removeprefix("'") for text in TEXTS.values()
    ]
    assert len(in_excel(excel(export))) == 1 + len(TEXTS)


def test_same_list_same_bytes() -> None:
    assert excel(listed(ROW)) == excel(listed(ROW))


def test_a_text_longer_than_a_cell_is_cut_visibly() -> None:
    _, row = in_excel(excel(listed(replace(ROW, head="长" * 40_000))))
    assert len(row[3]) == 32_767 and row[3].endswith("…")
