"""Anki at the two ends of its own sync, in its own environment: ``... ACTION COLLECTION ...``.

``start URL`` joins a collection to the server; ``fill FILE`` adds a note for each line;
``sync URL``; ``edit N`` changes N notes. Prints one JSON object. Imports nothing of ours.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from anki.collection import AddNoteRequest, Collection  # type: ignore[import-not-found]
from anki.sync import SyncAuth  # type: ignore[import-not-found]

_AT_ONCE = 2_000


def start(collection: Collection, url: str, which: str) -> None:
    """The first contact: the first collection goes up, others come down."""
    key = collection.sync_login("u", "p", url).hkey
    Path(collection.path).with_suffix(".key").write_text(key)
    auth = SyncAuth(hkey=key, endpoint=url)
    collection.sync_collection(auth, False)
    collection.close_for_full_sync()
    collection.full_upload_or_download(auth=auth, server_usn=None, upload=which == "first")


def fill(collection: Collection, file: str) -> None:
    """A note for each line: its id and the record as JSON."""
    model = collection.models.by_name("Basic")
    lines = Path(file).read_text("utf-8").splitlines()
    for first in range(0, len(lines), _AT_ONCE):
        requests = []
        for number, line in enumerate(lines[first : first + _AT_ONCE], first):
            note = collection.new_note(model)
            note.fields[0], note.fields[1] = str(number), line
            requests.append(AddNoteRequest(note=note, deck_id=1))
        collection.add_notes(requests)


def sync(collection: Collection, url: str) -> None:
    """An ordinary sync."""
    key = Path(collection.path).with_suffix(".key").read_text()
    collection.sync_collection(SyncAuth(hkey=key, endpoint=url), False)


def edit(collection: Collection, count: str) -> None:
    """Change so many notes."""
    notes = [collection.get_note(note) for note in collection.find_notes("")[: int(count)]]
    for note in notes:
        note.fields[1] += "已回访。"
    collection.update_notes(notes)


_ACTIONS: dict[str, Callable[..., None]] = {
    "start": start,
    "fill": fill,
    "sync": sync,
    "edit": edit,
}


def main(action: str, path: str, *arguments: str) -> None:
    collection = Collection(path)
    before = resource.getrusage(resource.RUSAGE_SELF)
    begun = perf_counter()
    _ACTIONS[action](collection, *arguments)
    seconds = perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"s": seconds, "cpu_s": cpu, "peak_mb": used.ru_maxrss / 1024}))


if __name__ == "__main__":
    main(*sys.argv[1:])
