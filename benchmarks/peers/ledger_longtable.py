"""ReportLab's LongTable: ``python -m benchmarks.peers.ledger_longtable ROWS.json OUT.pdf``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import LongTable, PageBreak, Paragraph, SimpleDocTemplate

from benchmarks.harness import answer
from reports.faces import SANS_BOLD_FILE, SANS_FILE, SERIF_FILE
from reports.raster import page_count

_SIZE, _LEADING = 9, 11.5
_TEXT_COLUMNS = (9, 10, 11)
_GREY = Color(0.9, 0.9, 0.9)


def main(rows_file: str, out: str) -> None:
    """Time one ledger, fonts not yet loaded."""
    zones = json.loads(Path(rows_file).read_text("utf-8"))
    wall, cpu = perf_counter(), process_time()
    for name, file in (("Serif", SERIF_FILE), ("Sans", SANS_FILE), ("Bold", SANS_BOLD_FILE)):
        registerFont(TTFont(name, str(file)))
    _build(zones, out)
    cpu_s, wall_s = process_time() - cpu, perf_counter() - wall
    pdf = Path(out).read_bytes()
    answer({"cpu_s": cpu_s, "wall_s": wall_s, "pages": page_count(pdf), "bytes": len(pdf)})


def _build(zones: list[dict[str, Any]], out: str) -> None:
    style = ParagraphStyle(
        "cell", fontName="Serif", fontSize=_SIZE, leading=_LEADING, wordWrap="CJK"
    )
    story: list[Any] = []
    for zone in zones:
        story += [_table(zone, style), PageBreak()]
    margins = {"leftMargin": 15 * mm, "rightMargin": 15 * mm, "bottomMargin": 15 * mm}
    document = SimpleDocTemplate(
        out, pagesize=landscape(A4), topMargin=20 * mm + 36, initialFontName="Serif", **margins
    )
    document.build(story, onFirstPage=_frame, onLaterPages=_frame)


def _table(zone: dict[str, Any], style: ParagraphStyle) -> LongTable:
    rows = [list(zone["heads"])]
    for cells in zone["rows"]:
        row = list(cells) + [""] * (len(zone["widths"]) - len(cells))
        for place in _TEXT_COLUMNS:
            if row[place]:
                row[place] = Paragraph(row[place].replace("\n", "<br/>"), style)
        rows.append(row)
    look = [
        ("FONT", (0, 0), (-1, -1), "Serif", _SIZE, _LEADING),
        ("FONT", (0, 0), (-1, 0), "Bold", _SIZE, _LEADING),
        ("BACKGROUND", (0, 0), (-1, 0), _GREY),
        ("GRID", (0, 0), (-1, -1), 0.4, Color(0, 0, 0)),
        ("ALIGN", (0, 0), (-1, -1), "CENTER"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("SPAN", (0, -1), (-1, -1)),
        ("ALIGN", (0, -1), (-1, -1), "LEFT"),
        ("LEFTPADDING", (0, 0), (-1, -1), 2.5),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2.5),
        ("TOPPADDING", (0, 0), (-1, -1), 4.2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4.2),
    ]
    return LongTable(rows, colWidths=zone["widths"], style=look, repeatRows=1)


def _frame(canvas: Any, document: Any) -> None:
    width, height = document.pagesize
    canvas.setFont("Bold", 18)
    canvas.drawCentredString(width / 2, height - 20 * mm - 16, "屈原镇户台账月报")
    canvas.setFont("Sans", 9)
    canvas.drawString(15 * mm, 9 * mm, "制表：李会计　审核：")
    canvas.drawCentredString(width / 2, 9 * mm, f"第 {document.page} 页")
    canvas.drawRightString(width - 15 * mm, 9 * mm, "打印时间：2026-06-01 09:12")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
