"""typst: ``python -m benchmarks.peers.ledger_typst ROWS.json OUT.pdf``, in its own environment.

Imports nothing of ours: the environment holds typst alone.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from time import perf_counter, process_time

_FONTS = Path(__file__).resolve().parents[2] / "reports" / "assets" / "fonts"
_SOURCE = """
#set page(paper: "a4", flipped: true,
  margin: (top: 20mm + 36pt, left: 15mm, right: 15mm, bottom: 15mm), footer-descent: 20%,
  header: align(center, text(font: "Noto Sans SC", size: 18pt, weight: "bold")[屈原镇户台账月报]),
  footer: text(font: "Noto Sans SC", size: 9pt)[制表：李会计 #h(1fr)
    #context [第 #counter(page).display() 页 共 #counter(page).final().at(0) 页]
    #h(1fr) 打印时间：2026-06-01 09:12])
#set text(font: ("Noto Serif SC", "Lianxinqiao Rare Han"), size: 9pt, lang: "zh", region: "cn")
#set par(leading: 4pt)
#set table(stroke: 0.4pt, inset: (x: 2.5pt, y: 6.6pt))
#for zone in json("ROWS") {
  table(
    columns: zone.widths.map(w => w * 1pt),
    align: (x, y) => if x in (9, 10, 11) { left + horizon } else { center + horizon },
    table.header(..zone.heads.map(h => text(font: "Noto Sans SC", weight: "bold", h))),
    ..zone.rows.map(row => if row.len() == 1 {
      (table.cell(colspan: zone.widths.len(), align: left, row.at(0)),)
    } else { row }).flatten(),
  )
  pagebreak(weak: true)
}
"""


def main(rows_file: str, out: str) -> None:
    """Time one compilation, fonts not yet loaded."""
    rows = Path(rows_file)
    source = rows.with_suffix(".typ")
    source.write_text(_SOURCE.replace("ROWS", rows.name), "utf-8")
    import typst  # type: ignore[import-not-found]

    wall, cpu = perf_counter(), process_time()
    typst.compile(
        str(source),
        output=out,
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        pdf_tags=False,
    )
    cpu_s, wall_s = process_time() - cpu, perf_counter() - wall
    pdf = Path(out).read_bytes()
    print(json.dumps({"cpu_s": cpu_s, "wall_s": wall_s, "pages": _pages(pdf), "bytes": len(pdf)}))


def _pages(pdf: bytes) -> int:
    """The largest page count in the page tree."""
    return max(int(count) for count in re.findall(rb"/Count (\d+)", pdf))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
