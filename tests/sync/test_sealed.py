"""Sealed matters between real laptops: who gets them, who does not, and what a new circle does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import msgspec
import pytest
from sqlalchemy import select

from sync.enrol import reenrol
from sync.server import admin, tables
from tests.sync.laptops import PASSWORD, Laptop, overlay_rows
from tests.sync.sealed import (
    Town,
    add,
    designate,
    end,
    matter_of,
    open_town,
    reading,
    rows,
    texts,
    write,
)
from tests.sync.snapshots import enter, refresh
from township.changes import Op
from township.errors import InvalidInput, NotAllowed, NotFound, WorldError
from township.records import AccessEntry, Designation, SealedEntry, SealingKey, new_id
from township.storage.folder import LaptopFolder
from township.storage.laptop import unlock
from township.usecases import designations, sealed_text
from township.usecases.sealed_text import SealedText


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A circle that stays as it is; each test looks at its own matters only."""
    with open_town(tmp_path_factory.mktemp("town")) as found:
        designate(found, "accusation", "ji", "pan")
        designate(found, "child_harm", "tong", "pan")
        designate(found, "reserve", "ren")
        for login in ("ji", "pan", "ren", "tong", "xiang", "zhang"):
            found.laptop(login)
        found.sync()
        yield found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town where circles change; each test has a subject of its own."""
    with open_town(tmp_path_factory.mktemp("moving")) as found:
        yield found


def test_scenario_17_a_complaint_reaches_the_designated_and_nobody_else(town: Town) -> None:
    author = town.laptop("xiang")
    receipt = write(author, text="张三截留补助款", accused=(town.ids["zhang"],))
    assert receipt.readers == 2
    assert rows(author) == 0 and overlay_rows(author) == 0 and texts(author, receipt) == []
    town.sync("xiang", "ji", "pan", "zhang", "ren")
    assert set(author.states()) == {"applied"}
    for login in ("ji", "pan"):
        assert texts(town.laptop(login), receipt) == ["张三截留补助款"]
    for login in ("xiang", "zhang", "ren"):
        assert texts(town.laptop(login), receipt) == [] and rows(town.laptop(login)) == 0, login
    matter = matter_of(town.laptop("ji"), receipt)
    assert matter.first.name(town.ids["zhang"]) == "张三"
    assert matter.first.name(author.cadre) == "向美华"


def test_scenario_17_a_reader_who_is_complained_about_is_left_out_for_good(town: Town) -> None:
    ji, pan, author = (town.laptop(login) for login in ("ji", "pan", "xiang"))
    before = rows(pan)
    receipt = write(author, text="潘信收受礼品", accused=(town.ids["pan"],))
    assert receipt.readers == 1
    town.sync("xiang", "ji", "pan")
    assert add(ji, matter_of(ji, receipt), "note", "已约谈证人").readers == 1
    town.sync("ji", "pan", "ji")
    assert texts(ji, receipt) == ["潘信收受礼品", "已约谈证人"]
    assert texts(pan, receipt) == [] and rows(pan) == before
    c = tables.record.c
    with town.server.service.store.reading() as connection:
        log = connection.scalars(select(c.state).where(c.kind == AccessEntry.kind())).all()
    kept_out = [one for one in log if "回避".encode() in one]
    assert len(kept_out) == 1, "that somebody was kept out is noted once, and not who"
    assert town.ids["pan"] not in kept_out[0]


def test_the_reserve_takes_over_when_all_are_complained_about(town: Town) -> None:
    accused = (town.ids["pan"], town.ids["ji"])
    receipt = write(town.laptop("xiang"), text="两人一起打击报复", accused=accused)
    assert receipt.readers == 1
    town.sync("xiang", "ren", "pan", "ji")
    assert texts(town.laptop("ren"), receipt) == ["两人一起打击报复"]
    assert texts(town.laptop("pan"), receipt) == texts(town.laptop("ji"), receipt) == []
    before = town.laptop("xiang").states()
    with pytest.raises(WorldError, match="须回避"):
        write(town.laptop("xiang"), text="三人", accused=(*accused, town.ids["ren"]))
    assert town.laptop("xiang").states() == before


def test_later_entries_go_to_all_readers_and_close_the_matter(town: Town) -> None:
    ji, pan, author = (town.laptop(login) for login in ("ji", "pan", "xiang"))
    receipt = write(author, text="反映用车问题")
    town.sync("xiang", "ji", "pan")
    add(pan, matter_of(pan, receipt), "decision", "转纪检核实")
    assert texts(pan, receipt) == ["反映用车问题", "转纪检核实"], "his own he reads at once"
    town.sync("pan", "ji")
    matter = matter_of(ji, receipt)
    assert not matter.closed
    add(ji, matter, "closing", "查无实据，已答复")
    town.sync("ji", "pan")
    assert texts(pan, receipt) == texts(ji, receipt)
    assert texts(ji, receipt) == ["反映用车问题", "转纪检核实", "查无实据，已答复"]
    assert matter_of(pan, receipt).closed
    assert overlay_rows(ji) == overlay_rows(pan) == 0
    with pytest.raises(NotFound, match="没有密封给您"):
        add(author, matter, "note", "再补充")


def test_what_is_sealed_has_the_same_length_and_nothing_in_common(town: Town) -> None:
    author = town.laptop("xiang")
    known = {row.id for login in ("ji", "pan") for row in copies(town.laptop(login))}
    write(author, text="短")
    write(author, text="长" * 180)
    town.sync("xiang", "ji", "pan")
    found = [row for login in ("ji", "pan") for row in copies(town.laptop(login))]
    new = [row for row in found if row.id not in known]
    assert len(new) == 4
    sizes = [len(row.sealed) for row in new]
    assert max(sizes) - min(sizes) < 300, "age itself adds some random bytes, the text none"
    assert all(row.id[6] >> 4 == 7 for row in new)
    tails = sorted(int.from_bytes(row.id[8:], "big") for row in new)
    assert min(b - a for a, b in pairwise(tails)) > 1 << 20, "the ids do not count up"


def copies(laptop: Laptop) -> list[SealedEntry]:
    with laptop.database.reader() as session:
        return list(session.scalars(select(SealedEntry)))


def test_scenario_9_harm_to_a_child_asks_whom_it_was_reported_to(town: Town) -> None:
    child, pan, zone = (town.laptop(login) for login in ("tong", "pan", "xiang"))
    with pytest.raises(InvalidInput) as missing:
        write(child, "child_harm", text="身上有伤")
    assert set(missing.value.problems) == {
        *("noticed_at", "report_organ", "report_person", "report_at")
    }
    now = child.database.clock()
    told = {"report_organ": "police", "report_person": "值班民警", "report_at": now}
    receipt = write(child, "child_harm", text="身上有伤", noticed_at=now, **told)
    assert receipt.readers == 2
    town.sync("tong", "pan", "xiang")
    assert texts(child, receipt) == texts(pan, receipt) == ["身上有伤"] and rows(zone) == 0
    assert matter_of(pan, receipt).first.report_organ == "police"


def test_a_copy_from_somebody_who_was_never_designated_is_marked(town: Town) -> None:
    """He cannot read, but he can seal: what he signs with another's name shows as strange."""
    ji, zhang = town.laptop("ji"), town.laptop("zhang")
    now = zhang.database.clock()
    forged = SealedText(
        new_id(), new_id(), "AAAA-BBBB", "accusation", "report", "假的", town.ids["pan"], now
    )
    with zhang.database.work(zhang.cadre) as work:
        keys = [key for key in designations.keys(work.session) if key.cadre == ji.cadre]
        sealed = sealed_text.seal(sealed_text.packed(forged), keys, [])
        work.add(SealedEntry(reader_id=ji.cadre, sealed=sealed))
        work.commit()
    town.sync("zhang", "ji")
    (entry,) = next(one for one in reading(ji).matters if one.first.no == "AAAA-BBBB").entries
    assert entry.passed_by == "张三" and entry.strange


def test_damaged_bytes_are_passed_over(town: Town) -> None:
    ji = town.laptop("ji")
    before = reading(ji)
    place = f"{ji.cadre.hex()}/x"
    fields = {"reader_id": ji.cadre, "sealed": b"no age file"}
    enter(town.server, Op("sealed_entry", new_id(), "insert", place, fields))
    town.sync("ji")
    assert len(reading(ji).matters) == len(before.matters)
    assert reading(ji).elsewhere == before.elsewhere + 1


def test_the_last_reader_keeps_his_copies_until_a_newcomer_has_them(made: Town) -> None:
    designate(made, "accusation", "pan")
    pan, author, security = (made.laptop(login) for login in ("pan", "xiang", "anquan"))
    made.sync()
    first = write(author, text="第一件")
    made.sync("xiang", "pan")
    end(made, security, "pan")
    made.sync("anquan", "pan", "pan")
    assert texts(pan, first) == ["第一件"], "nobody else has it yet"
    with pytest.raises(WorldError, match="还没有为这类事项指定接收人"):
        add(pan, matter_of(pan, first), "note", "再写")
    ding = made.laptop("ding")
    with security.database.work(security.cadre) as work:
        with pytest.raises(InvalidInput, match="角色不能接收"):
            designations.designate(work, "accusation", made.ids["zhang"])
        designations.designate(work, "accusation", made.ids["ding"])
        work.commit()
    made.sync("anquan", "pan")
    with pytest.raises(NotAllowed, match="不是这类密件的指定人员"):
        add(pan, matter_of(pan, first), "note", "再写")
    assert texts(pan, first) == ["第一件"], "his copies go when the newcomer's have arrived"
    made.sync("ding", "pan")
    assert texts(ding, first) == ["第一件"] and texts(pan, first) == []
    (entry,) = matter_of(ding, first).entries
    assert entry.passed_by == "潘信" and not entry.strange and not entry.differs
    assert {row.sealed for row in copies(pan)} == {None}
    c = tables.record.c
    with made.server.service.store.reading() as connection:
        place = (c.kind == "sealed_entry", c.bucket == f"{made.ids['pan'].hex()}/x")
        left = connection.execute(select(c.state, c.deleted).where(*place)).all()
    assert [(row.deleted, msgspec.msgpack.decode(row.state)["sealed"]) for row in left] == [
        (True, None)
    ]
    author.sync()
    second = write(author, text="第二件")
    assert second.readers == 1
    made.sync("xiang", "ding", "pan")
    assert texts(ding, second) == ["第二件"] and texts(pan, second) == []


def test_a_second_laptop_and_a_reenrolled_one_get_what_there_is(made: Town) -> None:
    designate(made, "box_note", "ji", "pan")
    ji, pan, author = (made.laptop(login) for login in ("ji", "pan", "xiang"))
    made.sync()
    early = write(author, "box_note", text="早先的密件")
    made.sync("xiang", "ji", "pan")
    assert f"{made.ids['pan'].hex()}/x" in refresh(made.server), "loaded from a snapshot"
    second = made.laptop("pan", "pan-2")
    assert texts(second, early) == [] and reading(second).elsewhere == 1
    made.sync("ji", "pan", "pan-2")
    assert texts(second, early) == ["早先的密件"]
    number = pan.replica.identity().device
    admin.revoke(made.server, number)
    again = reenrolled(made, "pan")
    assert texts(again, early) == ["早先的密件"], "the former key still opens what it opened"
    made.sync("ji", "xiang")
    late = write(author, "box_note", text="后来的密件")
    made.sync("xiang", "ji", "pan", "pan-2")
    assert texts(again, late) == texts(second, late) == ["后来的密件"]
    assert texts(again, early) == texts(second, early) == ["早先的密件"]
    with author.database.reader() as session:
        ended = select(SealingKey.device_number).where(SealingKey.until_at.is_not(None))
        assert session.scalars(ended).all() == [number]
    assert len(reading(ji).matters) == 2, "copies that readers passed on count once"


def test_who_comes_back_gets_again_what_he_had_let_go(made: Town) -> None:
    """The others hear that his copies went; their own do not go because he had one once."""
    designate(made, "child_harm", "tong", "pan")
    tong, pan, author = (made.laptop(login) for login in ("tong", "pan", "xiang"))
    security = made.laptop("anquan")
    made.sync()
    now = author.database.clock()
    told = {"report_organ": "police", "report_person": "值班民警", "report_at": now}
    receipt = write(author, "child_harm", text="身上有伤", noticed_at=now, **told)
    made.sync("xiang", "tong", "pan")
    end(made, security, "tong")
    made.sync("anquan", "tong")
    assert texts(tong, receipt) == []
    with security.database.work(security.cadre) as work:
        designations.designate(work, "child_harm", made.ids["tong"])
        work.commit()
    end_one(made, security, "pan", "child_harm")
    made.sync("anquan", "pan")
    assert texts(pan, receipt) == ["身上有伤"], "his own copy is the last one"
    made.sync("tong", "pan", "tong")
    assert texts(tong, receipt) == ["身上有伤"] and texts(pan, receipt) == []
    assert matter_of(tong, receipt).entries[0].passed_by == "潘信"
    assert len(reading(tong).notes) == 1 and reading(tong).elsewhere == 0


def end_one(made: Town, laptop: Laptop, login: str, subject: str) -> None:
    """The security administrator ends a cadre's designation for one subject."""
    with laptop.database.work(laptop.cadre) as work:
        here = (Designation.cadre_id == made.ids[login], Designation.subject == subject)
        for one in work.session.scalars(select(Designation.id).where(*here)).all():
            designations.end(work, one)
        work.commit()


def reenrolled(made: Town, login: str) -> Laptop:
    made.laptops.pop(login).database.close()
    opened = unlock(LaptopFolder(made.path / login), login, PASSWORD)
    opened = reenrol(opened, admin.issue_code(made.server, [login]))
    made.laptops[login] = found = Laptop(opened.database, opened.cadre_id)
    found.sync()
    return found
