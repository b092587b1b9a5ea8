"""Requests of residents, consents and their withdrawal, and 我的信息."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.notes import notes
from tests.usecases import offices
from tests.usecases.offices import CLERK, HEAD, HOME, OFFICE, PHONE, TODAY, VILLAGE, WIFE, ZONE
from township.errors import InvalidInput, NotAllowed
from township.records import (
    Attachment,
    Consent,
    Dispute,
    DisputeParty,
    Erasure,
    Household,
    Need,
    Person,
    RightsRequest,
    SpecialGroupMember,
    Task,
    Visit,
)
from township.rules import rights as rules
from township.storage.database import Database
from township.usecases import consents, my_record, photos, rights
from township.usecases.household_detail import household_detail
from township.usecases.needs import add_progress
from township.usecases.visits import NeedEntry, VisitEntry, log_visit


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("office") / "laptop.db"
    offices.make(path)
    return path


@pytest.fixture
def database(template: Path, tmp_path: Path) -> Iterator[Database]:
    database = offices.copied(template, tmp_path)
    yield database
    database.close()


def asked(database: Database, kind: str, person: bytes = HEAD, author: bytes = VILLAGE) -> bytes:
    with database.work(author) as work:
        made = rights.request(work, person, kind, "请给我一份")
        work.commit()
        return made.id


def erasures(database: Database) -> list[tuple[str, list[bytes], str | None, str]]:
    with database.reader() as session:
        found = session.scalars(select(Erasure).order_by(Erasure.id)).all()
    return [
        (one.target_kind, msgspec.msgpack.decode(one.targets), one.field_names, one.reason)
        for one in found
    ]


def test_a_request_is_due_in_fifteen_days_and_waits_on_the_list(database: Database) -> None:
    one = asked(database, "copy")
    with database.reader() as session:
        (line,) = rights.open_requests(session, TODAY)
        assert (line.id, line.person, line.household) == (one, "王大明", "龙马溪-2-017")
        assert line.due_on == date(2026, 5, 26) and not line.overdue and line.open
        (late,) = rights.open_requests(session, TODAY + timedelta(16))
        assert late.overdue


@pytest.mark.parametrize("decision", ["refused", "partly"])
def test_a_refusal_needs_its_reasons(database: Database, decision: str) -> None:
    one = asked(database, "delete")
    with database.work(CLERK) as work, pytest.raises(InvalidInput) as refused:
        rights.decide(work, one, decision, " ", "")
    assert refused.value.problems.keys() == {"reasons", "legal_basis"}
    with database.work(CLERK) as work:
        rights.decide(work, one, decision, rules.STATUTORY_REASON, rules.STATUTORY_BASIS)
        work.commit()
    with database.reader() as session:
        (line,) = rights.requests_of(session, HEAD, TODAY)
        assert line.reasons == rules.STATUTORY_REASON and "第四十七条" in line.legal_basis
        assert not rights.open_requests(session, TODAY)
    with database.work(CLERK) as work, pytest.raises(NotAllowed, match="已经答复"):
        rights.decide(work, one, "granted")


def test_only_the_office_answers(database: Database) -> None:
    one = asked(database, "copy")
    with database.work(VILLAGE) as work:
        rights.decide(work, one, "granted")
        with pytest.raises(NotAllowed, match="党政办"):
            work.commit()


def test_a_correction_is_an_edit_linked_to_the_request(database: Database) -> None:
    one = asked(database, "correct")
    with database.work(CLERK) as work, pytest.raises(InvalidInput) as wrong:
        rights.correct(work, one, {"phone": "12", "guardian_id": HEAD})
    assert "phone" in wrong.value.problems and "guardian_id" in wrong.value.problems
    with database.work(CLERK) as work:
        rights.correct(work, one, {"name": "王大民", "phone": PHONE})
        work.commit()
    with database.reader() as session:
        person = session.get(Person, HEAD)
        made = session.get(RightsRequest, one)
        erasure = session.scalars(select(Erasure)).one()
        assert person and person.name == "王大民"
        assert made and made.decision == "granted" and made.handled_by == CLERK
        assert erasure.request_id == one
    assert erasures(database) == [("person", [HEAD], "name", "corrected")]  # the wrong name


def test_fields_that_no_duty_needs_are_erased_on_request(database: Database) -> None:
    one = asked(database, "delete")
    with database.work(CLERK) as work, pytest.raises(InvalidInput, match="必要内容"):
        rights.erase(work, one, frozenset({"name"}))
    with database.work(VILLAGE) as work, pytest.raises(NotAllowed, match="不能撤销"):
        rights.erase(work, one, frozenset({"phone"}))
    with database.work(CLERK) as work:
        rights.erase(
            work,
            one,
            frozenset({"phone", "id_no"}),
            rules.STATUTORY_REASON,
            rules.STATUTORY_BASIS,
        )
        work.commit()
    assert {one["target_field"] for one in notes(database)} == {"phone", "id_no"}
    assert erasures(database) == [("person", [HEAD], "id_no phone", "request")]
    with database.reader() as session:
        person = session.get(Person, HEAD)
        (line,) = rights.requests_of(session, HEAD, TODAY)
    assert person and person.phone is None and person.name == "王大明"
    assert line.decision == "部分办理"


def test_a_person_is_erased_with_what_is_kept_about_them_alone(database: Database) -> None:
    with database.writing() as connection:
        offices.add(
            connection,
            SpecialGroupMember,
            zone_id=ZONE,
            household_id=HOME,
            person_id=HEAD,
            group_kind="hardship",
        )
    one = asked(database, "delete")
    with database.work(OFFICE) as work:
        rights.erase(work, one, frozenset({rights.WHOLE}))
        work.commit()
    kinds = {kind: len(ids) for kind, ids, fields, _ in erasures(database) if fields is None}
    assert kinds == {"person": 1, "special_group_member": 1}
    with database.reader() as session:
        home, wife = session.get(Household, HOME), session.get(Person, WIFE)
        gone = session.get(Person, HEAD)
    assert gone and gone.deleted_at is not None
    assert home and home.head_person_id is None
    assert wife and wife.deleted_at is None and wife.phone == PHONE


def consented(database: Database, item: str, state: str = "given") -> bytes:
    with database.work(VILLAGE) as work:
        made = rights.record_consent(work, HEAD, item, state, "self")
        work.commit()
        return made.id


def phones(session: Session) -> list[str]:
    """What the household's panel shows of each member's telephone."""
    return [
        next((one.shown for one in line.guarded.fields if one.target.field == "phone"), "")
        for line in household_detail(session, HOME, TODAY, by=VILLAGE).persons
    ]


def test_a_withdrawn_consent_stops_processing_and_the_office_erases(database: Database) -> None:
    one = consented(database, "contact")
    with database.work(VILLAGE) as work:
        rights.withdraw(work, one)
        work.commit()
    with database.reader() as session:
        person = session.get(Person, HEAD)
        assert person and person.phone is None
        assert phones(session) == ["", "123****8901"]
        (waiting,) = rights.open_requests(session, TODAY)
        assert (waiting.code, waiting.text) == ("withdraw", "联系电话")
    with database.work(CLERK) as work, pytest.raises(NotAllowed, match="清除"):
        rights.decide(work, waiting.id, "granted")
    with database.work(CLERK) as work:
        assert rights.finish_withdrawal(work, waiting.id) == 1
        work.commit()
    assert erasures(database) == [("person", [HEAD], "phone", "withdrawn")]
    again = asked(database, "correct")
    with database.work(CLERK) as work, pytest.raises(InvalidInput, match="没有同意使用联系电话"):
        rights.correct(work, again, {"phone": PHONE})


def test_what_comes_late_is_not_shown_without_consent(database: Database) -> None:
    """A laptop that had not heard of it may still bring a telephone number."""
    consented(database, "contact", "refused")
    with database.work(VILLAGE) as work:
        person = work.session.get(Person, HEAD)
        assert person
        person.phone = PHONE
        work.commit()
    with database.reader() as session:
        assert phones(session)[0] == ""
        assert PHONE not in str(my_record.my_record(session, HEAD, TODAY).facts)


def test_photographs_rest_on_consent(database: Database) -> None:
    with database.writing() as connection:
        visit = offices.add_visit(connection, date(2026, 5, 2))
        photo = offices.add(
            connection,
            Attachment,
            zone_id=ZONE,
            household_id=HOME,
            visit_id=visit,
            sha256="a" * 64,
            size=10,
            media_type="image/jpeg",
            taken_on=date(2026, 5, 2),
        )
    one = consented(database, "photo")
    with database.reader() as session:
        assert len(photos.photos_of(session, [visit])[visit]) == 1
    with database.work(CLERK) as work:  # the office hears it: erased in the same moment
        rights.withdraw(work, one)
        work.commit()
    with database.reader() as session:
        assert photos.photos_of(session, [visit]) == {}
        assert not rights.open_requests(session, TODAY)
    assert erasures(database) == [("attachment", [photo], None, "withdrawn")]
    with database.work(VILLAGE) as work:
        record = work.session.get(Visit, visit)
        assert record
        with pytest.raises(NotAllowed, match="不受影响"):
            photos.add_photos(work, record, [photos.PhotoEntry(b"")])


def test_a_child_does_not_consent_alone(database: Database) -> None:
    with database.work(VILLAGE) as work:
        person = work.session.get(Person, HEAD)
        assert person
        person.birth_date = date(2012, 5, 12)  # fourteen tomorrow
        with pytest.raises(InvalidInput, match="监护人"):
            consents.record_consent(work, HEAD, "contact", "given", "self")
        consents.record_consent(work, HEAD, "contact", "given", "guardian")
        person.birth_date = date(2012, 5, 11)
        consents.record_consent(work, HEAD, "contact", "given", "self")


def test_refusal_blocks_no_other_service(database: Database) -> None:
    """PIPL art. 16: visits, needs and their handling go on as before."""
    for item in ("contact", "photo", "health"):
        consented(database, item, "refused")
    with database.work(VILLAGE) as work:
        need = NeedEntry("水管漏水", "water")
        log_visit(
            work,
            VisitEntry(
                HOME, TODAY, ("am",), "in_home", "routine", resident_present=True, needs=(need,)
            ),
        )
        work.commit()
    with database.reader() as session:
        made = session.scalars(select(Need)).one()
        assert session.scalars(select(Visit)).one().household_id == HOME
    with database.work(VILLAGE) as work:
        add_progress(work, made.id, TODAY, "已派人")
        work.commit()


def test_my_record_has_all_of_one_person_and_nothing_of_others(database: Database) -> None:
    consented(database, "contact")
    asked(database, "copy")
    with database.writing() as connection:
        visit = offices.add_visit(connection, date(2026, 5, 2), talk="李桂香身体不好")
        need = {"zone_id": ZONE, "household_id": HOME, "visit_id": visit, "no": "N-1"}
        need |= {"raised_on": date(2026, 5, 2), "channel": "visit", "topic": "relief"}
        offices.add(connection, Need, text="李桂香申请救助", state="new", **need)
        group = {"zone_id": ZONE, "household_id": HOME, "from_on": date(2026, 1, 1)}
        group |= {"group_kind": "hardship", "person_id": HEAD}
        offices.add(
            connection, SpecialGroupMember, source="visit", evidence="邻居张三反映", **group
        )
        offices.add(
            connection, SpecialGroupMember, source="self_report", evidence="已申报", **group
        )
        offices.add(
            connection, SpecialGroupMember, source="self_report", **{**group, "person_id": WIFE}
        )
        matter = {"zone_id": ZONE, "state": "open"}
        fence = {"found_on": date(2026, 5, 1), "dispute_type": "neighbour", "summary": "张三占地"}
        dispute = offices.add(connection, Dispute, no="D-1", **matter, **fence)
        party = {"zone_id": ZONE, "dispute_id": dispute}
        offices.add(connection, DisputeParty, position=1, home_id=HOME, **party)
        offices.add(connection, DisputeParty, position=2, name="张三", **party)
        task = {"household_id": HOME, "text": "问张三", "due_on": date(2026, 5, 9)}
        offices.add(connection, Task, source="visit", **matter, **task)
    with database.work(VILLAGE) as work:
        found = my_record.print_my_record(work, HEAD)
        work.commit()
    facts = dict(found.facts)
    assert facts["联系电话"] == PHONE and facts["户编号"] == "龙马溪-2-017"
    assert facts["本户联系电话"] == "0717-2880000"
    assert [(one.on, one.cadres) for one in found.visits] == [(date(2026, 5, 2), ("向美华",))]
    assert [one.text for one in found.needs] == ["", "", ""]
    kinds = [one.topic for one in found.needs][1:]
    assert kinds == ["矛盾纠纷（邻里）", "任务"]
    assert [source for _, source, _ in found.groups] == ["走访发现", "本人申报：已申报"]
    assert len(found.consents) == len(found.requests) == 1
    for others in ("李桂香", "张三", "身体不好"):
        assert others not in str(found)
    assert [(one["act"], one["target_id"]) for one in notes(database)] == [("my_record", HEAD)]
    with database.reader() as session:
        hers = dict(my_record.my_record(session, WIFE, TODAY).facts)
    assert "本户联系电话" not in hers and "王大明" not in str(hers)


def test_who_lives_alone_gets_the_words_of_the_needs(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(Person.__table__.delete().where(Person.id == WIFE))
        need = {"zone_id": ZONE, "household_id": HOME, "no": "N-1", "text": "申请救助"}
        offices.add(connection, Need, raised_on=date(2026, 5, 2), state="new", **need)
    with database.reader() as session:
        assert my_record.my_record(session, HEAD, TODAY).needs[0].text == "申请救助"


def test_consents_are_told_with_what_holds(database: Database) -> None:
    first = consented(database, "contact")
    consented(database, "contact", "refused")
    with database.reader() as session:
        lines = consents.consents_of(session, HEAD)
        assert [(line.state, line.standing) for line in lines] == [
            ("不同意", True),
            ("同意", False),
        ]
        assert not any(line.can_withdraw for line in lines)
        assert session.get(Consent, first) is not None
