"""A PDF file being written: pages of operators and the faces they use.

Built on ReportLab's document objects, not on its canvas: pages are compressed as they come,
no standard font slips in, and the same pages give the same bytes.
"""

from __future__ import annotations

import zlib
from datetime import datetime

from reportlab.pdfbase import pdfdoc

from reports.embedding import EmbeddedFace
from reports.faces import Face
from reports.fonts import EmbeddedTypeface, Typeface
from reports.outline import Outline

_PRODUCER = "连心桥"


class PdfFile:
    """One document. Lengths are in points, the origin is the lower left corner."""

    def __init__(self, title: str, made_at: datetime) -> None:
        self._document = pdfdoc.PDFDocument(invariant=1, compression=1, lang="zh-CN")
        self._document.setTitle(title)
        self._document.setAuthor(_PRODUCER)
        self._document.setCreator(_PRODUCER)
        self._document.setSubject(title)
        stamp = _pdf_moment(made_at)
        self._document.setDateFormatter(lambda *_: stamp)
        self._document.updateSignature(stamp)
        self._outline = Outline()
        self._faces: dict[Face, EmbeddedFace] = {}
        self._typefaces: dict[Typeface, EmbeddedTypeface] = {}

    def embedded(self, typeface: Typeface) -> EmbeddedTypeface:
        """The typeface as this document holds it."""
        found = self._typefaces.get(typeface)
        if found is None:
            faces = tuple(self._embedded_face(each) for each in typeface.faces)
            found = self._typefaces[typeface] = EmbeddedTypeface(typeface, faces)
        return found

    def _embedded_face(self, face: Face) -> EmbeddedFace:
        found = self._faces.get(face)
        if found is None:
            found = self._faces[face] = EmbeddedFace(face, f"F{len(self._faces) + 1}")
        return found

    def bookmark(self, title: str) -> None:
        """Let a bookmark lead to the page that is added next."""
        self._outline.add(title, self._document.thisPageRef())

    def add_page(self, size: tuple[float, float], content: str) -> None:
        """Append a page of the given width and height; ``content`` is ASCII operators."""
        packed = zlib.compress(content.encode("ascii"))
        self._document.updateSignature(packed)
        page = pdfdoc.PDFPage()
        page.pagewidth, page.pageheight = size
        flate = pdfdoc.PDFDictionary({"Filter": "/FlateDecode"})
        page.Contents = pdfdoc.PDFStream(flate, packed)
        page.Resources = pdfdoc.PDFResourceDictionary()
        page.Resources.basicFonts()
        self._document.addPage(page)

    def data(self) -> bytes:
        """The finished file. To be called once."""
        for each in self._faces.values():
            if each:
                each.add_to(self._document)
        if self._outline:
            self._document.Outlines = self._document.Catalog.Outlines = self._outline
        return bytes(self._document.GetPDFData(None))


def _pdf_moment(moment: datetime) -> str:
    """Source: ISO 32000-1, 7.9.4."""
    offset = moment.strftime("%z")
    return f"D:{moment:%Y%m%d%H%M%S}{offset[:3]}'{offset[3:]}'"
