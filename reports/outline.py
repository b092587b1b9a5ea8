"""Bookmarks of a PDF: a flat list of titles and the pages they lead to. ISO 32000-1, 12.3.3."""

from __future__ import annotations

from typing import Any

from reportlab.pdfbase import pdfdoc

_NAME = "bookmark%d"


class Outline(pdfdoc.PDFObject):  # type: ignore[misc]
    """Takes the place of ReportLab's outline, which needs its canvas."""

    __RefOnly__ = 1
    ready = 1

    def __init__(self) -> None:
        self._entries: list[tuple[str, Any]] = []

    def __bool__(self) -> bool:
        return bool(self._entries)

    def add(self, title: str, page: Any) -> None:
        """Append a bookmark to a page reference."""
        self._entries.append((title, page))

    def prepare(self, document: Any, _canvas: None) -> None:
        """Called by ReportLab before the file is written: chain the entries."""
        parent = document.Reference(self)
        last = len(self._entries) - 1
        for number, (title, page) in enumerate(self._entries):
            entry = {
                "Title": pdfdoc.PDFString(title),
                "Parent": parent,
                "Dest": pdfdoc.PDFArray([page, "/Fit"]),
            }
            if number > 0:
                entry["Prev"] = pdfdoc.PDFObjectReference(_NAME % (number - 1))
            if number < last:
                entry["Next"] = pdfdoc.PDFObjectReference(_NAME % (number + 1))
            document.Reference(pdfdoc.PDFDictionary(entry), _NAME % number)

    def format(self, document: Any) -> bytes:
        """The root of the outline; called by ReportLab."""
        last = len(self._entries) - 1
        root = {
            "Type": "/Outlines",
            "Count": len(self._entries),
            "First": pdfdoc.PDFObjectReference(_NAME % 0),
            "Last": pdfdoc.PDFObjectReference(_NAME % last),
        }
        return bytes(pdfdoc.PDFDictionary(root).format(document))
