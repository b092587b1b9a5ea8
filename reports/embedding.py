"""One face inside one PDF: two-byte codes, given out as characters appear.

ReportLab's own TrueType embedding cuts a face into fonts of 256 characters, so that Chinese
text changes font every few characters, and its text cannot be read back beyond the BMP.
A composite font (ISO 32000-1, 9.7) has neither problem.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from reportlab.pdfbase import pdfdoc

from reports.faces import Face

_SYMBOLIC = 4
_USUAL_WIDTH = 1000
_GETA = ord("〓")


class EmbeddedFace(dict[int, str]):
    """The characters of one face that one document uses, by code point: hexadecimal PDF codes.

    ``text.translate(embedded)`` is the content of a PDF string. Codes depend only on the order
    in which characters appear, so that the same document gives the same bytes.
    """

    def __init__(self, face: Face, resource: str) -> None:
        super().__init__()
        self.face = face
        self.resource = resource
        self._meant: list[int] = []

    def __missing__(self, code_point: int) -> str:
        self._meant.append(code_point)
        self[code_point] = code = f"{len(self._meant):04X}"
        return code

    def add_to(self, document: pdfdoc.PDFDocument) -> None:
        """Write the font and what it needs into the document; no character may follow."""
        drawn = [c if chr(c) in self.face else _GETA for c in self._meant]
        file, glyphs = self.face.subset(drawn)
        tag = _tag(self.face.name, drawn)
        name = f"/{tag}+{self.face.name}"
        font = {
            "Type": "/Font",
            "Subtype": "/Type0",
            "BaseFont": name,
            "Encoding": "/Identity-H",
            "DescendantFonts": pdfdoc.PDFArray([self._outlines(document, name, drawn, glyphs)]),
            "ToUnicode": _stream(document, f"unicode:{name}", _to_unicode(self._meant)),
        }
        resources = document.idToObject[pdfdoc.BasicFonts]
        resources[self.resource] = document.Reference(pdfdoc.PDFDictionary(font), f"font:{name}")
        document.Reference(
            pdfdoc.PDFDictionary(
                {
                    "Type": "/FontDescriptor",
                    "FontName": name,
                    "Flags": _SYMBOLIC,
                    "FontFile2": _stream(document, f"file:{name}", file, Length1=len(file)),
                }
                | {k: _array(v) for k, v in self.face.descriptor().items()}
            ),
            f"descriptor:{name}",
        )

    def _outlines(
        self, document: pdfdoc.PDFDocument, name: str, drawn: list[int], glyphs: list[int]
    ) -> pdfdoc.PDFDictionary:
        widths: list[Any] = []
        for code, character in enumerate(drawn, 1):
            width = round(self.face.width(character))
            if width != _USUAL_WIDTH:
                widths += [code, pdfdoc.PDFArray([width])]
        glyph_map = b"".join(glyph.to_bytes(2, "big") for glyph in [0, *glyphs])
        return pdfdoc.PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType2",
                "BaseFont": name,
                "CIDSystemInfo": pdfdoc.PDFDictionary(
                    {"Registry": "(Adobe)", "Ordering": "(Identity)", "Supplement": 0}
                ),
                "DW": _USUAL_WIDTH,
                "W": pdfdoc.PDFArray(widths),
                "CIDToGIDMap": _stream(document, f"glyphs:{name}", glyph_map),
                "FontDescriptor": pdfdoc.PDFObjectReference(f"descriptor:{name}"),
            }
        )


def _array(value: object) -> object:
    return pdfdoc.PDFArray(value) if isinstance(value, list) else value


def _tag(name: str, codes: list[int]) -> str:
    """Six capitals that differ between subsets. Source: ISO 32000-1, 9.6.4."""
    digest = sha256(repr((name, codes)).encode()).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:6])


def _stream(document: pdfdoc.PDFDocument, name: str, content: bytes, **entries: int) -> Any:
    stream = pdfdoc.PDFStream(pdfdoc.PDFDictionary(entries), content, [pdfdoc.PDFZCompress])
    return document.Reference(stream, name)


def _to_unicode(code_points: list[int]) -> bytes:
    """The character behind each code, in UTF-16 as readers want it. ISO 32000-1, 9.10.3."""
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    numbered = list(enumerate(code_points, 1))
    for start in range(0, len(numbered), 100):
        block = numbered[start : start + 100]
        lines.append(f"{len(block)} beginbfchar")
        lines += [
            f"<{code:04X}> <{chr(point).encode('utf-16-be').hex().upper()}>"
            for code, point in block
        ]
        lines.append("endbfchar")
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines).encode("ascii")
