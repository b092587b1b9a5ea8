"""Sealed matters between real laptops: who gets them, who does not, and what a new circle does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from sync.enrol import reenrol
from sync.server import admin, tables
from sync.server.running import ServerThread
from tests.sync.laptops import PASSWORD, Laptop, overlay_rows
from tests.sync.sealed import (
    Town,
    add,
    designate,
    end,
    new_server,
    reading,
    rows,
    texts,
    town,
    write,
)
from tests.sync.snapshots import refresh
from township.errors import InvalidInput, NotAllowed, WorldError
from township.records import AccessEntry, Designation, SealedEntry, SealingKey
from township.storage.folder import LaptopFolder
from township.storage.laptop import unlock
from township.usecases import designations


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Town]:
    server = new_server(tmp_path / "server")
    with ServerThread(server) as thread:
        found = town(server, thread.url, tmp_path)
        yield found
        found.close()
    server.close()


def test_scenario_17_a_complaint_reaches_the_designated_and_nobody_else(made: Town) -> None:
    designate(made, "accusation", "ji", "pan")
    for login in ("ji", "pan", "xiang", "zhang", "shuji", "zhou"):
        made.laptop(login)
    made.sync()
    author = made.laptop("xiang")
    receipt = write(author, text="张三截留补助款", accused=(made.ids["zhang"],))
    assert receipt.readers == 2
    assert rows(author) == 0 and overlay_rows(author) == 0 and texts(author) == []
    made.sync("xiang", "ji", "pan", "zhang", "shuji", "zhou")
    assert author.states() == ["applied"]
    assert texts(made.laptop("ji")) == texts(made.laptop("pan")) == ["张三截留补助款"]
    for login in ("xiang", "zhang", "shuji", "zhou"):
        assert rows(made.laptop(login)) == 0, login
        assert texts(made.laptop(login)) == []
    matter = reading(made.laptop("ji")).matters[0]
    assert matter.first.no == receipt.no
    assert matter.first.name(made.ids["zhang"]) == "张三"
    assert matter.first.name(author.cadre) == "向美华"


def test_scenario_17_a_reader_who_is_complained_about_is_left_out_for_good(made: Town) -> None:
    designate(made, "accusation", "ji", "pan")
    for login in ("ji", "pan", "xiang"):
        made.laptop(login)
    made.sync()
    receipt = write(made.laptop("xiang"), text="潘信收受礼品", accused=(made.ids["pan"],))
    assert receipt.readers == 1
    made.sync("xiang", "ji", "pan")
    assert texts(made.laptop("ji")) == ["潘信收受礼品"] and texts(made.laptop("pan")) == []
    (matter,) = reading(made.laptop("ji")).matters
    assert add(made.laptop("ji"), matter, "note", "已约谈证人").readers == 1
    made.sync("ji", "pan")
    assert rows(made.laptop("pan")) == 0
    with made.server.service.store.reading() as connection:
        c = tables.record.c
        log = connection.scalars(select(c.state).where(c.kind == AccessEntry.kind())).all()
    assert len(log) == 1, "that somebody was kept out is noted once"
    assert "回避".encode() in log[0] and made.ids["pan"] not in log[0]


def test_the_reserve_takes_over_when_all_are_complained_about(made: Town) -> None:
    designate(made, "accusation", "pan")
    made.laptop("pan"), made.laptop("xiang")
    made.sync()
    accused = (made.ids["pan"],)
    with pytest.raises(WorldError, match="须回避"):
        write(made.laptop("xiang"), text="潘信打击报复", accused=accused)
    assert made.laptop("xiang").states() == []
    designate(made, "reserve", "ren")
    made.laptop("ren")
    made.sync()
    assert write(made.laptop("xiang"), text="潘信打击报复", accused=accused).readers == 1
    made.sync("xiang", "ren", "pan")
    assert texts(made.laptop("ren")) == ["潘信打击报复"] and rows(made.laptop("pan")) == 0


def test_nobody_designated_or_no_laptop_yet_is_told_and_nothing_is_stored(made: Town) -> None:
    author = made.laptop("xiang")
    with pytest.raises(WorldError, match="还没有为这类事项指定接收人"):
        write(author, text="某事")
    designate(made, "accusation", "ji")
    author.sync()
    with pytest.raises(WorldError, match="还没有可用的密钥"):
        write(author, text="某事")
    assert author.states() == []
    with pytest.raises(InvalidInput, match="请填写情况"):
        write(author, text=None)


def test_later_entries_go_to_all_readers_and_close_the_matter(made: Town) -> None:
    designate(made, "box_note", "ji", "pan")
    ji, pan, author = (made.laptop(login) for login in ("ji", "pan", "xiang"))
    made.sync()
    write(author, "box_note", text="来信反映用车问题")
    made.sync("xiang", "ji", "pan")
    (matter,) = reading(pan).matters
    add(pan, matter, "decision", "转纪检核实")
    assert texts(pan) == ["来信反映用车问题", "转纪检核实"], "the author reads his own at once"
    made.sync("pan", "ji")
    (matter,) = reading(ji).matters
    assert not matter.closed
    add(ji, matter, "closing", "查无实据，已答复")
    made.sync("ji", "pan")
    assert texts(pan) == texts(ji) == ["来信反映用车问题", "转纪检核实", "查无实据，已答复"]
    assert reading(pan).matters[0].closed
    assert overlay_rows(ji) == overlay_rows(pan) == 0
    with pytest.raises(NotAllowed, match="不是这类密件的指定人员"):
        add(author, matter, "note", "再补充")


def test_a_newcomer_gets_what_there_is_and_who_left_keeps_nothing(made: Town) -> None:
    designate(made, "accusation", "pan")
    pan, author, security = (made.laptop(login) for login in ("pan", "xiang", "anquan"))
    made.sync()
    write(author, text="第一件")
    made.sync("xiang", "pan")
    ding = made.laptop("ding")
    with security.database.work(security.cadre) as work:
        designations.designate(work, "accusation", made.ids["ding"])
        work.commit()
    end(made, security, "pan")
    security.sync()
    made.sync("pan")
    assert texts(pan) == ["第一件"], "his copies go when the newcomer's have arrived"
    made.sync("ding", "pan")
    assert texts(ding) == ["第一件"]
    (entry,) = reading(ding).matters[0].entries
    assert entry.passed_by == "潘信" and not entry.strange and not entry.differs
    assert texts(pan) == []
    with pan.database.reader() as session:
        assert set(session.scalars(select(SealedEntry.sealed))) == {None}
    with made.server.service.store.reading() as connection:
        c = tables.record.c
        place = (c.kind == "sealed_entry", c.bucket == f"{made.ids['pan'].hex()}/x")
        rows_ = connection.execute(select(c.state, c.deleted).where(*place)).all()
    assert [row.deleted for row in rows_] == [True]
    assert max(len(row.state) for row in rows_) < 100
    author.sync()
    assert write(author, text="第二件").readers == 1
    made.sync("xiang", "ding", "pan")
    assert sorted(texts(ding)) == ["第一件", "第二件"] and texts(pan) == []


def test_the_last_reader_keeps_his_copies_until_somebody_has_them(made: Town) -> None:
    designate(made, "accusation", "pan")
    pan, author, security = (made.laptop(login) for login in ("pan", "xiang", "anquan"))
    made.sync()
    write(author, text="只有一人知道")
    made.sync("xiang", "pan")
    end(made, security, "pan")
    made.sync("anquan", "pan", "pan")
    assert texts(pan) == ["只有一人知道"]


def test_a_second_laptop_and_a_reenrolled_one_get_what_there_is(made: Town) -> None:
    designate(made, "accusation", "ji", "pan")
    ji, pan, author = (made.laptop(login) for login in ("ji", "pan", "xiang"))
    made.sync()
    write(author, text="早先的密件")
    made.sync("xiang", "ji", "pan")
    second = made.laptop("pan", "pan-2")
    assert texts(second) == [] and reading(second).elsewhere == 1
    made.sync("ji", "pan", "pan-2")
    assert texts(second) == ["早先的密件"]
    number = pan.replica.identity().device
    admin.revoke(made.server, number)
    again = reenrolled(made, "pan")
    assert texts(again) == ["早先的密件"], "the former key still opens what it opened"
    made.sync("ji", "xiang")
    write(author, text="后来的密件")
    made.sync("xiang", "ji", "pan", "pan-2")
    assert sorted(texts(again)) == sorted(texts(second)) == sorted(["早先的密件", "后来的密件"])
    with author.database.reader() as session:
        ended = session.scalars(
            select(SealingKey.device_number).where(SealingKey.until_at.is_not(None))
        ).all()
    assert ended == [number]
    assert len(texts(ji)) == 2, "copies that readers passed on count once"


def reenrolled(made: Town, login: str) -> Laptop:
    old = made.laptops.pop(login)
    old.database.close()
    opened = unlock(LaptopFolder(made.path / login), login, PASSWORD)
    opened = reenrol(opened, admin.issue_code(made.server, [login]))
    made.laptops[login] = found = Laptop(opened.database, opened.cadre_id)
    found.sync()
    return found


def test_a_new_laptop_loads_its_copies_from_a_snapshot(made: Town) -> None:
    designate(made, "accusation", "ji")
    ji, author = made.laptop("ji"), made.laptop("xiang")
    made.sync()
    for text in ("甲", "乙", "丙"):
        write(author, text=text)
    made.sync("xiang", "ji")
    bucket = f"{made.ids['ji'].hex()}/x"
    assert bucket in refresh(made.server)
    second = made.laptop("ji", "ji-2")
    assert rows(second) == 3 and texts(second) == []
    made.sync("ji", "ji-2")
    assert sorted(texts(second)) == sorted(texts(ji)) == sorted(["甲", "乙", "丙"])


def test_what_is_sealed_has_the_same_length_and_nothing_in_common(made: Town) -> None:
    designate(made, "accusation", "ji", "pan")
    ji, pan, author = (made.laptop(login) for login in ("ji", "pan", "xiang"))
    made.sync()
    write(author, text="短")
    write(author, text="长" * 180)
    made.sync("xiang", "ji", "pan")
    with ji.database.reader() as session:
        mine = session.execute(select(SealedEntry.id, SealedEntry.sealed)).all()
    with pan.database.reader() as session:
        his = session.execute(select(SealedEntry.id, SealedEntry.sealed)).all()
    sizes = [len(row.sealed) for row in (*mine, *his)]
    assert max(sizes) - min(sizes) < 300, "age itself adds some random bytes, the text none"
    ids = [row.id for row in (*mine, *his)]
    assert len({one[6:] for one in ids}) == 4 and all(one[6] >> 4 == 7 for one in ids)
    tails = sorted(int.from_bytes(one[8:], "big") for one in ids)
    assert min(b - a for a, b in pairwise(tails)) > 1 << 20


def test_scenario_9_harm_to_a_child_asks_whom_it_was_reported_to(made: Town) -> None:
    designate(made, "child_harm", "tong", "pan")
    child, pan, zone = (made.laptop(login) for login in ("tong", "pan", "xiang"))
    made.sync()
    with pytest.raises(InvalidInput) as missing:
        write(child, "child_harm", text="身上有伤")
    assert set(missing.value.problems) == {
        *("noticed_at", "report_organ", "report_person", "report_at")
    }
    now = child.database.clock()
    told = {"report_organ": "police", "report_person": "值班民警", "report_at": now}
    receipt = write(child, "child_harm", text="身上有伤", noticed_at=now, **told)
    assert receipt.readers == 2
    made.sync("tong", "pan", "xiang")
    assert texts(child) == texts(pan) == ["身上有伤"] and rows(zone) == 0
    assert reading(pan).matters[0].first.report_organ == "police"


def test_only_the_security_administrator_designates(made: Town) -> None:
    security, clerk = made.laptop("anquan"), made.laptop("zhou")
    with clerk.database.work(clerk.cadre) as work:
        work.add(Designation(subject="accusation", cadre_id=clerk.cadre, from_on=None))
        with pytest.raises(WorldError):
            work.commit()
    with security.database.work(security.cadre) as work:
        with pytest.raises(InvalidInput, match="角色不能接收"):
            designations.designate(work, "accusation", made.ids["zhang"])
        designations.designate(work, "accusation", made.ids["ji"])
        work.commit()
    made.laptop("ji")
    security.sync()
    clerk.sync()
    with clerk.database.reader() as session:
        assert {key.cadre for key in designations.keys(session)} == {made.ids["ji"]}
