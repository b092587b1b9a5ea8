from __future__ import annotations

import io
import os
import stat
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt, QThread
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from reportlab.pdfgen.canvas import Canvas

from desktop.background import Background, Job, Progress
from desktop.printing import PrintOrder, cups, print_work, send_to_cups
from desktop.views.preview import Preview, Raster, _file_name
from desktop.views.widgets.pages import as_image
from township.errors import WorldError

COUNT = 40


@pytest.fixture(scope="module")
def pdf() -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), initialFontName="Helvetica")
    for page in range(COUNT):
        canvas.setFillGray(page / COUNT)
        canvas.rect(100, 100, 200, 200, fill=1)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def count(pdf: bytes) -> int:
    with pypdfium2.PdfDocument(pdf) as document:
        return len(document)


@dataclass(frozen=True)
class Drawn:
    width: int
    height: int
    pixels: bytes


def render(pdf: bytes, index: int, scale: float) -> Drawn:
    with pypdfium2.PdfDocument(pdf) as document:
        bitmap = document[index].render(scale=scale, prefer_bgrx=True)
        return Drawn(bitmap.width, bitmap.height, bytes(bitmap.buffer))


@pytest.fixture
def preview(qtbot: QtBot, background: Background, pdf: bytes) -> Preview:
    made = Preview(pdf, "户台账月报 2026/05", Raster(count, render), background)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_visible_pages_are_drawn_and_only_those(qtbot: QtBot, preview: Preview) -> None:
    qtbot.waitUntil(lambda: preview.pages.complete, timeout=5000)
    assert 1 <= preview.pages.shown() <= 3
    assert len(preview.pages._images) <= 3
    assert preview._at.text() == f"第 1 / {COUNT} 页"


def test_keyboard_goes_through_the_pages(qtbot: QtBot, preview: Preview) -> None:
    QTest.keyClick(preview.pages, Qt.Key.Key_End)
    assert preview._at.text() == f"第 {COUNT} / {COUNT} 页"
    qtbot.waitUntil(lambda: preview.pages.complete, timeout=5000)
    QTest.keyClick(preview.pages, Qt.Key.Key_Home)
    QTest.keyClick(preview.pages, Qt.Key.Key_PageDown)
    assert preview._at.text().startswith("第 2 ")


def test_zoom_keeps_the_page_and_stays_sharp(qtbot: QtBot, preview: Preview) -> None:
    preview.pages.go_to(7)
    for step in (1, 1, -1):
        preview.pages.zoom_by(step)
    assert preview._at.text().startswith("第 7 ")
    qtbot.waitUntil(lambda: preview.pages.complete, timeout=5000)
    preview.pages.fit_width()
    assert preview.pages.horizontalScrollBar().maximum() == 0


def test_saving_writes_the_very_pdf(preview: Preview, pdf: bytes, tmp_path: Path) -> None:
    preview._write(tmp_path / "月报.pdf")
    assert (tmp_path / "月报.pdf").read_bytes() == pdf
    assert preview.toast.text == "已保存：月报.pdf"
    with pytest.raises(WorldError, match="写不进去"):
        preview.save_to(tmp_path / "nowhere" / "月报.pdf")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("户台账月报 2026/05", "户台账月报-2026-05"),
        ("???", "文档"),
        ("入户走访记录", "入户走访记录"),
    ],
)
def test_file_names_are_allowed_everywhere(title: str, name: str) -> None:
    assert _file_name(title) == name


def test_raw_rows_become_a_picture() -> None:
    picture = as_image(Drawn(5, 2, bytes([200, 100, 50, 0]) * 10))
    assert picture.pixelColor(4, 1).getRgb()[:3] == (50, 100, 200)


@pytest.fixture
def printer_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands where CUPS' ``lp`` would; keeps what it was given."""
    script = tmp_path / "bin" / "lp"
    script.parent.mkdir()
    script.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/arguments\ncat > {tmp_path}/printed\n'
        '[ "$2" != "broken" ]\n'
    )
    script.chmod(script.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


@pytest.mark.skipif(os.name == "nt", reason="CUPS is not on Windows")
def test_cups_gets_the_pdf_itself(printer_script: Path, pdf: bytes) -> None:
    lp = cups()
    assert lp is not None
    send_to_cups(lp, pdf, PrintOrder("办公室", 2, 3, 5, "月报"))
    arguments = (printer_script / "arguments").read_text().split("\n")
    assert arguments[:-1] == ["-d", "办公室", "-n", "2", "-t", "月报", "-P", "3-5", "-"]
    assert (printer_script / "printed").read_bytes() == pdf
    with pytest.raises(WorldError, match="没有接受"):
        send_to_cups(lp, pdf, PrintOrder("broken", 1, 0, 0, "月报"))


def test_without_cups_pages_are_painted(
    qtbot: QtBot,
    background: Background,
    pdf: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    printer = QPrinter()
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    printer.setFromTo(2, 4)
    seen: list[Progress] = []
    done: list[object] = []
    work = print_work(printer, pdf, "月报", COUNT, render)

    def away(job: Job) -> bool:
        work(job)
        return QThread.isMainThread()

    background.run(away, done.append, progress=seen.append)
    qtbot.waitUntil(lambda: done == [False], timeout=20000)
    assert count((tmp_path / "printed.pdf").read_bytes()) == 3
