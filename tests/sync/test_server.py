"""The township server on a real socket: what it takes, what it refuses, what it gives out."""

from pathlib import Path

import msgspec
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import wire
from sync.server import admin, folder
from sync.server.running import ServerThread
from sync.wire import ChainHead
from tests.sync.sample import HOME, OTHER_ZONE, TAN, XIANG, ZONE
from tests.sync.stranger import Stranger, edit, household
from township.changes import SEEN, Op, Writers, decode_op
from township.errors import NotFound
from township.records import new_id


@pytest.fixture
def xiang(server: folder.OpenServer, url: str) -> Stranger:
    laptop = Stranger(url)
    laptop.enrol(admin.issue_code(server, ["xiang"]))
    return laptop


@pytest.fixture
def tan(server: folder.OpenServer, url: str) -> Stranger:
    laptop = Stranger(url)
    laptop.enrol(admin.issue_code(server, ["tan"]))
    return laptop


def pulled(laptop: Stranger) -> list[Op]:
    page = laptop.send(laptop.message()).page
    assert page is not None
    assert not page.more
    return [decode_op(op) for entry in page.entries for op in entry.ops or []]


def test_enrolment_gives_the_zone_and_no_more(xiang: Stranger) -> None:
    assert xiang.enrolled is not None
    assert set(xiang.enrolled.scope.buckets) == {
        "township/i",
        f"{ZONE.hex()}/i",
        f"{ZONE.hex()}/r",
        f"{XIANG.hex()}/x",
    }
    assert [author.login for author in xiang.enrolled.authors] == ["xiang"]
    assert xiang.enrolled.township_name == "屈原镇"


def test_a_code_serves_one_laptop(server: folder.OpenServer, url: str) -> None:
    code = admin.issue_code(server, ["xiang"])
    Stranger(url).enrol(code)
    response = None
    with pytest.raises(Exception, match="403") as caught:
        Stranger(url).enrol(code)
    response = caught.value.response  # type: ignore[attr-defined]
    assert response.json()["type"].endswith(":code_used")
    assert response.headers["content-type"] == "application/problem+json"


def test_a_wrong_code_is_refused(server: folder.OpenServer, url: str) -> None:
    code = admin.issue_code(server, ["xiang"])
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    with pytest.raises(Exception, match="403"):
        Stranger(url).enrol(wrong)


def test_codes_are_for_known_cadres(server: folder.OpenServer) -> None:
    with pytest.raises(NotFound, match="nobody"):
        admin.issue_code(server, ["nobody"])


def test_what_one_pushes_the_other_pulls(xiang: Stranger, tan: Stranger) -> None:
    answer = xiang.push(household(ZONE, HOME), author=XIANG)
    assert [(v.dseq, v.status, v.repeated) for v in answer.verdicts] == [(1, "applied", False)]
    assert [(op.kind, op.record) for op in pulled(tan)][-1] == ("household", HOME)
    assert pulled(tan) == []


def test_the_same_push_again_changes_nothing(xiang: Stranger, tan: Stranger) -> None:
    changeset = xiang.changeset(household(ZONE, HOME), author=XIANG)
    xiang.grow(changeset)
    message = xiang.message(changeset)
    first, again = xiang.send(message), xiang.send(message)
    assert (again.verdicts[0].seq, again.verdicts[0].repeated) == (first.verdicts[0].seq, True)
    assert sum(op.kind == "household" for op in pulled(tan)) == 1


def test_a_gap_is_told_with_where_to_go_on(xiang: Stranger) -> None:
    first = xiang.changeset(household(ZONE, HOME), author=XIANG)
    xiang.grow(first)
    second = xiang.changeset(household(ZONE, new_id()), author=XIANG)
    xiang.grow(second)
    answer = xiang.send(xiang.message(second))
    assert (answer.refused, answer.chain.dseq) == ("gap", 0)
    assert [v.status for v in xiang.send(xiang.message(first, second)).verdicts] == ["applied"] * 2


def test_another_history_of_the_same_laptop_is_a_fork(xiang: Stranger) -> None:
    xiang.push(household(ZONE, HOME), author=XIANG)
    xiang.head = ChainHead(1, 0, bytes(32))
    other = xiang.changeset(household(ZONE, new_id()), author=XIANG)
    xiang.grow(other)
    assert xiang.send(xiang.message(other)).refused == "fork"


def test_two_edits_of_one_field_open_a_conflict(xiang: Stranger, tan: Stranger) -> None:
    xiang.push(household(ZONE, HOME, phone="12345678901"), author=XIANG)
    pulled(tan)
    base = f"{xiang.enrolled.device}.1.1.0"  # type: ignore[union-attr]
    xiang.push(edit(ZONE, HOME, "phone", "12345678902", base), author=XIANG)
    answer = tan.push(edit(ZONE, HOME, "phone", "12345678903", base), author=TAN)
    assert answer.verdicts[0].status == "conflict"
    found = [op for op in pulled(xiang) if op.kind == "conflict"]
    assert len(found) == 1
    assert found[0].fields["target_id"] == HOME
    values = {msgspec.msgpack.decode(found[0].fields[k]) for k in ("kept_value", "other_value")}
    assert values == {"12345678902", "12345678903"}


def test_edits_of_two_fields_both_stay(xiang: Stranger, tan: Stranger) -> None:
    xiang.push(household(ZONE, HOME, phone="12345678901"), author=XIANG)
    base = f"{xiang.enrolled.device}.1.1.0"  # type: ignore[union-attr]
    xiang.push(edit(ZONE, HOME, "phone", "12345678902", base), author=XIANG)
    answer = tan.push(edit(ZONE, HOME, "away", 1, base), author=TAN)
    assert answer.verdicts[0].status == "applied"


@pytest.mark.parametrize(
    ("op", "author", "status", "reason"),
    [
        (household(OTHER_ZONE, HOME), XIANG, "quarantined", "not_granted"),
        (household(ZONE, HOME), TAN, "quarantined", "author"),
        (edit(ZONE, HOME, "phone", "110", "1.1.1.1"), XIANG, "quarantined", "unknown_record"),
        (household(ZONE, HOME, no=7), XIANG, "rejected", "value"),
    ],
    ids=["foreign zone", "foreign author", "unknown record", "bad value"],
)
def test_refused_work_is_kept_and_never_blocks(
    xiang: Stranger, op: Op, author: bytes, status: str, reason: str
) -> None:
    verdict = xiang.push(op, author=author).verdicts[0]
    assert (verdict.status, verdict.reason) == (status, reason)
    assert reason in wire.REASONS
    after = xiang.push(household(ZONE, new_id()), author=XIANG)
    assert after.verdicts[0].status == "applied"


def test_a_forged_chain_signature_changes_nothing(xiang: Stranger) -> None:
    changeset = xiang.changeset(household(ZONE, HOME), author=XIANG)
    xiang.grow(changeset)
    forged = xiang.message(changeset, key=Ed25519PrivateKey.generate())
    response = xiang.post("exchange", forged)
    assert response.status_code == 400
    assert response.json()["type"].endswith(":chain_signature")
    assert xiang.send(xiang.message(changeset)).verdicts[0].repeated is False


def test_a_stranger_without_enrolment_is_refused(xiang: Stranger) -> None:
    other = Stranger(xiang.url, enrolled=xiang.enrolled)
    assert other.post("exchange", other.message()).status_code == 401


def test_a_revoked_laptop_gets_nothing(server: folder.OpenServer, xiang: Stranger) -> None:
    assert xiang.enrolled is not None
    admin.revoke(server, xiang.enrolled.device)
    response = xiang.post("exchange", xiang.message())
    assert response.status_code == 403
    assert response.json()["type"].endswith(":revoked")


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 100, b"\x95" * 1000, b"{}", b"\xff" * 4096], ids=range(5)
)
def test_garbage_is_refused_politely(xiang: Stranger, content: bytes) -> None:
    for where in ("exchange", "enrol"):
        response = xiang.post(where, content)
        assert 400 <= response.status_code < 500
        assert response.headers["content-type"] == "application/problem+json"


def test_a_decompression_bomb_and_a_huge_body_are_refused(xiang: Stranger) -> None:
    assert xiang.enrolled is not None
    bomb = zstandard.ZstdCompressor().compress(bytes(wire.MAX_PLAIN + 1))
    from sync import chain

    envelope = chain.seal(xiang.key, xiang.enrolled.township, xiang.enrolled.device, bomb)
    assert xiang.post("exchange", wire.parcel(envelope)).status_code == 413
    assert xiang.post("exchange", bytes(wire.MAX_BODY + 1)).status_code == 413


def test_the_state_survives_a_restart(
    server: folder.OpenServer, xiang: Stranger, tmp_path: Path
) -> None:
    xiang.push(household(ZONE, HOME), author=XIANG)
    again = folder.open_server(tmp_path / "server")
    with ServerThread(again) as thread:
        xiang.url = thread.url
        base = f"{xiang.enrolled.device}.1.1.0"  # type: ignore[union-attr]
        answer = xiang.push(edit(ZONE, HOME, "away", 1, base), author=XIANG)
    again.close()
    assert answer.verdicts[0].status == "applied"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_server_file_is_encrypted(
    server: folder.OpenServer, xiang: Stranger, tmp_path: Path
) -> None:
    xiang.push(household(ZONE, HOME), author=XIANG)
    for path in (tmp_path / "server").glob("server.db*"):
        assert "龙马溪".encode() not in path.read_bytes()


def delete(record: bytes, seen: Writers) -> Op:
    return Op("household", record, "delete", f"{ZONE.hex()}/i", {SEEN: seen.pack()})


@pytest.mark.parametrize(("knew_the_edit", "status"), [(True, "applied"), (False, "conflict")])
def test_a_delete_loses_to_an_edit_its_author_had_not_seen(
    xiang: Stranger, tan: Stranger, knew_the_edit: bool, status: str
) -> None:
    assert xiang.enrolled is not None
    xiang.push(household(ZONE, HOME, phone="12345678901"), author=XIANG)
    base = f"{xiang.enrolled.device}.1.1.0"
    xiang.push(edit(ZONE, HOME, "phone", "12345678902", base), author=XIANG)
    seen = Writers(base)
    if knew_the_edit:
        seen.write(["phone"], f"{xiang.enrolled.device}.1.2.0")
    assert tan.push(delete(HOME, seen), author=TAN).verdicts[0].status == status


def bulky(zone: bytes, texts: int) -> list[Op]:
    """A changeset of about 30 KB a text; the field is one that this program does not know."""
    return [household(zone, new_id(), remark="长" * 10_000) for _ in range(texts)]


def test_a_page_never_outgrows_a_message(xiang: Stranger, tan: Stranger) -> None:
    for _ in range(3):
        xiang.push(*bulky(ZONE, 60), author=XIANG)  # 1.8 MB each
    sizes = []
    more = True
    while more:
        page = tan.send(tan.message()).page
        assert page is not None
        sizes.append(sum(len(op) for entry in page.entries for op in entry.ops or []))
        more = page.more
    assert len([size for size in sizes if size > 1_000_000]) == 3
    assert max(sizes) <= wire.MAX_PAGE


def test_a_changeset_that_no_page_could_carry_is_refused(xiang: Stranger) -> None:
    changeset = xiang.changeset(*bulky(ZONE, 80), author=XIANG)
    xiang.grow(changeset)
    response = xiang.post("exchange", xiang.message(changeset))
    assert response.status_code == 413
    assert response.json()["type"].endswith(":too_large")
