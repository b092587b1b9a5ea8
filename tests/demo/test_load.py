"""Rows as changesets, and a laptop filled with them."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from sync.server import folder
from sync.server.office import Office
from tests.demo.conftest import TODAY
from township import changes
from township.changes import Writers
from township.demo.laptop import fill_laptop, of_zones
from township.demo.load import MOST_OPS, batches, changesets
from township.demo.rows import Row
from township.records import Household, Person, Visit, WorkLog, Zone, record_kinds
from township.storage import search
from township.storage.database import Database
from township.values import CHINA

TOWNSHIP_TOO = ("meeting", "agenda_item", "resolution", "assessment_sheet")
"""Kinds of which a zone has its own and the township too."""


def test_changesets_carry_every_row_once(rows: list[Row]) -> None:
    made = list(changesets(rows, device=1, incarnation=2, after=4))
    headers = [changes.decode_header(one.header) for one in made]
    assert [header.dseq for header in headers] == list(range(5, 5 + len(made)))
    assert {(header.device, header.incarnation) for header in headers} == {(1, 2)}
    assert all(h.count == len(m.ops) <= MOST_OPS for h, m in zip(headers, made, strict=True))
    ops = [changes.decode_op(op) for one in made for op in one.ops]
    assert [(op.kind, op.record, op.fields) for op in ops] == [
        (row.kind, row.id, row.fields) for row in rows
    ]
    for op in ops:
        wide = record_kinds()[op.kind].township_wide
        zone = op.fields.get("zone_id")
        assert wide or zone or op.kind in TOWNSHIP_TOO
        assert op.bucket.split("/")[0] == ("township" if wide or not zone else zone.hex())


def test_a_batch_is_of_one_author_and_day(rows: list[Row]) -> None:
    for batch in batches(rows):
        on = {datetime.fromtimestamp(row.wall_ms / 1000, CHINA).date() for row in batch}
        assert (len({row.author for row in batch}), len(on)) == (1, 1)


def test_a_filled_laptop(tmp_path: Path, rows: list[Row]) -> None:
    zone = next(row for row in rows if row.fields.get("name") == "龙马溪村")
    mine = list(of_zones(rows, [zone.id]))
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC)
    database = Database.create(tmp_path / "laptop.db", bytes(32), lambda: noon)
    assert fill_laptop(database, mine) == len(mine)
    with database.reader() as session:
        assert len(session.scalars(select(Zone)).all()) == 13
        homes = session.scalars(select(Household)).all()
        assert {home.zone_id for home in homes} == {zone.id}
        visits = session.scalars(select(Visit)).all()
        assert len(visits) == sum(row.kind == "visit" for row in mine)
        for visit in visits[:20]:
            log = session.get_one(WorkLog, visit.work_log_id)
            assert (visit.created_by, visit.created_at) == (log.cadre_id, log.updated_at)
            assert Writers.unpack(visit.writers).of("talk") is not None
    assert search.catch_up(database) == len(homes)
    with database.reader() as session:
        found = search.household_ids(session, "wdm")
        heads = [
            session.get_one(Person, home.head_person_id).name
            for one in found
            if (home := session.get_one(Household, one)).head_person_id
        ]
    assert "王大明" in heads
    database.close()


def test_the_township_server_takes_all_of_it(tmp_path: Path, rows: list[Row]) -> None:
    folder.init(tmp_path / "server", "屈原镇")
    server = folder.open_server(tmp_path / "server")
    office = Office(server)
    head = office.head()
    made = changesets(rows, office.number, head.incarnation, head.dseq)
    assert office.load(made) == len(rows)
    server.close()
