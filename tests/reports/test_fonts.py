from datetime import UTC, datetime

import pypdfium2
import pytest

from reports.faces import FONT_FOLDER
from reports.fonts import Typeface, sans, sans_bold, serif
from reports.pdf import PdfFile
from reports.sheet import Sheet

MADE_AT = datetime(2026, 5, 3, 6, 5, tzinfo=UTC)
RARE = "𠮷䲜㛃𬱖堃喆龑犇"
TYPEFACES = pytest.mark.parametrize("typeface", [sans(), sans_bold(), serif()])


def printed(typeface: Typeface, *lines: str) -> bytes:
    file = PdfFile("试验", MADE_AT)
    sheet = Sheet(file, (300, 200))
    for number, line in enumerate(lines):
        sheet.text(20, 150 - 30 * number, line, typeface, 20)
    sheet.finish()
    return file.data()


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    text_page = page.get_textpage()
    text = str(text_page.get_text_bounded())
    for each in (text_page, page, document):
        each.close()
    return text


def ink(pdf: bytes) -> list[bool]:
    """Per character cell of 20 points: whether something was drawn there."""
    document = pypdfium2.PdfDocument(pdf)
    picture = document[0].render(scale=1).to_pil().convert("L")
    document.close()
    cells = [picture.crop((20 + 20 * i, 33, 40 + 20 * i, 53)) for i in range(len(RARE))]
    return [min(cell.tobytes()) < 128 for cell in cells]


@TYPEFACES
def test_every_rare_character_has_a_face(typeface: Typeface) -> None:
    assert all(character in typeface.faces[typeface.face_of(character)] for character in RARE)
    assert all(ink(printed(typeface, RARE)))


@TYPEFACES
def test_text_can_be_read_back(typeface: Typeface) -> None:
    assert text_of(printed(typeface, "王𠮷明 2026年5月3日", RARE)).split("\r\n") == [
        "王𠮷明 2026年5月3日",
        RARE,
    ]


def test_a_name_draws_in_two_faces_of_one_width() -> None:
    assert [serif().face_of(character) for character in "王𠮷明"] == [0, 1, 0]
    assert serif().width("王𠮷明", 10) == pytest.approx(30)


def test_a_character_that_no_face_has_prints_a_mark_and_reads_back_as_itself() -> None:
    missing = "\U000323af"
    assert all(missing not in each for each in sans().faces)
    assert text_of(printed(sans(), f"王{missing}明")) == f"王{missing}明"
    assert serif().width(missing, 10) == 10


def test_blanks_of_all_kinds_draw_no_box() -> None:
    assert text_of(printed(sans(), "甲\t乙\u200b丙\r")) == "甲 乙丙"


def test_same_text_same_bytes() -> None:
    assert printed(serif(), "王𠮷明", RARE) == printed(serif(), "王𠮷明", RARE)
    assert printed(serif(), "王𠮷明") != printed(serif(), "王小明")


def test_all_fonts_are_embedded_as_subsets() -> None:
    pdf = printed(serif(), "王𠮷明")
    assert pdf.count(b"/FontFile2") == pdf.count(b"/Type /FontDescriptor") == 2
    assert b"Helvetica" not in pdf
    assert len(pdf) < 20_000


def test_fonts_are_shipped_with_their_licences_and_stay_small() -> None:
    files = {path.name for path in FONT_FOLDER.iterdir()}
    assert {"NotoSansSC-OFL.txt", "NotoSerifSC-OFL.txt", "ARPHICPL.TXT"} <= files
    assert sum(path.stat().st_size for path in FONT_FOLDER.iterdir()) < 45_000_000
