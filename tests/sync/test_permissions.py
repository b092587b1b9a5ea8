"""Every cell of the permission table through the real server on a real socket."""

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from sync.server import admin, enrolment, tables
from sync.server.folder import OpenServer
from sync.wire import Author
from tests.sync.sample import ZONE
from tests.sync.snapshots import enter
from tests.sync.stranger import Stranger
from township.changes import Op, Writers, bucket
from township.codes import ROLE
from township.errors import WorldError
from township.records import new_id, record_kinds
from township.rules.permissions import TABLE, Act, may

EDITED: dict[str, tuple[str, Any]] = {
    "zone": ("name", "龙马溪"),
    "village_group": ("name", "二组"),
    "cadre": ("post", "主任"),
    "zone_staff": ("from_on", "2026-01-01"),
    "household": ("phone", "12345678901"),
    "person": ("phone", "12345678901"),
    "household_link": ("year", 2026),
    "work_log": ("summary", "到村"),
    "visit": ("talk", "谈了水管"),
    "attachment": ("caption", "水渠"),
    "need": ("text", "修水管"),
    "need_progress": ("text", "已派人"),
    "situation": ("summary", "落石"),
    "evacuee": ("persons", 3),
    "special_group_member": ("goal", "每月一访"),
    "conflict": ("decision", "kept"),
    "duplicate": ("decision", "apart"),
    "access_entry": ("reason_text", "核对身份"),
    "designation": ("subject", "accusation"),
    "sealing_key": ("public", "age1"),
    "service_count": ("number", 7),
    "sealed_entry": ("sealed", b"age"),
    "rights_request": ("text", "查阅"),
    "consent": ("purpose", "通知停水"),
    "erasure": ("reason", "expired"),
    "month_summary": ("households", 3),
    "evaluation": ("roster_size", 30),
    "evaluation_total": ("satisfied", 20),
    "ballot_tally": ("satisfied", 20),
    "ballot_comments": ("text", "多到组里走走"),
    "accountability": ("measure_text", "限期整改"),
    "meeting": ("place", "村委会"),
    "agenda_item": ("topic", "路灯"),
    "resolution": ("text", "装两盏路灯"),
    "contact_card": ("reception", "每月 15 日"),
    "box_opening": ("opened_on", "2026-05-12"),
    "opinion_entry": ("text", "路灯不亮"),
    "assessment_sheet": ("revision", 1),
    "assessment_line": ("explained", "培训学习：三天"),
    "assessment_note": ("text", "县里学习三天"),
    "spot_check": ("note", "外出"),
    "task": ("text", "量水管"),
    "dispute": ("summary", "水沟改道"),
    "dispute_party": ("name", "施工队"),
    "dispute_step": ("text", "已见双方"),
    "township_setting": ("reason", "会议研究"),
}
"""A field of each kind that is neither an approval nor hangs the record on another."""
APPROVALS = {
    "need": "class_confirmed_by",
    "work_log": "assess_note",
    "rights_request": "decision",
    "evaluation": "result",
    "meeting": "signed_by",
    "contact_card": "approved_by",
    "opinion_entry": "approved_by",
    "dispute": "level_by",
    "township_setting": "decision",
}
MADE = sorted(kind for kind in TABLE if kind != "conflict")  # only the township makes conflicts


ONCE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""Rules do not depend on the database, and there are a thousand cells."""


READER = new_id()


def owner(kind: str) -> dict[str, bytes]:
    """Whose bucket a record of this kind lies in, as a field."""
    name = record_kinds()[kind].owner_field
    found = READER if name == "reader_id" else ZONE
    return {name: found} if name in record_kinds()[kind].fields() else {}


def place(kind: str) -> str:
    record = record_kinds()[kind]
    whose = owner(kind).get(record.owner_field)
    return bucket(None if record.township_wide else whose, record.data_class)


def insert(kind: str, record: bytes, **fields: Any) -> Op:
    name, value = EDITED[kind]
    return Op(kind, record, "insert", place(kind), {**owner(kind), name: value, **fields})


def edit(kind: str, record: bytes, name: str = "", value: Any = None) -> Op:
    if not name:
        name, value = EDITED[kind]
    return Op(kind, record, "set", place(kind), {name: [value, None]})


@dataclass
class Person:
    """A cadre of one role on a laptop that holds the zone in both classes."""

    laptop: Stranger
    cadre: bytes

    def verdicts(self, *ops: Op) -> list[tuple[str, str | None]]:
        """What becomes of these, each a changeset of its own."""
        changesets = []
        for op in ops:
            changesets.append(self.laptop.changeset(op, author=self.cadre))
            self.laptop.grow(changesets[-1])
        answer = self.laptop.send(self.laptop.message(*changesets))
        return [(verdict.status, verdict.reason) for verdict in answer.verdicts]


@pytest.fixture
def records(server: OpenServer) -> dict[str, bytes]:
    """One record of each kind, made by others."""
    made = {kind: new_id() for kind in MADE}
    enter(server, *(insert(kind, record) for kind, record in made.items()))
    for address in ("一组", "二组"):
        enter(server, edit("household", made["household"], "address", address))
    c = tables.record.c
    with server.service.store.reading() as connection:
        conflict = connection.scalars(select(c.id).where(c.kind == "conflict")).first()
    assert conflict is not None
    return made | {"conflict": conflict}


def person(server: OpenServer, url: str, role: str) -> Person:
    cadre = new_id()
    fields = {"login": role, "name": "某人", "roles": role, "status": "active"}
    enter(server, Op("cadre", cadre, "insert", "township/i", fields))
    service = server.service
    buckets = ["township/i", "township/a", "township/r", bucket(ZONE, "i"), bucket(ZONE, "r")]
    buckets.append(bucket(READER, "x"))
    with service.store.writing() as connection:
        code = enrolment.issue(
            connection, service.township_id, [Author(cadre, role, role)], buckets, service.clock()
        )
    laptop = Stranger(url)
    laptop.enrol(code)
    return Person(laptop, cadre)


def expected(allowed: bool) -> tuple[str, str | None]:
    return ("applied", None) if allowed else ("quarantined", "not_permitted")


def status(verdict: tuple[str, str | None]) -> tuple[str, str | None]:
    """A conflict is work that was taken in."""
    return ("applied", None) if verdict[0] == "conflict" else verdict


@ONCE
@pytest.mark.parametrize("role", [*ROLE, "NEW"])
def test_each_cell_is_held_by_the_server(
    server: OpenServer, url: str, records: dict[str, bytes], role: str
) -> None:
    someone = person(server, url, role)
    own = {kind: new_id() for kind in MADE}
    made = someone.verdicts(*(insert(kind, own[kind]) for kind in MADE))
    edited = someone.verdicts(*(edit(kind, records[kind]) for kind in sorted(TABLE)))
    mine = [kind for kind in MADE if may([role], Act.CREATE, kind)]
    again = someone.verdicts(*(edit(kind, own[kind]) for kind in mine))
    for kind, verdict in zip(MADE, made, strict=True):
        assert verdict == expected(may([role], Act.CREATE, kind)), ("create", kind)
    for kind, verdict in zip(sorted(TABLE), edited, strict=True):
        assert status(verdict) == expected(may([role], Act.EDIT, kind)), ("edit", kind)
    for kind, verdict in zip(mine, again, strict=True):
        assert status(verdict) == expected(may([role], Act.EDIT, kind, own=True)), ("own", kind)


@ONCE
@pytest.mark.parametrize("role", [*ROLE])
def test_deleting_approving_and_moving_are_held_too(
    server: OpenServer, url: str, records: dict[str, bytes], role: str
) -> None:
    someone = person(server, url, role)
    value = {"class_confirmed_by": someone.cadre, "assess_note": "已核", "decision": "granted"}
    value["result"] = "pass"
    value |= dict.fromkeys(("signed_by", "level_by", "approved_by"), someone.cadre)
    approved = someone.verdicts(
        *(edit(kind, records[kind], name, value[name]) for kind, name in APPROVALS.items())
    )
    for kind, verdict in zip(APPROVALS, approved, strict=True):
        assert status(verdict) == expected(may([role], Act.APPROVE, kind)), ("approve", kind)
    kinds = sorted(set(MADE) - {"cadre", "zone"})
    gone = someone.verdicts(
        *(
            Op(kind, records[kind], "delete", place(kind), {"seen": b"\x92\xc0\x80"})
            for kind in kinds
        )
    )
    for kind, verdict in zip(kinds, gone, strict=True):
        assert status(verdict) == expected(may([role], Act.EDIT, kind)), ("delete", kind)
    wanted = {"zone_id": [ZONE, None], "group_id": [bytes(16), None]}
    op = Op("household", records["household"], "move", place("household"), wanted)
    (moved,) = someone.verdicts(op)
    assert status(moved) == expected(may([role], Act.MOVE, "household"))


def test_an_approval_hidden_in_a_new_record_needs_the_right_too(
    server: OpenServer, url: str
) -> None:
    someone = person(server, url, "VC")
    op = insert("need", new_id(), class_confirmed_by=someone.cadre)
    assert someone.verdicts(op, insert("need", new_id())) == [expected(False), expected(True)]


@ONCE
def test_the_townships_meetings_are_kept_by_its_offices(server: OpenServer, url: str) -> None:
    """A village's laptop may write in the township's bucket, but no meeting of the township."""
    village, clerk = person(server, url, "VS"), person(server, url, "CLK")

    def made(kind: str, record: bytes) -> Op:
        name, value = EDITED[kind]
        return Op(kind, record, "insert", "township/i", {name: value})

    kinds = ("meeting", "agenda_item", "resolution")
    ours = {kind: new_id() for kind in kinds}
    assert village.verdicts(*(made(kind, new_id()) for kind in kinds)) == [expected(False)] * 3
    assert clerk.verdicts(*(made(kind, ours[kind]) for kind in kinds)) == [expected(True)] * 3
    # The bucket that a change names does not matter, but where the record lies.
    changes = [edit(kind, ours[kind]) for kind in kinds]
    assert [status(one) for one in village.verdicts(*changes)] == [
        expected(False),
        expected(False),
        expected(True),  # a report on a resolution
    ]


@ONCE
def test_nobody_approves_a_setting_of_his_own(server: OpenServer, url: str) -> None:
    both, mayor = person(server, url, "PGO TOP"), person(server, url, "TOP")
    own, hidden = new_id(), insert("township_setting", new_id(), decision="approved")
    assert both.verdicts(insert("township_setting", own), hidden) == [
        expected(True),
        expected(False),
    ]
    approved = edit("township_setting", own, "decision", "approved")
    assert both.verdicts(approved) == [expected(False)]
    assert [status(one) for one in mayor.verdicts(approved)] == [expected(True)]


def test_a_cadre_cannot_give_himself_a_role(server: OpenServer, url: str) -> None:
    someone = person(server, url, "VC")
    assert someone.verdicts(edit("cadre", someone.cadre, "roles", "VC PGO")) == [expected(False)]
    assert someone.verdicts(insert("zone", new_id())) == [expected(False)]


def test_what_a_role_lacked_comes_in_when_it_is_there(server: OpenServer, url: str) -> None:
    someone = person(server, url, "HW")
    home = new_id()
    assert someone.verdicts(insert("household", home)) == [expected(False)]
    c = tables.record.c
    with server.service.store.reading() as connection:
        packed = connection.scalar(select(c.writers).where(c.id == someone.cadre))
    roles = {"roles": ["HW VC", Writers.unpack(packed).of("roles")]}
    enter(server, Op("cadre", someone.cadre, "set", "township/i", roles))
    someone.laptop.send(someone.laptop.message())
    with server.service.store.reading() as connection:
        assert connection.scalar(select(c.id).where(c.id == home)) == home


def test_merging_takes_visits_of_others_along(
    server: OpenServer, url: str, records: dict[str, bytes]
) -> None:
    clerk, guest = person(server, url, "VC"), person(server, url, "PO")
    op = edit("visit", records["visit"], "household_id", records["household"])
    assert [status(one) for one in clerk.verdicts(op)] == [expected(True)]
    assert guest.verdicts(op) == [expected(False)]


@pytest.mark.parametrize(
    ("roles", "classes"),
    [("VC", "ir"), ("CHD", "ir"), ("HW", "i"), ("PAR", "i"), ("HW VC", "ir"), ("CLK", "ir")],
)
def test_a_laptop_is_granted_what_its_people_may_see(
    server: OpenServer, roles: str, classes: str
) -> None:
    fields = {"login": "new", "name": "某人", "roles": roles, "zones": ZONE.hex()}
    enter(server, Op("cadre", new_id(), "insert", "township/i", fields))
    admin.issue_code(server, ["new"])
    c = tables.enrolment_code.c
    with server.service.store.reading() as connection:
        packed = connection.scalars(select(c.buckets)).one()
    places = {b"*", ZONE.hex().encode()}
    held = {
        name for name in ("i", "r") if any(b"/".join((p, name.encode())) in packed for p in places)
    }
    assert held == set(classes)


@ONCE
@pytest.mark.parametrize("role", ["ADM", "SEC", "AUD", "DIS"])
def test_administrators_get_no_laptop_with_business_data(server: OpenServer, role: str) -> None:
    cadre = new_id()
    fields = {"login": "new", "name": "某人", "roles": role, "zones": ZONE.hex()}
    enter(server, Op("cadre", cadre, "insert", "township/i", fields))
    admin.issue_code(server, ["new"])
    c = tables.enrolment_code.c
    with server.service.store.reading() as connection:
        packed = connection.scalars(select(c.buckets)).one()
    log = {"township/a"} if role == "AUD" else set()
    assert set(msgspec.msgpack.decode(packed)) == {"township/i", f"{cadre.hex()}/x", *log}


@ONCE
def test_somebody_without_a_role_gets_no_laptop(server: OpenServer) -> None:
    fields = {"login": "new", "name": "某人", "roles": "", "zones": ZONE.hex()}
    enter(server, Op("cadre", new_id(), "insert", "township/i", fields))
    with pytest.raises(WorldError, match="不接触业务数据"):
        admin.issue_code(server, ["new"])
