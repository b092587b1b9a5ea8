"""Texts of tooltips: what looks like HTML is read as such by Qt, which loads what it names."""

from __future__ import annotations

from html import escape

from PySide6.QtGui import Qt

_LONGEST = 500
"""Characters; Qt does not break lines of plain text."""


def tip(text: str) -> str:
    """The text as a tooltip that shows it as it is."""
    shown = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    if not Qt.mightBeRichText(shown):
        return shown
    return f'<span style="white-space: pre-wrap">{escape(shown)}</span>'
