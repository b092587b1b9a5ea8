"""How a person likes the window: text size, last user. Kept outside the encrypted data.

Nothing about residents stands here: the file is read before the data is unlocked.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from desktop.failures import note


@dataclass(frozen=True)
class Preferences:
    """What is remembered from start to start."""

    text_percent: int = 100
    last_login: str | None = None


class PreferenceFile:
    """Reads and writes the preferences; a missing or broken file means the defaults."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.value = _read(path)

    def change(self, **changes: Any) -> Preferences:
        """Remember something else. A disk that cannot be written loses it, no more."""
        self.value = replace(self.value, **changes)
        try:
            self._path.write_text(json.dumps(asdict(self.value)), "utf-8")
        except OSError as error:
            note(error)
        return self.value


def _read(path: Path) -> Preferences:
    try:
        content = json.loads(path.read_text("utf-8"))
        percent = int(content.get("text_percent", 100))
        login = content.get("last_login")
    except (OSError, ValueError, TypeError, AttributeError):
        return Preferences()
    return Preferences(min(200, max(100, percent)), login if isinstance(login, str) else None)
