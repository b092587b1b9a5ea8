"""Photographs together with the rest: moves, quarantine, restored servers, copies, snapshots."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from sync import client
from sync.problems import ServerAway, TooOld
from sync.server import admin, folder, letting_go, restoring, tables
from sync.server.folder import OpenServer
from sync.server.office import Office
from sync.server.stick import answer_outbox
from sync.stick import read_answer, write_outbox
from tests.pictures import jpeg
from tests.sync.laptops import Laptop, enrolled
from tests.sync.pictures import (
    LARGE,
    Line,
    add_visit,
    at_server,
    kept,
    loose,
    photos,
    pieces_at_server,
    record_of,
)
from tests.sync.restoring import Town
from tests.sync.sample import OTHER_ZONE, ZONE, office_changeset
from tests.sync.snapshots import homes, refresh
from tests.sync.test_incarnations import twin
from tests.sync.test_quarantine import admit, give, refuse, take_away, waits
from township.records import Attachment, Household, new_id
from township.storage import file_tables, tables as laptop_tables
