"""Sends a PDF to a printer: the file itself through CUPS where there is one, else as pictures."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter
from PySide6.QtPrintSupport import QPrinter

from desktop.background import Job
from desktop.views.widgets.pages import RenderPage, as_image
from township.errors import WorldError

_DOTS_PER_INCH = 300
_SECONDS = 60


@dataclass(frozen=True)
class PrintOrder:
    """What the person chose in the print dialog; pages count from 1, 0 means all."""

    printer: str
    copies: int
    first: int
    last: int
    title: str


def cups() -> str | None:
    """The program that hands a PDF to CUPS, where there is one."""
    return shutil.which("lp") if sys.platform.startswith("linux") else None


def send_to_cups(lp: str, pdf: bytes, order: PrintOrder) -> None:
    """Hand over the PDF; its text stays text, and no file is left behind. Raises WorldError."""
    command = [lp, "-d", order.printer, "-n", str(order.copies), "-t", order.title]
    if order.first:
        command += ["-P", f"{order.first}-{order.last}"]
    try:
        subprocess.run(
            [*command, "-"], input=pdf, capture_output=True, timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise WorldError(
            f"打印机“{order.printer}”没有接受。请检查打印机是否开机、联网、有纸，再试一次；"
            "也可以先保存为 PDF。"
        ) from error


def paint(printer: QPrinter, pdf: bytes, pages: range, render: RenderPage, job: Job) -> None:
    """Paint pages (from 0) as pictures on a printer. Raises WorldError, Cancelled."""
    printer.setResolution(_DOTS_PER_INCH)
    painter = QPainter()
    if not painter.begin(printer):
        raise WorldError("打印机没有接受。请检查打印机是否开机、联网、有纸，再试一次。")
    try:
        for done, page in enumerate(pages):
            job.step(done, len(pages), "正在打印")
            if done:
                printer.newPage()
            image = as_image(render(pdf, page, _DOTS_PER_INCH / 72))
            paper = printer.paperRect(QPrinter.Unit.DevicePixel).toRect()
            offset = printer.pageRect(QPrinter.Unit.DevicePixel).toRect().topLeft()
            painter.drawImage(QRect(-offset.x(), -offset.y(), paper.width(), paper.height()), image)
    finally:
        painter.end()


def order_of(printer: QPrinter, title: str) -> PrintOrder:
    """The order that a confirmed print dialog left in its printer."""
    return PrintOrder(
        printer.printerName(), printer.copyCount(), printer.fromPage(), printer.toPage(), title
    )


Work = Callable[[Job], None]


def print_work(printer: QPrinter, pdf: bytes, title: str, count: int, render: RenderPage) -> Work:
    """The job that prints; for ``Background.run``."""
    order = order_of(printer, title)
    lp = cups()
    if lp and order.printer:
        return lambda _: send_to_cups(lp, pdf, order)
    first = order.first - 1 if order.first else 0
    pages = range(first, order.last if order.last else count)
    return lambda job: paint(printer, pdf, pages, render, job)
